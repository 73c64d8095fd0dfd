"""Session optimizers: those of TensorFlow 1's `tf.train`, which `compile` of tf.keras took.

Each is an optimizer of Keras's with TensorFlow 1's arguments and defaults; their epsilons are
smaller than Keras's.
"""

from __future__ import annotations

from typing import Any

from saccade import optimizers


def GradientDescentOptimizer(
    learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent"
) -> optimizers.Optimizer:
    """SGD without momentum."""
    return optimizers.SGD(learning_rate, name=name)


def MomentumOptimizer(
    learning_rate: Any,
    momentum: float,
    use_locking: bool = False,
    name: str = "Momentum",
    use_nesterov: bool = False,
) -> optimizers.Optimizer:
    """SGD with momentum."""
    return optimizers.SGD(learning_rate, momentum, nesterov=use_nesterov, name=name)


def AdamOptimizer(
    learning_rate: Any = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    use_locking: bool = False,
    name: str = "Adam",
) -> optimizers.Optimizer:
    """Adam."""
    return optimizers.Adam(learning_rate, beta1, beta2, epsilon, name=name)


def RMSPropOptimizer(
    learning_rate: Any,
    decay: float = 0.9,
    momentum: float = 0.0,
    epsilon: float = 1e-10,
    use_locking: bool = False,
    centered: bool = False,
    name: str = "RMSProp",
) -> optimizers.Optimizer:
    """RMSprop; `decay` is how much of the mean of squares a step keeps."""
    return optimizers.RMSprop(learning_rate, decay, momentum, epsilon, centered, name=name)


def AdagradOptimizer(
    learning_rate: Any,
    initial_accumulator_value: float = 0.1,
    use_locking: bool = False,
    name: str = "Adagrad",
) -> optimizers.Optimizer:
    """Adagrad."""
    return optimizers.Adagrad(learning_rate, initial_accumulator_value, name=name)


def AdadeltaOptimizer(
    learning_rate: Any = 0.001,
    rho: float = 0.95,
    epsilon: float = 1e-8,
    use_locking: bool = False,
    name: str = "Adadelta",
) -> optimizers.Optimizer:
    """Adadelta."""
    return optimizers.Adadelta(learning_rate, rho, epsilon, name=name)


def FtrlOptimizer(
    learning_rate: Any,
    learning_rate_power: float = -0.5,
    initial_accumulator_value: float = 0.1,
    l1_regularization_strength: float = 0.0,
    l2_regularization_strength: float = 0.0,
    use_locking: bool = False,
    name: str = "Ftrl",
) -> optimizers.Optimizer:
    """Ftrl."""
    return optimizers.Ftrl(
        learning_rate,
        learning_rate_power,
        initial_accumulator_value,
        l1_regularization_strength,
        l2_regularization_strength,
        name=name,
    )
