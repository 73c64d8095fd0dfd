"""Old methods of models: fit_generator and its kin, predict_classes; export, which is refused."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable
from types import FrameType
from typing import Any

import numpy as np

from saccade.errors import InvalidArgument, NotSupported
from saccade.graph import Symbol
from saccade.models.old_steps import OldSteps
from saccade.models.sample_counts import SAMPLE_WORDS, counts_samples
from saccade.notes import note_old_word, note_once
from saccade.user_names import set_inside


class OldMethods(OldSteps):
    """What models had in Keras 1 and 2: each calls today's method, and says so once."""

    _taken_off: int = 0  # layers, by `layers.pop()`, since the outputs were set

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

    In Keras until 2.1 `model.layers.pop()` was the first half of cutting a model off; the second,
    `model.outputs = [model.layers[-1].output]`, takes off as many layers here.
    """

    def __init__(self, layers: Iterable[Any], model: Any = None):
        super().__init__(layers)
        self._model = (lambda: None) if model is None else weakref.ref(model)

    def __reduce__(self) -> tuple[Any, ...]:  # a plain list where it is pickled or copied
        return list, (list(self),)

    def pop(self, *place: Any) -> Any:
        note_once(
            "model.layers.pop() takes nothing off the model, as in tf.keras and Keras 3, before "
            "model.outputs is set. Write Model(model.input, model.layers[-2].output), or pop() of "
            "a Sequential.",
            key="layers.pop",
        )
        model = self._model()
        if model is not None and place in ((), (-1,)):
            set_inside(model, "_taken_off", model._taken_off + 1)
        return super().pop(*place)


def cut_off(model: Any, outputs: Any) -> None:
    """End a model at other symbols of its own: `model.outputs = [...]` of Keras until 2.1.

    Args:
        model: one that is a graph of symbols, or a Sequential.
        outputs: symbols of the model. Its own after `model.layers.pop()` mean those of the layer
            below what was popped.

    Raises:
        InvalidArgument: something else than symbols that layers of the model gave.
    """
    needed = "model.outputs must be symbols of the model's: [model.layers[-2].output]"
    wanted = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    taken = model._taken_off
    set_inside(model, "_taken_off", 0)
    layers = model.layers
    if taken and len(wanted) == 1 and wanted[0] is model.outputs[0]:
        wanted = [layers[-1 - taken].output]
    known = {id(layer) for layer in layers}
    if not all(isinstance(one, Symbol) and id(one.node.layer) in known for one in wanted):
        raise InvalidArgument(model.where, needed, repr(outputs)[:80])
    note_old_word(
        "model.outputs = [...] cuts the model off there, as in Keras until 2.1; "
        "Model(model.input, symbol) makes such a model today."
    )
    model._cut_at(wanted)


def _reading(frame: FrameType, data: Any, args: tuple[Any, ...]) -> tuple[str, ...]:
    """The names of what evaluate_generator and predict_generator were given by place."""
    by_samples = bool(args) and isinstance(args[0], int) and counts_samples(frame, args[0], data)
    has_queue = len(args) > 1 and isinstance(args[1], int)  # the second number is its length
    return ("val_samples" if by_samples else "steps", *(_QUEUED if has_queue else ("callbacks",)))


_KERAS_1 = SAMPLE_WORDS | {"nb_epoch"}
_STEPS = ("steps_per_epoch", "epochs")
_QUEUED = ("max_queue_size", "workers", "use_multiprocessing", "verbose")
