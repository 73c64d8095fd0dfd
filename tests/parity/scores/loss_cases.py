"""What every loss takes: targets and predictions that fit, and options to try."""

import numpy as np

from parity.reference import normal

BATCH, CLASSES = 6, 4
# What kind of targets and predictions a loss takes, and its options beside the default.
FREE = ("numbers", "numbers", [])
POSITIVE = ("positive", "positive", [])
OTHERS = {
    "BinaryFocalCrossentropy": (
        "binary",
        "probabilities",
        [
            {"gamma": 0.0},
            {"gamma": 0.5, "from_logits": True},
            {"apply_class_balancing": True, "alpha": 0.7},
            {"label_smoothing": 0.2},
            {"axis": 0},
        ],
    ),
    "CategoricalFocalCrossentropy": (
        "one_hot",
        "rows",
        [
            {"gamma": 0.0, "alpha": 1.0},
            {"gamma": 1.5, "from_logits": True},
            {"alpha": [0.1, 0.4, 0.9, 0.2]},
            {"label_smoothing": 0.2},
        ],
    ),
    "CategoricalGeneralizedCrossEntropy": ("labels", "rows", [{"q": 0.1}, {"q": 0.9}]),
    "CategoricalHinge": ("one_hot", "numbers", []),
    "Circle": (
        "labels",
        "directions",
        [{"gamma": 10.0}, {"margin": 0.1}, {"remove_diagonal": False}],
    ),
    "CosineSimilarity": ("numbers", "numbers", [{"axis": 0}]),
    "Dice": ("binary", "probabilities", [{"axis": 1}, {"axis": (0, 1)}]),
    "Hinge": ("binary", "numbers", []),
    "Huber": ("numbers", "numbers", [{"delta": 0.3}, {"delta": 3.0}]),
    "KLDivergence": ("soft", "probabilities", []),
    "LogCosh": FREE,
    "MeanAbsoluteError": FREE,
    "MeanAbsolutePercentageError": FREE,
    "MeanSquaredError": FREE,
    "MeanSquaredLogarithmicError": POSITIVE,
    "Poisson": POSITIVE,
    "SquaredHinge": ("binary", "numbers", []),
    "Tversky": ("binary", "probabilities", [{"alpha": 0.2, "beta": 0.9}, {"axis": 1}]),
}


def predictions(name, from_logits, seed=1, shape=(BATCH, CLASSES)):
    x = normal(shape, seed) * 2
    kind = OTHERS[name][1] if name in OTHERS else None
    if from_logits or kind == "numbers":
        return x
    if kind == "positive":
        return np.exp(x / 2)
    if kind == "directions":
        return x / np.sqrt((x**2).sum(-1, keepdims=True))
    if name == "BinaryCrossentropy" or kind == "probabilities":
        return 1 / (1 + np.exp(-x))
    # Not normalised: what "probabilities" of a user may be; Keras normalises them.
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True) * np.float32(1.1)


def targets(name, seed=2, shape=(BATCH, CLASSES)):
    stream = np.random.RandomState(seed)
    kind = OTHERS[name][0] if name in OTHERS else None
    if kind == "positive":
        return stream.uniform(0, 3, shape).astype(np.float32)
    if kind == "soft":
        return stream.dirichlet(np.ones(shape[-1]), shape[:-1]).astype(np.float32)
    if name == "SparseCategoricalCrossentropy" or kind == "labels":
        return stream.randint(0, shape[-1], shape[:-1])
    if name == "CategoricalCrossentropy" or kind == "one_hot":
        return np.eye(shape[-1], dtype=np.float32)[stream.randint(0, shape[-1], shape[:-1])]
    if name == "BinaryCrossentropy" or kind == "binary":
        return stream.randint(0, 2, shape).astype(np.float32)
    return stream.standard_normal(shape).astype(np.float32)
