"""Old log names: what earlier versions of Keras called the numbers of a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from saccade.notes import note_old_word

# Until Keras 2.2 a metric was called by its function, however `compile` had named it.
_TODAY = {
    "acc": ("accuracy",),
    "lr": ("learning_rate",),
    "mean_absolute_error": ("mae",),
    "mean_absolute_percentage_error": ("mape",),
    "mean_squared_error": ("mse",),
    "mean_squared_logarithmic_error": ("msle",),
}


def todays_log_name(asked: Any, names: Iterable[str]) -> str | None:
    """The name among `names` that an old one means, None for none; noted once.

    >>> todays_log_name("val_acc", ["loss", "accuracy", "val_accuracy"])
    'val_accuracy'
    """
    if not isinstance(asked, str):
        return None
    for old, todays in _TODAY.items():
        if asked == old or asked.endswith(f"_{old}"):
            stem = asked.removesuffix(old)
            found = next((stem + today for today in todays if stem + today in names), None)
            if found is not None:
                note_old_word(
                    f'"{asked}" in the logs is an old name of "{found}"; it is used as such.',
                    key=f"old log {old}",
                )
            return found
    return None


class Logs(dict[str, Any]):
    """A dict of numbers by name, which also knows the old names; they are not among its keys."""

    def __missing__(self, name: Any) -> Any:
        found = todays_log_name(name, self.keys())
        if found is None:
            raise KeyError(name)
        return self[found]

    def get(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            key = todays_log_name(key, self.keys())
        return super().get(key, default)

    def copy(self) -> Logs:
        return Logs(self)

    def __reduce__(self) -> tuple[Any, ...]:  # a plain dict where it is pickled or copied
        return dict, (dict(self),)
