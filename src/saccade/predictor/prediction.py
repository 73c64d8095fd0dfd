"""Prediction: what a model says about one picture."""

from __future__ import annotations

from dataclasses import dataclass

from saccade.errors import SaccadeError


@dataclass(frozen=True)
class Prediction:
    """The likeliest classes of one picture, or why there are none.

    Attributes:
        source: the file as it was given; "array 0", "array 1", ... for arrays.
        ranking: (class name, probability) pairs, the likeliest first; empty with an error.
        error: why the picture could not be read, or that the model gave no number for it; None
            otherwise.
    """

    source: str
    ranking: tuple[tuple[str, float], ...] = ()
    error: SaccadeError | None = None

    @property
    def class_name(self) -> str | None:
        """The likeliest class; None with an error."""
        return self.ranking[0][0] if self.ranking else None

    @property
    def probability(self) -> float | None:
        """How likely the model takes it to be, in [0, 1]; None with an error."""
        return self.ranking[0][1] if self.ranking else None
