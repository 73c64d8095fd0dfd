"""Finder: answers for `keras_src`, as Keras's own tests import it, with what saccade has.

A test asks by a path within Keras's sources (`keras_src.layers.pooling.max_pooling`), for a name
that is public or not. The public ones are looked for in saccade, below the namespaces that the path
speaks of first. What is nowhere becomes a `Lacking`, so that only the tests that use it fail.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import os
import sys
import types
from importlib.machinery import ModuleSpec
from typing import Any

import saccade
from saccade.random import SeedGenerator

saccade.install()  # `keras` is saccade, from here on

ROOT = os.environ["KERAS_TESTS"]  # the folder of the renamed tests
SPACES = [
    "layers", "models", "losses", "metrics", "optimizers", "callbacks", "initializers",
    "regularizers", "constraints", "activations", "ops", "utils", "random", "saving", "backend",
    "datasets", "applications", "dtype_policies", "tree", "wrappers", "visualization",
    "preprocessing", "config", "distribution", "export", "quantizers",
]  # fmt: skip
"""The namespaces that are looked through for a name, in this order."""
OWN = ("testing", "testing.test_case", "testing.test_utils", "backend.common.dtypes")
"""Modules that are Keras's: what its tests compare with, and in which words."""
_OF_OPS = ("numpy", "nn", "image", "math", "linalg", "core")


class Lacking:
    """A name that saccade has not: whatever uses it fails, and says which."""

    def __init__(self, name: str):
        self.__dict__["name"] = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"saccade lacks {self.name}")

    __enter__ = __exit__ = __getitem__ = __iter__ = __call__

    def __getattr__(self, word: str) -> Any:
        if word.startswith("__"):
            raise AttributeError(word)
        return Lacking(f"{self.name}.{word}")

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()


class Module(types.ModuleType):
    """A module of Keras's sources, whose names are looked for when they are asked for."""

    def __getattr__(self, word: str) -> Any:
        if word.startswith("__"):
            raise AttributeError(word)
        parts = self.__name__.split(".")[1:]
        if not parts and word in SPACES:
            return importlib.import_module(f"{self.__name__}.{word}")
        if word == "keras_export":
            return lambda *path: lambda thing: thing
        if word in (*_OF_OPS, "random") and parts[-1:] in (["ops"], ["backend"]):
            return _space("random" if word == "random" else "ops")
        spaces = [part for part in parts if part in SPACES]
        for space in (*spaces, "", *SPACES):
            found = getattr(_space(space), word, None)
            if found is not None and not (space == "" and isinstance(found, types.ModuleType)):
                return found
        if word.islower():
            return importlib.import_module(f"{self.__name__}.{word}")
        return Lacking(".".join([*parts, word]))


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for `keras_src` and all below it."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        root, _, below = name.partition(".")
        if root != "keras_src":
            return None
        if below == "testing":
            place = os.path.join(ROOT, "testing", "__init__.py")
            return importlib.util.spec_from_file_location(name, place)
        if below in OWN or below.endswith("_test"):
            place = os.path.join(ROOT, *below.split(".")) + ".py"
            return importlib.util.spec_from_file_location(name, place)
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__path__ = []


def _space(word: str) -> Any:
    try:
        return importlib.import_module(f"keras.{word}" if word else "keras")
    except ImportError:
        return None


def seed_generators(layer: Any) -> list[SeedGenerator]:
    """Those that a layer and the layers in it hold; Keras's tests count them."""
    held = [value for part in layer.modules() for value in vars(part).values()]
    return list({id(one): one for one in held if isinstance(one, SeedGenerator)}.values())


sys.meta_path.insert(0, Finder())
