"""Initial values of weights, with Keras's names, defaults and distributions.

A fan is counted as Keras counts it: for a kernel of shape (height, width, in, out) the receptive
field is height*width, fan_in = field*in and fan_out = field*out. Values come from torch's
generator, or from one of its own when `seed` is given; they are not the numbers that TensorFlow or
JAX would draw.
"""

from typing import Any

import numpy as np
import torch

from saccade.errors import NotSupported
from saccade.initializers.distribution import (
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
)
from saccade.initializers.fixed import Constant, Identity, Ones, Zeros
from saccade.initializers.initializer import Initializer
from saccade.initializers.scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
    count_fans,
)
from saccade.names import classes_in, names_from, refuse_name, snake_case
from saccade.records import is_record, resolve, to_record

CLASSES: dict[str, type[Initializer]] = classes_in(globals(), Initializer)
_WORDS: dict[str, type[Initializer]] = (
    CLASSES
    | {snake_case(name): cls for name, cls in CLASSES.items()}
    | {
        "IdentityInitializer": Identity,
        "OrthogonalInitializer": Orthogonal,
        "normal": RandomNormal,
        "one": Ones,
        "uniform": RandomUniform,
        "zero": Zeros,
    }
)
# Initialisers of Keras's that saccade leaves out, and what to use instead.
_STFT = "It makes kernels for spectra of sounds; give a function of (shape, dtype) instead."
REFUSED = {"STFT": _STFT, "STFTInitializer": _STFT}


def get(identifier: Any) -> Any:
    """The initialiser meant by a name ("he_normal"), a record, an object or a function, or None.

    An array or tensor is a `Constant` of it.

    Raises:
        UnknownName: the word is not in the list; the message names the nearest.
        NotSupported: one of Keras's that is left out; the message says what to use instead.
    """
    if identifier is None:
        return None
    _refuse(identifier)
    if isinstance(identifier, np.ndarray) or torch.is_tensor(identifier):
        return Constant(identifier)
    return resolve("initializer", identifier, _WORDS)


def serialize(initializer: Any) -> Any:
    """The record of an initialiser; functions as they are."""
    return to_record(initializer) if isinstance(initializer, Initializer) else initializer


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The initialiser that a name or record means; the user's own may be among them."""
    return resolve("initializer", config, _WORDS | (custom_objects or {}))


def _refuse(identifier: Any) -> None:
    word = identifier["class_name"] if is_record(identifier) else identifier
    for name, instead in REFUSED.items():
        if isinstance(word, str) and word.lower() == name.lower():
            shown = name.removesuffix("Initializer")
            raise NotSupported("initializer", f"{shown} is not in saccade", None, instead)


# Keras's functions are the classes themselves.
constant, identity, ones, orthogonal, zeros = Constant, Identity, Ones, Orthogonal, Zeros
random_normal, random_uniform = RandomNormal, RandomUniform
truncated_normal, variance_scaling = TruncatedNormal, VarianceScaling
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal
__all__ = [*names_from(globals(), __name__), "deserialize", "get", "serialize"]
# Names of Keras 1 and 2: there for their scripts, and in no list.
normal, uniform, zero, one = RandomNormal, RandomUniform, Zeros, Ones


def get_fans(shape: Any, dim_ordering: str = "tf") -> tuple[float, float]:
    """Keras 1's name of `count_fans`: of a kernel's shape, fan_in and fan_out.

    Args:
        dim_ordering: "tf" for (height, width, in, out), "th" for (out, in, height, width).
    """
    if dim_ordering == "th" and len(shape) > 2:
        shape = (*shape[2:], shape[1], shape[0])
    return count_fans(shape)


def __getattr__(name: str) -> Any:
    refuse_name(__name__, name, REFUSED)
