"""Functional: a model made of symbols."""

from __future__ import annotations

from saccade.models.model import Model


class Functional(Model):
    """What `Model(inputs, outputs)` makes: the graph of layers between two sets of symbols.

    Source: `keras.Model`, functional form.
    """

    keras_module = "keras.src.models.functional"
