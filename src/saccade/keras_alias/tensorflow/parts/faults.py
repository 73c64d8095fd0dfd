"""Faults: `tf.errors`, as the errors that saccade and torch raise in their places."""

from __future__ import annotations

import torch

from saccade.errors import InvalidArgument, NoSuchFile, NotSupported, SaccadeError


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
