"""tf.keras 2's words for a scaled loss, in a step of one's own."""

import numpy as np
import pytest
import torch

from saccade.optimizers import SGD, LossScaleOptimizer
from saccade.variables import Variable


def test_a_step_in_tf_keras_2_s_words_is_the_inner_step():
    optimizer = LossScaleOptimizer(SGD(0.5))
    weight = Variable(torch.tensor([1.0, 2.0]))
    for expected in ([0.0, 0.0], [0.0, 0.0]):
        loss = (weight * weight).sum()
        scaled = optimizer.get_scaled_loss(loss)
        assert scaled.item() == loss.item() * 2.0**15
        (gradient,) = torch.autograd.grad(scaled, [weight])
        gradients = optimizer.get_unscaled_gradients([gradient, None])
        assert gradients[1] is None
        np.testing.assert_allclose(gradients[0], 2 * weight.detach().numpy())
        optimizer.apply_gradients([(gradients[0], weight)])
        np.testing.assert_allclose(weight.detach(), expected)


def test_today_s_words_after_the_old_ones_are_today_s():
    optimizer = LossScaleOptimizer(SGD(0.5))
    weight = Variable(torch.tensor([1.0]))
    optimizer.get_unscaled_gradients([torch.ones(1)])  # and no step with them
    (gradient,) = torch.autograd.grad(optimizer.scale_loss((weight * weight).sum()), [weight])
    optimizer.apply([gradient], [weight])
    assert weight.item() == pytest.approx(0.0)


def test_gradients_that_are_not_finite_are_no_step_and_halve_the_scale():
    optimizer = LossScaleOptimizer(SGD(0.5))
    weight = Variable(torch.tensor([1.0]))
    gradients = optimizer.get_unscaled_gradients([torch.tensor([float("inf")])])
    optimizer.apply_gradients(zip(gradients, [weight], strict=True))
    assert (weight.item(), optimizer.dynamic_scale) == (1.0, 2.0**14)


def test_a_function_that_gives_the_loss():
    optimizer = LossScaleOptimizer(SGD(), initial_scale=4.0)
    assert optimizer.get_scaled_loss(lambda: torch.tensor(2.0))() == 8.0
