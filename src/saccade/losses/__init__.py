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
Reduction = _Reduction
# Losses of Keras's that saccade leaves out, and what to use instead.
REFUSED = {
    "CTC": "It is for sequences of labels; wrap torch.nn.functional.ctc_loss in a function of "
    "(y_true, y_pred) and give compile that.",
}


def get(identifier: Any) -> Loss:
    """The loss meant by a name ("mse"), a record, an object or a function.

    Raises:
        UnknownName: the word is not in the list; the message names the nearest.
        NotSupported: a loss of Keras's that is left out; the message says what to use instead.
    """
    _refuse(identifier)
    found = resolve("loss", identifier, _WORDS)
    return found if isinstance(found, Loss) else _FunctionLoss(found)


def serialize(loss: Any) -> Any:
    """The record of a loss; words and functions as they are."""
    return to_record(loss) if isinstance(loss, Loss) else loss


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Loss:
    """The loss that a name or record means; the user's own may be among them."""
    found = resolve("loss", name, _WORDS | (custom_objects or {}))
    return found if isinstance(found, Loss) else _FunctionLoss(found)


def _refuse(identifier: Any) -> None:
    word = identifier["class_name"] if is_record(identifier) else identifier
    for name, instead in REFUSED.items():
        if isinstance(word, str) and snake_case(word) == snake_case(name):
            raise NotSupported("loss", f"{name} is not in saccade", None, instead)


def __getattr__(name: str) -> Any:
    refuse_name(__name__, name, REFUSED)
