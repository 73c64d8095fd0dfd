"""Custom storage: how a layer is written into a file and built out of it, which users may override.

Keras lets a layer of the user's override these four hooks, and calls them for every layer. Files of
saccade go another way where it does not, which `is_own` tells:

1. Writing: only hooks that are the user's are asked, for layers of saccade's need no copy of their
   arrays in between.
2. Reading: a hook of the user's runs once all that has to fit was looked at, and before any other
   weight is changed: it may fail, and then the model has to be as it was.
3. Building out of a record: a layer with a hook of its own builds itself, any other on the shape
   that it was built for.
"""

from __future__ import annotations

from typing import Any

from saccade.errors import InvalidArgument


class CustomStorage:
    """The four hooks of Keras's with their plain meaning: weights by number, built for a shape."""

    def own_weights(self) -> list[Any]:
        """The weights that belong to no layer inside this one."""
        inner = {id(weight) for layer in self.sublayers() for weight in layer.weights}  # type: ignore[attr-defined]
        return [one for one in self.weights if id(one) not in inner]  # type: ignore[attr-defined]

    def save_own_variables(self, store: Any) -> None:
        """Put the layer's own weights into `store`, a dict of arrays by name.

        Source: `keras.layers.Layer.save_own_variables`.
        """
        for number, weight in enumerate(self.own_weights()):
            store[str(number)] = weight.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the layer's own weights out of `store`.

        Raises:
            InvalidArgument: another number of weights, or one of another shape.

        Source: `keras.layers.Layer.load_own_variables`.
        """
        weights = self.own_weights()
        # All are looked at before the first is assigned, so that an error changes nothing.
        needed = {str(number): tuple(weight.shape) for number, weight in enumerate(weights)}
        got = {name: tuple(store[name].shape) for name in store}
        if needed != got:
            raise InvalidArgument(self.where, f"the weights must be {needed}", str(got))  # type: ignore[attr-defined]
        for number, weight in enumerate(weights):
            weight.assign(store[str(number)])

    def get_build_config(self) -> dict[str, Any] | None:
        """What `build_from_config` needs; None before the layer is built.

        Source: `keras.layers.Layer.get_build_config`.
        """
        shape = getattr(self, "_built_shape", None)
        if shape is None:
            return None
        return {"shapes_dict" if getattr(self, "_build_shapes", ()) else "input_shape": shape}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Make the weights again, as they were in the file.

        Source: `keras.layers.Layer.build_from_config`.
        """
        shape = config.get("shapes_dict", config.get("input_shape"))
        if shape is not None:
            self.build_on(shape)  # type: ignore[attr-defined]


def is_own(layer: Any, hook: str) -> bool:
    """Whether a layer brings its own version of a hook."""
    return getattr(type(layer), hook, None) is not getattr(CustomStorage, hook, None)
