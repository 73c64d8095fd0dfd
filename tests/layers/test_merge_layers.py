"""Layers of several inputs: what they say of wrong ones, and that they stand in models."""

import numpy as np
import pytest
import torch

from saccade import Model, layers
from saccade.errors import InvalidArgument, ShapeError


def ones(*shape):
    return torch.ones(shape)


@pytest.mark.parametrize(
    ("layer", "inputs", "message"),
    [
        (layers.Add(), ones(2, 3), r"must be a list of arrays.*layer\(\[a, b\]\)"),
        (layers.Add(), [ones(2, 3), ones(2, 4)], r"\(None, 3\) and \(None, 4\)"),
        (layers.Concatenate(), [ones(2, 3, 4), ones(2, 5, 4)], "equal but for axis -1"),
        (layers.Concatenate(), [ones(2, 3, 4), ones(2, 4)], "equal but for axis -1"),
        (layers.Concatenate(3), [ones(2, 3), ones(2, 4)], "axis 3"),
        (layers.Subtract(), [ones(2, 3)] * 3, "two arrays, got 3"),
        (layers.Dot(1), [ones(2, 3), ones(2, 4)], r"axes \(1, 1\) must be equal"),
        (layers.Dot(2), [ones(2, 3), ones(2, 3)], "axis 2"),
        (layers.Dot(1), [ones(2, 3)], "two arrays, got 1"),
    ],
    ids=str,
)
def test_wrong_inputs(layer, inputs, message):
    with pytest.raises(ShapeError, match=message):
        layer(inputs)


@pytest.mark.parametrize("layer", [layers.Add(), layers.Concatenate()], ids=str)
def test_masks_come_in_a_list_as_the_inputs_do(layer):
    x, counts = ones(2, 3, 4), ones(2, 3).bool()
    for inputs, masks in ([[x, x], counts], [x, [None, None]], [[x, x], [None]]):
        with pytest.raises(ShapeError, match="list"):
            layer.compute_mask(inputs, masks)
    symbols = [layers.Input((3, 4), batch_size=2)] * 2
    given = [counts.numpy(), counts.numpy()]
    assert torch.equal(layer.compute_mask(symbols, given), counts)


def test_later_inputs_are_looked_at_too():
    """A layer is built once; what comes after is measured as well."""
    add, join, dot = layers.Add(), layers.Concatenate(), layers.Dot(1)
    for layer in (add, join, dot):
        layer([ones(2, 3), ones(2, 3)])
    with pytest.raises(ShapeError, match=r"\(2, 3\) and \(2, 4\)"):
        add([ones(2, 3), ones(2, 4)])
    with pytest.raises(ShapeError, match="one batch"):
        add([ones(2, 3), ones(5, 3)])
    with pytest.raises(ShapeError, match="equal but for"):
        join([ones(2, 3), ones(2, 3, 4)])
    with pytest.raises(ShapeError, match="must be equal"):
        dot([ones(2, 3), ones(2, 4)])


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Concatenate(axis="channels"),
        lambda: layers.Dot(axes=0),
        lambda: layers.Dot(axes=(1, 2, 3)),
        lambda: layers.Dot(axes=1.5),
    ],
)
def test_wrong_arguments(make):
    with pytest.raises(InvalidArgument, match=r"ax(is|es) must"):
        make()


def test_symbols_say_the_same():
    a, b = layers.Input((3, 4)), layers.Input((5, 4))
    assert layers.concatenate([a, b], axis=1).shape == (None, 8, 4)
    with pytest.raises(ShapeError, match="must be equal"):
        layers.add([a, b])


def test_arrays_of_numpy_are_several_inputs():
    a, b = np.ones((2, 3), np.float32), np.full((2, 3), 2, np.float32)
    assert torch.equal(layers.Add()([a, b]), torch.full((2, 3), 3.0))
    assert torch.equal(layers.Subtract()((a, b)), torch.full((2, 3), -1.0))


def test_batches_one_after_another():
    a, b = layers.Input((3,)), layers.Input((3,))
    model = Model([a, b], layers.Concatenate(axis=0)([a, b]))
    assert model.output_shape == (None, 3)
    assert model([np.ones((2, 3)), np.zeros((4, 3))]).shape == (6, 3)
    with pytest.raises(ValueError, match="must be equal but for axis 0"):
        layers.Concatenate(axis=0)([np.ones((2, 3)), np.ones((2, 4))])


@pytest.mark.parametrize("kind", [layers.Add, layers.Multiply, layers.Maximum, layers.Average])
def test_one_sample_is_for_all_of_a_batch(kind):
    a, b = layers.Input((3,)), layers.Input((3,))
    model = Model([a, b], kind()([a, b]))
    x, y = np.full((4, 3), 2.0), np.full((1, 3), 3.0)
    np.testing.assert_array_equal(model([x, y]), model([x, np.repeat(y, 4, 0)]))
    with pytest.raises(ValueError, match="one batch"):
        model([x, np.ones((2, 3))])
