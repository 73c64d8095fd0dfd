"""The errors of `tf.errors`, as those that saccade and torch raise in their places."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import torch

from saccade.errors import InvalidArgument, NoSuchFile, NotSupported, SaccadeError, ShapeError


class OpError(SaccadeError, RuntimeError):
    """What every error of an operation is."""


class OutOfRangeError(OpError):
    """A dataset has no more elements."""


class FailedPreconditionError(OpError):
    """Something was not ready."""


class InternalError(OpError):
    """The library itself failed."""


class UnavailableError(OpError):
    """Something is not there for the moment."""


InvalidArgumentError = InvalidArgument
NotFoundError = NoSuchFile
UnimplementedError = NotSupported
ResourceExhaustedError = torch.OutOfMemoryError


class SizesDiffer(ShapeError, RuntimeError):
    """Tensors that do not fit together, or a shape that holds another number of values."""


_OF_SIZES = re.compile(
    r"(must match|invalid for input of size|cannot be multiplied|[Ss]izes of tensors|"
    r"ambiguous|broadcast|expanded size)"
)


def as_size_error(where: str, error: RuntimeError) -> RuntimeError:
    """torch's error about sizes as TensorFlow's; any other as it is."""
    if type(error) is not RuntimeError or not _OF_SIZES.search(str(error)):
        return error
    told = str(error).partition("\n")[0]
    return SizesDiffer(where, told[:1].lower() + told[1:])


def with_size_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose errors about sizes are `tf.errors.InvalidArgumentError`."""
    where = f"tf.{function.__name__}"

    @functools.wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except RuntimeError as error:
            found = as_size_error(where, error)
            if found is error:
                raise
            raise found from None

    return computed
