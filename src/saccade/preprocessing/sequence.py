"""Keras's `preprocessing.sequence`: rows of one length."""

from saccade.data.sequences import pad_sequences

__all__ = ["pad_sequences"]
