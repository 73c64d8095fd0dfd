"""Input record: what the numbers were that a network with trained weights was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from saccade.files.weight_store import places


@dataclass(frozen=True)
class InputRecord:
    """The range of a network's input, and the function that brings pixels into it.

    Attributes:
        mode: "caffe" (BGR minus means), "tf" (-1 to 1), "torch" (mean and deviation of ImageNet)
            or "raw" (pixels as they are, which the network itself scales).
        low, high: what 0 and 255 can become, the least and the greatest over the channels.
        preprocess_input: the dotted name of the function; empty for a network that brings pixels
            into its range itself and was built without the layers that do so.
    """

    mode: str
    low: float
    high: float
    preprocess_input: str


def record_input(record: InputRecord, *layers: Any) -> None:
    """Note on a model, and on the layers of it that take the image, what the input must be.

    Both, because a graph that goes on from the model's output shares its layers and not it.
    """
    for layer in layers:
        layer.input_record = record


def input_records(model: Any) -> dict[str, dict[str, Any]]:
    """The records of a model and the layers inside it by their place, as JSON can hold them."""
    found = {place.path: getattr(place.layer, "input_record", None) for place in places(model)}
    return {path: asdict(one) for path, one in found.items() if isinstance(one, InputRecord)}


def restore_input_records(model: Any, saved: Any) -> None:
    """Give a model the records that `input_records` gave; what is no record is passed over."""
    if not isinstance(saved, Mapping) or not saved:
        return
    for place in places(model):
        plain = saved.get(place.path)
        if isinstance(plain, Mapping) and _is_record(plain):
            record_input(InputRecord(**plain), place.layer)


def _is_record(plain: Mapping[Any, Any]) -> bool:
    if set(plain) != set(InputRecord.__dataclass_fields__):
        return False
    words = all(isinstance(plain[word], str) for word in ("mode", "preprocess_input"))
    return words and all(isinstance(plain[end], (int, float)) for end in ("low", "high"))
