"""TensorBoard: losses, metrics, weights and the graph of layers, for TensorBoard to show."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import numpy as np

from saccade.disk.drafts import remove_drafts
from saccade.disk.whole_file import check_place
from saccade.errors import InvalidArgument, NotSupported, SaccadeError
from saccade.files import plain_config
from saccade.notes import note_once
from saccade.old_arguments import ignores_old_words
from saccade.script_door import is_script_door_open
from saccade.training.callbacks.callback import Callback
from saccade.training.callbacks.event_file import EVENTS, EventFile
from saccade.training.callbacks.unwritten import Unwritten

_PARTS = ("train", "validation")


class TensorBoard(Callback):
    """Writes event files below log_dir; `tensorboard --logdir logs` shows them.

    The package tensorboard is needed to look at them, not to write them.

    In train/ and validation/, under Keras's tags: "epoch_loss" and so on by epochs from 0;
    "batch_loss" and so on by batches from 1; "evaluation_loss_vs_iterations" after evaluations.

    Args:
        log_dir: the folder; nothing else should write there.
        histogram_freq: histograms of all weights every so many epochs, "dense/kernel/histogram";
            0 for none.
        write_graph: the graph of layers, tag "keras", for a Sequential or Model(inputs, outputs).
        write_images: the weights as images, too, where histograms are written.
        write_steps_per_second: "epoch_steps_per_second", and "batch_steps_per_second" where
            batches are written.
        update_freq: "epoch"; "batch" or a number of batches writes the logs of batches, too.
        profile_batch: 0; saccade does not profile.
        embeddings_freq: 0; saccade has no embeddings.
        embeddings_metadata: None, likewise.

    Raises:
        NotSupported: profile_batch, embeddings_freq or embeddings_metadata; a script goes on
            without, after a note.

    Source: `keras.callbacks.TensorBoard`.
    """

    @ignores_old_words(
        without_effect={
            "batch_size": "histograms are of the weights alone",
            "write_grads": "gradients are not written, as in tf.keras 2",
            "embeddings_layer_names": "embeddings are not written",
            "embeddings_data": "embeddings are not written",
        },
        refused={},
    )
    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ):
        super().__init__()
        if is_script_door_open():  # training matters more than its pictures
            profile_batch, embeddings_freq, embeddings_metadata = _left_out(
                profile_batch, embeddings_freq, embeddings_metadata
            )
        _refuse(profile_batch, embeddings_freq, embeddings_metadata)
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph, self.write_images = write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = _as_frequency(update_freq)
        self.embeddings_freq, self.embeddings_metadata = embeddings_freq, embeddings_metadata
        self._files: dict[str, EventFile] = {}
        self._unwritten = Unwritten("TensorBoard", "writings")
        self._strangers: dict[str, list[str]] = {}  # files there before: not of this training
        self._train_batch = 0
        self._epoch_began_s = self._batch_began_s = 0.0
        self._steps_before = 0

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        self._files = {}
        check_place("TensorBoard", os.path.join(self.log_dir, "train", "events"))
        self._unwritten.begin()
        self._strangers = {part: _names(os.path.join(self.log_dir, part)) for part in _PARTS}
        if self.write_graph and type(model).__name__ in ("Sequential", "Functional"):
            self._write_layers()

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._train_batch = 0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch_began_s = time.perf_counter()
        self._steps_before = int(self.model.optimizer.iterations)

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self._train_batch += 1
        self._batch_began_s = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.update_freq == "epoch" or self._train_batch % self.update_freq:
            return
        numbers = dict(logs or {})
        if self.write_steps_per_second:
            took_s = time.perf_counter() - self._batch_began_s
            numbers["steps_per_second"] = 1.0 / took_s
        self._write("train", "batch_{}", numbers, self._train_batch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if logs:
            held_out = {key[4:]: value for key, value in logs.items() if key.startswith("val_")}
            numbers = {key: value for key, value in logs.items() if not key.startswith("val_")}
            numbers["learning_rate"] = float(self.model.optimizer.learning_rate)
            if self.write_steps_per_second:
                steps = int(self.model.optimizer.iterations) - self._steps_before
                numbers["steps_per_second"] = steps / (time.perf_counter() - self._epoch_began_s)
            self._write("train", "epoch_{}", numbers, epoch)
            self._write("validation", "epoch_{}", held_out, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        self._flush()

    def on_test_end(self, logs: dict | None = None) -> None:
        if self.model.optimizer is not None:
            step = int(self.model.optimizer.iterations)
            self._write("validation", "evaluation_{}_vs_iterations", logs or {}, step)
            self._flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}
        self._unwritten.tell()

    def _file(self, part: str) -> EventFile:
        if part not in self._files:
            failed = self._unwritten.add
            self._files[part] = EventFile(os.path.join(self.log_dir, part), failed=failed)
        return self._files[part]

    def _flush(self) -> None:
        for file in self._files.values():
            file.flush()

    def _write(self, part: str, tag: str, numbers: dict, step: int) -> None:
        for name, value in numbers.items():
            if np.ndim(value) == 0:  # a metric may report a number for each class
                self._file(part).scalar(tag.format(name), float(value), step)

    def _write_layers(self) -> None:
        try:
            record = plain_config.full_record(self.model)
            text = json.dumps(plain_config.to_plain("TensorBoard", record, "model"))
        except SaccadeError as error:
            note_once(
                f"TensorBoard: the graph of layers is left out. {error}", key="TensorBoard graph"
            )
            return
        self._file("train").layers("keras", text, 0)

    def _write_weights(self, epoch: int) -> None:
        file = self._file("train")
        for layer in self.model.layers:
            for weight in layer.weights:
                inside = weight.path.startswith(f"{layer.name}/")
                name = weight.path if inside else f"{layer.name}/{weight.path}"
                array = np.asarray(weight.numpy(), np.float32)
                file.histogram(f"{name}/histogram", array, epoch)
                images_nhwc = as_images(array) if self.write_images else None
                if images_nhwc is not None:
                    file.images(f"{name}/image", images_nhwc, epoch)

    def state(self) -> Any:
        files, earlier = {}, {}
        for part, file in self._files.items():
            size_bytes = file.size_bytes()
            if file.names:
                *earlier[part], last = file.names
                files[part] = (last, size_bytes)
        return {
            "train_batch": self._train_batch,
            "files": files,
            "earlier": earlier,
            "strangers": self._strangers,
        }

    def restore(self, state: Any) -> None:
        """Go on in the files of the run before; what it wrote after the state comes again."""
        self._train_batch = state["train_batch"]
        self._strangers = state["strangers"]
        self._files = {}
        for part, strangers in state["strangers"].items():
            folder = os.path.join(self.log_dir, part)
            remove_drafts(os.path.join(folder, f"{EVENTS}{{any}}"))
            known, size_bytes = state["files"].get(part, (None, 0))
            earlier = state.get("earlier", {}).get(part, [])  # states of before have none
            for name in _names(folder):
                path = os.path.join(folder, name)
                if name == known and os.path.getsize(path) >= size_bytes:
                    self._files[part] = EventFile.going_on(
                        folder, [*earlier, name], size_bytes, self._unwritten.add
                    )
                elif name not in (*strangers, *earlier, known):
                    os.remove(path)


def _names(folder: str) -> list[str]:
    """The event files in a folder."""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(name for name in names if name.startswith(EVENTS))


def as_images(weight: np.ndarray) -> np.ndarray | None:
    """A weight as images (n, height, width, channels), as Keras cuts it; None where it does not.

    A vector is a column; a matrix lies on its longer side; of a kernel with one axis of size 1
    each slice along the last axis is an image.
    """
    weight = np.squeeze(weight)
    if weight.ndim == 1:
        weight = weight[None, :, None, None]
    elif weight.ndim == 2:
        weight = weight.T if weight.shape[0] > weight.shape[1] else weight
        weight = weight[None, :, :, None]
    elif weight.ndim == 3:
        weight = weight.transpose(2, 0, 1)[..., None]
    return weight if weight.ndim == 4 and weight.shape[-1] in (1, 3, 4) else None


def _left_out(profile_batch: Any, freq: Any, metadata: Any) -> tuple[int, int, None]:
    """What a script gets in place of what it asked for and saccade does not write."""
    if profile_batch:
        note_once("TensorBoard(profile_batch=): saccade does not profile; all else is written.")
    if freq or metadata is not None:
        note_once("TensorBoard(embeddings_freq=): embeddings are not written; all else is.")
    return 0, 0, None


def _refuse(profile_batch: Any, embeddings_freq: Any, embeddings_metadata: Any) -> None:
    if profile_batch:
        raise NotSupported(
            "TensorBoard",
            "profile_batch must be 0",
            repr(profile_batch),
            "torch.profiler writes traces of steps that TensorBoard shows.",
        )
    if embeddings_freq or embeddings_metadata is not None:
        given = {"embeddings_freq": embeddings_freq, "embeddings_metadata": embeddings_metadata}
        name = "embeddings_freq" if embeddings_freq else "embeddings_metadata"
        raise NotSupported(
            "TensorBoard", f"{name} has no use: there are no embedding layers", repr(given[name])
        )


def _as_frequency(update_freq: Any) -> Any:
    every = 1 if update_freq == "batch" else update_freq
    if every != "epoch" and (not isinstance(every, int) or isinstance(every, bool) or every < 1):
        raise InvalidArgument(
            "TensorBoard",
            'update_freq must be "epoch", "batch" or a number of batches',
            repr(update_freq),
        )
    return every
