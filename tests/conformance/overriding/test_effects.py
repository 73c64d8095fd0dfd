"""What an overridden method gives has its effect, whichever way it was overridden."""

import functools

import numpy as np
import pytest
import torch

import saccade
from conformance.overriding.noting import MANY
from saccade import layers
from saccade.errors import NotSupported
from saccade.models import Model, Sequential, load_model, model_from_json
from saccade.optimizers import SGD, Adam

X = np.random.RandomState(0).rand(8, 4).astype(np.float32)
Y = X.sum(1, keepdims=True)
PIXELS = np.random.RandomState(1).rand(MANY, 8, 8, 3).astype(np.float32)
NAMES = "padding", "convolution", "normalization", "relu", "depthwise", "activation", "dense"


def small_network():
    """All that is folded where a model predicts many images."""
    made = (
        layers.ZeroPadding2D(),
        layers.Conv2D(4, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.DepthwiseConv2D(3),
        layers.Activation("relu"),
        layers.Dense(2),
    )
    model = Sequential([layers.Input((8, 8, 3)), *made, layers.Flatten()])
    return model, dict(zip(NAMES, made, strict=True))


def plus_one(call):
    return lambda x, *args, **kwargs: call(x, *args, **kwargs) + 1


@pytest.mark.sampled
@pytest.mark.parametrize("engine", ["torch", "openvino"])
@pytest.mark.parametrize("name", NAMES)
def test_call_put_into_a_layer_is_called_by_every_engine(name, engine):
    model, by_name = small_network()
    rows = PIXELS if engine == "openvino" else PIXELS[:100]
    layer = by_name[name]
    before = model.predict(rows, verbose=0)
    layer.call = plus_one(layer.call)
    expected = model(rows).detach()
    assert not np.allclose(expected, before)
    np.testing.assert_allclose(model.predict(rows, verbose=0), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.sampled
@pytest.mark.parametrize("name", NAMES)
def test_call_put_into_a_class_is_called_by_every_engine(name, monkeypatch):
    model, by_name = small_network()
    before = model.predict(PIXELS, verbose=0)
    cls = type(by_name[name])
    own = cls.call
    monkeypatch.setattr(cls, "call", lambda self, x, **words: own(self, x, **words) + 1)
    fresh = Sequential([layers.Input((8, 8, 3)), *model.layers])
    expected = fresh(PIXELS).detach()
    assert not np.allclose(expected, before)
    np.testing.assert_allclose(fresh.predict(PIXELS, verbose=0), expected, rtol=1e-4, atol=1e-5)


def test_mixins_count_as_the_class_itself():
    class ByTraining:
        def call(self, x, training=None):
            return x * (2 if training else 3)

        def compute_output_shape(self, input_shape):
            return (7, *input_shape[1:])

        def compute_mask(self, inputs, mask=None):
            return mask

    class Own(ByTraining, layers.Identity):
        pass

    assert float(Own()(1.0, training=True)) == 2
    assert float(Own()(1.0)) == 3
    assert Own().compute_output_shape((None, 4)) == (7, 4)
    assert Own().supports_masking

    class Plain(ByTraining, layers.Layer):
        pass

    model = Sequential([layers.Input((4,)), Plain(), layers.Dense(1)])
    model.compile("sgd", "mse")
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X).detach(), rtol=1e-6)

    class Doubled:
        def convolution_op(self, inputs, kernel):
            return 2 * super().convolution_op(inputs, kernel)

    class Conv(Doubled, layers.Conv2D):
        pass

    image = np.ones((1, 3, 3, 1), np.float32)
    assert float(Conv(1, 3, kernel_initializer="ones")(image).detach()) == 18


def weights_after(optimizer):
    model = Sequential([layers.Input((4,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile(optimizer, "mse")
    model.fit(X, Y, 4, 2, verbose=0, shuffle=False)
    return model.get_weights()


@pytest.mark.parametrize("method", ["update_step", "apply", "apply_gradients"])
def test_mixins_of_optimizers(method):
    class HalfStep:
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient / 2, variable, learning_rate)

    class HalfApply:
        def apply(self, grads, trainable_variables=None):
            super().apply([one / 2 for one in grads], trainable_variables)

    class HalfGradients:
        def apply_gradients(self, pairs):
            super().apply_gradients([(one / 2, weight) for one, weight in pairs])

    kinds = {"update_step": HalfStep, "apply": HalfApply, "apply_gradients": HalfGradients}
    own = type("Own", (kinds[method], SGD), {})
    for mine, one in zip(weights_after(own(0.1)), weights_after(SGD(0.05)), strict=True):
        np.testing.assert_allclose(mine, one, rtol=1e-6)


@pytest.mark.parametrize(
    ("base", "name"),
    [
        (SGD, "assign_sub"),
        (saccade.optimizers.LossScaleOptimizer, "check_finite"),
        (saccade.metrics.MeanSquaredError, "add_variable"),
        (Model, "make_train_function"),
        (layers.Resizing, "transform_images"),
        (layers.CenterCrop, "get_random_transformation"),
        (layers.Normalization, "finalize_state"),
        (layers.Normalization, "convert_weight"),
    ],
)
def test_what_would_never_be_called_is_refused(base, name):
    mixin = type("Mixin", (), {name: lambda self: None})
    for bases, body in (((base,), dict(vars(mixin))), ((mixin, base), {})):
        body = {key: value for key, value in body.items() if not key.startswith("__")}
        with pytest.raises(NotSupported, match=rf"{name}\(\) of a subclass would never be called"):
            type("Own", bases, body)


@pytest.mark.parametrize("step", ["train_step", "test_step", "predict_step"])
def test_a_step_that_wraps_saccade_s_is_called(step):
    calls = []

    class Own(Sequential):
        pass

    inner = getattr(Sequential, step)

    @functools.wraps(inner)
    def outer(self, *args, **kwargs):
        calls.append(step)
        return inner(self, *args, **kwargs)

    setattr(Own, step, outer)
    model = Own([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert calls


def test_an_optimizer_s_own_storage(tmp_path):
    class Own(Adam):
        extra = 0.0

        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["extra"] = np.float32(self.extra)

        def load_own_variables(self, store):
            self.extra = float(store["extra"])
            super().load_own_variables({k: v for k, v in store.items() if k != "extra"})

    model = Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile(Own(0.1), "mse")
    model.fit(X, Y, 4, verbose=0)
    model.optimizer.extra = 7.0
    model.save(tmp_path / "own.keras")
    model.save_weights(tmp_path / "own.weights.h5")
    again = load_model(tmp_path / "own.keras", custom_objects={"Own": Own})
    assert (again.optimizer.extra, int(again.optimizer.iterations)) == (7.0, 2)
    for mine, one in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(mine), np.asarray(one))
    model.optimizer.extra = 3.0
    model.load_weights(tmp_path / "own.weights.h5")
    assert model.optimizer.extra == 7.0


def test_from_config_that_hands_on_to_a_graph_model(tmp_path):
    class Own(Model):
        given = None

        @classmethod
        def from_config(cls, config, custom_objects=None):
            config = dict(config)
            made = super().from_config(config, custom_objects)
            made.given = "mine"
            return made

    entry = layers.Input((4,))
    model = Own(entry, layers.Dense(1)(entry), name="mine")
    model.save(tmp_path / "own.keras")
    own = {"Own": Own}
    for again in (
        load_model(tmp_path / "own.keras", custom_objects=own),
        model_from_json(model.to_json(), own),
    ):
        again.set_weights(model.get_weights())
        assert again.given == "mine"
        np.testing.assert_array_equal(again(X).detach(), model(X).detach())


def test_normalized_weights():
    class Own(layers.SpectralNormalization):
        def normalized_weights(self):
            u, kernel = super().normalized_weights()
            return u, kernel * 2

    plain = layers.SpectralNormalization(layers.Dense(2, use_bias=False))
    own = Own(layers.Dense(2, use_bias=False))
    plain.build((None, 4))
    own.build((None, 4))
    own.set_weights(plain.get_weights())
    torch.testing.assert_close(own(X, training=True), 2 * plain(X, training=True))
