"""Linear algebra: matrices, in the words of `keras.ops.linalg`.

Matrices are the last two axes, (..., rows, columns).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.numerics.tensors.tensor_functions import convert_to_tensor


def _matrix(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x if x.is_floating_point() or x.is_complex() else x.float()


def _matrices(x: Any, where: str) -> torch.Tensor:
    x = _matrix(x)
    if x.ndim < 2:
        raise InvalidArgument(where, "x must have two axes or more", f"shape {tuple(x.shape)}")
    return x


def _squares(x: Any, where: str, name: str = "x") -> torch.Tensor:
    x = _matrices(x, where)
    if x.shape[-1] != x.shape[-2]:
        raise InvalidArgument(
            where, f"{name} must be square: its last two sizes equal", f"shape {tuple(x.shape)}"
        )
    return x


def _solvable(where: str, a: Any, b: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Square matrices and what they are solved for, of one dtype and of fitting sizes."""
    a, b = _both(_squares(a, where, "a"), b)
    rows = b.shape[-1 if b.ndim == a.ndim - 1 else -2] if b.ndim >= a.ndim - 1 else None
    if rows != a.shape[-1]:
        raise InvalidArgument(
            where,
            f"b must have {a.shape[-1]} rows, and as many axes as a or one less",
            f"shape {tuple(b.shape)} beside a of shape {tuple(a.shape)}",
        )
    return a, b


def _both(a: Any, b: Any) -> tuple[torch.Tensor, torch.Tensor]:
    a, b = _matrix(a), _matrix(b)
    kind = torch.promote_types(a.dtype, b.dtype)
    return a.to(kind), b.to(kind)


def norm(
    x: Any, ord: Any = None, axis: int | Sequence[int] | None = None, keepdims: bool = False
) -> torch.Tensor:
    """The length of vectors or of matrices, as `numpy.linalg.norm` counts it.

    Args:
        ord: None is the root of the sum of squares. For vectors 0, inf, -inf or any number p; for
            matrices "fro", "nuc", 1, 2, -1, -2, inf, -inf.
        axis: one for vectors, two for matrices; None takes the whole of x.

    Raises:
        InvalidArgument: an `ord` that is none, or another count of axes.
    """
    x = _matrix(x)
    axes = [axis] if isinstance(axis, int) else None if axis is None else list(axis)
    words = ("fro", "nuc", None)
    if isinstance(ord, str) and ord not in words:
        raise InvalidArgument("norm", f"ord must be a number or one of {words}", repr(ord))
    if axes is None and ord is None:
        found = torch.linalg.vector_norm(x.reshape(-1))
        return found.reshape([1] * x.ndim) if keepdims else found
    axes = list(range(x.ndim)) if axes is None else axes
    if len(axes) == 1:
        if isinstance(ord, str):
            raise InvalidArgument("norm", "ord of vectors must be a number", repr(ord))
        return torch.linalg.vector_norm(x, 2 if ord is None else ord, axes, keepdims)
    if len(axes) != 2:
        raise InvalidArgument("norm", "axis must be one or two axes", repr(axis))
    return torch.linalg.matrix_norm(x, "fro" if ord is None else ord, tuple(axes), keepdims)


def cholesky(x: Any, upper: bool = False) -> torch.Tensor:
    """The triangular root of symmetric matrices.

    Raises:
        InvalidArgument: matrices that are not square, or not positive definite.
    """
    x = _squares(x, "cholesky")
    try:
        return torch.linalg.cholesky(x, upper=upper)
    except torch.linalg.LinAlgError as error:
        raise InvalidArgument("cholesky", "x must be positive definite", str(error)) from None


def cholesky_inverse(x: Any, upper: bool = False) -> torch.Tensor:
    """The inverse of the matrices of which x are the triangular roots."""
    return torch.cholesky_inverse(_squares(x, "cholesky_inverse"), upper=upper)


def det(x: Any) -> torch.Tensor:
    return torch.linalg.det(_squares(x, "det"))


def logdet(x: Any) -> torch.Tensor:
    return torch.logdet(_squares(x, "logdet"))


def slogdet(x: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Sign and logarithm of the size of the determinant."""
    return tuple(torch.linalg.slogdet(_squares(x, "slogdet")))  # type: ignore[return-value]


def eig(x: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Eigenvalues and eigenvectors, complex."""
    return tuple(torch.linalg.eig(_squares(x, "eig")))  # type: ignore[return-value]


def eigh(x: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Eigenvalues and eigenvectors of symmetric matrices."""
    return tuple(torch.linalg.eigh(_squares(x, "eigh")))  # type: ignore[return-value]


def inv(x: Any) -> torch.Tensor:
    return torch.linalg.inv(_squares(x, "inv"))


def pinv(x: Any, rcond: float | None = None) -> torch.Tensor:
    """The inverse in the sense of least squares."""
    x = _matrices(x, "pinv")
    return torch.linalg.pinv(x) if rcond is None else torch.linalg.pinv(x, rtol=rcond)


def matrix_rank(x: Any, tol: float | None = None) -> torch.Tensor:
    """How many rows are independent, int32."""
    x = _matrices(x, "matrix_rank")
    return (torch.linalg.matrix_rank(x) if tol is None else torch.linalg.matrix_rank(x, tol)).int()


def qr(x: Any, mode: str = "reduced") -> tuple[torch.Tensor, torch.Tensor]:
    """An orthogonal and a triangular matrix whose product is x."""
    if mode not in ("reduced", "complete"):
        raise InvalidArgument("qr", 'mode must be "reduced" or "complete"', repr(mode))
    return tuple(torch.linalg.qr(_matrices(x, "qr"), mode=mode))  # type: ignore[return-value]


def lu_factor(x: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Two triangular matrices in one, and the rows that were exchanged, from 0."""
    factors, rows = torch.linalg.lu_factor(_matrices(x, "lu_factor"))
    return factors, rows - 1


def lstsq(a: Any, b: Any, rcond: float | None = None) -> torch.Tensor:
    """The x for which a x comes nearest to b."""
    a, b = _both(a, b)
    columns = b if b.ndim == a.ndim else b.unsqueeze(-1)
    found = torch.linalg.pinv(a, rtol=rcond) @ columns if rcond else torch.linalg.pinv(a) @ columns
    return found if b.ndim == a.ndim else found.squeeze(-1)


def solve(a: Any, b: Any) -> torch.Tensor:
    """The x with a x = b."""
    a, b = _solvable("solve", a, b)
    columns = b if b.ndim == a.ndim else b.unsqueeze(-1)
    found = torch.linalg.solve(a, columns)
    return found if b.ndim == a.ndim else found.squeeze(-1)


def solve_triangular(a: Any, b: Any, lower: bool = False) -> torch.Tensor:
    """The same of triangular matrices."""
    a, b = _solvable("solve_triangular", a, b)
    columns = b if b.ndim == a.ndim else b.unsqueeze(-1)
    found = torch.linalg.solve_triangular(a, columns, upper=not lower)
    return found if b.ndim == a.ndim else found.squeeze(-1)


def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """u, s and v with u diag(s) v = x; s alone without `compute_uv`."""
    if not compute_uv:
        return torch.linalg.svdvals(_matrices(x, "svd"))
    return tuple(torch.linalg.svd(_matrices(x, "svd"), full_matrices=full_matrices))


def cdist(x: Any, y: Any) -> torch.Tensor:
    """The distances of the rows of x from those of y."""
    return torch.cdist(*_both(x, y))


def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> torch.Tensor:
    """The cross product of vectors of 3 (or 2) along an axis."""
    x1, x2 = convert_to_tensor(x1), convert_to_tensor(x2)
    kind = torch.promote_types(x1.dtype, x2.dtype)
    a, b, c = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    first, second = x1.to(kind).movedim(a, -1), x2.to(kind).movedim(b, -1)
    flat = first.shape[-1] == 2 and second.shape[-1] == 2
    first, second = (
        torch.nn.functional.pad(one, (0, 3 - one.shape[-1])) for one in (first, second)
    )
    found = torch.linalg.cross(*torch.broadcast_tensors(first, second))
    return found[..., 2] if flat else found.movedim(-1, c)


def vdot(x1: Any, x2: Any) -> torch.Tensor:
    """The sum of the products of all numbers."""
    x1, x2 = convert_to_tensor(x1).reshape(-1), convert_to_tensor(x2).reshape(-1)
    kind = torch.promote_types(x1.dtype, x2.dtype)
    wide = torch.int32 if kind is torch.bool else kind
    return torch.vdot(x1.to(wide), x2.to(wide)).to(kind)


def kron(x1: Any, x2: Any) -> torch.Tensor:
    """The Kronecker product."""
    return torch.kron(convert_to_tensor(x1), convert_to_tensor(x2))


def vander(x: Any, N: int | None = None, increasing: bool = False) -> torch.Tensor:
    """The powers of the numbers, a row for each."""
    return torch.vander(convert_to_tensor(x), N=N, increasing=increasing)


def corrcoef(x: Any) -> torch.Tensor:
    """The correlations of the rows."""
    return torch.corrcoef(_matrix(x))
