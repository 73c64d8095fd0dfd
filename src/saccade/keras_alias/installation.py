"""Installation: from here on, Keras's names mean saccade in this process."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from types import ModuleType

from saccade.errors import StateError
from saccade.keras_alias import script_imports, workers
from saccade.keras_alias.finder import KerasFinder
from saccade.keras_alias.load_watch import LoadWatch
from saccade.keras_alias.user_settings import take_image_data_format
from saccade.script_door import open_script_door


def install() -> None:
    """Make `keras`, `tensorflow.keras` and their other names mean saccade in this process.

    As a first line it makes any script or notebook run on saccade::

        import saccade; saccade.install()

    Processes that `multiprocessing` starts from here on do the same.

    Raises:
        StateError: Keras or TensorFlow is already imported; two of them would not mix.
    """
    if is_installed():
        return
    # 1. Nothing of Keras may be there yet: objects of two libraries would not know each other.
    for name in ("keras", "tf_keras", "tensorflow"):
        module = sys.modules.get(name)
        if module is not None:
            raise StateError(
                "saccade",
                "must be installed before Keras or TensorFlow is imported",
                f"{name} from {_file_of(module)}",
                "Make it the first line, in a notebook after a restart of the kernel.",
            )
    # 2. The finder, before Python's own: an installed Keras is not to be found.
    sys.meta_path.insert(0, KerasFinder())
    # 3. The import statement, which gives `tensorflow` to the script and to nobody else.
    script_imports.hook()
    # 4. What is called from here on is a script of Keras's, which may be one of Keras 1.
    open_script_door()
    # 5. And it may rely on what the user set for Keras.
    take_image_data_format()
    # 6. Its tensors are as TensorFlow's, for which such scripts are written.
    sys.meta_path.insert(
        0,
        LoadWatch(
            {
                "torch": _patch_tensors,
                "saccade.data.dataset": _patch_elements,
                "saccade.applications": _lend_modules,
                "saccade.backend": _lend_tensorflow,
            }
        ),
    )
    warnings.filterwarnings("ignore", "Converting a tensor with requires_grad", UserWarning)
    # 7. Processes that the script spawns begin anew, without any of this.
    if "multiprocessing" in sys.modules:
        workers.hook()  # else as soon as it is imported: it takes longer than all of this


def is_installed() -> bool:
    """Whether `install()` was called."""
    return any(isinstance(finder, KerasFinder) for finder in sys.meta_path)


def _patch_tensors() -> None:
    import_module("saccade.tensorflow_alias.parts.tensors.tensor_patches").patch_tensors()


def _patch_elements() -> None:
    import_module("saccade.tensorflow_alias.parts.tensors.tensor_patches").patch_elements()


def _lend_modules() -> None:
    """`keras_applications.get_submodules_from_kwargs`, which copied networks begin with."""
    own = import_module("saccade.keras_alias.submodules")
    import_module("saccade.applications").get_submodules_from_kwargs = (  # type: ignore[attr-defined]
        own.get_submodules_from_kwargs
    )


def _lend_tensorflow() -> None:
    """`K.tf`, by which scripts of Keras 2 reached the TensorFlow below."""
    import_module("saccade.backend").tf = import_module("saccade.tensorflow_alias")  # type: ignore[attr-defined]


def _file_of(module: ModuleType) -> str:
    return getattr(module, "__file__", None) or "somewhere"
