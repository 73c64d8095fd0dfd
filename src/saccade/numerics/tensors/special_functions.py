"""Special functions: what else `keras.ops` computes number by number."""

from __future__ import annotations

import math
from typing import Any

import torch

from saccade.numerics.tensors.ops_formulas import of_floats
from saccade.numerics.tensors.tensor_functions import (
    convert_to_tensor,
    elementwise,
    floats,
    paired,
    torch_dtype,
)

arccosh, arcsinh, arctanh, exp2, sinc = map(
    of_floats, (torch.arccosh, torch.arcsinh, torch.arctanh, torch.exp2, torch.sinc)
)
erfc, erfinv, i0, fabs = map(of_floats, (torch.erfc, torch.erfinv, torch.i0, torch.abs))
deg2rad, rad2deg, angle = map(of_floats, (torch.deg2rad, torch.rad2deg, torch.angle))
isposinf, isneginf, isreal, signbit = map(
    elementwise, (torch.isposinf, torch.isneginf, torch.isreal, torch.signbit)
)
fmax, fmin, fmod = map(paired, (torch.fmax, torch.fmin, torch.fmod))


def cbrt(x: Any) -> torch.Tensor:
    """The third root, of negative numbers too."""
    x = floats(x)
    return x.sign() * x.abs() ** (1 / 3)


def hypot(x1: Any, x2: Any) -> torch.Tensor:
    """sqrt(x1^2 + x2^2)."""
    return torch.hypot(*_both(x1, x2))


def nextafter(x1: Any, x2: Any) -> torch.Tensor:
    """The float next to x1, towards x2."""
    return torch.nextafter(*_both(x1, x2))


def logaddexp2(x1: Any, x2: Any) -> torch.Tensor:
    """log2(2^x1 + 2^x2)."""
    return torch.logaddexp2(*_both(x1, x2))


def ldexp(x1: Any, x2: Any) -> torch.Tensor:
    """x1 2^x2."""
    return torch.ldexp(floats(x1), convert_to_tensor(x2))


def heaviside(x1: Any, x2: Any) -> torch.Tensor:
    """0 below 0, 1 above, and x2 at 0."""
    first, second = _both(x1, x2)
    return torch.heaviside(first, second)


def real(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.real if x.is_complex() else x


def imag(x: Any) -> torch.Tensor:
    x = convert_to_tensor(x)
    return x.imag if x.is_complex() else torch.zeros_like(x)


def conj(x: Any) -> torch.Tensor:
    return torch.conj(convert_to_tensor(x)).resolve_conj()


conjugate = conj


def polar(abs_: Any, angle: Any) -> torch.Tensor:
    """The complex numbers of these lengths and angles."""
    return torch.polar(*_both(abs_, angle))


def view_as_complex(x: Any) -> torch.Tensor:
    """Pairs along the last axis as complex numbers."""
    return torch.view_as_complex(convert_to_tensor(x))


def view_as_real(x: Any) -> torch.Tensor:
    """Complex numbers as pairs along a new last axis."""
    return torch.view_as_real(convert_to_tensor(x))


def view(x: Any, dtype: Any = None) -> torch.Tensor:
    """The same bytes, read as numbers of another dtype."""
    x = convert_to_tensor(x)
    return x if dtype is None else x.contiguous().view(torch_dtype(dtype))


def saturate_cast(x: Any, dtype: Any) -> torch.Tensor:
    """Another dtype; what lies beyond it becomes its largest or smallest number."""
    x, kind = convert_to_tensor(x), torch_dtype(dtype)
    if kind is torch.bool:
        return x.to(kind)
    limits = torch.finfo(kind) if kind.is_floating_point else torch.iinfo(kind)
    own = torch.finfo(x.dtype) if x.is_floating_point() else None
    if own is None and x.dtype is not torch.bool:
        own = torch.iinfo(x.dtype)
    if own is None:
        return x.to(kind)
    least, most = max(limits.min, own.min), min(limits.max, own.max)
    if x.is_floating_point() and not kind.is_floating_point:  # the float below the limit
        most = math.nextafter(most, 0) if float(torch.tensor(most, dtype=x.dtype)) > most else most
    made = x.clamp(least, most)
    return torch.where(x >= most, torch.tensor(most).to(kind), made.to(kind))


def _both(x1: Any, x2: Any) -> tuple[torch.Tensor, torch.Tensor]:
    first, second = floats(x1), floats(x2)
    kind = torch.promote_types(first.dtype, second.dtype)
    return torch.broadcast_tensors(first.to(kind), second.to(kind))  # type: ignore[return-value]
