"""The examples of docs/datasets.md, and of the modules behind it, run and say what they say."""

import doctest
import importlib
import pkgutil

import pytest

import saccade.data.dataset

MODULES = [module.name for module in pkgutil.iter_modules(saccade.data.dataset.__path__)]


@pytest.mark.parametrize("name", [*MODULES, ""])
def test_the_examples_of_a_dataset_module(name):
    module = importlib.import_module(f"saccade.data.dataset.{name}".rstrip("."))
    assert doctest.testmod(module, verbose=False).failed == 0


def test_the_examples_of_the_datasets_page(root, tmp_path, monkeypatch):
    page = root / "docs" / "datasets.md"
    monkeypatch.chdir(tmp_path)
    lines = page.read_text(encoding="utf-8").splitlines()
    text = "\n".join("" if line.startswith("```") else line for line in lines)
    examples = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    result = doctest.DocTestRunner().run(examples)
    assert result.attempted > 15
    assert result.failed == 0
