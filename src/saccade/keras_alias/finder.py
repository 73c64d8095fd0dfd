"""The finder that answers for Keras's names with saccade's modules.

It and its loader have the methods that the import system asks for, and no base: `importlib.abc`
takes longer to load than all of this.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from saccade.keras_alias.aliases import exists, give_old_paths, real_name
from saccade.requester import frame_outside, is_package, no_module


class KerasFinder:
    """Answers for `keras` and its kin; for `tensorflow` only where the script itself asks."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        real = real_name(name)
        if real is None:
            return None
        if name.split(".")[0] == "tensorflow":
            frame = frame_outside(1)
            if frame is not None and is_package(frame.f_code.co_filename):
                # Packages that can do without are not to mistake ours for the whole of it; nor may
                # a real one, where it is installed, be mixed with ours.
                raise no_module(name)
        if not exists(real):
            return None
        return ModuleSpec(name, AliasLoader(real), is_package=True)  # type: ignore[arg-type]


class AliasLoader:
    """Puts saccade's own module object under another name."""

    def __init__(self, real: str):
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        # Import hands out whatever stands in sys.modules after this call. Returning saccade's
        # module from create_module would instead overwrite its __spec__.
        assert module.__spec__ is not None
        found = importlib.import_module(self.real)
        if not hasattr(found, "__path__"):
            found.__path__ = []  # what is a file here was a folder once: keras.backend.common
        give_old_paths(found, self.real.removeprefix("saccade."), own_only=True)
        sys.modules[module.__spec__.name] = found
