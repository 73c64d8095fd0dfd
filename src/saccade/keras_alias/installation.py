"""Installation: from here on, Keras's names mean saccade in this process."""

from __future__ import annotations

import sys
from types import ModuleType

from saccade.errors import StateError
from saccade.keras_alias import script_imports, workers
from saccade.keras_alias.finder import KerasFinder
from saccade.old_arguments import guess_keras1_calls


def install() -> None:
    """Make `keras`, `tensorflow.keras` and their kin mean saccade in this process.

    As a first line it makes any script or notebook run on saccade::

        import saccade; saccade.install()

    Processes that `multiprocessing` starts from here on do the same.

    Raises:
        StateError: Keras or TensorFlow is already imported; two of them would not mix.
    """
    if is_installed():
        return
    for name in ("keras", "tf_keras", "tensorflow"):
        module = sys.modules.get(name)
        if module is not None:
            raise StateError(
                "saccade",
                "must be installed before Keras or TensorFlow is imported",
                f"{name} from {_file_of(module)}",
                "Make it the first line, in a notebook after a restart of the kernel.",
            )
    sys.meta_path.insert(0, KerasFinder())
    script_imports.hook()
    guess_keras1_calls()
    if "multiprocessing" in sys.modules:
        workers.hook()  # else as soon as it is imported: it takes longer than all of this


def is_installed() -> bool:
    """Whether `install()` was called."""
    return any(isinstance(finder, KerasFinder) for finder in sys.meta_path)


def _file_of(module: ModuleType) -> str:
    return getattr(module, "__file__", None) or "somewhere"
