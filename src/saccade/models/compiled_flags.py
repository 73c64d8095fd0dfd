"""Compiled flags: which layers `compile` found trainable, for scripts that freeze them afterwards.

Keras 1, Keras 2 and tf.keras 2 train what was trainable when the model was compiled, whatever is
frozen later; Keras 3 looks at the flags of the moment. Scripts of generative networks live on the
former: the discriminator is compiled, then frozen for the model that trains the generator, and goes
on training by itself. So scripts get that, and code that is written for saccade what Keras 3 does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from saccade.notes import note_once
from saccade.script_door import is_script_door_open

# The model's own flag, and its layers that were trainable: the model itself would never be freed.
_found: WeakKeyDictionary[Any, tuple[bool, list[Any]]] = WeakKeyDictionary()


def keep_flags(model: Any) -> None:
    """Remember, in a script, which layers are trainable as the model is compiled."""
    if is_script_door_open():
        layers = [one for one in model.sublayers_within() if one._trainable]
        _found[model] = model._trainable, layers


@contextmanager
def as_compiled(model: Any) -> Iterator[None]:
    """Inside, layers that were frozen since the model was compiled are trainable as they were."""
    itself, layers = _found.get(model, (False, ()))
    frozen = [one for one in layers if not one._trainable]
    if itself and not model._trainable:
        frozen.append(model)
    if not frozen:
        yield
        return
    note_once(
        f"{model.where}: trainable = False came after compile, so what compile found trainable is "
        "trained, as in Keras 1 and 2. To train without it, compile again.",
        key="frozen after compile",
    )
    _set_flags(frozen, True)
    try:
        yield
    finally:
        _set_flags(frozen, False)


def _set_flags(layers: list[Any], trainable: bool) -> None:
    """Each by itself: the property would tell the layers inside, too."""
    for layer in layers:
        layer._trainable = trainable
        for weight in layer._weights_trained:
            weight.requires_grad_(trainable)
