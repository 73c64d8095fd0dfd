"""EventFile: what TensorBoard reads, in its own format.

Nothing of the package `tensorboard` is needed to write it, only to look at it.
"""

from __future__ import annotations

import io
import itertools
import os
import socket
import time
from collections.abc import Callable

import numpy as np

from saccade.disk.growing_file import append_whole
from saccade.errors import NotWritten
from saccade.training.callbacks.event_record import (
    BLOBS,
    SCALAR,
    TENSOR,
    event,
    first_event,
    framed,
)

HISTOGRAM_BUCKETS = 30
MOST_IMAGES = 3  # to a tag and step, as TensorFlow's writer has it
_MOST_WAITING_BYTES = 1 << 20
_numbers = itertools.count()  # two files of one second and process


class EventFile:
    """A file of events in a folder.

    Args:
        folder: where to; made if missing. Every EventFile begins a new file in it.
        suffix: of its name.
        failed: told when records could not be written, which are lost then; None: it is an error.

    Raises:
        NotWritten: the folder can't be made or written to, or the disk is full.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        suffix: str = "",
        failed: Callable[[OSError], None] | None = None,
    ):
        self._folder, self._failed = folder, failed
        place = f"{socket.gethostname()}.{os.getpid()}.{next(_numbers)}"
        name = f"events.out.tfevents.{int(time.time())}.{place}{suffix}"
        self._path = os.path.join(folder, name)
        self._waiting = bytearray(framed(first_event(time.time())))
        self.flush()

    @classmethod
    def going_on(
        cls,
        path: str | os.PathLike[str],
        size_bytes: int,
        failed: Callable[[OSError], None] | None = None,
    ) -> EventFile:
        """A file that is there, without what was written to it after so many bytes."""
        file = object.__new__(cls)
        file._folder, file._failed = os.path.dirname(path), failed
        file._path, file._waiting = os.fspath(path), bytearray()
        os.truncate(path, size_bytes)
        return file

    @property
    def name(self) -> str:
        """Of the file in its folder."""
        return os.path.basename(self._path)

    def size_bytes(self) -> int:
        """Of the file, with what waited until now."""
        self.flush()
        return os.path.getsize(self._path) if os.path.exists(self._path) else 0

    def scalar(self, tag: str, value: float, step: int) -> None:
        self._add(tag, np.array(value, np.float32), step, "scalars", SCALAR)

    def histogram(self, tag: str, values: np.ndarray, step: int) -> None:
        """How often values of any shape fall between so many equal steps; those that are no
        finite numbers are left out."""
        values = values[np.isfinite(values)].astype(np.float64)
        rows = np.zeros((HISTOGRAM_BUCKETS, 3))  # left edge, right edge, count
        if values.size and values.min() == values.max():
            rows[:, :2] = values.min()
            rows[-1, 2] = values.size
        elif values.size:
            counts, edges = np.histogram(values, HISTOGRAM_BUCKETS)
            rows[:] = np.stack([edges[:-1], edges[1:], counts], axis=1)
        self._add(tag, rows, step, "histograms", TENSOR)

    def images(self, tag: str, images_nhwc: np.ndarray, step: int) -> None:
        """The first images of a batch with 1, 3 or 4 channels; values are cut to 0..1."""
        height, width = images_nhwc.shape[1:3]
        parts = [str(width).encode(), str(height).encode()]
        parts += [_png(image_hwc) for image_hwc in images_nhwc[:MOST_IMAGES]]
        self._add(tag, np.array(parts, object), step, "images", BLOBS)

    def text(self, tag: str, value: str, step: int) -> None:
        """Words, which TensorBoard shows as Markdown."""
        self._add(tag, np.array(value.encode(), object), step, "text", TENSOR)

    def layers(self, tag: str, model_json: str, step: int) -> None:
        """A model's record, which TensorBoard draws as its conceptual graph."""
        graph = np.array(model_json.encode(), object)
        self._add(tag, graph, step, "graph_keras_model", content=b"1")

    def _add(
        self,
        tag: str,
        array: np.ndarray,
        step: int,
        plugin: str,
        kind: int = 0,
        content: bytes = b"",
    ) -> None:
        self._waiting += framed(event(tag, array, step, time.time(), plugin, kind, content))
        if len(self._waiting) > _MOST_WAITING_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits, whole records; between two calls the file is closed."""
        try:
            _make_folder(self._folder)
            append_whole("TensorBoard", self._path, bytes(self._waiting))
        except NotWritten as fault:
            if self._failed is None:
                raise
            self._failed(fault)
        finally:
            self._waiting.clear()  # or they would fill the memory

    close = flush


def _make_folder(folder: str | os.PathLike[str]) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as fault:
        needed = f'the folder "{os.fspath(folder)}" could not be made: {fault.strerror}'
        raise NotWritten("TensorBoard", needed) from fault


def _png(image_hwc: np.ndarray) -> bytes:
    from PIL import Image

    pixels = np.floor(np.clip(image_hwc, 0.0, 1.0) * 255.5).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(file, "PNG")
    return file.getvalue()
