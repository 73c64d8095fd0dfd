"""The examples in the docstrings of saccade.data and in docs/data.md run and say what they say."""

import doctest
import importlib
import pathlib
import pkgutil

import pytest

import saccade.data

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "data.md"
MODULES = [
    module.name
    for module in pkgutil.walk_packages(saccade.data.__path__, saccade.data.__name__ + ".")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module, verbose=False).failed == 0


def test_the_examples_of_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    text = "\n".join("" if line.startswith("```") else line for line in lines)
    examples = doctest.DocTestParser().get_doctest(text, {}, "data.md", str(DOCUMENT), 0)
    result = doctest.DocTestRunner().run(examples)
    assert result.attempted > 5
    assert result.failed == 0
