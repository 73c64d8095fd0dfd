"""The learning rate as code written for Keras reads it."""

from __future__ import annotations

import numpy as np


class LearningRate(float):
    """A number with Keras's `numpy()` and `value`; assign a new one to the optimizer instead."""

    def numpy(self) -> np.float32:
        return np.float32(self)

    @property
    def value(self) -> LearningRate:
        return self
