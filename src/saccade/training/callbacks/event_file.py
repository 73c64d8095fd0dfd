"""EventFile: what TensorBoard reads, written with its own package and in its own format."""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np

from saccade.errors import StateError

HISTOGRAM_BUCKETS = 30
MOST_IMAGES = 3  # to a tag and step, as TensorFlow's writer has it


class EventFile:
    """A file of events in a folder.

    Args:
        folder: where to; made if missing. Every EventFile begins a new file in it.

    Raises:
        StateError: the package `tensorboard` is not installed.
    """

    def __init__(self, folder: str):
        check_installed()
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._writer = EventFileWriter(folder)

    def scalar(self, tag: str, value: float, step: int) -> None:
        from tensorboard.plugins.scalar import metadata

        made = metadata.create_summary_metadata(display_name=None, description=None)
        self._add(tag, np.array(value, np.float32), made, step)

    def histogram(self, tag: str, values: np.ndarray, step: int) -> None:
        """How often values of any shape fall between so many equal steps; those that are no
        finite numbers are left out."""
        from tensorboard.plugins.histogram import metadata

        values = values[np.isfinite(values)].astype(np.float64)
        rows = np.zeros((HISTOGRAM_BUCKETS, 3))  # left edge, right edge, count
        if values.size and values.min() == values.max():
            rows[:, :2] = values.min()
            rows[-1, 2] = values.size
        elif values.size:
            counts, edges = np.histogram(values, HISTOGRAM_BUCKETS)
            rows[:] = np.stack([edges[:-1], edges[1:], counts], axis=1)
        made = metadata.create_summary_metadata(display_name=None, description=None)
        self._add(tag, rows, made, step)

    def images(self, tag: str, images_nhwc: np.ndarray, step: int) -> None:
        """The first images of a batch with 1, 3 or 4 channels; values are cut to 0..1."""
        from tensorboard.plugins.image import metadata

        made = metadata.create_summary_metadata(display_name=None, description=None)
        height, width = images_nhwc.shape[1:3]
        parts = [str(width).encode(), str(height).encode()]
        parts += [_png(image_hwc) for image_hwc in images_nhwc[:MOST_IMAGES]]
        self._add(tag, np.array(parts, object), made, step)

    def layers(self, tag: str, model_json: str, step: int) -> None:
        """A model's record, which TensorBoard draws as its conceptual graph."""
        from tensorboard.compat.proto.summary_pb2 import SummaryMetadata  # type: ignore[attr-defined]
        from tensorboard.plugins.graph import metadata

        made = SummaryMetadata()
        made.plugin_data.plugin_name = metadata.PLUGIN_NAME_KERAS_MODEL
        made.plugin_data.content = b"1"
        self._add(tag, np.array(model_json.encode(), object), made, step)

    def _add(self, tag: str, array: np.ndarray, metadata: Any, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event  # type: ignore[attr-defined]
        from tensorboard.compat.proto.summary_pb2 import Summary  # type: ignore[attr-defined]
        from tensorboard.util import tensor_util

        summary = Summary()
        tensor = tensor_util.make_tensor_proto(array)
        summary.value.add(tag=tag, metadata=metadata, tensor=tensor)
        self._writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()


def check_installed() -> None:
    """Raise, with what to install, where the package `tensorboard` is missing."""
    try:
        import tensorboard.summary.writer.event_file_writer  # noqa: F401
    except ImportError as error:
        raise StateError(
            "TensorBoard",
            "the package tensorboard must be installed",
            str(error),
            "pip install saccade[tensorboard]",
        ) from error


def _png(image_hwc: np.ndarray) -> bytes:
    from PIL import Image

    pixels = np.floor(np.clip(image_hwc, 0.0, 1.0) * 255.5).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(file, "PNG")
    return file.getvalue()
