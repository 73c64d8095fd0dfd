"""Methods with an underscore of losses, metrics, optimizers, callbacks and models: those that Keras
calls in the work of `test_parts` and `test_models` are called here too, or refused."""

import inspect

import pytest
import torch

import saccade
from conformance.overriding import noting, test_models, test_parts
from parity.reference import keras
from saccade.errors import NotSupported

# What nobody overrides to change what is computed, or what many call a function of their own.
SPARED = {"_check_super_called", "_obj_type", "_compute_loss", "_should_torch_compile"}
REFUSED = [
    (saccade.callbacks.ModelCheckpoint, "_save_model"),
    (saccade.callbacks.EarlyStopping, "_is_improvement"),
    (saccade.metrics.AUC, "_build"),
    (saccade.Model, "_symbolic_build"),
    (saccade.Sequential, "_maybe_rebuild"),
    (saccade.optimizers.Adam, "_clip_by_norm"),
    (saccade.optimizers.LossScaleOptimizer, "_common_apply"),
    (saccade.optimizers.schedules.CosineDecay, "_decay_function"),
]


@pytest.mark.parametrize(("base", "method"), REFUSED)
def test_what_is_not_called_is_refused(base, method):
    with pytest.raises(NotSupported, match=f"{method}\\(\\) of a subclass would never be called"):
        type("Mine", (base,), {method: lambda self, *args: None})


def test_a_name_that_keras_calls_on_another_class_is_the_user_s():
    type("Mine", (saccade.callbacks.Callback,), {"_save_model": lambda self: None})
    type("Mine", (saccade.metrics.Metric,), {"_build": lambda self: None})
    type("Mine", (saccade.Model,), {"_compute_loss": lambda self, x: 0.0})


def hidden_methods(cls: type) -> dict:
    found = {}
    for parent in cls.__mro__:
        if not parent.__module__.startswith("keras.") or parent in keras.layers.Layer.__mro__:
            continue
        for name, value in vars(parent).items():
            own = name.startswith("_") and not name.startswith("__") and name not in SPARED
            if own and inspect.isfunction(value) and not hasattr(torch.nn.Module, name):
                found.setdefault(name, value)
    return found


WORK = [
    *("test_losses", "test_metrics", "test_callbacks"),
    *("test_functional", "test_sequential", "test_subclass"),
    *[("test_optimizers", name) for name in sorted(test_parts.OPTIMIZERS)],
]


@pytest.mark.slow
@pytest.mark.parametrize("work", WORK, ids=str)
def test_what_keras_calls_is_called_or_refused(work, monkeypatch):
    name, *words = [work] if isinstance(work, str) else work
    module = test_parts if hasattr(test_parts, name) else test_models

    class All:
        def __contains__(self, step):
            return True

    def missing(classes, work, may_fail=()):
        return noting.missing(classes, work, All(), hidden_methods)

    monkeypatch.setattr(module, "missing", missing)
    getattr(module, name)(*words)
