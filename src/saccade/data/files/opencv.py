"""OpenCV, loaded when the first image needs it, with a note if it is an older one."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from saccade.notes import note_once


@cache
def opencv() -> ModuleType:
    """The module cv2. A package of an older OpenCV may have replaced ours: they share a folder."""
    import cv2

    if int(cv2.__version__.split(".")[0]) < 5:
        note_once(
            f"OpenCV {cv2.__version__} rounds rotated and shifted places to 1/32 of a pixel; "
            'batches are Keras\'s more closely with pip install "opencv-python-headless>=5".'
        )
    return cv2
