"""Keras 3 on its torch backend: the reference of the parity tests, on the CPU in float32."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import warnings

import numpy as np
import pytest
import torch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    keras = pytest.importorskip("keras")

TOLERANCE = 1e-5


def close(ours, theirs, tolerance=TOLERANCE, what=""):
    """Assert that two arrays agree to `tolerance`, absolute and relative."""
    np.testing.assert_allclose(
        array(ours), array(theirs), rtol=tolerance, atol=tolerance, err_msg=what
    )


def array(value) -> np.ndarray:
    if torch.is_tensor(value):
        return value.detach().cpu().numpy()
    value = getattr(value, "value", value)
    return value.detach().cpu().numpy() if torch.is_tensor(value) else np.asarray(value)


def keep_old_values(monkeypatch) -> None:
    """Let Keras's ScheduleFreeAdamW have the old `variable.value` after a subtraction, as on JAX.

    On torch the tensor changes under its hands (DEPARTURES.md, 98).
    """

    def assign_sub(self, variable, value):
        variable._value = variable.value - value

    monkeypatch.setattr(keras.optimizers.ScheduleFreeAdamW, "assign_sub", assign_sub)


def normal(shape, seed: int) -> np.ndarray:
    return np.random.RandomState(seed).standard_normal(shape).astype(np.float32)
