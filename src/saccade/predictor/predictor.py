"""Predictor: a saved model that takes files as they are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from saccade.data.pool import workers
from saccade.data_formats import from_channels_last
from saccade.errors import (
    DataError,
    FileFormatError,
    InvalidArgument,
    NoSuchFile,
    SaccadeError,
    StateError,
)
from saccade.files.extras import class_names_of, preprocessing_of
from saccade.files.formats import MODEL_FILE, run_suffixes
from saccade.names import nearest
from saccade.predictor.answers import answer
from saccade.predictor.fitness import check_inputs, check_outputs, most_at_a_time, not_finite
from saccade.predictor.prediction import Prediction
from saccade.predictor.preprocessing import Picture, Preprocessing
from saccade.predictor.trained_precision import load_as_trained


class Predictor:
    """A trained model with its preprocessing and class names.

    Law: ranking = the `top` largest of answer(model, scale(read(picture))), by class name.

    It is read-only after it was made, so any number of threads may use one Predictor.

    Args:
        model: has `preprocessing`, and gives probabilities: one for each class, or, for two
            classes, that of the second alone.
        batch_size: pictures in memory at a time.

    Attributes:
        model: as given.
        classes: the class names, in the order of the model's outputs.
        preprocessing: how pictures are read.

    Raises:
        StateError: the model has no preprocessing.
        FileFormatError: its inputs, preprocessing, outputs and class names do not fit together.

    Example:
        >>> predictor = Predictor.load("runs/digits")           # doctest: +SKIP
        >>> predictor.predict(["a.png", "b.png"])[0].class_name  # doctest: +SKIP
        '7'
    """

    def __init__(self, model: Any, batch_size: int = 64):
        if batch_size < 1:
            raise InvalidArgument("batch_size", "must be a positive integer", repr(batch_size))
        preprocessing = preprocessing_of(model)
        if not preprocessing:
            raise StateError(
                "Predictor",
                "the model must know how its pictures were prepared",
                "a model without preprocessing",
                'Set model.preprocessing = {"target_size": [28, 28], "color_mode": "grayscale"} '
                "(with what it was trained on) before model.save().",
            )
        self.model = model
        self.batch_size = batch_size
        self.preprocessing = Preprocessing.from_dict(preprocessing)
        self._data_format = _data_format_of(model, self.preprocessing.image_shape[-1])
        outputs = check_outputs(model)
        check_inputs(model, self.preprocessing, self._data_format)
        self._at_a_time = most_at_a_time(model)
        self.classes = list(class_names_of(model) or map(str, range(max(outputs, 2))))
        if len(self.classes) != max(outputs, 2):
            raise FileFormatError(
                "Predictor",
                f"the model's {outputs} outputs need as many class names",
                len(self.classes),
            )

    @classmethod
    def load(cls, run: str | os.PathLike[str], batch_size: int = 64) -> Predictor:
        """Load what `saccade train` wrote.

        A run that was trained in bfloat16 predicts in it, where the machine computes it natively.

        Args:
            run: the run's folder, or any `.keras` file with preprocessing in it.
            batch_size: pictures in memory at a time.

        Raises:
            NoSuchFile: no such folder or file, or a folder without a model.
            FileFormatError: the file is damaged or of another kind.
        """
        return cls(load_as_trained(find_model(run)), batch_size)

    def predict(self, images: Picture | Iterable[Picture], top: int = 3) -> list[Prediction]:
        """The likeliest classes of each picture.

        Args:
            images: files, or uint8 arrays in [0, 255], HW or HWC of any size; one or many. A
                batch is NHWC.
            top: how many classes to name; all of them where there are fewer.

        Returns:
            One Prediction for each picture, in order. A picture that cannot be read has an
            `error`, and the others are predicted all the same.
        """
        return list(self.stream(images, top))

    def stream(self, images: Picture | Iterable[Picture], top: int = 3) -> Iterator[Prediction]:
        """As `predict`, one by one, with no more than a batch of pictures in memory."""
        if isinstance(top, bool) or not isinstance(top, int) or top < 1:
            raise InvalidArgument("top", "must be a positive integer", repr(top))
        return self._stream(enumerate(each_picture(images)), top)

    def _stream(self, numbered: Iterator[tuple[int, Picture]], top: int) -> Iterator[Prediction]:
        pool = workers()
        while batch := list(islice(numbered, self.batch_size)):
            read = list(pool.map(self._try_to_read, [picture for _, picture in batch]))
            images = [image for image in read if isinstance(image, np.ndarray)]
            rows = iter(self._rows(images))
            for (number, picture), image in zip(batch, read, strict=True):
                source = _name(number, picture)
                if isinstance(image, SaccadeError):
                    yield Prediction(source, error=image)
                elif np.isfinite(row := next(rows)).all():
                    yield Prediction(source, self._rank(row, top))
                else:
                    yield Prediction(source, error=not_finite(self.model, f'"{source}"'))

    def _try_to_read(self, picture: Picture) -> np.ndarray | SaccadeError:
        try:
            return self.preprocessing.read(picture)
        except SaccadeError as fault:
            return fault.without_frames()

    def _rows(self, images: list[np.ndarray]) -> Iterator[np.ndarray]:
        """The probabilities of each image, in as many calls as keep the memory bounded."""
        for start in range(0, len(images), self._at_a_time):
            yield from self._probabilities(np.stack(images[start : start + self._at_a_time]))

    def _probabilities(self, batch_nhwc: np.ndarray) -> np.ndarray:
        """uint8 (n, height, width, channels) -> (n, classes)."""
        x = self.preprocessing.scale(batch_nhwc)
        outputs = answer(
            lambda each: self.model.predict(
                from_channels_last(each, self._data_format), batch_size=len(each), verbose=0
            ),
            x,
            self.preprocessing.mirrored,
        )
        if not np.isfinite(outputs).any():
            raise not_finite(self.model, "Predictor")
        if np.nanmin(outputs) < 0 or np.nanmax(outputs) > 1 + 1e-5:
            raise StateError(
                "Predictor",
                "the model's outputs must be probabilities",
                f"{np.nanmin(outputs):.3g} to {np.nanmax(outputs):.3g}",
                'End the model with activation="softmax".',
            )
        if outputs.shape[1] == 1:
            return np.concatenate([1 - outputs, outputs], axis=1)
        return outputs

    def _rank(self, probabilities: np.ndarray, top: int) -> tuple[tuple[str, float], ...]:
        order = np.argsort(-probabilities, kind="stable")[:top]
        return tuple((self.classes[i], float(probabilities[i])) for i in order)


def _data_format_of(model: Any, channels: int) -> str:
    """Channels first where the model's images have so many there, and not at the end."""
    shape = getattr(model, "input_shape", None)
    if isinstance(shape, tuple) and len(shape) == 4 and shape[1] == channels != shape[3]:
        return "channels_first"
    return "channels_last"


def find_model(run: str | os.PathLike[str]) -> Path:
    """The model file of a run's folder; a file stands for itself.

    Raises:
        NoSuchFile: nothing there, or a folder without a model.
        DataError: a file that is no `.keras` file.
    """
    path = Path(run)
    if path.is_dir():
        model = path / MODEL_FILE
        if model.is_file():
            return model
        if os.path.lexists(model):
            raise DataError(f'"{model}"', "must be a file", "something else, or a dead link")
        files = sorted(each.name for each in path.iterdir())
        runs = [name for name in files if (path / name / MODEL_FILE).is_file()]
        do = f'Did you mean "{path / runs[-1]}"?' if runs else "Train again: saccade train FOLDER."
        held = ", ".join(files[:6]) + (", ..." if len(files) > 6 else "") or "an empty folder"
        raise NoSuchFile(f'"{path}"', f"must hold {MODEL_FILE}", held, do)
    if not path.exists():
        if path.is_symlink():
            raise NoSuchFile(f'"{path}"', "must be a run folder or a .keras file", "a dead link")
        siblings = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        guess = nearest(path.name, siblings)
        do = f'Did you mean "{path.parent / guess}"?' if guess else ""
        raise NoSuchFile(f'"{path}"', "must be a run folder or a .keras file", "nothing there", do)
    if not path.name.lower().endswith(tuple(run_suffixes())):
        raise DataError(f'"{path}"', "must be a run folder or a .keras file", "another file")
    return path


def each_picture(images: Any) -> Iterator[Picture]:
    """One picture or many, one by one."""
    if isinstance(images, (str, os.PathLike)):
        return iter([images])
    if isinstance(images, np.ndarray):
        one = images.ndim == 2 or (images.ndim == 3 and images.shape[2] in (1, 3, 4))
        if not one and images.ndim != 4:
            raise InvalidArgument(
                "images",
                "an array must be one image, HW or HWC, or a batch NHWC",
                images.shape,
                "Grey images without a channel axis: give a list of them.",
            )
        return iter([images] if one else images)
    return iter(images)


def _name(number: int, picture: Picture) -> str:
    return f"array {number}" if isinstance(picture, np.ndarray) else os.fspath(picture)
