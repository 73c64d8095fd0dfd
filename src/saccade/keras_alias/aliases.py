"""Aliases: which module of saccade each name of Keras stands for, the old ones included."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

KERAS = "saccade.keras_alias.keras_face"
TENSORFLOW = "saccade.tensorflow_alias"

ROOTS = {
    "keras": KERAS,
    "tf_keras": KERAS,
    "tensorflow.keras": KERAS,
    "tensorflow.compat.v1.keras": KERAS,
    "tensorflow.compat.v2.keras": KERAS,
    "tensorflow.python.keras": KERAS,
    "keras.backend.tf": TENSORFLOW,
    "keras.backend.tensorflow_backend.tf": TENSORFLOW,
    "tensorflow": TENSORFLOW,
    "tensorflow.python": TENSORFLOW,
    "tensorflow.python.framework": f"{TENSORFLOW}.python.framework",
    "tensorflow.python.client": f"{TENSORFLOW}.python.client",
    "keras_preprocessing": "saccade.preprocessing",
    "keras_applications": "saccade.applications",
}
"""Packages that are answered for; of two that fit the longer name counts."""

# Module paths of Keras 1 and 2, and inner ones of Keras 3: their names live in these modules. What
# lies below a path here stands for the same.
_OLD_PATHS = {
    "api": "",
    "_tf_keras.keras": "",
    "applications.applications": "applications",
    "backend.common": "backend",
    "backend.load_backend": "backend",
    "backend.tensorflow_backend": "backend",
    "callbacks.callbacks": "callbacks",
    "callbacks.experimental": "callbacks",
    "callbacks.tensorboard_v1": "callbacks",
    "callbacks.tensorboard_v2": "callbacks",
    "src": "",
    "dtype_policies": "mixed_precision",
    "engine": "keras_alias.engine",
    "engine.saving": "models",
    "initializations": "initializers",
    "experimental": "optimizers.schedules",
    "layers.activation": "layers",
    "layers.advanced_activations": "layers",
    "layers.attention": "layers",
    "layers.convolutional": "layers",
    "layers.convolutional_recurrent": "layers",
    "layers.cudnn_recurrent": "layers",
    "layers.core": "layers",
    "layers.embeddings": "layers",
    "layers.experimental": "layers",
    "layers.experimental.preprocessing": "layers",
    "layers.local": "layers",
    "layers.locally_connected": "layers",
    "layers.merge": "layers",
    "layers.merging": "layers",
    "layers.noise": "layers",
    "layers.normalization": "layers",
    "layers.pooling": "layers",
    "layers.preprocessing": "layers",
    "layers.recurrent": "layers",
    "layers.regularization": "layers",
    "layers.reshaping": "layers",
    "layers.wrappers": "layers",
    "legacy": "",
    "legacy.interfaces": "keras_alias.legacy_interfaces",
    "metrics.accuracy_metrics": "metrics",
    "metrics.base_metric": "metrics",
    "metrics.metrics": "metrics",
    "objectives": "losses",
    "ops.core": "ops",
    "ops.linalg": "ops",
    "ops.math": "ops",
    "ops.nn": "ops",
    "ops.numpy": "ops",
    "optimizers.adadelta": "optimizers",
    "optimizers.adagrad": "optimizers",
    "optimizers.adadelta_v2": "optimizers",
    "optimizers.adagrad_v2": "optimizers",
    "optimizers.adam": "optimizers",
    "optimizers.adam_v2": "optimizers",
    "optimizers.adamax_v2": "optimizers",
    "optimizers.ftrl": "optimizers",
    "optimizers.gradient_descent": "optimizers",
    "optimizers.gradient_descent_v2": "optimizers",
    "optimizers.nadam_v2": "optimizers",
    "optimizers.optimizer_v2": "optimizers",
    "optimizers.rmsprop_v2": "optimizers",
    "optimizers.adamax": "optimizers",
    "optimizers.adamw": "optimizers",
    "optimizers.experimental": "optimizers",
    "optimizers.legacy": "optimizers",
    "optimizers.nadam": "optimizers",
    "optimizers.rmsprop": "optimizers",
    "optimizers.optimizer": "optimizers",
    "optimizers.sgd": "optimizers",
    "optimizer_v1": "optimizers",
    "optimizer_v2": "optimizers",
    "preprocessing.image.image_data_generator": "preprocessing.image",
    "preprocessing.image_dataset": "utils",
    "saving.hdf5_format": "saving",
    "saving.legacy": "saving",
    "saving.save": "models",
    "saving.saved_model": "saving",
    "utils.all_utils": "utils",
    "utils.conv_utils": "utils",
    "utils.data_utils": "utils",
    "utils.generic_utils": "utils",
    "utils.image_dataset": "utils",
    "utils.image_utils": "utils",
    "utils.io_utils": "utils",
    "utils.multi_gpu_utils": "utils",
    "utils.training_utils": "utils",
    "utils.layer_utils": "utils",
    "utils.model_visualization": "utils",
    "utils.np_utils": "utils",
    "utils.numerical_utils": "utils",
    "utils.tf_utils": "utils",
    "utils.vis_utils": "utils",
    "utils.visualize_util": "utils",
}


def real_name(name: str) -> str | None:
    """The module of saccade that a module's name stands for; None for names of other packages.

    >>> real_name("tensorflow.keras.layers"), real_name("keras.layers.convolutional")
    ('saccade.layers', 'saccade.layers')
    >>> real_name("keras.utils.np_utils"), real_name("numpy.linalg")
    ('saccade.utils', None)
    """
    root = next((root for root in _ROOTS if _is_below(name, root)), None)
    if root is None:
        return None
    rest, base = name[len(root) + 1 :], ROOTS[root]
    if base == TENSORFLOW:
        return f"{base}.{rest}".rstrip(".")
    if base == KERAS:
        rest, base = _current_path(rest), "saccade"
        if not rest:
            return KERAS
    return f"{base}.{rest}".rstrip(".")


def give_old_paths(module: ModuleType, path: str, own_only: bool = False) -> None:
    """Give a module its old inner modules as attributes: `keras.layers.experimental`.

    Args:
        path: the module's name within Keras.
        own_only: leave out those for which another module would have to be loaded.
    """
    for old, new in _OLD_PATHS.items():
        parent, _, child = old.rpartition(".")
        if parent == path and new and not hasattr(module, child):
            if new == path:
                setattr(module, child, module)
            elif not own_only:
                setattr(module, child, importlib.import_module(f"saccade.{new}"))


def is_own_path(name: str) -> bool:
    """Whether a module's name is a path by itself, and no file below an old one.

    >>> is_own_path("keras.layers.convolutional"), is_own_path("keras.layers.convolutional.conv")
    (True, False)
    """
    if name in ROOTS or real_name(name) != real_name(name.rpartition(".")[0]):
        return True
    root = next(root for root in _ROOTS if _is_below(name, root))
    rest = name[len(root) + 1 :]
    return any(rest == old or rest.endswith(f".{old}") for old in _OLD_PATHS)


def is_inner(real: str) -> bool:
    """Whether a module is one of saccade's rooms, whose name Keras has not.

    >>> is_inner("saccade.metrics.accuracy"), is_inner("saccade.optimizers.schedules")
    (True, False)
    """
    words = real.split(".")
    return len(words) > 2 and words[1] in _INNER and words[2] not in _SHOWN


def exists(name: str) -> bool:
    """Whether saccade has a module of that name."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # its parent does not exist either
        return False


def _current_path(path: str) -> str:
    """A path within Keras as it is called today."""
    for old in _LONGEST_FIRST:
        if not _is_below(path, old):
            continue
        new, rest = _OLD_PATHS[old], path[len(old) + 1 :]
        if new:  # files below it hold what its own names are
            return new
        return _current_path(rest)
    return path


def _is_below(name: str, root: str) -> bool:
    return name == root or name.startswith(root + ".")


_INNER = frozenset(
    """activations backend callbacks constraints data initializers layers losses metrics models ops
    optimizers regularizers training utils""".split()  # noqa: SIM905
)
_SHOWN = ("image", "schedules")
# Every import of the process asks: sorted once.
_ROOTS = sorted(ROOTS, key=len, reverse=True)
_LONGEST_FIRST = sorted(_OLD_PATHS, key=len, reverse=True)
