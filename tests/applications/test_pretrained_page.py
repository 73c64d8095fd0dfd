"""The examples of docs/pretrained.md and of the docstrings run, and its names are the code's."""

import doctest
import inspect
import re
from pathlib import Path

import pytest

from saccade.applications import (
    densenet,
    efficientnet,
    imagenet_utils,
    inception_v3,
    lenet,
    mobilenet,
    mobilenet_v2,
    resnet,
    resnet_v2,
    vgg,
    xception,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pretrained.md"


def test_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        exec(block, names)


def test_the_files_of_the_page_are_those_that_are_fetched():
    text = PAGE.read_text(encoding="utf-8")
    families = (
        resnet,
        resnet_v2,
        vgg,
        densenet,
        efficientnet,
        mobilenet,
        mobilenet_v2,
        inception_v3,
        xception,
    )
    for record in (one for family in families for one in family.PRETRAINED.values()):
        for file in (record.with_top, record.without_top):
            assert f"`{file.name}`" in text
            assert f"`{file.address.removesuffix(file.name)}`" in text
    assert f"`{imagenet_utils.CLASS_INDEX.address}`" in text


@pytest.mark.parametrize(
    "module",
    [
        densenet,
        efficientnet,
        imagenet_utils,
        lenet,
        resnet,
        resnet_v2,
        vgg,
        mobilenet,
        mobilenet_v2,
        inception_v3,
        xception,
    ],
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
