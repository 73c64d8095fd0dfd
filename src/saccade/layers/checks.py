"""Checks that layers share: shapes, options that are refused, where the input's shape is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.graph import Shape, batch_shape
from saccade.names import nearest
from saccade.records import is_record


def refuse(layer: Any, **options: Any) -> None:
    """Raise for an option of Keras's that is given and not built here."""
    for option, value in options.items():
        if value is not None and value is not False:
            raise NotSupported(
                getattr(layer, "where", str(layer)), f"{option} is not supported yet", repr(value)
            )


def check_channels_last(layer: Any, data_format: str | None) -> str:
    """Keras's `data_format`: None and "channels_last" are obeyed, the other is refused."""
    if data_format not in (None, "channels_last"):
        raise NotSupported(
            layer.where,
            'data_format must be "channels_last"',
            repr(data_format),
            "Give images as (batch, height, width, channels); inside, saccade computes in the "
            "layout that is fastest.",
        )
    return "channels_last"


def check_images(layer: Any, shape: Sequence[int | None]) -> None:
    """Raise unless a shape is (batch, height, width, channels)."""
    if len(shape) != 4:
        do = "Add a channel axis: x[..., None]." if len(shape) == 3 else ""
        raise ShapeError(
            layer.where,
            "input must be (batch, height, width, channels)",
            str(tuple(shape)),
            do,
        )


def checked_dtype(where: str, dtype: Any) -> str:
    if is_record(dtype):
        dtype = dtype["config"]["name"]
    name = getattr(dtype, "name", None) or str(dtype).removeprefix("torch.")
    if dtype is not None and name != "float32":
        raise NotSupported(where, 'dtype must be "float32" for now', repr(dtype))
    return "float32"


_PLACEMENT_WORDS = (
    "batch_input_shape",
    "batch_shape",
    "batch_size",
    "input_dim",
    "input_shape",
    "weights",
)


def given_shape(where: str, placement: dict[str, Any]) -> Shape | None:
    """The shape that `input_shape=` and its older spellings give, batch first."""
    legal = (
        "input_shape",
        "batch_input_shape",
        "batch_shape",
        "input_dim",
        "batch_size",
        "weights",
    )
    for word in placement:
        if word not in legal:
            guess = nearest(word, legal)
            do = f"Did you mean {guess}=?" if guess else ""
            raise InvalidArgument(where, "has no such argument", f"{word}=", do)
    refuse(where, weights=placement.get("weights"))
    batch = placement.get("batch_size")
    if placement.get("input_shape") is not None:
        return batch_shape(where, (batch, *batch_shape(where, placement["input_shape"])))
    for word in ("batch_input_shape", "batch_shape"):
        if placement.get(word) is not None:
            return batch_shape(where, placement[word])
    if placement.get("input_dim") is not None:
        return batch_shape(where, (batch, placement["input_dim"]))
    return None
