"""Load watch: a word when a module of the process has been loaded, which is then as it would be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class LoadWatch:
    """A finder that finds nothing itself, and calls a function once a module has been loaded.

    Args:
        listeners: for each module by its name what is called, once; at once where it is there.
    """

    def __init__(self, listeners: dict[str, Callable[[], None]]):
        self.listeners = {name: one for name, one in listeners.items() if name not in sys.modules}
        for name, listener in listeners.items():
            if name not in self.listeners:
                listener()

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self.listeners:
            return None
        others = (one for one in sys.meta_path if one is not self)
        specs = (one.find_spec(name, path, target) for one in others)
        spec = next((one for one in specs if one is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = TellingLoader(spec.loader, self, name)  # type: ignore[assignment]
        return spec


class TellingLoader:
    """Loads a module as its own loader does, gives it that loader back, and tells."""

    def __init__(self, loader: Any, watch: LoadWatch, name: str):
        self.loader, self.watch, self.name = loader, watch, name

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        # Only now: who merely asks whether there is such a module finds it, and loads nothing.
        if (listener := self.watch.listeners.pop(self.name, None)) is not None:
            listener()
