"""Keras's `preprocessing`: the names that scripts import, and where they live here."""

from saccade.preprocessing import image

__all__ = ["image"]
