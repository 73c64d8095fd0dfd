"""Products of matrices in the dtypes that Keras gives them."""

from __future__ import annotations

from typing import Any

import torch

from saccade.numerics.tensors.conversion import convert_to_tensor


def matmul(x1: Any, x2: Any) -> torch.Tensor:
    x1, x2, gives = factors(convert_to_tensor(x1), convert_to_tensor(x2))
    return torch.matmul(x1, x2).to(gives)


def factors(x1: torch.Tensor, x2: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.dtype]:
    """Two tensors of one dtype that torch multiplies as matrices, and the dtype of their product.

    That is Keras's: of bool it is bool, of two int8 int32.
    """
    kind = torch.promote_types(x1.dtype, x2.dtype)
    if kind is torch.bool:
        return x1.int(), x2.int(), torch.bool
    if x1.dtype is x2.dtype is torch.int8:
        return x1.int(), x2.int(), torch.int32
    return x1.to(kind), x2.to(kind), kind


def dot(x1: Any, x2: Any) -> torch.Tensor:
    """The same, and a product with one number."""
    x1, x2 = convert_to_tensor(x1), convert_to_tensor(x2)
    if 0 in (x1.ndim, x2.ndim):
        return torch.multiply(x1, x2)
    product = matmul(x1, x2)  # which of two int8 is wider than Keras's here
    return product.to(torch.promote_types(x1.dtype, x2.dtype))
