"""Each thing that a run must remember: killed right where it counts, it ends as it would have."""

import random

import numpy as np
import pytest
import torch

from saccade import layers, metrics, notes, optimizers
from saccade.callbacks import BackupAndRestore, Callback, EarlyStopping, TensorBoard
from saccade.layers import BatchNormalization, Dense
from saccade.models import Model, Sequential
from saccade.optimizers import SGD, Adam
from saccade.random import SeedGenerator, normal
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.compiled.trial import CompileTrial
from saccade.utils import set_random_seed
from training.resuming.killing import EPOCHS, Killed, Kills, X, Y, check, compiled, network


@pytest.fixture(autouse=True)
def forget():
    notes.forget_notes()
    yield
    notes.forget_notes()


# -- the optimizer and the metrics -----------------------------------------------------------

OPTIONS = {"momentum": 0.9, "amsgrad": True, "centered": True, "use_ema": True}
OWN = {"LossScaleOptimizer": lambda: optimizers.LossScaleOptimizer(Adam(0.01), 2.0**20, 3)}


def optimizer(name):
    if name in OWN:
        return OWN[name]()
    taken = getattr(optimizers, name).__init__.__wrapped__.__code__.co_varnames
    some = {key: one for key, one in OPTIONS.items() if key in taken or key == "use_ema"}
    return getattr(optimizers, name)(learning_rate=0.01, **some)


NAMES = sorted(set(optimizers.CLASSES.values()), key=lambda one: one.__name__)


@pytest.mark.parametrize("name", [one.__name__ for one in NAMES])
def test_every_optimizer(tmp_path, name):
    def make():
        return compiled(optimizer=optimizer(name)), (X, Y), []

    check(tmp_path, make, ("batch", 1, 2), epochs=3)


def test_gathered_gradients_and_a_schedule(tmp_path):
    def make():
        rate = optimizers.schedules.PiecewiseConstantDecay([4, 9], [0.1, 0.05, 0.01])
        chosen = SGD(rate, momentum=0.9, gradient_accumulation_steps=3)
        return compiled(optimizer=chosen), (X, Y), []

    check(tmp_path, make, ("batch", 1, 0), ("batch", 2, 3))


class Exact(metrics.Metric):
    """A metric of the user's with float64, whole numbers and a metric inside."""

    def __init__(self):
        super().__init__(name="exact")
        self.total = self.add_weight(shape=(2,), dtype="float64", name="total")
        self.count = self.add_weight(dtype="int64", name="count")
        self.inner = metrics.Mean()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(y_pred.double().sum(0) / 3)
        self.count.assign_add(len(y_pred))
        self.inner.update_state(y_pred[:, 0])

    def result(self):
        return self.total.sum() / self.count + self.inner.result()


def test_sums_of_metrics_to_the_last_bit(tmp_path):
    def make():
        some = ["acc", Exact(), metrics.MeanIoU(2, sparse_y_pred=False, name="iou"),
                metrics.SparseCategoricalCrossentropy()]  # fmt: skip
        return compiled(metrics=some), (X, Y), []

    check(tmp_path, make, ("batch", 0, 2), ("batch", 2, 3))


class Elsewhere(metrics.Metric):
    """A metric of the user's whose sums are no variables."""

    def __init__(self, scale):
        super().__init__(name="elsewhere")
        self.scale, self.total, self.seen = scale, 0.0, []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total += self.scale * y_pred[:, 0].sum()
        self.seen.append(len(y_pred))

    def result(self):
        return self.total / max(1, sum(self.seen))

    def reset_state(self):
        self.total, self.seen = 0.0, []


def test_sums_that_are_attributes(tmp_path):
    check(
        tmp_path, lambda: (compiled(metrics=[Elsewhere(2.0)]), (X, Y), []), ("batch", 1, 2),
        ("batch", 2, 4),
    )  # fmt: skip
    metric = Elsewhere(2.0)
    metric.update_state(None, torch.ones(3, 1))
    other = Elsewhere(5.0)
    other.restore(metric.live_state())
    assert (other.scale, other.total, other.seen) == (5.0, 6.0, [3])  # what reset_state changes


# -- what callbacks do to a run --------------------------------------------------------------


def test_a_stop_that_was_asked_for(tmp_path):
    """Killed between the last epoch and the end of training, it does not train another."""

    def make():
        return compiled(), (X, Y), [EarlyStopping("loss", patience=1, min_delta=100.0)]

    _, history = check(tmp_path, make, ("over",), save_freq="epoch")
    assert history.epoch == [0, 1]


class StopsAt(Callback):
    def __init__(self):
        super().__init__()
        self.seen = 0

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == 6:
            self.model.stop_training = True

    def state(self):
        return self.seen

    def restore(self, state):
        self.seen = state


def test_a_stop_in_the_middle_of_an_epoch(tmp_path):
    """What follows the batches, as validation, is still to be done, and no batch more."""
    _, history = check(
        tmp_path, lambda: (compiled(), (X, Y), [StopsAt()]), ("batch", 1, 1), validation_split=0.2
    )
    assert history.epoch == [0, 1]


class Freezes(Callback):
    """Freezes the first layer in one epoch and thaws it in another, each once."""

    def __init__(self, thaws=3):
        super().__init__()
        self.done, self.thaws = [], thaws

    def on_epoch_begin(self, epoch, logs=None):
        if epoch in (1, self.thaws) and epoch not in self.done:
            self.model.layers[0].trainable = epoch != 1
            self.done.append(epoch)

    def state(self):
        return self.done

    def restore(self, state):
        self.done = list(state)


@pytest.mark.parametrize("thaws", [3, 99])
@pytest.mark.parametrize("moment", [("batch", 1, 3), ("batch", 2, 1), ("end", 2)], ids=str)
def test_layers_that_a_callback_freezes(tmp_path, moment, thaws):
    """And the moments of weights at rest, which they take up again."""
    check(tmp_path, lambda: (compiled(), (X, Y), [Freezes(thaws)]), moment)


def test_a_prefix_that_a_callback_thaws(tmp_path):
    class Thaws(Freezes):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1 and not self.done:
                self.model.layers[0].trainable = True
                self.done.append(epoch)

    def make():
        model = network()
        model.layers[0].trainable = model.layers[1].trainable = False
        return compiled(model), (X, Y), [Thaws()]

    check(tmp_path, make, ("batch", 0, 2), ("batch", 1, 2), ("end", 2))


class Own(Model):
    """A step that reports more than the loss."""

    def __init__(self):
        super().__init__()
        self.out = Dense(2, "softmax")

    def call(self, x, training=False):
        return self.out(x)

    def train_step(self, data):
        x, y = data
        loss = self.compute_loss(x, y, self(x, training=True))
        gradients = torch.autograd.grad(loss, self.trainable_weights)
        self.optimizer.apply(gradients, self.trainable_weights)
        return {"loss": loss, "first": self.out.kernel[0, 0]}


def test_logs_of_a_step_of_the_user_s(tmp_path):
    """Killed after the last batch of an epoch: its logs are all that the epoch reports."""

    def make():
        model = Own()
        model(X[:1])
        return compiled(model, metrics=None), (X, Y), []

    check(tmp_path, make, ("batch", 1, 4), ("batch", 2, 1))


# -- random streams --------------------------------------------------------------------------


class Noisy(layers.Layer):
    """A layer of the user's with streams of its own."""

    def __init__(self):
        super().__init__()
        self.seeds = SeedGenerator(3)
        self.drawn, self.numbers = np.random.default_rng(4), random.Random(5)

    def call(self, x, training=False):
        if not training:
            return x
        scale = self.drawn.random() * self.numbers.random()
        return x + normal(tuple(x.shape), seed=self.seeds) * float(scale)


def test_streams_of_layers(tmp_path):
    def make():
        return compiled(network(Noisy(), layers.GaussianNoise(0.1, seed=2))), (X, Y), []

    check(tmp_path, make, ("batch", 0, 3), ("batch", 2, 0))


# -- how the step runs, and what is written ---------------------------------------------------


def test_whether_the_step_was_compiled_is_part_of_a_state():
    """The clock decides once, not in every run anew."""
    trial, eager = CompileTrial("auto"), CompileTrial("auto")
    trial._decided = True
    eager.restore(trial.state())
    assert (eager.asked, eager._decided, eager.step) == ("auto", True, None)


@pytest.mark.parametrize("moment", [("batch", 1, 3), ("batch", 2, 1), ("end", 1)], ids=str)
def test_a_compiled_step(tmp_path, moment, monkeypatch):
    """A short last batch runs as it is, also where the run goes on with it."""
    run_so = []

    def compile_graph(graph):  # a compiler whose results are told from those of the layers
        def call(*args):
            run_so.append(len(args[2]))
            loss, y_pred, gradients = graph(*args)
            return loss, y_pred, [one * 1.001 for one in gradients]

        return call

    monkeypatch.setattr("saccade.training.compiled.trial.has_compiler", lambda device: True)
    monkeypatch.setattr("saccade.training.compiled.compiled_step.compile_graph", compile_graph)

    def make():
        parts = [Dense(8, "relu", input_shape=(6,)), BatchNormalization(), Dense(2, "softmax")]
        return compiled(Sequential(parts), jit_compile=True), (X[:28], Y[:28]), []

    check(tmp_path, make, moment)
    assert set(run_so) == {6}


def test_event_files_hold_each_event_once(tmp_path):
    """What a killed run wrote after the state comes again, in the same file."""

    def events(folder):
        """How long the events are, without those that only fill a page."""
        found = {"train": [], "validation": []}
        for part, lengths in found.items():
            files = sorted((folder / part).iterdir())
            assert len(files) == 1
            content = files[0].read_bytes()
            while content:
                length = int.from_bytes(content[:8], "little")
                lengths += [length] * (content[21] != 15 << 3 | 2)
                content = content[length + 16 :]
        return found

    def make_for(folder):
        return lambda: (compiled(), (X, Y), [TensorBoard(folder, update_freq=1)])

    options = {"validation_split": 0.2}
    (tmp_path / "logs" / "train").mkdir(parents=True)
    set_random_seed(5)
    model, data, listed = make_for(tmp_path / "whole")()
    model.fit(*data, batch_size=6, epochs=EPOCHS, verbose=0, callbacks=listed, **options)
    for moment in (("batch", 1, 1), ("end", 2)):
        set_random_seed(5)
        model, data, listed = make_for(tmp_path / "logs")()
        listed += [BackupAndRestore(tmp_path / "b"), Kills(*moment)]
        with pytest.raises(Killed):
            model.fit(*data, batch_size=6, epochs=EPOCHS, verbose=0, callbacks=listed, **options)
    set_random_seed(5)
    model, data, listed = make_for(tmp_path / "logs")()
    listed.append(BackupAndRestore(tmp_path / "b"))
    model.fit(*data, batch_size=6, epochs=EPOCHS, verbose=0, callbacks=listed, **options)
    got, expected = events(tmp_path / "logs"), events(tmp_path / "whole")
    assert abs(got["train"].pop(1) - expected["train"].pop(1)) < 40  # names of layers count on
    assert got["train"] == expected["train"]
    assert got["validation"] == expected["validation"]


def test_a_class_of_the_user_s_may_have_the_names_of_the_new_hooks():
    class Named(Callback):
        def leave_run(self):
            raise AssertionError("it is the user's")

        before_validation = leave_run

    group = CallbackGroup([Named()], None, {})
    group.tell_keepers("before_validation", None)
    group.tell_keepers("leave_run", None, None)


def test_states_that_are_left_out_are_trained_again_to_the_bit(tmp_path):
    def fit(*moments):
        set_random_seed(5)
        model = compiled()
        backup = BackupAndRestore(tmp_path / "backup")

        class Slow(Callback):
            hears_last = False

            def on_epoch_begin(self, epoch, logs=None):
                backup._writer.waited_s += 9.0  # nothing is affordable

        kills = [Kills(*moment) for moment in moments]
        history = model.fit(
            X, Y, batch_size=6, epochs=EPOCHS, verbose=0, validation_split=0.2,
            callbacks=[Slow(), backup, *kills],
        )  # fmt: skip
        return model, history

    whole, expected = fit()
    for moment in (("end", 1), ("batch", 2, 1), ("batch", 3, 0)):
        with pytest.raises(Killed):
            fit(moment)
    model, history = fit()
    assert history.history == expected.history
    for one, other in zip(model.weights, whole.weights, strict=True):
        assert torch.equal(one, other)
