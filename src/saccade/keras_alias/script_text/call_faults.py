"""Call faults: why a call in a script would stop, as far as its text tells.

A name that is a module, a function that always refuses, a method that a class does not have, a
word that a callable does not take. What a callable takes is read off its signature; what
understands old words besides tells them itself (`old_arguments.also_takes`).
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from types import ModuleType
from typing import Any, NoReturn

from saccade.keras_alias.aliases import exists, is_inner, real_name
from saccade.keras_alias.script_text.name_uses import NameUse
from saccade.names import nearest
from saccade.old_arguments import old_words_of

_LOADERS = ("load_model", "clone_model", "model_from_json", "model_from_config")
_MISSPELT = 0.85
"""How alike two words are of which one is the other misspelt; of 1."""
_REFUSING = "misspelt"  # the name of **words that are there to be refused


def fault_of_call(use: NameUse) -> str:
    """Why a call of a name that is there stops; empty where the text does not tell."""
    found = found_by(use.name)
    if isinstance(found, ModuleType):
        return "not supported: a module cannot be called"
    kind = getattr(found, "__annotations__", {}).get("return")
    if kind is NoReturn or kind == "NoReturn":
        about = (getattr(found, "__doc__", None) or "").strip().splitlines()
        return f"not supported: {about[0].rstrip('.').lower()}" if about else "not supported"
    taken = words_of(found) if use.words else None
    return _fault_of_words(use, taken)


def fault_of_method(use: NameUse) -> str:
    """Why a call of a method stops, for what the class in front of it makes."""
    cls_name, _, method = use.name.rpartition(".")
    if cls_name.rpartition(".")[2] in _LOADERS:
        return _fault_of_loaded(method)
    cls = made_by(cls_name)
    if cls is None or not _is_ours(cls) or _finds_names_itself(cls):
        return ""
    if not hasattr(cls, method) and method not in _set_by_init(cls):
        guess = nearest(method, _public_names(cls))
        return "no such method." + (f" The nearest is {guess}." if guess else "")
    taken = words_of(getattr(cls, method, None), inner=True) if use.words else None
    return _fault_of_words(use, taken)


def _fault_of_loaded(method: str) -> str:
    """The same for a model out of a file, maybe of a class of the user's: a misspelt word."""
    from saccade.models import Model, Sequential

    names = {*_public_names(Model), *_public_names(Sequential)}
    if any(hasattr(cls, method) or method in _set_by_init(cls) for cls in (Model, Sequential)):
        return ""
    like = difflib.get_close_matches(method, names, 1, _MISSPELT)
    return f"no such method. The nearest is {like[0]}." if like else ""


def _fault_of_words(use: NameUse, taken: frozenset[str] | None) -> str:
    """What is wrong with the arguments that a call names; nothing where no list is known."""
    if taken is None:
        return ""
    for word in use.words:
        if word not in taken:
            guess = nearest(word, taken)
            return f"has no argument {word}=." + (f" The nearest is {guess}=." if guess else "")
    return ""


def made_by(dotted: str) -> type | None:
    """The class of what a call of a name gives: a class's own, and a network's is Model."""
    found = found_by(dotted)
    if isinstance(found, type):
        return found
    if str(getattr(found, "__annotations__", {}).get("return")) in ("Model", "Functional"):
        from saccade.models import Model

        return Model
    return None


def words_of(found: Any, inner: bool = False) -> frozenset[str] | None:
    """The words that a callable takes; None where that is not known.

    Args:
        inner: whether it is a method, whose first argument nobody writes.
    """
    from saccade.layers.core.checks import PLACEMENT_WORDS
    from saccade.layers.core.keras1_words import WORDS, LayerType
    from saccade.optimizers import Optimizer

    if not callable(found):
        return None
    stands_for = getattr(found, "stands_for", None)
    if stands_for is not None:
        return _words_of_model(found, stands_for)
    if not isinstance(found, type):
        return _of_function(found)
    if not _is_ours(found):
        return None
    if isinstance(found, LayerType):
        words = _of_chain(found)
        return None if words is None else words | {*WORDS, *PLACEMENT_WORDS}
    if issubclass(found, Optimizer):
        if not hasattr(found.__init__, "__signature__"):  # one with old words of its own
            return None
        words = frozenset(inspect.signature(found).parameters)
        return words | _asked_for(found.__init__) | {"lr", "decay"}
    words = _of_function(found)
    return None if words is None else words | old_words_of(found.__init__)


def _of_function(found: Any) -> frozenset[str] | None:
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):  # written in C
        return None
    if any(one.kind is one.VAR_KEYWORD and one.name != _REFUSING for one in parameters):
        return None
    return frozenset(one.name for one in parameters) | old_words_of(found)


def _of_chain(cls: type) -> frozenset[str] | None:
    """The words of a layer: those that its `__init__` hands on are its base's."""
    words: set[str] = set()
    for each in cls.__mro__:
        init = each.__dict__.get("__init__")
        if init is None or not each.__module__.startswith("saccade."):
            continue
        parameters = inspect.signature(init).parameters.values()
        words |= {one.name for one in parameters} | _asked_for(init)
        if not any(one.kind is one.VAR_KEYWORD for one in parameters):
            break
    return frozenset(words)


def _asked_for(init: Any) -> frozenset[str]:
    """Words that an `__init__` understands beside its signature: `placement.pop("alpha")`.

    Every word that its code speaks of is taken for one.
    """
    code = getattr(inspect.unwrap(init), "__code__", None)
    spoken = code.co_consts if code is not None else ()
    return old_words_of(init) | {one for one in spoken if isinstance(one, str)}


def _words_of_model(found: Any, method: str) -> frozenset[str] | None:
    from saccade.models import Model

    words = words_of(getattr(Model, method))
    return None if words is None else words | frozenset(inspect.signature(found).parameters)


def _public_names(cls: type) -> list[str]:
    own = [each for each in cls.__mro__ if _is_ours(each)]
    return sorted({name for each in own for name in vars(each) if not name.startswith("_")})


def _finds_names_itself(cls: type) -> bool:
    """Whether a class has names that are not in it; of a layer these are its weights."""
    from saccade.layers import Layer

    return hasattr(cls, "__getattr__") and not issubclass(cls, Layer)


def _set_by_init(cls: type) -> set[str]:
    """Names of attributes that the code of a class's `__init__` speaks of."""
    names: set[str] = set()
    for each in cls.__mro__:
        code = getattr(inspect.unwrap(each.__dict__.get("__init__", object)), "__code__", None)
        names |= set(code.co_names) if code is not None else set()
    return names


def _is_ours(cls: type) -> bool:
    return cls.__module__.startswith("saccade.")


def found_by(dotted: str) -> Any:
    """What a dotted name stands for, None where nothing does."""
    words = dotted.split(".")
    parts = list(range(len(words), 0, -1))
    # Of a class and an old room of one name, `keras.optimizers.adam`, the class is called.
    for count in (*parts[1:2], *parts):
        real = real_name(".".join(words[:count]))
        if real is not None and not is_inner(real) and exists(real):
            found: Any = importlib.import_module(real)
            for word in words[count:]:
                found = getattr(found, word, None)
            if found is not None:
                return found
    return None
