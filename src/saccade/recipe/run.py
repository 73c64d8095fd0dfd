"""Run: a trained classifier and all that its training left in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from saccade.drawing.curves import read_history
from saccade.plain_json import read_record
from saccade.predictor import Prediction, Predictor
from saccade.predictor.predictor import find_model
from saccade.predictor.preprocessing import Picture
from saccade.predictor.trained_precision import load_as_trained
from saccade.recipe.evaluation import evaluate_model
from saccade.recipe.listener import Lines, Listener
from saccade.recipe.photos.picture_files import list_pictures
from saccade.recipe.run_files import METRICS, MODEL_FILE
from saccade.recipe.run_summary import SCORED, RunSummary, summarize
from saccade.recipe.scores import Scores


class Run:
    """A trained classifier. It is read only; the model is loaded when it is first needed.

    Args:
        file: its model file; `Run.load` finds it.

    Attributes:
        file, path: the model file and the folder that it lies in.
        model: the network, ready to predict; in bfloat16 where it was trained in it and the
            machine computes it natively.
        predictor: the model with its preprocessing and class names.
        classes: the class names, in the order of the model's outputs.
        metrics: what metrics.json tells; empty for a model file alone.

    Example:
        >>> run = Run.load("runs/digits")                   # doctest: +SKIP
        >>> run.metrics["test.accuracy"]                    # doctest: +SKIP
        0.9917
        >>> run.predict("new/7.png")[0].class_name          # doctest: +SKIP
        '7'
    """

    def __init__(self, file: str | os.PathLike[str]):
        self.file = Path(file)
        self.path = self.file.parent

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Run:
        """The run in a folder; or that of a `.keras` file with preprocessing in it.

        Raises:
            NoSuchFile: no such folder or file, or a folder without a model.
            DataError: a file that is no `.keras` file.
        """
        return cls(find_model(folder))

    @cached_property
    def model(self) -> Any:
        return load_as_trained(self.file)

    @cached_property
    def predictor(self) -> Predictor:
        return Predictor(self.model)

    @property
    def classes(self) -> list[str]:
        return self.predictor.classes

    @cached_property
    def metrics(self) -> dict[str, Any]:
        return read_record(self.path / METRICS)

    @property
    def history(self) -> dict[str, list[float]]:
        """The numbers of all epochs by name, as Keras's `History.history` has them, and `epoch`.

        Raises:
            NoSuchFile: a model file alone. FileFormatError: a damaged history.csv.
        """
        return read_history(self.path)

    def predict(self, files: Picture | Iterable[Picture], top: int = 3) -> list[Prediction]:
        """The likeliest classes of photos.

        Args:
            files: files, folders of photos, or uint8 arrays in [0, 255], HW or HWC of any size;
                one or many.
            top: how many classes to name; all of them where there are fewer.

        Returns:
            One Prediction for each photo, in order. A photo that cannot be read has an `error`, and
            the others are predicted all the same.

        Raises:
            DataError: a folder without a photo. InvalidArgument: a top below 1.
        """
        return list(self.stream(files, top))

    def stream(self, files: Picture | Iterable[Picture], top: int = 3) -> Iterator[Prediction]:
        """As `predict`, one by one, with no more than a batch of photos in memory."""
        return self.predictor.stream(list_pictures(files), top)

    def evaluate(
        self, folder: str | os.PathLike[str], *, listener: Listener | None = None
    ) -> Scores:
        """How good the classifier is on a folder of photos, one subfolder for each class.

        Args:
            folder: its subfolders are named like the classes; not all need be there.
            listener: who is told what happens; None prints plain lines.

        Raises:
            DataError: folders that are no classes of the model, or no photo that can be decoded.
        """
        return evaluate_model(self.predictor, self.file, Path(folder), listener or Lines())

    def summary(self) -> RunSummary:
        """The layers, classes, preprocessing and numbers, as text that can be printed."""
        return summarize(self.model, self.metrics)

    def __repr__(self) -> str:
        found = [
            f", {part} accuracy {accuracy:.4f}"
            for part in SCORED
            if isinstance(accuracy := self.metrics.get(f"{part}.accuracy"), float)
        ]
        where = self.path if self.file.name == MODEL_FILE else self.file
        return f"Run({os.fspath(where)!r}{''.join(found)})"


def predict(
    run: str | os.PathLike[str], files: Picture | Iterable[Picture], top: int = 3
) -> list[Prediction]:
    """Classify photos with a trained model; see `Run.predict`.

    Args:
        run: a run folder, or a `.keras` file with preprocessing in it.
        files: photos, or folders of photos.
        top: how many classes to name.
    """
    return Run.load(run).predict(files, top)


def evaluate(
    run: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    listener: Listener | None = None,
) -> Scores:
    """Measure a trained model on a folder of photos; see `Run.evaluate`.

    Args:
        run: a run folder, or a `.keras` file with preprocessing in it.
        folder: one subfolder of photos for each class.
        listener: who is told what happens; None prints plain lines.
    """
    return Run.load(run).evaluate(folder, listener=listener)


def summary(run: str | os.PathLike[str]) -> RunSummary:
    """What is in a trained model, and how good it was found; see `Run.summary`.

    Args:
        run: a run folder, or a `.keras` file.
    """
    return Run.load(run).summary()
