"""Patterns: axes taken apart, put in order and joined, as a line of names says."""

from __future__ import annotations

import math
import re
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.numerics.tensors.conversion import convert_to_tensor

_WHERE = "ops.rearrange"


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> torch.Tensor:
    """A tensor with its axes as the right side of a pattern has them.

    Args:
        pattern: the names of the axes, as they are and as they are to be: "b h w c -> b c h w".
            Names in brackets are one axis that is made of them, the last the fastest.
        axes_lengths: sizes of names in brackets on the left; one of each may be left out.

    Raises:
        InvalidArgument: a pattern that does not fit.

    Example:
        >>> rearrange(torch.arange(6), "(a b) -> b a", a=2).tolist()
        [[0, 3], [1, 4], [2, 5]]

    Source: Rogozhnikov (2022), Einops.
    """
    x = convert_to_tensor(tensor)
    sides = [_axes_of(side) for side in pattern.split("->")]
    if len(sides) != 2:
        raise InvalidArgument(_WHERE, 'the pattern must be "axes -> axes"', repr(pattern))
    before, after = sides
    if len(before) != x.ndim:
        raise InvalidArgument(_WHERE, f"the pattern must have {x.ndim} axes", pattern)
    sizes: dict[str, int] = dict(axes_lengths)
    for group, size in zip(before, x.shape, strict=True):
        unknown = [name for name in group if name not in sizes]
        known = math.prod(sizes[name] for name in group if name in sizes)
        if len(unknown) > 1 or not known or size % known or (not unknown and size != known):
            raise InvalidArgument(_WHERE, f"({' '.join(group)}) must make {size}", str(sizes))
        sizes |= dict.fromkeys(unknown, size // known)
    names = [name for group in before for name in group]
    wanted = [name for group in after for name in group]
    if sorted(names) != sorted(wanted):
        raise InvalidArgument(_WHERE, "both sides must have the same names", repr(pattern))
    x = x.reshape([sizes[name] for name in names]).permute([names.index(one) for one in wanted])
    return x.reshape([math.prod(sizes[name] for name in group) for group in after])


def _axes_of(side: str) -> list[list[str]]:
    return [re.findall(r"\w+", one) for one in re.findall(r"\(.*?\)|\w+", side)]
