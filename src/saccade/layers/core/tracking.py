"""Tracking: what is put into attributes, lists and dicts of a layer is trained and saved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from saccade.errors import NotSupported
from saccade.user_names import UserNames, let_both_see, set_inside, sets_apart
from saccade.variables import Variable


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


def modules_in(
    value: Any, place: str, around: tuple[int, ...] = ()
) -> Iterator[tuple[str, torch.nn.Module]]:
    """Every module in a nest of lists, tuples and dicts, with its place ("0", "left/1").

    Args:
        around: the containers that it is in, by their ids: one may hold itself.
    """
    if isinstance(value, torch.nn.Module):
        yield place, value
        return
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    else:
        return
    if id(value) in around:
        return
    for key, item in items:
        inside = f"{place}/{key}" if place else str(key)
        yield from modules_in(item, inside, (*around, id(value)))


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


class TrackedModule(UserNames, torch.nn.Module):
    """A module whose weights and parts are found in attributes, lists and dicts, as in Keras.

    torch finds only what is an attribute itself; a list of layers would be neither trained nor
    saved.
    """

    name: str
    _weights_trained: list[Variable]
    _weights_kept: list[Variable]

    def __init__(self) -> None:
        if "_modules" not in self.__dict__:  # else an attribute came before, which stays
            self._begin()

    def _begin(self) -> None:
        """Be ready for weights and parts, which a class may set before its super().__init__()."""
        torch.nn.Module.__init__(self)
        set_inside(self, "_weights_trained", [])
        set_inside(self, "_weights_kept", [])

    @property
    def where(self) -> str:
        """How error messages name this layer."""
        return f'{type(self).__name__} "{getattr(self, "name", "")}"'

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._inner_names and sets_apart(self, name, value, sys._getframe(1)):
            self._track_users(name, value)
            return
        if "_modules" not in self.__dict__:
            if not isinstance(value, (Variable, torch.nn.Module, list, dict, tuple)):
                super().__setattr__(name, value)
                return
            self._begin()
        self._let_go(name, value)
        if isinstance(value, Variable):
            self._adopt(name, value)
        elif isinstance(value, (torch.nn.Module, torch.nn.Parameter)):
            value = self._as_ours(name, value)
        elif isinstance(value, (list, dict, tuple)):
            for _, module in modules_in(value, ""):
                check_ours(self.where, name, module)
            value = track(value, partial(self._track_again, name))
            self._modules.pop(name, None)
            object.__setattr__(self, name, value)
            self._track_again(name)
            return
        super().__setattr__(name, value)  # type: ignore[arg-type]

    def _track_users(self, name: str, value: Any) -> None:
        """Track what the user put under a name that saccade uses inside."""
        own = self.__dict__
        if own.get(name) is not value:
            return
        if "_modules" not in own:
            self._begin()
        self._let_go(name, value)
        self._modules.pop(name, None)
        if isinstance(value, Variable):
            self._adopt(name, value)
            self._parameters[name] = own.pop(name)
        elif isinstance(value, torch.nn.Module):
            del own[name]
            self._modules[name] = self._as_ours(name, value)
        elif isinstance(value, (list, dict, tuple)):
            own[name] = track(value, partial(self._track_again, name))
            self._track_again(name)

    def _as_ours(self, name: str, part: Any) -> Any:
        """What an attribute holds for a part: a module of torch's with weights as a layer."""
        for wrap in wrappers if isinstance(part, torch.nn.Module) and is_foreign(part) else ():
            if (layer := wrap(part)) is not None:
                return layer
        check_ours(self.where, name, part)
        return part

    def _adopt(self, name: str, weight: Variable) -> None:
        """Count a weight that becomes an attribute among this layer's, once."""
        for key, known in list(self._parameters.items()):
            if known is weight and key != name:
                del self._parameters[key]
        if all(known is not weight for known in (*self._weights_trained, *self._weights_kept)):
            (self._weights_trained if weight.trainable else self._weights_kept).append(weight)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "_names_of_user" in self.__dict__:  # in a new process nobody told the class
            let_both_see(type(self))

    def __delattr__(self, name: str) -> None:
        self._let_go(name, None)
        super().__delattr__(name)

    def _let_go(self, name: str, value: Any) -> None:
        """Forget the weight or the layers of a container that an attribute is about to lose."""
        weight = self._parameters.get(name)
        if weight is not None and weight is not value:
            for mine in (self._weights_trained, self._weights_kept):
                mine[:] = [one for one in mine if one is not weight]
        held = self.__dict__.get(name)
        if isinstance(held, (list, dict, tuple)) and held is not value:
            for key in [key for key in self._modules if key.startswith(f"{name}[")]:
                del self._modules[key]

    def _track_again(self, attribute: str) -> None:
        """Bring torch's table of modules in line with a container that changed.

        What is still in its place stays there, so that the order of the weights is the order in
        which layers came in.
        """
        if "_modules" not in self.__dict__:  # in the middle of being copied
            return
        value = self.__dict__.get(attribute)
        if isinstance(value, (TrackedList, TrackedDict)):
            value.adopt()
        places = {safe_key(attribute, place): module for place, module in modules_in(value, "")}
        for module in places.values():
            check_ours(self.where, attribute, module)
        for key in [key for key in self._modules if key.startswith(f"{attribute}[")]:
            if places.get(key) is not self._modules[key]:
                del self._modules[key]
        for key, module in places.items():
            self._modules.setdefault(key, module)


wrappers: list[Callable[[torch.nn.Module], Any]] = []
"""What makes a layer of a module of torch's; it is filled from above, where layers are known."""


def is_foreign(module: torch.nn.Module) -> bool:
    """Whether it is torch's, and `fit` would not train it, or it ignores `training`.

    Functions without weights, such as `torch.nn.ReLU()`, are fine.
    """
    if isinstance(module, TrackedModule):
        return False
    own = isinstance(module, (torch.nn.ModuleList, torch.nn.ModuleDict, torch.nn.Sequential))
    for inner in module.modules():
        own = own or isinstance(inner, (TrackedModule, torch.nn.modules.dropout._DropoutNd))
    return own or any(True for _ in (*module.parameters(), *module.buffers()))


def check_ours(where: str, name: str, part: torch.nn.Module | torch.nn.Parameter) -> None:
    """Raise for a part of torch's that `fit` would not train, or that ignores `training`."""
    do = "Use self.add_weight(...)."
    if isinstance(part, torch.nn.Module):
        if not is_foreign(part):
            return
        do = "Make it an attribute of its own, or wrap it: layers.TorchModuleWrapper(...)."
    kind = f"torch.nn.{type(part).__name__}"
    raise NotSupported(where, f"{name} must be saccade's own: torch's is not trained", kind, do)
