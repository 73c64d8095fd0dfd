"""Input record: what the numbers were that a network with trained weights was trained on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class InputRecord:
    """The range of a network's input, and the function that brings pixels into it.

    Attributes:
        mode: "caffe" (BGR minus means), "tf" (-1 to 1) or "torch" (mean and deviation of ImageNet).
        low, high: what 0 and 255 can become, the least and the greatest over the channels.
        preprocess_input: the dotted name of the function.
    """

    mode: str
    low: float
    high: float
    preprocess_input: str

    def as_plain(self) -> dict[str, Any]:
        """The record as JSON can hold it."""
        return asdict(self)
