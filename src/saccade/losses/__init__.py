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
from saccade.losses.loss import FunctionLoss, Loss
from saccade.losses.margin import CategoricalHinge, Hinge, SquaredHinge
from saccade.losses.overlap import Dice, Tversky
from saccade.losses.reduction import Reduction as Reduction  # of old scripts
from saccade.names import refuse_name, snake_case
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

CLASSES: dict[str, type[Loss]] = {
    cls.__name__: cls
    for cls in (
        BinaryCrossentropy,
        BinaryFocalCrossentropy,
        CategoricalCrossentropy,
        CategoricalFocalCrossentropy,
        CategoricalGeneralizedCrossEntropy,
        CategoricalHinge,
        Circle,
        CosineSimilarity,
        Dice,
        Hinge,
        Huber,
        KLDivergence,
        LogCosh,
        MeanAbsoluteError,
        MeanAbsolutePercentageError,
        MeanSquaredError,
        MeanSquaredLogarithmicError,
        Poisson,
        SparseCategoricalCrossentropy,
        SquaredHinge,
        Tversky,
    )
}
# In any letter case: "MSE" is "mse".
_WORDS: dict[str, type[Loss]] = CLASSES | {
    "bce": BinaryCrossentropy,
    "binary_crossentropy": BinaryCrossentropy,
    "binary_focal_crossentropy": BinaryFocalCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "categorical_focal_crossentropy": CategoricalFocalCrossentropy,
    "categorical_generalized_cross_entropy": CategoricalGeneralizedCrossEntropy,
    "categorical_hinge": CategoricalHinge,
    "circle": Circle,
    "cosine": CosineSimilarity,
    "cosine_proximity": CosineSimilarity,
    "cosine_similarity": CosineSimilarity,
    "dice": Dice,
    "hinge": Hinge,
    "huber": Huber,
    "huber_loss": Huber,
    "kl_divergence": KLDivergence,
    "kld": KLDivergence,
    "kullback_leibler_divergence": KLDivergence,
    "log_cosh": LogCosh,
    "logcosh": LogCosh,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "mean_absolute_error": MeanAbsoluteError,
    "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "mean_squared_error": MeanSquaredError,
    "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
    "mse": MeanSquaredError,
    "msle": MeanSquaredLogarithmicError,
    "poisson": Poisson,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "squared_hinge": SquaredHinge,
    "tversky": Tversky,
}
# Names of earlier Kerases for the functions: there for their scripts, and in no list.
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
bce = BCE = binary_crossentropy
cosine = cosine_proximity = cosine_similarity
logcosh = log_cosh
huber_loss = huber
# Losses of Keras's that saccade leaves out, and what to use instead.
REFUSED = {
    "CTC": "It is for sequences of labels; wrap torch.nn.functional.ctc_loss in a function of "
    "(y_true, y_pred) and give compile that.",
}


def get(identifier: Any) -> Loss:
    """The loss meant by a word ("mse"), a record, an object or a function.

    Raises:
        UnknownName: the word is not in the list; the message names the nearest.
        NotSupported: a loss of Keras's that is left out; the message says what to use instead.
    """
    _refuse(identifier)
    found = resolve("loss", identifier, _WORDS)
    return found if isinstance(found, Loss) else FunctionLoss(found)


def serialize(loss: Any) -> Any:
    """The record of a loss; words and functions as they are."""
    return to_record(loss) if isinstance(loss, Loss) else loss


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Loss:
    """The loss that a word or record means; the user's own may be among them."""
    found = resolve("loss", name, _WORDS | (custom_objects or {}))
    return found if isinstance(found, Loss) else FunctionLoss(found)


def _refuse(identifier: Any) -> None:
    word = identifier["class_name"] if is_record(identifier) else identifier
    for name, instead in REFUSED.items():
        if isinstance(word, str) and snake_case(word) == snake_case(name):
            raise NotSupported("loss", f"{name} is not in saccade", None, instead)


def __getattr__(name: str) -> Any:
    refuse_name(__name__, name, REFUSED)


__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]
