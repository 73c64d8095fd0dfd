"""What earlier Keras called otherwise: the old word has its old meaning, and is noted once."""

from __future__ import annotations

import abc
import copy
import inspect
import pickle
from pathlib import Path

import numpy as np
import pytest

from saccade import backend as K
from saccade import constraints, layers, notes, regularizers
from saccade.callbacks import (
    Callback,
    EarlyStopping,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TensorBoard,
)
from saccade.constraints import MaxNorm
from saccade.errors import InvalidArgument, NotSupported, ShapeError, UnknownName
from saccade.layers import (
    AtrousConvolution2D,  # noqa: F401 (spoken of in code that is evaluated)
    BatchNormalization,
    Conv2D,
    Convolution2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Input,
    Layer,
    MaxPooling2D,
    PReLU,
    SeparableConv2D,
    SeparableConvolution2D,  # noqa: F401
)
from saccade.metrics import Metric
from saccade.models import Model, Sequential, load_model
from saccade.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, Nadam, RMSprop
from saccade.preprocessing.image import ImageDataGenerator
from saccade.script_door import open_script_door

X, Y = np.random.RandomState(0).rand(20, 4, 4, 1), np.arange(20) % 3


@pytest.fixture(autouse=True)
def fresh(caplog):
    notes.forget_notes()
    caplog.set_level("DEBUG", "saccade")  # what one note stands for, too
    yield
    notes.forget_notes()


@pytest.fixture
def model():
    made = Sequential([Input((4, 4, 1)), Flatten(), Dense(3, "softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
    return made


class Batches:
    """An iterator of batches that says how large they are."""

    def __init__(self, batch_size=4):
        self.batch_size = batch_size

    def __len__(self):
        return -(-len(X) // self.batch_size)

    def __getitem__(self, place):
        part = slice(place * self.batch_size, (place + 1) * self.batch_size)
        return X[part], Y[part]


def said(caplog, words):
    return sum(words in record.getMessage() for record in caplog.records)


def test_nb_epoch_is_epochs(model, caplog):
    assert model.fit(X, Y, nb_epoch=3, verbose=0).epoch == [0, 1, 2]
    model.fit(X, Y, nb_epoch=1, verbose=0)
    assert said(caplog, "fit(nb_epoch=) is an old name of epochs") == 1


@pytest.mark.parametrize("word", ["workers", "use_multiprocessing", "max_queue_size", "max_q_size"])
def test_words_of_reading_have_no_effect_and_are_noted(model, caplog, word):
    model.fit(Batches(), verbose=0, **{word: 1})
    model.evaluate(Batches(), verbose=0, **{word: 1})
    model.predict(Batches(), verbose=0, **{word: 1})
    assert said(caplog, f"fit({word}=) is an old argument") == len(caplog.records) == 1


def test_samples_are_counted_in_batches(model):
    history = model.fit(
        Batches(), samples_per_epoch=10, nb_val_samples=5, validation_data=Batches(), verbose=0
    )
    assert history.params["steps"] == 3
    with pytest.raises(InvalidArgument, match=r"samples_per_epoch counts samples.*batch_size"):
        model.fit(X, Y, samples_per_epoch=10)


def test_samples_of_a_generator_are_counted_by_its_first_batch(model):
    taken = []

    def batches():
        for place in range(100):
            taken.append(place)
            yield Batches()[place % 5]

    history = model.fit_generator(batches(), samples_per_epoch=10, nb_epoch=2, verbose=0)
    assert (history.params["steps"], taken) == (3, [0, 1, 2, 3, 4, 5])


def test_samples_over_several_passes_count_the_short_last_batch(model):
    """A pass of 20 is batches of 8, 8 and 4: 40 samples are six batches, and not five."""
    flow = ImageDataGenerator().flow(X, Y, batch_size=8)
    for samples, steps in ((40, 6), (20, 3), (28, 4), (29, 5)):
        history = model.fit(flow, samples_per_epoch=samples, verbose=0)
        assert history.params["steps"] == steps


@pytest.mark.parametrize("word", ["val_samples", "nb_val_samples"])
def test_samples_to_evaluate_and_predict_on(model, word):
    assert model.evaluate_generator(Batches(), **{word: 9}) == model.evaluate_generator(
        Batches(), steps=3
    )
    assert model.predict_generator(iter([(X, Y)]), **{word: 9}).shape == (20, 3)


def rows_read(model, text, count):
    """How many rows a script of this text gets from predict_generator over 20 samples."""
    path = Path(f"script_{abs(hash(text))}.py")
    lines = f"{text}\nrows = len(model.predict_generator(flow, {count}))\n"
    path.write_text(lines)
    flow = ImageDataGenerator().flow(X, Y, batch_size=8, shuffle=False)
    scope = {"model": model, "flow": flow}
    exec(compile(lines, str(path.resolve()), "exec"), scope)
    return scope["rows"]


def test_a_number_without_a_name_counts_samples_in_a_script_of_keras_1(
    model, tmp_path, monkeypatch
):
    """VGG16's bottleneck features in Keras 1: predict_generator(generator, nb_train_samples)."""
    monkeypatch.chdir(tmp_path)
    later = "if False: model.fit_generator(flow, samples_per_epoch=20, nb_epoch=1)"
    assert rows_read(model, later, 20) == 20
    assert rows_read(model, later, 28) == 28
    assert rows_read(model, later, 3) == 20  # a pass has three batches
    assert rows_read(model, "if False: model.fit(X, Y, nb_epoch=1)", 20) == 20
    assert rows_read(model, "if False: model.fit(X, Y, nb_epoch=1)", 6) == 40  # batches
    assert rows_read(model, "samples_per_epoch = 20  # a name of the script's own", 6) == 40
    assert rows_read(model, "if False: model.fit(X, Y, epochs=1)", 6) == 40


@pytest.mark.parametrize("word", ["nb_epoch", "nb_val_samples"])
def test_beside_a_word_of_keras_1_the_first_number_of_fit_generator_counts_samples(model, word):
    validation = {"validation_data": Batches()} if word == "nb_val_samples" else {}
    history = model.fit_generator(Batches(), 10, verbose=0, **{word: 1}, **validation)
    assert history.params["steps"] == 3


def test_two_words_for_one_thing_are_refused(model):
    with pytest.raises(InvalidArgument, match=r"nb_epoch= and epochs= are two words"):
        model.fit(X, Y, nb_epoch=3, epochs=2)
    with pytest.raises(InvalidArgument, match=r"output_dim= and units= are two words"):
        Dense(units=3, output_dim=4)
    with pytest.raises(InvalidArgument, match=r"m= and max_value= are two words"):
        MaxNorm(max_value=1, m=2)


def test_metrics_of_a_batch_are_never_summed_up(model):
    rows = model.train_on_batch(X, Y, reset_metrics=True)
    assert len(rows) == 2
    with pytest.raises(NotSupported, match="reset_metrics=False"):
        model.train_on_batch(X, Y, reset_metrics=False)


def test_a_word_of_no_keras_is_refused_with_the_nearest(model):
    with pytest.raises(InvalidArgument, match=r"fit: has no such argument, got epoch=.*epochs"):
        model.fit(X, Y, epoch=3)


def test_signatures_are_those_without_old_words():
    assert list(inspect.signature(Model.fit).parameters)[:4] == ["self", "x", "y", "batch_size"]
    assert list(inspect.signature(Dense).parameters)[:1] == ["units"]


def test_fit_generator_has_the_order_of_keras_2(model, caplog):
    history = model.fit_generator(Batches(), 2.5, 2, 0)
    assert (history.epoch, history.params["steps"]) == ([0, 1], 3)
    assert said(caplog, "fit_generator is an old method") == 1


def test_fit_generator_with_nb_epoch_has_the_order_of_keras_1(model):
    history = model.fit_generator(Batches(), 9, nb_epoch=2, verbose=0, validation_data=Batches())
    assert (history.epoch, history.params["steps"]) == ([0, 1], 3)
    assert "val_acc" in history.history


def test_evaluate_and_predict_generator(model, caplog):
    assert model.evaluate_generator(Batches(), 2) == model.evaluate(Batches(), steps=2, verbose=0)
    rows = model.predict_generator(Batches(), steps=2)
    np.testing.assert_array_equal(rows, model.predict(X[:8], verbose=0))
    for word in ("evaluate_generator", "predict_generator"):
        assert said(caplog, f"{word} is an old method") == 1


def test_predict_classes_and_proba(model):
    rows = model.predict(X, verbose=0)
    np.testing.assert_array_equal(model.predict_proba(X), rows)
    np.testing.assert_array_equal(model.predict_classes(X), rows.argmax(axis=1))
    one = Sequential([Input((4, 4, 1)), Flatten(), Dense(1, "sigmoid")])
    classes = one.predict_classes(X)
    np.testing.assert_array_equal(classes, one.predict(X, verbose=0) > 0.5)
    assert (classes.shape, classes.dtype) == ((20, 1), np.int32)


def test_keras_1s_words_of_layers(caplog):
    old = Convolution2D(
        nb_filter=4, nb_row=3, nb_col=5, border_mode="same", subsample=(2, 1), init="he_normal",
        W_regularizer="l2", b_constraint="non_neg", bias=True, dim_ordering="tf",
    )  # fmt: skip
    new = Conv2D(
        4, (3, 5), padding="same", strides=(2, 1), kernel_initializer="he_normal",
        kernel_regularizer="l2", bias_constraint="non_neg",
    )  # fmt: skip
    assert {**old.get_config(), "name": ""} == {**new.get_config(), "name": ""}
    assert Dense(output_dim=7).units == 7
    assert Dropout(p=0.3).rate == 0.3
    assert GaussianNoise(sigma=0.2).stddev == 0.2
    assert MaxPooling2D((3, 3), border_mode="same").padding == "same"
    assert said(caplog, "Conv2D(border_mode=) is Keras 1's name of padding") == 1


@pytest.fixture
def guess():
    """What `saccade.install()` turns on."""
    open_script_door()
    yield
    open_script_door(False)


def test_the_third_number_is_keras_1s_under_its_name_and_beside_its_words(guess, caplog):
    for layer in (
        eval("Convolution2D(4, 3, 2)"),
        eval("layers.Convolution2D(4, 3, 2, activation='relu')"),
        Conv2D(4, 3, 2, border_mode="same"),
        eval("SeparableConvolution2D(4, 3, 2)"),
        eval("AtrousConvolution2D(4, 3, 2)"),
    ):
        assert (layer.kernel_size, layer.strides) == ((3, 2), (1, 1))
    notes.forget_notes()
    caplog.clear()
    both = "(Conv2D, Convolution2D(4, 3, 2))[1]"  # code of today, with Keras's other name of it
    for today in (
        Conv2D(4, 3, 2),
        eval(both),
        eval("Convolution2D(4, 3, strides=2)"),
        eval("Conv2D(4, 3, 2)"),
    ):
        assert (today.kernel_size, today.strides) == ((3, 3), (2, 2))
    assert not caplog.records
    assert Conv2D(4, 3, 3).strides == (3, 3)
    assert said(caplog, "Conv2D(4, 3, 3): the third number is the stride") == 1


def test_without_the_door_for_scripts_the_third_number_is_the_stride(caplog):
    for layer in (
        eval("Convolution2D(4, 3, 2)"),
        eval("layers.Convolution2D(4, 3, 2, activation='relu')"),
        eval("SeparableConvolution2D(4, 3, 2)"),
    ):
        assert (layer.kernel_size, layer.strides) == ((3, 3), (2, 2))
    assert not caplog.records
    assert eval("Convolution2D(4, 3, 3)").strides == (3, 3)
    assert said(caplog, "Conv2D(4, 3, 3): the third number is the stride") == 1
    # Beside a word of Keras 1, and under a name that only Keras 1 had, nothing is guessed.
    for layer in (
        eval("Convolution2D(4, 3, 2, border_mode='same')"),
        eval("AtrousConvolution2D(4, 3, 2)"),
    ):
        assert (layer.kernel_size, layer.strides) == ((3, 2), (1, 1))


def test_words_that_stand_for_others_in_some_layers():
    layer = SeparableConv2D(4, 3, init="ones")
    layer.build((None, 8, 8, 2))
    depthwise, pointwise, _ = layer.get_weights()
    assert depthwise.min() == pointwise.min() == 1
    slopes = PReLU(init="ones")
    slopes.build((None, 3))
    assert slopes.get_weights()[0].min() == 1
    assert BatchNormalization(mode=0).get_config()["momentum"] == 0.99
    with pytest.raises(NotSupported, match="mode must be 0"):
        BatchNormalization(mode=2)
    with pytest.raises(InvalidArgument, match="has no such argument, got mode="):
        Dense(3, mode=0)


def test_first_weights():
    kernel, bias = np.arange(6.0).reshape(2, 3), np.ones(3)
    layer = Dense(3, weights=[kernel, bias])
    np.testing.assert_array_equal(layer(np.eye(2, dtype="float32")).detach(), kernel + 1)
    with pytest.raises(ShapeError, match=r"set_weights needs shapes \[\(5, 3\), \(3,\)\]"):
        Dense(3, weights=[kernel, bias]).build_on((None, 5))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("sum", [5, 7]), ("mul", [4, 10]), ("ave", [2.5, 3.5]), ("max", [4, 5]), ("min", [1, 2]),
        ("concat", [1, 2, 4, 5]), ("dot", [14]), ("cos", [14 / (5**0.5 * 41**0.5)]),
        (lambda pair: pair[0] - pair[1], [-3, -3]),
    ],
)  # fmt: skip
def test_merge(mode, expected):
    a, b = Input((2,)), Input((2,))
    made = Model([a, b], layers.merge([a, b], mode=mode, output_shape=(2,)))
    rows = made.predict([np.array([[1.0, 2.0]]), np.array([[4.0, 5.0]])], verbose=0)
    np.testing.assert_allclose(rows, [expected], rtol=1e-6)


@pytest.mark.parametrize("mode", ["concat", "sum"])
def test_branches_at_the_beginning_of_a_sequential(mode):
    left = Sequential([layers.Dense(2, input_shape=(3,))])
    right = layers.Dense(3 if mode == "concat" else 2, input_shape=(4,))
    model = Sequential()
    model.add(layers.Merge([left, right], mode=mode))
    model.add(layers.Dense(7))
    model.pop()
    model.add(layers.Dense(1, use_bias=False))
    shown: list[str] = []
    model.summary(print_fn=shown.append)
    assert "(None, 1)" in shown[0]
    assert "unbuilt" not in shown[0]
    model.compile("sgd", "mse")
    x, y = [np.ones((6, 3)), np.ones((6, 4))], np.full(6, 9.0)
    before = [left.get_weights()[0], right.get_weights()[0]]
    history = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]
    after = [left.get_weights()[0], right.get_weights()[0]]
    assert not any((a == b).all() for a, b in zip(before, after, strict=True))
    hidden = [x[0] @ after[0] + left.get_weights()[1], x[1] @ after[1] + right.get_weights()[1]]
    hidden = np.concatenate(hidden, 1) if mode == "concat" else hidden[0] + hidden[1]
    expected = hidden @ model.layers[-1].get_weights()[0]
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5)


def test_modes_that_nobody_knows_are_refused():
    with pytest.raises(UnknownName, match="must be one of ave, concat"):
        layers.Merge(mode="together")
    with pytest.raises(NotSupported, match="Maximum"):
        _ = layers.MaxoutDense


def test_shapes_at_a_call():
    image = Input((4, 4, 1))
    layer = Flatten()
    layer(image)
    assert layer.get_input_shape_at(0) == (None, 4, 4, 1)
    assert layer.get_output_shape_at(0) == (None, 16)
    assert layer.get_output_at(0) is layer.output


def test_words_of_regularizers_and_constraints():
    assert regularizers.l2(l=0.5).l2 == regularizers.activity_l2(0.5).l2 == 0.5
    assert regularizers.l1l2(l1=1, l2=2).l1 == 1
    assert constraints.maxnorm(m=3).max_value == 3
    assert isinstance(constraints.get("nonneg"), constraints.NonNeg)


def test_words_of_tensorboard(tmp_path):
    TensorBoard(str(tmp_path), batch_size=32, write_grads=False, embeddings_layer_names=None)
    TensorBoard(str(tmp_path), write_grads=True)  # as in tf.keras 2, which left it aside
    with pytest.raises(NotSupported, match="load_weights_on_restart"):
        ModelCheckpoint(tmp_path / "m.keras", load_weights_on_restart=True)


def test_old_names_in_the_logs(model, tmp_path, caplog):
    """Until Keras 2.2 a metric was called "acc", however compile had named it."""
    seen = []

    class Watch(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((logs["val_acc"], logs.get("acc"), logs.get("auc", 7), "acc" in logs))

        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs.get("acc"))

    def mse(y_true, y_pred):
        return y_pred.var(-1)

    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", mse])
    history = model.fit(
        X, Y, batch_size=20, epochs=9, verbose=0, validation_data=(X, Y),
        callbacks=[
            Watch(), EarlyStopping("val_acc", patience=1), ReduceLROnPlateau(patience=50),
            ModelCheckpoint(str(tmp_path / "{val_acc:.2f}.h5"), save_weights_only=True),
        ],
    ).history  # fmt: skip
    assert len(history["loss"]) < 9  # val_acc was found, and stopped the training
    assert history["acc"] is history["accuracy"]
    assert history["val_mean_squared_error"] is history["val_mse"]
    assert history["lr"] is history["learning_rate"]
    assert "acc" not in history
    assert seen[:2] == [
        history["accuracy"][0], (history["val_accuracy"][0], history["accuracy"][0], 7, False)
    ]  # fmt: skip
    assert (tmp_path / f"{history['val_accuracy'][0]:.2f}.h5").exists()
    assert said(caplog, 'acc" in the logs is an old name of') == 1
    with pytest.raises(KeyError, match="val_auc"):
        history["val_auc"]
    assert pickle.loads(pickle.dumps(history)) == dict(history)


def test_epsilon_none_is_that_of_the_process():
    for kind in (Adagrad, Adadelta, Adam, Adamax, Nadam, RMSprop):
        assert kind(epsilon=None).epsilon == 1e-7


def test_orders_and_words_of_keras_2s_optimizers():
    old = SGD(0.1, 0.9, 1e-6, True)
    assert (old.decay, old.nesterov, old.weight_decay) == (1e-6, True, None)
    slow, today = Nadam(schedule_decay=0.004), Nadam()
    assert slow._u(10) == pytest.approx(0.9 * (1 - 0.5 * 0.96**0.04))
    assert today._u(10) == pytest.approx(0.9 * (1 - 0.5 * 0.96**10))
    assert Nadam.from_config(slow.get_config())._u(10) == slow._u(10)


def test_theanos_order_of_axes():
    assert Conv2D(4, 3, dim_ordering="th").data_format == "channels_first"
    assert Conv2D(4, 3, dim_ordering="tf").data_format == "channels_last"
    K.set_image_dim_ordering("th")
    assert Conv2D(4, 3, dim_ordering="default").data_format == "channels_first"
    with pytest.raises(InvalidArgument, match='dim_ordering must be "tf" or "th"'):
        Conv2D(4, 3, dim_ordering="theano")


def test_sizes_of_a_kernel_for_volumes(caplog):
    notes.forget_notes()
    made = layers.Convolution3D(8, 3, 2, 1, border_mode="same", subsample=(1, 2, 2))
    assert (made.filters, made.kernel_size, made.strides) == (8, (3, 2, 1), (1, 2, 2))
    assert "Conv3D(8, 3, 2, 1) is read as Keras 1 meant it: depth, rows and columns" in caplog.text
    named = layers.Conv3D(nb_filter=4, kernel_dim1=1, kernel_dim2=2, kernel_dim3=3)
    assert named.kernel_size == (1, 2, 3)
    assert layers.Conv3D(4, 3, 2).strides == (2, 2, 2)


def test_a_models_input_and_output():
    image = Input((4, 4, 1))
    made = Model(input=image, output=Flatten()(image))
    assert made.output_shape == (None, 16)


def test_words_that_a_layer_of_the_users_takes_are_its_own(caplog):
    class Own(Layer):
        def __init__(self, p, init="mine", **rest):
            super().__init__(**rest)
            self.p, self.init = p, init

    made = Own(p=3, init="x")
    assert (made.p, made.init) == (3, "x")
    assert not caplog.records


def test_metrics_as_the_third_argument_of_compile(model, caplog):
    model.compile("sgd", "sparse_categorical_crossentropy", ["acc"])
    assert "acc" in model.fit(X, Y, verbose=0).history
    assert said(caplog, "the third argument is taken for metrics") == 1
    model.compile("sgd", "sparse_categorical_crossentropy", [0.5], sample_weight_mode=None)
    assert list(model.fit(X, Y, verbose=0).history) == ["loss"]
    with pytest.raises(InvalidArgument, match="compile: has no such argument, got metric="):
        model.compile("sgd", "mse", metric=["acc"])


@pytest.mark.parametrize(("name", "weights_only"), [("b.h5", False), ("b.hdf5", True)])
def test_checkpoints_of_keras_2(model, tmp_path, name, weights_only):
    checkpoint = ModelCheckpoint(
        str(tmp_path / ("{epoch}" + name)), period=2, save_weights_only=weights_only
    )
    model.fit(X, Y, epochs=5, verbose=0, callbacks=[checkpoint])
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"2{name}", f"4{name}"]
    (model.load_weights if weights_only else load_model)(tmp_path / f"4{name}")


def test_epsilon_of_a_plateau_is_min_delta(caplog):
    assert ReduceLROnPlateau(epsilon=0.25).min_delta == 0.25
    assert said(caplog, "epsilon=) is the old name of min_delta") == 1


def test_a_layer_of_the_users_may_be_abstract():
    class Abstract(Layer, abc.ABC):
        @abc.abstractmethod
        def call(self, x): ...

    class Whole(Abstract):
        def call(self, x):
            return x + 1

    with pytest.raises(TypeError, match="abstract"):
        Abstract()
    assert float(Whole()(np.zeros((1, 1), "float32"))) == 1


def test_a_period_must_be_a_number_of_epochs(tmp_path):
    with pytest.raises(InvalidArgument, match="period must be at least 1"):
        ModelCheckpoint(tmp_path / "m.keras", period=0)


def test_a_weights_name_first():
    """As every layer and metric for tf.keras has it."""

    class Scale(Layer):
        def build(self, input_shape):
            n = int(input_shape[-1])
            self.a = self.add_weight("a", shape=[n], initializer="ones")
            self.b = self.add_weight("b", (n,), initializer="zeros", trainable=False)
            self.c = self.add_weight("c", (n,), "float32", "ones", None, None)
            self.d = self.add_weight("d", (n,), "ones")
            self.e = self.add_variable(name="e", shape=(n,), initializer="ones")
            super().build(input_shape)

        def call(self, x):
            return x * self.a + self.b + self.c

    layer = Scale()
    layer.build((None, 3))
    assert [weight.name for weight in layer.weights] == ["a", "c", "d", "e", "b"]
    assert [float(w.sum()) for w in layer.get_weights()] == [3, 3, 3, 3, 0]
    assert [weight.name for weight in layer.non_trainable_weights] == ["b"]

    class Hits(Metric):
        def __init__(self):
            super().__init__(name="hits")
            self.hits = self.add_weight("hits", initializer="zeros")

    assert float(Hits().hits) == 0


def test_weights_that_a_layer_of_keras_1_says_it_has():
    class Norm(Layer):
        def build(self, input_shape):
            made = {"gamma": K.variable(np.full(int(input_shape[-1]), 2.0), name="gamma")}
            self.made = made.get  # no attribute: only the next line says that it is a weight
            self.trainable_weights = [made["gamma"]]
            super().build(input_shape)

        def call(self, x):
            return x * self.made("gamma")

    model = Sequential([Input((3,)), Norm(), Dense(1)])
    assert len(model.layers[0].weights) == 1
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 3)), np.zeros(4), verbose=0)
    assert (model.layers[0].get_weights()[0] != 2).any()


def test_layers_pop_is_told_to_do_nothing(model, caplog):
    count = len(model.layers)
    model.layers.pop()
    model.layers.pop()
    assert len(model.layers) == count
    assert said(caplog, "model.layers.pop() takes nothing off the model") == 1
    assert isinstance(model.layers, list)


def stacked(functional):
    layers = [Flatten(name="flat"), Dense(4, name="low"), Dense(3, "softmax", name="top")]
    if not functional:
        return Sequential([Input((4, 4, 1)), *layers])
    symbol = image = Input((4, 4, 1))
    for layer in layers:
        symbol = layer(symbol)
    return Model(image, symbol)


@pytest.mark.parametrize("functional", [False, True])
@pytest.mark.parametrize("pops", [0, 1, 2])
def test_a_model_is_cut_off_as_keras_1_cut_it(functional, pops, caplog):
    """The fine-tuning scripts of 2016: pop, set the outputs, put another top on."""
    model = stacked(functional)
    below = model.layers[-1 - pops]
    expected = Model(model.input, below.output).predict(X, verbose=0)
    for _ in range(pops):
        model.layers.pop()
    model.outputs = [model.layers[-1].output]
    model.layers[-1].outbound_nodes = []
    assert model.layers[-1] is below
    assert model.output is model.outputs[0] is below.output
    assert said(caplog, "cuts the model off there") == 1
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-6)
    assert len(model.weights) == 2 * (2 - pops) == len(list(model.parameters()))
    top = Dense(2, "softmax", name="new")
    if functional:
        model = Model(model.input, top(model.layers[-1].output))
    else:
        model.add(top)
    model.compile("sgd", "mse")
    model.fit(X, np.ones((len(X), 2)), verbose=0)
    assert model.predict(X, verbose=0).shape == (len(X), 2)
    assert len(model.get_config()["layers"]) == 2 + 3 - pops


@pytest.mark.parametrize("functional", [False, True])
def test_outputs_in_the_middle_and_foreign_ones(functional):
    model = stacked(functional)
    model.outputs = [model.get_layer("low").output]
    assert model.output_shape == (None, 4)
    with pytest.raises(InvalidArgument, match="must be symbols of the model's"):
        model.outputs = [stacked(functional).layers[0].output]
    with pytest.raises(InvalidArgument, match="must be symbols of the model's"):
        model.outputs = None
    assert model.output_shape == (None, 4)
    for made in (pickle.loads(pickle.dumps(model.layers)), copy.copy(model.layers)):
        assert type(made) is list
        assert [layer.name for layer in made][-2:] == ["flat", "low"]


def test_metrics_of_one_list_for_every_output(caplog):
    image = Input((4, 4, 1))
    flat = Flatten()(image)
    outputs = [Dense(3, "softmax", name=name)(flat) for name in ("a", "b")]
    made = Model(image, outputs)
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = made.fit(X, [Y, Y], verbose=0).history
    assert {"a_accuracy", "b_accuracy"} <= set(history)
    assert said(caplog, "one list for all outputs is taken for each of them") == 1


def test_more_of_compiles_old_order(model):
    def own(y_true, y_pred):
        return y_pred[:, 0]

    for third, fourth in (([own], ()), (["acc"], (None,)), ({"dense": "acc"}, ())):
        model = Sequential([Input((4, 4, 1)), Flatten(), Dense(3, "softmax", name="dense")])
        model.compile("sgd", "sparse_categorical_crossentropy", third, *fourth)
        assert len(model.fit(X, Y, verbose=0).history) == 2


def test_orders_of_keras_2s_methods_and_optimizers(model):
    rows = model.predict_generator(Batches(), 2, 10)
    np.testing.assert_array_equal(rows, model.predict(X[:8], verbose=0))
    assert model.evaluate_generator(Batches(), 2, 10, 1) == model.evaluate_generator(Batches(), 2)
    adam = Adam(0.1, 0.9, 0.999, 1e-8, 0.01)
    assert (adam.decay, adam.amsgrad, adam.epsilon) == (0.01, False, 1e-8)
    rms = RMSprop(0.1, 0.9, 1e-8, 0.5)
    assert (rms.decay, rms.momentum, rms.epsilon) == (0.5, 0.0, 1e-8)
    assert RMSprop(0.1, 0.9, 0.5).momentum == 0.5


def test_counts_of_validation_samples_beside_arrays_have_no_effect(model, caplog):
    model.fit(Batches(), validation_data=(X, Y), nb_val_samples=20, verbose=0)
    assert said(caplog, "nb_val_samples=) has no effect: the validation data are arrays") == 1


def test_names_with_a_slash():
    made = Sequential([Input((4, 4, 1)), Flatten(name="fire2/squeeze1x1")])
    assert made.get_layer("fire2/squeeze1x1").name == "fire2_squeeze1x1"


def test_callbacks_find_the_validation_data(model):
    """The F1 callback of many kernels predicts on them."""
    seen = []

    class Scores(Callback):
        def on_epoch_end(self, epoch, logs=None):
            predicted = np.asarray(self.model.predict(self.validation_data[0], verbose=0))
            seen.append((predicted.shape, self.validation_data[1]))

    model.fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[Scores()])
    model.fit(X, Y, validation_split=0.25, verbose=0, callbacks=[Scores()])
    assert [shape for shape, _ in seen] == [(20, 3), (5, 3)]
    np.testing.assert_array_equal(seen[1][1], Y[15:])


def test_hints_that_change_no_number(model, caplog):
    model.compile("sgd", "sparse_categorical_crossentropy", steps_per_execution=8)
    model.fit(X, Y, verbose=0)
    assert said(caplog, "steps_per_execution=) changes no number") == 1
    model._make_predict_function()
    assert said(caplog, "make_predict_function and its kin have no effect") == 1
