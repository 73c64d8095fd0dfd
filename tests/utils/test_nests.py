"""Nests: one walk, in the order that is asked for."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saccade import tree
from saccade.nests import (
    Mismatch,
    as_given,
    as_list,
    by_key,
    is_plain_nest,
    leaves,
    map_nest,
    paired_leaves,
    same_type,
)


class Pair(NamedTuple):
    left: Any
    right: Any


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text("abc", max_size=2), inner, max_size=3),
        st.tuples(inner, inner).map(lambda both: Pair(*both)),
    )


NESTS = st.recursive(st.integers(0, 9), nested, max_leaves=12)
ORDERS = pytest.mark.parametrize("order", [by_key, as_given])


@ORDERS
@given(nest=NESTS)
def test_leaves_of_the_mapped_are_the_mapped_leaves(order, nest):
    seen: list[int] = []
    made = map_nest(lambda one: seen.append(one) or one + 10, nest, order=order)
    assert seen == leaves(nest, order)
    assert leaves(made, order) == [one + 10 for one in seen]


@ORDERS
@given(nest=NESTS)
def test_a_nest_keeps_its_types_and_the_order_of_its_keys(order, nest):
    made = map_nest(lambda one: one, nest, order=order, rebuild=same_type)
    assert repr(made) == repr(nest)


@given(nest=NESTS)
def test_leaves_are_paired_with_what_stands_at_their_place(nest):
    doubled = map_nest(lambda one: 2 * one, nest)
    assert paired_leaves(nest, doubled) == [(one, 2 * one) for one in leaves(nest)]


def test_dicts_are_walked_by_key_as_keras_does_or_as_they_are():
    nest = {"b": 1, "a": [2, {"d": 3, "c": 4}]}
    assert leaves(nest) == leaves(nest, by_key) == [2, 4, 3, 1]
    assert leaves(nest, as_given) == [1, 2, 3, 4]


def test_tuples_become_what_is_asked_for():
    nest = [Pair(1, 2), (3,)]
    assert map_nest(str, nest) == [Pair("1", "2"), ("3",)]
    assert type(map_nest(str, nest)[0]) is Pair
    assert map_nest(str, nest, rebuild=same_type) == [Pair("1", "2"), ("3",)]
    assert type(map_nest(str, nest, rebuild=same_type)[0]) is Pair
    assert map_nest(str, nest, rebuild=as_list) == [["1", "2"], ["3"]]
    whole = map_nest(lambda one: one, nest, is_leaf=lambda one: not is_plain_nest(one))
    assert type(whole[0]) is Pair


def test_a_record_may_be_a_leaf():
    given = {"a": {"class_name": "Mean"}, "b": [1]}
    found = map_nest(type, given, is_leaf=lambda one: "class_name" in str(one) and "b" not in one)
    assert found == {"a": dict, "b": [int]}


@pytest.mark.parametrize("other", [[1], [1, 2, 3]])
def test_lists_of_other_lengths_do_not_go_together(other):
    with pytest.raises(ValueError, match="argument"):
        map_nest(max, [1, 2], other)
    with pytest.raises(Mismatch) as caught:
        paired_leaves({"a": [1, 2]}, {"a": other})
    assert (caught.value.pattern, caught.value.values) == ([1, 2], other)


def test_dicts_keep_their_kind_and_deques_are_nests():
    ordered = OrderedDict([("b", [1, 2]), ("a", deque([3]))])
    found = tree.map_structure(lambda one: one * 10, ordered)
    assert type(found) is OrderedDict
    assert [*found.items()] == [("b", [10, 20]), ("a", deque([30]))]
    assert type(found["a"]) is deque
    assert tree.flatten(ordered) == [1, 2, 3]
    assert tree.is_nested(deque())
    assert tree.pack_sequence_as(ordered, [4, 5, 6]) == OrderedDict(b=[4, 5], a=deque([6]))

    counted = defaultdict(int, b=1, a=2)
    for again in (
        tree.map_structure(lambda one: one + 1, counted),
        tree.traverse(lambda one: one + 1 if isinstance(one, int) else None, counted),
        tree.map_structure_up_to(counted, lambda one: one + 1, counted),
    ):
        assert again == {"b": 2, "a": 3}
        assert again.default_factory is int
    with pytest.raises(ValueError, match="deque"):
        tree.assert_same_structure(deque([1]), [1])
