"""Source: what the training loop reads batches from, in passes.

A pass goes once over the data. Every source gives `(x, y, sample_weight)`, tensors on the CPU or
None, or nests of them, and says how long a pass is when it knows. The loop asks for pass 0, 1, 2,
...; a source of arrays derives the order of a pass from its seed and the pass's number, so that a
run can go on from any batch of any pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from saccade.data.sources.fixed_images import FixedImages
from saccade.data.sources.tensors import are_several, as_tensors
from saccade.errors import DataError, StateError

Batch = tuple[Any, Any, Any]


@dataclass(frozen=True)
class ManyArrays:
    """Whether a list of arrays means several inputs, or several targets, and not samples."""

    inputs: bool = False
    targets: bool = False
    unknown: bool = False  # the model cannot say: what comes tells, batch by batch


SINGLE = ManyArrays()


class Source:
    """Batches in passes.

    `batches`: how many make a pass, None when nobody knows. `samples`: the same in samples.
    `restarts`: whether a second pass is possible. `targets`: all targets at once, when they are
    in memory, so that they can be checked before training starts. `warms_up`: whether the first
    pass does work that later ones find done.
    """

    batches: int | None = None
    samples: int | None = None
    restarts = True
    warms_up = False
    warming_hint = "a first epoch decodes every file, and the next ones find the pixels in memory"
    targets: torch.Tensor | None = None
    image_shape: tuple[int, ...] | None = None

    def read(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of a pass from number `start` on."""
        raise NotImplementedError

    def begin_turn(self) -> None:
        """Called before the batches of an epoch, which may be less or more than a pass."""

    def end_turn(self) -> None:
        """Called after the batches of an epoch."""

    def fixed_images(self) -> FixedImages | str:
        """The images, where every pass has the same ones; else in words why that is not known.

        A source that has them gives their places instead of them in `read_places`.
        """
        return "its batches may differ from one epoch to the next"

    def read_places(self, pass_number: int, start: int = 0) -> Iterator[Batch]:
        """As `read`, with the places of the images, int64 (batch,), in place of x."""
        raise NotImplementedError(f"{type(self).__name__} has no places")

    def last_files(self) -> list[str]:
        """The files of the batch that was read last, in its order; none where nobody knows."""
        return []

    def waiting_hint(self) -> str:
        """What the user can do when the network waits for the data."""
        return "make the batches faster, in several threads ahead of time, or give arrays"

    def label_notes(self, outputs: int | None) -> list[str]:
        """What is doubtful about the labels beside a network of so many outputs."""
        return []

    def state(self) -> Any:
        """What else a run must keep to read the same batches again; None for most."""
        return None

    def restore(self, state: Any) -> None:
        """Go on from a `state()`."""


def check_measures(mine: dict[str, Any], saved: Any) -> None:
    """Raise StateError unless a source's state has these sizes: else its places are others.

    Raises:
        StateError: naming the first that differs.
    """
    saved = saved if isinstance(saved, dict) else {}
    for name, value in mine.items():
        if name not in saved or saved[name] != value:
            raise StateError(
                "fit",
                f"the state must be of a run over the same data: {name} {value}",
                f"{name} {saved[name]}" if name in saved else "data of another kind",
                "Give the data as they were, or begin anew: name another folder.",
            )


def as_batch(batch: Any, several: ManyArrays = SINGLE) -> Batch:
    """(x, y, sample_weight) from what an iterator gave: x, (x,), (x, y) or all three."""
    if not isinstance(batch, (tuple, list)):
        batch = (batch,)
    if not 1 <= len(batch) <= 3:
        raise DataError(
            "data", "a batch must be x, (x, y) or (x, y, sample_weight)", f"{len(batch)} items"
        )
    x, y, sample_weight = (*batch, None, None)[:3]
    inputs, targets = several.inputs, several.targets
    if several.unknown:
        inputs, targets = inputs or are_several(x, y), targets or are_several(y, x)
    return (
        as_tensors("batch", x, inputs),
        as_tensors("batch", y, targets),
        as_tensors("batch", sample_weight, several.targets),
    )
