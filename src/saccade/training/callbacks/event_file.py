"""EventFile: what TensorBoard reads, in its own format.

Nothing of the package `tensorboard` is needed to write it, only to look at it.
"""

from __future__ import annotations

import io
import itertools
import os
import socket
import time
from collections.abc import Callable, Sequence

import numpy as np

from saccade.disk.growing_file import PAGE_BYTES, append_whole
from saccade.disk.whole_file import write_whole
from saccade.errors import NotWritten, SaccadeError
from saccade.training.callbacks.event_record import (
    BLOBS,
    LEAST_FILLER,
    SCALAR,
    TENSOR,
    event,
    filler,
    first_event,
    framed,
)

EVENTS = "events.out.tfevents."  # every file's name begins so
HISTOGRAM_BUCKETS = 30
MOST_IMAGES = 3  # to a tag and step, as TensorFlow's writer has it
_MOST_WAITING_BYTES = 1 << 20
_numbers = itertools.count()  # two files of one second and process


class EventFile:
    """A file of events in a folder, or several that are read one after the other.

    A kill may cut a file at a border of its pages (`growing_file`), so records are laid out with
    one ending at each, after one that says nothing where need be. A record longer than a page
    begins a new file, which gets its name when it is whole: TensorBoard holds a file open, and
    would see nothing of another that took its place.

    Args:
        folder: where to; made if missing. Every EventFile begins a new file in it, when it is
            flushed first.
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
        self._folder, self._suffix, self._failed = folder, suffix, failed
        self._names: list[str] = []
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    @classmethod
    def going_on(
        cls,
        folder: str | os.PathLike[str],
        names: Sequence[str],
        size_bytes: int,
        failed: Callable[[OSError], None] | None = None,
    ) -> EventFile:
        """Files that are there, the last one without what came after so many bytes."""
        file = cls(folder, failed=failed)
        file._names = list(names)
        os.truncate(os.path.join(folder, names[-1]), size_bytes)
        return file

    @property
    def names(self) -> tuple[str, ...]:
        """Of the files in the folder, in order."""
        return tuple(self._names)

    def size_bytes(self) -> int:
        """Of the last file, with what waited until now."""
        self.flush()
        return os.path.getsize(self._last) if self._is_there() else 0

    @property
    def _last(self) -> str:
        return os.path.join(self._folder, self._names[-1])

    def _is_there(self) -> bool:
        return bool(self._names) and os.path.isfile(self._last)

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
        record = framed(event(tag, array, step, time.time(), plugin, kind, content))
        self._waiting.append(record)
        self._waiting_bytes += len(record)
        if self._waiting_bytes > _MOST_WAITING_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits, whole records; between two calls the file is closed."""
        try:
            _make_folder(self._folder)
            if self._waiting or not self._names:
                self._write()
        except NotWritten as fault:
            if self._failed is None:
                raise
            self._failed(fault)
        finally:
            self._waiting.clear()  # or they would fill the memory
            self._waiting_bytes = 0

    close = flush

    def _write(self) -> None:
        if self._is_there():
            laid_out = in_pages(self._waiting, os.path.getsize(self._last))
            if laid_out is not None:
                append_whole("TensorBoard", self._last, laid_out, in_pages=True)
                return
        place = f"{socket.gethostname()}.{os.getpid()}.{next(_numbers):06d}"  # read in this order
        name = f"{EVENTS}{int(time.time())}.{place}{self._suffix}"
        content = b"".join([framed(first_event(time.time())), *self._waiting])
        room = -len(content) % PAGE_BYTES
        if not _fits(room):
            content += filler(room + PAGE_BYTES, time.time())
        try:
            write_whole("TensorBoard", os.path.join(self._folder, name), content)
        except NotWritten:
            raise
        except SaccadeError as fault:  # the folder is gone again
            raise NotWritten("TensorBoard", str(fault)) from fault
        self._names.append(name)


def in_pages(records: Sequence[bytes], size_bytes: int) -> bytes | None:
    """Records for a file of so many bytes, one ending at each border of its pages.

    None where a record is longer than a page, or a page has no room for one that fills it.
    """
    laid_out = bytearray()
    for record in records:
        room = -(size_bytes + len(laid_out)) % PAGE_BYTES or PAGE_BYTES
        if not _fits(room - len(record)):
            if room < LEAST_FILLER or not _fits(PAGE_BYTES - len(record)):
                return None
            laid_out += filler(room, time.time())
        laid_out += record
    return bytes(laid_out)


def _fits(left_bytes: int) -> bool:
    """Whether a record that leaves so many bytes of its page leaves room for one that fills it."""
    return not left_bytes or left_bytes >= LEAST_FILLER


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
