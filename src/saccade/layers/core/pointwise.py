"""Pointwise: what layers share whose output has the shape of their input."""

from __future__ import annotations

from typing import Any

from saccade.layers.core.layer import Layer


class Pointwise(Layer):
    """A layer without weights whose output has the shape of its input."""

    casts_integers = True
    weightless = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape
