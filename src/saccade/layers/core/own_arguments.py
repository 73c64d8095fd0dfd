"""Own arguments: what a layer of the user's was made with, for a config that they did not write.

Keras 3 notes the arguments of `__init__` where all of them are numbers, words and nests of these,
and lets a class without `get_config` be saved. A class that was made with anything else is refused
when it is to be written down, for nobody could make it again.
"""

from __future__ import annotations

import inspect
from typing import Any

from saccade import dtype_policy
from saccade.errors import NotSupported
from saccade.user_names import set_inside, values_inside

_PLAIN = (str, int, float, bool, type(None))
_PLACEMENT = ("name", "trainable", "dtype")
_NOTED = "_arguments"


class NotRecorded(NotSupported, NotImplementedError):
    """A layer that a file cannot describe: it needs a `get_config`."""


def default_config(get_config: Any) -> Any:
    """Mark a `get_config` that stands for the user's where they wrote none."""
    get_config.is_default = get_config
    return get_config


def has_default_config(cls: type) -> bool:
    """Whether a class of the user's says nothing of what makes it."""
    inside = cls.__module__.startswith("saccade.")
    found = getattr(cls, "get_config", None)
    return not inside and found is not None and getattr(found, "is_default", None) is found


def note_arguments(made: Any, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Keep what an object was made with, or the names of what a config could not hold."""
    try:
        bound = inspect.signature(cls.__init__).bind(made, *args, **kwargs)
    except TypeError:  # __init__ says so, in its own words
        return
    bound.apply_defaults()
    given: dict[str, Any] = {}
    unplain: list[str] = []
    for number, parameter in enumerate(bound.signature.parameters.values()):
        value = bound.arguments[parameter.name]
        if number == 0:
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            given |= value
        elif parameter.kind is parameter.VAR_POSITIONAL and not value:
            continue
        elif parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            unplain.append(parameter.name)  # `from_config` could not give it by name
        else:
            given[parameter.name] = value
    given.pop("name", None)
    unplain += [name for name, value in given.items() if not _is_plain(value)]
    set_inside(made, _NOTED, tuple(unplain) or _copied(given))


def arguments_of(layer: Any) -> dict[str, Any]:
    """What a layer without a `get_config` of its own was made with.

    Raises:
        NotRecorded: a config could not hold it.
    """
    if not has_default_config(type(layer)):
        return {}
    given = values_inside(layer, _NOTED).get(_NOTED, {})
    if isinstance(given, dict):
        return dict(given)
    cls = type(layer).__name__
    *others, last = [f"{name}=" for name in given]
    several = f"{', '.join(others)} and {last}" if others else last
    items = ", ".join(f"{name!r}: self.{name}" for name in _taken(type(layer)) or given)
    raise NotRecorded(
        layer.where,
        f"a file can hold {cls}(...) by itself if it is made with numbers, words and nests of them",
        f"something else for {several}",
        f"Write get_config(self) in {cls}, which gives what __init__ takes: "
        f"return {{**super().get_config(), {items}}}. Where a file cannot hold a value, give the "
        "name of it, or what it is made of.",
    )


def made_again(cls: type, config: dict[str, Any]) -> Any:
    """An object of a class out of a config; its `__init__` need not take the name.

    What it does not take of name, dtype and trainable is set afterwards.
    """
    parameters = inspect.signature(cls).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return cls(**config)
    taken = {parameter.name for parameter in parameters}
    left = {key: config[key] for key in _PLACEMENT if key in config and key not in taken}
    made = cls(**{key: value for key, value in config.items() if key not in left})
    if "name" in left:
        made.name = left["name"]
    if left.get("dtype") is not None:
        word = dtype_policy.word_of(left["dtype"])
        if word != made.dtype_policy.name:
            made.dtype_policy = word
    if not left.get("trainable", True):
        made.trainable = False
    return made


def _taken(cls: type) -> list[str]:
    """What a class of the user's takes itself: not the name, and what goes to the layer below."""
    parameters = inspect.signature(cls).parameters.values()
    named = [
        one.name for one in parameters if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]
    return [name for name in named if name not in _PLACEMENT]


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(one) for one in value.values())
    if isinstance(value, (list, tuple)):
        return all(_is_plain(one) for one in value)
    return isinstance(value, _PLAIN)


def _copied(value: Any) -> Any:
    """A nest of its own: a list that the user changes later was another one then."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_copied, value)) if type(value) in (list, tuple) else list(value)
    return value
