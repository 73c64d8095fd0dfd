"""Labels as whole numbers and as one-hot rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.errors import DataError
from saccade.old_arguments import takes_old_word


@takes_old_word("nb_classes", "num_classes")
@takes_old_word("y", "x")
def to_categorical(x: Any, num_classes: int | None = None, dtype: Any = "float32") -> Any:
    """One row a label, 1 at its class and 0 elsewhere.

    Args:
        x: whole numbers in [0, num_classes), any shape; a last axis of 1 is dropped.
        num_classes: the length of a row; the largest label plus one when None.
        dtype: of the rows, as Keras 2 took it.

    Returns:
        The shape of x and num_classes: an array, and a tensor of a tensor.

    Raises:
        DataError: labels that are negative, not whole, or too large.

    Example:
        >>> to_categorical([0, 2], 3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]

    Source: `keras.utils.to_categorical`.
    """
    if hasattr(x, "detach"):
        rows = to_categorical(x.detach().cpu().numpy(), num_classes, dtype)
        return torch.from_numpy(rows).to(x.device)
    values = np.asarray(x)
    if values.dtype.kind not in "biuf":
        try:  # "3" is a number, to Keras too
            if values.dtype.kind not in "SUO":  # a date is none, nor a complex number
                raise TypeError
            values = values.astype(np.int64)
        except (TypeError, ValueError):
            do = "Number the words: names, labels = np.unique(words, return_inverse=True)."
            raise DataError("to_categorical", "labels must be numbers", f"{x!r:.60}", do) from None
    if not np.isfinite(values).all() or abs(values).max(initial=0) >= 2**31:
        got = f"values from {values.min()} to {values.max()}"
        raise DataError("to_categorical", "labels must be numbers of classes", got)
    labels = values.astype(np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    highest = int(labels.max(initial=-1))
    classes = highest + 1 if num_classes is None else int(num_classes)
    if (values != values.round()).any() or labels.min(initial=0) < 0 or highest >= classes:
        raise DataError(
            "to_categorical",
            f"labels must be whole numbers from 0 to {classes - 1}",
            f"values from {values.min()} to {values.max()}",
        )
    rows = np.zeros((labels.size, classes), dtype)
    rows[np.arange(labels.size), labels.reshape(-1)] = 1
    return rows.reshape((*labels.shape, classes))
