"""The thin `tensorflow` of a script that runs on saccade.

It has `keras`, which is saccade, and what scripts that classify images use beside it, over torch's
tensors: `table` lists every name, `modules` makes `tensorflow.image` and the others of it. Whatever
else is asked for is refused by name, with the line of the script. Nothing is loaded before it is
used.
"""

from importlib import import_module
from typing import Any

from saccade.tensorflow_alias.modules import face, hook
from saccade.tensorflow_alias.table import OF_KERAS, supported_names

__version__ = "2.21.0"
__all__ = ["__version__", "supported_names"]

hook()
_load, _names = face(__name__)


def __getattr__(name: str) -> Any:
    if name == "metrics":  # with what TensorFlow 1 had there
        return import_module(f"{__name__}.parts.networks.session_metrics")
    if name in OF_KERAS:
        return import_module(f"saccade.{name}")
    return _load(name)


def __dir__() -> list[str]:
    return sorted({*_names(), "__version__", "keras", *OF_KERAS})
