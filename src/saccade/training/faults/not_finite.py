"""Not finite: what is said of a loss that became NaN or infinite: where, of which files, why."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from saccade.errors import NotFinite
from saccade.nests import leaves

UNCHANGED = "The weights are as they were before this step."
LARGE = 16.0  # inputs beyond are likely not scaled: pixels in [0, 255]
MOST_NAMED = 4


def not_finite(
    place: str, loss: float, batch: Mapping[str, Any], files: Sequence[str] = ()
) -> NotFinite:
    """The error: it names the part of the batch that is not finite, or else the likely causes.

    Args:
        place: the epoch and the batch, in words.
        loss: NaN or infinity.
        batch: its parts by name.
        files: those of the batch, in its order; none where nobody knows.
    """
    for name, nest in batch.items():
        for array in leaves(nest):
            if not torch.is_tensor(array) or not array.is_floating_point():
                continue
            bad = ~torch.isfinite(array)
            if bad.any():
                needed = f"the data must be finite; {name} of {place} holds {int(bad.sum())} values"
                rows = bad.reshape(len(bad), -1).any(1).nonzero().flatten().tolist()
                made_of = _of_files(files, rows) or _of_rows(rows, len(bad))
                return NotFinite(
                    "fit",
                    f"{needed} that are not{made_of}",
                    f"a loss of {loss}",
                    f"Look for NaN in the arrays, or in what preprocessing makes of them. "
                    f"{UNCHANGED}",
                )
    causes = ["Make the learning rate smaller"]
    highest = max((_size_of(array) for array in leaves(batch.get("x"))), default=0.0)
    if highest > LARGE:
        causes.append(f"scale the inputs to about -1..1 (here they reach {highest:.4g})")
    else:
        causes.append("clip the gradients (clipnorm=1.0)")
    made_of = _of_files(files, range(len(files)))
    return NotFinite(
        "fit",
        "the loss must stay finite",
        f"{loss} at {place}{made_of}",
        f"{', or '.join(causes)}; a loss of your own may take the log of 0, or divide by it. "
        f"{UNCHANGED}",
    )


def _size_of(array: Any) -> float:
    if not torch.is_tensor(array) or array.is_complex() or not array.numel():
        return 0.0
    return float(array.abs().max())


def _of_files(files: Sequence[str], rows: Sequence[int]) -> str:
    """ " (from cats/1.png, cats/7.png and 3 more)"."""
    if not files or not rows or max(rows) >= len(files):
        return ""
    chosen = [files[row] for row in rows]
    named = ", ".join(os.path.join(*path.split(os.sep)[-2:]) for path in chosen[:MOST_NAMED])
    more = f" and {len(chosen) - MOST_NAMED} more" if len(chosen) > MOST_NAMED else ""
    return f" (from {named}{more})"


def _of_rows(rows: Sequence[int], count: int) -> str:
    if len(rows) == count:
        return ", in every sample"
    named = ", ".join(str(row) for row in rows[:MOST_NAMED])
    more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
    return f", in sample{'s' if len(rows) > 1 else ''} {named}{more} of the batch"
