"""Dataset: what each stage makes of the elements before it, and in which order."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.data.dataset import AUTOTUNE, Dataset, TensorSpec
from saccade.errors import DataError, InvalidArgument, NotSupported, ShapeError
from saccade.layers import Rescaling


def numbers(n: int) -> Dataset:
    return Dataset.from_tensor_slices(np.arange(n))


def read(dataset):
    return [np.asarray(element).tolist() for element in dataset.as_numpy_iterator()]


def test_slices_of_nests():
    ds = Dataset.from_tensor_slices(({"a": [1.0, 2.0]}, [3, 4], np.array([5.0, 6.0]), ["x", "y"]))
    (a, b, c, word), _ = list(ds)
    assert a["a"].dtype == torch.float32
    assert b.dtype == torch.int32
    assert c.dtype == torch.float64
    assert (a["a"].item(), b.item(), c.item(), word) == (1.0, 3, 5.0, "x")


def test_rows_that_do_not_match():
    with pytest.raises(ShapeError, match=r"same number of rows, got 3, 2"):
        Dataset.from_tensor_slices(([1, 2, 3], [1, 2]))
    with pytest.raises(InvalidArgument, match="needs arrays with rows"):
        Dataset.from_tensor_slices(3.0)


def test_a_tuples_parts_are_arguments():
    ds = Dataset.from_tensor_slices(([1, 2], [3, 4]))
    assert read(ds.map(lambda x, y: x * y)) == [3, 8]
    assert read(ds.map(lambda x, y: {"x": x, "y": y}).map(lambda d: d["y"] - d["x"])) == [2, 2]
    assert read(ds.filter(lambda x, y: x + y > 4)) != []


def test_what_a_function_may_give():
    ds = numbers(2)
    (x, y, z, w) = next(iter(ds.map(lambda n: (1, 2.5, [n, n], np.flip(np.arange(3))))))
    assert (x.dtype, y.dtype) == (torch.int32, torch.float32)
    assert z.tolist() == [0, 0]
    assert w.tolist() == [2, 1, 0]
    with pytest.raises(DataError, match="must be tensors"):
        list(ds.map(lambda n: None))


def test_layers_and_no_gradients():
    ds = Dataset.from_tensor_slices(np.full((4, 2, 2, 3), 255, np.float32)).batch(2)
    images = next(iter(ds.map(Rescaling(1 / 255), num_parallel_calls=AUTOTUNE)))
    assert torch.equal(images, torch.ones(2, 2, 2, 3))
    weight = torch.ones((), requires_grad=True)
    assert not next(iter(ds.map(lambda x: x * weight))).requires_grad


def test_writing_into_an_element_changes_no_other_pass():
    rows = np.full((3, 2), 8.0, np.float32)

    def halve(x):
        x /= 2
        return x

    ds = Dataset.from_tensor_slices(rows).map(halve)
    assert read(ds) == read(ds) == [[4.0, 4.0]] * 3
    kept = Dataset.from_tensor_slices(rows).cache()
    for _ in range(2):
        for x in kept:
            x.zero_()
    kept = kept.map(lambda x: x).cache().prefetch(1).map(halve)
    assert read(kept) == read(kept) == [[4.0, 4.0]] * 3
    assert rows.min() == 8.0


def test_batches():
    assert read_lists(numbers(7).batch(3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert read_lists(numbers(7).batch(3, drop_remainder=True)) == [[0, 1, 2], [3, 4, 5]]
    assert read_lists(numbers(7).batch(3, num_parallel_calls=2)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert read(numbers(7).batch(3).unbatch()) == list(range(7))
    words = Dataset.from_tensor_slices((["a", "b", "c"], [0, 1, 2])).batch(2)
    assert [names for names, _ in words] == [["a", "b"], ["c"]]
    assert [name for name, _ in words.unbatch()] == ["a", "b", "c"]


def read_lists(dataset):
    return [batch.tolist() for batch in dataset]


def test_images_of_two_sizes_make_no_batch():
    ds = numbers(2).map(lambda n: torch.zeros(int(n) + 1, 2))
    with pytest.raises(ShapeError, match=r"got \(1, 2\) and \(2, 2\)\. Bring them to one size"):
        list(ds.batch(2))


def test_choosing_and_joining():
    ds = numbers(5)
    assert read(ds.take(2)) == [0, 1]
    assert read(ds.take(-1)) == read(ds.skip(0)) == list(range(5))
    assert read(ds.skip(3)) == [3, 4]
    assert read(ds.skip(-1)) == read(ds.take(0)) == []
    assert read(ds.repeat(2).skip(3).take(4)) == [3, 4, 0, 1]
    assert read(ds.repeat(3).skip(13)) == [3, 4]
    assert read(ds.concatenate(ds.take(1))) == [0, 1, 2, 3, 4, 0]
    assert [(int(i), int(x)) for i, x in ds.skip(3).enumerate(7)] == [(7, 3), (8, 4)]
    assert [(int(a), int(b)) for a, b in Dataset.zip(ds, ds.skip(3))] == [(0, 3), (1, 4)]
    assert [int(d["b"]) for d in Dataset.zip({"a": ds, "b": ds.skip(4)})] == [4]
    assert read(ds.take(torch.tensor(2))) == [0, 1]


CARDINALITIES = [
    (lambda d: d, 7),
    (lambda d: d.batch(3), 3),
    (lambda d: d.batch(3, drop_remainder=True), 2),
    (lambda d: d.batch(3).unbatch(), -2),
    (lambda d: d.filter(lambda x: x > 0), -2),
    (lambda d: d.filter(lambda x: x > 0).repeat(), -1),
    (lambda d: d.filter(lambda x: x > 0).take(0), -2),
    (lambda d: d.repeat(), -1),
    (lambda d: d.repeat(-1), -1),
    (lambda d: d.repeat(0), 0),
    (lambda d: d.repeat(2), 14),
    (lambda d: d.repeat().take(2), 2),
    (lambda d: d.repeat().skip(2), -1),
    (lambda d: d.take(0).repeat(), 0),
    (lambda d: d.repeat().batch(2), -1),
    (lambda d: d.take(-1), 7),
    (lambda d: d.skip(-1), 0),
    (lambda d: d.skip(9), 0),
    (lambda d: d.concatenate(d), 14),
    (lambda d: Dataset.zip((d, d.repeat())), 7),
    (lambda d: d.map(lambda x: x).shuffle(2).cache().prefetch(1).enumerate(), 7),
]


@pytest.mark.parametrize("case", range(len(CARDINALITIES)))
def test_cardinality_is_tensorflows(case):
    build, expected = CARDINALITIES[case]
    ds = build(numbers(7))
    assert ds.cardinality().dtype == torch.int64
    assert ds.cardinality().item() == expected
    if expected >= 0:
        assert len(ds) == len(list(ds)) == expected
    else:
        with pytest.raises(TypeError, match="infinite" if expected == -1 else "unknown"):
            len(ds)
    assert ds


def test_element_spec():
    ds = Dataset.from_tensor_slices((np.zeros((4, 6), np.float32), [1, 2, 3, 4]))
    assert ds.element_spec == (TensorSpec((6,), torch.float32), TensorSpec((), torch.int32))
    batches = ds.batch(3).map(lambda x, y: {"x": x[:, :2]})
    assert batches.element_spec == {"x": TensorSpec((None, 2), torch.float32)}
    assert ds.batch(2, drop_remainder=True).element_spec[1] == TensorSpec((2,), torch.int32)


def test_looking_at_the_spec_is_no_iteration():
    one, other = (numbers(9).shuffle(9, seed=5) for _ in range(2))
    assert one.element_spec == TensorSpec((), torch.int64)
    assert read(one) == read(other)


def test_orders_follow_seed_and_pass():
    one, other = (numbers(30).shuffle(7, seed=3) for _ in range(2))
    first, second = read(one), read(one)
    assert sorted(first) == list(range(30))
    assert first != list(range(30))
    assert first != second
    assert [read(other), read(other)] == [first, second]
    assert read(numbers(30).shuffle(7, seed=4)) != first
    fixed = numbers(30).shuffle(7, seed=3, reshuffle_each_iteration=False)
    assert read(fixed) == read(fixed)
    assert read(fixed.repeat(2))[:30] == read(fixed.repeat(2))[30:]


def test_a_buffer_lets_nobody_come_early():
    """Element i comes at place i - buffer + 1 at the earliest."""
    for place, element in enumerate(read(numbers(200).shuffle(10, seed=0))):
        assert element <= place + 9
    assert read(numbers(9).shuffle(1)) == list(range(9))


def test_every_order_has_the_same_chance():
    ds = numbers(3).shuffle(3, seed=0)
    counts = {}
    for _ in range(1200):
        order = tuple(read(ds))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert min(counts.values()) > 150


def test_a_look_at_other_images_each_time():
    """`for images, labels in ds.take(1)` in a notebook, run again, shows others."""
    ds = numbers(1000).shuffle(1000, seed=1)
    assert read(ds.take(3)) != read(ds.take(3))


def test_rounds_do_not_depend_on_reading_ahead():
    plain, ahead = numbers(10).shuffle(10, seed=2), numbers(10).shuffle(10, seed=2)
    expected = [read(plain.repeat().take(14)) for _ in range(3)]
    assert expected[0][:4] != expected[0][10:]  # the second round has another order
    assert [read(ahead.repeat().prefetch(16).take(14)) for _ in range(3)] == expected


def test_class_names_go_along():
    ds = numbers(4)
    ds.class_names, ds.file_paths = ["a"], ["1", "2", "3", "4"]
    assert ds.map(lambda x: x).shuffle(2).batch(2).cache().take(1).class_names == ["a"]
    assert ds.cache().map(lambda x: x).batch(2).prefetch(1).file_paths == ["1", "2", "3", "4"]
    assert ds.shuffle(2).file_paths is None
    assert numbers(1).class_names is None


CHAINS = [
    lambda d: d.map(lambda x: x + 1, num_parallel_calls=2),
    lambda d: d.shuffle(4, seed=9),
    lambda d: d.cache(),
    lambda d: d.prefetch(2),
    lambda d: d.skip(2),
    lambda d: d.take(9),
    lambda d: d.repeat(3),
    lambda d: d.batch(2).unbatch(),
    lambda d: d.filter(lambda x: x % 3 > 0),
    lambda d: d.concatenate(numbers(3).shuffle(2, seed=1)),
    lambda d: Dataset.zip(d, d).map(lambda x, y: x + y),
    lambda d: d.enumerate().map(lambda i, x: i + x),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(range(len(CHAINS))), max_size=5), st.integers(0, 25))
def test_a_later_start_gives_the_rest(chain, start):
    """What a resumed run relies on: open(start) is a full iteration without its first elements."""

    def build():
        ds = numbers(7)
        for place in chain:
            ds = CHAINS[place](ds)
        return ds.take(200)

    whole = read(build())
    assert read(build().skip(start)) == whole[start:]


def test_faults_in_arguments():
    ds = numbers(3)
    for build in (
        lambda: ds.batch(0),
        lambda: ds.batch(2.5),
        lambda: ds.shuffle(0),
        lambda: ds.take(-2),
        lambda: ds.prefetch(-3),
        lambda: ds.map(lambda x: x, num_parallel_calls="two"),
        lambda: ds.map(3),
        lambda: ds.zip(),
        lambda: ds.zip(ds, [1, 2]),
        lambda: ds.concatenate([1]),
        lambda: Dataset([1, 2]),
    ):
        with pytest.raises(InvalidArgument):
            build()


def test_what_is_left_out_says_what_to_use():
    with pytest.raises(NotSupported, match=r"snapshot: is not in saccade\. Use cache"):
        numbers(3).snapshot("a")  # pyright: ignore
    assert not hasattr(numbers(3), "snapshot")
    assert not hasattr(numbers(3), "nonsense")


def test_a_chain_can_be_pickled():
    ds = pickle.loads(pickle.dumps(numbers(5).shuffle(5, seed=1).batch(2).cache()))
    assert [len(batch) for batch in ds] == [2, 2, 1]
