"""Classes and functions of the user's own in files."""

import json
import zipfile

import numpy as np
import pytest
import torch

from saccade import activations, losses, metrics, utils
from saccade.errors import FileFormatError, InvalidArgument, UnknownName
from saccade.initializers import Initializer
from saccade.layers import Activation, Dense, Flatten, Layer
from saccade.losses import Loss
from saccade.metrics import Mean
from saccade.models import Model, Sequential, load_model
from saccade.notes import forget_notes

X = np.random.RandomState(1).standard_normal((6, 4)).astype("float32")
Y = np.random.RandomState(2).standard_normal((6, 2)).astype("float32")


class Scale(Layer):
    def __init__(self, factor=1.0, **placement):
        super().__init__(**placement)
        self.factor = factor

    def build(self, input_shape):
        self.gain = self.add_weight((input_shape[-1],), "ones", name="gain")

    def call(self, x):
        return x * self.gain * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class Wrapped(Layer):
    """Holds layers, which its first call builds."""

    def __init__(self, inner, **placement):
        super().__init__(**placement)
        self.inner = inner
        self.last = Dense(2)

    def call(self, x):
        return self.last(self.inner(x))

    def get_config(self):
        return {**super().get_config(), "inner": self.inner}


class Own(Model):
    """A model of the plainest kind: no arguments, no get_config."""

    def __init__(self):
        super().__init__()
        self.zoo = Dense(3)
        self.blocks = [Dense(3), Dense(2)]

    def call(self, x):
        for block in (self.zoo, *self.blocks):
            x = block(x)
        return x


class OwnSequential(Sequential):
    pass


class Cubic(Loss):
    def __init__(self, power=3, name="cubic"):
        super().__init__(name)
        self.power = power

    def call(self, y_true, y_pred):
        return ((y_true - y_pred).abs() ** self.power).mean(-1)

    def get_config(self):
        return {"power": self.power, "name": self.name}


class Largest(Mean):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_pred.max(-1).values)


class Sevens(Initializer):
    def __call__(self, shape, dtype=None):
        return torch.full(tuple(shape), 7.0)


def twice(x):
    return 2 * x


def gap(y_true, y_pred):
    return (y_true - y_pred).abs().mean(-1)


OWN = {
    one.__name__: one
    for one in (Scale, Wrapped, Own, OwnSequential, Cubic, Largest, Sevens, twice, gap)
}


def there_and_back(model, path):
    model.save(path)
    read = load_model(path, custom_objects=OWN)
    np.testing.assert_array_equal(read.predict(X, verbose=0), model.predict(X, verbose=0))
    return read


def test_a_layer(tmp_path):
    model = Sequential([Scale(3, input_shape=(4,)), Dense(2)])
    model.layers[0].gain.assign(np.arange(4.0))
    read = there_and_back(model, tmp_path / "m.keras")
    assert type(read.layers[0]) is Scale
    assert read.get_config() == model.get_config()


def test_a_layer_that_holds_layers(tmp_path):
    model = Sequential([Wrapped(Scale(2), name="outer"), Dense(2)])
    model(X)
    read = there_and_back(model, tmp_path / "m.keras")
    assert type(read.layers[0].inner) is Scale
    assert read.layers[0].inner.factor == 2


@pytest.mark.parametrize("cls", [Own, OwnSequential])
def test_a_model(tmp_path, cls):
    model = cls() if cls is Own else cls([Dense(3), Dense(2)])
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    read = there_and_back(model, tmp_path / "m.keras")
    assert type(read) is cls
    assert read.name == model.name
    assert read.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)


def test_a_model_with_a_compile_of_its_own_is_left_to_the_user(tmp_path, caplog):
    class Picky(Sequential):
        def compile(self, word):
            super().compile(word, "mse")

    model = Picky([Dense(2, input_shape=(4,))])
    model.compile("sgd")
    model.save(tmp_path / "m.keras")
    forget_notes()
    read = load_model(tmp_path / "m.keras", custom_objects={"Picky": Picky})
    assert not read.compiled
    assert "compile() of its own" in caplog.text


def test_losses_metrics_initialisers_and_functions(tmp_path):
    model = Sequential([Dense(2, twice, kernel_initializer=Sevens(), input_shape=(4,))])
    model.compile("sgd", Cubic(4), metrics=[Largest("largest"), gap, "mse"])
    read = there_and_back(model, tmp_path / "m.keras")
    assert read.layers[0].activation is twice
    assert type(read.layers[0].kernel_initializer) is Sevens
    expected = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert list(expected) == ["gap", "largest", "loss", "mse"]
    assert read.evaluate(X, Y, verbose=0, return_dict=True) == expected
    model.compile("sgd", gap)
    assert there_and_back(model, tmp_path / "m.keras").loss is gap


def test_a_name_with_a_package_is_found_by_either(tmp_path):
    Sequential([Scale(input_shape=(4,))]).save(tmp_path / "m.keras")
    rewrite(tmp_path / "m.keras", '"registered_name": "Scale"', '"registered_name": "mine>Scale"')
    for word in ("mine>Scale", "Scale"):
        assert load_model(tmp_path / "m.keras", custom_objects={word: Scale}).built
    Sequential([Dense(2, twice, input_shape=(4,))]).save(tmp_path / "m.keras")
    rewrite(tmp_path / "m.keras", '"twice"', '"mine>twice"')
    for word in ("mine>twice", "twice"):
        assert load_model(tmp_path / "m.keras", custom_objects={word: twice}).built


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: [Scale(input_shape=(4,))], "Scale"),
        (lambda: [Dense(2, twice, input_shape=(4,))], "twice"),
        (lambda: [Dense(2, kernel_initializer=Sevens(), input_shape=(4,))], "Sevens"),
    ],
)
def test_what_is_not_passed_is_named(tmp_path, make, word):
    Sequential(make()).save(tmp_path / "m.keras")
    with pytest.raises(UnknownName, match=f"custom_objects.*holds other.*, got '{word}'"):
        load_model(tmp_path / "m.keras", custom_objects={"other": twice})


def test_a_users_function_is_not_taken_for_keras_s_of_the_same_name(tmp_path):
    def relu(x):
        return x * 0

    Sequential([Activation(relu, input_shape=(4,))]).save(tmp_path / "m.keras")
    with pytest.raises(UnknownName, match="'relu'"):
        load_model(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras", custom_objects={"relu": relu})
    assert not read.predict(X, verbose=0).any()


def test_keras_s_own_classes_keep_their_meaning(tmp_path):
    Sequential([Dense(2, input_shape=(4,))]).save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras", custom_objects={"Dense": Flatten})
    assert type(read.layers[0]) is Dense


@pytest.mark.parametrize(
    ("factor", "words"), [(object(), r"factor.*got object"), ({1: 2}, r"factor needs words")]
)
def test_what_a_file_can_not_hold_is_refused_at_once(tmp_path, factor, words):
    model = Sequential([Flatten()])
    model._stack.append(Scale(factor=factor, input_shape=(4,)))
    with pytest.raises(InvalidArgument, match=words):
        model.save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())


def test_a_class_that_its_config_does_not_fit(tmp_path):
    class Stiff(Layer):
        def __init__(self):
            super().__init__()

        def call(self, x):
            return x

        def get_config(self):
            return {**super().get_config(), "more": 1}

    Sequential([Stiff(), Dense(2)]).save(tmp_path / "m.keras")
    with pytest.raises(FileFormatError, match=r"unexpected keyword argument(.|\n)*\*\*kwargs"):
        load_model(tmp_path / "m.keras", custom_objects={"Stiff": Stiff})


# -- code in files -------------------------------------------------------------------------


def rewrite(path, old, new):
    """Replace a piece of config.json."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    text = entries["config.json"].decode()
    assert old in text
    entries["config.json"] = text.replace(old, new).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


@pytest.mark.parametrize("place", ["activation", "layer", "loss"])
def test_code_in_a_file_is_not_run_unasked(tmp_path, place):
    model = Sequential([Dense(2, "relu", input_shape=(4,))])
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    code = {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}}
    layer = {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"name": "lambda", "function": code},
        "registered_name": None,
    }
    old, new = {
        "activation": ('"activation": "relu"', f'"activation": {json.dumps(code)}'),
        "layer": ('"layers": [', f'"layers": [{json.dumps(layer)}, '),
        "loss": ('"loss": "mse"', f'"loss": {json.dumps(code)}'),
    }[place]
    rewrite(tmp_path / "m.keras", old, new)
    with pytest.raises(FileFormatError, match=r"a lambda.*safe_mode=False"):
        load_model(tmp_path / "m.keras")
    with pytest.raises(FileFormatError, match="of this version of Python"):
        load_model(tmp_path / "m.keras", safe_mode=False)
    if place == "loss":
        assert load_model(tmp_path / "m.keras", compile=False).built


def test_nothing_is_imported_by_name(tmp_path):
    Sequential([Scale(input_shape=(4,))]).save(tmp_path / "m.keras")
    for module in ("os", "subprocess", "keras.src.utils"):
        path = tmp_path / f"{module}.keras"
        path.write_bytes((tmp_path / "m.keras").read_bytes())
        rewrite(path, f'"module": "{Scale.__module__}"', f'"module": "{module}"')
        rewrite(path, '"class_name": "Scale"', '"class_name": "system"')
        rewrite(path, '"registered_name": "Scale"', '"registered_name": null')
        with pytest.raises(UnknownName, match="system"):
            load_model(path)


@pytest.mark.parametrize(
    "function", [losses.kl_divergence, metrics.binary_accuracy, activations.softmax]
)
def test_a_record_of_a_function_of_keras_s_gives_the_function(function):
    record = utils.serialize_keras_object({"chosen": [function]})
    assert utils.deserialize_keras_object(record) == {"chosen": [function]}
    assert utils.deserialize_keras_object("softmax") == "softmax"
    dense = utils.serialize_keras_object(Dense(2, activation=activations.softmax))
    assert utils.serialize_keras_object(utils.deserialize_keras_object(dense)) == dense


@pytest.mark.parametrize("word", ["get", "deserialize", "no_such_function"])
def test_what_is_no_formula_is_no_function_of_a_record(word):
    record = utils.serialize_keras_object(losses.kl_divergence) | {"config": word}
    assert utils.deserialize_keras_object(record) == word


def test_a_function_without_its_package_is_found_as_keras_3_6_wrote_it():
    @utils.register_keras_serializable("of_a_test")
    def squared(x):
        return x * x

    for word in ("squared", "of_a_test>squared"):
        record = {
            "module": "builtins",
            "class_name": "function",
            "config": word,
            "registered_name": "function",
        }
        assert utils.deserialize_keras_object(record) is squared
