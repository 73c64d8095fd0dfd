"""Weights as `.safetensors`, and weights of which some do not fit."""

import os

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from saccade.errors import FileFormatError, NoSuchFile
from saccade.layers import BatchNormalization, Conv2D, Dense, Flatten, Input
from saccade.models import Sequential
from saccade.notes import forget_notes

X = np.random.RandomState(1).standard_normal((3, 6, 6, 2)).astype("float32")


def made(seed, units=4):
    torch.manual_seed(seed)
    parts = [Input((6, 6, 2)), Conv2D(3, 3, name="eye"), BatchNormalization(), Flatten()]
    model = Sequential([*parts, Dense(units), Dense(2)])
    drawn = np.random.RandomState(seed)
    model.set_weights([drawn.rand(*weight.shape) for weight in model.weights])
    return model


def test_weights_come_back_under_their_places_in_the_tree(tmp_path):
    model, other = made(1), made(2)
    model.save_weights(tmp_path / "m.safetensors")
    with safe_open(tmp_path / "m.safetensors", "np") as file:
        kernel = file.get_tensor("layers/conv2d/vars/0")
        assert '"layers/conv2d/vars/0": "eye"' in file.metadata()["layers"]
        assert len(list(file.keys())) == len(model.weights)
    np.testing.assert_array_equal(kernel, model.get_weights()[0])
    other.load_weights(tmp_path / "m.safetensors")
    for mine, theirs in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_half_the_bits_are_read(tmp_path):
    model = made(1)
    model.save_weights(tmp_path / "m.safetensors")
    with safe_open(tmp_path / "m.safetensors", "np") as file:
        halves = {name: file.get_tensor(name).astype("float16") for name in file.keys()}  # noqa: SIM118
    save_file(halves, tmp_path / "half.safetensors")
    other = made(2)
    other.load_weights(tmp_path / "half.safetensors")
    np.testing.assert_allclose(other.get_weights()[0], model.get_weights()[0], atol=1e-3)


@pytest.mark.parametrize("name", ["m.safetensors", "m.weights.h5", "m.keras"])
def test_all_or_none_or_what_fits(tmp_path, name, caplog):
    model, other = made(1, units=5), made(2)
    (model.save if name == "m.keras" else model.save_weights)(tmp_path / name)
    before = other.get_weights()
    with pytest.raises(FileFormatError, match="3 that do not fit") as caught:
        other.load_weights(tmp_path / name)
    assert 'layers/dense/vars/1 ("dense' in str(caught.value)
    for mine, old in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, old)
    forget_notes()
    other.load_weights(tmp_path / name, skip_mismatch=True)
    assert caplog.text.count("left out what does not fit") == 1
    assert "layers/dense_1/vars/0" in caplog.text
    source = model.get_weights()
    for number, mine in enumerate(other.get_weights()):
        # The last layer's bias would fit, but its kernel does not: layers stay whole.
        wanted = source[number] if number < 6 else before[number]
        np.testing.assert_array_equal(mine, wanted)


def test_damage_is_named_and_a_full_disk_costs_nothing(tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    with pytest.raises(NoSuchFile):
        made(1).load_weights(path)
    made(1).save_weights(path)
    before = path.read_bytes()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("safetensors.torch.save_file", full)
        with pytest.raises(OSError, match="No space left"):
            made(2).save_weights(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]
    path.write_bytes(before[: len(before) // 2])
    with pytest.raises(FileFormatError, match=r"whole \.safetensors file"):
        made(1).load_weights(path)


def test_values_that_are_no_numbers_are_named(tmp_path):
    model = made(1)
    model.save_weights(tmp_path / "m.safetensors")
    with safe_open(tmp_path / "m.safetensors", framework="np") as file:
        truths = {name: file.get_tensor(name) > 0 for name in file.keys()}  # noqa: SIM118
    save_file(truths, tmp_path / "bool.safetensors")
    with pytest.raises(FileFormatError, match=r'"eye" kernel\): needed numbers, got BOOL\n'):
        model.load_weights(tmp_path / "bool.safetensors")
