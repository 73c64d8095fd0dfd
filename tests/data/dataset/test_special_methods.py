"""Methods of datasets that few scripts use, and those that are refused."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.data.dataset import Dataset
from saccade.errors import InvalidArgument, StateError


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: Dataset.range(3).ragged_batch(2), "ragged_batch: is not in saccade. Use padded"),
        (lambda: Dataset.load("a"), r"Dataset.load: is not in saccade. Use cache\(filename\)"),
        (lambda: Dataset.range(3).snapshot("a"), r"Use cache\(filename\)"),
        (lambda: Dataset.range(3).prefech(2), "The nearest name that is: prefetch"),
        (lambda: Dataset.rnge(3), "The nearest name that is: range"),
    ],
)
def test_a_method_that_is_missing_is_told_with_the_line(ask, told):
    with pytest.raises(AttributeError, match=told) as fault:
        ask()
    assert f"test_special_methods.py, line {ask.__code__.co_firstlineno}: " in str(fault.value)


def test_looking_for_a_method_answers_no():
    assert not hasattr(Dataset.range(3), "snapshot")
    assert not hasattr(Dataset, "_repr_html_")


def test_an_iteration_without_tensorflow_ends_with_an_error_of_state():
    elements = iter(Dataset.range(1))
    assert int(elements.get_next()) == 0
    with pytest.raises(StateError, match="no more elements"):
        elements.get_next()
    assert list(elements) == []


@pytest.mark.parametrize("calls", [None, 3])
def test_errors_are_left_out_wherever_they_come(calls, caplog):
    def odd(n):
        if n % 2 == 0:
            raise OSError(f"broken {int(n)}")
        return n

    data = Dataset.range(7).map(odd, num_parallel_calls=calls)
    assert [int(n) for n in data.ignore_errors()] == [1, 3, 5]
    assert [int(n) for n in data.ignore_errors(log_warning=True).take(1)] == [1]
    assert "broken 0" in caplog.text


def test_errors_of_elements_without_a_number_are_refused():
    with pytest.raises(InvalidArgument, match="known length"):
        Dataset.range(3).filter(lambda n: n > 0).ignore_errors()


def test_shuffled_elements_come_once_each_whichever_are_broken():
    def checked(n):
        if n in (2, 5):
            raise ValueError("broken")
        return n

    data = Dataset.range(20).shuffle(8, seed=1).map(checked).ignore_errors()
    expected = sorted({*range(20)} - {2, 5})
    first, second = ([int(n) for n in data] for _ in range(2))
    assert sorted(first) == sorted(second) == expected
    assert first != second


def test_resampling_draws_the_same_with_a_seed():
    data = Dataset.from_tensor_slices(np.arange(300) % 3).rejection_resample(
        lambda n: n, [0.2, 0.4, 0.4], seed=4
    )
    first, second = ([(int(k), int(n)) for k, n in data] for _ in range(2))
    assert first == second
    assert all(kind == n for kind, n in first)
    assert 0.1 < np.mean([kind == 0 for kind, _ in first]) < 0.3


def test_windows_are_refused_where_their_numbers_make_none():
    for told, numbers in (("size", (0,)), ("shift", (2, 0)), ("stride", (2, 1, 0))):
        with pytest.raises(InvalidArgument, match=f"window {told}"):
            Dataset.range(3).window(*numbers)


def test_windows_and_groups_go_on_from_any_element():
    windows = Dataset.range(9).window(3, shift=2, stride=2)
    skipped = [[int(n) for n in window] for window in windows.skip(2)]
    assert skipped == [[int(n) for n in window] for window in windows][2:]
    groups = Dataset.range(9).group_by_window(lambda n: n % 2, lambda _, rows: rows.batch(3), 3)
    assert [rows.tolist() for rows in groups.skip(1)] == [rows.tolist() for rows in groups][1:]


def test_groups_and_buckets_say_what_they_need():
    data = Dataset.range(3)
    for sizes in ({}, {"window_size": 2, "window_size_func": lambda key: 2}):
        with pytest.raises(InvalidArgument, match="window_size or window_size_func"):
            data.group_by_window(lambda n: n, lambda _, rows: rows, **sizes)
    with pytest.raises(InvalidArgument, match="must give a dataset, got list"):
        list(data.group_by_window(lambda n: n, lambda _, rows: list(rows), 2))
    with pytest.raises(InvalidArgument, match="3 batch sizes"):
        data.bucket_by_sequence_length(len, [1, 2], [1, 2])
    with pytest.raises(InvalidArgument, match="no sparse tensors"):
        data.bucket_by_sequence_length(len, [1], [1, 2], no_padding=True)
    longer = Dataset.from_tensors([1, 2, 3])
    with pytest.raises(InvalidArgument, match="shorter than the last"):
        list(longer.bucket_by_sequence_length(len, [2], [1, 1], pad_to_bucket_boundary=True))
    filled = longer.bucket_by_sequence_length(len, [6], [1, 1], pad_to_bucket_boundary=True)
    assert [rows.tolist() for rows in filled] == [[[1, 2, 3, 0, 0]]]


def shown(one):
    if isinstance(one, Dataset):
        return [int(number) for number in one]
    if isinstance(one, dict):
        return {key: shown(part) for key, part in one.items()}
    return tuple(shown(part) for part in one)


# What TensorFlow 2.21 gives for the numbers below 7.
WINDOWS = [
    ({"size": 3}, [[0, 1, 2], [3, 4, 5], [6]]),
    (
        {"size": 3, "shift": 1},
        [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6], [6]],
    ),
    ({"size": 3, "shift": 2, "drop_remainder": True}, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]),
    ({"size": 2, "stride": 2}, [[0, 2], [2, 4], [4, 6], [6]]),
    ({"size": 3, "shift": 2, "stride": 2}, [[0, 2, 4], [2, 4, 6], [4, 6], [6]]),
    ({"size": 3, "shift": 4}, [[0, 1, 2], [4, 5, 6]]),
    (
        {"size": 3, "shift": 1, "stride": 2, "drop_remainder": True},
        [[0, 2, 4], [1, 3, 5], [2, 4, 6]],
    ),
    ({"size": 2, "shift": 5, "drop_remainder": True}, [[0, 1], [5, 6]]),
]


@pytest.mark.parametrize(("words", "needed"), WINDOWS, ids=str)
def test_windows_of_numbers(words, needed):
    windows = Dataset.range(7).window(**words)
    assert [shown(one) for one in windows] == needed
    assert [shown(one) for one in windows.skip(1)] == needed[1:]
    assert len(windows) == int(windows.cardinality()) == len(needed)


def test_windows_of_pairs_and_dicts():
    pairs = Dataset.range(5).map(lambda n: (n, n * 10))
    found = [shown(one) for one in pairs.window(2)]
    assert found == [([0, 1], [0, 10]), ([2, 3], [20, 30]), ([4], [40])]
    named = Dataset.range(4).map(lambda n: {"a": n}).window(3)
    assert [shown(one) for one in named] == [{"a": [0, 1, 2]}, {"a": [3]}]
    both = pairs.window(3, shift=1, drop_remainder=True)
    rows = both.flat_map(lambda a, b: Dataset.zip((a.batch(3), b.batch(3))))
    assert [(x.tolist(), y.tolist()) for x, y in rows][1] == ([1, 2, 3], [10, 20, 30])
    assert int(Dataset.range(3).repeat().window(2).cardinality()) == -1
    assert int(Dataset.range(9).filter(lambda n: n > 3).window(2).cardinality()) == -2
