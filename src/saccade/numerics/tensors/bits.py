"""Bits: operations on the binary digits of integers, in the words of `keras.ops`."""

from __future__ import annotations

from typing import Any

import torch

from saccade.numerics.tensors.tensor_functions import convert_to_tensor, paired


def bitwise_and(x: Any, y: Any) -> torch.Tensor:
    return paired(torch.bitwise_and)(x, y)


def bitwise_or(x: Any, y: Any) -> torch.Tensor:
    return paired(torch.bitwise_or)(x, y)


def bitwise_xor(x: Any, y: Any) -> torch.Tensor:
    return paired(torch.bitwise_xor)(x, y)


def bitwise_left_shift(x: Any, y: Any) -> torch.Tensor:
    return paired(torch.bitwise_left_shift)(x, y)


def bitwise_right_shift(x: Any, y: Any) -> torch.Tensor:
    return paired(torch.bitwise_right_shift)(x, y)


def bitwise_not(x: Any) -> torch.Tensor:
    return torch.bitwise_not(convert_to_tensor(x))


def gcd(x1: Any, x2: Any) -> torch.Tensor:
    """The greatest common divisor."""
    return paired(torch.gcd)(x1, x2)


def lcm(x1: Any, x2: Any) -> torch.Tensor:
    """The least common multiple."""
    return paired(torch.lcm)(x1, x2)


bitwise_invert = bitwise_not
left_shift, right_shift = bitwise_left_shift, bitwise_right_shift
