"""The modules of the thin tensorflow, made from the table: `tensorflow.nn` is a row there, no file.

1. `import saccade.tensorflow_alias` puts `TableFinder` before Python's own finders.
2. An import of a module that has a row gets an empty one: its names, and no part of saccade yet.
3. The first use of a name loads the part that it comes from, and puts the name into the module.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any, NoReturn

from saccade.tensorflow_alias.session_names import moved_into, takes_session_words, today_of
from saccade.tensorflow_alias.table import MODULES, OF_VALUES, ON_SYMBOLS, names_in, supported_names

PACKAGE = "saccade.tensorflow_alias"
_BELOW = f"{PACKAGE}."
_WITH_KERAS = ("", "compat.v1", "compat.v2")


class TableFinder:
    """Finds the modules that the table names, for the import system."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(_BELOW):  # first, for every import of the process asks
            return None
        dotted = name.removeprefix(_BELOW)
        if dotted not in MODULES:
            return None
        package = bool(_inner_modules(dotted))
        return ModuleSpec(name, TableLoader(), origin="its table of names", is_package=package)  # type: ignore[arg-type]


class TableLoader:
    """Gives an empty module the two functions with which it answers for its names."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__doc__ = f"`tensorflow.{module.__name__.removeprefix(_BELOW)}`."
        load, names = face(module.__name__)
        module.__dict__.update(__getattr__=load, __dir__=names)


def hook() -> None:
    """Put the finder in place.

    It comes first: a checkout that had `nn.py` or `data/` may still hold a folder of that name with
    bytecode in it, which Python would take for an empty package.
    """
    if not any(isinstance(finder, TableFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, TableFinder())


def face(module_name: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a module of this package: its names, loaded at first use."""
    dotted = module_name.removeprefix(PACKAGE).lstrip(".")
    inner, names = _inner_modules(dotted), names_in(dotted)

    def load(name: str) -> Any:
        if name in inner:
            return import_module(f"{module_name}.{name}")
        if name == "keras" and dotted in _WITH_KERAS:
            patch_tensors()
            return import_module("saccade.keras_alias.keras_face")
        if name not in names and (today := today_of(dotted, name)):
            return getattr(import_module(f"{PACKAGE}.{today[0]}".rstrip(".")), today[1])
        if name not in names:
            _refuse(dotted, name)
        part, other = names[name]
        patch_tensors()
        made = getattr(import_module(f"{PACKAGE}.parts.{part}"), other)
        if part in ON_SYMBOLS and isinstance(made, FunctionType) and name not in OF_VALUES:
            made = import_module(f"{PACKAGE}.parts.running.errors").with_size_errors(made)
            made = import_module("saccade.layers.operations.tensorflow_function").on_symbols(
                f"{dotted}.{name}".lstrip("."), made
            )
        if isinstance(made, FunctionType):
            made = takes_session_words(made)
        setattr(sys.modules[module_name], name, made)  # the next time is quick
        return made

    return load, lambda: sorted({*names, *inner, *moved_into(dotted)})


def patch_tensors() -> None:
    """Give torch's tensors what scripts expect of TensorFlow's."""
    import_module("torch")  # first: whoever watches for it patches at once
    patches = import_module(f"{PACKAGE}.parts.tensors.tensor_patches")
    patches.patch_tensors()
    patches.patch_elements()
    import_module("saccade.layers.operations.tensorflow_function").TFOpLambda.found = staticmethod(
        function_of
    )


def function_of(name: str) -> Callable[..., Any]:
    """The function of a name with dots, as models hold it: "nn.relu", "compat.v1.shape".

    Raises:
        NameNotHere: there is none.
    """
    plain = name.removeprefix("compat.v1.").removeprefix("compat.v2.")
    module, _, word = plain.rpartition(".")
    if module not in MODULES:
        module, word = "", name
    names = names_in(module)
    if word not in names:
        _refuse(module, word)
    part, other = names[word]
    return getattr(import_module(f"{PACKAGE}.parts.{part}"), other)


def _inner_modules(dotted: str) -> set[str]:
    """The modules of the table one step below: {"v1"} of "compat"."""
    splits = (name.rpartition(".") for name in MODULES if name)
    return {last for above, _, last in splits if above == dotted}


def _refuse(module: str, name: str) -> NoReturn:
    from saccade.tensorflow_alias.missing_names import refuse  # loaded when something is missing

    refuse(module, name, supported_names())
