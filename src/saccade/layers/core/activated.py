"""Activated: a layer whose function at the end may be exchanged."""

from __future__ import annotations

from typing import Any

from saccade import activations


class Activated:
    """The attribute `activation`: a function; None and words may be assigned, as to Keras's."""

    @property
    def activation(self) -> Any:
        return self._activation

    @activation.setter
    def activation(self, value: Any) -> None:
        self._activation = activations.get(value)
