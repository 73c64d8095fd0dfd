"""What every metric takes: makers of targets and of predictions, and options to try."""

import numpy as np

CLASSES = 4


def labels(stream, n):
    return stream.randint(0, CLASSES, n)


def one_hot(stream, n):
    return np.eye(CLASSES, dtype=np.float32)[labels(stream, n)]


def several_hot(stream, n):
    return stream.randint(0, 2, (n, CLASSES)).astype(np.float32)


def binary(stream, n):
    return stream.randint(0, 2, (n, 1)).astype(np.float32)


def numbers(stream, n):
    return stream.uniform(0.1, 2, (n, CLASSES)).astype(np.float32)


def rows(stream, n):
    p = stream.uniform(0.05, 1, (n, CLASSES)).astype(np.float32)
    return p / p.sum(-1, keepdims=True)


def each(stream, n):
    return stream.uniform(size=(n, CLASSES)).astype(np.float32)


def single(stream, n):
    return stream.uniform(size=(n, 1)).astype(np.float32)


def ordered_ids(stream, n):
    return np.argsort(stream.uniform(size=(n, CLASSES)), -1).astype(np.float32)


def logits(stream, n):
    return stream.standard_normal((n, CLASSES)).astype(np.float32) * 3


# Targets, predictions and the options to try; the first is what Keras takes without any.
ERRORS = (numbers, numbers, [{}])
CONFUSION = (
    several_hot,
    each,
    [{}, {"thresholds": 0.3}, {"thresholds": [0.7, 0.2, 0.5]}, {"thresholds": [0.0, 0.5, 1.0]}],
)
RATE = (
    several_hot,
    each,
    [
        *CONFUSION[2],
        {"top_k": 2},
        {"top_k": 1, "class_id": 2},
        {"class_id": 1, "thresholds": [0.1, 0.6]},
        {"top_k": 3, "thresholds": 0.4},
    ],
)
POINT = [{"num_thresholds": 50}, {"num_thresholds": 1}, {"class_id": 2}, {}]
CURVES = [
    {"curve": curve, "summation_method": method, **more}
    for curve in ("ROC", "PR", "PRGAIN")
    for method in ("interpolation", "majoring", "minoring")
    for more in (
        {"num_thresholds": 20},
        {"thresholds": [0.7, 0.15, 0.4]},
        {"num_thresholds": 20, "multi_label": True},
        {"num_thresholds": 9, "multi_label": True, "label_weights": [1.0, 2.0, 0.5, 0.0]},
    )
]
CASES = {
    "AUC": (
        several_hot,
        each,
        [
            *CURVES,
            {},
            {"num_thresholds": 2},
            {"label_weights": [1.0, 2.0, 0.5, 0.0]},
            {"multi_label": True, "num_labels": CLASSES},
            {"from_logits": True},
        ],
    ),
    "Accuracy": (labels, labels, [{}]),
    "BinaryAccuracy": (binary, single, [{}, {"threshold": 0.2}]),
    "BinaryCrossentropy": (several_hot, each, [{}, {"label_smoothing": 0.2}]),
    "BinaryIoU": (binary, single, [{}, {"target_class_ids": [1]}, {"threshold": 0.2}]),
    "CategoricalAccuracy": (one_hot, rows, [{}]),
    "CategoricalCrossentropy": (one_hot, rows, [{}, {"label_smoothing": 0.2}]),
    "CategoricalHinge": (one_hot, logits, [{}]),
    "ConcordanceCorrelation": ERRORS,
    "CosineSimilarity": ERRORS,
    "F1Score": (
        one_hot,
        rows,
        [{"average": average} for average in (None, "micro", "macro", "weighted")],
    ),
    "FBetaScore": (
        several_hot,
        each,
        [
            {"average": average, "beta": beta, "threshold": threshold}
            for average in (None, "micro", "macro", "weighted")
            for beta, threshold in ((2.0, None), (0.5, 0.6))
        ],
    ),
    "FalseNegatives": CONFUSION,
    "FalsePositives": CONFUSION,
    "Hinge": (several_hot, logits, [{}]),
    "IoU": (
        labels,
        labels,
        [
            {"num_classes": CLASSES, "target_class_ids": [0, 2]},
            {"num_classes": CLASSES, "target_class_ids": [1], "ignore_class": 3},
        ],
    ),
    "KLDivergence": (rows, rows, [{}]),
    "LogCoshError": ERRORS,
    "Mean": (None, numbers, [{}]),
    "MeanAbsoluteError": ERRORS,
    "MeanAbsolutePercentageError": ERRORS,
    "MeanIoU": (
        labels,
        labels,
        [{"num_classes": CLASSES}, {"num_classes": CLASSES + 2, "ignore_class": 0}],
    ),
    "MeanMetricWrapper": None,
    "MeanSquaredError": ERRORS,
    "MeanSquaredLogarithmicError": ERRORS,
    "OneHotIoU": (
        one_hot,
        rows,
        [{"num_classes": CLASSES, "target_class_ids": [0, 1]}],
    ),
    "OneHotMeanIoU": (one_hot, rows, [{"num_classes": CLASSES}]),
    "PearsonCorrelation": ERRORS,
    "Poisson": ERRORS,
    "Precision": RATE,
    "PrecisionAtRecall": (several_hot, each, [{"recall": 0.6} | more for more in POINT]),
    "R2Score": (
        numbers,
        numbers,
        [
            {},
            {"class_aggregation": None},
            {"class_aggregation": "variance_weighted_average"},
            {"num_regressors": 2},
        ],
    ),
    "Recall": RATE,
    "RecallAtPrecision": (several_hot, each, [{"precision": 0.6} | more for more in POINT]),
    "RootMeanSquaredError": ERRORS,
    "SensitivityAtSpecificity": (several_hot, each, [{"specificity": 0.7} | m for m in POINT]),
    "SparseCategoricalAccuracy": (labels, rows, [{}]),
    "SparseCategoricalCrossentropy": (labels, rows, [{}]),
    "SparseTopKCategoricalAccuracy": (labels, rows, [{"k": 2}, {"k": 1}, {"k": 3}]),
    "SpecificityAtSensitivity": (several_hot, each, [{"sensitivity": 0.7} | m for m in POINT]),
    "SquaredHinge": (several_hot, logits, [{}]),
    "Sum": (None, numbers, [{}]),
    "TopKCategoricalAccuracy": (one_hot, rows, [{"k": 2}, {"k": 4}]),
    "TrueNegatives": CONFUSION,
    "TruePositives": CONFUSION,
}
