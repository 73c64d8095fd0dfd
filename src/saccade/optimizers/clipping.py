"""Clipping: gradients made shorter where they are longer than allowed."""

from __future__ import annotations

import torch

Tensors = list[torch.Tensor]


def clip(
    g: Tensors,
    value: float | None = None,
    norm: float | None = None,
    global_norm: float | None = None,
) -> Tensors:
    """The gradients with the one limit given; the very same list without any.

    The law::

        value:        min(max(g, -value), value), element by element
        norm:         g * norm / max(|g|, norm), weight by weight
        global_norm:  g * global_norm / max(|all g together|, global_norm)

    Args:
        g: gradients of any shapes; they are not changed.
        value, norm, global_norm: positive limits, at most one of them.
    """
    if value is norm is global_norm is None:
        return g
    g = [torch.as_tensor(one) for one in g]
    if value is not None:
        return [one.clamp(-value, value) for one in g]
    if norm is not None:
        return [one * (norm / one.norm().clamp(min=norm)) for one in g]
    assert global_norm is not None
    whole = torch.stack([one.norm() for one in g]).norm()
    return [one * (global_norm / whole.clamp(min=global_norm)) for one in g]
