"""TensorFlow 1's optimizers: its defaults, and arguments by their old names."""

import numpy as np
import pytest

from saccade import optimizers
from saccade import tensorflow_alias as tf
from saccade.layers import Dense, Input
from saccade.models import Sequential

CASES = [
    (tf.train.GradientDescentOptimizer(0.1), optimizers.SGD(0.1)),
    (tf.train.MomentumOptimizer(0.1, 0.8), optimizers.SGD(0.1, momentum=0.8)),
    (
        tf.train.MomentumOptimizer(0.1, 0.8, use_nesterov=True),
        optimizers.SGD(0.1, momentum=0.8, nesterov=True),
    ),
    (tf.train.AdamOptimizer(), optimizers.Adam(0.001, epsilon=1e-8)),
    (tf.train.AdamOptimizer(0.1, beta1=0.5), optimizers.Adam(0.1, beta_1=0.5, epsilon=1e-8)),
    (
        tf.train.RMSPropOptimizer(0.1, decay=0.8, centered=True),
        optimizers.RMSprop(0.1, rho=0.8, centered=True, epsilon=1e-10),
    ),
    (tf.train.AdagradOptimizer(0.1), optimizers.Adagrad(0.1, initial_accumulator_value=0.1)),
    (tf.train.FtrlOptimizer(0.1), optimizers.Ftrl(0.1)),
    (tf.compat.v1.train.AdamOptimizer(0.1), optimizers.Adam(0.1, epsilon=1e-8)),
    (tf.train.AdadeltaOptimizer(), optimizers.Adadelta(0.001, rho=0.95, epsilon=1e-8)),
]


@pytest.mark.parametrize(("old", "today"), CASES, ids=lambda one: type(one).__name__)
def test_each_is_keras_s_with_its_arguments(old, today):
    said, needed = old.get_config(), today.get_config()
    del said["name"], needed["name"]
    assert said == needed
    weights = []
    for optimizer in (old, today):
        model = Sequential([Input((2,)), Dense(1, kernel_initializer="ones")])
        model.compile(optimizer, "mse")
        model.fit(np.ones((4, 2)), np.zeros(4), epochs=2, verbose=0)
        weights.append(model.get_weights())
    for mine, theirs in zip(*weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert not np.array_equal(weights[0][0], np.ones((2, 1)))


STEP = 7
RATES = [  # TensorFlow 1's laws
    (("exponential_decay", 0.1, None, 5, 0.5), 0.1 * 0.5 ** (STEP / 5)),
    (("exponential_decay", 0.1, None, 5, 0.5, True), 0.1 * 0.5),
    (("natural_exp_decay", 0.1, None, 5, 0.5), 0.1 * np.exp(-0.5 * STEP / 5)),
    (("inverse_time_decay", 0.1, None, 5, 0.5), 0.1 / (1 + 0.5 * STEP / 5)),
    (("polynomial_decay", 0.1, None, 10, 0.01), 0.09 * 0.3 + 0.01),
    (("cosine_decay", 0.1, None, 10), 0.1 * (1 + np.cos(np.pi * 0.7)) / 2),
    (("piecewise_constant", None, [3, 9], [0.1, 0.02, 0.001]), 0.02),
]


@pytest.mark.parametrize(("made", "expected"), RATES, ids=lambda one: str(one)[:20])
def test_rates_fall_as_in_tensorflow_1(made, expected):
    name, *arguments = made
    for place in (tf.train, tf.compat.v1.train):
        step = place.get_or_create_global_step()
        arguments = [step if one is None else one for one in arguments]
        rate = getattr(place, name)(*arguments)
        assert float(rate(STEP)) == pytest.approx(expected, rel=1e-6)
    model = Sequential([Input((2,)), Dense(1)])
    model.compile(tf.train.GradientDescentOptimizer(rate), "mse")
    model.fit(np.ones((4, 2)), np.zeros(4), verbose=0)
