"""A run that is interrupted anywhere and restored elsewhere goes on as if nothing had happened."""

import copy
import pickle

import numpy as np
import pytest
import torch
from PIL import Image

from saccade import optimizers
from saccade.callbacks import Callback, EarlyStopping, History
from saccade.data.sources.array_source import ArraySource
from saccade.data.sources.batch_sources import IteratorSource
from saccade.layers import Conv2D, Dense, Dropout, Flatten
from saccade.metrics import SparseCategoricalAccuracy
from saccade.models import Sequential
from saccade.preprocessing.image import ImageDataGenerator
from saccade.training import loop
from saccade.training.batches.feed import Feed
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.callbacks.progress import Progress
from saccade.training.objective import Objective
from saccade.training.run import Run
from saccade.utils import set_random_seed

STREAM = np.random.RandomState(0)
X = STREAM.uniform(size=(44, 6, 5, 3)).astype(np.float32)
Y = STREAM.randint(0, 2, 44)
EPOCHS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root, stream = tmp_path_factory.mktemp("pictures"), np.random.RandomState(1)
    for name in "ab":
        (root / name).mkdir()
        for i in range(11):
            pixels = stream.randint(0, 255, (6, 5, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{i}.png")
    return root


OPTIMIZERS = {
    "sgd": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "adam": lambda: optimizers.Adam(0.01, amsgrad=True, weight_decay=0.01),
    "rmsprop": lambda: optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "decay": lambda: optimizers.SGD(0.1, decay=0.05, momentum=0.5),
}


class Slower(Callback):
    """Changes the learning rate while training, as a schedule does."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.05 / (epoch + 1)
        logs["lr"] = float(self.model.optimizer.learning_rate)


class Recorder(Callback):
    """What every step and epoch reported: the run's story, told once."""

    def __init__(self):
        super().__init__()
        self.steps, self.epochs = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append((batch, dict(logs)))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append((epoch, dict(logs)))


class TakesState(Callback):
    """Takes `run.state()` at one moment and lets the process end there."""

    def __init__(self, at, pickled):
        super().__init__()
        self.at, self.pickled, self.run, self.state_taken = at, pickled, None, None

    def take(self, *moment):
        if moment == self.at:
            self.state_taken = self.run.state()
            if self.pickled:
                self.state_taken = pickle.loads(pickle.dumps(self.state_taken))
            else:
                self.reference = copy.deepcopy(self.state_taken)
            raise KeyboardInterrupt

    def on_train_batch_end(self, batch, logs=None):
        self.take("batch", self.run.epoch, batch)

    def on_epoch_end(self, epoch, logs=None):
        self.take("epoch", epoch)

    def on_epoch_begin(self, epoch, logs=None):
        self.take("begin", epoch)


def network(seeded=False):
    return Sequential(
        [
            Conv2D(3, 3, activation="relu", input_shape=(6, 5, 3)),
            Dropout(0.3, seed=11 if seeded else None),
            Flatten(),
            Dense(2, activation="softmax"),
        ]
    )


def make_run(data, optimizer, steps=None, extra=(), shuffle=True, seeded=False):
    model = network(seeded)
    recorder, history = Recorder(), History()
    source = (
        ArraySource(X, Y, None, batch_size=8, shuffle=shuffle)
        if data == "arrays"
        else IteratorSource(flow(data, shuffle))
    )
    callbacks = [history, Slower(), recorder, *extra]
    run = Run(
        model=model,
        optimizer=OPTIMIZERS[optimizer](),
        objective=Objective(
            "sparse_categorical_crossentropy", ["acc", SparseCategoricalAccuracy()]
        ),
        feed=Feed(source, steps),
        validation=Feed(ArraySource(X[:10], Y[:10])),
        callbacks=CallbackGroup(callbacks, model, {"epochs": EPOCHS, "steps": steps, "verbose": 0}),
        epochs=EPOCHS,
    )
    model.optimizer = run.optimizer
    for callback in extra:
        callback.run = run
    return run, recorder, history


def flow(folder, shuffle=True):
    generator = ImageDataGenerator(rescale=1 / 255)
    return generator.flow_from_directory(
        folder, target_size=(6, 5), batch_size=4, class_mode="sparse", shuffle=shuffle
    )


def whole(data, optimizer, **options):
    set_random_seed(7)
    run, recorder, history = make_run(data, optimizer, **options)
    loop.train(run)
    return run, recorder, history


def interrupted(data, optimizer, at, pickled=False, **options):
    """Train to a moment, throw everything away but the state, go on in a fresh run."""
    set_random_seed(7)
    taker = TakesState(at, pickled)
    run, before, _ = make_run(data, optimizer, extra=[taker], **options)
    with pytest.raises(KeyboardInterrupt):
        loop.train(run)
    set_random_seed(99)  # a process that starts anew has other streams
    bystander = TakesState(("never",), False)
    fresh, after, history = make_run(data, optimizer, extra=[bystander], **options)
    loop.train(fresh, resume=taker.state_taken)
    return fresh, before.steps + after.steps, before.epochs + after.epochs, history


def agree(reference, resumed):
    run, recorder, history = reference
    fresh, steps, epochs, fresh_history = resumed
    assert steps == recorder.steps
    assert epochs == recorder.epochs
    assert fresh_history.history == history.history
    assert fresh_history.epoch == history.epoch
    for one, other in zip(fresh.model.weights, run.model.weights, strict=True):
        assert torch.equal(one, other)
    assert fresh.optimizer.iterations == run.optimizer.iterations
    for name, slots in run.optimizer.slots.items():
        for one, other in zip(fresh.optimizer.slots[name], slots, strict=True):
            assert torch.equal(one, other)


MOMENTS = [("batch", 0, 0), ("batch", 1, 2), ("batch", 1, 5), ("batch", 2, 5), ("epoch", 0),
           ("epoch", 1), ("begin", 0), ("begin", 2)]  # fmt: skip


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_arrays_at_every_moment(at):
    agree(whole("arrays", "sgd"), interrupted("arrays", "sgd", at))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("seeded", [False, True])
def test_every_optimizer_and_a_dropout_of_its_own_stream(optimizer, seeded):
    agree(
        whole("arrays", optimizer, seeded=seeded),
        interrupted("arrays", optimizer, ("batch", 1, 3), pickled=True, seeded=seeded),
    )


@pytest.mark.parametrize("at", [("batch", 0, 3), ("batch", 1, 2), ("batch", 1, 5), ("epoch", 1)],
                         ids=str)  # fmt: skip
@pytest.mark.parametrize("shuffle", [True, False])
def test_folders(folder, at, shuffle):
    agree(
        whole(folder, "adam", shuffle=shuffle),
        interrupted(folder, "adam", at, pickled=True, shuffle=shuffle),
    )


@pytest.mark.parametrize("data", ["arrays", "folder"])
@pytest.mark.parametrize("steps", [4, 9])
def test_epochs_that_are_not_passes(data, steps, folder):
    """The place in the pass is part of the state, not only the place in the epoch."""
    data = folder if data == "folder" else data
    for at in (("batch", 1, 1), ("batch", 2, steps - 1), ("epoch", 0)):
        agree(whole(data, "sgd", steps=steps), interrupted(data, "sgd", at, steps=steps))


def test_a_state_is_a_copy():
    """Steps after it was taken do not reach it."""
    set_random_seed(7)
    taker = TakesState(("batch", 0, 3), False)
    run, _, _ = make_run("arrays", "adam", extra=[taker])
    with pytest.raises(KeyboardInterrupt):
        loop.train(run)
    loop.train(run)
    flat, reference = pickle.dumps(taker.state_taken), pickle.dumps(taker.reference)
    assert len(flat) == len(reference)
    for one, other in zip(taker.state_taken["weights"], taker.reference["weights"], strict=True):
        assert torch.equal(one, other)
    for name, slots in taker.state_taken["optimizer"]["slots"].items():
        for one, other in zip(slots, taker.reference["optimizer"]["slots"][name], strict=True):
            assert torch.equal(one, other)
    assert taker.state_taken["sums"] == taker.reference["sums"]
    assert taker.state_taken["feed"] == taker.reference["feed"]
    assert taker.state_taken["callbacks"][0] == taker.reference["callbacks"][0]


def test_stopped_by_stop_training_then_restored():
    """A run stopped in an epoch goes on in a fresh one exactly as the stopped one would."""

    class Stops(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if (self.run.epoch, batch) == (1, 2) and not getattr(self, "done", False):
                self.done = True
                self.model.stop_training = True

    set_random_seed(7)
    run, _, history = make_run("arrays", "sgd", steps=5, extra=[Stops()])
    loop.train(run)
    assert (run.epoch, run.step) == (2, 0)
    assert history.epoch == [0, 1]
    state = pickle.loads(pickle.dumps(run.state()))
    loop.train(run)
    assert run.epoch == EPOCHS
    set_random_seed(1)
    stops = Stops()
    stops.done = True
    fresh, _, fresh_history = make_run("arrays", "sgd", steps=5, extra=[stops])
    loop.train(fresh, resume=state)
    assert fresh_history.epoch == [0, 1, 2]
    for one, other in zip(fresh.model.weights, run.model.weights, strict=True):
        assert torch.equal(one, other)


def test_progress_can_be_resumed_in_the_middle_of_an_epoch(capsys):
    set_random_seed(7)
    taker = TakesState(("batch", 1, 2), False)
    run, _, _ = make_run("arrays", "sgd", extra=[Progress(2), taker])
    with pytest.raises(KeyboardInterrupt):
        loop.train(run)
    capsys.readouterr()
    fresh, _, _ = make_run("arrays", "sgd", extra=[Progress(2), TakesState(("never",), False)])
    loop.train(fresh, resume=taker.state_taken)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("6/6 - ")
    assert lines[1:2] == ["Epoch 3/3"]


def test_early_stopping_goes_on_waiting():
    """Patience, the best value and its weights outlive the process."""

    class Feeds(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["m"] = [3.0, 1.0, 2.0, 2.0, 2.0][epoch]

    def stopper():
        return EarlyStopping("m", mode="min", patience=2, restore_best_weights=True)

    def run_with(stop, taker):
        run, recorder, _ = make_run("arrays", "sgd", extra=[Feeds(), stop, taker])
        run.epochs = 5
        return run, recorder

    set_random_seed(7)
    one, never = stopper(), TakesState(("never",), False)
    reference, _ = run_with(one, never)
    loop.train(reference)
    assert one.stopped_epoch == 3
    for at in (("epoch", 1), ("epoch", 2), ("batch", 2, 3)):
        set_random_seed(7)
        taker = TakesState(at, True)
        run, _ = run_with(stopper(), taker)
        with pytest.raises(KeyboardInterrupt):
            loop.train(run)
        other = stopper()
        fresh, _ = run_with(other, TakesState(("never",), False))
        loop.train(fresh, resume=taker.state_taken)
        assert (other.stopped_epoch, other.best_epoch, other.best, other.wait) == (3, 1, 1.0, 2)
        for w, expected in zip(fresh.model.weights, reference.model.weights, strict=True):
            assert torch.equal(w, expected)


def test_a_seeded_dropout_can_be_copied():
    layer = Dropout(0.5, seed=3)
    x = torch.ones(100)
    layer(x, training=True)
    for copied in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        stream = copied.stream.get_state()
        assert torch.equal(stream, layer.stream.get_state())
        copied(x, training=True)
        assert not torch.equal(copied.stream.get_state(), layer.stream.get_state())


def test_a_state_of_other_callbacks_is_refused():
    run, _, _ = make_run("arrays", "sgd")
    other, _, _ = make_run("arrays", "sgd", extra=[Slower()])
    with pytest.raises(ValueError, match="the state must have callbacks 4, got 3"):
        other.restore(run.state())


def test_a_state_of_another_model_is_refused():
    set_random_seed(7)
    run, _, _ = make_run("arrays", "sgd")
    loop.train(run)
    state = run.state()
    other, _, _ = make_run("arrays", "sgd")
    other.model.pop()
    other.model.add(Dense(3, activation="softmax"))
    before = other.model.get_weights()
    with pytest.raises(ValueError, match="state"):
        other.restore(state)
    for w, expected in zip(other.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(w, expected)
