"""Layers without get_config, variables of the user's, and what assigning gives, as in Keras."""

import numpy as np
import pytest
import torch

import saccade
from parity.reference import keras
from saccade import layers, models, optimizers
from saccade.backend.own_variable import Variable
from saccade.keras_alias import keras_face

X = np.random.RandomState(0).normal(size=(4, 3)).astype("float32")


def classes(library):
    class Plain(library.layers.Layer):
        def __init__(self, units, sizes=(2, 3), options=None, **more):
            super().__init__(**more)
            self.inner = library.layers.Dense(units)

        def build(self, shape):
            self.inner.build(shape)

        def call(self, x):
            return self.inner(x)

    class Stiff(library.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.inner = library.layers.Dense(units)

        def call(self, x):
            return self.inner(x)

    class Function(library.layers.Layer):
        def __init__(self, function, *others):
            super().__init__()

        def call(self, x):
            return x

    return Plain, Stiff, Function


@pytest.mark.parametrize(
    "make",
    [
        lambda plain, stiff, function: plain(3),
        lambda plain, stiff, function: plain(3, [4, 5], {"a": [1, None, "b"]}, trainable=False),
        lambda plain, stiff, function: stiff(units=2),
        lambda plain, stiff, function: function("word"),
        lambda plain, stiff, function: function(np.tanh),
        lambda plain, stiff, function: function("word", 3),
        lambda plain, stiff, function: plain(3, options=np.ones(2)),
    ],
)
def test_configs_are_keras_s(make):
    try:
        theirs = make(*classes(keras)).get_config()
    except NotImplementedError:
        with pytest.raises(NotImplementedError, match="get_config"):
            make(*classes(saccade)).get_config()
        return
    mine = make(*classes(saccade)).get_config()
    assert mine | {"name": ""} == theirs | {"name": ""}


def test_such_layers_are_saved_and_loaded(tmp_path):
    plain, stiff, _ = classes(saccade)
    model = models.Sequential([layers.Input((3,)), plain(3, [1, 2], name="first"), stiff(2)])
    model.compile("adam", "mse")
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras", {"Plain": plain, "Stiff": stiff})
    np.testing.assert_array_equal(again(X).detach(), model(X).detach())
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]


def test_a_list_that_changes_later_was_another_one():
    plain, _, _ = classes(saccade)
    sizes = [1, 2]
    layer = plain(3, sizes)
    sizes.append(3)
    assert layer.get_config()["sizes"] == [1, 2]


def test_assigning_gives_the_new_values_and_leaves_the_old_ones():
    for library in (keras, keras_face):
        weight = library.Variable([1.0, 2.0], name="w")
        given = [weight.assign([2.0, 3.0]), weight.assign_add(1.0), weight.assign_sub([1.0, 1.0])]
        values = [torch.as_tensor(one).detach().tolist() for one in given]
        assert values == [[2.0, 3.0], [3.0, 4.0], [2.0, 3.0]]
        rate = library.optimizers.Adam()
        assert int(rate.iterations.assign_add(2)) == int(rate.iterations) == 2
        assert float(rate.learning_rate.assign(0.5)) == float(rate.learning_rate) == 0.5


@pytest.mark.parametrize(
    ("arguments", "dtype"),
    [
        ({"initializer": 3.0}, torch.float32),
        ({"initializer": [1, 2], "dtype": "float32"}, torch.float32),
        ({"initializer": "zeros", "shape": (2, 2)}, torch.float32),
        ({"initializer": np.ones(3), "trainable": False}, torch.float32),
    ],
)
def test_variables_of_the_user_s(arguments, dtype):
    mine, theirs = Variable(**arguments), keras.Variable(**arguments)
    assert tuple(mine.shape) == tuple(theirs.shape)
    np.testing.assert_array_equal(mine.numpy(), theirs.value.detach().numpy())
    assert mine.dtype == dtype
    with pytest.raises(ValueError, match="needs shape="):
        Variable("zeros")


def test_a_variable_is_a_weight_of_the_layer_that_holds_it():
    class Scaled(layers.Layer):
        def __init__(self):
            super().__init__()
            self.scale = Variable(2.0, name="scale")
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            self.calls.assign_add(1)
            return x * self.scale

    layer = Scaled()
    assert layer(X).shape == (4, 3)
    assert float(layer.calls) == 1.0
    assert len(layer.trainable_weights) == 1


def test_metrics_operations_and_policies_of_layers():
    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seen = [saccade.metrics.Mean(name="seen")]

        def call(self, x):
            return x

    inner = Counting()
    first = layers.Input((3,))
    model = models.Model(first, layers.Dense(2)(inner(first)))
    assert [metric.name for metric in inner.metrics] == ["seen"]
    assert [one.name for one in model.operations] == [one.name for one in model.layers]
    dense = layers.Dense(2)
    dense.dtype_policy = "mixed_bfloat16"
    assert (dense.compute_dtype, dense.variable_dtype) == ("bfloat16", "float32")
    assert dense(X).dtype == torch.bfloat16


def test_sums_of_metrics_are_read_and_set():
    mean = saccade.metrics.Mean()
    assert [one.name for one in mean.variables] == [
        one.name for one in keras.metrics.Mean().variables
    ]
    mean.update_state([2.0, 4.0])
    assert [float(one) for one in mean.variables] == [6.0, 2.0]
    for variable in mean.variables:
        variable.assign(torch.zeros(()))
    mean.update_state([5.0])
    assert float(mean.result()) == 5.0
    assert optimizers.Adam().iterations.assign(3) == 3
