"""A layer made of a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from saccade import activations
from saccade.custom_objects import find_custom
from saccade.errors import InvalidArgument, UnknownName
from saccade.lambda_code import KIND, function_of, is_lambda, named_record
from saccade.layers.core.layer import Layer
from saccade.layers.core.output_shapes import is_shape
from saccade.numerics.tensors.array_record import array_of, is_array_record


class Lambda(Layer):
    """y = function(x, **arguments).

    A function with a name (`def`) is saved by it, and given to `load_model` in `custom_objects`. A
    lambda is saved as Python's code, which `load_model(..., safe_mode=False)` alone reads back.
    Weights that the function uses are not trained: write a layer of your own for these.

    Args:
        function: of an array, or of a list of them. Where it has arguments called `training` or
            `mask`, it is told what the layer was told.
        output_shape: of one output, without the batch, or a function of the input's shape; by
            default the function is tried on zeros.
        mask: of the output: an array, or a function of (inputs, their mask). None hands none on.
        arguments: more arguments for the function, by name.

    Source: `keras.layers.Lambda`.
    """

    keras_module = "keras.layers"
    weightless = True

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **placement: Any,
    ):
        super().__init__(**placement)
        if not callable(function):
            raise InvalidArgument(self.where, "function must be a function", repr(function))
        if arguments is not None and not isinstance(arguments, Mapping):
            raise InvalidArgument(self.where, "arguments must be a dict", repr(arguments))
        self.function = function
        self.mask = mask
        self.supports_masking = self._makes_masks = mask is not None
        self.arguments = dict(arguments or {})
        self._given_output = output_shape
        self._passed_on = [name for name in ("mask", "training") if name in _arguments(function)]

    def call(self, x: Any, mask: Any = None, training: bool | None = None) -> Any:
        told = {"mask": mask, "training": training}
        return self.function(x, **self.arguments, **{name: told[name] for name in self._passed_on})

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """What `mask=` said."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        given = self._given_output
        if given is None:
            return super().compute_output_shape(input_shape)
        if callable(given):
            return given(input_shape)
        batch = (input_shape if is_shape(input_shape) else input_shape[0])[0]
        if is_shape(given):
            return (batch, *given)
        return [(batch, *shape) for shape in given]

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "function": _written(self.function)}
        if self._given_output is not None:
            config["output_shape"] = _written(self._given_output)
        if self.mask is not None:
            config["mask"] = _written(self.mask)
        return {**config, "arguments": dict(self.arguments)}

    @classmethod
    def from_config(
        cls,
        config: dict[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
        safe_mode: bool | None = None,
    ) -> Lambda:
        """The layer that a config describes.

        Args:
            custom_objects: functions of your own, by name.
            safe_mode: False runs the code of a lambda that comes out of a file.

        Raises:
            FileFormatError: the code of a lambda, and nobody said that it may be run.
        """
        given, trusted = custom_objects or {}, safe_mode is False
        config = {**config, "function": _found(config.get("function"), given, trusted)}
        for word in ("output_shape", "mask"):
            if isinstance(config.get(word), (dict, str)):
                config[word] = _found(config[word], given, trusted)
        arguments = config.get("arguments") or {}
        config["arguments"] = {
            word: array_of(value) if is_array_record(value) else value
            for word, value in arguments.items()
        }
        return cls(**config)


def _arguments(function: Callable[..., Any]) -> list[str]:
    """The names of a function's arguments; none for one of torch's, which does not tell."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _written(value: Any) -> Any:
    """One of `saccade.activations` as Keras's record of its own, a lambda as the record of its
    code; anything else as it is."""
    if is_lambda(value):
        return named_record(value)
    word = activations.serialize(value)
    if word is value:
        return value
    return {
        "module": "builtins",
        "class_name": "function",
        "config": word,
        "registered_name": "function",
    }


def _found(value: Any, custom_objects: Mapping[str, Any], trusted: bool) -> Any:
    """The function that a record or a name names."""
    if isinstance(value, dict):
        if value.get("class_name") == KIND:
            return function_of("Lambda", value, trusted, custom_objects)
        value = value.get("config")
    if callable(value):
        return value
    found = find_custom(str(value), custom_objects) or activations.FUNCTIONS.get(str(value))
    if found is None:
        raise UnknownName(
            "Lambda",
            f"a function of your own must be in custom_objects, which holds "
            f"{', '.join(sorted(custom_objects)) or 'nothing'}",
            repr(value),
            f"Pass custom_objects={{{str(value)!r}: ...}}.",
        )
    return found
