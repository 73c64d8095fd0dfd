"""Logs: the numbers of a run, read from the device only when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from saccade.training.old_log_names import Logs, todays_log_name


class LazyLogs(Logs):
    """A dict whose values are computed when first read.

    Callbacks get one after every batch; a batch whose logs nobody reads costs no wait for the
    device. It behaves as a dict of floats in every way that was found to matter: `logs["loss"]`,
    `get`, `items`, `dict(logs)`, `**logs`, `json.dumps`, `==`, `copy`.
    """

    def __init__(self, readers: Mapping[str, Callable[[], float]]):
        super().__init__(dict.fromkeys(readers))
        self._readers = dict(readers)

    def _read(self) -> None:
        for key, reader in self._readers.items():
            super().__setitem__(key, reader())
        self._readers.clear()

    def __getitem__(self, key: str) -> Any:
        reader = self._readers.pop(key, None)
        if reader is not None:
            super().__setitem__(key, reader())
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self._readers.pop(key, None)
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self._readers.pop(key, None)
        super().__delitem__(key)

    def __iter__(self) -> Iterator[str]:
        # Overridden so that dict(logs) and **logs come through __getitem__ (CPython copies the
        # raw values of a dict subclass that keeps dict's own iterator).
        return super().__iter__()

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            key = todays_log_name(key, self.keys()) or ""
        return self[key] if key in self else default  # noqa: SIM401 (dict.get reads raw values)

    def pop(self, key: str, *default: Any) -> Any:
        if key in self:
            self[key]
        return super().pop(key, *default)

    def popitem(self) -> tuple[str, Any]:
        self._read()
        return super().popitem()

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def items(self) -> Any:
        self._read()
        return super().items()

    def values(self) -> Any:
        self._read()
        return super().values()

    def copy(self) -> Logs:
        return Logs(dict(self))

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def __eq__(self, other: object) -> bool:
        self._read()
        if isinstance(other, LazyLogs):
            other._read()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        self._read()
        return super().__repr__()

    def __reduce__(self):
        return dict, (dict(self),)
