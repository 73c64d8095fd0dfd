"""What a user wrote himself, in files both ways: by its name in custom_objects, or registered."""

import inspect
import json
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import saccade
import saccade.constraints
import saccade.losses
import saccade.metrics
import saccade.optimizers
import saccade.regularizers
import saccade.saving
import saccade.utils
from parity.reference import close, keras, normal
from saccade.models import Model, Sequential

# Keras's own arrays lag behind NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X, Y = normal((8, 4), 1), normal((8, 2), 2)
LIBRARIES = {"saccade": saccade, "keras": keras}


def own_classes(library):
    """One class or function of every family, written alike for both."""
    add = torch.add

    class Scale(library.layers.Layer):
        def __init__(self, factor=2.0, **placement):
            super().__init__(**placement)
            self.factor = factor

        def build(self, input_shape):
            self.gain = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gain")

        def call(self, x):
            return x * self.gain * self.factor

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    class Cubic(library.losses.Loss):
        def __init__(self, power=3, name="cubic", reduction="sum_over_batch_size"):
            super().__init__(name=name, reduction=reduction)
            self.power = power

        def call(self, y_true, y_pred):
            return (abs(y_true - y_pred) ** self.power).mean(-1)

        def get_config(self):
            return {**super().get_config(), "power": self.power}

    class Largest(library.metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_pred.amax(-1))

    class Slow(library.optimizers.SGD):
        pass

    class Sevens(library.initializers.Initializer):
        def __call__(self, shape, dtype=None):
            return torch.full(tuple(shape), 7.0)

        def get_config(self):
            return {}

    class Pull(library.regularizers.Regularizer):
        def __init__(self, strength=0.1):
            self.strength = strength

        def __call__(self, x):
            return self.strength * torch.sum(abs(x))

        def get_config(self):
            return {"strength": self.strength}

    class Cap(library.constraints.Constraint):
        def __call__(self, w):
            return torch.clamp(w.value if hasattr(w, "value") else w, -1, 1)

        def get_config(self):
            return {}

    def shifted(x):
        return add(x, 0.5)

    def gap(y_true, y_pred):
        return abs(y_true - y_pred).mean(-1)

    return SimpleNamespace(
        **{name: one for name, one in locals().items() if name not in ("library", "add")}
    )


def model_of(library, own):
    parts = library.layers
    model = (keras.Sequential if library is keras else Sequential)(
        [
            parts.Input((4,)),
            own.Scale(3.0),
            parts.Dense(3, activation=own.shifted, kernel_regularizer=own.Pull(0.2)),
            parts.Dense(2, bias_initializer=own.Sevens(), kernel_constraint=own.Cap()),
        ]
    )
    model.compile(own.Slow(0.01, momentum=0.9), own.Cubic(2), metrics=[own.gap, own.Largest("top")])
    return model


def train(model):
    model.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    return model


def numbers(model):
    found = model.evaluate(X, Y, verbose=0, return_dict=True)
    return {name: float(value) for name, value in found.items()}


def config_text(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read("config.json").decode()


def agree(one, other):
    assert numbers(one) == pytest.approx(numbers(other), rel=1e-5, abs=1e-5)
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        close(mine, theirs)


@pytest.mark.parametrize("reader", LIBRARIES)
@pytest.mark.parametrize("writer", LIBRARIES)
def test_everything_by_name(tmp_path, writer, reader):
    torch.manual_seed(2)
    written = train(model_of(LIBRARIES[writer], own_classes(LIBRARIES[writer])))
    written.save(tmp_path / "m.keras")
    read = LIBRARIES[reader].saving.load_model(
        tmp_path / "m.keras", custom_objects=vars(own_classes(LIBRARIES[reader]))
    )
    agree(written, read)
    agree(train(written), train(read))
    assert type(read.optimizer).__name__ == "Slow"


@pytest.mark.parametrize("reader", LIBRARIES)
@pytest.mark.parametrize("writer", LIBRARIES)
def test_everything_in_a_scope(tmp_path, writer, reader):
    torch.manual_seed(2)
    written = train(model_of(LIBRARIES[writer], own_classes(LIBRARIES[writer])))
    written.save(tmp_path / "m.keras")
    library = LIBRARIES[reader]
    with library.utils.custom_object_scope(vars(own_classes(library))):
        read = library.saving.load_model(tmp_path / "m.keras")
    agree(train(written), train(read))


@pytest.fixture
def registries():
    """Both registries, put back afterwards."""
    kept = {name: dict(one.utils.get_custom_objects()) for name, one in LIBRARIES.items()}
    yield
    for name, one in LIBRARIES.items():
        one.utils.get_custom_objects().clear()
        one.utils.get_custom_objects().update(kept[name])


@pytest.mark.usefixtures("registries")
@pytest.mark.parametrize("reader", LIBRARIES)
@pytest.mark.parametrize("writer", LIBRARIES)
def test_everything_registered(tmp_path, writer, reader):
    torch.manual_seed(2)
    made = {}
    for who, library in LIBRARIES.items():
        made[who] = own_classes(library)
        for name, one in vars(made[who]).items():
            register = library.saving.register_keras_serializable
            register(*([] if name == "Scale" else ["mine", f"{name}2"]))(one)
    written = train(model_of(LIBRARIES[writer], made[writer]))
    written.save(tmp_path / "m.keras")
    text = config_text(tmp_path / "m.keras")
    assert '"Custom>Scale"' in text
    for name in vars(made[writer]):
        assert name == "Scale" or f'"mine>{name}2"' in text, name
    read = LIBRARIES[reader].saving.load_model(tmp_path / "m.keras")
    agree(train(written), train(read))


@pytest.mark.usefixtures("registries")
@pytest.mark.parametrize("by", ["function", "loss", "metric", "layer"])
def test_a_registered_name_is_a_word(by):
    own = own_classes(saccade)
    for one in (own.shifted, own.Cubic, own.gap, own.Sevens):
        saccade.saving.register_keras_serializable("mine")(one)
    if by == "function":
        assert saccade.layers.Dense(2, activation="mine>shifted").activation is own.shifted
    if by == "layer":
        made = saccade.layers.Dense(2, kernel_initializer="mine>Sevens")
        assert isinstance(made.kernel_initializer, own.Sevens)
    model = Sequential([saccade.layers.Dense(2, input_shape=(4,))])
    if by == "loss":
        model.compile("sgd", "mine>Cubic")
        assert "cubic" in json.dumps(model.get_compile_config(), default=str).lower()
        model.evaluate(X, Y, verbose=0)
    if by == "metric":
        model.compile("sgd", "mse", metrics=["mine>gap"])
        assert "gap" in model.evaluate(X, Y, verbose=0, return_dict=True)


@pytest.mark.parametrize("library", LIBRARIES.values(), ids=LIBRARIES)
def test_json_of_the_one_is_read_by_the_other(library):
    other = keras if library is saccade else saccade
    text = model_of(library, own_classes(library)).to_json(indent=2)
    read = other.models.model_from_json(text, custom_objects=vars(own_classes(other)))
    names = [one["config"]["name"] for one in json.loads(text)["config"]["layers"]]
    assert [one.name for one in read.layers] == names[1:]  # the input's is the first
    assert read.output_shape == (None, 2)
    train(read)


@pytest.mark.parametrize(
    "name", ["clone_model", "model_from_json", "load_model", "save_model", "register", "scope"]
)
def test_arguments_are_those_of_keras(name):
    def parameters(library):
        places = {
            "clone_model": library.models.clone_model,
            "model_from_json": library.models.model_from_json,
            "load_model": library.saving.load_model,
            "save_model": library.saving.save_model,
            "register": library.saving.register_keras_serializable,
            "scope": library.utils.CustomObjectScope,
        }
        found = inspect.signature(places[name]).parameters.values()
        plain = [one for one in found if one.kind is one.POSITIONAL_OR_KEYWORD]
        return [(one.name, one.default) for one in plain]

    assert parameters(saccade) == parameters(keras)


def test_clones_are_those_of_keras():
    """The same layers, shared ones shared, in the same order, with the same weights to fill."""

    def nested(library):
        parts = library.layers
        model = keras.Model if library is keras else Model
        stack = keras.Sequential if library is keras else Sequential
        inner = stack([parts.Input((4,)), parts.Dense(4, name="in"), parts.Dense(4)], name="inner")
        shared = parts.Dense(3, name="shared")
        a, b = parts.Input((4,), name="a"), parts.Input((4,), name="b")
        y = parts.Concatenate(name="both")([shared(inner(a)), shared(b)])
        return model([a, b], parts.Dense(2, name="out")(y), name="whole")

    x = [normal((5, 4), 3), normal((5, 4), 4)]
    for recursive in (False, True):
        found = []
        for library in (saccade, keras):
            original = nested(library)
            clone = library.models.clone_model(original, recursive=recursive)
            assert not {id(w) for w in clone.weights} & {id(w) for w in original.weights}
            clone.set_weights([normal(w.shape, n) for n, w in enumerate(clone.weights)])
            found.append(clone)
        ours, theirs = found
        assert ours.name == theirs.name
        assert [one.name for one in ours.layers] == [one.name for one in theirs.layers]
        close(ours.predict(x, verbose=0), np.asarray(theirs.predict(x, verbose=0)))
