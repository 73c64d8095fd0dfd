"""Summaries: `tf.summary`, numbers and pictures that TensorBoard shows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from saccade.errors import InvalidArgument
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of
from saccade.training.callbacks.event_file import EventFile

_writers: list[SummaryWriter] = []  # those of the open `with`, the innermost last
_steps: list[int | None] = [None]


class SummaryWriter:
    """A file of events; `with writer.as_default():` is where the functions below write.

    Source: `tf.summary.SummaryWriter`.
    """

    def __init__(self, folder: str | os.PathLike[str], suffix: str = ""):
        self.file = EventFile(folder, suffix)
        self.flush()  # the file is there at once

    @contextlib.contextmanager
    def as_default(self, step: Any = None) -> Iterator[SummaryWriter]:
        """Write here inside the block, at this step where a call names none."""
        _writers.append(self)
        _steps.append(_steps[-1] if step is None else int(step))
        try:
            yield self
        finally:
            _writers.pop()
            _steps.pop()
            self.flush()

    def set_as_default(self, step: Any = None) -> None:
        """Write here from now on."""
        _writers[:] = [self]
        if step is not None:
            set_step(step)

    def flush(self) -> None:
        self.file.flush()

    close = flush


def create_file_writer(
    logdir: Any, max_queue: Any = None, flush_millis: Any = None, filename_suffix: str = "",
    name: Any = None, experimental_trackable: bool = False,
) -> SummaryWriter:  # fmt: skip
    """A writer of event files in a folder, which is made."""
    return SummaryWriter(os.fspath(logdir), filename_suffix or "")


def scalar(name: str, data: Any, step: Any = None, description: Any = None) -> bool:
    """Write a number; False where no writer is open."""
    value = np.asarray(tensor_of(data).detach().cpu(), np.float32)
    if value.ndim:
        raise InvalidArgument("tf.summary.scalar", "data must be one number", str(value.shape))
    return _write("scalar", step, name, float(value))


def histogram(
    name: str, data: Any, step: Any = None, buckets: Any = None, description: Any = None
) -> bool:
    """Write how values are spread."""
    return _write("histogram", step, name, np.asarray(tensor_of(data).detach().cpu(), np.float32))


def image(
    name: str, data: Any, step: Any = None, max_outputs: int = 3, description: Any = None
) -> bool:
    """Write the first images of a batch (n, height, width, channels), floats of 0..1 or bytes."""
    pixels = np.asarray(tensor_of(data).detach().cpu())
    if pixels.ndim != 4:
        raise InvalidArgument("tf.summary.image", "data must be NHWC", str(pixels.shape))
    images_nhwc = pixels / 255.0 if pixels.dtype == np.uint8 else pixels
    return _write("images", step, name, images_nhwc[:max_outputs].astype(np.float32))


def text(name: str, data: Any, step: Any = None, description: Any = None) -> bool:
    """Write words."""
    return _write("text", step, name, data if isinstance(data, str) else str(data))


def flush(writer: Any = None, name: Any = None) -> None:
    """Write what waits."""
    for one in [writer] if writer is not None else _writers:
        one.flush()


def set_step(step: Any) -> None:
    """The step of calls that name none."""
    _steps[-1] = int(step)


def get_step() -> int | None:
    return _steps[-1]


def trace_on(*_: Any, **__: Any) -> None:
    """Nothing: there are no graphs to trace."""


trace_export = trace_off = trace_on


def _write(what: str, step: Any, tag: str, value: Any) -> bool:
    if not _writers:
        return False
    at = _steps[-1] if step is None else int(step)
    if at is None:
        raise InvalidArgument(f"tf.summary.{what}", "needs step=, or set_step before")
    getattr(_writers[-1].file, what)(tag, value, at)
    return True
