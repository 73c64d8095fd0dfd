"""Strings: words, paths mostly, as `tf.strings` takes them apart."""

from __future__ import annotations

import os
import re
from typing import Any

import torch

from saccade.data.dataset.words import Word
from saccade.keras_alias.tensorflow.parts.dtypes import torch_dtype
from saccade.keras_alias.tensorflow.parts.tensors import tensor_of
from saccade.keras_alias.tensorflow.parts.words import Words


def _each(function: Any, value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return Words(function(Word(one)) for one in value)
    return Word(function(Word(os.fspath(value))))


def split(input: Any, sep: str | None = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """The parts of a word between separators (white space when None); of several, a list."""
    if isinstance(input, (list, tuple)):
        return [split(one, sep, maxsplit) for one in input]
    return Words(str(Word(os.fspath(input))).split(sep or None, maxsplit))


def join(inputs: Any, separator: str = "", name: str | None = None) -> Word:
    return Word(separator.join(str(Word(one)) for one in inputs))


def strip(input: Any, name: str | None = None) -> Any:
    return _each(str.strip, input)


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    return _each(str.lower, input)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    return _each(str.upper, input)


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> torch.Tensor:
    """How many bytes, or characters with unit="UTF8_CHAR"."""
    word = Word(input)
    return torch.tensor(len(word if unit == "UTF8_CHAR" else word.numpy()), dtype=torch.int32)


def regex_replace(
    input: Any, pattern: str, rewrite: str, replace_global: bool = True, name: Any = None
) -> Any:
    count = 0 if replace_global else 1
    return _each(lambda word: re.sub(pattern, rewrite, word, count=count), input)


def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """So many characters from a place on; a place below 0 counts from the end."""
    start, count = int(pos), int(len)

    def cut(word: str) -> str:
        begin = start if start >= 0 else max(word.__len__() + start, 0)
        return word[begin : begin + count]

    return _each(cut, input)


def to_number(input: Any, out_type: Any = "float32", name: str | None = None) -> torch.Tensor:
    values = [float(one) for one in input] if isinstance(input, (list, tuple)) else float(input)
    return torch.tensor(values).to(torch_dtype(out_type))


def as_string(input: Any, name: str | None = None) -> Any:
    """A number as a word; fractions with six digits."""
    value = tensor_of(input)
    shown = [f"{x:.6f}" if isinstance(x, float) else str(x) for x in value.reshape(-1).tolist()]
    return Words(shown) if value.ndim else Word(shown[0])
