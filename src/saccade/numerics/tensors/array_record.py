"""Array record: an array in a config, as Keras writes it into JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.errors import DataError

_NUMPY, _TENSOR = "__numpy__", "__tensor__"


def array_record(value: np.ndarray | torch.Tensor) -> dict[str, Any]:
    """The record of an array or tensor: its kind, its numbers in lists, its dtype."""
    array = value.detach().cpu().numpy() if torch.is_tensor(value) else value
    config = {"value": array.tolist(), "dtype": array.dtype.name}
    return {"class_name": _TENSOR if torch.is_tensor(value) else _NUMPY, "config": config}


def is_array_record(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") in (_NUMPY, _TENSOR)


def array_of(record: dict[str, Any]) -> np.ndarray | torch.Tensor:
    """The array or tensor of a record.

    Raises:
        DataError: no numbers, or lists that are not of one shape.
    """
    try:
        kind = np.dtype(record["config"]["dtype"])
        if kind.kind not in "biufc":  # text of a billion letters would be one of the others
            raise TypeError(f"dtype {kind}")
        array = np.array(record["config"]["value"], kind)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError("array", "a record must hold numbers and their dtype", str(error)) from None
    return array if record["class_name"] == _NUMPY else torch.from_numpy(array)
