"""What a subclass of the user's overrides has the effect that it has in Keras."""

import numpy as np
import pytest
import torch

from saccade import layers, losses
from saccade.callbacks import EarlyStopping
from saccade.errors import NotSupported, StateError
from saccade.layers import Conv2D, Dense, Flatten, Input, Layer
from saccade.metrics import Mean
from saccade.models import Model, Sequential, load_model
from saccade.optimizers import SGD, LossScaleOptimizer, Optimizer
from saccade.preprocessing.image import ImageDataGenerator, NumpyArrayIterator

X = np.random.RandomState(0).rand(8, 4).astype(np.float32)
Y = X.sum(1, keepdims=True)
PIXELS = np.random.RandomState(1).rand(8, 6, 6, 1).astype(np.float32)


class Doubled(Conv2D):
    def convolution_op(self, inputs, kernel):
        return 2 * super().convolution_op(inputs, kernel)


class Standardized(Conv2D):
    """As in the documentation of Keras: the kernel is standardized first."""

    def convolution_op(self, inputs, kernel):
        kernel = (kernel - kernel.mean((0, 1, 2))) / kernel.std((0, 1, 2), correction=0)
        return super().convolution_op(inputs, kernel)


def test_convolution_op():
    images = np.ones((1, 6, 6, 2), np.float32)
    layer = Doubled(1, 3, kernel_initializer="ones", bias_initializer="ones", activation="relu")
    assert float(layer(images)[0, 0, 0, 0].detach()) == 2 * 18 + 1

    class More(Doubled):
        def call(self, inputs):
            return super().call(inputs) + 1

    assert float(More(1, 3, kernel_initializer="ones")(images)[0, 0, 0, 0].detach()) == 37


@pytest.mark.filterwarnings("ignore")  # Keras's
def test_standardized_convolution_against_keras():
    from parity.reference import close, keras

    class Theirs(keras.layers.Conv2D):
        def convolution_op(self, inputs, kernel):
            kernel = kernel.value
            kernel = (kernel - kernel.mean((0, 1, 2))) / kernel.std((0, 1, 2), correction=0)
            return super().convolution_op(inputs, kernel)

    options = {"padding": "same", "strides": 2, "dilation_rate": 1, "groups": 1}
    ours, theirs = Standardized(3, 3, **options), Theirs(3, 3, **options)
    theirs.build((None, 6, 6, 1))
    ours.build((None, 6, 6, 1))
    ours.set_weights(theirs.get_weights())
    close(ours(PIXELS), theirs(PIXELS))


@pytest.mark.parametrize("trainable", [True, False])
def test_convolution_op_in_every_way_through_a_model(trainable):
    """Training, predicting many (which folds), and frozen (which keeps features)."""
    model = Sequential([Input((6, 6, 1)), Doubled(2, 3, trainable=trainable), Flatten(), Dense(1)])
    images = np.tile(PIXELS, (40, 1, 1, 1))
    conv, dense = model.layers[0], model.layers[-1]
    plain = torch.nn.functional.conv2d(
        torch.from_numpy(images).permute(0, 3, 1, 2), conv.kernel.permute(3, 2, 0, 1)
    ).permute(0, 2, 3, 1)
    expected = (2 * plain).reshape(len(images), -1) @ dense.kernel
    np.testing.assert_allclose(
        model.predict(images, verbose=0), expected.detach(), rtol=1e-4, atol=1e-5
    )
    model.compile("sgd", "mse")
    loss = model.fit(images, expected.detach().numpy(), 320, verbose=0, shuffle=False)
    assert loss.history["loss"][0] < 1e-8


def test_compute_output_spec_and_symbolic_call():
    class Counts(Layer):
        calls = 0

        def call(self, x):
            return torch.ones(x.shape[0], 3, dtype=torch.int32)

        def compute_output_spec(self, x):
            symbol = Input(batch_shape=(x.shape[0], 3), dtype="int32")
            return symbol

        def symbolic_call(self, *args, **kwargs):
            self.calls += 1
            return super().symbolic_call(*args, **kwargs)

    entry, layer = Input((4,)), Counts()
    out = layer(entry)
    assert (out.shape, out.dtype, layer.calls) == ((None, 3), "int32", 1)
    assert out.node.layer is layer
    assert Model(entry, out)(X).dtype is torch.int32


def test_a_spec_that_is_the_input():
    class Same(Layer):
        def call(self, x):
            return x + 1

        def compute_output_spec(self, x):
            return x

    entry = Input((4,))
    np.testing.assert_allclose(Model(entry, Same()(entry))(X), X + 1)


class Shrinking(Optimizer):
    """Momentum, as in Keras's guide to writing an optimizer."""

    def __init__(self, learning_rate=0.1, momentum=0.5, **options):
        super().__init__(learning_rate=learning_rate, **options)
        self.momentum = momentum

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.velocities = [
            self.add_variable_from_reference(one, name="velocity") for one in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        velocity = self.velocities[self._get_variable_index(variable)]
        self.assign(velocity, velocity * self.momentum - gradient * learning_rate)
        self.assign_add(variable, velocity)


def weights_after(optimizer, steps=3):
    model = Sequential([Input((4,)), Dense(1, kernel_initializer="ones")])
    model.compile(optimizer, "mse")
    model.fit(X, Y * 2, 4, steps, verbose=0, shuffle=False)
    return model.get_weights()


def test_an_optimizer_of_one_s_own():
    expected = weights_after(SGD(0.1, momentum=0.5))
    own = Shrinking()
    for mine, one in zip(weights_after(own), expected, strict=True):
        np.testing.assert_allclose(mine, one, rtol=1e-6)
    assert [tuple(np.shape(one)) for one in own.variables] == [(), (), (4, 1), (1,)]


def test_it_goes_on_from_a_backup():
    own = Shrinking()
    weights_after(own)
    state = {"slots": own.state()["slots"]}
    fresh = Shrinking()
    weights = [torch.nn.Parameter(torch.zeros(4, 1)), torch.nn.Parameter(torch.zeros(1))]
    fresh.restore({**own.state(), **state}, weights)
    np.testing.assert_array_equal(fresh.velocities[0], own.velocities[0])


def test_update_step_of_a_subclass():
    class Slow(SGD):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient / 2, variable, learning_rate)

    for mine, one in zip(weights_after(Slow(0.1)), weights_after(SGD(0.05)), strict=True):
        np.testing.assert_allclose(mine, one, rtol=1e-6)


@pytest.mark.parametrize("method", ["apply", "apply_gradients"])
def test_apply_of_a_subclass(method):
    class Slow(SGD):
        if method == "apply":

            def apply(self, grads, trainable_variables=None):
                super().apply([one / 2 for one in grads], trainable_variables)

        else:

            def apply_gradients(self, grads_and_vars):
                super().apply_gradients([(g / 2, w) for g, w in grads_and_vars])

    for mine, one in zip(weights_after(Slow(0.1)), weights_after(SGD(0.05)), strict=True):
        np.testing.assert_allclose(mine, one, rtol=1e-6)


def test_weights_that_a_build_leaves_out():
    own = Shrinking()
    a, b = (torch.nn.Parameter(torch.zeros(2)) for _ in range(2))
    own.apply([torch.ones(2)], [a])
    with pytest.raises(StateError, match="compile the model again"):
        own.apply([torch.ones(2)] * 2, [a, b])


@pytest.mark.parametrize(
    ("base", "name"),
    [
        (SGD, "assign_sub"),
        (Optimizer, "get_updates"),
        (Optimizer, "_resource_apply_dense"),
        (LossScaleOptimizer, "apply"),
        (Model, "make_train_function"),
        (Sequential, "make_predict_function"),
        (Mean, "add_variable"),
    ],
)
def test_what_would_never_be_called_is_refused(base, name):
    with pytest.raises(NotSupported, match=rf"{name}\(\) of a subclass would never be called"):
        type("Own", (base,), {name: lambda self: None})


def test_a_sequential_with_a_build_of_its_own():
    class Own(Sequential):
        shapes = ()

        def build(self, input_shape=None):
            self.shapes = (*self.shapes, input_shape)
            super().build(input_shape)

    assert Own([Input((4,)), Dense(1)]).shapes[-1] == (None, 4)
    model = Own([Dense(1)])
    model(X)
    assert model.shapes == ((None, 4),)


def test_compile_from_config_of_a_subclass(tmp_path):
    class Own(Sequential):
        def compile_from_config(self, config):
            self.config = config
            super().compile_from_config(config)

    model = Own([Input((4,)), Dense(1)])
    model.compile("sgd", losses.MeanSquaredError())
    model.save(tmp_path / "own.keras")
    again = load_model(tmp_path / "own.keras", custom_objects={"Own": Own})
    assert again.config["optimizer"]["class_name"] == "SGD"
    assert type(again.optimizer) is SGD


def test_get_monitor_value():
    class Sum(EarlyStopping):
        def get_monitor_value(self, logs):
            self.seen = sorted(logs)
            return logs["loss"] + logs["val_loss"]

    stopper = Sum(mode="min")
    model = Sequential([Input((4,)), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0, validation_split=0.5, callbacks=[stopper])
    assert stopper.seen == ["loss", "val_loss"]
    assert stopper.best == pytest.approx(sum(model.history.history[n][0] for n in stopper.seen))


@pytest.mark.parametrize("name", ["__getitem__", "__next__", "_get_batches_of_transformed_samples"])
def test_iterators_whose_batches_are_the_user_s(name):
    def halved(self, *args):
        x, y = getattr(super(Own, self), name)(*args)
        return x * 0, y

    def counted(self):
        self.epochs = getattr(self, "epochs", 0) + 1

    Own = type("Own", (NumpyArrayIterator,), {name: halved, "on_epoch_end": counted})
    batches = Own(PIXELS, np.ones(8), ImageDataGenerator(), batch_size=4)
    model = Sequential([Input((6, 6, 1)), Flatten(trainable=False), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(batches, epochs=2, verbose=0)
    kernel, bias = model.get_weights()
    fresh = model.predict(np.zeros((1, 6, 6, 1)), verbose=0)
    assert float(fresh[0, 0]) == pytest.approx(float(bias[0]))
    model.set_weights([kernel, np.zeros(1)])
    assert model.evaluate(batches, verbose=0) == 1.0  # of zeros, not of the pixels
    assert batches.epochs >= 2
    if name != "__getitem__":
        assert not next(batches)[0].any()


def test_every_layer_of_keras_s_with_an_operation_to_override_has_it():
    from parity.reference import keras

    for name, cls in layers.CLASSES.items():
        theirs = getattr(keras.layers, name, None)
        if hasattr(theirs, "convolution_op"):
            assert hasattr(cls, "convolution_op"), name
