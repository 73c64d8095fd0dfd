"""TensorFlow's functions among a model's layers: what `tf.nn.relu(symbol)` notes.

It is written as Keras 2 wrote it, which is the only Keras that has such layers: under the class
`TFOpLambda`, with the function's name in the config and all its arguments in the call.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ClassVar

from saccade.errors import NotSupported
from saccade.graph import values_now
from saccade.layers.operations.operation import Operation, has_symbols, together
from saccade.names import auto_name

_PER_IMAGE = frozenset(
    f"image.{word}"
    for word in [
        "central_crop",
        "convert_image_dtype",
        "flip_left_right",
        "grayscale_to_rgb",
        "per_image_standardization",
        "resize",
        "resize_with_pad",
        "rgb_to_grayscale",
    ]
) | {"cast", "math.divide", "divide", "nn.relu"}
"""Functions of each image by itself, which scripts put before a network."""


class TFOpLambda(Operation):
    """One function of the thin tensorflow, by its name without "tf.": "nn.relu".

    Attributes:
        found: gives the function of a name; set by the thin tensorflow when it is first used, for
            this floor knows nothing of it.

    Raises:
        NotSupported: nothing of tensorflow was used in this process.
    """

    keras_module = "keras.layers"
    found: ClassVar[Callable[[str], Callable[..., Any]] | None] = None

    def __init__(self, function: str, name: str | None = None, **placement: Any):
        super().__init__(name=name or auto_name(f"tf.{function}"))
        self.word = function
        find = self._finder()
        if find is None:
            raise NotSupported(
                f'layer "{self.name}"',
                f"the model calls tf.{function}, and there is no tensorflow here",
                None,
                "Load it in a script that runs with `python -m saccade` and imports tensorflow.",
            )
        self.of_values: Any = find(function)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = together((args, kwargs))
        return self.of_values(*args, **kwargs)

    @property
    def keeps_samples_apart(self) -> bool:
        return self.word in _PER_IMAGE and all(len(node.inputs) == 1 for node in self.nodes)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "function": self.word}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TFOpLambda:
        return cls(config["function"], config.get("name"))

    @classmethod
    def _finder(cls) -> Callable[[str], Any] | None:
        return cls.found

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "of_values": None}  # found again by its name

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        find = self._finder()
        self.of_values = find(self.word) if find else None


TFOpLambda._takes_training = False


def on_symbols(word: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which on symbols notes a `TFOpLambda` of that name instead."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def of_values_or_symbols(*args: Any, **kwargs: Any) -> Any:
        if has_symbols(args) or (kwargs and has_symbols(kwargs.values())):
            if (known := values_now()) is not None:
                return known.call(function, args, kwargs)
            bound = signature.bind(*args, **kwargs)
            bound.arguments.pop("name", None)
            return TFOpLambda(word)(*bound.args, **bound.kwargs)
        return function(*args, **kwargs)

    return of_values_or_symbols
