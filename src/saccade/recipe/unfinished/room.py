"""Room: whether a disk has place for what a training will write, asked before it begins."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from saccade.errors import NotWritten

WHILE_REPLACED = 2  # a new file is whole before the old one goes


def check_room(run: Path, model: Any, trains: bool = True, features_bytes: int = 0) -> None:
    """Refuse to begin a training whose model and state would not fit on the disk.

    Law: needed = 2 model + 2 (4 model, or 1 where little of it trains) + features - what is there;
    the state is the weights, the best ones and Adam's two numbers for each.

    Args:
        run: the run folder, which is there.
        model: built.
        trains: whether most of it trains.
        features_bytes: of computed features.

    Raises:
        NotWritten: there is less.
    """
    whole = sum(weight.nbytes for weight in model.weights)
    state = 4 * whole if trains else whole
    needed = WHILE_REPLACED * (whole + state) + features_bytes
    there = sum(each.stat().st_size for each in run.rglob("*") if each.is_file())
    free = shutil.disk_usage(run).free
    if free + there < needed:
        raise NotWritten(
            f'"{run}"',
            f"the disk must have {_in_mb(needed - there)} for the model and the state of the run",
            f"{_in_mb(free)} that are free",
            "Make room, or choose another output=.",
        )


def _in_mb(size_bytes: int) -> str:
    return f"{max(1, round(size_bytes / 2**20)):,} MiB"
