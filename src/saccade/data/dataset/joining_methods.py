"""The methods of a dataset that put several together or cut one apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from saccade.data.dataset.element_stages import call_with
from saccade.data.dataset.gathering_stages import Chosen, Interleave, PaddedBatch, Shard, TakeWhile
from saccade.data.dataset.stage import Stage, StageChain
from saccade.errors import DataError, InvalidArgument

_CYCLE = 4  # where the caller leaves it to us


class JoiningMethods(StageChain):
    """What `Dataset` inherits; `tf.data.Dataset` says what each method means."""

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: int | None = None,
        block_length: int | None = None,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: Any = None,
    ) -> Self:
        """Elements of the datasets that a function makes of each element, in turn.

        Args:
            cycle_length: how many of them are open at a time.
            block_length: how many elements of one come in a row.
            num_parallel_calls, deterministic: one after another, which serves all.
        """
        cycle = cycle_length if cycle_length is not None and cycle_length > 0 else _CYCLE
        made = Interleave(self.stage, _maker(map_func, "interleave"), cycle, block_length or 1)
        return self._then(made)

    def flat_map(self, map_func: Callable[..., Any], name: Any = None) -> Self:
        """The datasets that a function makes of each element, one after another."""
        return self._then(Interleave(self.stage, _maker(map_func, "flat_map"), 1, 1))

    def shard(self, num_shards: int, index: int, name: Any = None) -> Self:
        """Every `num_shards`-th element, from number `index` on."""
        if not 0 <= int(index) < int(num_shards):
            raise InvalidArgument("Dataset.shard", "0 <= index < num_shards", str(index))
        return self._then(Shard(self.stage, int(num_shards), int(index)))

    def take_while(self, predicate: Callable[..., Any], name: Any = None) -> Self:
        """The elements before the first of which `predicate` says False."""
        return self._then(TakeWhile(self.stage, predicate))

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Self:
        """`batch` of elements of different sizes, the smaller ones filled up behind.

        Args:
            padded_shapes: the sizes to fill up to; None (and -1) for the largest of the batch.
            padding_values: what with; 0 when None.
        """
        given = padded_shapes, padding_values, bool(drop_remainder)
        return self._then(PaddedBatch(self.stage, int(batch_size), *given))

    def get_single_element(self, name: Any = None) -> Any:
        """The one element.

        Raises:
            DataError: there is none, or more than one.
        """
        found = [element for _, element in zip(range(2), self, strict=False)]  # type: ignore[call-overload]
        if len(found) != 1:
            got = "none" if not found else "more"
            raise DataError("Dataset.get_single_element", "needs exactly one element", got)
        return found[0]

    def with_options(self, options: Any, name: str | None = None) -> Self:
        """The same dataset: how it is run is not for the caller to say."""
        return self

    @staticmethod
    def choose_from_datasets(
        datasets: Sequence[Any], choice_dataset: Any, stop_on_empty_dataset: bool = True
    ) -> Any:
        """One element after another, each out of the dataset whose number comes next."""
        stages = [one.stage for one in datasets]
        stage = Chosen(choice_dataset.stage, stages, bool(stop_on_empty_dataset))
        return type(datasets[0])(stage)

    @staticmethod
    def sample_from_datasets(
        datasets: Sequence[Any],
        weights: Sequence[float] | None = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Any:
        """One element after another, each out of a dataset that is drawn.

        Args:
            weights: the chance of each dataset; equal when None.
            seed: of what is drawn, the same in every iteration; NumPy's stream when None.
        """
        kind, count = type(datasets[0]), len(datasets)
        shares = None if weights is None else np.asarray(weights, float) / np.sum(weights)

        def draws() -> Any:
            chance = np.random.default_rng(np.random.randint(2**31) if seed is None else seed)
            while True:
                yield np.int64(chance.choice(count, p=shares))

        choice = kind.from_generator(draws)
        return kind.choose_from_datasets(datasets, choice, stop_on_empty_dataset)


def _maker(map_func: Callable[..., Any], where: str) -> Callable[[Any], Stage]:
    """The stage of what a function makes of an element."""

    def make(element: Any) -> Stage:
        made = call_with(map_func, element)
        stage = getattr(made, "stage", None)
        if not isinstance(stage, Stage):
            raise InvalidArgument(f"Dataset.{where}", "the function must give a dataset",
                                  type(made).__name__)  # fmt: skip
        return stage

    return make
