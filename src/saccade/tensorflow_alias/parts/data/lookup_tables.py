"""Lookup tables: values by keys, as `tf.lookup` has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.errors import DataError
from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of
from saccade.tensorflow_alias.parts.text.string_tensors import (
    StringArray,
    are_strings,
    as_strings,
)


class KeyValueTensorInitializer:
    """The keys and values of a table.

    Args:
        keys, values: strings or numbers, as many of each.
        key_dtype, value_dtype: of the numbers; None takes them as they come.

    Raises:
        DataError: more of one than of the other, or a key twice with two values.
    """

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None,
        name: str | None = None,
    ):  # fmt: skip
        self.keys, self.values = _plain(keys), _plain(values)
        if len(self.keys) != len(self.values):
            needed = "must be as many as the keys"
            raise DataError("KeyValueTensorInitializer values", needed, len(self.values))
        self.table = dict(zip(self.keys, self.values, strict=True))
        for key, value in zip(self.keys, self.values, strict=True):
            if self.table[key] != value:
                raise DataError("KeyValueTensorInitializer keys", "must differ", repr(key))
        self.of_strings = are_strings(values)
        self.dtype = None
        if not self.of_strings:
            self.dtype = torch_dtype(value_dtype) or tensor_of(values).dtype


class StaticHashTable:
    """Looks values up.

    Args:
        initializer: its keys and values.
        default_value: for keys that it has not.
    """

    def __init__(
        self, initializer: KeyValueTensorInitializer, default_value: Any, name: Any = None, **_: Any
    ):
        self._initializer, self._default = initializer, _plain([default_value])[0]

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The value of each key, in the shape of the keys."""
        table, default = self._initializer.table, self._default
        if are_strings(keys):
            words = as_strings(keys)
            names = words.array() if isinstance(words, StringArray) else np.array(words, object)
        else:
            names = np.asarray(tensor_of(keys).cpu().numpy(), object)
        found = [table.get(str(key) if are_strings(key) else key, default) for key in names.flat]
        if self._initializer.of_strings:
            return as_strings(np.array(found, object).reshape(names.shape))
        return torch.tensor(found, dtype=self._initializer.dtype).reshape(names.shape)

    __getitem__ = lookup

    def size(self, name: str | None = None) -> torch.Tensor:
        """How many keys there are, int64."""
        return torch.tensor(len(self._initializer.table))


def _plain(values: Any) -> list[Any]:
    """Strings as str, numbers as Python's."""
    if are_strings(values):
        return [str(one) for one in as_strings(list(values))]
    return tensor_of(values).tolist()
