"""`minimize`, which optimizers had up to TensorFlow 2.15: a step by a function or by a tape."""

import pytest
import torch

from saccade.errors import InvalidArgument
from saccade.optimizers import SGD, Adam
from saccade.tensorflow_alias.parts.running.gradient_tape import GradientTape
from saccade.variables import Variable


def weight(*values):
    return Variable(torch.tensor(values), True, "w")


def test_a_function_is_lowered():
    w, optimizer = weight(1.0, 2.0), SGD(0.1)
    assert optimizer.minimize(lambda: (w * w).sum(), [w]) == 1
    assert w.tolist() == pytest.approx([0.8, 1.6])
    optimizer.minimize(lambda: w * w, lambda: [w])  # summed, as by a tape
    assert w.tolist() == pytest.approx([0.64, 1.28])


def test_a_tape_gives_the_same_as_a_function():
    results = []
    for by_tape in (False, True):
        w, optimizer = weight(1.0, -3.0), Adam(0.1)
        for _ in range(3):
            if by_tape:
                with GradientTape() as tape:
                    loss = (w**2).sum()
                optimizer.minimize(loss, [w], tape=tape)
            else:
                optimizer.minimize(lambda w=w: (w**2).sum(), [w])
        results.append(w.tolist())
    assert results[0] == results[1]


def test_a_function_with_a_tape_and_weighted_numbers():
    w, optimizer = weight(1.0, 2.0), SGD(1.0)
    optimizer.minimize(lambda: w * 1.0, [w], grad_loss=torch.tensor([0.5, 0.25]))
    assert w.tolist() == [0.5, 1.75]
    optimizer.minimize(lambda: (w * 2.0).sum(), [w], tape=GradientTape())
    assert w.tolist() == [-1.5, -0.25]


def test_a_tensor_needs_its_tape():
    w = weight(1.0)
    with pytest.raises(InvalidArgument, match="needs the tape"):
        SGD(0.1).minimize((w * w).sum(), [w])
