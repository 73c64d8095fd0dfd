"""Layers of several inputs against Keras: outputs and gradients to 1e-5."""

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from parity.twins import agree
from saccade import layers

ELEMENTWISE = ["Add", "Average", "Maximum", "Minimum", "Multiply"]
SHAPES = [
    [(3, 4), (3, 4)],
    [(3, 4), (3, 4), (3, 4)],
    [(2, 4, 5, 3), (2, 1, 1, 3)],
    [(2, 1, 5), (2, 4, 1)],
    [(2, 4, 5), (2, 5)],
    [(2, 5), (2, 4, 5), (2, 3, 1, 5)],
    [(3, 4)],
]


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_elementwise(name, shapes):
    agree(name, {}, shapes)


@pytest.mark.parametrize("shapes", [one for one in SHAPES if len(one) == 2], ids=str)
def test_subtract(shapes):
    agree("Subtract", {}, shapes)


@pytest.mark.parametrize("axis", [-1, 1, 2, -2])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_concatenate(axis, count):
    shapes = [[2, 4, 5] for _ in range(count)]
    for extra, shape in enumerate(shapes):
        shape[axis] += extra
    agree("Concatenate", {"axis": axis}, [tuple(shape) for shape in shapes])


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(
    ("axes", "shapes"),
    [
        (1, [(3, 4), (3, 4)]),
        (-1, [(3, 4), (3, 4)]),
        ((2, 1), [(3, 5, 4), (3, 4, 6)]),
        ((1, 2), [(3, 4, 5), (3, 6, 4)]),
        (2, [(3, 5, 4), (3, 6, 4)]),
        ((1, 2), [(3, 4), (3, 5, 4)]),
        ((2, 1), [(3, 5, 4), (3, 4)]),
        ((-1, -2), [(2, 3, 5, 4), (2, 4, 6)]),
        ((3, 1), [(2, 3, 5, 4), (2, 4, 6, 2)]),
    ],
    ids=str,
)
def test_dot(axes, shapes, normalize):
    if isinstance(axes, tuple) and min(axes) < 0:
        ours = {"axes": axes}
        x = [torch.tensor(normal(shape, i)) for i, shape in enumerate(shapes)]
        close(layers.Dot(**ours)(x), keras.layers.Dot(**ours)(x))
        return
    agree("Dot", {"axes": axes, "normalize": normalize}, shapes)


@pytest.mark.parametrize(
    ("name", "options"),
    [(name.lower(), {}) for name in [*ELEMENTWISE, "Subtract"]]
    + [("concatenate", {}), ("concatenate", {"axis": 1}), ("dot", {"axes": 1}), ("dot", {}),
       ("dot", {"axes": 1, "normalize": True})],
    ids=str,
)  # fmt: skip
def test_functions(name, options):
    x = [normal((3, 4), i) for i in range(2)]
    close(getattr(layers, name)(x, **options), getattr(keras.layers, name)(x, **options))
    tensors = tuple(torch.tensor(one) for one in x)
    close(getattr(layers, name)(tensors, **options), getattr(layers, name)(x, **options))


def test_functions_take_a_name():
    x = layers.Input((3,))
    assert layers.add([x, x], name="sum").node.layer.name == "sum"


def test_integers_and_floats_meet():
    x = [np.ones((2, 3), np.uint8), np.ones((2, 3), np.float32)]
    assert array(layers.Add()(x)).dtype == np.float32


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("Add", [(None, 4), (None, None)]),
        ("Add", [(None, 1), (None, None)]),
        ("Add", [(5, 4), (None, 4)]),
        ("Add", [(None, None, 3), (None, 3)]),
        ("Concatenate", [(None, 4), (None, None)]),
        ("Concatenate", [(None, 4), (None, 5)]),
    ],
    ids=str,
)
def test_unknown_sizes(name, shapes):
    ours = getattr(layers, name)().compute_output_shape(shapes)
    assert ours == tuple(getattr(keras.layers, name)().compute_output_shape(shapes))
