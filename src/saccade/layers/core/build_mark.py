"""Build mark: a layer is built once its `build` has run, whether or not a user's says so."""

from __future__ import annotations

from functools import wraps
from typing import Any

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

    return wrapped
