"""Saving: a model into a file, as a function."""

from __future__ import annotations

import os
from typing import Any


def save_model(
    model: Any,
    filepath: str | os.PathLike[str],
    overwrite: bool = True,
    zipped: bool | None = None,
    *,
    include_optimizer: bool = True,
    **old: Any,
) -> None:
    """Write a model to a file; the same as `model.save(filepath)`.

    Args:
        model: what to write.
        filepath: ends in ".keras"; or in ".h5" or ".hdf5", the older format.
        overwrite: False raises where the file exists.
        zipped: False, a folder, is not supported.
        include_optimizer: False leaves out how the model trains.
        old: tf.keras 2's words, as `model.save` takes them.
    """
    model.save(filepath, overwrite, zipped, include_optimizer=include_optimizer, **old)
