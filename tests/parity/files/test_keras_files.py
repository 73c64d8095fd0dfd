"""Files between saccade and Keras, both ways: the same predictions and the same next steps."""

import io
import json
import warnings
import zipfile

import h5py
import numpy as np
import pytest
import torch

import saccade.layers
import saccade.losses
import saccade.metrics
import saccade.optimizers
from parity.reference import close, keras, normal
from saccade import activations, initializers
from saccade.models import Sequential, load_model

# Keras's own arrays lag behind NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

IMAGES = (3, 8, 8, 3)
LAYERS = {
    "InputLayer": ("Flatten", {}),  # every model of this file starts with one
    "Conv2D": ("Conv2D", {"filters": 4, "kernel_size": 3}),
    "Conv2D with all": (
        "Conv2D",
        {
            "filters": 4,
            "kernel_size": (2, 3),
            "strides": (2, 1),
            "padding": "same",
            "groups": 1,
            "activation": "tanh",
            "use_bias": False,
            "kernel_initializer": "he_normal",
            "name": "my_conv",
        },
    ),
    "Conv2D dilated": ("Conv2D", {"filters": 2, "kernel_size": 2, "dilation_rate": 2}),
    "Conv2D bias": ("Conv2D", {"filters": 2, "kernel_size": 1, "bias_initializer": "ones"}),
    "MaxPooling2D": ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}),
    "AveragePooling2D": ("AveragePooling2D", {"pool_size": (2, 2)}),
    "Flatten": ("Flatten", {}),
    "Dense": ("Dense", {"units": 5, "activation": "softmax"}),
    "Dense no bias": ("Dense", {"units": 5, "use_bias": False, "trainable": False}),
    "Activation": ("Activation", {"activation": "relu"}),
    "Dropout": ("Dropout", {"rate": 0.25, "seed": 3, "noise_shape": (None, 1, 1, 3)}),
}


STATES = pytest.mark.parametrize(
    ("built", "compiled"),
    [(True, True), (True, False), (False, True), (False, False)],
    ids=["built compiled", "built", "compiled", "bare"],
)


def model_of(library, layer, options, built=True, compiled=False):
    """The same model in either library: the layer under test, then an output of two numbers."""
    parts = library.layers
    stack = [parts.Input(IMAGES[1:])] if built else []
    stack += [getattr(parts, layer)(**options), parts.Flatten(), parts.Dense(2)]
    model = (library.Sequential if library is keras else Sequential)(stack)
    if compiled:
        model.compile("adam", "mse", metrics=["acc"])
    return model


def keras_load(path, custom_objects=None):
    with warnings.catch_warnings():  # Keras warns about its own files of untrained models too
        warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
        return keras.saving.load_model(path, custom_objects=custom_objects)


def keras_save(model, path):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are saving a model that has not yet been built")
        model.save(path)


def predicted(model, x):
    return np.asarray(model.predict(x, verbose=0))


def config_of(path) -> dict:
    return json.loads(zipfile.ZipFile(path).read("config.json"))


def tree_of(path) -> dict:
    """Every path in the file of weights: shape and kind of the numbers, or the group's name."""
    source = zipfile.ZipFile(path).read("model.weights.h5") if path.suffix == ".keras" else None
    with h5py.File(path if source is None else io.BytesIO(source)) as file:
        tree = {}

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                tree[name] = (item.shape, item.dtype.kind)
            else:
                tree[name] = item.attrs.get("name")

        file.visititems(visit)
    return tree


@pytest.mark.sampled
@pytest.mark.parametrize("case", LAYERS)
@STATES
def test_keras_reads_what_saccade_wrote(tmp_path, case, built, compiled):
    torch.manual_seed(1)
    model = model_of(saccade, *LAYERS[case], built, compiled)
    model.save(tmp_path / "m.keras")
    theirs = keras_load(tmp_path / "m.keras")
    assert [layer.name for layer in theirs.layers] == [layer.name for layer in model.layers]
    assert [layer.trainable for layer in theirs.layers] == [o.trainable for o in model.layers]
    x = normal(IMAGES, seed=2)
    assert (theirs.built, theirs.compiled) == (built, compiled)
    if built:
        close(predicted(model, x), predicted(theirs, x))
    else:
        assert predicted(theirs, x).shape == (3, 2)


@pytest.mark.sampled
@pytest.mark.parametrize("case", LAYERS)
@STATES
def test_saccade_reads_what_keras_wrote(tmp_path, case, built, compiled):
    keras.utils.set_random_seed(1)
    theirs = model_of(keras, *LAYERS[case], built, compiled)
    keras_save(theirs, tmp_path / "m.keras")
    model = load_model(tmp_path / "m.keras")
    assert model.name == theirs.name
    assert [layer.name for layer in model.layers] == [layer.name for layer in theirs.layers]
    assert [layer.trainable for layer in model.layers] == [o.trainable for o in theirs.layers]
    x = normal(IMAGES, seed=2)
    assert (model.built, model.compiled) == (built, compiled)
    if built:
        close(predicted(model, x), predicted(theirs, x))
    else:
        assert predicted(model, x).shape == (3, 2)


@pytest.mark.parametrize("case", LAYERS)
def test_the_two_write_the_same_tree_and_the_same_config(tmp_path, case):
    """Save for what only Keras writes: ids of shared objects, axes of initialisers."""
    ours, theirs = (model_of(library, *LAYERS[case]) for library in (saccade, keras))
    for model in (ours, theirs):
        model.compile("adam", "mse", metrics=["acc"])
        model.fit(normal(IMAGES, 1), normal((3, 2), 2), verbose=0)
    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    tree, their_tree = (tree_of(tmp_path / f"{who}.keras") for who in ("ours", "theirs"))
    assert {k: v for k, v in tree.items() if isinstance(v, tuple)} == {
        k: v for k, v in their_tree.items() if isinstance(v, tuple)
    }
    assert tree.keys() == their_tree.keys()
    assert_record(config_of(tmp_path / "ours.keras"), config_of(tmp_path / "theirs.keras"))


def assert_record(ours, theirs, place="record"):
    """Every field that Keras writes is there with Keras's value, names aside."""
    if isinstance(theirs, dict):
        for key, value in theirs.items():
            if key in ("name", "shared_object_id", "input_axes", "output_axes"):
                continue
            if key == "module" and str(value).startswith("keras.src.backend.torch"):
                assert ours[key] == "keras.optimizers"  # as on TensorFlow and JAX
                continue
            if key == "registered_name":
                assert ours[key] is None
                continue
            assert key in ours, f"{place}.{key} is missing"
            assert_record(ours[key], value, f"{place}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), place
        for number, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            assert_record(a, b, f"{place}[{number}]")
    else:
        assert ours == theirs, place


@pytest.mark.parametrize("word", sorted(initializers.CLASSES))
def test_every_initialiser_travels_both_ways(tmp_path, word):
    options = {"value": 0.5} if word == "Constant" else {}
    ours = Sequential([saccade.layers.Input((3,))])
    made = initializers.CLASSES[word](**options)
    ours.add(saccade.layers.Dense(2, kernel_initializer=made))
    ours.save(tmp_path / "ours.keras")
    theirs = keras_load(tmp_path / "ours.keras")
    assert type(theirs.layers[0].kernel_initializer).__name__ == word
    theirs.save(tmp_path / "theirs.keras")
    back = load_model(tmp_path / "theirs.keras")
    assert back.get_config() == ours.get_config()


# "threshold" needs arguments, and Keras's sparsemax is another function (DEPARTURES.md).
@pytest.mark.sampled
@pytest.mark.parametrize("word", sorted({*activations.FUNCTIONS} - {"sparsemax", "threshold"}))
def test_every_activation_travels_both_ways(tmp_path, word):
    ours = Sequential([saccade.layers.Dense(4, activation=word, input_shape=(3,))])
    ours.add(saccade.layers.Activation(word))
    ours.save(tmp_path / "ours.keras")
    theirs = keras_load(tmp_path / "ours.keras")
    x = normal((5, 3), seed=4)
    close(predicted(ours, x), predicted(theirs, x))
    theirs.save(tmp_path / "theirs.keras")
    back = load_model(tmp_path / "theirs.keras")
    assert back.get_config() == ours.get_config()
    close(predicted(back, x), predicted(theirs, x))


def nested(library):
    parts, stack = library.layers, keras.Sequential if library is keras else Sequential
    inner = stack([parts.Input((8, 8, 3)), parts.Conv2D(2, 3), parts.Conv2D(2, 3)])
    head = stack([parts.Flatten(), parts.Dense(4), parts.Dense(2)])
    return stack([inner, stack([parts.Conv2D(3, 1)]), head])


@pytest.mark.parametrize("writer", ["saccade", "keras"])
def test_models_inside_models_travel(tmp_path, writer):
    model = nested(keras if writer == "keras" else saccade)
    x = normal(IMAGES, seed=2)
    before = predicted(model, x)
    model.save(tmp_path / "m.keras")
    read = (load_model if writer == "keras" else keras_load)(tmp_path / "m.keras")
    close(before, predicted(read, x))
    assert [one.name for one in read.layers[2].layers] == [o.name for o in model.layers[2].layers]
    assert list(tree_of(tmp_path / "m.keras")) == [
        path for path in tree_of(tmp_path / "m.keras") if not path.startswith("_")
    ]


def test_two_layers_of_a_class_are_numbered_not_named(tmp_path):
    model = Sequential([saccade.layers.Dense(2, name="zebra", input_shape=(3,))])
    model.add(saccade.layers.Dense(2, name="ant"))
    model.save(tmp_path / "m.keras")
    tree = tree_of(tmp_path / "m.keras")
    assert tree["layers/dense/vars"] == "zebra"
    assert tree["layers/dense_1/vars"] == "ant"


OPTIMIZERS = {
    "SGD": {},
    "SGD momentum": {"momentum": 0.9},
    "SGD nesterov": {"momentum": 0.9, "nesterov": True, "learning_rate": 0.02},
    "SGD clipped": {"clipnorm": 0.5, "weight_decay": 0.01},
    "Adam": {},
    "Adam amsgrad": {"amsgrad": True, "learning_rate": 0.003},
    "Adam betas": {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-5},
    "RMSprop": {},
    "RMSprop momentum": {"momentum": 0.5},
    "RMSprop centered": {"centered": True, "momentum": 0.5, "rho": 0.8},
}
X, Y = normal((24, 6), seed=5), np.random.RandomState(6).randint(0, 3, 24)


def trained(library, case):
    parts, options = library.layers, OPTIMIZERS[case]
    model = (keras.Sequential if library is keras else Sequential)(
        [parts.Input((6,)), parts.Dense(5, activation="tanh"), parts.Dense(3, activation="softmax")]
    )
    optimizer = getattr(library.optimizers, case.split()[0])(**options)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["acc"])
    return train(model, 2)


def train(model, epochs):
    model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
    return model


def assert_same_training(ours, theirs):
    assert ours.optimizer.iterations == int(theirs.optimizer.iterations)
    assert float(ours.optimizer.learning_rate) == pytest.approx(
        float(theirs.optimizer.learning_rate), rel=1e-6
    )
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        close(mine, other)
    a, b = (model.evaluate(X, Y, verbose=0) for model in (ours, theirs))
    close(np.array(a), np.array(b))


@pytest.mark.sampled
@pytest.mark.parametrize("case", OPTIMIZERS)
def test_training_that_keras_began_goes_on_here(tmp_path, case):
    keras.utils.set_random_seed(7)
    theirs = trained(keras, case)
    theirs.save(tmp_path / "m.keras")
    assert "keras.src.backend.torch" in str(config_of(tmp_path / "m.keras")["compile_config"])
    ours = load_model(tmp_path / "m.keras")
    assert_same_training(ours, theirs)
    assert_same_training(train(ours, 4), train(theirs, 4))


@pytest.mark.sampled
@pytest.mark.parametrize("case", OPTIMIZERS)
def test_training_that_began_here_goes_on_in_keras(tmp_path, case):
    torch.manual_seed(7)
    ours = trained(saccade, case)
    ours.save(tmp_path / "m.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no "Skipping variable loading": the state was taken
        theirs = keras.saving.load_model(tmp_path / "m.keras")
    assert_same_training(ours, theirs)
    assert_same_training(train(ours, 4), train(theirs, 4))


def test_a_file_named_as_keras_names_it_on_tensorflow_and_jax(tmp_path):
    """Those name the public class, write text for the dtype and True for jit_compile."""
    theirs = trained(keras, "Adam")
    theirs.save(tmp_path / "torch.keras")
    config = config_of(tmp_path / "torch.keras")
    config["compile_config"]["jit_compile"] = True
    config["compile_config"]["optimizer"] |= {"module": "keras.optimizers", "registered_name": None}
    for layer in config["config"]["layers"]:
        layer["config"]["dtype"] = "float32"
    with (
        zipfile.ZipFile(tmp_path / "torch.keras") as source,
        zipfile.ZipFile(tmp_path / "other.keras", "w") as target,
    ):
        for name in source.namelist():
            text = json.dumps(config) if name == "config.json" else source.read(name)
            target.writestr(name, text)
    ours = load_model(tmp_path / "other.keras")
    assert_same_training(train(ours, 2), train(theirs, 2))


LOSSES = {
    "word": ("mse", ["mse", "acc"], (24, 3)),
    "other case": ("MSE", ["acc"], (24, 3)),
    "letter case": ("Mean_Squared_Error", None, (24, 3)),
    "sparse": ("SparseCategoricalCrossentropy", ["SparseCategoricalAccuracy"], None),
    "categorical": ("CategoricalCrossentropy", ["CategoricalAccuracy"], (24, 3)),
    "binary": ("BinaryCrossentropy", ["BinaryAccuracy"], (24, 3)),
    "error": ("MeanSquaredError", ["MeanSquaredError"], (24, 3)),
}
OPTIONS = {
    "SparseCategoricalCrossentropy": {"ignore_class": 7},
    "CategoricalCrossentropy": {"label_smoothing": 0.1},
    "BinaryCrossentropy": {"label_smoothing": 0.1},
    "BinaryAccuracy": {"threshold": 0.3},
}


@pytest.mark.parametrize("case", LOSSES)
def test_losses_and_metrics_travel_both_ways(tmp_path, case):
    loss, metrics, shape = LOSSES[case]
    y = Y if shape is None else np.eye(3, dtype="float32")[Y]
    if isinstance(getattr(saccade.losses, loss, None), type):  # the others are words
        loss = getattr(saccade.losses, loss)(**OPTIONS.get(loss, {}))
        metrics = [getattr(saccade.metrics, one)(**OPTIONS.get(one, {})) for one in metrics]
    ours = Sequential([saccade.layers.Dense(3, activation="sigmoid", input_shape=(6,))])
    ours.compile("sgd", loss, metrics=metrics)
    ours.save(tmp_path / "ours.keras")
    theirs = keras_load(tmp_path / "ours.keras")
    expected = ours.evaluate(X, y, verbose=0, return_dict=True)
    got = theirs.evaluate(X, y, verbose=0, return_dict=True)
    theirs.save(tmp_path / "theirs.keras")
    back = load_model(tmp_path / "theirs.keras")
    assert back.evaluate(X, y, verbose=0, return_dict=True) == pytest.approx(expected)
    assert got == pytest.approx(expected, abs=1e-5)


def block_of(library):
    """A user's layer: weights beside layers in attributes, a list, a dict and a nest of both."""
    dense = library.layers.Dense

    class Block(library.layers.Layer):
        def __init__(self, units=2, **placement):
            super().__init__(**placement)
            self.units = units
            self.zone, self._hidden = dense(units), dense(units)
            self._again = self.zone  # a layer has one place, the first by name, private ones last
            self.heads = [dense(units), dense(units)]
            self.named = {"right": dense(units), "left": [dense(units), (dense(units),)]}

        def build(self, input_shape):
            self.fixed = self.add_weight(shape=(), trainable=False, initializer="ones")
            self.scale = self.add_weight(shape=(self.units,), initializer="ones")
            for layer in self.inner():
                layer.build(input_shape)

        def inner(self):
            right, left = self.named["right"], self.named["left"]
            return [self.zone, self._hidden, *self.heads, right, left[0], left[1][0]]

        def call(self, x):
            total = sum((n + 1) * layer(x) for n, layer in enumerate(self.inner()))
            return total * self.scale * self.fixed

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return Block


def test_a_layer_of_the_users_own_travels_both_ways(tmp_path):
    torch.manual_seed(3)
    our_block, their_block = block_of(saccade), block_of(keras)
    ours = Sequential([saccade.layers.Input((4,)), our_block(3), saccade.layers.Dense(2)])
    ours.get_layer(index=0).scale.assign(np.array([1.0, 2.0, 3.0], "float32"))
    ours.save(tmp_path / "ours.keras")
    theirs = keras_load(tmp_path / "ours.keras", custom_objects={"Block": their_block})
    x = normal((5, 4), seed=4)
    close(predicted(ours, x), predicted(theirs, x))
    theirs.save(tmp_path / "theirs.keras")
    assert tree_of(tmp_path / "ours.keras").keys() == tree_of(tmp_path / "theirs.keras").keys()
    back = load_model(tmp_path / "theirs.keras", custom_objects={"Block": our_block})
    close(predicted(back, x), predicted(theirs, x))


def test_layers_of_a_users_sequential_come_before_its_other_attributes(tmp_path):
    def made(library):
        class Headed(keras.Sequential if library is keras else Sequential):
            pass

        model = Headed([library.layers.Input((3,)), library.layers.Dense(2)])
        model.first = model.layers[0]
        model.apart = library.layers.Dense(1)
        model.apart.build((None, 2))
        model.save(tmp_path / f"{library.__name__}.keras")
        return tree_of(tmp_path / f"{library.__name__}.keras").keys()

    assert made(saccade) == made(keras)


def test_a_function_of_the_users_own_travels_both_ways(tmp_path):
    def twice(x):
        return x * 2

    ours = Sequential([saccade.layers.Dense(2, activation=twice, input_shape=(3,))])
    ours.save(tmp_path / "ours.keras")
    theirs = keras_load(tmp_path / "ours.keras", custom_objects={"twice": twice})
    theirs.save(tmp_path / "theirs.keras")
    back = load_model(tmp_path / "theirs.keras", custom_objects={"twice": twice})
    x = normal((5, 3), seed=4)
    close(predicted(ours, x), predicted(theirs, x))
    close(predicted(back, x), predicted(theirs, x))


def test_keras_leaves_our_entry_alone(tmp_path):
    model = Sequential([saccade.layers.Dense(2, input_shape=(3,))])
    model.preprocessing, model.class_names = {"rescale": 1 / 255}, ["cat", "dog"]
    model.save(tmp_path / "m.keras")
    assert zipfile.ZipFile(tmp_path / "m.keras").namelist()[-1] == "saccade.json"
    theirs = keras_load(tmp_path / "m.keras")
    x = normal((5, 3), seed=4)
    close(predicted(model, x), predicted(theirs, x))
    theirs.save(tmp_path / "again.keras")
    back = load_model(tmp_path / "again.keras")
    assert (back.preprocessing, back.class_names) == (None, None)


def test_metadata_has_the_keys_of_keras(tmp_path):
    ours, theirs = (model_of(library, "Flatten", {}) for library in (saccade, keras))
    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    archives = [zipfile.ZipFile(tmp_path / f"{who}.keras") for who in ("ours", "theirs")]
    mine, other = (json.loads(one.read("metadata.json")) for one in archives)
    assert list(mine) == list(other)
    assert mine["keras_version"] == keras.__version__
    assert len(mine["date_saved"]) == len(other["date_saved"])
    assert archives[0].namelist()[:3] == archives[1].namelist()
    assert {entry.compress_type for entry in archives[0].infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize("writer", ["saccade", "keras"])
def test_weights_alone_travel(tmp_path, writer):
    makers = {"saccade": saccade, "keras": keras}
    source = trained(makers[writer], "Adam amsgrad")
    (reader,) = set(makers) - {writer}
    target = trained(makers[reader], "Adam amsgrad")
    source.save_weights(tmp_path / "m.weights.h5")
    target.load_weights(tmp_path / "m.weights.h5")
    ours, theirs = (source, target) if writer == "saccade" else (target, source)
    assert_same_training(ours, theirs)
    assert_same_training(train(ours, 2), train(theirs, 2))
