"""Metrics, with Keras's names: classes, functions of (y_true, y_pred) and the words for both."""

from __future__ import annotations

import inspect
from typing import Any

from saccade.custom_objects import find_custom
from saccade.errors import InvalidArgument
from saccade.metrics import batch_scores as _batch_scores
from saccade.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy_for,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from saccade.metrics.auc import AUC
from saccade.metrics.confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from saccade.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    R2Score,
    concordance_correlation,
    pearson_correlation,
)
from saccade.metrics.error import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)
from saccade.metrics.f_score import F1Score, FBetaScore
from saccade.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from saccade.metrics.margin import CategoricalHinge, Hinge, SquaredHinge
from saccade.metrics.mean import Mean, MeanMetricWrapper, Sum
from saccade.metrics.metric import Metric
from saccade.metrics.operating_point import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from saccade.metrics.probability import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from saccade.names import classes_in, names_from, snake_case, unknown_name
from saccade.numerics import loss_formulas
from saccade.numerics.loss_formulas import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
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
)
from saccade.records import is_record, resolve, to_record

CLASSES: dict[str, type[Metric]] = classes_in(globals(), Metric)
__all__ = [
    *names_from(globals(), __name__, loss_formulas.__name__),
    "deserialize",
    "get",
    "serialize",
]
# Functions; classes under Keras's automatic names ("mean_io_u", "auc"); and the short words.
_WORDS: dict[str, Any] = (
    {name: globals()[name] for name in names_from(globals(), loss_formulas.__name__)}
    | CLASSES
    | {snake_case(name): cls for name, cls in CLASSES.items()}
    | {
        "bce": BinaryCrossentropy,
        "cosine": CosineSimilarity,
        "cosine_proximity": CosineSimilarity,
        "fbeta_score": FBetaScore,
        "fmeasure": _batch_scores.fmeasure,
        "matthews_correlation": _batch_scores.matthews_correlation,
        "kld": KLDivergence,
        "kullback_leibler_divergence": KLDivergence,
        "logcosh": LogCoshError,
        "mae": MeanAbsoluteError,
        "mape": MeanAbsolutePercentageError,
        "mse": MeanSquaredError,
        "msle": MeanSquaredLogarithmicError,
        "rmse": RootMeanSquaredError,
    }
)
# Names of Keras 1 and 2: there for their scripts, and in no list.
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
bce = BCE = binary_crossentropy
cosine = cosine_proximity = loss_formulas.cosine_similarity
precision, recall = _batch_scores.precision, _batch_scores.recall
fbeta_score, fmeasure = _batch_scores.fbeta_score, _batch_scores.fmeasure
matthews_correlation = _batch_scores.matthews_correlation
logcosh = log_cosh
ACCURACY_WORDS = ("acc", "accuracy")
# Metrics of Keras's that saccade leaves out, and what to use instead: none.
REFUSED: dict[str, str] = {}


def get(identifier: Any) -> Any:
    """The metric meant by a name, a record, an object or a function; None for None.

    "acc" and "accuracy" depend on the shapes of a batch: `compile` resolves those.

    Raises:
        UnknownName: the word is not in the list; the message names the nearest.
        InvalidArgument: a name for a metric that can't be made without arguments.
    """
    if isinstance(identifier, str) and find_custom(identifier) is None:
        found = _meant(identifier)
        return found() if isinstance(found, type) else MeanMetricWrapper(found)
    return None if identifier is None else as_reported(identifier)


def as_reported(identifier: Any) -> Metric:
    """The same for `compile`: a word is the metric's name, in the spelling that was typed."""
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        if (own := find_custom(identifier)) is not None:
            return own() if isinstance(own, type) else _metric(own)
        found = _meant(identifier)
        if not isinstance(found, type):
            return MeanMetricWrapper(found, identifier)
        return found(name=identifier)
    return _metric(resolve("metric", identifier, _WORDS))


def _meant(word: str) -> Any:
    """The class or function of a word, in any letter case."""
    by_lower = {known.lower(): found for known, found in _WORDS.items()}
    if word.lower() not in by_lower:
        raise unknown_name("metric", word, [*_WORDS, *ACCURACY_WORDS])
    found = by_lower[word.lower()]
    if isinstance(found, type):
        _check_complete(found, word)
    return found


def serialize(metric: Any) -> Any:
    """The record of a metric; words and functions as they are."""
    return to_record(metric) if isinstance(metric, Metric) else metric


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Metric:
    """The metric that a name or record means; the user's own may be among them."""
    if isinstance(config, str) and config not in (custom_objects or {}):
        return get(config)
    return _metric(resolve("metric", config, _WORDS | (custom_objects or {})))


def _metric(found: Any) -> Metric:
    if isinstance(found, Metric):
        return found
    assert not is_record(found)
    return MeanMetricWrapper(found)


def _check_complete(cls: type[Metric], word: str) -> None:
    needed = [
        name
        for name, one in inspect.signature(cls).parameters.items()
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    ]
    if needed:
        raise InvalidArgument(
            "metric",
            f"{cls.__name__} needs {', '.join(needed)}",
            repr(word),
            f"Give an object: metrics.{cls.__name__}({', '.join(f'{one}=...' for one in needed)}).",
        )
