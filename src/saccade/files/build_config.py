"""Build config: what a layer was built for, as plain data in its record."""

from __future__ import annotations

from typing import Any

from saccade.errors import StateError
from saccade.layers.core.custom_storage import is_own


def build_config(layer: Any) -> dict[str, Any] | None:
    """What the layer's own `get_build_config` says, else the shape that it was built for."""
    if is_own(layer, "get_build_config") and hasattr(layer, "get_build_config"):
        return layer.get_build_config()
    if not getattr(layer, "built", False):
        return None
    try:
        return {"input_shape": layer.input_shape}
    except (AttributeError, StateError):  # an initialiser; a layer without a known shape
        return None
