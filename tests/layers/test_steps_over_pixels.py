"""A kernel of one pixel in steps of several sees each pixel alone, and writes its own memory alone.

torch 2.13 writes beyond its memory there on processors with AVX2, for fewer than eight channels.
"""

import numpy as np
import pytest
import torch

from saccade import layers
from scripts.warm_process import python

TRAINS = """
import numpy as np
from saccade import layers, models
for channels in (1, 2, 3, 4, 5, 7, 8, 15):
    for steps in (2, 3):
        model = models.Sequential([
            layers.Conv2D(4, 1, strides=steps, input_shape=(14, 14, channels)),
            layers.Flatten(), layers.Dense(1),
        ])
        model.compile("sgd", "mse")
        x = np.zeros((16, 14, 14, channels), np.float32)
        model.fit(x, np.zeros((16, 1)), batch_size=8, epochs=6, verbose=0)
print("whole")
"""


def test_training_leaves_the_memory_whole(tmp_path):
    done = python("-c", TRAINS, cwd=tmp_path)
    assert done.stdout == "whole\n", done.stderr


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("channels", [1, 3, 4, 8, 15, 16])
@pytest.mark.parametrize("steps", [2, 3, (1, 2)])
def test_values_and_gradients_are_those_of_the_definition(channels, steps, padding):
    made = layers.Conv2D(5, 1, strides=steps, padding=padding)
    stream = np.random.RandomState(0)
    x = torch.tensor(stream.standard_normal((2, 7, 8, channels)).astype(np.float32))
    x.requires_grad_()
    y = made(x)
    down, across = (steps, steps) if isinstance(steps, int) else steps
    needed = x[:, ::down, ::across] @ made.kernel[0, 0] + made.bias
    torch.testing.assert_close(y, needed)
    weights = torch.rand_like(y)
    for mine, other in zip(
        torch.autograd.grad((y * weights).sum(), [x, made.kernel, made.bias]),
        torch.autograd.grad((needed * weights).sum(), [x, made.kernel, made.bias]),
        strict=True,
    ):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)
