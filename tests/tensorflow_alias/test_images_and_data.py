"""tf.image, tf.io and tf.data as tutorials use them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import saccade
import saccade.tensorflow_alias as tf
from saccade.errors import DataError, InvalidArgument, UnknownName


def test_bilinear_resize_takes_the_middles_of_pixels():
    image = tf.reshape(tf.constant([0.0, 4.0, 8.0, 12.0]), (2, 2, 1))
    row = np.array([0.0, 1.0, 3.0, 4.0])
    expected = row[None, :] + 2 * row[:, None]
    assert tf.image.resize(image, (4, 4))[..., 0].numpy() == pytest.approx(expected)


def test_resize_keeps_uint8_for_nearest_only_and_knows_its_filters():
    image = np.arange(16, dtype=np.uint8).reshape(4, 4, 1)
    nearest = tf.image.resize(image, (2, 2), method="nearest")
    assert nearest.dtype == tf.uint8
    assert nearest[..., 0].tolist() == [[5, 7], [13, 15]]
    assert tf.image.resize(image, (2, 2)).dtype == tf.float32
    area = tf.image.resize(image, (2, 2), tf.image.ResizeMethod.AREA)
    assert area[..., 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    smooth = tf.image.resize(image, (1, 1), antialias=True)
    assert float(smooth[0, 0, 0]) == pytest.approx(7.5)
    assert tf.image.resize(image, (8, 4), preserve_aspect_ratio=True).shape == (4, 4, 1)
    with pytest.raises(UnknownName, match="bicubic"):
        tf.image.resize(image, (2, 2), method="bicubc")


def test_resize_with_pad_and_crops():
    image = tf.ones((2, 4, 3))
    padded = tf.image.resize_with_pad(image, 4, 4)
    assert padded.shape == (4, 4, 3)
    assert padded[:, 0, 0].tolist() == [0.0, 1.0, 1.0, 0.0]
    assert tf.image.central_crop(tf.ones((8, 8, 1)), 0.5).shape == (4, 4, 1)
    assert tf.image.resize_with_crop_or_pad(image, 3, 2).shape == (3, 2, 3)
    assert tf.image.random_crop(image, (1, 2, 3)).shape == (1, 2, 3)


def test_flips_colours_and_light():
    image = tf.constant(np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8))
    assert tf.image.flip_left_right(image)[0, 0].tolist() == [0, 255, 0]
    assert tf.image.flip_up_down(image).tolist() == image.tolist()
    assert tf.image.rgb_to_grayscale(image)[0, :, 0].tolist() == [76, 149]
    assert tf.image.adjust_brightness(image, 0.1)[0, 0].tolist() == [255, 25, 25]
    floats = tf.image.convert_image_dtype(image, tf.float32)
    assert floats.max().item() == 1.0
    assert tf.image.convert_image_dtype(floats, tf.uint8).tolist() == image.tolist()
    assert tf.image.convert_image_dtype([0.999, 0.0039], tf.uint8).tolist() == [255, 0]
    assert tf.image.adjust_contrast(tf.constant([[[1.0], [3.0]]]), 2.0)[0, :, 0].tolist() == [0, 4]
    halves = tf.image.random_flip_left_right(tf.reshape(tf.tile([0, 1], [400]), (400, 1, 2, 1)))
    assert 140 < int(halves[:, 0, 0, 0].sum()) < 260
    turned = tf.image.adjust_hue(tf.constant([[[1.0, 0.0, 0.0]]]), 1 / 3)
    assert turned[0, 0].numpy() == pytest.approx([0, 1, 0], abs=1e-6)


def test_files_are_read_and_decoded(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    content = tf.io.read_file(str(tmp_path / "a.png"))
    assert content.numpy()[:4] == b"\x89PNG"
    assert np.array_equal(tf.image.decode_png(content, channels=3), pixels)
    assert tf.io.decode_image(content).shape == (5, 4, 3)
    assert tf.image.decode_image(content, channels=1).shape == (5, 4, 1)
    assert tf.image.decode_image(content, dtype=tf.float32).max().item() <= 1.0
    again = tf.image.decode_jpeg(tf.io.encode_jpeg(pixels), channels=3)
    with Image.open(io.BytesIO(tf.io.encode_jpeg(pixels))) as image:
        assert np.array_equal(again, np.array(image))
    with pytest.raises(DataError, match="file"):
        tf.io.read_file("nothing.png")
    with pytest.raises(InvalidArgument, match="read_file"):
        tf.image.decode_jpeg("a.png")


def test_a_pipeline_of_files_trains_a_model(tmp_path):
    names = np.array(["dark", "light"])
    for label, name in enumerate(names):
        (tmp_path / name).mkdir()
        for number in range(4):
            pixels = np.full((6, 6, 3), 200 * label + number, np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")

    def read(path):
        label = tf.argmax(tf.strings.split(path, "/")[-2] == names)
        image = tf.image.decode_png(tf.io.read_file(path), channels=3)
        return tf.image.resize(image, (4, 4)) / 255.0, label

    files = tf.data.Dataset.list_files(str(tmp_path / "*/*"), shuffle=False)
    first = next(iter(files))
    assert first.numpy().decode("utf-8").endswith("dark/0.png")
    assert next(files.as_numpy_iterator()).decode().endswith("dark/0.png")
    data = files.map(read, num_parallel_calls=tf.data.AUTOTUNE).cache().shuffle(8).batch(4)
    data = data.prefetch(tf.data.experimental.AUTOTUNE)
    assert len(data) == 2
    saccade.utils.set_random_seed(0)
    model = saccade.Sequential([saccade.layers.Flatten(), saccade.layers.Dense(2)])
    loss = saccade.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(saccade.optimizers.Adam(0.1), loss, metrics=["accuracy"])
    history = model.fit(data, validation_data=data, epochs=8, verbose=0)
    assert history.history["val_accuracy"][-1] == 1.0
    assert model.predict(data, verbose=0).shape == (8, 2)


def test_datasets_begin_in_every_way_there_is(tmp_path):
    dataset = tf.data.Dataset
    assert [int(x) for x in dataset.range(2, 8, 2)] == [2, 4, 6]
    assert [x.tolist() for x in dataset.from_tensors([1, 2])] == [[1, 2]]
    calls = []

    def numbers(end):
        calls.append(end)
        for x in range(end):
            yield x, [x, x]

    for promise in (
        {"output_types": (tf.float32, tf.int64)},
        {"output_signature": (tf.TensorSpec((), tf.float32), tf.TensorSpec((2,), tf.int64))},
    ):
        made = dataset.from_generator(numbers, args=[3], **promise)
        assert [(float(x), y.tolist()) for x, y in made] == [(x, [x, x]) for x in range(3)]
        x, y = next(iter(made))
        assert (x.dtype, y.dtype) == (tf.float32, tf.int64)
        assert len(list(made)) == 3  # the function is called anew
    assert len(calls) == 6
    assert tf.data.experimental.cardinality(dataset.range(5)).numpy() == 5
    assert int(dataset.range(5).reduce(np.int64(0), lambda sum, x: sum + x)) == 10
    assert len(dataset.range(4).apply(lambda data: data.take(2))) == 2
    with pytest.raises(DataError, match="match"):
        dataset.list_files(str(tmp_path / "*.jpg"))
    cached = dataset.from_tensor_slices(["a", "b"]).cache(str(tmp_path / "words"))
    assert [x.numpy() for _ in range(2) for x in cached] == [b"a", b"b"] * 2


def test_words_have_numpy_however_they_came():
    data = tf.data.Dataset.from_tensor_slices(np.array(["a", "b"]))
    assert [x.numpy() for x in data] == [b"a", b"b"]
    assert [x.numpy() for x in data.map(lambda x: x + "!")] == [b"a!", b"b!"]
    assert [x.decode() for x in data.batch(2).unbatch().as_numpy_iterator()] == ["a", "b"]
