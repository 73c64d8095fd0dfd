"""`keras.backend` and `keras.ops`: numbers against NumPy, and what holds for the process."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade import backend as K
from saccade import notes, ops
from saccade.constraints import UnitNorm
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Input,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from saccade.models import Model, Sequential
from saccade.optimizers import SGD, Adam
from saccade.script_door import mark_own_keras, mark_tensorflow_script, open_script_door
from scripts.warm_process import python

A = np.random.RandomState(0).randn(3, 4, 2).astype("float32")


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("name", ["mean", "sum", "max", "min", "std", "var", "any", "all"])
@pytest.mark.parametrize("keepdims", [False, True])
def test_over_axes(name, axis, keepdims):
    a = A > 0 if name in ("any", "all") else A
    found = getattr(K, name)(a, axis=axis, keepdims=keepdims).numpy()
    expected = getattr(np, name)(a, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["abs", "square", "exp", "sign", "sin", "cos", "tanh", "round", "floor", "ceil"]
)
def test_number_by_number(name):
    np.testing.assert_allclose(getattr(ops, name)(A).numpy(), getattr(np, name)(A), rtol=1e-5)


@pytest.mark.parametrize("name", ["maximum", "minimum", "add", "multiply", "greater", "power"])
def test_pairs(name):
    left = np.abs(A)
    for right in (left[::-1].copy(), 0.5):
        expected = getattr(np, name)(left, np.float32(right))
        np.testing.assert_allclose(getattr(ops, name)(left, right).numpy(), expected, rtol=1e-5)
    assert ops.maximum(torch.tensor([1, 5]), 3).dtype == torch.int64


def test_shapes():
    assert K.int_shape(K.expand_dims(A)) == (3, 4, 2, 1)
    assert K.int_shape(K.permute_dimensions(A, (2, 0, 1))) == (2, 3, 4)
    assert K.int_shape(K.batch_flatten(A)) == (3, 8)
    assert K.int_shape(K.concatenate([A, A])) == (3, 4, 4)
    assert K.int_shape(K.stack([A, A])) == (2, 3, 4, 2)
    assert (K.ndim(A), K.dtype(K.cast(A, "int32"))) == (3, "int32")
    np.testing.assert_allclose(K.argmax(A).numpy(), A.argmax(-1))
    np.testing.assert_allclose(K.clip(A, -0.5, 0.5).numpy(), A.clip(-0.5, 0.5))
    np.testing.assert_allclose(K.dot(A[0], A[0].T.copy()).numpy(), A[0] @ A[0].T, rtol=1e-5)
    np.testing.assert_allclose(
        K.l2_normalize(A, axis=-1).numpy(), A / np.linalg.norm(A, axis=-1, keepdims=True), rtol=1e-4
    )
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.where(A > 0, A, 0.0)), A.clip(0))


IMAGES = np.random.RandomState(1).rand(2, 5, 6, 3).astype("float32")
KERNEL = np.random.RandomState(2).randn(3, 2, 3, 4).astype("float32")


def test_parts_of_tensors():
    np.testing.assert_array_equal(K.arange(2, 8, 3).numpy(), [2, 5])
    np.testing.assert_array_equal(K.arange(3).numpy(), [0, 1, 2])
    assert K.dtype(K.arange(3)) == "int32"
    np.testing.assert_array_equal(K.gather(A, [2, 0]).numpy(), A[[2, 0]])
    np.testing.assert_array_equal(K.reverse(A, 1).numpy(), A[:, ::-1])
    np.testing.assert_array_equal(K.slice(A, (1, 1, 1), (2, -1, 1)).numpy(), A[1:3, 1:, 1:2])
    np.testing.assert_array_equal(K.repeat_elements(A, 2, 1).numpy(), A.repeat(2, 1))
    np.testing.assert_allclose(K.cumprod(A, 1).numpy(), A.cumprod(1), rtol=1e-6)
    np.testing.assert_array_equal(K.eye(2).numpy(), np.eye(2))
    np.testing.assert_array_equal(K.eye((2, 3)).numpy(), np.eye(2, 3))
    np.testing.assert_array_equal(K.map_fn(lambda row: row * 2, A).numpy(), A * 2)
    assert K.count_params(K.constant(A)) == A.size
    for axis in (None, 1, (0, 2)):
        np.testing.assert_allclose(
            K.logsumexp(A, axis).numpy(), np.log(np.exp(A).sum(axis)), rtol=1e-5
        )


def test_batch_dot():
    x, y = IMAGES[:, 0], IMAGES[:, 1]
    np.testing.assert_allclose(
        K.batch_dot(x, y, axes=1).numpy(), np.einsum("bki,bkj->bij", x, y), rtol=1e-5
    )
    np.testing.assert_allclose(
        K.batch_dot(x, y.transpose(0, 2, 1).copy()).numpy(),
        np.einsum("bik,bjk->bij", x, y),
        rtol=1e-5,
    )
    rows = K.batch_dot(x[:, 0], y[:, 0], axes=1).numpy()
    np.testing.assert_allclose(rows, (x[:, 0] * y[:, 0]).sum(-1, keepdims=True), rtol=1e-5)


def test_batch_dot_of_many_axes_says_what_it_meant_before(caplog):
    """Keras 2.0 to 2.2.4 paired all axes but the last two: capsule networks are written so."""
    x, y = np.ones((2, 3, 4), "float32"), np.ones((2, 3, 5, 4), "float32")
    notes.forget_notes()
    assert K.batch_dot(x, y[:, 0], [2, 2]).shape == (2, 3, 5)
    assert not [one for one in caplog.messages if "K.batch_dot" in one]
    assert K.batch_dot(x, y, [2, 3]).shape == (2, 3, 3, 5)
    assert K.batch_dot(x, y, [2, 3]).numpy().max() == 4
    (said,) = [one for one in caplog.messages if "K.batch_dot" in one]
    assert "as since Keras 2.3" in said


def test_batch_dot_in_a_script_without_tensorflow_pairs_all_axes_but_two(caplog):
    """The routing of capsules, and the heads of attention, as until Keras 2.2."""
    random = np.random.RandomState(0)
    c, votes = random.rand(2, 4, 25).astype("f"), random.rand(2, 4, 25, 8).astype("f")
    q, k = random.rand(2, 4, 5, 8).astype("f"), random.rand(2, 4, 6, 8).astype("f")
    notes.forget_notes()
    open_script_door()
    try:
        out = K.batch_dot(c, votes, [2, 2]).numpy()
        close(out, np.einsum("bni,bnid->bnd", c, votes))
        close(K.batch_dot(out, votes, [2, 3]).numpy(), np.einsum("bnd,bnid->bni", out, votes))
        scores = K.batch_dot(q, k, axes=[3, 3]).numpy()
        close(scores, np.einsum("bhqd,bhkd->bhqk", q, k))
        close(K.batch_dot(scores, k, axes=[3, 2]).numpy(), scores @ k)
        close(K.batch_dot(scores, k).numpy(), scores @ k)
        close(K.batch_dot(q[:, 0], k[:, 0], 2).numpy(), np.einsum("bqd,bkd->bqk", q[:, 0], k[:, 0]))
        assert K.batch_dot(c, votes[:, :3], [2, 2]).shape == (2, 4, 3, 8)  # no pairs to make
        mark_own_keras()
        mark_tensorflow_script()
        close(K.batch_dot(c, votes, [2, 2]).numpy(), out)  # keras, and tensorflow's functions
        mark_tensorflow_script(its_keras=True)
        assert K.batch_dot(c, votes, [2, 2]).shape == (2, 4, 4, 8)
    finally:
        open_script_door(False)
        mark_tensorflow_script(False)
    assert sum("as until Keras 2.2" in one for one in caplog.messages) == 1


def test_batch_dot_of_sizes_that_differ_says_which():
    with pytest.raises(ShapeError, match=r"K.batch_dot: axis 2 of x and axis 1 of y .* 4 and 3"):
        K.batch_dot(np.ones((2, 5, 4)), np.ones((2, 3, 4)), [2, 1])


def test_conditions():
    np.testing.assert_array_equal(K.switch(A > 0, A, -A).numpy(), np.abs(A))
    np.testing.assert_array_equal(
        K.switch(K.constant([1, 0, 1]), A, lambda: A * 0).numpy(), A * [[[1]], [[0]], [[1]]]
    )
    assert K.switch(K.constant(0), lambda: 1 / 0, 5) == 5
    found = K.in_top_k([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]], [2, 2], 2).numpy()
    np.testing.assert_array_equal(found, [True, False])


def test_images_as_the_layers_make_them():
    for strides, padding in (((1, 1), "valid"), ((2, 1), "same")):
        layer = Conv2D(4, (3, 2), strides=strides, padding=padding, use_bias=False)
        layer.build(IMAGES.shape)
        layer.set_weights([KERNEL])
        found = K.conv2d(IMAGES, KERNEL, strides=strides, padding=padding)
        np.testing.assert_array_equal(found.numpy(), layer(IMAGES).detach().numpy())
    for mode, pool in (("max", MaxPooling2D), ("avg", AveragePooling2D)):
        found = K.pool2d(IMAGES, (2, 2), strides=(2, 2), padding="same", pool_mode=mode)
        np.testing.assert_array_equal(found.numpy(), pool(2, padding="same")(IMAGES).numpy())
    separable = SeparableConv2D(5, 3, use_bias=False)
    separable.build(IMAGES.shape)
    kernels = separable.get_weights()
    found = K.separable_conv2d(IMAGES, *kernels)
    np.testing.assert_allclose(found.numpy(), separable(IMAGES).detach().numpy(), rtol=1e-6)
    with pytest.raises(InvalidArgument, match="pool2d: pool_mode must be"):
        K.pool2d(IMAGES, 2, pool_mode="min")
    with pytest.raises(InvalidArgument, match="max_pool, data_format"):
        K.pool2d(IMAGES, 2, data_format="sideways")


def test_images_by_numbers():
    padded = K.spatial_2d_padding(IMAGES, ((1, 2), (0, 3))).numpy()
    np.testing.assert_array_equal(padded, np.pad(IMAGES, ((0, 0), (1, 2), (0, 3), (0, 0))))
    np.testing.assert_array_equal(
        K.resize_images(IMAGES, 2, 3).numpy(), IMAGES.repeat(2, 1).repeat(3, 2)
    )
    bias = np.array([1, 2, 3], "float32")
    np.testing.assert_array_equal(K.bias_add(IMAGES, bias).numpy(), IMAGES + bias)
    mean, spread = IMAGES.mean((0, 1, 2)), IMAGES.var((0, 1, 2))
    np.testing.assert_allclose(
        K.batch_normalization(IMAGES, mean, spread, bias, bias, epsilon=0.01).numpy(),
        (IMAGES - mean) / np.sqrt(spread + 0.01) * bias + bias,
        rtol=1e-4,
        atol=1e-5,
    )
    rows = np.arange(5, dtype="float32")
    np.testing.assert_allclose(
        K.batch_normalization(IMAGES, rows, np.ones(5, "float32"), axis=1).numpy(),
        (IMAGES - rows[:, None, None]) / np.sqrt(1.001),
        rtol=1e-4,
        atol=1e-5,
    )


def test_values_are_changed_in_place():
    weight = K.variable([1.0, 2.0])
    assert K.update(weight, [3.0, 4.0]) is weight
    K.update_add(weight, 1.0)
    K.update_sub(weight, [0.0, 1.0])
    np.testing.assert_array_equal(K.eval(weight), [4, 4])
    K.moving_average_update(weight, 8.0, 0.75)
    np.testing.assert_array_equal(K.get_value(weight), [5, 5])


def test_draws():
    for draw in (K.random_normal, K.random_uniform, K.truncated_normal, K.random_binomial):
        one, same, other = draw((50, 50), seed=1), draw((50, 50), seed=1), draw((50, 50), seed=2)
        assert bool((one == same).all())
        if draw is not K.random_binomial:
            assert bool((one != other).any())
    assert float(K.truncated_normal((9000,), 5.0, 2.0).sub(5).abs().max()) <= 4
    assert 0.2 < float(K.random_binomial((9000,), p=0.25).mean()) < 0.3
    kept = K.dropout(np.ones((90, 100), "float32"), 0.25, seed=3)
    assert sorted(kept.unique().tolist()) == [0, pytest.approx(4 / 3)]
    assert 0.2 < float((kept == 0).float().mean()) < 0.3
    by_column = K.dropout(np.ones((9, 100), "float32"), 0.25, noise_shape=(1, 100))
    assert bool((by_column == by_column[0]).all())


def test_losses_have_the_backends_order():
    target, output = np.eye(3, dtype="float32"), np.full((3, 3), 1 / 3, "float32")
    expected = np.full(3, np.log(3))
    for found in (
        K.categorical_crossentropy(K.constant(target), K.constant(output)),
        K.sparse_categorical_crossentropy(torch.arange(3), K.constant(output)),
    ):
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4)
    binary = K.binary_crossentropy(K.constant([[0, 1]]), K.constant([[0.5, 0.25]])).numpy()
    np.testing.assert_allclose(binary, [[np.log(2), np.log(4)]], rtol=1e-4)


def test_values_of_weights_and_rates():
    layer = Dense(2)
    layer.build((None, 3))
    K.set_value(layer.kernel, np.ones((3, 2)))
    np.testing.assert_array_equal(K.get_value(layer.kernel), np.ones((3, 2)))
    optimizer = SGD(0.1)
    K.set_value(optimizer.lr, 0.02)
    assert float(K.get_value(optimizer.learning_rate)) == pytest.approx(0.02)
    assert K.variable([1, 2]).trainable


def test_clear_session_counts_names_anew():
    K.clear_session()
    assert (Dense(1).name, Dense(1).name) == ("dense", "dense_1")
    K.clear_session()
    assert Dense(1).name == "dense"


def test_settings_of_the_process(caplog):
    notes.forget_notes()
    assert (K.epsilon(), K.floatx(), K.image_data_format()) == (1e-7, "float32", "channels_last")
    K.set_epsilon(1e-3)
    assert K.epsilon() == 1e-3
    K.set_epsilon(1e-7)
    for word, ordering in (("channels_first", "th"), ("channels_last", "tf")):
        K.set_image_data_format(word)
        assert (K.image_data_format(), K.image_dim_ordering()) == (word, ordering)
    for ordering, word in (("th", "channels_first"), ("tf", "channels_last")):
        K.set_image_dim_ordering(ordering)
        assert (K.image_data_format(), K.image_dim_ordering()) == (word, ordering)
    with pytest.raises(NotSupported):
        K.gradients(None, None)
    with pytest.raises(InvalidArgument):
        K.set_image_data_format("sideways")


class Phase(Layer):
    """Tells what it sees of the learning phase."""

    def call(self, x):
        assert K.in_test_phase(0, 1) == K.learning_phase()
        return K.in_train_phase(lambda: x + 1, x)


def test_the_learning_phase_is_that_of_the_call():
    layer, x = Phase(), torch.zeros(1, 2)
    assert K.learning_phase() == 0
    try:
        for phase in (0, 1):
            K.set_learning_phase(phase)
            assert K.learning_phase() == phase
            assert float(layer(x)[0, 0]) == phase
            assert float(layer(x, training=True)[0, 0]) == 1
            assert float(layer(x, training=False)[0, 0]) == 0
        drop = Sequential([Input((2,)), Dropout(0.5)])
        assert bool((drop(torch.ones(9, 2)) != 1).all())  # 0 or 2
        assert drop.predict(np.ones((9, 2)), verbose=0).min() == 1  # says what it does
    finally:
        K.clear_session()
    assert K.learning_phase() == 0


def test_a_function_takes_the_learning_phase_by_its_place():
    image = Input((2,))
    dropped = Dropout(0.5)(image)
    run = K.function([K.learning_phase(), image], [dropped])
    x = np.ones((50, 2), "float32")
    assert run([0, x])[0].min() == 1
    assert run([1, x])[0].min() == 0
    with pytest.raises(NotSupported, match="updates"):
        K.function([image], [dropped], updates=[1])


def test_set_epsilon_is_obeyed():
    """By the losses, the metrics and the constraints, and by optimizers with epsilon=None."""
    certain = np.array([[1.0, 0.0]], "float32")
    try:
        K.set_epsilon(0.125)
        found = K.categorical_crossentropy([[0.0, 1.0]], K.constant(certain))
        np.testing.assert_allclose(found.numpy(), [np.log(8)], rtol=1e-5)
        np.testing.assert_allclose(UnitNorm()(K.ones((1, 1))).numpy(), [[1 / 1.125]], rtol=1e-6)
        assert (Adam(epsilon=None).epsilon, Adam().epsilon) == (0.125, 1e-7)
        with pytest.raises(InvalidArgument, match="set_epsilon"):
            K.set_epsilon(0)
    finally:
        K.set_epsilon(1e-7)


def test_symbols_without_a_layer():
    image = K.placeholder(shape=(None, 4, 4, 1))
    assert (K.is_keras_tensor(image), K.int_shape(image)) == (True, (None, 4, 4, 1))
    assert K.int_shape(K.placeholder(ndim=3)) == (None, None, None)
    with pytest.raises(InvalidArgument, match="give shape= or ndim="):
        K.placeholder()


def test_names_of_keras_2_are_noted_once_for_all(tmp_path):
    """In a process of its own: a name is looked up once."""
    code = "from saccade import backend as K; K.epsilon(); K.floatx(); K.mean([1.]); K.sum([1.])"
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("saccade: keras.backend.mean is Keras 2's") == 1
    assert done.stderr.count("saccade:") == 1


def test_a_function_between_symbols():
    model = Sequential([Input((6, 6, 3)), Conv2D(2, 3, name="c"), Conv2D(1, 3)])
    run = K.function([model.layers[0].input, K.learning_phase()], [model.layers[0].output])
    x = np.random.RandomState(1).rand(2, 6, 6, 3).astype("float32")
    (found,) = run([x, 0])
    part = Model(model.inputs, model.layers[0].output)
    np.testing.assert_allclose(found, part.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def convolved():
    model = Sequential([Input((6, 6, 3)), Conv2D(2, 3, activation="tanh"), Conv2D(1, 3)])
    return model, np.random.RandomState(1).rand(2, 6, 6, 3).astype("float32")


def test_gradients_between_symbols():
    model, x = convolved()
    inner, loss = model.layers[0].output, K.mean(model.output[:, :, :, 0])
    run = K.function([model.input], [loss, *K.gradients(loss, [model.input, inner])])
    value, to_image, to_inner = run([x])
    image = torch.tensor(x, requires_grad=True)
    middle = model.layers[0](image)
    expected = model.layers[1](middle).mean()
    wanted = torch.autograd.grad(expected, [image, middle])
    np.testing.assert_allclose(value, expected.item(), rtol=1e-6)
    for found, right in zip((to_image, to_inner), wanted, strict=True):
        np.testing.assert_allclose(found, right.numpy(), rtol=1e-5, atol=1e-8)


def test_gradients_go_on_into_other_functions():
    model, x = convolved()
    (grads,) = K.gradients(K.sum(model.output), model.input)
    grads /= K.sqrt(K.mean(K.square(grads))) + 1e-5
    (found,) = K.function([model.input], [grads])([x])
    assert found.shape == x.shape
    assert np.sqrt((found**2).mean()) == pytest.approx(1, rel=1e-3)


def test_where_the_loss_does_not_depend_the_gradient_is_zero():
    a, b = Input((2,)), Input((2,))
    found = K.function([a, b], K.gradients(K.sum(a * a), [a, b]))(
        [np.ones((1, 2)), np.ones((1, 2))]
    )
    np.testing.assert_array_equal(found, [[[2, 2]], [[0, 0]]])


def test_functions_of_backend_alone_among_layers(tmp_path):
    """They run and train; what cannot be written down says so."""
    image = Input((4, 4, 2))
    padded = K.spatial_2d_padding(image)
    assert K.int_shape(padded) == (None, 6, 6, 2)
    model = Model(image, K.batch_flatten(K.pool2d(padded, 2, (2, 2), pool_mode="avg")))
    x = np.random.RandomState(0).rand(3, 4, 4, 2).astype("float32")
    expected = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))).reshape(3, 3, 2, 3, 2, 2).mean((2, 4))
    np.testing.assert_allclose(model.predict(x, verbose=0), expected.reshape(3, -1), rtol=1e-5)
    with pytest.raises(NotSupported, match=r"K\.spatial_2d_padding in a model cannot be written"):
        model.save(tmp_path / "m.keras")


def test_symbols_keep_their_shapes():
    image = Input((4, 6, 2))
    assert K.int_shape(K.permute_dimensions(image, (0, 2, 1, 3))) == (None, 6, 4, 2)
    assert K.int_shape(K.repeat_elements(image, 2, 1)) == (None, 8, 6, 2)
    assert K.int_shape(K.l2_normalize(image, -1)) == (None, 4, 6, 2)
    assert (K.ndim(image), K.dtype(K.cast_to_floatx(image))) == (4, "float32")


@pytest.mark.parametrize("order", [1, 2, 3])
def test_normalize(order):
    rows = np.array([[3.0, -4.0], [0.0, 0.0], [1e-9, 0.0]], "float32")
    length = (abs(rows) ** order).sum(axis=1, keepdims=True) ** (1 / order)
    got = ops.convert_to_numpy(ops.normalize(rows, axis=1, order=order))
    np.testing.assert_allclose(got, rows / np.maximum(length, 1e-7), rtol=1e-6)
    flat = ops.convert_to_numpy(ops.normalize(rows.T, axis=0, order=order, epsilon=2.0))
    np.testing.assert_allclose(flat.T, rows / np.maximum(length, 2.0), rtol=1e-6)
    with pytest.raises(InvalidArgument, match="order must be an int"):
        ops.normalize(rows, order=0)


def test_functions_that_mean_something_else_today():
    """Keras 2's meaning, by hand."""
    x = np.array([[-3.0, -1.0, 0.0, 1.0, 4.0]], "float32")
    np.testing.assert_allclose(K.hard_sigmoid(x).numpy(), [[0, 0.3, 0.5, 0.7, 1]], rtol=1e-6)
    np.testing.assert_allclose(K.sqrt(x).numpy(), [[0, 0, 0, 1, 2]])
    np.testing.assert_array_equal(K.repeat(x, 2).numpy(), [[x[0], x[0]]])
    np.testing.assert_allclose(K.relu(x, alpha=0.5, max_value=2).numpy(), [[-1.5, -0.5, 0, 1, 2]])
    np.testing.assert_allclose(K.relu(x, 0.0, None, 2.0).numpy(), [[0, 0, 0, 0, 4]])
    np.testing.assert_allclose(K.relu(x, 0.5, None, 2.0).numpy(), [[-2.5, -1.5, -1, -0.5, 4]])
    assert K.int_shape(K.tile(x, 2)) == (1, 10)
    assert K.int_shape(K.tile(x, (3, 1))) == (3, 5)
    assert K.dtype(K.ones_like(x, dtype="int32")) == "int32"
    assert K.dtype(0.5) == "float32"
    assert not K.variable([1, 2], dtype="int32").trainable
    image = Input((3,))
    assert K.int_shape(K.repeat(image, 4)) == (None, 4, 3)


def test_volumes_as_the_layers_make_them():
    x = np.random.RandomState(3).standard_normal((2, 4, 6, 5, 3)).astype("float32")
    first = np.moveaxis(x, -1, 1)
    kernel = np.random.RandomState(4).standard_normal((2, 2, 2, 3, 4)).astype("float32")
    calls = {
        "conv3d": ((kernel,), {"strides": (1, 2, 1), "padding": "same"}),
        "pool3d": (((2, 2, 2),), {"strides": (2, 2, 2), "pool_mode": "avg"}),
        "resize_volumes": ((2, 1, 3), {}),
        "spatial_3d_padding": ((((1, 0), (0, 2), (1, 1)),), {}),
    }
    for name, (given, options) in calls.items():
        last = getattr(K, name)(x, *given, **options, data_format="channels_last")
        found = getattr(K, name)(first, *given, **options, data_format="channels_first")
        assert found.movedim(1, -1).equal(last), name
    assert K.conv3d(x, kernel).shape == (2, 3, 5, 4, 4)
    padded = K.spatial_3d_padding(x, ((1, 0), (0, 2), (1, 1))).numpy()
    np.testing.assert_array_equal(padded, np.pad(x, ((0, 0), (1, 0), (0, 2), (1, 1), (0, 0))))
    repeated = x.repeat(2, 1).repeat(3, 3)
    np.testing.assert_array_equal(K.resize_volumes(x, 2, 1, 3, "channels_last").numpy(), repeated)


def test_images_with_their_channels_first():
    first = np.moveaxis(IMAGES, -1, 1)
    bias = np.array([1, 2, 3], "float32")
    K.set_image_data_format("channels_first")
    for found, last in (
        (K.conv2d(first, KERNEL), K.conv2d(IMAGES, KERNEL, data_format="channels_last")),
        (K.bias_add(first, bias), K.bias_add(IMAGES, bias, "channels_last")),
        (K.resize_images(first, 2, 3, "channels_first"),
         K.resize_images(IMAGES, 2, 3, "channels_last")),
        (K.spatial_2d_padding(first), K.spatial_2d_padding(IMAGES, data_format="channels_last")),
    ):  # fmt: skip
        np.testing.assert_allclose(found.movedim(1, -1).numpy(), last.numpy(), rtol=1e-5, atol=1e-5)
    wide = (len(IMAGES), 2 * IMAGES.shape[1], 2 * IMAGES.shape[2], 3)
    kernel = KERNEL[..., :3].transpose(0, 1, 3, 2)
    given = {"strides": (2, 2), "padding": "same"}
    last = K.conv2d_transpose(IMAGES, kernel, wide, **given, data_format="channels_last")
    found = K.conv2d_transpose(first, kernel, (wide[0], 3, *wide[1:3]), **given)
    assert tuple(last.shape) == wide
    np.testing.assert_allclose(found.movedim(1, -1).numpy(), last.numpy(), rtol=1e-5, atol=1e-5)
