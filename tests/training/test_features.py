"""Features of a frozen prefix: computed once, the same to the bit, not when they may differ."""

import logging
import os

import numpy as np
import pytest
import torch
from PIL import Image

from saccade import layers, notes, optimizers
from saccade.callbacks import Callback
from saccade.data import ImageDataGenerator
from saccade.engines.folded_network import FoldedNetwork
from saccade.models import Model, Sequential
from saccade.training.features import feature_source, feature_table
from saccade.utils import set_random_seed

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(50, 8, 8, 3).astype(np.float32)
Y = RANDOM.randint(0, 3, 50)


@pytest.fixture(autouse=True)
def fresh(caplog):
    notes.forget_notes()
    feature_table.KEPT.clear()
    caplog.set_level(logging.WARNING)
    yield
    feature_table.KEPT.clear()
    notes.forget_notes()


@pytest.fixture
def runs(monkeypatch):
    """How many images the folded prefix ran on, filled-up ones included."""
    counted = []
    original = FoldedNetwork.__call__

    def call(self, x):
        counted.append(len(x))
        return original(self, x)

    monkeypatch.setattr(FoldedNetwork, "__call__", call)
    return counted


def front_layers():
    return [
        layers.ZeroPadding2D(1),
        layers.Conv2D(4, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
    ]


def stir(model, seed=3):
    """Weights and moving statistics that are not those of a fresh layer."""
    stream = np.random.RandomState(seed)
    for weight in model.weights:
        values = stream.rand(*weight.shape) if "variance" in weight.name else None
        weight.assign(0.4 * stream.standard_normal(weight.shape) if values is None else values)


def backbone(size=(8, 8, 3), name="backbone"):
    made = Sequential([layers.Input(size), *front_layers()], name=name)
    stir(made)
    made.trainable = False
    return made


def residual(size=(8, 8, 3), name="residual"):
    """A graph with a branch around two convolutions."""
    x = given = layers.Input(size)
    x = start = layers.Conv2D(4, 3, padding="same", activation="relu", name="start")(x)
    x = layers.BatchNormalization(name="bn1")(layers.Conv2D(4, 3, padding="same", name="c1")(x))
    x = layers.BatchNormalization(name="bn2")(layers.Conv2D(4, 1, name="c2")(layers.ReLU()(x)))
    x = layers.Activation("relu", name="out")(layers.Add(name="add")([start, x]))
    made = Model(given, x, name=name)
    stir(made)
    made.trainable = False
    return made


def classifier(prefix=None, optimizer="adam", seed=1):
    set_random_seed(seed)
    model = Sequential(
        [
            prefix or backbone(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, "softmax", name="head"),
        ]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def fitted(model, x=X, y=Y, **options):
    options = {"epochs": 3, "batch_size": 16, "verbose": 0, **options}
    set_random_seed(5)
    history = model.fit(x, y, **options).history
    return history, model.get_weights()


def assert_bits(one, other):
    assert one[0] == other[0]
    for mine, theirs in zip(one[1], other[1], strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.fixture
def photos(tmp_path):
    stream = np.random.RandomState(0)
    for name in ("cat", "dog", "eel"):
        (tmp_path / name).mkdir()
        for i in range(9):
            pixels = stream.randint(0, 256, (10, 11, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    return tmp_path


def flow(photos, generator=None, **options):
    options = {"target_size": (8, 8), "batch_size": 5, "class_mode": "sparse", "seed": 1} | options
    generator = generator or ImageDataGenerator(rescale=1 / 255)
    return generator.flow_from_directory(photos, **options)


# -- the same to the bit -------------------------------------------------------------------


@pytest.mark.sampled
@pytest.mark.parametrize("prefix", [backbone, residual])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shuffle": False, "batch_size": 7},
        {"validation_split": 0.3},
        {"class_weight": {0: 2.0, 1: 0.5}},
        {"steps_per_epoch": 3},
        {"batch_size": 50, "epochs": 2},
        {"batch_size": 1, "epochs": 1},
    ],
    ids=str,
)
def test_kept_features_change_no_bit(prefix, options):
    kept = fitted(classifier(prefix()), **options)
    assert_bits(kept, fitted(classifier(prefix()), reuse_features=False, **options))
    assert len(kept[0]["loss"]) == options.get("epochs", 3)


def test_the_front_runs_once_an_image(runs):
    fitted(classifier(), epochs=4)
    assert sum(runs) == 64  # 50 images in blocks of 16
    fitted(classifier(), epochs=2)
    assert sum(runs) == 64  # another model of the same weights, the same images
    fitted(classifier(), epochs=2, reuse_features=False)
    assert sum(runs) == 64 + 2 * 4 * 16


def test_features_are_those_of_the_plain_layers():
    for made in (backbone(), residual()):
        model = classifier(made)
        prefix = model._reuse(True).prefix
        with torch.no_grad():
            plain = layers.GlobalAveragePooling2D()(made(torch.tensor(X), training=False))
        features = prefix.features(torch.tensor(X))
        assert features.shape == plain.shape
        assert (features - plain).abs().max() < 1e-4 * plain.abs().max()
        assert features.std() > 0.01


def test_sums_are_written_over_nothing_that_is_needed():
    x = given = layers.Input((8, 8, 3))
    x = start = layers.Conv2D(4, 3, padding="same", name="start")(x)
    x = layers.Add(name="add")([layers.Conv2D(4, 3, padding="same", name="c1")(x), start])
    twice = layers.Add(name="twice")([x, x])
    three = layers.Add(name="three")([layers.Conv2D(4, 1, name="c3")(x), start, twice])
    kept = layers.Dropout(0.5, name="kept")(start)  # at rest: the very same array
    c2 = layers.Conv2D(4, 1, name="c2")(x)
    x = layers.Add(name="again")([c2, start])
    x = layers.Concatenate(name="all")([x, twice, three, kept, given])
    made = Model(given, x)
    stir(made)
    made.trainable = False
    images = torch.tensor(X)
    with torch.no_grad():
        plain = made(images, training=False)
    head = layers.Conv2D(2, 1, name="head")
    given = layers.Input((8, 8, 3))
    model = Model(given, head(made(given, training=False)))
    assert names_after_the_prefix(model) == ["head"]
    features = model._reuse(True).prefix.features(images)
    torch.testing.assert_close(features, plain, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(features[..., -3:], images, rtol=0, atol=0)


def test_models_that_are_wired_otherwise_have_other_names():
    names = set()
    for swapped in (False, True):
        given = layers.Input((8, 8, 3))
        one = layers.Conv2D(3, 1, name="one", kernel_initializer="ones")(given)
        pair = [one, given] if swapped else [given, one]
        both = layers.Subtract(name="minus")(pair)
        made = Model(given, layers.Flatten(name="flat")(both), trainable=False)
        model = Sequential([made, layers.Dense(3)])
        names.add(model._reuse(True).prefix.name())
    assert len(names) == 2


def test_a_shared_layer_that_is_called_twice_is_wired_otherwise():
    given = layers.Input((8, 8, 3))
    shared = layers.Conv2D(3, 3, padding="same", trainable=False)
    once = shared(given)
    twice = shared(once)
    losses = []
    for pair in ([once, twice], [twice, once]):
        rest = layers.GlobalAveragePooling2D()(layers.Subtract()(pair))
        model = Model(given, layers.Dense(3, kernel_initializer="ones")(rest))
        model.compile("sgd", "mse")
        losses.append(fit_loss(model))
    assert losses[0][0] == losses[0][1]
    assert losses[1][0] == losses[1][1]
    assert losses[0] != losses[1]


def fit_loss(model, **options):
    """The loss of an epoch with and without features that are kept, from the same weights."""
    before = model.get_weights()
    losses = []
    for reuse in (True, False):
        model.set_weights(before)
        fitted = model.fit(
            X, np.eye(3)[Y], shuffle=False, verbose=0, reuse_features=reuse, **options
        )
        losses.append(fitted.history["loss"])
    return losses


def test_an_image_has_the_same_features_in_any_batch():
    prefix = classifier(residual())._reuse(True).prefix
    images = torch.tensor(X)
    whole = prefix.features(images)
    for some in ([3], [49, 0, 7], list(range(20, 45)), list(range(49, -1, -1))):
        assert torch.equal(prefix.features(images[some]), whole[some])


def test_iterators_give_the_same_batches(photos, runs):
    results = []
    for reuse in (True, False):
        np.random.seed(4)
        train, held_out = flow(photos), flow(photos, shuffle=False)
        model = classifier()
        history = model.fit(
            train, validation_data=held_out, epochs=3, verbose=0, reuse_features=reuse
        ).history
        _, numbers, place, *_ = np.random.get_state()
        stands = numbers.tolist(), place, train.total_batches_seen, train.batch_index
        results.append((history, model.get_weights(), *stands))
        runs.append(0)
    assert_bits(results[0], results[1])
    assert results[0][2:] == results[1][2:]
    assert sum(runs[: runs.index(0)]) == 32  # 27 images, which are those of both iterators


def test_unshuffled_and_unseeded_iterators_too(photos):
    for options in ({"shuffle": False}, {"seed": None}, {"class_mode": "categorical"}):
        results = []
        for reuse in (True, False):
            loss = "categorical_crossentropy" if "class_mode" in options else None
            model = classifier()
            if loss:
                model.compile("adam", loss)
            np.random.seed(11)
            history = model.fit(
                flow(photos, **options), epochs=2, verbose=0, reuse_features=reuse
            ).history
            results.append((history, model.get_weights()))
        assert_bits(*results)


def test_resumed_in_the_middle_of_an_epoch(photos):
    class Stop(Callback):
        def __init__(self, at):
            super().__init__()
            self.at, self.kept = at, None

        def set_run(self, run):
            self.run = run

        def on_train_batch_end(self, batch, logs=None):
            if (self.run.epoch, batch) == self.at:
                self.kept = self.run.state()

    class Resume(Stop):
        def __init__(self, kept):
            super().__init__(None)
            self.taken = kept

        def on_train_begin(self, logs=None):
            self.run.resume = self.taken

    stop = Stop((1, 2))
    whole = classifier()
    whole.fit(flow(photos), epochs=3, verbose=0, callbacks=[stop])
    later = classifier(seed=9)
    later.fit(flow(photos), epochs=3, verbose=0, callbacks=[Resume(stop.kept)])
    for mine, theirs in zip(whole.get_weights(), later.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_frozen_weights_and_statistics_stay(photos):
    prefix = backbone()
    before = prefix.get_weights()
    model = classifier(prefix)
    model.fit(flow(photos), epochs=2, verbose=0)
    for mine, was in zip(prefix.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, was)
    assert len(model.optimizer.slots["m"]) == 2  # kernel and bias of the head


# -- where the prefix ends ------------------------------------------------------------------


def names_after_the_prefix(model):
    reuse = model._reuse(True)
    return None if reuse is None else [layer.name for layer in reuse.prefix.tail._parts]


def test_a_partly_frozen_model_inside_is_cut_inside():
    made = residual()
    made.trainable = True
    for layer in made.layers[:2]:
        layer.trainable = False
    assert names_after_the_prefix(classifier(made))[0] == "c1"
    for layer in made.layers[:-1]:
        layer.trainable = False
    assert names_after_the_prefix(classifier(made)) == ["head"]
    made.trainable = True
    assert names_after_the_prefix(classifier(made)) is None


@pytest.mark.parametrize(
    "stop",
    [
        lambda: layers.Dropout(0.5),
        lambda: layers.RandomFlip(),
        lambda: layers.BatchNormalization(),
        lambda: layers.BatchNormalization(center=False, scale=False),
        lambda: layers.Lambda(lambda x, training: x),
        lambda: layers.ReLU(activity_regularizer="l2"),
        lambda: Own(),
    ],
)
def test_the_front_ends_before(stop):
    set_random_seed(0)
    stopping = stop()
    model = Sequential([backbone(), stopping, layers.Flatten(), layers.Dense(3)])
    assert names_after_the_prefix(model)[0] == stopping.name


class Own(layers.Layer):
    def call(self, x):
        return x


def test_what_is_told_to_rest_is_at_rest():
    made = Sequential([layers.Input((8, 8, 3)), *front_layers(), layers.Dropout(0.5)])
    made.trainable = False
    x = given = layers.Input((8, 8, 3))
    x = layers.Flatten(name="flat")(made(x, training=False))
    model = Model(given, layers.Dense(3, name="head")(x))
    assert names_after_the_prefix(model) == ["head"]


def test_no_prefix():
    hooked = classifier()
    hooked.layers[0].layers[1].register_forward_hook(lambda *given: None)
    assert names_after_the_prefix(hooked) is None

    class OwnStep(Sequential):
        def train_step(self, data):
            return super().train_step(data)

    assert names_after_the_prefix(OwnStep([backbone(), layers.Flatten(), layers.Dense(3)])) is None
    nothing_frozen = Sequential([layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3)])
    assert names_after_the_prefix(nothing_frozen) is None
    left, right = layers.Input((8, 8, 3)), layers.Input((8, 8, 3))
    both = layers.Concatenate()([backbone()(left), backbone(name="other")(right)])
    assert (
        names_after_the_prefix(Model([left, right], layers.Dense(3)(layers.Flatten()(both))))
        is None
    )


def test_two_models_inside_may_have_layers_of_one_name():
    given = layers.Input((8, 8, 3))
    one, other = residual(), residual(name="other")
    stir(other, seed=8)
    both = layers.Concatenate()([one(given), other(given)])
    pooled = layers.GlobalAveragePooling2D()(both)
    set_random_seed(0)
    model = Model(given, layers.Dense(3, "softmax", name="head")(pooled))
    assert names_after_the_prefix(model) == ["head"]
    model.compile("sgd", "sparse_categorical_crossentropy")
    features = model._reuse(True).prefix.features(torch.tensor(X))
    with torch.no_grad():
        plain = torch.cat([part(torch.tensor(X)).mean((1, 2)) for part in (one, other)], -1)
    torch.testing.assert_close(features, plain, rtol=1e-4, atol=1e-5)


# -- what makes features old ---------------------------------------------------------------


def test_only_a_changed_file_is_computed_again(photos, runs):
    model = classifier()
    model.fit(flow(photos), epochs=2, verbose=0)
    del runs[:]
    path = photos / "dog" / "3.png"
    Image.fromarray(np.full((10, 11, 3), 9, np.uint8)).save(path)
    os.utime(path, ns=(1, 1))
    after = model._reuse(True).prefix.features(
        torch.full((1, 8, 8, 3), 9 / 255, dtype=torch.float32)
    )
    del runs[:]
    model.fit(flow(photos), epochs=2, verbose=0)
    assert sum(runs) == 16  # one block
    (table,) = feature_table.KEPT._tables.values()
    torch.testing.assert_close(table.get(np.array([12])), after)


def test_other_weights_or_settings_are_computed_again(photos, runs):
    model = classifier()
    model.fit(flow(photos), verbose=0)
    seen = sum(runs)
    assert seen == 32
    model.fit(flow(photos, ImageDataGenerator(rescale=1 / 127)), verbose=0)
    assert sum(runs) == 2 * seen
    model.fit(flow(photos, interpolation="bilinear"), verbose=0)
    assert sum(runs) == 3 * seen
    model.layers[0].layers[1].kernel.assign(np.ones((3, 3, 3, 4)))
    model.fit(flow(photos), verbose=0)
    assert sum(runs) == 4 * seen
    model.layers[0].layers[2].moving_mean.assign(np.ones(4))
    model.fit(flow(photos), verbose=0)
    assert sum(runs) == 5 * seen
    model.fit(flow(photos), verbose=0)
    assert sum(runs) == 5 * seen
    fitted(model)
    fitted(model, x=X + 1)
    assert sum(runs) == 5 * seen + 2 * 64


def test_a_callback_that_changes_the_front_is_heard(runs):
    class Change(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.layers[0].layers[1].kernel.assign(np.ones((3, 3, 3, 4)))

    kept = fitted(classifier(), callbacks=[Change()], epochs=4)
    assert sum(runs) == 2 * 64
    assert_bits(kept, fitted(classifier(), callbacks=[Change()], epochs=4, reuse_features=False))
    by_hand = classifier()
    by_hand._reuse = lambda *given: None  # layer by layer
    plain = fitted(by_hand, callbacks=[Change()], epochs=4)
    np.testing.assert_allclose(kept[0]["loss"], plain[0]["loss"], rtol=1e-4)


def test_a_callback_that_unfreezes_the_front_trains_it(photos):
    class Unfreeze(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.layers[0].trainable = True

    results = []
    for reuse in (True, False):
        prefix = backbone()
        before = prefix.layers[1].get_weights()[0]
        model = classifier(prefix, "sgd")
        history = model.fit(
            flow(photos), epochs=3, verbose=0, callbacks=[Unfreeze()], reuse_features=reuse
        ).history
        assert np.abs(prefix.layers[1].get_weights()[0] - before).max() > 0
        results.append((history, model.get_weights()))
    assert_bits(*results)


# -- when images are not the same ----------------------------------------------------------


def test_random_augmentation_is_told_and_never_kept(photos, runs, caplog):
    generator = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True)
    model = classifier()
    model.fit(flow(photos, generator), epochs=3, verbose=0)
    assert sum(runs) == 3 * 27
    assert caplog.text.count("runs again in every epoch") == 1
    assert "changes the images at random" in caplog.text
    assert not feature_table.KEPT._tables


def test_a_plain_generator_is_no_known_source(caplog, runs):
    def batches():
        while True:
            yield X[:16], Y[:16]

    classifier().fit(batches(), steps_per_epoch=2, epochs=2, verbose=0)
    assert caplog.text.count("may differ from one epoch to the next") == 1
    assert runs == [16] * 4


def test_an_unknown_function_is_tried_and_then_trusted(photos, runs):
    calls = []

    def halve(image):
        calls.append(len(image))
        return image / 2

    model = classifier()
    model.fit(flow(photos, ImageDataGenerator(preprocessing_function=halve)), epochs=3, verbose=0)
    assert len(calls) == 2 * 16 + 27  # two calls on one block, then every image once
    assert sum(runs) == 32


def test_a_function_that_differs_is_found_out(photos, caplog):
    count = iter(range(10**6))
    for function in (lambda image: image + next(count), lambda image: image * np.random.rand()):
        feature_table.KEPT.clear()
        notes.forget_notes()
        generator = ImageDataGenerator(preprocessing_function=function)
        classifier().fit(flow(photos, generator), epochs=2, verbose=0)
        assert "gives other results in another call" in caplog.text
        assert not feature_table.KEPT._tables
        caplog.clear()


def test_a_function_that_draws_is_not_trusted_whatever_it_returns(photos, caplog):
    def waste(image):
        np.random.rand()
        return image

    results = []
    for reuse in (True, False):
        np.random.seed(3)
        model = classifier()
        generator = ImageDataGenerator(preprocessing_function=waste)
        train = flow(photos, generator, seed=None)
        history = model.fit(train, epochs=2, verbose=0, reuse_features=reuse).history
        results.append((history, model.get_weights(), np.random.rand()))
    assert_bits(*results)
    assert results[0][2] == results[1][2]
    assert "gives other results in another call" in caplog.text


def test_functions_of_one_name_are_two(photos):
    def times(factor):
        return lambda image: image * factor

    flows = [flow(photos, ImageDataGenerator(preprocessing_function=times(n))) for n in (1, 2)]
    one, two = (each.fixed_images().name() for each in flows)
    assert one != two


def test_a_function_that_does_otherwise_later_is_found_out(photos):
    factor = [1.0]

    def scale(image):
        return image * factor[0]

    def train():
        model = classifier()
        model.fit(flow(photos, ImageDataGenerator(preprocessing_function=scale)), verbose=0)
        return model.get_weights()

    first = train()
    factor[0] = 3.0
    second = train()
    feature_table.KEPT.clear()
    for mine, fresh_one in zip(second, train(), strict=True):
        np.testing.assert_array_equal(mine, fresh_one)
    assert any((a != b).any() for a, b in zip(first, second, strict=True))


def test_a_lambda_in_the_front_is_tried(runs):
    def model_of(function):
        stack = [layers.Input((8, 8, 3)), layers.Lambda(function), *backbone().layers]
        model = Sequential([*stack, layers.Flatten(), layers.Dense(3, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    fitted(model_of(lambda x: x * 2.0), epochs=3)
    assert sum(runs) == 4 * 16 + 64  # two calls on a block, one on each half of it
    del runs[:]
    fitted(model_of(lambda x: x + torch.rand(())), epochs=3)
    assert sum(runs) == 2 * 16 + 3 * 50


# -- memory, faults and words --------------------------------------------------------------


def activated(function):
    """A prefix with a function of the user's in it."""
    set_random_seed(0)
    prefix = layers.Conv2D(4, 3, activation=function, trainable=False)
    model = Sequential(
        [layers.Input((8, 8, 3)), prefix, layers.GlobalAveragePooling2D(), layers.Dense(3)]
    )
    model.compile("sgd", "mse")
    return model


def test_an_activation_of_the_users_is_tried_like_a_lambda(caplog):
    for factor in (1.0, 3.0, -2.0):  # functions of one address, maybe, and of one name
        kept, computed = fit_loss(activated(lambda x, factor=factor: x * factor))
        assert kept == computed
    assert not caplog.records

    def noisy(x):
        return x + torch.randn_like(x)

    activated(noisy).fit(X, np.eye(3)[Y], epochs=2, verbose=0)
    assert "a function in a layer gives other results" in caplog.text


def test_an_activation_that_does_otherwise_later_is_found_out():
    scale = [1.0]

    def scaled(x):
        return x * scale[0]

    fit_loss(activated(scaled))
    scale[0] = 50.0
    kept, computed = fit_loss(activated(scaled))
    assert kept == computed


def test_saccades_own_activations_are_known(caplog):
    for name in ("relu", "gelu", "softmax"):
        reuse = activated(name)._reuse(True)
        assert reuse.prefix.is_known
    assert not activated(torch.relu)._reuse(True).prefix.is_known


@pytest.mark.parametrize("reuse", [True, False])
def test_a_lambda_that_looks_at_the_whole_batch_sees_it(caplog, reuse):
    x = X * np.linspace(0.1, 10, len(X), dtype=np.float32)[:, None, None, None]
    set_random_seed(0)
    model = Sequential(
        [
            layers.Input((8, 8, 3)),
            layers.Lambda(lambda images: images / images.amax()),
            layers.Conv2D(4, 3, trainable=False),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3),
        ]
    )
    model.compile(optimizers.SGD(1e-30), "mse")
    model.reset_metrics()
    expected = model.train_on_batch(x[:20], np.eye(3)[Y[:20]])
    found = model.fit(
        x[:20], np.eye(3)[Y[:20]], batch_size=20, epochs=2, verbose=0, reuse_features=reuse
    )
    assert found.history["loss"][0] == pytest.approx(float(np.ravel(expected)[0]), rel=1e-5)
    assert ("looks at the whole batch" in caplog.text) is reuse


def test_inputs_in_a_list_of_one(runs):
    given = layers.Input((8, 8, 3))
    features = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, trainable=False)(given))
    model = Model(inputs=[given], outputs=[layers.Dense(3)(features)])
    model.compile("sgd", "mse")
    kept, computed = fit_loss(model)
    assert kept == computed
    assert len(runs) == 2 * 4
    model.fit([X], np.eye(3)[Y], verbose=0)
    assert len(model.predict([X], verbose=0)) == len(X)


def test_inputs_in_a_dict():
    given = layers.Input((8, 8, 3), name="image")
    features = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, trainable=False)(given))
    model = Model(given, layers.Dense(3)(features))
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, np.eye(3)[Y], shuffle=False, verbose=0)
    expected = model.get_weights()
    model.set_weights(before)
    model.fit({"image": X}, np.eye(3)[Y], shuffle=False, verbose=0)
    for mine, theirs in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    many = np.resize(X, (300, 8, 8, 3))
    found = model.predict({"image": many}, verbose=0)
    np.testing.assert_array_equal(found, model.predict(many, verbose=0))


def test_a_layer_that_gives_several_arrays():
    given = layers.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, trainable=False)(given)
    halves = layers.Lambda(lambda t: [t[..., :2], t[..., 2:]], output_shape=[(6, 6, 2)] * 2)(x)
    x = layers.Conv2D(2, 1, trainable=False)(layers.Subtract()(halves))
    model = Model(given, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))
    model.compile("sgd", "mse")
    kept, computed = fit_loss(model)
    assert kept == computed
    many = np.resize(X, (300, 8, 8, 3))
    one_by_one = model.predict(many[:200], verbose=0)
    np.testing.assert_allclose(model.predict(many, verbose=0)[:200], one_by_one, atol=1e-6)


def test_a_change_that_only_later_images_show_is_found_out():
    scale = [1.0]

    def of_bright_ones(x):
        return torch.where(x.amax() > 5, x * scale[0], x)

    x = X.copy()
    x[30:] *= 40
    results = []
    model = activated(of_bright_ones)
    weights = model.get_weights()
    for factor in (1.0, 70.0):
        scale[0] = factor
        for reuse in (True, False):
            model.set_weights(weights)
            model.fit(x, np.eye(3)[Y], shuffle=False, verbose=0, reuse_features=reuse)
            results.append(model.get_weights()[-1])
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[2], results[3])
    assert not np.array_equal(results[0], results[2])


def test_a_normalization_alone_is_no_prefix():
    scaled = layers.Normalization()
    scaled.adapt(X)
    assert scaled.weights
    model = Sequential([scaled, layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)])
    model.build((None, 8, 8, 3))
    assert names_after_the_prefix(model) is None
    model = Sequential([layers.Input((8, 8, 3)), scaled, backbone(), layers.Dense(3, name="head")])
    assert names_after_the_prefix(model) == ["head"]


def test_features_that_would_fill_the_disk_are_not_kept(monkeypatch, caplog, runs):
    whole = fitted(classifier())
    monkeypatch.setattr(
        "saccade.training.features.feature_reuse.KEPT", feature_table.FeatureTables(0)
    )
    usage = feature_table.shutil.disk_usage(".")
    monkeypatch.setattr(
        feature_table.shutil, "disk_usage", lambda folder: usage._replace(free=50 * 24)
    )
    runs.clear()
    assert_bits(fitted(classifier()), whole)
    assert "on 50 images would take" in caplog.text
    assert "TMPDIR says where" in caplog.text
    assert sum(runs) > 2 * 64


def test_evaluate_names_nothing_where_nothing_is_kept(monkeypatch):
    def fail(self):
        raise AssertionError

    model = classifier()
    monkeypatch.setattr("saccade.training.features.frozen_prefix.FrozenPrefix.name", fail)
    model.evaluate(X, Y, verbose=0)


def test_weights_written_as_they_were_change_nothing(capsys):
    class Rewrite(Callback):
        def on_epoch_end(self, epoch, logs=None):
            prefix = self.model.layers[0]
            prefix.set_weights(prefix.get_weights())

    classifier().fit(X, Y, epochs=3, verbose=2, callbacks=[Rewrite()])
    said = capsys.readouterr().out
    assert said.count("features of") == 1
    assert "computed once" in said


def test_random_layers_before_the_frozen_part_are_told_once(caplog):
    set_random_seed(0)
    model = Sequential([layers.RandomFlip(name="flip"), backbone(), layers.GlobalMaxPooling2D()])
    model.add(layers.Dense(3))
    model.compile("sgd", "mse")
    for _ in range(2):
        model.fit(X, np.eye(3)[Y], verbose=0)
    assert caplog.text.count("flip before it changes the images") == 1
    caplog.clear()
    notes.forget_notes()
    for first in (layers.RandomFlip(), layers.Rescaling(2.0)):
        own = [layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)]
        model = Sequential([layers.Input((8, 8, 3)), first, *own])
        model.compile("sgd", "mse")
        model.fit(X, np.eye(3)[Y], verbose=0)
    assert not caplog.records


def test_beyond_the_bound_features_lie_on_disk(monkeypatch):
    whole = fitted(classifier(), validation_split=0.2)
    tables = feature_table.FeatureTables(memory_bytes=6 * 4 * 10)  # ten rows of six numbers
    monkeypatch.setattr("saccade.training.features.feature_reuse.KEPT", tables)
    assert_bits(fitted(classifier(), validation_split=0.2), whole)
    assert sum(table.in_memory for table in tables._tables.values()) == 10
    assert any(table._kept.file.is_open for table in tables._tables.values())


def test_a_full_disk_costs_time_and_a_note(monkeypatch, caplog, capsys, runs):
    whole = fitted(classifier())
    tables = feature_table.FeatureTables(memory_bytes=6 * 4 * 10)
    monkeypatch.setattr("saccade.training.features.feature_reuse.KEPT", tables)

    class Full:
        def seek(self, place): ...

        def close(self): ...

        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(feature_table.tempfile, "TemporaryFile", lambda **options: Full())
    runs.clear()
    assert_bits(fitted(classifier(), verbose=2), whole)
    assert "features of 10 images computed once" in capsys.readouterr().out
    assert caplog.text.count("No space left on device") == 1
    assert sum(runs) == 32 + 3 * 64  # a try, and then what each batch misses, filled up to 16


def test_older_tables_make_room_for_new_ones():
    tables = feature_table.FeatureTables(memory_bytes=1000)
    one = tables.find(b"1", 100, (1,), torch.float32)
    two = tables.find(b"2", 100, (1,), torch.float32, beside=[one])
    three = tables.find(b"3", 100, (1,), torch.float32, beside=[two])
    assert [table.in_memory for table in (one, two, three)] == [100, 100, 100]
    assert list(tables._tables) == [b"2", b"3"]
    assert tables.find(b"2", 100, (1,), torch.float32) is two
    four = tables.find(b"4", 200, (1,), torch.float32, beside=[two, three])
    assert four.in_memory == 50


def test_an_interrupted_pass_is_taken_up_where_it_ended(monkeypatch, runs):
    monkeypatch.setattr(feature_source, "AT_A_TIME", 16)
    put = feature_table.FeatureTable.put

    def interrupted(self, places, features):
        kept = put(self, places, features)
        if 20 in places:
            raise KeyboardInterrupt
        return kept

    monkeypatch.setattr(feature_table.FeatureTable, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fitted(classifier())
    assert sum(runs) == 32
    monkeypatch.setattr(feature_table.FeatureTable, "put", put)
    fitted(classifier())
    assert sum(runs) == 64  # 32 more for the 18 images that were missing


def test_few_steps_of_many_images_compute_no_more_than_they_read(runs):
    fitted(classifier(), epochs=1, steps_per_epoch=2, batch_size=5)
    assert sum(runs) == 2 * 16
    fitted(classifier(), epochs=1, steps_per_epoch=2, batch_size=5)
    assert sum(runs) == 2 * 16


def test_one_line_says_so(capsys):
    set_random_seed(0)
    model = classifier()
    model.fit(X, Y, epochs=2, verbose=2, validation_split=0.2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("features of 50 images computed once, ")
    assert lines[0].endswith(" s")
    assert lines[1] == "Epoch 1/2"
    model.fit(X, Y, epochs=2, verbose=2, validation_split=0.2)
    assert capsys.readouterr().out.splitlines()[0] == (
        "features of 50 images known from an earlier fit"
    )
    model.fit(X, Y, epochs=1, verbose=0, validation_split=0.2)
    assert capsys.readouterr().out == ""


def test_the_first_bad_image_size_is_told():
    with pytest.raises(ValueError, match=r"must be \(None, 8, 8, 3\)"):
        fitted(classifier(), x=np.zeros((50, 9, 8, 3), np.float32))


def test_labels_are_checked_as_always():
    with pytest.raises(ValueError, match="7"):
        fitted(classifier(), y=np.full(50, 7))


def test_half_precision_features_are_kept_as_they_are():
    import saccade

    results = []
    for reuse in (True, False):
        saccade.mixed_precision.set_global_policy("mixed_bfloat16")
        try:
            model = classifier()
        finally:
            saccade.mixed_precision.set_global_policy("float32")
        assert model._reuse(True).prefix.dtype is torch.bfloat16
        results.append(fitted(model, reuse_features=reuse))
    assert_bits(*results)


def test_added_losses_are_those_of_one_call():
    def model_of():
        set_random_seed(2)
        head = layers.Dense(3, "softmax", activity_regularizer="l2", kernel_regularizer="l2")
        model = Sequential([backbone(), layers.Flatten(), head])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    class Look(Callback):
        def __init__(self):
            super().__init__()
            self.seen = []

        def on_train_batch_end(self, batch, logs=None):
            self.seen.append(self.model.evaluate(X, Y, verbose=0))

    look, plain_look = Look(), Look()
    kept = fitted(model_of(), callbacks=[look], validation_data=(X, Y))
    by_hand = model_of()
    by_hand._reuse = lambda *given: None  # layer by layer
    plain = fitted(by_hand, callbacks=[plain_look], validation_data=(X, Y))
    np.testing.assert_allclose(look.seen, plain_look.seen, rtol=1e-4)
    for name in kept[0]:
        np.testing.assert_allclose(kept[0][name], plain[0][name], rtol=1e-4)


def test_a_model_that_is_not_built_yet_is_built_for_the_images(photos, runs):
    for data in ((X, Y), (flow(photos),)):
        del runs[:]
        stack = [layers.Rescaling(2.0), *backbone().layers, layers.Flatten()]
        model = Sequential([*stack, layers.Dense(3, "softmax")])
        assert not model.built
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(*data, epochs=3, verbose=0)
        assert sum(runs) == {2: 64, 1: 32}[len(data)]


def test_evaluate_uses_what_fit_has_computed(photos, runs):
    model = classifier()
    train, held_out = flow(photos), flow(photos, target_size=(8, 8), shuffle=False)
    model.evaluate(held_out, verbose=0)
    assert not runs  # nothing is known yet: the layers themselves
    history = model.fit(train, validation_data=held_out, epochs=2, verbose=0).history
    del runs[:]
    loss, accuracy = model.evaluate(held_out, verbose=0)
    assert not runs
    assert (loss, accuracy) == (history["val_loss"][-1], history["val_acc"][-1])
    with torch.no_grad():
        x = np.concatenate([next(held_out)[0] for _ in range(len(held_out))])
        plain = model(torch.tensor(x), training=False).numpy()
    assert np.mean(plain.argmax(1) == held_out.classes) == pytest.approx(accuracy)
    Image.fromarray(np.full((10, 11, 3), 9, np.uint8)).save(photos / "dog" / "3.png")
    os.utime(photos / "dog" / "3.png", ns=(1, 1))
    assert model.evaluate(held_out, verbose=0)[0] != loss
    other = flow(photos, ImageDataGenerator(rescale=1 / 100), shuffle=False)
    assert model.evaluate(other, verbose=0)[0] != loss
