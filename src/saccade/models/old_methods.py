"""Old methods of models: fit_generator and its kin, predict_classes; export, which is refused."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import numpy as np

from saccade.errors import NotSupported
from saccade.models.old_steps import OldSteps
from saccade.models.sample_counts import SAMPLE_WORDS, counts_samples
from saccade.notes import note_old_word, note_once


class OldMethods(OldSteps):
    """What models had in Keras 1 and 2: each calls today's method, and says so once."""

    def fit_generator(self, generator: Any, *args: Any, **kwargs: Any) -> Any:
        """`fit`, with Keras 2's order of arguments: steps_per_epoch, epochs, verbose, ...

        Beside `nb_epoch=` or a count of samples, which are Keras 1's, the first number counts
        samples, and so does that of the validation data.
        """
        is_keras_1 = not _KERAS_1.isdisjoint(kwargs)
        first = ("samples_per_epoch", "nb_epoch") if is_keras_1 else _STEPS
        steps = "nb_val_samples" if is_keras_1 else "validation_steps"
        names = (*first, "verbose", "callbacks", "validation_data", steps)
        return self._old("fit_generator", "fit", generator, names, args, kwargs)

    def evaluate_generator(self, generator: Any, *args: Any, **kwargs: Any) -> Any:
        """`evaluate`, with Keras 2's order of arguments: steps, callbacks.

        In a script that counts samples, as Keras 1 did, the first number does so, too.
        """
        names = _reading(sys._getframe(1), generator, args)
        return self._old("evaluate_generator", "evaluate", generator, names, args, kwargs)

    def predict_generator(self, generator: Any, *args: Any, **kwargs: Any) -> np.ndarray:
        """`predict`, with Keras 2's order of arguments: steps, callbacks.

        In a script that counts samples, as Keras 1 did, the first number does so, too.
        """
        names = _reading(sys._getframe(1), generator, args)
        return self._old("predict_generator", "predict", generator, names, args, kwargs)

    fit_generator.stands_for = "fit"  # type: ignore[attr-defined]
    evaluate_generator.stands_for = "evaluate"  # type: ignore[attr-defined]
    predict_generator.stands_for = "predict"  # type: ignore[attr-defined]

    def export(self, filepath: Any, format: str = "tf_saved_model", **options: Any) -> None:
        """Refused: SavedModel, ONNX and LiteRT files are for other runtimes.

        Raises:
            NotSupported: always.
        """
        raise NotSupported(
            "export",
            "files for other runtimes (SavedModel, ONNX) are not written",
            format,
            "model.save('name.keras') writes a file that Keras 3 reads, and can export.",
        )

    def predict_proba(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> np.ndarray:
        """`predict`: what the last layer gives."""
        note_old_word("predict_proba is an old method: predict does the same.")
        return self.predict(x, batch_size=batch_size, verbose=verbose)  # type: ignore[attr-defined]

    def predict_classes(
        self, x: Any, batch_size: int | None = None, verbose: Any = 0
    ) -> np.ndarray:
        """The number of each sample's class, int64 (samples,); for one output 0 or 1, int32
        (samples, 1)."""
        note_old_word("predict_classes is an old method: it is predict(x).argmax(axis=-1).")
        proba = self.predict(x, batch_size=batch_size, verbose=verbose)  # type: ignore[attr-defined]
        return proba.argmax(axis=-1) if proba.shape[-1] > 1 else (proba > 0.5).astype("int32")

    def make_predict_function(self, force: bool = False) -> None:
        """Without effect: `predict` is ready, in every thread, as soon as the model is."""
        note_old_word(
            "make_predict_function and its kin have no effect: fit, evaluate and predict are ready "
            "as they are.",
            key="make_predict_function",
        )

    def reset_states(self) -> None:
        """Without effect: it was for recurrent layers, of which saccade has none."""
        note_once("reset_states of a model has no effect: no layer of saccade's keeps a state.")

    make_train_function = make_test_function = _make_predict_function = make_predict_function

    def _old(
        self,
        word: str,
        today: str,
        generator: Any,
        names: tuple[str, ...],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        note_old_word(f"{word} is an old method: {today} does the same.")
        given = dict(zip(names, args, strict=False)) | kwargs
        if today != "fit":  # these said nothing by themselves
            given.setdefault("verbose", 0)
        return getattr(self, today)(generator, **given)


class LayerList(list[Any]):
    """The layers of a model, in a list of its own: what is taken off it stays in the model.

    In Keras until 2.3 `model.layers.pop()` was the first half of cutting a model off.
    """

    def pop(self, *place: Any) -> Any:
        note_once(
            "model.layers.pop() takes nothing off the model, as in tf.keras and Keras 3. "
            "Write Model(model.input, model.layers[-2].output), or pop() of a Sequential.",
            key="layers.pop",
        )
        return super().pop(*place)


def _reading(frame: FrameType, data: Any, args: tuple[Any, ...]) -> tuple[str, ...]:
    """The names of what evaluate_generator and predict_generator were given by place."""
    by_samples = bool(args) and isinstance(args[0], int) and counts_samples(frame, args[0], data)
    has_queue = len(args) > 1 and isinstance(args[1], int)  # the second number is its length
    return ("val_samples" if by_samples else "steps", *(_QUEUED if has_queue else ("callbacks",)))


_KERAS_1 = SAMPLE_WORDS | {"nb_epoch"}
_STEPS = ("steps_per_epoch", "epochs")
_QUEUED = ("max_queue_size", "workers", "use_multiprocessing", "verbose")
