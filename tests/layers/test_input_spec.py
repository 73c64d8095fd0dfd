"""`input_spec`: what a layer of the user's says of its inputs is held."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import ShapeError
from saccade.layers import Input, InputSpec, Layer


class Told(Layer):
    def __init__(self, spec=None, **placement):
        self.input_spec = spec  # before super(), as scripts of Keras 1 have it
        super().__init__(**placement)

    def call(self, x):
        return x


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        ({"ndim": 4}, (2, 3)),
        ({"max_ndim": 2}, (2, 3, 4)),
        ({"min_ndim": 3}, (2, 3)),
        ({"axes": {-1: 4}}, (2, 3)),
        ({"axes": {2: 4}}, (2, 3)),
        ({"shape": (None, 4)}, (2, 3)),
        ({"shape": (None, 3, 1)}, (2, 3)),
        ({"dtype": "int32"}, (2, 3)),
    ],
)
def test_what_is_asked_for_is_needed(words, shape):
    with pytest.raises(ShapeError, match=r'Told "\w+": input must be as its input_spec says'):
        Told([InputSpec(**words)], name="told")(np.zeros(shape, "float32"))


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"ndim": 3, "axes": {1: 3, -1: None}},
        {"min_ndim": 2, "max_ndim": 3},
        {"shape": (None, 3, 1), "dtype": "float32"},
        {"shape": (None, 3), "allow_last_axis_squeeze": True},
    ],
)
def test_what_fits_goes_through(words):
    assert Told(InputSpec(**words))(np.zeros((2, 3, 1), "float32")).shape == (2, 3, 1)


def test_symbols_are_checked_and_later_calls_too():
    layer = Told(InputSpec(ndim=4))
    with pytest.raises(ShapeError, match=r"got \(None, 5\)"):
        layer(Input((5,)))
    layer(Input((5, 5, 3)))
    with pytest.raises(ShapeError, match=r"got \(None, 5\)"):
        layer(np.zeros((2, 5)))


def test_a_spec_made_in_build_holds_from_then_on():
    class Building(Told):
        def build(self, input_shape):
            self.input_spec = [InputSpec(shape=input_shape)]

    layer = Building()
    layer(np.zeros((2, 5)))
    layer(np.zeros((7, 5)))
    with pytest.raises(ShapeError, match=r"InputSpec\(shape=\(None, 5\)\), got \(None, 6\)"):
        layer(np.zeros((2, 6)))


def test_several_inputs_are_counted_and_checked_one_by_one():
    layer = Told([InputSpec(ndim=2), InputSpec(ndim=3)])
    one, two = np.zeros((2, 5)), np.zeros((2, 5, 5))
    layer([one, two])
    with pytest.raises(ShapeError, match=r"input 1 must be .*ndim=3.*got \(None, 5\)"):
        layer([one, one])
    with pytest.raises(ShapeError, match="asks for 2 inputs, got 1"):
        layer(one)
    named = Told([InputSpec(ndim=3, name="b"), InputSpec(ndim=2, name="a")])
    named({"a": one, "b": two})
    with pytest.raises(ShapeError, match="input 0"):
        named({"a": two, "b": one})


def test_the_record_makes_it_again():
    spec = InputSpec("float32", (None, 3), axes={1: 3}, name="x")
    assert repr(InputSpec.from_config(spec.get_config())) == repr(spec)
