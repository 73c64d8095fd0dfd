"""saccade: image classification spelled like Keras, running on PyTorch.

Names are loaded when they are first used: `import saccade` alone costs next to nothing, and
`saccade --help` never loads torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from saccade.version import __version__

# Where each public name lives. Modules stand for themselves.
_MODULES = (
    "activations",
    "applications",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "errors",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "tree",
    "utils",
    "wrappers",
)
_NAMES = {
    "Input": "saccade.layers",
    "InputSpec": "saccade.layers",
    "Layer": "saccade.layers",
    "Model": "saccade.models",
    "Sequential": "saccade.models",
}
KERAS_NAMES = frozenset({*_MODULES, *_NAMES})
"""What Keras has as well: a script's `import keras` gives these, and not what is ours below."""
_NAMES |= {
    "Listener": "saccade.recipe.listener",
    "Predictor": "saccade.predictor",
    "Run": "saccade.recipe.run",
    "augment_preview": "saccade.recipe.augmentation_preview",
    "box": "saccade.numerics.convolution.kernels",
    "contours": "saccade.drawing.contours",
    "convolve": "saccade.numerics.convolution.first_principles",
    "convolve2d": "saccade.numerics.convolution.first_principles",
    "doctor": "saccade.recipe.doctor",
    "evaluate": "saccade.recipe.run",
    "gaussian": "saccade.numerics.convolution.kernels",
    "install": "saccade.keras_alias",
    "load_ipython_extension": "saccade.keras_alias",
    "output_size": "saccade.numerics.convolution.geometry",
    "predict": "saccade.recipe.run",
    "sharpen": "saccade.numerics.convolution.kernels",
    "summary": "saccade.recipe.run",
    "train": "saccade.recipe.training.trainer",
    "HORIZONTAL_CONTOURS": "saccade.numerics.convolution.kernels",
    "VERTICAL_CONTOURS": "saccade.numerics.convolution.kernels",
}

__all__ = ["__version__", *_MODULES, *_NAMES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"saccade.{name}")
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'saccade' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
