"""Tensors, dtypes and functions of them, against NumPy and numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import saccade
import saccade.tensorflow_alias as tf
from saccade.errors import InvalidArgument, NotSupported


def test_dtypes_equal_torchs_numpys_and_their_names():
    assert tf.float32 == torch.float32 == tf.constant(1.0).dtype
    assert tf.constant(1.0).dtype == tf.float32
    assert tf.uint8 == np.uint8
    assert tf.int64 == "int64"
    assert tf.float32 != tf.float64
    assert tf.bool.name == "bool"
    assert np.zeros(2, dtype=tf.int32).dtype == np.int32
    assert tf.uint8.max == 255
    assert saccade.Input((2,), dtype=tf.float32).shape == (None, 2)


def test_python_numbers_are_narrow_and_arrays_keep_their_dtype():
    assert tf.constant([1, 2]).dtype == tf.int32
    assert tf.constant([1.0]).dtype == tf.float32
    assert tf.constant(np.array([1.0])).dtype == tf.float64
    assert tf.constant(3.0, shape=(2, 2)).numpy().tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert tf.cast([1.7, -1.7], tf.int32).tolist() == [1, -1]
    assert tf.convert_to_tensor([tf.constant(1.0), 2.0]).tolist() == [1.0, 2.0]


def test_tensors_with_a_gradient_answer_numpy():
    v = tf.Variable([1.0, 2.0, 3.0])
    t = v * 2.0
    assert t.numpy().tolist() == [2.0, 4.0, 6.0]
    assert float(t[0]) == 2.0
    assert np.max(t) == 6.0
    assert np.mean(t) == 4.0
    assert np.argmax(t) == 2
    assert np.asarray(t).dtype == np.float32
    assert np.stack([t, t]).shape == (2, 3)
    assert t.get_shape().as_list() == [3]
    assert f"{tf.reduce_sum(t).numpy():.1f}" == "12.0"


def test_an_array_beside_a_tensor_keeps_dtype_and_gradient():
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        left, right = np.array([3.0, 4.0]) * v, v * np.array([3.0, 4.0])
    assert left.dtype == right.dtype == tf.float32
    assert tape.gradient(left, v).tolist() == [3.0, 4.0]
    assert tape.gradient(right, v).tolist() == [3.0, 4.0]


def test_variables_change_in_place():
    v = tf.Variable(1)
    v.assign_add(2).assign_sub(5)
    assert int(v) == -2
    assert v.dtype == tf.int32
    image = tf.Variable(tf.zeros((2,)))
    saccade.optimizers.SGD(0.5).apply_gradients([(tf.ones(2), image)])
    assert image.numpy().tolist() == [-0.5, -0.5]


def test_shapes():
    x = tf.reshape(tf.range(6), (2, 3))
    assert x.dtype == tf.int32
    assert tf.shape(x).tolist() == [2, 3]
    assert tf.reshape(x, (tf.shape(x)[0], -1)).shape == (2, 3)
    assert tf.transpose(x).shape == (3, 2)
    assert tf.expand_dims(x, 0)[..., tf.newaxis].shape == (1, 2, 3, 1)
    assert tf.concat([x, x], axis=1).shape == (2, 6)
    assert tf.stack([x, x], -1).shape == (2, 3, 2)
    assert tf.one_hot([0, 2, -1], 3).tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert tf.where(x > 3, x, 0).tolist() == [[0, 0, 0], [0, 4, 5]]
    assert tf.pad([[1, 2, 3]], [[0, 0], [2, 2]], "REFLECT").tolist() == [[3, 2, 1, 2, 3, 2, 1]]
    assert tf.pad([[1, 2, 3]], [[0, 0], [2, 2]], "SYMMETRIC").tolist() == [[2, 1, 1, 2, 3, 3, 2]]
    assert tf.gather([[1, 2], [3, 4]], [1, 0], axis=1).tolist() == [[2, 1], [4, 3]]
    assert [one.tolist() for one in tf.split(tf.range(4), 2)] == [[0, 1], [2, 3]]
    assert tf.range(2, 8, 3).tolist() == [2, 5]
    with pytest.raises(InvalidArgument, match="size 1"):
        tf.squeeze(x, axis=0)


def test_reductions_against_numpy():
    x = np.random.default_rng(0).random((3, 4, 2), np.float32)
    for name, function in {"reduce_mean": np.mean, "reduce_sum": np.sum, "reduce_max": np.max,
                           "reduce_min": np.min, "reduce_prod": np.prod}.items():  # fmt: skip
        for axis in (None, 1, (0, 2), [-1]):
            of = tuple(axis) if isinstance(axis, list) else axis
            found = getattr(tf, name)(x, axis=axis).numpy()
            np.testing.assert_allclose(found, function(x, axis=of), rtol=1e-5)
    assert tf.math.reduce_std(x).numpy() == pytest.approx(x.std(), rel=1e-5)
    assert tf.argmax([[1, 3], [5, 4]]).tolist() == [1, 1]  # along the first axis, as there
    assert tf.argmax([[1, 3], [5, 2]], axis=-1).dtype == tf.int64
    assert tf.reduce_mean([1, 2]).item() == 1  # integers stay integers
    assert tf.cumsum([1, 2, 3], exclusive=True).tolist() == [0, 1, 3]
    assert tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]).tolist() == [[1, 0], [1, 1]]
    assert tf.math.top_k([1.0, 5.0, 3.0], k=2).indices.tolist() == [1, 2]


def test_arithmetic():
    assert tf.clip_by_value([-1.0, 0.5, 2.0], 0, 1).tolist() == [0.0, 0.5, 1.0]
    assert tf.math.l2_normalize([3.0, 4.0]).tolist() == pytest.approx([0.6, 0.8])
    assert tf.maximum(tf.constant([1.0, -1.0]), 0).tolist() == [1.0, 0.0]
    assert tf.math.divide_no_nan([1.0, 2.0], [0.0, 4.0]).tolist() == [0.0, 0.5]
    assert tf.matmul([[1.0, 2.0]], [[3.0, 4.0]], transpose_b=True).tolist() == [[11.0]]
    assert tf.sqrt([4]).tolist() == [2.0]
    assert float(tf.norm([3.0, 4.0])) == 5.0
    assert tf.equal([1, 2], [1, 3]).tolist() == [True, False]
    assert tf.sort([2, 3, 1], direction="DESCENDING").tolist() == [3, 2, 1]


def test_cross_entropies_and_windows():
    logits = np.array([[1.0, 2.0, 0.5]], np.float32)
    p = np.exp(logits) / np.exp(logits).sum()
    assert tf.nn.softmax(logits).numpy() == pytest.approx(p, rel=1e-6)
    sparse = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=logits)
    full = tf.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 1.0, 0.0]], logits=logits)
    assert sparse.tolist() == full.tolist() == pytest.approx([-np.log(p[0, 1])], rel=1e-6)
    x = tf.reshape(tf.range(16.0), (1, 4, 4, 1))
    ones = tf.ones((3, 3, 1, 1))
    # "SAME" with stride 2 pads below and to the right only
    assert tf.nn.conv2d(x, ones, 2, "SAME")[0, :, :, 0].tolist() == [[45.0, 39.0], [66.0, 50.0]]
    assert tf.nn.conv2d(x, ones, [1, 1, 1, 1], "VALID").shape == (1, 2, 2, 1)
    assert tf.nn.max_pool2d(x, 2, 2, "VALID")[0, :, :, 0].tolist() == [[5.0, 7.0], [13.0, 15.0]]
    with pytest.raises(NotSupported, match="NHWC"):
        tf.nn.conv2d(x, ones, 1, "SAME", data_format="CHWN")


def test_draws_repeat_after_set_seed():
    tf.random.set_seed(5)
    first = tf.random.normal((1000,)), tf.random.uniform((1000,), 2, 4)
    tf.random.set_seed(5)
    assert torch.equal(first[0], tf.random.normal((1000,)))
    assert 2 <= float(first[1].min()) < float(first[1].max()) < 4
    assert abs(float(first[0].mean())) < 0.2
    drawn = tf.random.uniform((100,), 0, 3, tf.int32)
    assert set(drawn.tolist()) == {0, 1, 2}
    assert sorted(tf.random.shuffle(tf.range(9)).tolist()) == list(range(9))


def test_running_and_devices(capsys):
    assert [one.device_type for one in tf.config.list_physical_devices("CPU")] == ["CPU"]
    assert len(tf.config.list_physical_devices("GPU")) == torch.cuda.device_count()
    assert tf.executing_eagerly()

    @tf.function(jit_compile=True)
    def double(x):
        return x * 2

    with tf.device("/CPU:0"):
        assert double(tf.constant(2)).numpy() == 4
    tf.print("loss", tf.constant([1.0, 2.0]))
    assert capsys.readouterr().err == "loss [1. 2.]\n"
    tf.get_logger().setLevel("ERROR")
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    assert tf.compat.v1.logging.get_verbosity() == tf.compat.v1.logging.ERROR
    tf.debugging.assert_equal([1, 2], [1, 2])
    with pytest.raises(InvalidArgument, match="1 of 2"):
        tf.debugging.assert_equal([1, 2], [1, 3])
    assert tf.numpy_function(np.sin, [tf.constant(0.0)], tf.float32).dtype == tf.float32


def test_words_of_paths():
    parts = tf.strings.split("photos/roses/1.jpg", "/")
    assert parts[-2] == "roses"
    assert tf.argmax(parts[-2] == np.array(["daisy", "roses"])).item() == 1
    assert parts[-1].numpy() == b"1.jpg"
    assert tf.constant(["a", "b"]).numpy().tolist() == [b"a", b"b"]
    assert tf.strings.to_number("2.5").item() == 2.5
    assert tf.strings.regex_replace("a_b", "_", "-") == "a-b"


def test_a_dict_is_packed_in_the_order_in_which_it_is_flattened():
    nest = {"b": 1, "a": (2, {"d": 3, "c": 4})}
    assert tf.nest.flatten(nest) == [2, 4, 3, 1]
    assert tf.nest.pack_sequence_as(nest, tf.nest.flatten(nest)) == nest
