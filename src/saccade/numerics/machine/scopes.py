"""Scopes: where new tensors go, and what of a function is kept for its gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint


def device(device_name: str) -> torch.device:
    """A scope whose new tensors are on a device: `with device("gpu:0"):`.

    Args:
        device_name: "cpu" or "gpu", with a number after a colon where there are several.

    Source: `keras.device`.
    """
    kind, _, number = str(device_name).lower().removeprefix("/").partition(":")
    if kind == "device":  # TensorFlow's "/device:GPU:0"
        kind, _, number = number.partition(":")
    kind = {"gpu": "cuda"}.get(kind, kind)
    return torch.device(kind if kind == "cpu" or not number else f"{kind}:{number}")


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose inner values are computed again for gradients, which saves their memory.

    Source: `keras.remat`; Chen et al. (2016), "Training Deep Nets with Sublinear Memory Cost".
    """

    @wraps(f)
    def computed_twice(*args: Any, **kwargs: Any) -> Any:
        return checkpoint(f, *args, use_reentrant=False, **kwargs)

    return computed_twice
