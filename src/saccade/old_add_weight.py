"""Old add_weight: Keras 2's order of arguments, in which the weight's name came first."""

from __future__ import annotations

import functools
from typing import Any

_ORDER = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")


def takes_name_first(method: Any) -> Any:
    """For `add_weight`: `add_weight("w", (3, 4), initializer="ones")` is understood.

    The order is that of tf.keras: name, shape, dtype, initializer, regularizer, trainable,
    constraint; an initialiser in the third place, as people wrote it, too.
    """

    @functools.wraps(method)
    def add_weight(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            named = dict(zip(_ORDER, args, strict=False))
            third = named.get("dtype")
            is_kind = str(third).startswith(("float", "int", "bool", "<dtype", "torch."))
            if third is not None and not is_kind and "initializer" not in {**named, **kwargs}:
                named["initializer"] = named.pop("dtype")
            args, kwargs = (), {**named, **kwargs}
        if kwargs.get("trainable", True) is None:  # as tf.keras has it by default
            del kwargs["trainable"]
        return method(self, *args, **kwargs)

    return add_weight
