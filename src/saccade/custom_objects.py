"""Custom objects: the user's own classes and functions, by the names that files and words use.

A name is looked for in what a call was given, then in the scopes around it, innermost first, then
in the registry of the process.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

from saccade.errors import InvalidArgument

T = TypeVar("T")
_REGISTERED: dict[str, Any] = {}
_NAMES: dict[Any, str] = {}
# A context variable, so that a scope in one thread is not seen in another.
_SCOPE: ContextVar[Mapping[str, Any] | None] = ContextVar("custom_objects", default=None)


class CustomObjectScope:
    """Inside `with`, names mean the user's classes and functions.

    Args:
        custom_objects: classes and functions by name; inner scopes win.

    Raises:
        InvalidArgument: not a dict.

    Example:
        >>> from saccade import activations
        >>> def twice(x):
        ...     return 2 * x
        >>> with CustomObjectScope({"twice": twice}):
        ...     activations.get("twice") is twice
        True

    Source: `keras.utils.CustomObjectScope`.
    """

    def __init__(self, custom_objects: Mapping[str, Any] | None):
        if custom_objects is not None and not isinstance(custom_objects, Mapping):
            raise InvalidArgument(
                "custom_object_scope",
                "custom_objects must be a dict of classes and functions by name",
                type(custom_objects).__name__,
            )
        self.custom_objects = dict(custom_objects or {})
        self._tokens: list[Any] = []

    def __enter__(self) -> CustomObjectScope:
        outer = _SCOPE.get() or {}
        self._tokens.append(_SCOPE.set({**outer, **self.custom_objects}))
        return self

    def __exit__(self, *problem: Any) -> None:
        _SCOPE.reset(self._tokens.pop())


custom_object_scope = CustomObjectScope


def get_custom_objects() -> dict[str, Any]:
    """The registry itself: what is put in is found in the whole process.

    Source: `keras.utils.get_custom_objects`.
    """
    return _REGISTERED


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[T], T]:
    """A decorator that gives a class or function the name `package>name` in files.

    Args:
        package: the first half of the name.
        name: the second; the object's own when None.

    Raises:
        InvalidArgument: a class without get_config().

    Example:
        >>> @register_keras_serializable("mine")
        ... def twice(x):
        ...     return 2 * x
        >>> get_registered_name(twice)
        'mine>twice'

    Source: `keras.utils.register_keras_serializable`.
    """

    def register(thing: T) -> T:
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise InvalidArgument(
                "register_keras_serializable",
                "a class must have get_config(), which says how to make it again",
                thing.__name__,
            )
        full = f"{package}>{name or thing.__name__}"  # type: ignore[attr-defined]
        _REGISTERED[full] = thing
        _NAMES[thing] = full
        return thing

    return register


def get_registered_name(obj: Any) -> str:
    """`package>name` of a registered class or function, else its own name.

    Source: `keras.utils.get_registered_name`.
    """
    try:
        return _NAMES.get(obj) or obj.__name__
    except TypeError:  # not hashable
        return obj.__name__


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """What a name means, None where it means nothing.

    Args:
        custom_objects, module_objects: looked at after the scopes and the registry.

    Source: `keras.utils.get_registered_object`.
    """
    for names in (_SCOPE.get(), _REGISTERED, custom_objects, module_objects):
        if names and name in names:
            return names[name]
    return None


def find_custom(name: Any, given: Mapping[str, Any] | None = None) -> Any:
    """The user's object of this name: out of `given`, the scopes or the registry, else None."""
    for names in (given, _SCOPE.get(), _REGISTERED):
        if names and isinstance(name, str) and name in names:
            return names[name]
    return None


def word_for(thing: Any) -> str | None:
    """The word under which the scopes or the registry hold a function or an object, None without.

    `get_custom_objects()["swish_act"] = Activation(swish)` gives an object a word and no name.
    """
    for names in (_SCOPE.get(), _REGISTERED):
        found = next((word for word, one in (names or {}).items() if one is thing), None)
        if found is not None:
            return found
    return None


def find_recorded(record: Mapping[str, Any], name: str, given: Mapping[str, Any] | None = None):
    """The user's object that a record is of, else None.

    A record that names Keras's own class keeps its meaning whatever the user's are called. Keras 1
    and 2 wrote no module: there the user's come first, as they do in Keras.

    Args:
        record: as it stands in a file.
        name: of the class or function in it.
        given: looked at first.
    """
    registered = record.get("registered_name")
    if registered is None and str(record.get("module", "")).startswith("keras"):
        return None
    words = [name] if registered is None else [registered, registered.rpartition(">")[2], name]
    found = (find_custom(word, given) for word in words)
    known = next((one for one in found if one is not None), None)
    if known is None and registered == "function":  # Keras 3.6 left a function's package out
        known = next((f for key, f in _REGISTERED.items() if key.endswith(f">{name}")), None)
    return known


def known_names(given: Mapping[str, Any] | None = None) -> list[str]:
    """All names that `find_custom` would find."""
    return sorted({*(given or {}), *(_SCOPE.get() or {}), *_REGISTERED})
