"""Weight options: how each weight of a layer starts, what it costs, what it must fulfil.

Keras spells the three `<stem>_initializer`, `<stem>_regularizer` and `<stem>_constraint`; the
layers name the stems ("kernel", "gamma") and leave the rest to these functions.
"""

from __future__ import annotations

from typing import Any

from saccade import constraints, initializers, regularizers
from saccade.variables import Variable

WITHOUT_KERNEL = {
    f"kernel_{option}": f"Keras 2 left it aside, for the kernels have depthwise_{option}"
    for option in ("initializer", "regularizer", "constraint")
}
"""What depthwise and separable convolutions of Keras 2 took and did nothing with."""


def keep_options(layer: Any, **weights: tuple[Any, Any, Any]) -> None:
    """Set each stem's three options on the layer, words turned into what they stand for.

    Args:
        weights: (initializer, regularizer, constraint) by stem.
    """
    for stem, (initializer, regularizer, constraint) in weights.items():
        start = None if initializer is None else initializers.get(initializer)
        setattr(layer, f"{stem}_initializer", start)
        setattr(layer, f"{stem}_regularizer", regularizers.get(regularizer))
        setattr(layer, f"{stem}_constraint", constraints.get(constraint))


def make_weight(
    layer: Any,
    stem: str,
    shape: tuple[int, ...],
    name: str | None = None,
    autocast: bool = True,
) -> Variable:
    """A new weight of the layer, with the stem's options; its name is the stem unless given.

    With `autocast` the layer's `call` sees it in the policy's dtype.
    """
    return layer.add_weight(
        shape=shape,
        initializer=getattr(layer, f"{stem}_initializer"),
        regularizer=getattr(layer, f"{stem}_regularizer"),
        constraint=getattr(layer, f"{stem}_constraint"),
        autocast=autocast,
        name=name or stem,
    )


def options_config(layer: Any, *stems: str) -> dict[str, Any]:
    """The stems' options as records, for `get_config`."""
    families = (
        ("initializer", initializers.serialize),
        ("regularizer", regularizers.serialize),
        ("constraint", constraints.serialize),
    )
    return {
        f"{stem}_{family}": serialize(getattr(layer, f"{stem}_{family}"))
        for family, serialize in families
        for stem in stems
    }
