"""Spectra: Fourier transforms and the windows that go with them, in the words of `keras.ops`.

A complex array is a pair, real and imaginary part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from saccade.numerics.tensors.tensor_functions import convert_to_tensor


def _transformed(x: Any, function: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    made = function(torch.complex(*(convert_to_tensor(part).float() for part in x)))
    return made.real, made.imag


def fft(x: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """The Fourier transform along the last axis."""
    return _transformed(x, torch.fft.fft)


def fft2(x: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """The Fourier transform along the last two axes."""
    return _transformed(x, torch.fft.fft2)


def ifft2(x: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """What `fft2` was made of."""
    return _transformed(x, torch.fft.ifft2)


def rfft(x: Any, fft_length: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """The first half of the Fourier transform of real numbers."""
    made = torch.fft.rfft(convert_to_tensor(x), n=fft_length)
    return made.real, made.imag


def irfft(x: Any, fft_length: int | None = None) -> torch.Tensor:
    """What `rfft` was made of."""
    real, imag = (convert_to_tensor(part).float() for part in x)
    return torch.fft.irfft(torch.complex(real, imag), n=fft_length)


def bartlett(x: Any) -> torch.Tensor:
    """A window of x numbers: a triangle."""
    return torch.bartlett_window(int(x), periodic=False)


def blackman(x: Any) -> torch.Tensor:
    return torch.blackman_window(int(x), periodic=False)


def hamming(x: Any) -> torch.Tensor:
    return torch.hamming_window(int(x), periodic=False)


def hanning(x: Any) -> torch.Tensor:
    return torch.hann_window(int(x), periodic=False)


def kaiser(x: Any, beta: float) -> torch.Tensor:
    return torch.kaiser_window(int(x), periodic=False, beta=float(beta))
