"""GradientTape: derivatives that can be worked out by hand, a training loop, Grad-CAM."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import saccade
import saccade.tensorflow_alias as tf
from saccade.errors import StateError


def make_classifier() -> saccade.Model:
    saccade.utils.set_random_seed(3)
    inputs = saccade.Input((8, 8, 1))
    x = saccade.layers.Conv2D(4, 3, activation="relu", name="last_conv")(inputs)
    x = saccade.layers.GlobalAveragePooling2D()(x)
    return saccade.Model(inputs, saccade.layers.Dense(2)(x))


def test_derivative_of_a_cube_and_its_derivative():
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        first = inner.gradient(y, x)
    assert float(first) == pytest.approx(12.0)
    assert float(outer.gradient(first, x)) == pytest.approx(12.0)


def test_sources_come_back_in_their_nest_and_unconnected_ones_as_none():
    a, b, c = tf.Variable(2.0), tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape(persistent=True) as tape:
        y = a * b
    assert [g if g is None else float(g) for g in tape.gradient(y, [a, b, c])] == [3.0, 2.0, None]
    found = tape.gradient(y, {"z": a, "y": (b, c)}, unconnected_gradients="zero")
    assert float(found["z"]) == 3.0
    assert [float(g) for g in found["y"]] == [2.0, 0.0]


def test_a_second_gradient_needs_a_persistent_tape():
    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = v * v
    tape.gradient(y, v)
    with pytest.raises(StateError, match="persistent=True"):
        tape.gradient(y, v)


def test_two_tapes_side_by_side_share_one_graph():
    v, w = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as one, tf.GradientTape() as other:
        shared = v * v * w
        first, second = shared * 3.0, shared * shared
    assert float(one.gradient(first, v)) == pytest.approx(60.0)
    assert float(other.gradient(second, w)) == pytest.approx(160.0)


def test_what_was_watched_can_be_changed_in_place_afterwards():
    image = tf.zeros((2, 2))
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(image)
            y = tf.reduce_sum(image * 3.0)
        image += 0.5 * tape.gradient(y, image)
    assert image.numpy().tolist() == [[3.0, 3.0], [3.0, 3.0]]


def test_gradient_inside_a_dataset_map_where_torch_records_nothing():
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        return tape.gradient(y, x)

    found = tf.data.Dataset.from_tensor_slices([1.0, 2.0]).map(slope)
    assert [float(x) for x in found] == [2.0, 4.0]


def test_a_custom_loop_is_one_step_of_fit():
    x = np.random.default_rng(0).random((16, 8, 8, 1), np.float32)
    y = np.arange(16) % 2
    loss_of = saccade.losses.SparseCategoricalCrossentropy(from_logits=True)
    fitted, looped = make_classifier(), make_classifier()
    fitted.compile(saccade.optimizers.SGD(0.5), loss_of)
    fitted.fit(x, y, batch_size=16, shuffle=False, verbose=0)
    optimizer, mean = saccade.optimizers.SGD(0.5), saccade.metrics.Mean()

    @tf.function
    def step(images, labels):
        with tf.GradientTape() as tape:
            loss = loss_of(labels, looped(images, training=True))
        gradients = tape.gradient(loss, looped.trainable_variables)
        optimizer.apply_gradients(zip(gradients, looped.trainable_variables, strict=True))
        mean(loss)
        return loss

    loss = step(tf.constant(x), tf.constant(y))
    assert float(loss) == pytest.approx(fitted.history.history["loss"][0], rel=1e-5)
    assert loss.numpy() == pytest.approx(mean.result().numpy(), rel=1e-6)
    for mine, theirs in zip(looped.get_weights(), fitted.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("frozen", [False, True])
def test_grad_cam_of_a_trained_and_of_a_frozen_network(frozen):
    model = make_classifier()
    model.trainable = not frozen
    grad_model = saccade.Model(model.inputs, [model.get_layer("last_conv").output, model.output])
    image = np.random.default_rng(1).random((1, 8, 8, 1), np.float32)
    with tf.GradientTape() as tape:
        maps, scores = grad_model(image)
        class_channel = scores[:, tf.argmax(scores[0])]
    gradients = tape.gradient(class_channel, maps)
    # scores = mean of maps over 36 places @ kernel + bias
    kernel = model.layers[-1].get_weights()[0][:, int(tf.argmax(scores[0]))]
    np.testing.assert_allclose(gradients.numpy(), np.broadcast_to(kernel / 36, (1, 6, 6, 4)),
                               rtol=1e-5)  # fmt: skip
    pooled = tf.reduce_mean(gradients, axis=(0, 1, 2))
    heatmap = tf.squeeze(maps[0] @ pooled[..., tf.newaxis])
    heatmap = tf.maximum(heatmap, 0) / (tf.math.reduce_max(heatmap) + 1e-9)
    assert np.max(heatmap) <= 1.0
    assert heatmap.numpy().shape == (6, 6)


def test_a_training_step_keeps_nothing_for_frozen_layers():
    model = make_classifier()
    model.get_layer("last_conv").trainable = False
    maps = saccade.Model(model.inputs, model.get_layer("last_conv").output)
    with tf.GradientTape():
        assert not maps(torch.zeros(1, 8, 8, 1), training=True).requires_grad
        assert maps(torch.zeros(1, 8, 8, 1)).requires_grad


def test_weights_are_left_out_where_only_what_is_watched_counts():
    v, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(v)
        y = v * w
    found = tape.gradient(y, [v, w])
    assert float(found[0]) == 3.0
    assert found[1] is None
