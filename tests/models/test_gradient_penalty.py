"""The gradient penalty of GANs for Keras 2: a loss that takes K.gradients of symbols."""

from functools import partial

import numpy as np
import pytest
import torch

from saccade import backend as K
from saccade.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    Input,
    Lambda,
    Layer,
    MaxPooling2D,
    Multiply,
    UpSampling2D,
    _Merge,
)
from saccade.models import Model, Sequential
from saccade.optimizers import SGD

R = np.random.default_rng(0)
REAL, NOISE = R.random((8, 4)).astype("float32"), R.random((8, 3)).astype("float32")


class Between(_Merge):
    def _merge_function(self, inputs):
        return 0.25 * inputs[0] + 0.75 * inputs[1]


def penalty(y_true, y_pred, averaged_samples):
    slopes = K.gradients(y_pred, averaged_samples)[0]
    squares = K.square(slopes)
    norm = K.sqrt(K.sum(squares, axis=np.arange(1, len(squares.shape))))
    return K.mean(K.square(1 - norm))


def wasserstein(y_true, y_pred):
    return K.mean(y_true * y_pred)


@pytest.mark.parametrize("frozen", [True, False])
def test_it_trains_by_the_right_gradients(frozen):
    generator = Sequential([Input((3,)), Dense(4, activation="tanh")])
    critic = Sequential([Input((4,)), Dense(5, activation="tanh"), Dense(1)], name="critic")
    generator.trainable = not frozen
    real, noise = Input((4,)), Input((3,))
    fake = generator(noise)
    between = Between()([real, fake])
    outputs = [critic(real), critic(fake), critic(between)]
    model = Model([real, noise], outputs)
    model.compile(
        SGD(0.1),
        [wasserstein, wasserstein, partial(penalty, averaged_samples=between)],
        loss_weights=[1, 1, 10],
    )
    y = [-np.ones((8, 1)), np.ones((8, 1)), np.zeros((8, 1))]
    trained = critic.trainable_weights + generator.trainable_weights

    made = generator(torch.tensor(NOISE))
    middle = 0.25 * torch.tensor(REAL) + 0.75 * made
    middle = middle if middle.requires_grad else middle.requires_grad_()
    (slopes,) = torch.autograd.grad(critic(middle).sum(), middle, create_graph=True)
    by_hand = torch.square(1 - slopes.square().sum(1).sqrt()).mean()
    parts = [-critic(torch.tensor(REAL)).mean(), critic(made).mean(), by_hand]
    total = parts[0] + parts[1] + 10 * parts[2]
    gradients = torch.autograd.grad(total, trained, allow_unused=True, materialize_grads=True)
    expected = [(w - 0.1 * g).detach().numpy() for w, g in zip(trained, gradients, strict=True)]

    tested = model.test_on_batch([REAL, NOISE], y)
    found = model.train_on_batch([REAL, NOISE], y)
    wanted = [one.item() for one in (total, *parts)]
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(tested, wanted, rtol=1e-4, atol=1e-6)
    for weight, value in zip(trained, expected, strict=True):
        np.testing.assert_allclose(weight.detach().numpy(), value, rtol=1e-4, atol=1e-6)
    assert np.isfinite(model.fit([REAL, NOISE], y, batch_size=4, verbose=0).history["loss"]).all()
    assert np.isfinite(model.evaluate([REAL, NOISE], y, batch_size=4, verbose=0)).all()
    assert model.predict([REAL, NOISE], verbose=0)[2].shape == (8, 1)
    assert model.output_names == ["critic", "critic_1", "critic_2"]


@pytest.mark.parametrize("base", [_Merge, Add, Concatenate])
def test_the_function_of_a_merge_is_the_user_s(base):
    class Own(base):
        def _merge_function(self, inputs):
            return inputs[0] * 3.0

    class More(Own):
        def _merge_function(self, inputs):
            return super()._merge_function(inputs) + 1.0

    x = torch.ones(2, 3)
    assert float(Own()([x, x]).detach().mean()) == 3.0
    assert float(More()([x, x]).detach().mean()) == 4.0
    assert Add()([x, x]).mean() == 2.0
    assert float(Add()._merge_function([x, x]).mean()) == 2.0


def where_it_was(tensors):
    before, after = tensors
    return K.gradients(K.sum(after), before)


def test_a_lambda_may_take_gradients_of_its_inputs():
    """The switches of a pooling, as what-where autoencoders have them: in predict, too."""
    images = Input((4, 4, 1))
    before = Conv2D(2, 3, padding="same")(images)
    after = MaxPooling2D(2)(before)
    where = Lambda(where_it_was, output_shape=lambda shape: shape[0])([before, after])
    assert where.shape == (None, 4, 4, 2)
    back = Multiply()([UpSampling2D(2)(after), where])
    model, found = Model(images, back), Model(images, [before, after, where])
    x = R.random((3, 4, 4, 1)).astype("float32")
    first, pooled, switches = found.predict(x, verbose=0)
    expected = first == pooled.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_array_equal(switches, expected)
    np.testing.assert_allclose(model.predict(x, verbose=0), first * expected)
    model.trainable = False
    model.compile("sgd", "mse")
    assert model.evaluate(x, first * expected, verbose=0) < 1e-12


class Slopes(Layer):
    """The penalty as a layer of one's own."""

    def call(self, inputs):
        y, x = inputs
        squares = K.square(K.gradients(y, x)[0])
        return K.sqrt(K.sum(squares, axis=1, keepdims=True)) - 1

    def compute_output_shape(self, input_shapes):
        return (input_shapes[1][0], 1)


@pytest.mark.parametrize("inner", [False, True])
def test_a_layer_of_gradients_trains_by_the_right_ones(inner):
    critic = Sequential([Input((4,)), Dense(5, activation="tanh"), Dense(1)])
    x = Input((4,))
    model = Model(x, Slopes()([critic(x), x]))
    if inner:  # in a model within a model
        again = Input((4,))
        model = Model(again, model(again))
    model.compile(SGD(0.1), "mse")
    images = torch.tensor(REAL, requires_grad=True)
    (slopes,) = torch.autograd.grad(critic(images).sum(), images, create_graph=True)
    penalties = slopes.square().sum(1, keepdim=True).sqrt() - 1
    weights = critic.trainable_weights
    found = torch.autograd.grad(
        penalties.square().mean(), weights, allow_unused=True, materialize_grads=True
    )
    expected = [(w - 0.1 * g).detach().numpy() for w, g in zip(weights, found, strict=True)]
    close = partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-6)
    close(model.predict(REAL, verbose=0), penalties.detach().numpy())
    close(model.predict_on_batch(REAL), penalties.detach().numpy())
    model.train_on_batch(REAL, np.zeros((8, 1)))
    for w, value in zip(critic.get_weights(), expected, strict=True):
        close(w, value)
    assert np.isfinite(model.fit(REAL, np.zeros((8, 1)), verbose=0).history["loss"]).all()
