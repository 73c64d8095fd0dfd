"""`keras.tree` and `keras.config` give what the installed Keras 3.15.1 gives."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import keras
import pytest

from saccade import config, tree

Pair = namedtuple("Pair", ["left", "right"])
FILLED = OrderedDict([("z", 1), ("a", [2, None])])
NEST = {"a": {"c": 5, "d": 4}, "b": [1, (2, 3)]}


@pytest.mark.parametrize("call", [
    lambda t: t.flatten(NEST),
    lambda t: t.flatten(7),
    lambda t: t.map_structure(lambda x: x * 2, NEST),
    lambda t: t.map_structure(lambda x, y: x + y, NEST, NEST),
    lambda t: t.pack_sequence_as(NEST, [10, 20, 30, 40, 50]),
    lambda t: [t.is_nested(one) for one in ([1], (1,), {"a": 1}, 1, "ab", None)],
    lambda t: t.assert_same_structure(NEST, t.map_structure(str, NEST)),
    lambda t: t.assert_same_structure({"a": 1}, OrderedDict(a=2)),
    lambda t: t.is_nested(structure=Pair(1, 2)),
    lambda t: t.flatten(FILLED),
    lambda t: t.flatten({100: "world", 6: "hello"}),
    lambda t: t.flatten_with_path([NEST["b"], (7,)]),
    lambda t: t.flatten_with_path(3),
    lambda t: t.map_structure(lambda x, y: x - y, Pair(5, [1]), Pair(2, [1])),
    lambda t: type(t.map_structure(abs, Pair(5, 1))),
    lambda t: t.map_structure(abs, [-3, None, (-1,)], none_is_leaf=False),
    lambda t: t.map_structure(repr, [None, 3]),
    lambda t: t.map_structure_up_to([0, 0], lambda x: sum(x), [[1, 2], (3, 4)]),
    lambda t: t.map_structure_up_to({"a": 0}, lambda x, y: (x, y), {"a": [1]}, {"a": {"b": 2}}),
    lambda t: t.map_shape_structure(len, {"x": (None, 3), "y": [(1, 2, 3), [4]]}),
    lambda t: t.traverse(lambda x: sum(x) if isinstance(x, tuple) else None, NEST),
    lambda t: t.traverse(lambda x: t.MAP_TO_NONE if x == 2 else None, [1, (2, 3)]),
    lambda t: t.traverse(lambda x: x + 1 if isinstance(x, int) else None, [1, (2, 3)], False),
    lambda t: t.traverse(lambda x: sum(x) if isinstance(x, tuple) else None, [(1, 2)], False),
    lambda t: t.lists_to_tuples([[1], ([2], 3), {"a": [4]}]),
    lambda t: t.assert_same_paths([1, {"a": (2,)}], (3, {"a": [4]})),
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


@pytest.mark.parametrize("call", [
    lambda t: t.map_structure(abs),
    lambda t: t.map_structure(max, [1, 2], [1]),
    lambda t: t.map_structure(max, [None, 2], [1, 2], none_is_leaf=False),
    lambda t: t.map_structure_up_to([1, [2]], abs, [1, 2]),
    lambda t: t.map_structure_up_to([1]),
    lambda t: t.assert_same_paths([1, 2], [1]),
])  # fmt: skip
def test_what_is_refused(call):
    for one in (tree, keras.tree):
        with pytest.raises((ValueError, TypeError)):
            call(one)


@pytest.mark.parametrize("name", ["floatx", "epsilon", "image_data_format", "backend"])
def test_config(name):
    assert getattr(config, name)() == getattr(keras.config, name)()
    assert config.dtype_policy().name == keras.config.dtype_policy().name
