"""Old words: arguments of fit, evaluate and predict that earlier Kerases took."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, TypeVar

from saccade.errors import InvalidArgument
from saccade.metrics import Metric
from saccade.names import nearest
from saccade.nests import leaves
from saccade.notes import note_once

RENAMED = {
    "nb_epoch": "epochs",
    "generator": "x",
    "val_samples": "validation_samples",
    "nb_val_samples": "validation_samples",
    "nb_worker": "workers",
    "max_q_size": "max_queue_size",
    "pickle_safe": "use_multiprocessing",
    "show_accuracy": "show_accuracy",
}
WITHOUT_EFFECT = {
    "workers": "the data are read ahead by all cores",
    "use_multiprocessing": "the data are read ahead by threads",
    "max_queue_size": "a few batches are read ahead",
    "show_accuracy": 'name it in compile: metrics=["accuracy"]',
    "sample_weight_mode": "weights are taken as they come",
    "target_tensors": "targets are given to fit",
    "distribute": "one process trains on one device",
}
# Counts of samples, and the counts of batches that they stand for.
SAMPLES = {
    "samples_per_epoch": ("steps_per_epoch", "x"),
    "validation_samples": ("validation_steps", "validation_data"),
}
M = TypeVar("M", bound=Callable[..., Any])


def accepts_old_words(method: M) -> M:
    """A method of a model that takes the words of earlier Kerases with their old meaning."""
    known = frozenset(inspect.signature(method).parameters)

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) > 2 and method.__name__ == "compile":
            args, kwargs = metrics_by_place(args, kwargs)
        if not known.issuperset(kwargs):
            kwargs = in_todays_words(method.__name__, known, args, kwargs)
        return method(self, *args, **kwargs)

    return call  # type: ignore[return-value]


def in_todays_words(
    where: str, known: frozenset[str], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Keyword arguments in the words of today; each old one is noted once.

    Args:
        where: the method's name.
        known: the words that it takes.
        args: what was given by place, the data first.

    Raises:
        InvalidArgument: a word of no Keras, or samples of data whose batch size is not known.
    """
    found: dict[str, Any] = {}
    for given, value in kwargs.items():
        word = RENAMED.get(given, given) if given not in known else given
        if word in SAMPLES:
            word, data_word = SAMPLES[word]
            data = args[0] if data_word == "x" and args else kwargs.get(data_word)
            value = math.ceil(value / _batch_size(where, given, data))
        if word in WITHOUT_EFFECT and word not in known:
            note_once(f"{where}({given}=) is an old argument: {WITHOUT_EFFECT[word]}.")
        elif word not in known:
            guess = nearest(given, known - {"self"})
            do = f"Did you mean {guess}=?" if guess else ""
            raise InvalidArgument(where, "has no such argument", f"{given}=", do)
        else:
            if word != given:
                note_once(f"{where}({given}=) is an old name of {word}; it is used as such.")
            found[word] = value
    return found


def metrics_by_place(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of compile, whose third was meant for metrics where it holds such.

    In Keras 3 it is loss_weights, which are numbers; in tf.keras 2 it was metrics.
    """
    third = args[2]
    given = leaves(third) if isinstance(third, (str, list, tuple)) else []
    if len(args) > 3 or "metrics" in kwargs:
        return args, kwargs
    if not any(isinstance(one, (str, Metric)) for one in given):
        return args, kwargs
    note_once("compile(optimizer, loss, metrics): the third argument is taken for metrics.")
    return args[:2], {**kwargs, "metrics": third}


def _batch_size(where: str, word: str, data: Any) -> int:
    size = getattr(data, "batch_size", None)
    if not size:
        raise InvalidArgument(
            where,
            f"{word} counts samples, so the data must say their batch_size",
            type(data).__name__,
            "Give steps_per_epoch= or validation_steps= instead.",
        )
    return int(size)
