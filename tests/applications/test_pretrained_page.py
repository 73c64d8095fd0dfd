"""The examples of docs/pretrained.md and of the docstrings run, and its names are the code's."""

import doctest
import inspect
import re
import sys
from pathlib import Path

import pytest

from saccade import applications
from saccade.applications import NETWORKS, imagenet_utils, lenet

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pretrained.md"


@pytest.mark.slow
def test_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        exec(block, names)


def test_the_files_of_the_page_are_those_that_are_fetched():
    text = PAGE.read_text(encoding="utf-8")
    for record in (network.pretrained for network in NETWORKS.values()):
        for file in (record.with_top, record.without_top):
            folder, _, name = file.address.rpartition("/")
            assert f"`{file.name}`" in text
            assert f"`{name}`" in text
            assert f"`{folder}/`" in text
    assert f"`{imagenet_utils.CLASS_INDEX.address}`" in text


FAMILIES = {getattr(applications, name).__module__ for name in NETWORKS}


@pytest.mark.parametrize(
    "module",
    [imagenet_utils, lenet, *(sys.modules[name] for name in sorted(FAMILIES))],
    ids=lambda module: module.__name__,
)
def test_the_docstrings_run(module):
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner()
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__:
            for examples in finder.find(value, name, module=False, globs=dict(vars(module))):
                runner.run(examples)
    results = runner.summarize(verbose=False)
    assert results.attempted
    assert not results.failed
