"""Where saccade departs from Keras on purpose; the rows of tests/parity/DEPARTURES.md say why.

Those that follow TensorFlow and JAX are held to NumPy in tests/parity.

A case is only named a departure where it really departs: one that agrees is a pass.
"""

from __future__ import annotations

from conformance.generated.case import Departure

POOLS = tuple(f"{kind}Pooling{rank}D" for kind in ("Average", "Max") for rank in (1, 2, 3))
AVERAGES = tuple(f"AveragePooling{rank}D" for rank in (1, 2, 3))

DEPARTURES = [
    Departure(
        "layers",
        AVERAGES,
        lambda given: given.get("padding") == "same",
        "the mean of the real pixels, as on TensorFlow and JAX",
        1,
        "output",
    ),
    Departure(
        "layers",
        ("Resizing",),
        lambda given: given.get("interpolation") == "bicubic",
        "the cubic of TensorFlow and JAX",
        13,
        "output",
    ),
    Departure(
        "layers",
        ("UpSampling2D",),
        lambda given: given.get("interpolation") in ("bicubic", "lanczos3", "lanczos5"),
        "the cubic of TensorFlow",
        96,
        "output",
    ),
    Departure(
        "layers",
        ("LayerNormalization", "RMSNormalization"),
        lambda given: given.get("axis") == 1,
        "Keras raises in torch",
        14,
        "Keras refuses",
    ),
    Departure(
        "layers",
        ("Equalization",),
        lambda given: True,
        "each image is looked at by itself",
        36,
        "output, training=True",
    ),
    Departure(
        "layers",
        ("ContrastLimitedAdaptiveHistogramEqualization",),
        lambda given: True,
        "a limit that is no whole number, and a border that is mirrored, as on JAX",
        99,
        "output",
    ),
    Departure(
        "layers",
        ("RandomCrop",),
        lambda given: True,
        "at rest the middle, as Keras's documentation says",
        37,
        "output, training=False: shape",
    ),
    Departure(
        "layers",
        ("RandomGrayscale", "RandomShear"),
        lambda given: bool({"seed", "x_factor", "y_factor"} & set(given)),
        "a copy is a copy",
        38,
        "config (ours",
    ),
    Departure(
        "metrics",
        ("TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy"),
        lambda given: given.get("k", 5) > 4,
        "k beyond the classes is always a hit",
        20,
        "Keras refuses",
    ),
    Departure(
        "losses",
        ("Huber", "CosineSimilarity", "SparseCategoricalCrossentropy"),
        lambda given: bool({"delta", "axis"} & set(given)),
        "a copy is a copy",
        21,
        "config (ours",
    ),
    Departure(
        "metrics",
        ("CosineSimilarity",),
        lambda given: "axis" in given,
        "a copy is a copy",
        21,
        "config (ours",
    ),
    Departure(
        "initializers",
        ("Identity",),
        lambda given: "gain" in given,
        "a copy is a copy",
        21,
        "config (ours",
    ),
    Departure(
        "activations",
        ("sparsemax",),
        lambda given: True,
        "the nearest point of the simplex",
        12,
        "value",
    ),
    Departure(
        "layers",
        AVERAGES,
        lambda given: not given,
        "pool_size is 2 where it is left out; Keras needs it",
        25,
        "('pool_size', 2)",
    ),
    Departure(
        "layers",
        POOLS,
        lambda given: given.get("padding") == "full",
        "a padding that is not in the list is refused; Keras takes it as valid",
        26,
        "padding: must be one of",
    ),
    Departure(
        "metrics",
        ("AUC",),
        lambda given: "label_weights" in given,
        "the config of Keras's holds a tensor, which JSON has no word for",
        27,
        "not JSON serializable",
    ),
    Departure(
        "optimizers",
        ("ScheduleFreeAdamW",),
        lambda given: True,
        "the old z is the old z, as on JAX",
        98,
        "after step",
    ),
    Departure(
        "optimizers",
        ("LossScaleOptimizer",),
        lambda given: "inner_optimizer" in given,
        "Keras names the inner optimizer by its private class for torch",
        35,
        "config (ours, Keras's): {'inner_optimizer'",
    ),
]
