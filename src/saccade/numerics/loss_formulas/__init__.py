"""The formulas of the losses, under Keras's names, each giving one number a sample.

Losses and metrics both stand on them. They take arrays, tensors or lists, compute in the
predictions' own precision and raise where targets and predictions do not fit together.
"""

from saccade.numerics.loss_formulas.cross_entropy import (
    binary_crossentropy,
    categorical_crossentropy,
    categorical_generalized_cross_entropy,
    sparse_categorical_crossentropy,
)
from saccade.numerics.loss_formulas.divergence import kl_divergence, poisson
from saccade.numerics.loss_formulas.embedding import circle
from saccade.numerics.loss_formulas.error import (
    cosine,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from saccade.numerics.loss_formulas.focal import (
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from saccade.numerics.loss_formulas.margin import categorical_hinge, hinge, squared_hinge
from saccade.numerics.loss_formulas.overlap import dice, tversky
from saccade.numerics.loss_formulas.targets import aligned, paired, tensors

__all__ = [
    "aligned",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine",
    "cosine_similarity",
    "dice",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "paired",
    "poisson",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tensors",
    "tversky",
]
