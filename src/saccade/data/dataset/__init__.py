"""Dataset: stages that images go through one after the other, with tf.data's names."""

from saccade.data.dataset.dataset import Dataset
from saccade.data.dataset.elements import TensorSpec
from saccade.data.dataset.prefetch import AUTOTUNE
from saccade.data.dataset.stage import INFINITE as INFINITE_CARDINALITY
from saccade.data.dataset.stage import UNKNOWN as UNKNOWN_CARDINALITY

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "TensorSpec"]
