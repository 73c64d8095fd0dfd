"""A layer's call may use symbols of the graph from outside, as TensorFlow's graph let it.

Expected values are written out: Keras 3 refuses such calls.
"""

import numpy as np
import pytest

from saccade import backend as K
from saccade import metrics, ops
from saccade.errors import InvalidArgument
from saccade.layers import Concatenate, Dense, Dropout, Input, Lambda, Layer
from saccade.models import Model, Sequential, clone_model, load_model

ONES = np.ones((6, 3), "float32")


def doubled(x):
    """Twice x, by a layer with weights."""
    layer = Dense(3, use_bias=False)
    y = layer(x)
    layer.set_weights([2 * np.eye(3)])
    return y


def added(z):
    """Layers of every kind that give their input and z together."""

    class InCall(Layer):
        def call(self, x):
            return x + z

    class InMethod(Layer):
        def call(self, x):
            return self.both(x)

        def both(self, x):
            return K.sum(K.stack([x, z]), axis=0)

    class WithFormula(InMethod):
        def compute_output_shape(self, input_shape):
            return input_shape

    class WithSpec(InMethod):
        def compute_output_spec(self, inputs):
            return inputs

    class Held(Layer):
        def __init__(self, held, **kwargs):
            super().__init__(**kwargs)
            self.held = held

        def call(self, x):
            return ops.add(x, self.held[0])

    class OfLambda(Lambda):
        pass

    class Inside(Model):
        def __init__(self):
            super().__init__()
            self.inner = Sequential([Dropout(0.0)])

        def call(self, x, training=None):
            return self.inner(x, training=training) + z

    return [
        InCall(),
        InMethod(),
        WithFormula(),
        WithSpec(),
        Held([z]),
        Inside(),
        Lambda(lambda x: x + z),
        Lambda(lambda x, scale: scale * x + z, arguments={"scale": 1}),
        Lambda(lambda x: x + z, output_shape=(3,)),
        OfLambda(lambda x: z + x),
    ]


@pytest.mark.parametrize("number", range(10))
def test_every_kind_of_call_sees_the_values_of_symbols_from_outside(number):
    x = Input((3,))
    layer = added(doubled(x))[number]
    model = Model(x, layer(x))
    assert model.output_shape == (None, 3)
    np.testing.assert_array_equal(model.predict(ONES, verbose=0), 3 * ONES)
    np.testing.assert_array_equal(model(2 * ONES).detach().numpy(), 6 * ONES)
    again = Input((3,))
    inner = Model(again, model(again))
    np.testing.assert_array_equal(inner.predict(ONES, batch_size=4, verbose=0), 3 * ONES)


def test_what_is_used_from_outside_is_computed_once_and_trained():
    x = Input((3,))
    noisy = Dropout(0.5)(x)
    z = doubled(x)
    pair = Lambda(lambda y: K.concatenate([y, noisy]))(noisy)
    model = Model(x, [pair, Lambda(lambda y: y * z)(x)])
    drawn, _ = model(ONES, training=True)
    drawn = drawn.detach().numpy()
    np.testing.assert_array_equal(drawn[:, :3], drawn[:, 3:])
    assert set(np.unique(drawn)) == {0, 2}
    model.compile("sgd", "mse")
    kernel = model.get_weights()[0]
    model.fit(ONES, [np.zeros((6, 6)), np.zeros((6, 3))], verbose=0)
    assert (model.get_weights()[0] != kernel).all()


class KullbackLeibler(Layer):
    """Keras's variational autoencoder of 2017: a loss of symbols that the script knows."""

    def loss(self, x, decoded):
        return metrics.mean_squared_error(K.flatten(x), K.flatten(decoded)) + K.mean(K.square(Z))

    def call(self, inputs):
        self.add_loss(self.loss(*inputs), inputs=inputs)
        return inputs[0]


Z = None


def test_a_layer_adds_a_loss_of_symbols(monkeypatch):
    x = Input((3,))
    monkeypatch.setitem(globals(), "Z", doubled(x))
    decoded = doubled(Z)
    model = Model(x, KullbackLeibler()([x, decoded]))
    model.compile("sgd", loss=None)
    assert model.evaluate(ONES, verbose=0) == 9 + 4  # (1 - 4)^2, and 2^2
    losses = model.fit(ONES, epochs=3, batch_size=6, verbose=0).history["loss"]
    assert losses[0] == 13
    assert losses[2] < losses[1] < losses[0]


def test_a_copy_of_the_graph_has_values_of_its_own(tmp_path):
    x = Input((3,))
    z = doubled(x)

    def sum_with_z(y):
        return y + z

    model = Model(x, Lambda(sum_with_z, name="sum")(x))
    copy = clone_model(model)
    copy.set_weights([5 * np.eye(3)])
    np.testing.assert_array_equal(copy.predict(ONES, verbose=0), 6 * ONES)
    np.testing.assert_array_equal(model.predict(ONES, verbose=0), 3 * ONES)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras", {"sum_with_z": sum_with_z})
    np.testing.assert_array_equal(loaded.predict(ONES, verbose=0), 3 * ONES)


def test_a_part_of_the_graph_takes_what_is_used_from_outside_along():
    x = Input((3,))
    h = Dense(3, kernel_initializer="ones")(x)
    z = doubled(h)
    y = Lambda(lambda one: one + z)(h)
    model = Model(x, Concatenate()([y, y]))
    part = Model(h, y)
    np.testing.assert_array_equal(part.predict(ONES, verbose=0), 3 * ONES)
    np.testing.assert_array_equal(model.predict(ONES, verbose=0)[:, :3], 9 * ONES)
    seen = K.function([x], [y])
    np.testing.assert_array_equal(seen([ONES])[0], 9 * ONES)


def test_a_symbol_of_another_model_is_told():
    x, other = Input((3,)), Input((3,), name="other")
    y = Lambda(lambda one: one + other)(x)
    with pytest.raises(InvalidArgument, match='input "other" is needed'):
        Model(x, y)
    assert Model([x, other], y).predict([ONES, ONES], verbose=0).sum() == 36


def test_a_layer_whose_code_names_no_symbol_is_not_called_once_more():
    calls = []

    class Counted(Layer):
        def call(self, x):
            calls.append(type(x))
            return x + 1

        def compute_output_shape(self, input_shape):
            return input_shape

    Counted()(Input((3,)))
    assert calls == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_formula_of_the_users_is_given_tuples(count):
    seen = []

    class Asks(Layer):
        def build(self, input_shape):
            seen.append(input_shape)

        def call(self, inputs):
            return inputs

        def compute_output_shape(self, input_shape):
            seen.append(input_shape)
            return input_shape

    given = Dense(2)(Input((3,)))
    Asks()(given if count == 1 else [given, Input((3,))])
    for shape in seen:
        assert type(shape) is (tuple if count == 1 else list)
        assert {type(one) for one in (shape if count == 2 else [shape])} == {tuple}
    assert len(seen) == 2
