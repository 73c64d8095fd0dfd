"""Build mark: a layer is built once its `build` has run, whether or not a user's says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch

from saccade.layers.core.output_shapes import is_shape


def marking_built(build: Any) -> Any:
    """A `build` that marks the layer as built, and remembers the shape that it was built for."""

    @wraps(build)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        if self._building:  # called by the build of a subclass, which marks the end
            build(self, *args, **kwargs)
            return
        self._building = True
        try:
            build(self, *args, **kwargs)
        finally:
            self._building = False
        self.built = True
        shape = args[0] if args else kwargs if self._build_shapes else kwargs.get("input_shape")
        if self._built_shape is None and shape is not None:
            self._built_shape = tuple(shape) if is_shape(shape) else shape
        waiting = vars(self).get(_WAITING)
        if waiting is not None and is_built_whole(self):
            waiting()

    return wrapped


def is_built_whole(layer: Any) -> bool:
    """Whether a layer, and all inside it, have their weights."""
    return layer.built and all(one.built for one in layer.sublayers_within())


def holds_weights(layer: Any) -> bool:
    """Whether there are weights to read and write: it is built, or all that it is made of is.

    A model that only trains by a `train_step` of its own, without a `call`, is never built.
    """
    parts = list(layer.sublayers_within())
    return layer.built or (bool(parts) and all(one.built for one in parts))


def once_built(layer: Any, then: Callable[[], None]) -> None:
    """When a layer's `build` has made all weights, or before its first call has an effect.

    One call makes the weights then, and `then` gives them values.
    """

    def stop_waiting() -> None:
        handle.remove()
        vars(layer).pop(_WAITING, None)

    def built() -> None:
        stop_waiting()
        then()

    def called(module: Any, args: Any, kwargs: Any) -> None:
        stop_waiting()
        with torch.no_grad():
            module.forward(*args, **kwargs)
        then()

    handle = layer.register_forward_pre_hook(called, with_kwargs=True)
    vars(layer)[_WAITING] = built


_WAITING = "_once_built"
