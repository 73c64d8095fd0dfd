"""The functions of `tf.strings`, which are used on paths mostly."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch

from saccade.data.dataset.string_scalar import StringScalar
from saccade.errors import InvalidArgument
from saccade.tensorflow_alias.parts.tensors.dtypes import torch_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of
from saccade.tensorflow_alias.parts.text.string_tensors import (
    StringArray,
    are_strings,
    as_strings,
    each_string,
)


def _each(function: Any, value: Any) -> Any:
    return as_strings(each_string(function, value))


def split(input: Any, sep: str | None = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """The parts of a string between separators (white space when None); of several, a list."""
    if isinstance(input, (list, tuple, np.ndarray)):
        return [split(one, sep, maxsplit) for one in input]
    return StringArray(str(as_strings(input)).split(sep or None, maxsplit))


def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """The strings at one place of each input in one; a single string goes with every other."""
    rows = np.broadcast_arrays(*(np.array(each_string(str, one)) for one in inputs))
    joined = [separator.join(strings) for strings in zip(*(row.flat for row in rows), strict=True)]
    return as_strings(np.array(joined).reshape(rows[0].shape))


def reduce_join(
    inputs: Any, axis: Any = None, keepdims: bool = False, separator: str = "", name: Any = None
) -> StringScalar:
    """All strings in one."""
    return StringScalar(separator.join(each_string(str, inputs)))


def regex_full_match(input: Any, pattern: str, name: str | None = None) -> torch.Tensor:
    """Whether each string fits a pattern from its first letter to its last."""
    return torch.tensor(each_string(lambda text: bool(re.fullmatch(pattern, text)), input))


def strip(input: Any, name: str | None = None) -> Any:
    return _each(str.strip, input)


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    return _each(str.lower, input)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    return _each(str.upper, input)


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> torch.Tensor:
    """How many bytes, or characters with unit="UTF8_CHAR"."""
    count = each_string(lambda w: w.__len__() if unit == "UTF8_CHAR" else len(w.encode()), input)
    return torch.tensor(count, dtype=torch.int32)


def regex_replace(
    input: Any, pattern: str, rewrite: str, replace_global: bool = True, name: Any = None
) -> Any:
    count = 0 if replace_global else 1
    return _each(lambda text: re.sub(pattern, rewrite, text, count=count), input)


def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """So many characters from a place on; a place below 0 counts from the end."""
    start, count = int(pos), int(len)

    def cut(text: str) -> str:
        begin = start if start >= 0 else max(text.__len__() + start, 0)
        return text[begin : begin + count]

    return _each(cut, input)


def to_number(input: Any, out_type: Any = "float32", name: str | None = None) -> torch.Tensor:
    return torch.tensor(each_string(float, input)).to(torch_dtype(out_type))


def as_string(
    input: Any, precision: int = -1, scientific: bool = False, shortest: bool = False,
    width: int = -1, fill: str = "", name: str | None = None,
) -> Any:  # fmt: skip
    """A number as a string; fractions with six digits, or `precision`."""
    value = tensor_of(input)
    digits = 6 if precision < 0 else int(precision)
    kind = "e" if scientific else "g" if shortest else "f"

    def shown(x: Any) -> str:
        if isinstance(x, bool):
            return str(x).lower()
        text = f"{x:.{digits}{kind}}" if isinstance(x, float) else str(x)
        return text.rjust(width, fill or " ") if width > 0 else text

    flat = [shown(x) for x in value.reshape(-1).tolist()]
    return as_strings(np.array(flat, object).reshape(tuple(value.shape)))


def bytes_split(input: Any, name: str | None = None) -> Any:
    """The letters of a string, each by itself; of several strings, a list of such."""
    if isinstance(input, (list, tuple, np.ndarray)):
        return [bytes_split(one) for one in input]
    return StringArray(str(as_strings(input)))


def unicode_split(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 65533,
    name: str | None = None,
) -> Any:  # fmt: skip
    """The same."""
    return bytes_split(input)


def format(
    template: str, inputs: Any = (), placeholder: str = "{}", summarize: int = 3, name: Any = None
) -> Any:
    """A template with tensors in the places of `{}`; of a long axis the first and last few.

    Args:
        inputs: one tensor, or a list or tuple with one for each place.
        summarize: numbers from either end of an axis; -1 for all.
    """
    parts = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    texts = template.split(placeholder)
    if len(texts) != len(parts) + 1:
        got = f"{len(parts)} inputs for {len(texts) - 1} places"
        raise InvalidArgument("tf.strings.format", "needs one input for each place", got)
    shown = [_shown(one, summarize) for one in parts]
    pieces = [piece for pair in zip(texts, [*shown, ""], strict=True) for piece in pair]
    return StringScalar("".join(pieces))


def _shown(value: Any, summarize: int) -> str:
    array = np.asarray(as_strings(value) if are_strings(value) else tensor_of(value).numpy())
    array = array.astype(int) if array.dtype == bool else array
    formats: Any = {
        "float_kind": _shortest,
        "int_kind": str,  # not brought to one width
        "numpystr": '"{}"'.format,
        "object": '"{}"'.format,
    }
    most = array.size + 1 if summarize < 0 else 2 * summarize
    return np.array2string(
        array, max_line_width=10**9, threshold=most, edgeitems=abs(summarize), formatter=formats
    )


def _shortest(number: Any) -> str:
    """Six digits where they say the number of its dtype exactly, and as many as it takes else."""
    short = f"{number:.6g}"
    exact = 17 if number.dtype.itemsize == 8 else 9
    return short if type(number)(short) == number else f"{number:.{exact}g}"
