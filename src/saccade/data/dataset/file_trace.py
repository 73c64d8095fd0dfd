"""File trace: which files a batch of a dataset was made of, found out when somebody asks."""

from __future__ import annotations

import copy
from itertools import islice
from typing import Any

from saccade.data.dataset.element_stages import Batch, Map, Prefetch, Slices
from saccade.data.dataset.elements import leaves_of
from saccade.data.dataset.selection_stages import Repeat, Skip, Take
from saccade.data.dataset.shuffle import Shuffle
from saccade.data.dataset.stage import Stage, Visit


def files_of_batch(stage: Stage, positions: list[int], number: int) -> list[str]:
    """The paths that batch `number` of a visit began with; none where the chain does not show it.

    The chain is gone through again without what it does to an element, so nothing is read.

    Args:
        positions: what the visit drew from; see `Stage.positions`.
    """
    paths = _paths_of(stage)
    if paths is None:
        return []
    paths.restore(list(positions))
    batch = next(islice(paths.open(Visit()), number, None), [])
    return [str(path) for path in batch] if isinstance(batch, list) else [str(batch)]


def _paths_of(stage: Stage) -> Any:
    """The same chain for the paths alone, None where one step may mix or drop elements."""
    if isinstance(stage, Slices):
        first = leaves_of(stage.columns)[0]
        are_paths = isinstance(first, list) and all(isinstance(one, str) for one in first)
        return Slices(first) if are_paths else None
    if isinstance(stage, (Map, Prefetch)):
        return _paths_of(stage.inner[0])
    if not isinstance(stage, (Batch, Repeat, Shuffle, Skip, Take)):
        return None
    inner = _paths_of(stage.inner[0])
    if inner is None:
        return None
    same = copy.copy(stage)
    same.inner = (inner,)
    return same
