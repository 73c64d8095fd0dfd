"""Batches are taken apart and put together as Keras does."""

import pytest

from saccade.errors import DataError
from saccade.training.batches.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("x", ("x", None, None)),
        ({"a": 1}, ({"a": 1}, None, None)),
        (("x",), ("x", None, None)),
        (["x", "y"], ("x", "y", None)),
        (("x", "y"), ("x", "y", None)),
        (("x", "y", "w"), ("x", "y", "w")),
        ((["a", "b"],), (["a", "b"], None, None)),
    ],
)
def test_a_batch_is_taken_apart(data, parts):
    assert unpack_x_y_sample_weight(data) == parts


@pytest.mark.parametrize(
    ("parts", "data"),
    [
        (("x",), "x"),
        ((["a", "b"],), (["a", "b"],)),
        ((("a", "b"),), (("a", "b"),)),
        (("x", "y"), ("x", "y")),
        (("x", "y", "w"), ("x", "y", "w")),
        (("x", None, "w"), "x"),
    ],
)
def test_a_batch_is_put_together(parts, data):
    assert pack_x_y_sample_weight(*parts) == data


@pytest.mark.parametrize("data", [(), ("x", "y", "w", "more")])
def test_other_numbers_of_parts_are_refused(data):
    with pytest.raises(DataError, match=f"unpack_x_y_sample_weight.*{len(data)} parts"):
        unpack_x_y_sample_weight(data)
