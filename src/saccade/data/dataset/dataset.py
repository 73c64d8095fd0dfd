"""Dataset: a chain of stages, spelled like tf.data's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import torch

from saccade.data.dataset.cache import FileCache, MemoryCache
from saccade.data.dataset.element_stages import (
    Batch,
    Enumerate,
    Filter,
    Map,
    Prefetch,
    Unbatch,
)
from saccade.data.dataset.elements import (
    as_element,
    as_numpy,
    copy_of,
    leaves_of,
    map_element,
    spec_of,
)
from saccade.data.dataset.iteration import Iteration
from saccade.data.dataset.joining_methods import JoiningMethods
from saccade.data.dataset.prefetch import as_ahead, close
from saccade.data.dataset.refused_methods import RefusesByName, refuse_method
from saccade.data.dataset.scanning_methods import ScanningMethods
from saccade.data.dataset.selection_stages import Concatenate, Repeat, Skip, Take, Zip
from saccade.data.dataset.shuffle import Shuffle
from saccade.data.dataset.source_methods import SourceMethods, check_callable, check_whole
from saccade.data.dataset.stage import INFINITE, UNKNOWN, Stage, Visit
from saccade.errors import InvalidArgument, SaccadeError, StateError


class Dataset(SourceMethods, ScanningMethods, JoiningMethods, metaclass=RefusesByName):
    """Elements that go through stages, made again in every iteration; with tf.data's methods.

    Nothing is read before somebody iterates. Each method gives a new dataset and leaves this one
    as it is. Elements are torch tensors (strings stay strings), in tuples and dicts as `map` made
    them; a list counts as one tensor. `name` is for tf.data's graphs, and has no effect.

    A dataset with `shuffle` gives another order in every iteration, a function of the seed and of
    how many iterations there were; the numbers are NumPy's, so the orders are not tf.data's.

    Attributes:
        class_names: of the labels, where the dataset was read from class folders; else None.
        file_paths: the images in the order in which they were found; None where stages that
            choose or reorder elements came after.
        ended: the error of an iterator's `get_next()` where there are no more elements.

    Example:
        >>> ds = Dataset.from_tensor_slices(([1.0, 2.0, 3.0], [0, 1, 0]))
        >>> for x, y in ds.map(lambda x, y: (x * 10, y)).batch(2):
        ...     print(x.tolist(), y.tolist())
        [10.0, 20.0] [0, 1]
        [30.0] [0]

    Source: `tf.data.Dataset`.
    """

    ended: type[SaccadeError] = StateError

    def __init__(
        self,
        stage: Stage,
        class_names: list[str] | None = None,
        file_paths: list[str] | None = None,
    ):
        if not isinstance(stage, Stage):
            raise InvalidArgument(
                "Dataset",
                "is made by its methods",
                type(stage).__name__,
                "Use Dataset.from_tensor_slices or image_dataset_from_directory.",
            )
        self.stage, self.class_names, self.file_paths = stage, class_names, file_paths

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: Any = None) -> Dataset:
        """Tuples (or a dict) of an element of each dataset, as long as all have one."""
        structure = datasets if datasets is not None else args[0] if len(args) == 1 else args
        for one in leaves_of(structure):
            if not isinstance(one, Dataset):
                raise InvalidArgument("Dataset.zip", "needs datasets", type(one).__name__)
        if isinstance(structure, Dataset) or not leaves_of(structure):
            structure = (structure,) if isinstance(structure, Dataset) else ()
        if not structure:
            raise InvalidArgument("Dataset.zip", "needs at least one dataset", "none")
        stage = Zip(map_element(lambda one: one.stage, structure))
        names = [one.class_names for one in leaves_of(structure) if one.class_names is not None]
        return Dataset(stage, names[0] if names else None)

    # -- elements one by one -----------------------------------------------------------------

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: Any = None,
    ) -> Dataset:
        """A function of each element: `map_func(element)`, or `map_func(*parts)` of a tuple.

        It may use layers, tensors and NumPy. What draws random numbers, such as `RandomFlip`, is
        repeatable in one thread only: leave `num_parallel_calls` out and give the layer a seed.

        Args:
            map_func: gives a tensor, array or number, or a tuple or dict of them.
            num_parallel_calls: how many at once in threads; AUTOTUNE (-1): one for each processor.
            deterministic: the order is always kept, which serves True and False.
        """
        calls = as_ahead("Dataset.map num_parallel_calls", num_parallel_calls)
        return self._then(Map(self.stage, check_callable("map", map_func), calls), keeps_order=True)

    def filter(self, predicate: Callable[..., Any], name: Any = None) -> Dataset:
        """The elements of which `predicate` says True."""
        return self._then(Filter(self.stage, check_callable("filter", predicate)))

    def enumerate(self, start: int = 0, name: Any = None) -> Dataset:
        """(number, element), the number an int64 tensor."""
        return self._then(Enumerate(self.stage, check_whole("enumerate", start)), keeps_order=True)

    # -- batches -----------------------------------------------------------------------------

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: Any = None,
    ) -> Dataset:
        """So many elements stacked.

        Args:
            batch_size: elements to a batch.
            drop_remainder: leave out a last batch that would be shorter.
            num_parallel_calls: how many batches are stacked at once, in threads.
            deterministic: the order is always kept, which serves True and False.

        Raises:
            ShapeError: while iterating, where elements differ in shape.
        """
        size = check_whole("batch", batch_size, at_least=1)
        calls = as_ahead("Dataset.batch num_parallel_calls", num_parallel_calls)
        return self._then(Batch(self.stage, size, bool(drop_remainder), calls), keeps_order=True)

    def unbatch(self, name: Any = None) -> Dataset:
        """The rows of each element; `batch` the other way round."""
        return self._then(Unbatch(self.stage), keeps_order=True)

    # -- order -------------------------------------------------------------------------------

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool = True,
        name: Any = None,
    ) -> Dataset:
        """Another order: each element is drawn from a buffer, which the next one then joins.

        Args:
            buffer_size: elements in the buffer, which are in memory; the number of elements or
                more gives every order the same chance.
            seed: of the orders; drawn when None (repeatable after `set_random_seed`).
            reshuffle_each_iteration: another order in every iteration and round of `repeat`.
        """
        size = check_whole("shuffle", buffer_size, at_least=1)
        number = None if seed is None else check_whole("shuffle seed", seed, at_least=None)
        again = reshuffle_each_iteration is None or bool(reshuffle_each_iteration)
        return self._then(Shuffle(self.stage, size, number, again))

    def take(self, count: int, name: Any = None) -> Dataset:
        """The first `count` elements; all for -1."""
        return self._then(Take(self.stage, check_whole("take", count, at_least=-1)))

    def skip(self, count: int, name: Any = None) -> Dataset:
        """All but the first `count` elements; none for -1."""
        return self._then(Skip(self.stage, check_whole("skip", count, at_least=-1)))

    def repeat(self, count: int | None = None, name: Any = None) -> Dataset:
        """All elements `count` times; for ever for None and -1."""
        times = None if count is None else check_whole("repeat", count, at_least=-1)
        return self._then(Repeat(self.stage, None if times == -1 else times))

    def concatenate(self, dataset: Dataset, name: Any = None) -> Dataset:
        """These elements, then those of another dataset."""
        if not isinstance(dataset, Dataset):
            raise InvalidArgument("Dataset.concatenate", "needs a dataset", type(dataset).__name__)
        return self._then(Concatenate(self.stage, dataset.stage))

    # -- speed -------------------------------------------------------------------------------

    def cache(self, filename: str | os.PathLike[str] = "", name: Any = None) -> Dataset:
        """Keep what the stages before this one made, from the first complete iteration on.

        Put it before `shuffle` and before what draws random numbers, or those are kept too.

        Args:
            filename: a file (".cache" is added) or folder; "" keeps the elements in memory. A file
                that is there is read instead of the stages before: delete it when they change.
        """
        name = os.fspath(filename)
        stage = FileCache(self.stage, name) if name else MemoryCache(self.stage)
        return self._then(stage, keeps_order=True)

    def prefetch(self, buffer_size: int, name: Any = None) -> Dataset:
        """Read up to `buffer_size` elements ahead, in a thread; AUTOTUNE (-1) reads two."""
        depth = as_ahead("Dataset.prefetch buffer_size", check_whole("prefetch", buffer_size, -1))
        return self._then(Prefetch(self.stage, depth or 0), keeps_order=True)

    # -- looking -----------------------------------------------------------------------------

    def cardinality(self) -> torch.Tensor:
        """How many elements an iteration gives, an int64 tensor; -1 for ever, -2 unknown."""
        return torch.tensor(self.stage.length(), dtype=torch.int64)

    @property
    def element_spec(self) -> Any:
        """Shapes and dtypes of an element; None is a size that may change. It reads the first.

        Example:
            >>> Dataset.from_tensor_slices([[1.0, 2.0]]).batch(4).element_spec
            TensorSpec(shape=(None, 2), dtype=torch.float32)
        """
        positions = self.stage.positions()
        items = self.stage.open(Visit())
        try:
            first = next(items, None)
        finally:
            close(items)
            self.stage.restore(positions)  # nobody saw that iteration
        if first is None:
            raise InvalidArgument("Dataset.element_spec", "needs an element to look at", "none")
        return spec_of(first, self.stage.any_rows)

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: Any = None) -> Any:
        """state = reduce_func(state, element) over all elements; the last state."""
        state = as_element(initial_state)
        for element in self:
            state = as_element(reduce_func(state, element))
        return state

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """A function of the dataset."""
        return transformation_func(self)

    def as_numpy_iterator(self) -> Iteration:
        """The elements with NumPy arrays for tensors."""
        return Iteration(map(as_numpy, iter(self)), self.ended)

    def __iter__(self) -> Iteration:
        items = self.stage.open(Visit())  # now: the number of an iteration is that of its start
        return Iteration(_copies(items) if self.stage.shares else items, self.ended)

    def __len__(self) -> int:
        length = self.stage.length()
        if length == INFINITE:
            raise TypeError("Dataset: an infinite dataset has no length; see repeat() in its chain")
        if length == UNKNOWN:
            raise TypeError(
                "Dataset: the length is unknown before it is read, because of filter() or unbatch()"
            )
        return length

    def __bool__(self) -> bool:
        return True  # or `if dataset:` would ask for a length that may be unknown

    def __repr__(self) -> str:
        length = {INFINITE: "infinite", UNKNOWN: "unknown length"}.get(self.stage.length())
        return f"<Dataset of {type(self.stage).__name__}: {length or f'{len(self)} elements'}>"

    def __getattr__(self, name: str) -> NoReturn:
        refuse_method(name, [one for one in dir(type(self)) if not one.startswith("_")])

    def _then(self, stage: Stage, keeps_order: bool = False) -> Dataset:
        return Dataset(stage, self.class_names, self.file_paths if keeps_order else None)

    @classmethod
    def _of(cls, stage: Stage) -> Dataset:
        return cls(stage)


def _copies(items: Iterator[Any]) -> Iterator[Any]:
    """The elements in memory of their own, which the user may write to."""
    try:
        for element in items:
            yield copy_of(element)
    finally:
        close(items)
