"""BatchCount: says when so many batches went by, across epochs."""

from __future__ import annotations

from typing import Any

from saccade.errors import InvalidArgument


def check_save_freq(where: str, save_freq: Any) -> Any:
    """ "epoch" or an integer from 1; anything else raises."""
    is_count = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
    if save_freq != "epoch" and not is_count:
        raise InvalidArgument(
            where, 'save_freq must be "epoch" or a number of batches', repr(save_freq)
        )
    return save_freq


class BatchCount:
    """Counts batches, one call of `is_due` each.

    Args:
        every: due after so many; "epoch" for never.
    """

    def __init__(self, every: str | int):
        self.every = every
        self._since = 0

    def is_due(self) -> bool:
        if isinstance(self.every, str):
            return False
        self._since += 1
        if self._since < self.every:
            return False
        self._since = 0
        return True

    def state(self) -> int:
        return self._since

    def restore(self, state: int) -> None:
        self._since = state
