"""Arguments of `keras.ops` that cannot work: a ValueError that says what was needed."""

import numpy as np
import pytest

from saccade import Input, Model, ops

X = np.arange(12, dtype="float32").reshape(3, 4)


@pytest.mark.parametrize("word", ["softmax", "log_softmax", "sum", "max", "argmax", "flip", "sort"])
def test_an_axis_that_is_not_there(word):
    """Torch raises an IndexError, which is caught as well."""
    for kind in (ValueError, IndexError):
        with pytest.raises(kind, match="axis"):
            getattr(ops, word)(X, axis=10)
    with pytest.raises(ValueError, match="shapes"):
        getattr(ops, word)(Input((4,)), axis=10)


@pytest.mark.parametrize("word", ["polar", "psnr", "add", "matmul"])
def test_symbols_whose_sizes_do_not_fit(word):
    more = {"max_val": 1.0} if word == "psnr" else {}
    with pytest.raises(ValueError, match="shapes"):
        getattr(ops, word)(Input((2, 3)), Input((5, 7)), **more)


@pytest.mark.parametrize("word", ["depth_to_space", "space_to_depth"])
@pytest.mark.parametrize("size", [0, 1, -2, 2.5])
def test_blocks_of_no_size(word, size):
    with pytest.raises(ValueError, match="at least 2"):
        getattr(ops, word)(np.ones((1, 4, 4, 4), "float32"), size)


def test_a_slice_to_the_end():
    np.testing.assert_array_equal(ops.slice(X, (1, 2), (-1, 1)), X[1:, 2:3])
    assert ops.slice(Input((4,)), (0, 1), (-1, 2)).shape == (None, 2)
    with pytest.raises(ValueError, match="each axis"):
        ops.slice(X, (0,), (1, 1))


def test_numbers_that_are_no_class_mark_nothing():
    found = ops.multi_hot(np.array([[0, -1], [3, 9]]), 4)
    np.testing.assert_array_equal(found, [[1, 0, 0, 0], [0, 0, 0, 1]])
    assert ops.multi_hot(Input((2,), dtype="int32"), 4).shape == (None, 4)


def test_moments_of_halves_stay_finite():
    x = ops.convert_to_tensor(np.array([-400.0, 400.0, -400.0, 400.0]), "float16")
    mean, spread = ops.moments(x, axes=[0])
    assert (float(mean), float(spread)) == (0.0, 65504.0)


def test_functions_over_symbols():
    """`map`, `scan`, `switch` and the others note a layer, called by keywords too."""
    x = Input((4,))
    made = {
        "map": ops.map(lambda row: row * 2, x),
        "vectorized_map": ops.vectorized_map(lambda row: row + 1, x),
        "scan": ops.scan(lambda total, row: (total + row, row), ops.zeros((4,)), x)[1],
        "sums": ops.associative_scan(f=lambda a, b: a + b, elems=x, axis=1),
    }
    model = Model(x, made)
    found = {word: np.asarray(one) for word, one in model(X).items()}
    np.testing.assert_array_equal(found["map"], X * 2)
    np.testing.assert_array_equal(found["vectorized_map"], X + 1)
    np.testing.assert_array_equal(found["scan"], X)
    np.testing.assert_array_equal(found["sums"], np.cumsum(X, axis=1))


WORDS = ["sum", "mean", "max", "amin", "any", "all", "var", "std", "prod", "ptp"]
OF_NAN = ["nansum", "nanmean", "nanmax", "nanmin", "nanvar", "nanstd"]


@pytest.mark.parametrize("word", [*WORDS, *OF_NAN])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [(), []])
def test_no_axes_are_not_all_axes(word, keepdims, axis):
    """`axis=()` reduces nothing, as in NumPy; torch reduces everything."""
    expected = getattr(np, word)(X, axis=(), keepdims=keepdims)
    found = np.asarray(getattr(ops, word)(X, axis=axis, keepdims=keepdims))
    assert found.shape == X.shape
    np.testing.assert_allclose(found, expected)
    assert getattr(ops, word)(Input((4,)), axis=axis).shape == (None, 4)
