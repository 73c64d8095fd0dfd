"""The examples of docs/files.md and of the docstrings run."""

import doctest
import re
from pathlib import Path

import pytest

import saccade.custom_objects
import saccade.models.cloning
import saccade.models.model_files
import saccade.models.serialization

PAGE = Path(__file__).resolve().parents[2] / "docs" / "files.md"


def test_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) == 6
    for block in blocks:
        exec(block, names)


@pytest.mark.parametrize(
    "module",
    [
        saccade.custom_objects,
        saccade.models.cloning,
        saccade.models.model_files,
        saccade.models.serialization,
    ],
)
def test_the_docstrings_run(tmp_path, monkeypatch, module):
    monkeypatch.chdir(tmp_path)
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
