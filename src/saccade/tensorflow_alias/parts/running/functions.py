"""Functions: `tf.function` and the like, names of scopes, printing and logging."""

from __future__ import annotations

import builtins
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from saccade.tensorflow_alias.parts.tensors.tensors import convert_to_tensor

VERSION = "2.21.0"
DEBUG, INFO, WARN, ERROR, FATAL = 10, 20, 30, 40, 50


def function(func: Callable[..., Any] | None = None, **options: Any) -> Any:
    """`@tf.function`: the function as it is; options say how a graph would be made of it."""
    return func if func is not None else lambda decorated: decorated


do_not_convert = function


def executing_eagerly() -> bool:
    return True


def enable_eager_execution(*args: Any, **kwargs: Any) -> None:
    """It is on."""


def run_functions_eagerly(run_eagerly: bool) -> None:
    """They always are."""


def functions_run_eagerly() -> bool:
    """False, as long as nobody asked for it in TensorFlow; here it makes no difference."""
    return False


def no_op(name: str | None = None) -> None:
    """Nothing."""


@contextmanager
def name_scope(name: str) -> Iterator[str]:
    """`with tf.name_scope("a")`: nothing is named after it; it gives "a/"."""
    yield f"{name.rstrip('/')}/" if name else ""


def print(*inputs: Any, output_stream: Any = None, sep: str = " ", end: str = "\n", **_: Any):
    """Tensors as TensorFlow prints them, as NumPy does; to the standard error stream."""
    shown = [one.numpy() if torch.is_tensor(one) else one for one in inputs]
    stream = output_stream if hasattr(output_stream, "write") else sys.stderr
    builtins.print(*shown, sep=sep, end=end, file=stream)


def print_and_pass(input_: Any, data: Any, message: str | None = None, *_: Any, **__: Any) -> Any:
    """`input_` as it is; the data are printed after the message, each in brackets.

    Source: `tf.compat.v1.Print`.
    """
    print(message or "", *(f"[{convert_to_tensor(one).numpy()}]" for one in data), sep="")
    return convert_to_tensor(input_)


def _tensors(result: Any, kinds: Any) -> Any:
    if not isinstance(kinds, (list, tuple)):
        return convert_to_tensor(result, kinds)
    parts = result if isinstance(result, (list, tuple)) else [result]
    return [convert_to_tensor(one, kind) for one, kind in zip(parts, kinds, strict=True)]


def py_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:
    """A function of tensors; its results in these dtypes."""
    return _tensors(func(*map(convert_to_tensor, inp)), Tout)


def numpy_function(
    func: Callable[..., Any], inp: Any, Tout: Any, stateful: bool = True, name: str | None = None
) -> Any:
    """A function of NumPy arrays; its results as tensors of these dtypes."""
    return _tensors(func(*(convert_to_tensor(one).numpy() for one in inp)), Tout)


def get_logger() -> logging.Logger:
    """The logger of name "tensorflow"; what saccade says goes through "saccade"."""
    return logging.getLogger("tensorflow")


def set_log_verbosity(v: int | str) -> None:
    get_logger().setLevel(v)


def get_verbosity() -> int:
    return get_logger().level


def set_verbosity(level: int = 0, alsologtostdout: bool = False) -> None:
    """Of autograph, which has nothing to say here."""
