"""Old keywords: what the arguments of `backend`'s functions were called in Keras 1 and 2."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from saccade.data_formats import data_format_of
from saccade.errors import InvalidArgument
from saccade.old_arguments import also_takes

_OF_TWO = {"x": "x1", "y": "x2", "a": "x2"}
_OF_ALL = {
    "X": "x",
    "border_mode": "padding",
    "dim": "axis",
    "filter_dilation": "dilation_rate",
    "high": "maxval",
    "low": "minval",
    "max_value": "x_max",
    "min_value": "x_min",
    "nb_classes": "num_classes",
    "ops": "tensors",
    "output": "y_pred",
    "std": "stddev",
    "stride": "strides",
    "indices": "x",
    "target": "y_true",
    "variables": "x",
    **_OF_TWO,
}
_OF_ONE = {"batch_normalization": {"std": "var"}}
_WITHOUT_EFFECT = frozenset(
    {"constraint", "filter_shape", "image_shape", "name", "summarize", "volume_shape"}
)
"""Names of tensors, and shapes that Theano wanted to be told."""


def takes_old_keywords(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, whose arguments may be given under the names of earlier versions, too.

    Args:
        name: what it is called in `backend`.

    Raises:
        InvalidArgument, in the call: both an old and a new name for one argument.
    """
    today = set(inspect.signature(function).parameters)
    renamed = {**_OF_ALL, **_OF_ONE.get(name, {})}
    words = {old: new for old, new in renamed.items() if old not in today and new in today}
    ignored = _WITHOUT_EFFECT - today
    orders = "data_format" in today and "dim_ordering" not in today

    @functools.wraps(function)
    def with_old_keywords(*args: Any, **kwargs: Any) -> Any:
        if kwargs and not kwargs.keys() <= today:
            kwargs = in_todays_words(kwargs)
        return function(*args, **kwargs)

    def in_todays_words(kwargs: dict[str, Any]) -> dict[str, Any]:
        translated: dict[str, Any] = {}
        for word, value in kwargs.items():
            if word in ignored:
                continue
            new = words.get(word, word)
            if orders and word == "dim_ordering":
                new, value = "data_format", data_format_of(value, f"K.{name}")
            if new in translated or (new != word and new in kwargs):
                raise InvalidArgument(
                    f"K.{name}", f"{word}= and {new}= are two words for one", "both"
                )
            translated[new] = value
        return translated

    return also_takes(with_old_keywords, {*words, *ignored, *(("dim_ordering",) if orders else ())})
