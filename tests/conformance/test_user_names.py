"""Every name that Keras does not reserve is the user's, whatever saccade calls so inside."""

import copy
import inspect
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

import saccade.callbacks
from conformance.calls import ABSTRACT, SEVERAL, call, keras_options, numbers, output_shape
from conformance.layer_examples import EXAMPLES
from parity.reference import keras
from saccade import initializers, layers, losses, metrics, models, optimizers
from saccade.errors import StateError
from saccade.user_names import WORDS

# What users may read or set though Keras 3 has it not, or only in some classes: one meaning.
SHARED = {
    "class_names", "input_record", "preprocessing",  # saccade's own
    "evaluate_generator", "fit_generator", "history", "lr", "decay", "optimizer", "period",
    "predict_classes", "predict_generator", "predict_proba", "schedule_decay", "stop_training",
    "to_yaml", "minimize", "validation_data", "inputs", "outputs", "metrics_names",
    "get_input_at", "get_input_shape_at", "get_output_at", "get_output_shape_at",
    "activation", "built", "name", "epoch", "gradient_accumulation_steps", "use_ema", "from_logits",
    "data_format", "interpolation", "axis", "delta", "seed", "intermediate_weights", "value",
    "false_negatives", "false_positives", "true_negatives", "true_positives",
    # of torch.nn.Module, which no code of saccade's calls
    "T_destination", "call_super_init", "compile", "dump_patches", "training",
}  # fmt: skip
# Properties that Keras 3 brought, or has in models only: scripts of `tf.keras` 2 set them.
OF_KERAS_3 = {
    "input_shape", "output_shape", "path", "input_dtype", "metrics_variables", "built",
}  # fmt: skip
WEIGHTS = {"bias", "beta", "gamma", "kernel", "mean", "moving_mean", "moving_variance", "variance",
           "alpha", "depthwise_kernel", "pointwise_kernel"}  # fmt: skip
MACHINERY = {"_abc_impl", "_class_names", "_inner_names", "_parts_names", "_taken_here"}
OF_TORCH = set(vars(torch.nn.Module()))


def names_of(thing):
    said = {*dir(type(thing)), *getattr(thing, "__dict__", ())}
    return {name for name in said if not name.startswith("__") and not name.endswith("__")}


def free_names(mine, *theirs):
    """The names of an object of saccade's that Keras's has not: no argument is one."""
    left = names_of(mine) - OF_TORCH - SHARED - WEIGHTS - MACHINERY
    for each in theirs:
        left -= names_of(each)
    for cls in type(mine).__mro__:
        if "__init__" in vars(cls) and cls is not object:
            left -= set(inspect.signature(cls.__init__).parameters)
    return sorted(left)


FAMILIES = {
    "layers": (layers, keras.layers),
    "losses": (losses, keras.losses),
    "metrics": (metrics, keras.metrics),
    "models": (models, keras.models),
    "optimizers": (optimizers, keras.optimizers),
    "training": (saccade.callbacks, keras.callbacks),
    "initializers": (initializers, keras.initializers),
}


def classes_of(module):
    found = {name: getattr(module, name) for name in dir(module)}
    return {name: one for name, one in found.items() if isinstance(one, type)}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_inner_words_are_those_of_classes_and_none_of_keras_s(family):
    mine, theirs = FAMILIES[family]
    inner = set()
    for name, cls in classes_of(mine).items():
        here = {one for one in getattr(cls, "_inner_names", ()) if not one.startswith("_")}
        inner |= here
        twin = getattr(theirs, name, None)
        if twin is not None and family != "losses":
            theirs_too = here & set(dir(twin)) - set(dir(torch.nn.Module))
            assert theirs_too <= OF_KERAS_3, name
    assert set(WORDS[family].split()) <= inner


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - ABSTRACT))
def test_a_layer_works_whatever_the_user_keeps_in_it(name):
    arguments, shape, _ = EXAMPLES[name]
    cls = layers.CLASSES[name]
    stream = np.random.RandomState(0)
    shapes = shape if isinstance(shape, list) else [shape]
    x = [
        torch.as_tensor(
            numbers(name, one, stream)
            if name == "Embedding"
            else stream.uniform(0, 1, one).astype(np.float32)
        )
        for one in shapes
    ]
    x = x if isinstance(shape, list) else x[0]
    plain = cls(**copy.deepcopy(arguments))
    call(plain, x)
    theirs = getattr(keras.layers, name, None)
    twin = _twin(theirs, keras_options(arguments)) if theirs else keras.layers.RandomZoom(0.1)
    names = free_names(plain, keras.layers.Layer(), twin)
    if name == "Attention":  # build sets it anew, in Keras too
        names = [one for one in names if one not in ("scale", "concat_score_weight")]

    class Own(cls):
        def __init__(self, **arguments):
            super().__init__(**arguments)
            for each in names:
                setattr(self, each, f"mine: {each}")

    Own.__name__ = cls.__name__  # Lambda and some others read it
    own = Own(**copy.deepcopy(arguments))
    _call(own, x, name)
    if own.weights:
        own.set_weights(plain.get_weights())
    for one in (own, copy.deepcopy(own)):
        got, needed = (
            torch.as_tensor(_seeded(layer, x, name)).detach().numpy() for layer in (one, plain)
        )
        assert got.shape == needed.shape or name in ("RandomHeight", "RandomWidth")
        if not hasattr(plain, "seed"):  # each random layer has a stream of its own
            np.testing.assert_array_equal(got, needed)
        assert [getattr(one, each) for each in names] == [f"mine: {each}" for each in names]
    assert own.get_config().keys() == plain.get_config().keys()
    assert output_shape(own, _shape_of(x)) == output_shape(plain, _shape_of(x))


def _call(layer, x, name):
    """The layer, whatever its class is called."""
    return layer(*x) if name in {*SEVERAL, "GroupQueryAttention"} else layer(x)


def _seeded(layer, x, name):
    torch.manual_seed(3)
    y = _call(layer, x, name)
    return y[0] if isinstance(y, (list, tuple)) else y


def _shape_of(x):
    return [tuple(one.shape) for one in x] if isinstance(x, list) else tuple(x.shape)


def _twin(cls, arguments):
    """Keras's layer with the same arguments, or what its class has."""
    try:
        return cls(**copy.deepcopy(arguments))
    except (TypeError, ValueError):
        return type("Names", (), dict.fromkeys(dir(cls) if cls else ()))()


def _with(cls, names, *args, **kwargs):
    """An object of a user's subclass that gives all these names a meaning of its own."""

    class Own(cls):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            for each in names:
                setattr(self, each, [1, each])

    return Own(*args, **kwargs)


class Twice(layers.Layer):
    def __init__(self, names=(), **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Dense(3)
        for each in names:
            setattr(self, each, "mine")

    def call(self, x):
        return 2 * self.inner(x)


class TwoLayers(models.Model):
    def __init__(self, names=(), **kwargs):
        super().__init__(**kwargs)
        self.first, self.last = layers.Dense(4, activation="relu"), layers.Dense(2)
        for each in names:
            setattr(self, each, "mine")

    def call(self, x):
        return self.last(self.first(x))


def _model(kind, names):
    if kind == "subclass":
        return TwoLayers(names)
    first = layers.Input((5,))
    if kind == "Sequential":
        return _with(models.Sequential, names, [first, Twice(names), layers.Dense(2)])
    return _with(models.Model, names, first, layers.Dense(2)(Twice(names)(first)))


@pytest.mark.parametrize("kind", ["subclass", "Sequential", "functional"])
def test_a_model_trains_saves_and_loads_whatever_the_user_keeps_in_it(kind, tmp_path):
    x = np.random.RandomState(0).normal(size=(16, 5)).astype("float32")
    y = x[:, :2]
    plain = _model(kind, ())
    plain.compile("adam", "mse")
    plain(x)
    names = free_names(plain, keras.Model(), keras.Sequential() if kind == "Sequential" else None)
    assert {"nodes", "sublayers", "device", "_network"} <= set(names)
    model = _model(kind, names)
    model.compile("adam", "mse")
    model(x)
    model.set_weights(plain.get_weights())
    for each in (plain, model):
        torch.manual_seed(0)
        each.fit(x, y, epochs=2, verbose=0)
    np.testing.assert_array_equal(model.predict(x, verbose=0), plain.predict(x, verbose=0))
    model.summary(print_fn=lambda line: None)
    model.save_weights(tmp_path / "m.weights.h5")
    again = _model(kind, names)
    again(x)
    again.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    value = "mine" if kind == "subclass" else None
    changed = [each for each in names if getattr(again, each) != (value or [1, each])]
    assert not changed


def test_layers_that_the_user_keeps_under_an_inner_name_are_trained_and_saved(tmp_path):
    class Stack(models.Model):
        def __init__(self):
            super().__init__()
            self.nodes = [layers.Dense(4), layers.Dense(3)]
            self.where = layers.Dense(2)
            self._network = layers.Dense(2)
            self.sublayers = {"last": layers.Dense(1)}
            self._graph = self.add_weight(shape=(1,), initializer="ones", name="scale")

        def call(self, x):
            for node in self.nodes:
                x = node(x)
            return self.sublayers["last"](self._network(self.where(x))) * self._graph

    x = np.ones((4, 3), "float32")
    model, again = Stack(), Stack()
    model(x), again(x)
    assert (len(model.weights), len(model.layers)) == (11, 5)
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(x, np.zeros((4, 1)), verbose=0)
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))
    model.save_weights(tmp_path / "s.weights.h5")
    again.load_weights(tmp_path / "s.weights.h5")
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))


def test_names_in_the_body_of_a_class_are_the_user_s():
    class Own(layers.Conv2D):
        rank = "first"
        nodes = 7

        def describe(self):
            return f"{self.rank} of {self.nodes}"

        @property
        def device(self):
            return "a camera"

    own = Own(2, 3)
    assert own(np.ones((1, 5, 5, 1), "float32")).shape == (1, 3, 3, 2)
    model = models.Sequential([layers.Input((5, 5, 1)), own, layers.Flatten()])
    assert model.output_shape == (None, 18)
    assert (own.describe(), own.device) == ("first of 7", "a camera")


def test_names_that_are_taken_before_the_layer_is_made():
    class Own(layers.Layer):
        def __init__(self):
            self.nodes = 3
            super().__init__()

        def call(self, x):
            return x * self.nodes

    own = Own()
    assert models.Model(*(lambda i: (i, own(i)))(layers.Input((2,)))).predict(
        np.ones((1, 2)), verbose=0
    ).tolist() == [[3.0, 3.0]]


class Holds(layers.Layer):
    def call(self, x):
        return x


def test_a_layer_with_names_of_its_own_is_pickled():
    own = Holds()
    own.nodes, own.device = 3, "camera"
    again = pickle.loads(pickle.dumps(own))
    assert (again.nodes, again.device) == (3, "camera")
    assert again(np.ones(2)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", sorted(optimizers.CLASSES))
def test_optimizers(name):
    cls = optimizers.CLASSES[name]
    theirs = getattr(keras.optimizers, cls.__name__)()
    weights = []
    for names in ((), free_names(cls(), theirs)):
        model = models.Sequential([layers.Dense(1, input_shape=(2,), kernel_initializer="ones")])
        model.compile(_with(cls, names, clipnorm=1.0), "mse")
        model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=4, shuffle=False, verbose=0)
        assert all(getattr(model.optimizer, each) == [1, each] for each in names)
        weights.append(model.get_weights()[0])
    np.testing.assert_array_equal(*weights)


@pytest.mark.parametrize("name", sorted(metrics.CLASSES))
def test_metrics(name):
    from parity.scores.metric_cases import CASES

    if not CASES.get(name):
        pytest.skip("it has no case")
    target, prediction, made = CASES[name]
    cls, arguments = metrics.CLASSES[name], made[0]
    theirs = getattr(keras.metrics, name)(**arguments)
    values = []
    for names in ((), free_names(cls(**arguments), theirs)):
        stream = np.random.RandomState(0)
        y = () if target is None else (torch.as_tensor(target(stream, 6)),)
        metric = _with(cls, names, **arguments)
        metric.update_state(*y, torch.as_tensor(prediction(stream, 6)))
        read = {name: np.asarray(metric.result())}
        metric.reset_state()
        assert all(getattr(metric, each) == [1, each] for each in names)
        values.append(read)
    for key in values[0]:
        np.testing.assert_array_equal(values[0][key], values[1][key])


class CountsSteps(saccade.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.state, self.restore, self.set_run, self.hears_last = {}, [], 3, True

    def on_train_batch_end(self, batch, logs=None):
        self.state[batch] = logs["loss"]


def test_callbacks_and_losses(tmp_path):
    class Own(losses.Loss):
        counted = 4

        def __init__(self):
            super().__init__()
            self.keras_module, self._reduced, self._share = 1, 2, 3

        def call(self, y_true, y_pred):
            return ((y_true - y_pred) ** 2).mean(-1) * self.counted

    model = models.Sequential([layers.Dense(1, input_shape=(2,), kernel_initializer="ones")])
    model.compile("sgd", Own())
    counting = CountsSteps()
    kept = saccade.callbacks.BackupAndRestore(str(tmp_path / "kept"), save_freq=1)
    model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=4, verbose=0, callbacks=[counting, kept])
    assert sorted(counting.state) == [0, 1]
    assert counting.state[0] == 4.0


def test_the_plain_way_costs_nothing():
    """Only the class of an object with a name of two meanings looks at who asks.

    In a process of its own: other tests give such names to layers here.
    """
    code = (
        "from saccade import layers, models\n"
        "layers.Dense(1).build((None, 2)), models.Sequential([layers.Dense(1)])\n"
        "assert layers.Dense.__getattribute__ is object.__getattribute__\n"
        "assert models.Model.__getattribute__ is object.__getattribute__\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("base", [layers.Layer, models.Model, models.Sequential])
@pytest.mark.parametrize("name", ["path", "input_dtype", "metrics_variables"])
def test_what_keras_3_made_a_property_may_be_set_as_in_tf_keras_2(base, name):
    class Own(base):
        def __init__(self):
            super().__init__()
            setattr(self, name, "mine")

    own = Own()
    assert getattr(own, name) == "mine" == getattr(copy.deepcopy(own), name)
    assert getattr(base(), name) != "mine"


def test_a_model_without_a_graph_may_keep_inputs_and_outputs_of_its_own():
    class Own(models.Model):
        def __init__(self):
            super().__init__()
            self.inputs = layers.Input((4,))
            self.outputs = [layers.Dense(2)]

        def call(self, x):
            return self.outputs[0](x)

    own = Own()
    assert own(np.ones((3, 4), "float32")).shape == (3, 2)
    assert own.inputs.shape == (None, 4)
    assert [one.name for one in own.weights] == ["kernel", "bias"]
    graph = models.Sequential([layers.Input((4,)), layers.Dense(2)])
    with pytest.raises(StateError, match="inputs of a graph stay"):
        graph.inputs = []
