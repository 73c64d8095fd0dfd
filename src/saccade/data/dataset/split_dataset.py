"""`split_dataset`: arrays or a dataset in two."""

from __future__ import annotations

from typing import Any

import torch

from saccade.data.dataset import Dataset
from saccade.data.dataset.elements import as_element
from saccade.data.dataset.source_stages import Listed
from saccade.errors import InvalidArgument
from saccade.seeds import draw_seed


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Two datasets out of one: its first elements, and those that follow.

    Args:
        dataset: a Dataset that ends, or one of `torch.utils.data`, whose elements are read into
            memory; or arrays, alone or in a tuple, list or dict, with the samples along the first
            axis.
        left_size, right_size: a share between 0 and 1, or a number of elements; one of them may be
            left out and is then what the other leaves.
        shuffle: put the elements into another order before.
        seed: of that order.
        preferred_backend: None, "tensorflow" or "torch", of which library's the result would be in
            Keras; it is saccade's either way, whose methods are those of `tf.data`.

    Returns:
        (left, right).

    Raises:
        InvalidArgument: sizes that leave nothing on a side, or more than there is.

    Source: `keras.utils.split_dataset`.
    """
    if preferred_backend not in (None, "tensorflow", "torch"):
        needed = 'preferred_backend must be "tensorflow", "torch" or None'
        raise InvalidArgument("split_dataset", needed, repr(preferred_backend))
    if isinstance(dataset, torch.utils.data.Dataset):
        of_torch: Any = dataset
        has_places = not isinstance(dataset, torch.utils.data.IterableDataset)
        given = (of_torch[place] for place in range(len(of_torch))) if has_places else of_torch
        dataset = map(as_element, given)
    elif not isinstance(dataset, Dataset):
        dataset = Dataset.from_tensor_slices(tuple(dataset) if _is_list(dataset) else dataset)
    # Read once: a dataset that shuffles gives each side another order, and both the same elements.
    elements = list(dataset)
    left, right = _sizes(len(elements), left_size, right_size)
    if shuffle:
        order = torch.Generator().manual_seed(draw_seed() if seed is None else seed)
        elements = [elements[n] for n in torch.randperm(len(elements), generator=order)]
    halves = elements[:left], elements[left : left + right]
    return Dataset(Listed(halves[0])), Dataset(Listed(halves[1]))


def _is_list(dataset: Any) -> bool:
    return isinstance(dataset, list) and bool(dataset) and hasattr(dataset[0], "shape")


def _sizes(count: int, left: float | None, right: float | None) -> tuple[int, int]:
    if left is None and right is None:
        raise InvalidArgument("split_dataset", "needs left_size or right_size", "neither")
    known = [None if size is None else _whole(count, size) for size in (left, right)]
    sizes = [count - (known[1] or 0) if known[0] is None else known[0]]
    sizes.append(count - sizes[0] if known[1] is None else known[1])
    if min(sizes) < 1 or sum(sizes) > count:
        raise InvalidArgument(
            "split_dataset", f"both sides must get some of the {count} elements", tuple(sizes)
        )
    return sizes[0], sizes[1]


def _whole(count: int, size: float) -> int:
    """A share, or a number of elements, as a number of elements."""
    if not isinstance(size, float):
        return int(size)
    if not (0 < size < 1 or size.is_integer()):
        raise InvalidArgument(
            "split_dataset", "a size must be a share between 0 and 1, or a whole number", size
        )
    return round(size * count) if 0 < size < 1 else int(size)
