"""Linear algebra: what Keras refuses is refused by name, and symbols get their shapes."""

import numpy as np
import pytest

from saccade import Input, ops

SQUARE = ("cholesky", "cholesky_inverse", "det", "slogdet", "logdet", "eig", "eigh", "inv")
MATRIX = (*SQUARE, "pinv", "matrix_rank", "qr", "lu_factor", "svd")


@pytest.mark.parametrize("word", SQUARE)
def test_a_matrix_that_is_not_square_is_refused(word):
    with pytest.raises(ValueError, match="square"):
        getattr(ops, word)(np.ones((2, 3, 4), "float32"))


@pytest.mark.parametrize("word", MATRIX)
def test_a_vector_is_no_matrix(word):
    with pytest.raises(ValueError, match="two axes"):
        getattr(ops, word)(np.ones(3, "float32"))


@pytest.mark.parametrize("word", ["solve", "solve_triangular"])
def test_the_sizes_of_what_is_solved_must_fit(word):
    solve = getattr(ops, word)
    with pytest.raises(ValueError, match="square"):
        solve(np.ones((2, 3), "float32"), np.ones(2, "float32"))
    with pytest.raises(ValueError, match="rows"):
        solve(np.eye(3, dtype="float32"), np.ones((2, 5), "float32"))


def test_a_vector_of_each_matrix_is_solved():
    """Batches of vectors: one axis less than the matrices, whatever the sizes are."""
    a = np.random.default_rng(0).random((3, 3, 3)) + np.eye(3)
    b = np.random.default_rng(1).random((3, 3))
    found = np.asarray(ops.solve(a, b))
    np.testing.assert_allclose(np.einsum("bij,bj->bi", a, found), b, rtol=1e-6)


def test_cholesky_refuses_what_has_no_root():
    with pytest.raises(ValueError, match="positive definite"):
        ops.cholesky(-np.eye(3, dtype="float32"))


def test_qr_names_its_modes():
    with pytest.raises(ValueError, match="reduced"):
        ops.qr(np.eye(3, dtype="float32"), mode="raw")


@pytest.mark.parametrize(
    ("word", "shapes"),
    [
        ("cholesky", [(None, 4, 4)]),
        ("inv", [(None, 4, 4)]),
        ("det", [(None,)]),
        ("eig", [(None, 4), (None, 4, 4)]),
        ("lu_factor", [(None, 4, 4), (None, 4)]),
    ],
)
def test_symbols_get_the_shapes(word, shapes):
    """Found by running on a matrix that has an inverse, so none of them stops."""
    found = getattr(ops, word)(Input((4, 4)))
    found = found if isinstance(found, (tuple, list)) else [found]
    assert [tuple(one.shape) for one in found] == shapes
