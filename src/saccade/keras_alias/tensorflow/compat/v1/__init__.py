"""`tensorflow.compat.v1`."""

import sys
from typing import Any

from saccade.keras_alias.tensorflow.table import face, teach

_load, __dir__ = face(__name__)


def __getattr__(name: str) -> Any:
    if name == "keras":
        teach()
        return sys.modules["saccade"]
    return _load(name)
