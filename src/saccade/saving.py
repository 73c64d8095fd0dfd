"""Saving and loading models, with Keras's names."""

from __future__ import annotations

import os
from typing import Any

from saccade.models.loading import load_model


def save_model(model: Any, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write a model to a `.keras` file; the same as `model.save(filepath)`.

    Args:
        model: what to write.
        filepath: ends in ".keras".
        overwrite: False raises where the file exists.
    """
    model.save(filepath, overwrite=overwrite)


__all__ = ["load_model", "save_model"]
