"""The methods of a dataset that carry something from one element to the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import torch

from saccade.data.dataset.elements import as_element, map_element
from saccade.data.dataset.scanning_stages import (
    Grouped,
    IgnoreErrors,
    Rebatch,
    Resample,
    Scan,
    Unique,
    Window,
)
from saccade.data.dataset.source_methods import check_callable, check_whole
from saccade.data.dataset.stage import Stage, StageChain
from saccade.errors import InvalidArgument


class ScanningMethods(StageChain):
    """What `Dataset` inherits; `tf.data.Dataset` says what each method means."""

    def unique(self, name: Any = None) -> Self:
        """Every element that has not been before in the iteration."""
        return self._then(Unique(self.stage))

    def scan(
        self, initial_state: Any, scan_func: Callable[[Any, Any], Any], name: Any = None
    ) -> Self:
        """state, made = scan_func(state, element); what was made of each element."""
        return self._then(Scan(self.stage, as_element(initial_state), scan_func))

    def rebatch(self, batch_size: Any, drop_remainder: bool = False, name: Any = None) -> Self:
        """The rows in batches of another size; of several sizes, in turn."""
        sizes = [int(size) for size in np.reshape(batch_size, -1)]
        if not sizes or min(sizes) < 1:
            raise InvalidArgument("Dataset.rebatch", "sizes of 1 or above", repr(batch_size))
        return self._then(Rebatch(self.stage, sizes, bool(drop_remainder)))

    def ignore_errors(self, log_warning: bool = False, name: Any = None) -> Self:
        """The elements that could be made; those that raised are left out.

        Raises:
            InvalidArgument: the length is unknown, so there is no next one to go on with.
        """
        return self._then(IgnoreErrors(self.stage, bool(log_warning)))

    def rejection_resample(
        self,
        class_func: Callable[..., Any],
        target_dist: Any,
        initial_dist: Any = None,
        seed: int | None = None,
        name: Any = None,
    ) -> Self:
        """(class, element), some left out, so that the classes come in these shares.

        Args:
            class_func: the class of an element, or of the parts of a tuple.
            target_dist: the share of each class.
            initial_dist: the shares that there are; counted on the way when None.
            seed: of what is left out; NumPy's stream when None.
        """
        wanted = np.asarray(target_dist, float)
        given = None if initial_dist is None else np.asarray(initial_dist, float)
        return self._then(Resample(self.stage, class_func, wanted, given, seed))

    def window(
        self,
        size: int,
        shift: int | None = None,
        stride: int = 1,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Self:
        """Datasets of neighbouring elements; of a tuple or dict, one dataset for each part.

        Args:
            size: how many elements there are in a window.
            shift: how many elements on the next window begins; `size` when None.
            stride: every how many-th element is taken.
            drop_remainder: leave out windows that the end cuts short.

        Example:
            >>> from saccade.data.dataset import Dataset
            >>> windows = Dataset.range(4).window(2, shift=1, drop_remainder=True)
            >>> [x.tolist() for x in windows.flat_map(lambda window: window.batch(2))]
            [[0, 1], [1, 2], [2, 3]]
        """
        many = check_whole("window size", size, at_least=1)
        step = many if shift is None else check_whole("window shift", shift, at_least=1)
        every = check_whole("window stride", stride, at_least=1)
        return self._then(
            Window(self.stage, many, step, every, bool(drop_remainder), type(self)._of)
        )

    def group_by_window(
        self,
        key_func: Callable[..., Any],
        reduce_func: Callable[[Any, Any], Any],
        window_size: int | None = None,
        window_size_func: Callable[[Any], Any] | None = None,
        name: Any = None,
    ) -> Self:
        """The datasets that a function makes of elements of one key, one after another.

        Args:
            key_func: the whole number of an element, or of the parts of a tuple.
            reduce_func: (key, dataset of the elements) -> dataset.
            window_size: how many elements of a key go together; groups that the end leaves smaller
                come last.
            window_size_func: the same, as a function of the key.
        """
        if (window_size is None) == (window_size_func is None):
            got = "both" if window_size is not None else "neither"
            needed = "needs window_size or window_size_func"
            raise InvalidArgument("Dataset.group_by_window", needed, got)
        many = 0 if window_size is None else check_whole("group_by_window", window_size, 1)
        size = window_size_func or (lambda key: many)

        def reduce(key: Any, stage: Stage) -> Stage:
            made = reduce_func(key, type(self)._of(stage))
            if not isinstance(getattr(made, "stage", None), Stage):
                needed, got = "reduce_func must give a dataset", type(made).__name__
                raise InvalidArgument("Dataset.group_by_window", needed, got)
            return made.stage

        return self._then(
            Grouped(self.stage, check_callable("group_by_window", key_func), reduce, size)
        )

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Sequence[int],
        bucket_batch_sizes: Sequence[int],
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Self:
        """Batches of elements of like length, the shorter ones filled up behind.

        Args:
            element_length_func: the length of an element, or of the parts of a tuple.
            bucket_boundaries: lengths at which the next bucket begins, growing.
            bucket_batch_sizes: elements to a batch, for each bucket: one more than boundaries.
            padded_shapes, padding_values: as for `padded_batch`.
            pad_to_bucket_boundary: sizes that are None in `padded_shapes` (the first size, where
                that is left out) are filled up to the bucket's end, not to the longest.
            no_padding: refused, for it gives sparse tensors.
            drop_remainder: leave out batches that the end leaves smaller.
        """
        where = "Dataset.bucket_by_sequence_length"
        if no_padding:
            raise InvalidArgument(where, "pads, for there are no sparse tensors", "no_padding=True")
        ends, sizes = [int(end) for end in bucket_boundaries], [int(n) for n in bucket_batch_sizes]
        if len(sizes) != len(ends) + 1:
            needed = f"needs {len(ends) + 1} batch sizes, one more than boundaries"
            raise InvalidArgument(where, needed, str(len(sizes)))

        def bucket(*parts: Any) -> int:
            return bisect_right(ends, int(element_length_func(*parts)))

        def batch(key: Any, group: Any) -> Any:
            shapes = padded_shapes
            if pad_to_bucket_boundary:
                if int(key) == len(ends):
                    got = f"one of {ends[-1]} or more" if ends else "no boundary"
                    raise InvalidArgument(where, "elements must be shorter than the last", got)
                shapes = _ending(padded_shapes, next(iter(group)), ends[int(key)] - 1)
            return group.padded_batch(sizes[int(key)], shapes, padding_values, drop_remainder)

        return self.group_by_window(bucket, batch, window_size_func=lambda key: sizes[int(key)])


def _ending(shapes: Any, element: Any, end: int) -> Any:
    """The shapes to fill up to, `end` where they say nothing."""

    def fill(leaf: Any, shape: Any) -> Any:
        sizes = [None, *leaf.shape[1:]] if shape is None and leaf.ndim else list(shape or ())
        return [end if size is None or size == -1 else size for size in sizes]

    if shapes is None:
        return map_element(
            lambda leaf: fill(leaf, None) if torch.is_tensor(leaf) else None, element
        )
    return map_element(fill, element, shapes)
