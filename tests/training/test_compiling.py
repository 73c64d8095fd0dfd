"""jit_compile: the same numbers, decided by one trial, and never a lost run."""

import numpy as np
import pytest
import torch

from saccade import layers, notes
from saccade.models import Sequential, trainer
from saccade.training.compiled import compiled_step, trial
from saccade.training.compiled.compiled_step import CannotCompile

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(50, 8, 8, 2).astype(np.float32)
Y = RANDOM.randint(0, 3, 50)


def network(optimizer="adam", jit_compile: bool | str = False, dropout=None, **options):
    stack = [
        layers.Input((8, 8, 2)),
        layers.Conv2D(4, 3, padding="same", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.AveragePooling2D(),
        layers.Flatten(),
        layers.Dense(3, activation="softmax", activity_regularizer="l1"),
    ]
    if dropout:
        stack.insert(-1, layers.Dropout(**dropout))
    model = Sequential(stack)
    stream = np.random.RandomState(3)
    for weight in model.trainable_weights:
        weight.assign(0.3 * stream.standard_normal(weight.shape))
    model.compile(
        optimizer,
        "sparse_categorical_crossentropy",
        metrics=["acc"],
        jit_compile=jit_compile,
        **options,
    )
    return model


@pytest.fixture
def notes_said(caplog):
    notes.forget_notes()
    yield lambda: "\n".join(record.getMessage() for record in caplog.records)
    notes.forget_notes()


@pytest.fixture
def traced(monkeypatch):
    """The traced operations run as they are: what is compiled, without waiting for a compiler."""
    calls = []

    def counted(graph):
        def call(*args):
            calls.append(args)
            return graph(*args)

        return call

    monkeypatch.setattr(compiled_step, "compile_graph", counted)
    monkeypatch.setattr(trial, "has_compiler", lambda device: True)
    return calls


def fitted(model, **options):
    options = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0, **options}
    history = model.fit(X, Y, **options).history
    return history, model.get_weights()


def assert_same(one, other, tolerance=1e-5):
    assert one[0].keys() == other[0].keys()
    for name in one[0]:
        np.testing.assert_allclose(one[0][name], other[0][name], rtol=tolerance, atol=tolerance)
    for mine, theirs in zip(one[1], other[1], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("options", [{}, {"class_weight": {0: 2.0}}], ids=str)
def test_the_compiled_step_gives_the_same_numbers(traced, options):
    optimizer = {"optimizer": "sgd"}
    compiled = fitted(network(jit_compile=True, **optimizer), **options)
    steps = len(traced)
    assert_same(compiled, fitted(network(jit_compile=False, **optimizer), **options))
    assert len(traced) == steps
    # 3 epochs of 3 whole batches; the first step is not compiled, and two calls are no steps
    assert steps == 3 * 3 - 1 + 2


@pytest.mark.slow
def test_torch_compile_gives_the_same_numbers():
    compiled = fitted(network("sgd", jit_compile=True), epochs=2)
    assert_same(compiled, fitted(network("sgd"), epochs=2), 1e-4)


def test_frozen_and_unfrozen_weights_are_seen(traced):
    model, other = network("sgd", jit_compile=True), network("sgd")
    for one in (model, other):
        fitted(one, epochs=1)
        one.layers[0].trainable = False
    before = model.layers[0].get_weights()
    assert_same(fitted(model, epochs=2), fitted(other, epochs=2))
    for mine, was in zip(model.layers[0].get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, was)


def test_without_a_compiler_a_note_says_so(monkeypatch, notes_said):
    monkeypatch.setattr(trial, "has_compiler", lambda device: False)
    assert_same(fitted(network("sgd", jit_compile=True)), fitted(network("sgd")))
    assert "no C++ compiler" in notes_said()


def test_a_compiler_that_fails_costs_a_note(traced, monkeypatch, notes_said):
    def broken(graph):
        raise RuntimeError("inductor fell over\nand more")

    monkeypatch.setattr(compiled_step, "compile_graph", broken)
    assert_same(fitted(network("sgd", jit_compile=True)), fitted(network("sgd")))
    assert "RuntimeError: inductor fell over." in notes_said()


def test_a_compiler_that_takes_too_long_is_left_alone(traced, monkeypatch, notes_said):
    import threading

    released = threading.Event()
    monkeypatch.setattr(compiled_step, "compile_graph", lambda graph: released.wait(60))
    monkeypatch.setattr(trial, "TRIAL_S", 0.05)
    try:
        assert_same(fitted(network("sgd", jit_compile=True)), fitted(network("sgd")))
    finally:
        released.set()
    assert "longer than" in notes_said()


def test_wrong_numbers_are_not_taken(traced, monkeypatch, notes_said):
    def wrong(graph):
        def call(*args):
            loss, y_pred, gradients = graph(*args)
            return loss * 1.1, y_pred, gradients

        return call

    monkeypatch.setattr(compiled_step, "compile_graph", wrong)
    assert_same(fitted(network("sgd", jit_compile=True)), fitted(network("sgd")))
    assert "the compiled loss is" in notes_said()


def test_what_draws_from_a_stream_of_its_own_runs_as_it_is(traced, notes_said):
    model = network("sgd", jit_compile=True, dropout={"rate": 0.5, "seed": 3})
    assert_same(fitted(model), fitted(network("sgd", dropout={"rate": 0.5, "seed": 3})))
    assert not traced
    assert "stream of its own" in notes_said()


class Clock:
    """Seconds that pass only when told."""

    def __init__(self, steps_s):
        self.now, self.steps_s = 0.0, steps_s

    def __call__(self):
        self.now += self.steps_s
        return self.now


@pytest.mark.parametrize(
    ("steps_s", "epochs", "compiled"), [(0.001, 30, False), (1.0, 30, False), (10.0, 30, True)]
)
def test_auto_compiles_runs_that_are_long_enough(traced, monkeypatch, steps_s, epochs, compiled):
    decided = trial.CompileTrial("auto", Clock(steps_s))
    seconds = decided._seconds
    monkeypatch.setattr(decided, "_seconds", lambda *given: seconds(*given) / 2)
    monkeypatch.setattr(trainer, "CompileTrial", lambda asked: decided)
    fitted(network("sgd", jit_compile="auto"), epochs=epochs)
    assert (decided.step is not None) is compiled
    assert bool(traced) is compiled


def test_auto_leaves_what_is_not_faster(traced, monkeypatch):
    model = network("sgd", jit_compile="auto")
    monkeypatch.setattr(trial, "WORTH_S", 0.0)
    monkeypatch.setattr(trial.CompileTrial, "_seconds", lambda *given: 1e9)
    assert_same(fitted(model, epochs=12), fitted(network("sgd"), epochs=12))
    assert 0 < len(traced) < 5  # the trial alone


def test_run_eagerly_never_compiles(traced):
    fitted(network("sgd", jit_compile=True, run_eagerly=True))
    assert not traced


def test_a_compiler_is_looked_for(monkeypatch):
    monkeypatch.setattr(compiled_step.shutil, "which", lambda word: None)
    assert not compiled_step.has_compiler(torch.device("cpu"))
    monkeypatch.setattr(
        compiled_step.shutil, "which", lambda word: "/there" if word == "g++" else None
    )
    assert compiled_step.has_compiler(torch.device("cpu"))
    assert issubclass(CannotCompile, Exception)


def test_models_that_draw_are_compiled_where_asked_for_only(traced, monkeypatch):
    monkeypatch.setattr(trial, "WORTH_S", 0.0)
    dropout = {"rate": 0.5}
    torch.manual_seed(0)
    automatic = fitted(network("sgd", jit_compile="auto", dropout=dropout), epochs=12)
    assert not traced
    torch.manual_seed(0)
    assert_same(automatic, fitted(network("sgd", dropout=dropout), epochs=12), 0.0)
    history, _ = fitted(network("sgd", jit_compile=True, dropout=dropout))
    assert traced
    assert np.isfinite(history["loss"]).all()
