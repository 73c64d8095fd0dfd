"""Room: whether a disk has place for what a training will write, asked before it begins."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from saccade.errors import NotWritten

WHILE_REPLACED = 2  # a new file is whole before the old one goes
BESIDE_BYTES = 2**20


def check_room(
    run: Path,
    model: Any,
    trains: bool = True,
    features_bytes: int = 0,
    include_optimizer: bool = False,
) -> None:
    """Refuse to begin a training whose model and state would not fit on the disk.

    Law: needed = 2 file + 2 (4 weights, or 1 where little of it trains) + features + 1 MiB - what
    is there; the file is the weights, with Adam's two numbers for each where it has the optimizer;
    the state is the weights, the best ones and Adam's two numbers for each; in the last MiB are
    pictures, records and headers.

    Args:
        run: the run folder, which is there.
        model: built.
        trains: whether most of it trains.
        features_bytes: of computed features.
        include_optimizer: whether the model's file has its optimizer.

    Raises:
        NotWritten: there is less.
    """
    whole = sum(weight.nbytes for weight in model.weights)
    file = 3 * whole if include_optimizer else whole
    state = 4 * whole if trains else whole
    needed = WHILE_REPLACED * (file + state) + features_bytes + BESIDE_BYTES
    there = sum(each.stat().st_size for each in run.rglob("*") if each.is_file())
    free = shutil.disk_usage(run).free
    if free + there < needed:
        raise NotWritten(
            f'"{run}"',
            f"the disk must have {_in_mb(needed - there, math.ceil)} for the model and the state "
            "of the run",
            f"{_in_mb(free, math.floor)} that are free",
            "Make room, or choose another output=.",
        )


def _in_mb(size_bytes: int, rounded: Callable[[float], int]) -> str:
    return f"{rounded(10 * size_bytes / 2**20) / 10:,} MiB"
