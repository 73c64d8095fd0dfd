"""Losses, with Keras's names: classes, functions of (y_true, y_pred) and the words for both."""

from typing import Any

from saccade.errors import NotSupported
from saccade.losses.cross_entropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    SparseCategoricalCrossentropy,
)
from saccade.losses.divergence import KLDivergence, Poisson
from saccade.losses.embedding import Circle
from saccade.losses.error import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
)
from saccade.losses.focal import BinaryFocalCrossentropy, CategoricalFocalCrossentropy
from saccade.losses.loss import FunctionLoss as _FunctionLoss
from saccade.losses.loss import Loss
from saccade.losses.loss import LossFunctionWrapper as _LossFunctionWrapper
from saccade.losses.loss import Reduction as _Reduction
from saccade.losses.margin import CategoricalHinge, Hinge, SquaredHinge
from saccade.losses.overlap import Dice, Tversky
from saccade.names import classes_in, names_from, refuse_name, snake_case
from saccade.numerics import loss_formulas
from saccade.numerics.loss_formulas import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    categorical_hinge,
    circle,
    cosine_similarity,
    dice,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
    tversky,
)
from saccade.records import is_record, resolve, to_record

CLASSES: dict[str, type[Loss]] = classes_in(globals(), Loss)
__all__ = [
    *names_from(globals(), __name__, loss_formulas.__name__),
    "deserialize",
    "get",
    "serialize",
]
# In any letter case: "MSE" is "mse".
_WORDS: dict[str, type[Loss]] = (
    CLASSES
    | {snake_case(name): cls for name, cls in CLASSES.items()}
    | {
        "bce": BinaryCrossentropy,
        "cosine": CosineSimilarity,
        "cosine_proximity": CosineSimilarity,
        "huber_loss": Huber,
        "kld": KLDivergence,
        "kullback_leibler_divergence": KLDivergence,
        "logcosh": LogCosh,
        "mae": MeanAbsoluteError,
        "mape": MeanAbsolutePercentageError,
        "mse": MeanSquaredError,
        "msle": MeanSquaredLogarithmicError,
    }
)
# Names of Keras 1 and 2: there for their scripts, and in no list.
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
bce = BCE = binary_crossentropy
cosine = cosine_proximity = cosine_similarity
logcosh = log_cosh
huber_loss = huber
Reduction, LossFunctionWrapper = _Reduction, _LossFunctionWrapper
# Losses of Keras's that saccade leaves out, and what to use instead.
REFUSED = {
    "CTC": "It is for sequences of labels; wrap torch.nn.functional.ctc_loss in a function of "
    "(y_true, y_pred) and give compile that.",
}


# Words in small letters are functions, as in Keras; the classes are found as they are spelt.
_FUNCTIONS: dict[str, Any] = {
    word.lower(): globals()[name]
    for word, cls in _WORDS.items()
    if (name := snake_case(cls.__name__)) in globals()
}
_CLASS_OF = {globals()[name]: cls for cls in CLASSES.values()
             if (name := snake_case(cls.__name__)) in globals()}  # fmt: skip


def get(identifier: Any) -> Any:
    """The loss meant by a name, a record, an object or a function; None for None.

    As in Keras "mse" is the function, which gives one number a sample, and "MeanSquaredError" an
    object, which gives their mean.

    Raises:
        UnknownName: the word is not in the list; the message names the nearest.
        NotSupported: a loss of Keras's that is left out; the message says what to use instead.

    Example:
        >>> get("mse")([[0.0, 2.0]], [[1.0, 1.0]])
        tensor([1.])
    """
    return None if identifier is None else deserialize(identifier)


def as_loss(identifier: Any) -> Loss:
    """The same as an object, which reduces: what `compile` works with."""
    _refuse(identifier)
    found = resolve("loss", identifier, _WORDS)
    if isinstance(found, Loss):
        return found
    return _CLASS_OF[found]() if found in _CLASS_OF else _FunctionLoss(found)


def serialize(loss: Any) -> Any:
    """The record of a loss; words and functions as they are."""
    return to_record(loss) if isinstance(loss, Loss) else loss


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """What a name or record means, as `get`; the user's own may be among them."""
    _refuse(name)
    if isinstance(name, str) and name not in CLASSES and name not in (custom_objects or {}):
        return resolve("loss", name, _WORDS | _FUNCTIONS)
    return resolve("loss", name, _WORDS | (custom_objects or {}))


def _refuse(identifier: Any) -> None:
    word = identifier["class_name"] if is_record(identifier) else identifier
    for name, instead in REFUSED.items():
        if isinstance(word, str) and snake_case(word) == snake_case(name):
            raise NotSupported("loss", f"{name} is not in saccade", None, instead)


def __getattr__(name: str) -> Any:
    refuse_name(__name__, name, REFUSED)
