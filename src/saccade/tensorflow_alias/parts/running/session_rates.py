"""Session rates: the rates of TensorFlow 1's `tf.train` that fall from step to step.

There they were tensors of a global step that optimizers counted up. Here each is the schedule of
Keras's that gives the same rates, by the steps of the optimizer that gets it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from saccade.optimizers import schedules
from saccade.tensorflow_alias.parts.tensors.variable import Variable


def exponential_decay(
    learning_rate: float,
    global_step: Any,
    decay_steps: float,
    decay_rate: float,
    staircase: bool = False,
    name: str | None = None,
) -> schedules.ExponentialDecay:
    """rate * decay_rate ** (step / decay_steps)."""
    return schedules.ExponentialDecay(learning_rate, decay_steps, decay_rate, staircase)


def natural_exp_decay(
    learning_rate: float,
    global_step: Any,
    decay_steps: float,
    decay_rate: float,
    staircase: bool = False,
    name: str | None = None,
) -> schedules.ExponentialDecay:
    """rate * exp(-decay_rate * step / decay_steps)."""
    return schedules.ExponentialDecay(learning_rate, decay_steps, math.exp(-decay_rate), staircase)


def inverse_time_decay(
    learning_rate: float,
    global_step: Any,
    decay_steps: float,
    decay_rate: float,
    staircase: bool = False,
    name: str | None = None,
) -> schedules.InverseTimeDecay:
    """rate / (1 + decay_rate * step / decay_steps)."""
    return schedules.InverseTimeDecay(learning_rate, decay_steps, decay_rate, staircase)


def polynomial_decay(
    learning_rate: float,
    global_step: Any,
    decay_steps: float,
    end_learning_rate: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> schedules.PolynomialDecay:
    """From the rate down to the end's, along a power."""
    return schedules.PolynomialDecay(learning_rate, decay_steps, end_learning_rate, power, cycle)


def cosine_decay(
    learning_rate: float,
    global_step: Any,
    decay_steps: float,
    alpha: float = 0.0,
    name: str | None = None,
) -> schedules.CosineDecay:
    """Half a cosine, from the rate down to alpha times it."""
    return schedules.CosineDecay(learning_rate, decay_steps, alpha)


def piecewise_constant(
    x: Any, boundaries: Sequence[float], values: Sequence[float], name: str | None = None
) -> schedules.PiecewiseConstantDecay:
    """values[0] up to boundaries[0], values[1] up to the next, and so on."""
    return schedules.PiecewiseConstantDecay(list(boundaries), list(values))


def get_or_create_global_step(graph: Any = None) -> Variable:
    """A count of 0, to be handed to the functions above, which do without it."""
    return Variable(0, trainable=False, dtype="int64", name="global_step")


create_global_step = get_global_step = get_or_create_global_step
piecewise_constant_decay = piecewise_constant
