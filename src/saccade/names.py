"""Names: automatic ones in Keras's spelling, and the nearest legal word to a misspelt one."""

from __future__ import annotations

import difflib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from saccade.errors import NotSupported, UnknownName

_used: Counter[str] = Counter()
T = TypeVar("T")


def snake_case(class_name: str) -> str:
    """`MaxPooling2D` -> `max_pooling2d`, as Keras spells layer names."""
    name = re.sub(r"\W+", "", class_name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(stem: str) -> str:
    """The next free automatic name: `conv2d`, then `conv2d_1`, `conv2d_2`, ..."""
    count = _used[stem]
    _used[stem] += 1
    return stem if count == 0 else f"{stem}_{count}"


def told_apart(names: Iterable[str]) -> list[str]:
    """Names with a number behind those that were there before.

    >>> told_apart(["critic", "critic", "out", "critic"])
    ['critic', 'critic_1', 'out', 'critic_2']
    """
    found: list[str] = []
    for name in names:
        new, count = name, 0
        while new in found:
            count += 1
            new = f"{name}_{count}"
        found.append(new)
    return found


def reserve_name(stem: str, count: int) -> None:
    """Leave out the first `count` automatic names of this stem: they came with a file."""
    _used[stem] = max(_used[stem], count)


def reset_names() -> None:
    """Start the counters again, as `keras.backend.clear_session()` does."""
    _used.clear()


@contextmanager
def counted_anew() -> Iterator[None]:
    """Inside, automatic names are those of a fresh process, whatever was made before."""
    before = _used.copy()
    _used.clear()
    try:
        yield
    finally:
        _used.clear()
        _used.update(before)


def is_overridden(thing: Any, name: str) -> bool:
    """Whether the method that an object of saccade's has under this name was written elsewhere.

    A subclass, or a mixin before saccade's class, may override it.
    """
    for cls in type(thing).__mro__:
        if name in cls.__dict__:
            return not cls.__module__.startswith("saccade.")
    return False


def brought_by(cls: type, base: type) -> dict[str, Any]:
    """What a subclass of `base` brings: its own methods, and those of the mixins before its base.

    `class Mine(Mixin, Dense)` takes `call` of Mixin as if it were written in Mine.
    """
    found = dict(cls.__dict__)
    for one in cls.__mro__[1:]:
        if issubclass(one, base) or one.__module__.startswith("saccade."):
            break
        found = {**one.__dict__, **found}
    return found


def refuse_overriding(
    cls: type, base: type, where: str, names: Iterable[str], instead: str
) -> None:
    """Raise for a method that Keras calls and saccade doesn't: a subclass's would be ignored."""
    brought = brought_by(cls, base)
    for name in names:
        if name in brought:
            raise NotSupported(
                f"{where} {cls.__name__}",
                f"{name}() of a subclass would never be called",
                None,
                instead.format(name=name),
            )


def refuse_hooks(cls: type, base: type, where: str, hooks: Mapping[str, str], instead: str) -> None:
    """The same for methods with an underscore, of a class of the user's.

    Args:
        hooks: by the name of a class of saccade's the methods that Keras calls on it and its kin.
    """
    if cls.__module__.startswith("saccade."):
        return
    for one in cls.__mro__:
        if one.__module__.startswith("saccade.") and one.__name__ in hooks:
            refuse_overriding(cls, base, where, hooks[one.__name__].split(), instead)


def nearest(word: str, legal: Iterable[str]) -> str | None:
    """The legal word most like `word`, or None when nothing is close."""
    by_lower = {name.lower(): name for name in legal}
    found = difflib.get_close_matches(word.lower(), list(by_lower), n=3, cutoff=0.5)
    found.sort(key=lambda name: sorted(name) != sorted(word.lower()))  # swapped letters first
    return by_lower[found[0]] if found else None


def unknown_name(where: str, word: object, legal: Iterable[str]) -> UnknownName:
    """The error for a name that is not in the list: it gives the list and the nearest name."""
    legal = sorted(legal)
    guess = nearest(str(word), legal)
    do = f'Did you mean "{guess}"? ' if guess else ""
    return UnknownName(where, f"must be one of {', '.join(legal)}", repr(word), do.strip())


class NameNotHere(NotSupported, AttributeError):
    """`saccade.layers.Conv3D`: an attribute that Keras has and saccade refuses."""


class NameNotImportable(NotSupported, ImportError):
    """`from saccade.layers import Conv3D`: the same as an import."""


class _StandIn(type):
    """The class of what stands in for a name that is not here; what it had is refused, too."""

    def __getattr__(cls, name: str) -> NoReturn:
        if name.startswith("__"):  # Python looking around
            raise AttributeError(f"{cls.__name__} has no {name}")
        raise NameNotHere(
            f"{cls.__qualname__}.{name}", "is not in saccade", None, cls.__doc__ or ""
        )


def stand_in(name: str, instead: str) -> type:
    """A class for a name that is not here: it can be imported, and is refused when it is used.

    Args:
        name: with dots, as the refusal will call it.
        instead: what to use, a sentence.
    """

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise NotSupported(name, "is not in saccade", None, instead)

    members = {"__new__": refuse, "__init_subclass__": refuse, "__doc__": instead}
    return _StandIn(name.rpartition(".")[2], (), {**members, "__qualname__": name})


def refuse_name(module: str, name: str, refused: Mapping[str, str]) -> NoReturn:
    """Raise for a name that a package does not have; called by its `__getattr__`.

    Python turns an AttributeError under `from ... import` into an ImportError of its own, and the
    sentence would be lost: there, and only there, an ImportError is raised. `hasattr` and
    `getattr` with a default go on working.

    Args:
        module: the package, as the message is to call it.
        name: what was asked for.
        refused: Keras's names that are left out, and what to use instead of each.
    """
    by_lower = {word.lower(): instead for word, instead in refused.items()}  # ctc is CTC
    if name.lower() not in by_lower:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    is_import = sys._getframe(2).f_code.co_name == "_handle_fromlist"
    kind = NameNotImportable if is_import else NameNotHere
    raise kind(f"{module}.{name}", "is not in saccade", None, by_lower[name.lower()])


def public_names(module: object) -> list[str]:
    """The names that a module offers: those that it lists, else all without an underscore."""
    listed = getattr(module, "__all__", None)
    return list(listed) if listed else [name for name in dir(module) if not name.startswith("_")]


def names_from(namespace: Mapping[str, Any], *packages: str) -> list[str]:
    """The names in a module of classes and functions that come from these packages, sorted.

    A face imports what it offers, which names it once, and gives its `globals()`.
    """
    inside = tuple(f"{package}." for package in packages)
    return sorted(
        name
        for name, value in namespace.items()
        if not name.startswith("_") and str(getattr(value, "__module__", "")).startswith(inside)
    )


def classes_in(namespace: Mapping[str, Any], base: type[T]) -> dict[str, type[T]]:
    """The classes in a module under their own names that are made from `base`, sorted."""
    return {
        name: value
        for name, value in sorted(namespace.items())
        if isinstance(value, type) and issubclass(value, base) and value is not base
        if value.__name__ == name
    }
