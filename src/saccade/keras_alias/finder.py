"""The finder that answers for `keras` and `tensorflow.keras`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from saccade.errors import StateError

ALIASES = ("tensorflow.keras", "keras")
"""Names that stand for `saccade`, the longest first."""


def real_name(name: str) -> str | None:
    """The module of saccade that a Keras name stands for; None for names of other packages."""
    for alias in ALIASES:
        if name == alias:
            return "saccade"
        if name.startswith(alias + "."):
            return "saccade" + name.removeprefix(alias)
    return None


class KerasFinder(MetaPathFinder):
    """Answers for Keras's names with saccade's modules, and for `tensorflow` with a thin one."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "tensorflow":
            return ModuleSpec(name, ThinTensorflowLoader(), is_package=True)
        real = real_name(name)
        if real is None or (real != "saccade" and not _exists(real)):
            return None
        return ModuleSpec(name, AliasLoader(real), is_package=True)


class AliasLoader(Loader):
    """Puts saccade's own module object under another name."""

    def __init__(self, real: str):
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        # Import hands out whatever stands in sys.modules after this call. Returning saccade's
        # module from create_module would instead overwrite its __spec__.
        assert module.__spec__ is not None
        sys.modules[module.__spec__.name] = importlib.import_module(self.real)


class ThinTensorflowLoader(Loader):
    """A `tensorflow` that holds `keras` and nothing else."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ThinTensorflow(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__path__ = []
        module.__version__ = "2.21.0"  # type: ignore[attr-defined]


class ThinTensorflow(ModuleType):
    def __getattr__(self, name: str) -> object:
        if name == "keras":
            return importlib.import_module("tensorflow.keras")
        raise AttributeError(
            f"tensorflow.{name} is not there: this script runs on saccade, which stands in for "
            "tensorflow.keras only."
        )


def install() -> None:
    """Make Keras's names mean saccade in this process.

    Raises:
        StateError: Keras or TensorFlow is already imported; two of them would not mix.
    """
    for name in ("keras", "tensorflow"):
        module = sys.modules.get(name)
        if module is not None and not _is_ours(module):
            raise StateError(
                "saccade",
                "must be installed before Keras or TensorFlow is imported",
                f"{name} from {getattr(module, '__file__', None)}",
                "Make saccade the first import.",
            )
    if not any(isinstance(finder, KerasFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, KerasFinder())


def _is_ours(module: ModuleType) -> bool:
    return isinstance(module, ThinTensorflow) or module.__name__.split(".")[0] == "saccade"


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # its parent does not exist either
        return False
