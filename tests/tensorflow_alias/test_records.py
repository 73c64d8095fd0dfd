"""Records under `import tensorflow`: what scripts write and read; the values are TensorFlow's."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

import saccade.tensorflow_alias as tf
from saccade.errors import DataError, InvalidArgument, NotSupported

FEATURES = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "label": tf.io.FixedLenFeature([], tf.int64),
}


def feature(value):
    kinds = {bytes: ("bytes_list", tf.train.BytesList), float: ("float_list", tf.train.FloatList)}
    word, kind = kinds.get(type(value[0]), ("int64_list", tf.train.Int64List))
    return tf.train.Feature(**{word: kind(value=value)})


def example(**values):
    made = {name: feature(value) for name, value in values.items()}
    return tf.train.Example(features=tf.train.Features(feature=made))


def png(pixels):
    kept = io.BytesIO()
    Image.fromarray(pixels).save(kept, "png")
    return kept.getvalue()


@pytest.mark.parametrize("packing", ["", "GZIP", "ZLIB"])
def test_pictures_go_through_a_file_into_batches(tmp_path, packing):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 8, 6, 3), dtype=np.uint8)
    path = str(tmp_path / "photos.tfrecord")
    with tf.io.TFRecordWriter(path, packing) as writer:
        for label, picture in enumerate(pixels):
            one = example(image=[png(picture)], label=[label])
            writer.write(one.SerializeToString())

    def read(record):
        found = tf.io.parse_single_example(record, FEATURES)
        return tf.image.decode_png(found["image"], channels=3), tf.cast(found["label"], tf.int32)

    for names in (path, [path], tf.constant([path]), tf.data.Dataset.from_tensor_slices([path])):
        dataset = tf.data.TFRecordDataset(names, compression_type=packing)
        ((x, y),) = dataset.map(read, num_parallel_calls=tf.data.AUTOTUNE).batch(5)
        assert (x.numpy() == pixels).all()
        assert y.numpy().tolist() == [0, 1, 2, 3, 4]
    files = tf.data.Dataset.from_tensor_slices([path, path])
    both = files.interleave(lambda file: tf.data.TFRecordDataset(file, compression_type=packing))
    assert sum(1 for _ in both) == 10
    assert (
        len([*tf.compat.v1.python_io.tf_record_iterator(path, tf.io.TFRecordOptions(packing))]) == 5
    )


def test_an_example_is_read_and_filled():
    made = example(a=[1, 2], b=[b"x"], c=[0.1])
    again = tf.train.Example.FromString(made.SerializeToString())
    assert again == made
    assert again.features.feature["a"].int64_list.value == [1, 2]
    assert again.features.feature["b"].bytes_list.value[0] == b"x"
    assert again.features.feature["c"].float_list.value == [np.float32(0.1)]
    assert again.features.feature["a"].WhichOneof("kind") == "int64_list"
    assert again.features.feature["a"].float_list.value == []
    empty = tf.train.Example()
    empty.features.feature["label"].int64_list.value.append(7)
    empty.features.feature["name"].bytes_list.value.extend([b"a", b"b"])
    found = tf.train.Example()
    found.ParseFromString(empty.SerializeToString())
    assert found.features.feature["label"].int64_list.value == [7]
    assert found.features.feature["name"].bytes_list.value == [b"a", b"b"]
    assert 'key: "label"' in str(found)


def test_values_of_arrays_and_tensors():
    assert tf.train.Int64List(value=np.array([1, 2], np.uint8)).value == [1, 2]
    assert tf.train.FloatList(value=tf.constant([0.5])).value == [0.5]
    assert tf.train.BytesList(value=[tf.io.encode_png(torch.zeros(2, 2, 3, dtype=torch.uint8))])
    for kind, value, message in (
        (tf.train.Int64List, [1.5], "whole numbers"),
        (tf.train.Int64List, [2**63], "whole numbers"),
        (tf.train.Int64List, np.ones((2, 2), int), "one row"),
        (tf.train.BytesList, ["text"], "must be bytes"),
        (tf.train.BytesList, b"bytes", "take a list"),
        (tf.train.FloatList, ["1"], "must be numbers"),
    ):
        with pytest.raises(InvalidArgument, match=message):
            kind(value=value)
    with pytest.raises(InvalidArgument, match="one list"):
        tf.train.Feature(int64_list=tf.train.Int64List(), float_list=tf.train.FloatList())


def parsed(spec, **values):
    return tf.io.parse_single_example(example(**values).SerializeToString(), {"a": spec})["a"]


def test_features_of_every_length():
    fixed, text = tf.io.FixedLenFeature, tf.string
    assert parsed(fixed([2, 2], tf.int64), a=[1, 2, 3, 4]).numpy().tolist() == [[1, 2], [3, 4]]
    assert parsed(fixed([1], tf.float32), a=[0.5]).numpy().tolist() == [0.5]
    assert parsed(fixed((), tf.int64), a=[3]).shape == ()
    assert parsed(fixed([2], text), a=[b"x", b"\xff"]) == [b"x", b"\xff"]
    assert parsed(fixed([2], tf.int64, default_value=[7, 8]), b=[1]).numpy().tolist() == [7, 8]
    assert parsed(fixed([], tf.int64, default_value=-1), b=[1]).numpy() == -1
    assert parsed(fixed([], text, default_value=""), b=[1]).numpy() == b""
    rows = tf.io.FixedLenSequenceFeature([2], tf.int64, allow_missing=True)
    assert parsed(rows, a=[1, 2, 3, 4]).shape == (2, 2)
    assert parsed(rows, b=[1]).shape == (0, 2)
    row = parsed(tf.io.VarLenFeature(tf.int64), a=[4, 5, 6])
    assert row.values.numpy().tolist() == [4, 5, 6]
    assert row.dense_shape.numpy().tolist() == [3]
    assert tf.sparse.to_dense(row).numpy().tolist() == [4, 5, 6]
    assert tf.sparse.to_dense(parsed(tf.io.VarLenFeature(text), a=[b"x"])) == [b"x"]


def test_features_that_are_not_as_said():
    for spec, values, message in (
        (tf.io.FixedLenFeature([], tf.int64), {"b": [1]}, '"a".*must have 1 values'),
        (tf.io.FixedLenFeature([3], tf.int64), {"a": [1]}, "must have 3 values"),
        (tf.io.FixedLenFeature([], tf.int64), {"a": [0.5]}, "must hold a int64_list"),
        (tf.io.FixedLenSequenceFeature([2], tf.int64), {"a": [1]}, "rows of 2"),
        (tf.io.FixedLenSequenceFeature([], tf.int64), {"b": [1]}, "must be there"),
    ):
        with pytest.raises(DataError, match=message):
            parsed(spec, **values)
    with pytest.raises(InvalidArgument, match="must be of tf"):
        parsed(tf.io.FixedLenFeature([], tf.int32), a=[1])
    with pytest.raises(NotSupported, match="FixedLenFeature"):
        parsed("int", a=[1])


def test_several_examples_at_once():
    texts = [example(label=[n], many=[*range(n + 1)]).SerializeToString() for n in range(3)]
    features = {
        "label": tf.io.FixedLenFeature([], tf.int64), "many": tf.io.VarLenFeature(tf.int64)
    }  # fmt: skip
    found = tf.io.parse_example(texts, features)
    assert found["label"].numpy().tolist() == [0, 1, 2]
    dense = tf.sparse.to_dense(found["many"], default_value=-1)
    assert dense.numpy().tolist() == [[0, -1, -1], [0, 1, -1], [0, 1, 2]]
    batches = tf.data.Dataset.from_tensor_slices(texts).batch(2)
    one = next(iter(batches.map(lambda rows: tf.io.parse_example(rows, features)["label"])))
    assert one.numpy().tolist() == [0, 1]


# What TensorFlow 2.21 writes.
TENSORS = {
    b'\x08\x01\x12\x08\x12\x02\x08\x01\x12\x02\x08\x03"\x0c\x00\x00\x80?\x00\x00\x00@\x00\x00@@': (
        torch.tensor([[1.0, 2, 3]])
    ),
    b'\x08\x03\x12\x00"\x04\x05\x00\x00\x00': torch.tensor(5, dtype=torch.int32),
}


@pytest.mark.parametrize(("text", "tensor"), TENSORS.items(), ids=["row", "number"])
def test_tensors_as_bytes(text, tensor):
    assert tf.io.serialize_tensor(tensor).numpy() == text
    back = tf.io.parse_tensor(text, tensor.dtype)
    assert back.dtype == tensor.dtype
    assert back.shape == tensor.shape
    assert (back.numpy() == tensor.numpy()).all()
    with pytest.raises(DataError, match="must hold uint8"):
        tf.io.parse_tensor(text, tf.uint8)
    with pytest.raises(DataError):
        tf.io.parse_tensor(text[:-2], tensor.dtype)


def test_in_tensorflow_1s_words(tmp_path):
    path = str(tmp_path / "a.tfrecord")
    options = tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.GZIP)
    writer = tf.python_io.TFRecordWriter(path, options=options)
    writer.write(example(label=[3], size=[4, 5], rows=[1, 2]).SerializeToString())
    writer.close()
    (record,) = tf.python_io.tf_record_iterator(path, options)
    features = {
        "label": tf.FixedLenFeature([], tf.int64),
        "size": tf.VarLenFeature(tf.int64),
        "rows": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
    }
    found = tf.parse_single_example(record, features)
    assert found["label"].numpy() == 3
    assert isinstance(found["size"], tf.SparseTensor)
    assert isinstance(found["size"], tf.sparse.SparseTensor)
    assert tf.sparse_tensor_to_dense(found["size"]).numpy().tolist() == [4, 5]
    assert found["rows"].numpy().tolist() == [1, 2]
    assert tf.parse_example([record], features)["label"].numpy().tolist() == [3]
