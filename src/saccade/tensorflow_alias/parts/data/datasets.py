"""Datasets: `tf.data`, which is saccade's own."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any

import torch

from saccade.data.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
)
from saccade.data.dataset.elements import as_element, map_element
from saccade.data.dataset.gathering_stages import Counted
from saccade.data.dataset.source_stages import Listed
from saccade.disk.regular_file import read_regular
from saccade.errors import InvalidArgument
from saccade.tensorflow_alias.parts.running.errors import OutOfRangeError
from saccade.tensorflow_alias.parts.tensors.known_shape import TensorSpec

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "cardinality"]


def patch_datasets() -> None:
    """Let `element_spec` answer with `tf.TensorSpec`, and `get_next` end as tf.data's does."""
    looked_at: Any = Dataset.element_spec.fget  # type: ignore[attr-defined]

    def element_spec(self: Dataset) -> Any:
        return map_element(lambda one: TensorSpec(one.shape, one.dtype), looked_at(self))

    Dataset.ended = OutOfRangeError
    Dataset.element_spec = property(element_spec)  # type: ignore[assignment,method-assign]


class Options:
    """What a dataset is told about how to run; whatever is set here is noted and has no effect."""

    def __init__(self) -> None:
        object.__setattr__(self, "_inner", {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._inner.setdefault(name, Options())

    def __setattr__(self, name: str, value: Any) -> None:
        self._inner[name] = value


def assert_cardinality(expected_cardinality: Any) -> Callable[[Dataset], Dataset]:
    """For `apply`: a dataset that says this length, which is not looked at."""
    return lambda dataset: Dataset(Counted(dataset.stage, int(expected_cardinality)))


def cardinality(dataset: Dataset) -> torch.Tensor:
    """How many elements an iteration gives, int64; -1 for ever, -2 unknown."""
    return dataset.cardinality()


class AutoShardPolicy(IntEnum):
    """How workers share a dataset; there is one, which has it all."""

    OFF, AUTO, FILE, DATA, HINT = -1, 0, 1, 2, 3


Counter, RandomDataset = Dataset.counter, Dataset.random
choose_from_datasets = Dataset.choose_from_datasets
sample_from_datasets = Dataset.sample_from_datasets
Change = Callable[[Dataset], Dataset]


def paths_of(filenames: Any) -> Iterator[str]:
    """The paths in one name, in several, or in a dataset of names."""
    one = isinstance(filenames, (str, bytes, os.PathLike))
    yield from map(os.fsdecode, [filenames] if one else filenames)


class TextLineDataset(Dataset):
    """The lines of text files, without their ends.

    Args:
        filenames: one or several; a dataset of names too.
        compression_type: None and "" for plain text, "GZIP".
        buffer_size, num_parallel_reads, name: accepted, without effect.
    """

    def __init__(
        self, filenames: Any, compression_type: str | None = None, buffer_size: Any = None,
        num_parallel_reads: Any = None, name: Any = None,
    ):  # fmt: skip
        if compression_type not in (None, "", "GZIP"):
            where = "TextLineDataset compression_type"
            raise InvalidArgument(where, 'must be None, "" or "GZIP"', repr(compression_type))

        def lines() -> Iterator[str]:
            for path in paths_of(filenames):
                content = read_regular(path, needed="must be a file")
                content = gzip.decompress(content) if compression_type else content
                for line in content.replace(b"\r", b"").removesuffix(b"\n").split(b"\n"):
                    yield line.decode(errors="surrogateescape")

        super().__init__(Dataset.from_generator(lines).stage)


def bucket_by_sequence_length(*args: Any, **options: Any) -> Change:
    """For `apply`: `Dataset.bucket_by_sequence_length`."""
    return lambda dataset: dataset.bucket_by_sequence_length(*args, **options)


def copy_to_device(target_device: Any, source_device: Any = "/cpu:0") -> Change:
    """For `apply`: the same dataset; what uses the elements moves them."""
    return lambda dataset: dataset


def from_list(elements: list[Any], name: Any = None) -> Dataset:
    """The elements of a list, one by one; tuples and dicts are nests, as in `from_generator`."""
    if not isinstance(elements, list) or not elements:
        raise InvalidArgument("from_list", "needs a list with elements", repr(elements))
    return Dataset(Listed([as_element(one) for one in elements]))


def group_by_window(*args: Any, **options: Any) -> Change:
    """For `apply`: `Dataset.group_by_window`."""
    return lambda dataset: dataset.group_by_window(*args, **options)


def ignore_errors(log_warning: bool = False) -> Change:
    """For `apply`: `Dataset.ignore_errors`."""
    return lambda dataset: dataset.ignore_errors(log_warning)


def enumerate_dataset(start: int = 0) -> Change:
    """For `apply`: `Dataset.enumerate`."""
    return lambda dataset: dataset.enumerate(start)


def get_single_element(dataset: Dataset) -> Any:
    """The one element."""
    return dataset.get_single_element()


def map_and_batch(
    map_func: Callable[..., Any], batch_size: int, num_parallel_batches: int | None = None,
    drop_remainder: bool = False, num_parallel_calls: int | None = None,
) -> Change:  # fmt: skip
    """For `apply`: `map`, then `batch`."""
    return lambda dataset: dataset.map(map_func, num_parallel_calls).batch(
        batch_size, drop_remainder
    )


def parallel_interleave(
    map_func: Callable[..., Any], cycle_length: int, block_length: int = 1, *_: Any, **__: Any
) -> Change:
    """For `apply`: `Dataset.interleave`."""
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length)


def prefetch_to_device(device: str, buffer_size: int | None = None) -> Change:
    """For `apply`: `Dataset.prefetch`; what uses the elements moves them."""
    return lambda dataset: dataset.prefetch(AUTOTUNE if buffer_size is None else buffer_size)


def rejection_resample(
    class_func: Callable[..., Any], target_dist: Any, initial_dist: Any = None,
    seed: int | None = None,
) -> Change:  # fmt: skip
    """For `apply`: `Dataset.rejection_resample`."""
    return lambda dataset: dataset.rejection_resample(class_func, target_dist, initial_dist, seed)


def scan(initial_state: Any, scan_func: Callable[[Any, Any], Any]) -> Change:
    """For `apply`: `Dataset.scan`."""
    return lambda dataset: dataset.scan(initial_state, scan_func)


def shuffle_and_repeat(buffer_size: int, count: int | None = None, seed: Any = None) -> Change:
    """For `apply`: `shuffle`, then `repeat`."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def take_while(predicate: Callable[..., Any]) -> Change:
    """For `apply`: `Dataset.take_while`."""
    return lambda dataset: dataset.take_while(predicate)


def unbatch() -> Change:
    """For `apply`: `Dataset.unbatch`."""
    return lambda dataset: dataset.unbatch()


def unique() -> Change:
    """For `apply`: `Dataset.unique`."""
    return lambda dataset: dataset.unique()
