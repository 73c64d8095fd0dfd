"""The finder that answers for Keras's names with saccade's modules.

`script_imports` sees the import statements of a script. Everything else that imports (packages,
`importlib.import_module`, pickle) reaches the import system alone, which asks this finder:

1. Find: is the name one of Keras's or TensorFlow's, and may whoever asks have it?
2. Make: the import system makes an empty module under that name, as for any other.
3. Exchange: the loader puts saccade's own module in its place, so that `keras.layers` and
   `saccade.layers` are one object, with the same classes.

Finder and loader have the methods that the import system asks for, and no base: `importlib.abc`
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
    """Answers for Keras's names; for `tensorflow` only where the script itself asks."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        # 1. Find. Other names go to Python's own finders.
        real = real_name(name)
        if real is None:
            return None
        if name.split(".")[0] == "tensorflow":
            frame = frame_outside(1)
            if frame is not None and is_package(frame.f_code.co_filename):
                # Packages that can do without are not to mistake ours for the whole of it. An error
                # and not None: else Python would look on, and mix a real one that is installed
                # with ours.
                raise no_module(name)
        if not exists(real):
            return None
        return ModuleSpec(name, AliasLoader(real), is_package=True)  # type: ignore[arg-type]


class AliasLoader:
    """Puts saccade's own module object under another name."""

    def __init__(self, real: str):
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        # 2. Make: None asks for an empty module. Saccade's own, returned here, would get the spec
        # of the name that was asked for in place of its __spec__.
        return None

    def exec_module(self, module: ModuleType) -> None:
        # 3. Exchange: import hands out whatever stands in sys.modules after this call.
        assert module.__spec__ is not None
        found = importlib.import_module(self.real)
        if not hasattr(found, "__path__"):
            found.__path__ = []  # what is a file here was a folder once: keras.backend.common
        give_old_paths(found, self.real.removeprefix("saccade."), own_only=True)
        sys.modules[module.__spec__.name] = found
