"""Function: what symbols make of symbols, without a name, a loss or a training of its own."""

from __future__ import annotations

from saccade.models.model import Model


class Function(Model):
    """A function of arrays made of calls on symbols; a model that is not meant to be trained.

    Args:
        inputs, outputs: symbols, or nests of them.
        name: "function", "function_1", ... when None.

    Source: `keras.Function`.
    """
