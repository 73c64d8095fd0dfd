"""The examples of docs/layers-augmentation.md and of the docstrings run and show what they say."""

import doctest
import importlib.util
import pathlib

import numpy as np
import pytest
import torch

from conformance.layer_examples import IN_ROOM
from saccade.layers.augmentation import (
    erasing,
    flip,
    geometry,
    light,
    mixing,
    rand_augment,
    random_crop,
)
from saccade.numerics.images import warping

EXAMPLES = IN_ROOM["augmentation"]

ROOT = pathlib.Path(__file__).parents[3]
PAGE = ROOT / "docs" / "layers-augmentation.md"
MODULES = [erasing, flip, geometry, light, mixing, rand_augment, random_crop, warping]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_docstrings(module):
    torch.manual_seed(1)
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_page():
    text = PAGE.read_text()
    examples = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    result = doctest.DocTestRunner().run(examples)
    assert result.attempted > 15
    assert result.failed == 0
    missing = [name for name in EXAMPLES if f"`{name}" not in text and name != "Pipeline"]
    assert not missing


def test_the_pictures_can_be_drawn():
    """Each layer changes the photograph; none is left out but those the page says."""
    pytest.importorskip("sklearn")
    path = ROOT / "scripts" / "augmenting_pictures.py"
    spec = importlib.util.spec_from_file_location("augmenting_pictures", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert set(script.SHOWN) == set(EXAMPLES) - {"Pipeline", "MixUp"}
    photo = script.photo("flower.jpg")
    for name, (_, options) in script.SHOWN.items():
        pixels = script.augmented(name, options)
        changed = pixels.shape != photo.shape or (pixels != photo).any()
        assert changed or name == "AutoContrast", name  # whose photograph has all values
    assert script.TARGET.stat().st_size < 400_000
    assert np.asarray(script.sheet()).shape[2] == 3
