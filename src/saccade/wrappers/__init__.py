"""Wrappers: models as estimators of scikit-learn, for its searches, folds and pipelines.

scikit-learn is loaded when a name here is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("saccade.wrappers.estimators"), name)


def __dir__() -> list[str]:
    return __all__
