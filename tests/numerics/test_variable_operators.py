"""Operators of a weight: what Keras's Variable gives beside arrays, dtypes and other weights."""

import operator

import numpy as np
import pytest
import torch

import saccade
from saccade.backend.own_variable import Variable
from saccade.errors import NotSupported

ROW = np.array([1.0, 2.0], "float32")
OTHER = np.array([2.0, 2.0], "float32")


def variable(values=ROW, dtype=None, trainable=False):
    return Variable(values, dtype=dtype, trainable=trainable)


@pytest.mark.parametrize("word", ["lt", "le", "gt", "ge", "ne"])
@pytest.mark.parametrize("trainable", [True, False])
def test_comparisons_with_arrays(word, trainable):
    function = getattr(operator, word)
    found = function(variable(trainable=trainable), OTHER)
    assert found.tolist() == function(ROW, OTHER).tolist()


@pytest.mark.parametrize(
    ("word", "expected"), [("and_", [False, True]), ("or_", [True, True]), ("xor", [True, False])]
)
@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "bool"])
def test_these_are_of_truth_values(word, expected, dtype):
    """As `keras.Variable` has them: not bit by bit."""
    one, other = variable([0, 5], dtype), variable([1, 3], "int32")
    function = getattr(operator, word)
    assert function(one, other).tolist() == expected
    assert function(one, np.array([1, 3])).tolist() == expected


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (("float16", "float32"), "float32"),
        (("bfloat16", "float16"), "float32"),
        (("int8", "bool"), "int8"),
        (("float16", "int32"), "float16"),
    ],
)
@pytest.mark.parametrize("word", ["matmul", "sub"])
def test_dtypes_that_torch_does_not_join(dtypes, expected, word):
    one, other = (variable(np.ones(1), dtype) for dtype in dtypes)
    found = getattr(operator, word)(one, other)
    assert str(found.dtype) == f"torch.{expected}"


def test_products_with_arrays_on_either_side():
    weight = variable(np.eye(2, dtype="float32") * 3, trainable=True)
    array = np.arange(4, dtype="float32").reshape(2, 2)
    np.testing.assert_array_equal((weight @ array).detach().numpy(), array * 3)
    product = torch.as_tensor(array) @ weight
    product.sum().backward()
    assert weight.grad is not None


@pytest.mark.parametrize("word", ["sub", "matmul", "lt"])
def test_a_weight_beside_a_symbol_is_told_why_not(word):
    function, symbol = getattr(operator, word), saccade.Input((2,))
    for pair in ((symbol, variable()), (variable(), symbol)):
        with pytest.raises(NotSupported, match="would not be trained"):
            function(*pair)


@pytest.mark.parametrize("kind", [int, float, bool])
def test_only_a_single_number_is_a_number(kind):
    assert kind(variable([3.0])) == kind(3)
    with pytest.raises(TypeError, match="single number"):
        kind(variable())


@pytest.mark.parametrize("word", ["constraint", "regularizer"])
def test_only_functions_are_taken(word):
    weight = variable()
    setattr(weight, word, abs)
    assert getattr(weight, word) is abs
    with pytest.raises(ValueError, match=word):
        setattr(weight, word, "a word")
    setattr(weight, word, None)


def test_overwriting_is_yes_or_no():
    weight = variable()
    weight.overwrite_with_gradient = True
    assert weight.overwrite_with_gradient
    with pytest.raises(TypeError, match="boolean"):
        weight.overwrite_with_gradient = "yes"
