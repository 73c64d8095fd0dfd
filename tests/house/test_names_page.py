"""docs/keras-names.md is what scripts/names_page.py writes, and a refusal helps at run time."""

import importlib.util
import sys

import pytest

import saccade
from parity.reference import keras
from saccade import losses
from saccade.errors import NotSupported


@pytest.fixture(scope="module")
def page(root):
    spec = importlib.util.spec_from_file_location("names_page", root / "scripts/names_page.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["names_page"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(page, root):
    assert (root / "docs/keras-names.md").read_text() == page.write_page(page.every_row())


def test_every_name_of_keras_has_one_status(page):
    rows = page.every_row()
    for family in page.FAMILIES:
        listed = [name for row in rows if row.family == family for name in row.names]
        assert sorted(listed) == sorted(page.public_names(page.module_of(keras, family)))
    assert {row.status for row in rows} <= {page.SUPPORTED, page.REFUSED, page.OUT_OF_SCOPE}
    assert not [row.names[0] for row in rows if row.status != page.SUPPORTED and not row.instead]


def test_a_refusal_says_at_run_time_what_to_use_instead(page, monkeypatch):
    refused = [row for row in page.every_row() if row.status != page.SUPPORTED]
    for row in refused:  # what the alias door gave a module under an old path is there, too
        for name in row.names:
            monkeypatch.delattr(page.module_of(saccade, row.family), name, raising=False)
    assert {row.status for row in refused} == {page.REFUSED, page.OUT_OF_SCOPE}
    for row in refused:
        for ask in page.ways_to_ask(row):
            with pytest.raises(NotSupported) as caught:
                ask()
            assert row.instead in str(caught.value), row.names


def test_a_refusal_survives_an_import():
    with pytest.raises(ImportError, match="one optimizer for all"):
        from saccade.optimizers import MultiOptimizer  # noqa: F401
    with pytest.raises(ImportError, match="recurrent"):
        from saccade.layers import LSTM  # noqa: F401
    assert getattr(losses, "CTC", None) is None
