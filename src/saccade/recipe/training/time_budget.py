"""Time budget: how long a run may take, from its start to the finished run folder."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

END_S = 3.0  # for the pictures and numbers at the end
HEAD_SHARE = 0.1  # of the time, for the last layer's own training
TRAINING_COST = 3.0  # passes over the network for a photo in fine-tuning, at its size


@dataclass(frozen=True)
class Work:
    """How many photos there are in each part."""

    trained: int
    validation: int
    test: int

    @property
    def held_out(self) -> int:
        """Photos that the finished classifier is judged on."""
        return self.validation + self.test


class TimeBudget:
    """Counts what is left of a time.

    Args:
        total_s: that the run may take; None for as long as it needs.
        spent_s: what was spent before this is made, by an earlier process too.
    """

    def __init__(self, total_s: float | None, spent_s: float = 0.0):
        self.total_s = total_s
        self._begun_s = time.monotonic() - spent_s

    @property
    def is_given(self) -> bool:
        return self.total_s is not None

    @property
    def spent_s(self) -> float:
        """Since the run began; while it was stopped nothing is spent."""
        return time.monotonic() - self._begun_s

    @property
    def left_s(self) -> float:
        """What is left, 0 at least; without a limit, forever."""
        return float("inf") if self.total_s is None else max(0.0, self.total_s - self.spent_s)

    def spent_before(self, seconds: float) -> None:
        """Count what an earlier process of the same run spent, too."""
        self._begun_s -= seconds


class TransferClock:
    """What a training in two phases has left of its time, by what it took so far.

    Args:
        budget: of the run.
        work: how much there is to do.
        looks: at each photo that is judged after the training: 2 with its mirror image, 0 where its
            features are known by then.

    Attributes:
        made_s: seconds to make the network.
        rate: photos that it takes in a second at rest; None until it is known.
    """

    def __init__(self, budget: TimeBudget, work: Work, looks: int):
        self.budget, self.work, self.looks = budget, work, looks
        self.made_s = 0.0
        self.rate: float | None = None

    @property
    def end_s(self) -> float:
        """What comes after the last training: scores, pictures, and the model that is made, read
        and written."""
        judged_s = self.work.held_out * self.looks / self.rate if self.rate else 0.0
        return judged_s + 3 * self.made_s + END_S

    @property
    def is_due(self) -> bool:
        """Whether the last layer must be trained now, on what features there are."""
        return self.budget.left_s < self.end_s + HEAD_SHARE * (self.budget.total_s or 0)

    @property
    def head_s(self) -> float:
        """Seconds for the last layer: its share, or all that is left where that is less."""
        share_s = HEAD_SHARE * (self.budget.total_s or 0)
        return min(share_s, self.budget.left_s - self.end_s)

    @property
    def tuning_s(self) -> float:
        """Seconds for fine-tuning, without the validation that comes after its end."""
        return self.budget.left_s - self.end_s - self.work.validation / (self.rate or 1.0)

    def epoch_s(self, shrunk: float) -> float:
        """What an epoch of fine-tuning will take, on photos whose sides are so much shorter."""
        passes = TRAINING_COST * self.work.trained * shrunk**2 + self.work.validation
        return passes / (self.rate or 1.0)


def process_age_s() -> float:
    """How long ago this process began: starting Python and loading torch take seconds.

    Where the system does not tell, the time that its processor has worked for it.
    """
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        uptime_s = float(Path("/proc/uptime").read_text().split()[0])
        return max(0.0, uptime_s - int(fields[19]) / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return time.process_time()
