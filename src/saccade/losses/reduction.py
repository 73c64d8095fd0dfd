"""Reduction: Keras 2's names for the words of `reduction=`."""

from __future__ import annotations


class Reduction:
    """`losses.Reduction.NONE` is "none"; AUTO is the mean that Keras 2 makes of it outside of
    strategies."""

    AUTO = SUM_OVER_BATCH_SIZE = "sum_over_batch_size"
    NONE = "none"
    SUM = "sum"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return cls.AUTO, cls.NONE, cls.SUM

    @classmethod
    def validate(cls, key: str) -> None:
        if key not in cls.all():
            raise ValueError(f"Reduction: {key!r} is none of {', '.join(cls.all())}.")
