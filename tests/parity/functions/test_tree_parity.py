"""`keras.tree` and `keras.config` give what the installed Keras 3.15.1 gives."""

from __future__ import annotations

import keras
import pytest

from saccade import config, tree

NEST = {"a": {"c": 5, "d": 4}, "b": [1, (2, 3)]}


@pytest.mark.parametrize("call", [
    lambda t: t.flatten(NEST),
    lambda t: t.flatten(7),
    lambda t: t.map_structure(lambda x: x * 2, NEST),
    lambda t: t.map_structure(lambda x, y: x + y, NEST, NEST),
    lambda t: t.pack_sequence_as(NEST, [10, 20, 30, 40, 50]),
    lambda t: [t.is_nested(one) for one in ([1], (1,), {"a": 1}, 1, "ab", None)],
    lambda t: t.assert_same_structure(NEST, t.map_structure(str, NEST)),
])  # fmt: skip
def test_tree(call):
    assert call(tree) == call(keras.tree)


def test_dicts_are_walked_in_the_order_of_their_keys():
    """DEPARTURES.md: as Keras does on TensorFlow and JAX."""
    assert tree.flatten({"b": 1, "a": 2}) == [2, 1]
    assert tree.pack_sequence_as({"b": 1, "a": 2}, [5, 6]) == {"b": 6, "a": 5}
    inner = {"a": {"d": 4, "c": 5}}
    assert tree.flatten(inner) == [5, 4]
    assert keras.tree.flatten(inner) == [4, 5], "Keras departs no more"


@pytest.mark.parametrize("other", [[1, 2], {"a": 1}, 3, (1, 2, 3), [1, [2]]])
def test_nests_that_differ(other):
    for one in (tree, keras.tree):
        with pytest.raises(ValueError):  # noqa: PT011 (the words differ)
            one.assert_same_structure((1, 2), other)
    with pytest.raises(ValueError, match="5 leaves are needed"):
        tree.pack_sequence_as(NEST, [1, 2])


@pytest.mark.parametrize("name", ["floatx", "epsilon", "image_data_format", "backend"])
def test_config(name):
    assert getattr(config, name)() == getattr(keras.config, name)()
    assert config.dtype_policy().name == keras.config.dtype_policy().name
