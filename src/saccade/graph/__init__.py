"""The symbols that describe a model before it has data. No torch in here."""

from saccade.graph.symbol import Shape, Symbol, batch_shape

__all__ = ["Shape", "Symbol", "batch_shape"]
