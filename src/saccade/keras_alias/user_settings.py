"""User settings: what Keras reads from the user's keras.json, and a script of his relies on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from saccade.data_formats import ORDERINGS, set_image_data_format
from saccade.disk.regular_file import read_text
from saccade.notes import note_once


def take_image_data_format() -> None:
    """Let `data_format=None` mean what `image_data_format` in the user's keras.json says.

    Keras 1's `image_dim_ordering` counts, too. A file that is missing or no JSON says nothing, and
    so does a word that is neither format.
    """
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        settings: Any = json.loads(read_text(folder / "keras.json"))
        ordering = settings.get("image_dim_ordering")
        word = settings.get("image_data_format", ORDERINGS.get(ordering))
    except (OSError, ValueError, AttributeError, TypeError, RuntimeError):
        return
    if word == "channels_first":
        set_image_data_format(word)
        note_once(
            f"{folder / 'keras.json'} says channels_first: images are (batch, channels, height, "
            "width) where a script does not say otherwise.",
            key="keras.json",
        )
