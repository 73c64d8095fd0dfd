"""Spectra: complex numbers and Fourier transforms, over the last axis, the last two or three."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.tensorflow_alias.parts.tensors.tensors import as_axis, pair, sizes_of, tensor_of

Transform = Callable[..., torch.Tensor]


def _whole(function: Callable[..., torch.Tensor], axes: int) -> Transform:
    """A transform of complex numbers; TensorFlow refuses others, which are taken here."""

    def transform(input: Any, name: str | None = None) -> torch.Tensor:
        return function(tensor_of(input), dim=tuple(range(-axes, 0)))

    return transform


def _half(function: Callable[..., torch.Tensor], axes: int) -> Transform:
    """A transform between real numbers and the half of their spectrum that says all."""

    def transform(input_tensor: Any, fft_length: Any = None, name: str | None = None):
        sizes = None if fft_length is None else sizes_of(fft_length)
        return function(tensor_of(input_tensor), s=sizes, dim=tuple(range(-axes, 0)))

    return transform


fft, fft2d, fft3d = (_whole(torch.fft.fftn, axes) for axes in (1, 2, 3))
ifft, ifft2d, ifft3d = (_whole(torch.fft.ifftn, axes) for axes in (1, 2, 3))
rfft, rfft2d, rfft3d = (_half(torch.fft.rfftn, axes) for axes in (1, 2, 3))
irfft, irfft2d, irfft3d = (_half(torch.fft.irfftn, axes) for axes in (1, 2, 3))


def fftshift(x: Any, axes: Any = None, name: str | None = None) -> torch.Tensor:
    """The frequency 0 in the middle, of all axes when None."""
    return torch.fft.fftshift(tensor_of(x), as_axis(axes))


def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> torch.Tensor:
    """What `fftshift` did, undone."""
    return torch.fft.ifftshift(tensor_of(x), as_axis(axes))


def complex(real: Any, imag: Any, name: str | None = None) -> torch.Tensor:
    return torch.complex(*pair(real, imag))


def real(input: Any, name: str | None = None) -> torch.Tensor:
    """Real numbers stay themselves."""
    return tensor_of(input).real


def imag(input: Any, name: str | None = None) -> torch.Tensor:
    """Zeros for real numbers."""
    x = tensor_of(input)
    return x.imag if x.is_complex() else torch.zeros_like(x)


def conj(x: Any, name: str | None = None) -> torch.Tensor:
    return torch.conj_physical(tensor_of(x))


def angle(input: Any, name: str | None = None) -> torch.Tensor:
    """In radians."""
    return tensor_of(input).angle()
