"""Matrices: the rest of `tf.linalg`; the last two axes are rows and columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from saccade.tensorflow_alias.parts.tensors.arithmetic import norm
from saccade.tensorflow_alias.parts.tensors.tensors import pair, tensor_of


def trace(x: Any, name: str | None = None) -> torch.Tensor:
    return tensor_of(x).diagonal(dim1=-2, dim2=-1).sum(-1)


def diag(diagonal: Any, name: str | None = None) -> torch.Tensor:
    """A matrix with these numbers on its diagonal."""
    return torch.diag_embed(tensor_of(diagonal))


def diag_part(input: Any, name: str | None = None) -> torch.Tensor:
    return tensor_of(input).diagonal(dim1=-2, dim2=-1)


def det(input: Any, name: str | None = None) -> torch.Tensor:
    return torch.linalg.det(tensor_of(input))


def inv(input: Any, adjoint: bool = False, name: str | None = None) -> torch.Tensor:
    return torch.linalg.inv(tensor_of(input))


def matvec(a: Any, b: Any, transpose_a: bool = False, name: str | None = None) -> torch.Tensor:
    """A matrix times a vector."""
    x, y = pair(a, b)
    x = x.transpose(-1, -2) if transpose_a else x
    return (x @ y[..., None])[..., 0]


def matrix_transpose(a: Any, name: str | None = None, conjugate: bool = False) -> torch.Tensor:
    return tensor_of(a).transpose(-1, -2)


def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> torch.Tensor:
    """Zeros outside so many diagonals below and above the main one; -1 keeps all."""
    x = tensor_of(input)
    rows = torch.arange(x.shape[-2])[:, None] - torch.arange(x.shape[-1])
    low, high = int(num_lower), int(num_upper)
    kept = (rows <= low if low >= 0 else True) & (-rows <= high if high >= 0 else True)
    return torch.where(kept & torch.ones_like(rows, dtype=torch.bool), x, torch.zeros_like(x))


def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None):
    """(x / its length, its length)."""
    x = tensor_of(tensor)
    length = norm(x, ord, axis, keepdims=True)
    return x / length, length


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: Any = None):
    """The singular values s, and the matrices u and v of x = u diag(s) v^T."""
    x = tensor_of(tensor)
    if not compute_uv:
        return torch.linalg.svdvals(x)
    u, s, v_turned = torch.linalg.svd(x, full_matrices=full_matrices)
    return s, u, v_turned.transpose(-1, -2)


def cholesky(input: Any, name: str | None = None) -> torch.Tensor:
    """The lower triangle L of a matrix L L^T."""
    return torch.linalg.cholesky(tensor_of(input))


def solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> torch.Tensor:
    """The x of matrix x = rhs."""
    a, b = pair(matrix, rhs)
    return torch.linalg.solve(a.transpose(-1, -2) if adjoint else a, b)


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: Any = None) -> torch.Tensor:
    """What comes nearest to an inverse."""
    x = tensor_of(a)
    if rcond is None:
        rcond = 10.0 * max(x.shape[-2:]) * torch.finfo(x.dtype).eps
    return torch.linalg.pinv(x, rtol=rcond)


def cross(a: Any, b: Any, name: str | None = None) -> torch.Tensor:
    """What stands at a right angle to each pair of vectors of three numbers."""
    return torch.linalg.cross(*pair(a, b))


def set_diag(input: Any, diagonal: Any, name: str | None = None) -> torch.Tensor:
    """A matrix with other numbers on its diagonal."""
    x, numbers = pair(input, diagonal)
    return torch.diagonal_scatter(x, numbers, dim1=-2, dim2=-1)


class QR(NamedTuple):
    q: torch.Tensor
    r: torch.Tensor


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> QR:
    """x = q r, q with columns at right angles, r an upper triangle."""
    return QR(*torch.linalg.qr(tensor_of(input), "complete" if full_matrices else "reduced"))


class Eigen(NamedTuple):
    e: torch.Tensor
    v: torch.Tensor


def eigh(tensor: Any, name: str | None = None) -> Eigen:
    """The eigenvalues of a symmetric matrix, the smallest first, and its eigenvectors."""
    return Eigen(*torch.linalg.eigh(tensor_of(tensor)))
