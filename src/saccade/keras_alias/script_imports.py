"""Script imports: what an `import` of Keras or TensorFlow in a script gives.

`tensorflow` never enters `sys.modules`: installed packages that look there, or try to import it,
find none, while the script's own lines get the thin one. A finder cannot do that, for what it finds
is kept in `sys.modules`; so the function behind the import statement is exchanged:

1. Pass on what is not of Keras or TensorFlow, at once: every import statement comes through here.
2. Refuse TensorFlow to an installed package.
3. Get the module: of Keras by the import system (`finder`), of TensorFlow past `sys.modules`.
4. Hand out what the statement binds, the first or the last module of a dotted name.
5. Look at once whether the names after `from ... import` are there, while the line is known.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from opcode import opmap
from types import FrameType, ModuleType, SimpleNamespace
from typing import Any

from saccade.keras_alias import workers
from saccade.keras_alias.aliases import exists, is_inner, is_own_path, real_name
from saccade.keras_alias.left_names import has_another_way, refusal_of, sentence_of_left
from saccade.names import nearest, public_names, stand_in
from saccade.requester import asks_from_package, expects_torch, no_module, place_of
from saccade.script_door import mark_own_keras, mark_tensorflow_script

_BROUGHT = {
    "PIL": ("PIL.Image",),
    "urllib": ("urllib.request", "urllib.error"),
    "concurrent": ("concurrent.futures",),
    "xml": ("xml.dom",),
}
"""What Keras or TensorFlow has loaded, so that `PIL.Image` works after a bare `import PIL`."""

_import = builtins.__import__
_find_spec = importlib.util.find_spec


def script_import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """`builtins.__import__`, which every import statement calls.

    Raises:
        ModuleNotFoundError, ImportError: a module or name that saccade has not; the message says
            the script's line and the nearest name.
    """
    # 1. Pass on.
    if level or not name.startswith(("keras", "tensorflow", "tf_keras")):
        module = _import(name, globals, locals, fromlist, level)
        if name.startswith("multiprocessing"):
            workers.hook()
        elif name.startswith("torch"):
            expects_torch(sys._getframe(1))
        elif name in _BROUGHT and not fromlist and not level:
            for below in _BROUGHT[name]:
                with contextlib.suppress(ImportError):  # a file of the script's own, called so
                    _import(below)
        return module
    real = real_name(name)
    if real is None:  # tensorflow_datasets, keras_tuner
        return _import(name, globals, locals, fromlist, level)
    # 2. Refuse TensorFlow to packages.
    caller = sys._getframe(1)
    is_tensorflow = name.split(".")[0] == "tensorflow"
    if is_tensorflow and asks_from_package(caller.f_globals if globals is None else globals):
        raise no_module(name)
    # 3. and 4. Get the module; `import a.b` binds a, `from a.b import c` reads c off a.b.
    if is_tensorflow:
        mark_tensorflow_script(its_keras="keras" in (*name.split("."), *(fromlist or ())))
    elif name.split(".")[0] == "keras" and not asks_from_package(caller.f_globals):
        mark_own_keras()
    if not exists(real):
        return _left_module(name, fromlist, caller)
    if not is_tensorflow:
        top = _import(name, globals, locals, (), 0)
        leaf = sys.modules[name]
        module = leaf if fromlist else top
    else:
        leaf = importlib.import_module(real)
        module = leaf if fromlist else _chained(name)
    # 5. Look for the names. Python itself would speak of a module of saccade's in its error.
    lacking: dict[str, Any] = {}
    for wanted in fromlist or ():
        if name.endswith("optimizer_v2") and _is_file_of_optimizers(wanted):
            lacking[wanted] = leaf  # a file there; in keras.optimizers a function of Keras 2's
            continue
        if wanted != "*" and not _gives(leaf, name, wanted):
            said = sentence_of_left(f"{name}.{wanted}")
            if not said or has_another_way(caller):
                raise _no_name(name, wanted, leaf, caller)
            lacking[wanted] = stand_in(f"{name}.{wanted}", said)
    return _Lent(leaf, lacking) if lacking else module


def _is_file_of_optimizers(wanted: str) -> bool:
    return real_name(f"keras.optimizers.{wanted}") == real_name("keras.optimizers")


def _left_module(name: str, fromlist: Sequence[str] | None, caller: FrameType) -> ModuleType:
    """What an import of a module gives that Keras has and saccade has not.

    Raises:
        ModuleNotFoundError: nobody has it, or the script has another way.
    """
    said = sentence_of_left(name)
    if not said or "*" in (fromlist or ()) or has_another_way(caller):
        raise _no_module(name, caller)
    if fromlist:
        lent = ModuleType(name)
        lent.__dict__.update({one: stand_in(f"{name}.{one}", said) for one in fromlist})
        return lent
    words = name.split(".")
    if not _is_renamed(caller):  # `import a.b.c` binds a, whose b or c will be refused
        there = [n for n in range(len(words), 0, -1) if exists(str(real_name(".".join(words[:n]))))]
        return _chained(".".join(words[: there[0]]))
    found: Any = stand_in(name, said)  # `import a.b.c as d` reads b, and c off it
    for word in reversed(words[1:]):
        found = SimpleNamespace(**{word: found})
    return found


def _is_renamed(frame: FrameType) -> bool:
    """Whether the import that a frame stands at is an `import a.b as c`."""
    code, place = frame.f_code.co_code, frame.f_lasti + 2
    while place < len(code) and code[place] == opmap["EXTENDED_ARG"]:
        place += 2
    return place < len(code) and code[place] == opmap["IMPORT_FROM"]


class _Lent(ModuleType):
    """A module with stand-ins for names that it refuses, for one import statement."""

    def __init__(self, module: ModuleType, lacking: Mapping[str, Any]):
        super().__init__(module.__name__)
        self.__dict__.update(lacking, _lent=module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_lent"], name)


def find_spec(name: str, package: str | None = None) -> Any:
    """`importlib.util.find_spec`, which tells installed packages that there is no TensorFlow."""
    if name.split(".")[0] == "tensorflow" and asks_from_package(sys._getframe(1).f_globals):
        return None
    return _find_spec(name, package)


def hook() -> None:
    """Put both in place."""
    builtins.__import__ = script_import
    importlib.util.find_spec = find_spec


def _chained(name: str) -> ModuleType:
    """The first module of a dotted name, from which the others can be reached as attributes."""
    first, *others = name.split(".")
    module = top = importlib.import_module(str(real_name(first)))
    path = first
    for word in others:
        _gives(module, path, word)
        module, path = getattr(module, word), f"{path}.{word}"
    return top


def _gives(leaf: ModuleType, name: str, wanted: str) -> bool:
    """Whether `from name import wanted` finds something; modules below count."""
    if hasattr(leaf, wanted):
        found = getattr(leaf, wanted)
        return not (isinstance(found, ModuleType) and is_inner(found.__name__))
    real = real_name(f"{name}.{wanted}")
    if real is None or not exists(real):
        return False
    if real == real_name(name) and not is_own_path(f"{name}.{wanted}"):
        return False  # what lies below an old path stands for the same: no name of its own
    setattr(leaf, wanted, importlib.import_module(real))
    return True


def _no_module(name: str, caller: FrameType) -> ModuleNotFoundError:
    said = f"{place_of(caller)}: saccade, which stands in for Keras here, has no module {name!r}"
    do = sentence_of_left(name)
    return ModuleNotFoundError(f"{said}. {do}" if do else said, name=name)


def _no_name(name: str, wanted: str, leaf: ModuleType, caller: FrameType) -> ImportError:
    said = f"{place_of(caller)}: saccade, which stands in for Keras here, has no {wanted!r} in"
    return ImportError(f"{said} {name}. {instead_of(wanted, leaf)}".rstrip(), name=name)


def instead_of(wanted: str, module: object) -> str:
    """What to use for a name that a module or class does not have: a sentence, or nothing."""
    if do := refusal_of(wanted, module):
        return do
    guess = nearest(wanted, public_names(module))
    return f"The nearest that it has is {guess!r}." if guess else ""
