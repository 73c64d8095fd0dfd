"""Removal: a folder goes with all that is in it, and nothing else goes in its place."""

from __future__ import annotations

import os
import shutil


def remove_folder(path: str | os.PathLike[str]) -> None:
    """Remove a folder, as far as it can be removed; what is no folder, or a link to one, stays.

    (`shutil.rmtree` opens what it is given, and a pipe that is opened may wait for ever.)
    """
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
