"""Drop mask: which values dropout keeps, from whole random words."""

from __future__ import annotations

import torch

# A word of so many bits tells rates apart that are whole multiples of 2 to the minus that.
_WORDS = {8: torch.int8, 16: torch.int16, 32: torch.int32}


def drop_mask(x: torch.Tensor, rate: float, generator: torch.Generator | None) -> torch.Tensor:
    """For each value of `x` 0 with probability `rate`, else 1 / (1 - rate); on the CPU.

    A generator of torch's fills whole 64-bit words faster than it draws numbers one by one: eight
    values share a word where the rate allows, as 0.5 does, else four, else two. The rate is met to
    2 to the minus 33.

    Args:
        x: floats, of any shape; the mask has its shape and dtype.
        rate: in [0, 1).
        generator: the stream to draw from; None for torch's own.
    """
    bits = next((n for n in (8, 16) if (rate * 2**n).is_integer()), 32)
    count = -(-x.numel() * bits // 64)
    words = torch.randint(-(2**63), 2**63 - 1, (count,), generator=generator, dtype=torch.int64)
    parts = words.view(_WORDS[bits])[: x.numel()].view(x.shape)
    lowest_kept = round(rate * 2**bits) - 2 ** (bits - 1)
    if lowest_kept >= 2 ** (bits - 1):  # a rate that is 1 but for 2 to the minus 33
        return torch.zeros_like(x)
    return (parts >= lowest_kept).to(x.dtype).mul_(1 / (1 - rate))
