"""Lists and dicts of layers, tracked: what is put into them later is trained and saved too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch


def safe_key(attribute: str, place: object) -> str:
    """A key for torch's module table, in which a dot would mean a level.

    `blocks[0]`, `heads[left%2Eeye]`: no attribute can have such a name, so none can collide.
    """
    return f"{attribute}[{place}]".replace("%", "%25").replace(".", "%2E")


def track(value: Any, changed: Callable[[], None]) -> Any:
    """`value` with its lists and dicts (nested ones too) replaced by tracked ones.

    Containers without any layer come back as they are: a list of sizes stays a list.
    """
    if type(value) is list and (not value or any(True for _ in modules_in(value, ""))):
        return TrackedList([track(item, changed) for item in value], changed)
    if type(value) is tuple and any(True for _ in modules_in(value, "")):
        return tuple(track(item, changed) for item in value)
    if type(value) is dict and (not value or any(True for _ in modules_in(value, ""))):
        return TrackedDict({key: track(item, changed) for key, item in value.items()}, changed)
    return value


def modules_in(value: Any, place: str) -> Iterator[tuple[str, torch.nn.Module]]:
    """Every module in a nest of lists, tuples and dicts, with its place ("0", "left/1")."""
    if isinstance(value, torch.nn.Module):
        yield place, value
        return
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    else:
        return
    for key, item in items:
        yield from modules_in(item, f"{place}/{key}" if place else str(key))


def _announcing(name: str, kind: type) -> Any:
    plain = getattr(kind, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = plain(self, *args, **kwargs)
        changed = getattr(self, "changed", None)  # not there yet while unpickling
        if changed is not None:
            changed()
        return result

    method.__name__ = name
    method.__doc__ = plain.__doc__
    return method


class TrackedList(list):
    """A list that tells its layer when it changes."""

    def __init__(self, items: list, changed: Callable[[], None]):
        super().__init__(items)
        self.changed = changed

    def adopt(self) -> None:
        """Track the containers that were put in since."""
        for place, item in enumerate(self):
            list.__setitem__(self, place, track(item, self.changed))


class TrackedDict(dict):
    """A dict that tells its layer when it changes."""

    def __init__(self, items: dict, changed: Callable[[], None]):
        super().__init__(items)
        self.changed = changed

    def adopt(self) -> None:
        """Track the containers that were put in since."""
        for key, item in list(self.items()):
            dict.__setitem__(self, key, track(item, self.changed))


_CHANGE = ("clear", "pop", "__delitem__", "__setitem__")
_CHANGE_LIST = ("append", "extend", "insert", "remove", "reverse", "sort", "__iadd__", "__imul__")
_CHANGE_DICT = ("popitem", "setdefault", "update", "__ior__")
for _name in _CHANGE + _CHANGE_LIST:
    setattr(TrackedList, _name, _announcing(_name, list))
for _name in _CHANGE + _CHANGE_DICT:
    setattr(TrackedDict, _name, _announcing(_name, dict))
