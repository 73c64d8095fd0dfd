"""Strings come as NumPy and pandas have them: file names out of a table, beside their labels."""

import numpy as np
import pandas as pd
import pytest

import saccade.tensorflow_alias as tf
from saccade.data.dataset.string_scalar import strings_in
from saccade.errors import DataError

NAMES = ["a.jpg", "b.jpg", "c.jpg"]
TABLE = pd.DataFrame({"file": NAMES, "label": [0, 1, 1]})
COLUMNS = {
    "list": NAMES,
    "tuple of str": np.array(NAMES),
    "bytes": np.array([name.encode() for name in NAMES]),
    "objects": np.array(NAMES, object),
    "objects of bytes": np.array([name.encode() for name in NAMES], object),
    "column": TABLE["file"],
    "values": TABLE["file"].values,
    "to_numpy": TABLE["file"].to_numpy(),
    "array": TABLE["file"].array,
    "joined": ("" + TABLE["file"]).values,
    "as objects": TABLE["file"].astype(object),
    "as string": TABLE["file"].astype("string"),
    "category": TABLE["file"].astype("category"),
    "index": pd.Index(NAMES),
}


def as_text(element):
    return element.decode() if isinstance(element, bytes) else str(element)


@pytest.mark.parametrize("kind", COLUMNS)
def test_rows_of_strings_beside_numbers(kind):
    rows = tf.data.Dataset.from_tensor_slices((COLUMNS[kind], TABLE["label"]))
    assert rows.element_spec[0].dtype == tf.string
    assert [(as_text(name), int(label)) for name, label in rows] == [
        *zip(NAMES, [0, 1, 1], strict=True)
    ]
    joined = tf.data.Dataset.from_tensor_slices(COLUMNS[kind]).map(
        lambda name: tf.strings.join(["photos/", name])
    )
    assert [as_text(name) for name in joined] == [f"photos/{name}" for name in NAMES]


@pytest.mark.parametrize("kind", COLUMNS)
def test_tensors_of_strings(kind):
    made = tf.constant(COLUMNS[kind])
    assert made.shape == (3,)
    assert list(made.numpy()) == [name.encode() for name in NAMES]
    assert tf.convert_to_tensor(COLUMNS[kind]).dtype == tf.string


def test_a_table_is_a_dict_of_columns():
    first = next(iter(tf.data.Dataset.from_tensor_slices(dict(TABLE))))
    assert (as_text(first["file"]), int(first["label"])) == ("a.jpg", 0)


@pytest.mark.parametrize("values", [np.array([1, 2.5], object), pd.Series(["a", None])], ids=str)
def test_objects_that_are_no_strings_are_told(values):
    assert strings_in(values) is None
    with pytest.raises(DataError, match="must be tensors, arrays, numbers or strings"):
        tf.data.Dataset.from_tensor_slices(values)


def test_numbers_are_no_strings():
    for values in (
        np.ones(2),
        TABLE["label"],
        tf.ones(2),
        [1.0],
        "a",
        pd.Series([1, 1], dtype="category"),
    ):
        assert strings_in(values) is None
