"""LayerList: what `model.layers` gives."""

from __future__ import annotations

from typing import Any

from saccade.notes import note_once


class LayerList(list[Any]):
    """The layers of a model, in a list of its own: what is taken off it stays in the model.

    In Keras until 2.3 `model.layers.pop()` was the first half of cutting a model off.
    """

    def pop(self, *place: Any) -> Any:
        note_once(
            "model.layers.pop() takes nothing off the model, as in tf.keras and Keras 3. "
            "Write Model(model.input, model.layers[-2].output), or pop() of a Sequential.",
            key="layers.pop",
        )
        return super().pop(*place)
