"""fit, evaluate and predict read every kind of data, and see each sample when they should."""

import collections
import logging

import numpy as np
import pytest
import torch
from PIL import Image

from saccade import notes
from saccade.callbacks import Callback
from saccade.errors import DataError
from saccade.layers import Dense, Flatten, Layer
from saccade.models import Sequential
from saccade.preprocessing.image import ImageDataGenerator
from saccade.user_names import set_inside

N = 40
STREAM = np.random.RandomState(0)
X = STREAM.standard_normal((N, 4)).astype(np.float32)
Y = STREAM.randint(0, 3, N)


@pytest.fixture
def notes_said(caplog):
    """The notes that were said, each once per process otherwise."""
    notes.forget_notes()
    caplog.set_level(logging.WARNING, "saccade")
    yield caplog
    notes.forget_notes()


def network(**options):
    model = Sequential([Dense(5, activation="tanh", input_shape=(4,)), Dense(3, "softmax")])
    stream = np.random.RandomState(1)
    model.set_weights([stream.uniform(-1, 1, w.shape) for w in model.weights])
    model.compile("sgd", "sparse_categorical_crossentropy", **{"metrics": ["acc"], **options})
    return model


def batches(size=8, x=X, y=Y):
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]


class Again:
    """Something that can be iterated again and again, without a length."""

    def __iter__(self):
        return iter(batches())


class Endless:
    """A Keras-style iterator: next() without end, len() to a pass."""

    def __init__(self):
        self.place, self.resets = 0, 0

    def __len__(self):
        return N // 8

    def __iter__(self):
        return self

    def __next__(self):
        self.place += 1
        return batches()[(self.place - 1) % len(self)]

    def reset(self):
        self.place, self.resets = 0, self.resets + 1


def forever():
    while True:
        yield from batches()


def dataset():
    return torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y)), batch_size=8
    )


KINDS = {
    "arrays": lambda: ((X, Y), {"batch_size": 8}),
    "float64": lambda: ((X.astype(np.float64), Y.astype(np.float64)), {"batch_size": 8}),
    "labels (N,1)": lambda: ((X, Y[:, None]), {"batch_size": 8}),
    "small integers": lambda: ((X, Y.astype(np.uint8)), {"batch_size": 8}),
    "wide unsigned": lambda: ((X, Y.astype(np.uint16)), {"batch_size": 8}),
    "big-endian": lambda: ((X.astype(">f4"), Y.astype(">i8")), {"batch_size": 8}),
    "not contiguous": lambda: ((np.asfortranarray(X), Y[::-1][::-1]), {"batch_size": 8}),
    "backwards in memory": lambda: ((X[::-1].copy()[::-1], Y), {"batch_size": 8}),
    "tensors": lambda: ((torch.tensor(X), torch.tensor(Y)), {"batch_size": 8}),
    "float64 tensors": lambda: ((torch.tensor(X).double(), torch.tensor(Y)), {"batch_size": 8}),
    "tensors with a gradient": lambda: (
        (torch.tensor(X, requires_grad=True), torch.tensor(Y)),
        {"batch_size": 8},
    ),
    "lists": lambda: ((X.tolist(), Y.tolist()), {"batch_size": 8}),
    "lists of arrays": lambda: ((list(X), list(Y)), {"batch_size": 8}),
    "lists of tensors": lambda: (
        (list(torch.tensor(X, requires_grad=True)), list(torch.tensor(Y))),
        {"batch_size": 8},
    ),
    "a list of batches": lambda: ((batches(),), {}),
    "a list of lists": lambda: (([[x, y] for x, y in batches()],), {}),
    "batches of tensors": lambda: (
        ([(torch.tensor(x), torch.tensor(y)) for x, y in batches()],),
        {},
    ),
    "re-iterable": lambda: ((Again(),), {}),
    "DataLoader": lambda: ((dataset(),), {}),
    "iterator": lambda: ((Endless(),), {}),
    "generator": lambda: ((forever(),), {"steps_per_epoch": N // 8}),
}


def expected():
    model = network()
    history = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    return model.get_weights(), history


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_all_kinds_train_alike(make):
    data, options = make()
    model = network()
    history = model.fit(*data, epochs=2, shuffle=False, verbose=0, **options).history
    weights, reference = expected()
    assert history == reference
    for one, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_all_kinds_evaluate_and_predict_alike(make):
    data, options = make()
    options = {"steps" if key == "steps_per_epoch" else key: v for key, v in options.items()}
    reference = network()
    scores = reference.evaluate(X, Y, batch_size=8, verbose=0)
    outputs = reference.predict(X, batch_size=8, verbose=0)
    model = network()
    assert model.evaluate(*data, verbose=0, **options) == scores
    data, options = make()
    options = {"steps" if key == "steps_per_epoch" else key: v for key, v in options.items()}
    got = model.predict(data[0], verbose=0, **options)
    np.testing.assert_array_equal(got, outputs)
    assert got.dtype == np.float32


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"a list of lists"}))
def test_all_kinds_validate_alike(kind):
    data, options = KINDS[kind]()
    steps = {"validation_steps": N // 8} if "steps_per_epoch" in options else {}
    held_out = data if len(data) == 2 else data[0]
    history = network().fit(
        X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0, validation_data=held_out, **steps
    )
    model, (weights, _) = network(), expected()
    model.set_weights(weights)
    loss, acc = model.evaluate(X, Y, batch_size=8, verbose=0)
    assert history.history["val_loss"][1] == loss
    assert history.history["val_acc"][1] == acc


def test_weights_of_samples_in_batches_of_three():
    weight = np.linspace(0, 2, N).astype(np.float32)
    model, other = network(), network()
    model.fit(X, Y, sample_weight=weight, batch_size=8, shuffle=False, verbose=0)
    triples = [(x, y, weight[i * 8 : i * 8 + 8]) for i, (x, y) in enumerate(batches())]
    other.fit(triples, verbose=0)
    plain = network()
    plain.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])
    assert not np.array_equal(model.get_weights()[0], plain.get_weights()[0])


CLASS_LABELS = {
    "arrays": lambda y: y,
    "(N,1)": lambda y: y[:, None],
    "floats": lambda y: y.astype(np.float32),
}


@pytest.mark.parametrize("shape", CLASS_LABELS.values(), ids=CLASS_LABELS)
@pytest.mark.parametrize("weights", [{0: 2.0, 2: 0.25}, {"0": 2, 2.0: 0.25}, {2: 0.25, 0: 2, 9: 5}])
def test_class_weight_is_a_weight_for_every_sample(shape, weights):
    """Classes left out weigh 1, keys may be anything that int() takes; the same from batches."""
    each = np.array([2.0, 1.0, 0.25], np.float32)[Y]
    reference, model, other = network(), network(), network()
    reference.fit(X, Y, sample_weight=each, batch_size=8, shuffle=False, verbose=0)
    model.fit(X, shape(Y), class_weight=weights, batch_size=8, shuffle=False, verbose=0)
    other.fit([(x, shape(y)) for x, y in batches()], class_weight=weights, verbose=0)
    for one in (model, other):
        np.testing.assert_array_equal(one.get_weights()[0], reference.get_weights()[0])


@pytest.mark.parametrize("kind", [np.array, list, tuple, torch.tensor])
def test_class_weight_in_a_row_is_by_class(kind):
    """As scikit-learn's compute_class_weight gives it; Keras's own error says nothing of it."""
    results = []
    for weights in (kind([2.0, 1.0, 0.25]), {0: 2.0, 2: 0.25}):
        model = network()
        model.fit(X, Y, class_weight=weights, batch_size=8, shuffle=False, verbose=0)
        model.train_on_batch(X, Y, class_weight=weights)
        results.append(model.get_weights()[0])
    np.testing.assert_array_equal(*results)


def test_class_weight_of_one_hot_labels():
    one_hot = np.eye(3, dtype=np.float32)[Y]
    results = []
    for options in (
        {"class_weight": {1: 3.0}},
        {"sample_weight": np.where(Y == 1, 3.0, 1.0).astype(np.float32)},
    ):
        model = network()
        model.compile("sgd", "categorical_crossentropy")
        model.fit(X, one_hot, batch_size=8, shuffle=False, verbose=0, **options)
        results.append(model.get_weights()[0])
    np.testing.assert_array_equal(*results)


# -- folders -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two classes of 7 and 6 small pictures."""
    root = tmp_path_factory.mktemp("pictures")
    stream = np.random.RandomState(5)
    for name, count in (("a", 7), ("b", 6)):
        (root / name).mkdir()
        for i in range(count):
            pixels = stream.randint(0, 255, (6, 5, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{i}.png")
    return root


def flow(folder, **options):
    generator = ImageDataGenerator(rescale=1 / 255)
    return generator.flow_from_directory(
        folder, target_size=(6, 5), batch_size=4, class_mode="sparse", **options
    )


def picture_network():
    model = Sequential([Flatten(input_shape=(6, 5, 3)), Dense(2, activation="softmax")])
    model.set_weights([np.random.RandomState(2).uniform(-1, 1, (90, 2)), np.zeros(2)])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def test_a_folder_trains_as_its_arrays_do(folder):
    data = flow(folder, shuffle=False)
    pairs = [next(data) for _ in range(len(data))]
    x, y = (np.concatenate(part) for part in zip(*pairs, strict=True))
    results = []
    for arguments, options in (
        ((x, y), {"batch_size": 4, "shuffle": False}),
        ((flow(folder, shuffle=False),), {}),
        ((flow(folder, shuffle=False),), {"steps_per_epoch": 4}),
        ((flow(folder, shuffle=False),), {"steps_per_epoch": len(data), "batch_size": None}),
    ):
        model = picture_network()
        model.fit(*arguments, epochs=2, verbose=0, **options)
        results.append(
            (
                model.get_weights()[0],
                model.evaluate(data, verbose=0),
                model.predict(data, verbose=0),
            )
        )
    for weights, scores, outputs in results[1:]:
        np.testing.assert_array_equal(weights, results[0][0])
        assert scores == results[0][1]
        np.testing.assert_array_equal(outputs, results[0][2])


def test_a_look_at_a_batch_does_not_shift_the_predictions(folder):
    data, model = flow(folder, shuffle=False), picture_network()
    reference = model.predict(data, verbose=0)
    next(data)
    np.testing.assert_array_equal(model.predict(data, verbose=0), reference)
    next(data)
    assert model.evaluate(data, verbose=0) == model.evaluate(flow(folder, shuffle=False), verbose=0)


def test_a_folder_trains_in_next_order(folder):
    """fit reads what next() gives: with a seed, the same batches in the same order."""
    seen = []

    class Notes(Layer):
        def call(self, x):
            seen.append(x.detach().clone())
            return x

        def compute_output_shape(self, input_shape):
            return input_shape

    model = Sequential([Notes(input_shape=(6, 5, 3)), Flatten(), Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(flow(folder, seed=7), epochs=2, verbose=0)
    reference = flow(folder, seed=7)
    for got in seen:
        np.testing.assert_array_equal(got.numpy(), next(reference)[0])
    assert len(seen) == 8


# -- how often each sample is seen ---------------------------------------------------------


class Seen(Callback):
    """Which samples every epoch saw: the first feature of x is the sample's number."""

    def __init__(self):
        super().__init__()
        self.epochs, self.steps = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs.append([])
        self.steps.append(0)

    def on_train_batch_end(self, batch, logs=None):
        assert batch == self.steps[-1]
        self.steps[-1] += 1


def watch(model):
    """Let the model's first layer write down the samples of the training steps."""
    seen = Seen()

    def note(module, args, kwargs):
        if kwargs.get("training"):
            seen.epochs[-1].extend(int(v) for v in args[0][:, 0])

    model.layers[0].register_forward_pre_hook(note, with_kwargs=True)
    outer = model.call

    def call(x, training=None):
        if training:
            seen.epochs[-1].extend(int(v) for v in x[:, 0])
        return outer(x)

    model.call = call
    set_inside(model, "_takes_training", True)
    return seen


NUMBERED = np.stack([np.arange(N), np.zeros(N), np.zeros(N), np.zeros(N)], 1).astype(np.float32)


def sources():
    """The numbered samples in five batches of 8, as every kind that starts again."""
    pairs = batches(8, NUMBERED, Y)

    class Rounds(Endless):
        def __next__(self):
            self.place += 1
            return pairs[(self.place - 1) % len(self)]

    return {
        "arrays": ((NUMBERED, Y), {"batch_size": 8, "shuffle": False}),
        "list": ((pairs,), {}),
        "iterator": ((Rounds(),), {}),
        "generator": (((pair for _ in range(99) for pair in pairs),), {}),
    }


@pytest.mark.parametrize("steps", [1, 3, 5, 7, 12])
@pytest.mark.parametrize("kind", sources())
def test_an_epoch_starts_where_the_last_ended(kind, steps):
    data, options = sources()[kind]
    model = network()
    seen = watch(model)
    model.fit(*data, epochs=4, steps_per_epoch=steps, verbose=0, callbacks=[seen], **options)
    assert seen.steps == [steps] * 4
    flat = [sample for epoch in seen.epochs for sample in epoch]
    assert flat == [i % N for i in range(4 * steps * 8)]


@pytest.mark.parametrize("steps", [None, 3, 5, 7])
def test_shuffled_passes_are_permutations(steps):
    """However epochs cut them, passes over shuffled arrays see every sample once, in new orders."""
    torch.manual_seed(3)
    model = network()
    seen = watch(model)
    model.fit(
        NUMBERED, Y, batch_size=8, epochs=5, steps_per_epoch=steps, verbose=0, callbacks=[seen]
    )
    flat = [sample for epoch in seen.epochs for sample in epoch]
    assert len(flat) == 5 * 8 * (steps or 5)
    passes = [flat[i : i + N] for i in range(0, len(flat), N)]
    for one in passes:
        assert max(collections.Counter(one).values()) == 1
    assert all(one != sorted(one) for one in passes)
    assert passes[0] != passes[1]


def test_shuffle_false_keeps_the_order():
    model = network()
    seen = watch(model)
    model.fit(NUMBERED, Y, batch_size=7, epochs=2, shuffle=False, verbose=0, callbacks=[seen])
    assert seen.epochs == [list(range(N))] * 2


def test_shuffling_keeps_samples_targets_and_weights_together():
    torch.manual_seed(5)
    seen = []

    class Sees(Layer):
        def call(self, x):
            return x

        def compute_output_shape(self, input_shape):
            return input_shape

    def loss(y_true, y_pred):
        seen.append((y_pred.detach()[:, 0].clone(), y_true[:, 0].clone()))  # both (batch, 1)
        return (y_pred * 0).sum(-1) + y_true[:, 0]

    model = Sequential([Dense(1, input_shape=(1,))])
    model.set_weights([np.ones((1, 1)), np.zeros(1)])
    model.compile("sgd", loss)
    x = np.arange(N, dtype=np.float32)[:, None]
    history = model.fit(x, x[:, 0] * 2, sample_weight=1 / (x[:, 0] + 1), batch_size=8, verbose=0)
    order = torch.cat([one for one, _ in seen])
    targets = torch.cat([other for _, other in seen])
    torch.testing.assert_close(targets, order * 2)
    assert not torch.equal(order, order.sort().values)
    expected = (2 * x / (x + 1)).mean()
    np.testing.assert_allclose(history.history["loss"][0], expected, rtol=1e-5)


@pytest.mark.parametrize("validation_steps", [1, 2, 5])
def test_validation_reads_the_first_batches_every_time(validation_steps):
    seen = []
    model = network()

    def note(module, args, kwargs):
        if kwargs.get("training") is False:
            seen.append([int(v) for v in args[0][:, 0]])

    model.register_forward_pre_hook(note, with_kwargs=True)
    for held_out in ((NUMBERED, Y), batches(8, NUMBERED, Y)):
        seen.clear()
        model.fit(
            X,
            Y,
            epochs=3,
            verbose=0,
            validation_data=held_out,
            validation_batch_size=8,
            validation_steps=validation_steps,
        )
        assert [v for batch in seen for v in batch] == list(range(8 * validation_steps)) * 3


def test_validation_split_is_the_last_part_and_is_not_trained_on():
    model = network()
    seen, held = watch(model), []

    def note(module, args, kwargs):
        if not kwargs["training"]:
            held.extend(args[0][:, 0].tolist())

    model.register_forward_pre_hook(note, with_kwargs=True)
    model.fit(NUMBERED, Y, validation_split=0.3, epochs=2, verbose=0, callbacks=[seen])
    assert [sorted(epoch) for epoch in seen.epochs] == [list(range(28))] * 2
    assert held == list(range(28, 40)) * 2


def test_steps_may_be_a_fraction():
    """Scripts write steps_per_epoch=20000/16: a float, and not always a whole one."""
    model = network()
    seen = watch(model)
    model.fit(X, Y, batch_size=16, steps_per_epoch=40 / 16, verbose=0, callbacks=[seen])
    assert seen.steps == [3]


# -- what ends -----------------------------------------------------------------------------


def once(count=5):
    return (pair for pair in batches()[:count])


def test_a_generator_that_ends_stops_training_with_one_note(notes_said):
    model = network()
    seen = watch(model)
    history = model.fit(once(), epochs=4, verbose=0, callbacks=[seen])
    assert seen.steps[0] == 5
    assert history.epoch == [0]
    assert len(history.history["loss"]) == 1
    assert len(notes_said.messages) == 1
    assert "the data ended after epoch 1 of 4" in notes_said.messages[0]


def test_a_generator_that_ends_inside_an_epoch(notes_said):
    model = network()
    seen = watch(model)
    history = model.fit(once(), epochs=4, steps_per_epoch=2, verbose=0, callbacks=[seen])
    assert seen.steps == [2, 2, 1]
    assert len(history.history["loss"]) == 3
    assert len(notes_said.messages) == 1


def test_a_generator_that_lasts_exactly_is_no_news(notes_said):
    history = network().fit(once(4), epochs=2, steps_per_epoch=2, verbose=0)
    assert len(history.history["loss"]) == 2
    assert notes_said.messages == []
    network().fit(once(), epochs=1, verbose=0)
    assert notes_said.messages == []


def test_data_without_a_batch():
    for empty in (iter(()), [], (x for x in ())):
        model = network()
        before = model.get_weights()
        with pytest.raises(DataError, match=r"at least one"):
            model.evaluate(empty, verbose=0)
        with pytest.raises(DataError, match=r"at least one"):
            model.fit(empty, verbose=0)
        np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_a_validation_generator_that_ends(notes_said):
    """One note, and the epochs after go on without validation."""
    history = network().fit(X, Y, epochs=3, verbose=0, validation_data=once())
    assert len(history.history["loss"]) == 3
    assert len(history.history["val_loss"]) == 1
    assert len(notes_said.messages) == 1
    assert "validation" in notes_said.messages[0]


def test_batch_size_beside_an_iterator_is_noted_once(notes_said):
    model = network()
    model.fit(batches(), batch_size=4, epochs=2, verbose=0)
    model.fit(batches(), batch_size=4, verbose=0)
    assert len(notes_said.messages) == 1
    assert "batch_size" in notes_said.messages[0]


def test_initial_epoch_and_a_second_fit_go_on():
    model, whole = network(), network()
    whole.fit(X, Y, epochs=4, batch_size=8, shuffle=False, verbose=0)
    model.fit(X, Y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    history = model.fit(X, Y, epochs=4, initial_epoch=2, batch_size=8, shuffle=False, verbose=0)
    assert history.epoch == [2, 3]
    np.testing.assert_array_equal(model.get_weights()[0], whole.get_weights()[0])
    assert model.fit(X, Y, epochs=2, initial_epoch=2, verbose=0).history == {}


def test_one_callback_without_a_list_and_a_list_of_keras_kind():
    from saccade.callbacks import CallbackList, History

    seen = Seen()
    model = network()
    model.fit(X, Y, verbose=0, callbacks=seen)
    assert seen.steps == [2]
    again = Seen()
    listed = CallbackList([again], model, {})
    history = model.fit(X, Y, verbose=0, callbacks=listed)
    assert again.steps == [2]
    assert isinstance(history, History)
    assert len(history.history["loss"]) == 1, "a CallbackList must not cost the history"
