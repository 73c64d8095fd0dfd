"""Old words: arguments of fit, evaluate and predict that earlier versions of Keras took."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from saccade.errors import InvalidArgument, NotSupported
from saccade.metrics import Metric
from saccade.models.sample_counts import steps_for
from saccade.names import nearest
from saccade.nests import leaves
from saccade.notes import note_old_word
from saccade.old_arguments import also_takes
from saccade.training.old_metric_names import named_as_read

RENAMED = {
    "nb_epoch": "epochs",
    "generator": "x",
    "nb_worker": "workers",
    "max_q_size": "max_queue_size",
    "pickle_safe": "use_multiprocessing",
}
WITHOUT_EFFECT = {
    "workers": "the data are read ahead by all cores",
    "use_multiprocessing": "the data are read ahead by threads",
    "max_queue_size": "a few batches are read ahead",
    "show_accuracy": 'name it in compile: metrics=["accuracy"]',
    "sample_weight_mode": "weights are taken as they come",
    "target_tensors": "targets are given to fit",
    "distribute": "one process trains on one device",
    "experimental_run_tf_function": "there is one way to train",
    "class_mode": "the loss says what the targets are",
    "reset_metrics": "the numbers are those of one batch",
}
# Counts of samples, and the counts of batches that they stand for, the nearest first.
SAMPLES = {
    "samples_per_epoch": (("steps_per_epoch", "x"),),
    "nb_val_samples": (("validation_steps", "validation_data"), ("steps", "x")),
    "val_samples": (("validation_steps", "validation_data"), ("steps", "x")),
}
M = TypeVar("M", bound=Callable[..., Any])


def accepts_old_words(method: M) -> M:
    """A method of a model that takes arguments of earlier versions of Keras as they were meant."""
    known = frozenset(inspect.signature(method).parameters)

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(args) > 2 and method.__name__ == "compile":
            args, kwargs = metrics_by_place(args, kwargs)
        if not known.issuperset(kwargs):
            args, kwargs = in_todays_words(method.__name__, known, args, kwargs)
        if kwargs.get("metrics") and method.__name__ == "compile":
            kwargs["metrics"] = named_as_read(kwargs["metrics"], sys._getframe(1))
        return method(self, *args, **kwargs)

    return also_takes(call, _old_words(known))


def _old_words(known: frozenset[str]) -> set[str]:
    """The words that a method takes for those that it knows, or for nothing."""
    renamed = {old for old, word in RENAMED.items() if word in {*known, *WITHOUT_EFFECT}}
    counted = {old for old, pairs in SAMPLES.items() if any(steps in known for steps, _ in pairs)}
    return {*renamed, *WITHOUT_EFFECT, *counted}


def in_todays_words(
    where: str, known: frozenset[str], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A call's arguments in the words of today; each old word is noted once.

    Args:
        where: the method's name.
        known: the words that it takes.
        args: what was given by place, the data first.

    Raises:
        InvalidArgument: a name that no version of Keras has, an old and a new name for one
            thing, or a count of samples beside arrays. NotSupported: `reset_metrics=False`.
    """
    found = {word: value for word, value in kwargs.items() if word in known}
    for given, value in kwargs.items():
        if given in known:
            continue
        word = RENAMED.get(given, given)
        means = f"an old name of {word}; it is used as such"
        if given in SAMPLES and (pairs := [pair for pair in SAMPLES[given] if pair[0] in known]):
            word, data_word = pairs[0]
            if data_word == "validation_data" and isinstance(found.get(data_word), (tuple, list)):
                note_old_word(
                    f"{where}({given}=) has no effect: the validation data are arrays.",
                    key=f"old {given}",
                )
                continue
            by_place = data_word == "x" and bool(args)
            data = args[0] if by_place else found.get(data_word)
            steps, data = steps_for(where, given, value, data)
            means = f"Keras 1's, and counts samples: {value} of them are {steps} batches"
            value = steps
            if by_place:
                args = (data, *args[1:])
            else:
                found[data_word] = data
        if given == "reset_metrics" and not value:
            raise NotSupported(where, "metrics are those of one batch", "reset_metrics=False")
        if word in WITHOUT_EFFECT and word not in known:
            note_old_word(
                f"{where}({given}=) is an old argument: {WITHOUT_EFFECT[word]}.", key=f"old {word}"
            )
        elif word not in known:
            guess = nearest(given, known - {"self"})
            do = f"Did you mean {guess}=?" if guess else ""
            raise InvalidArgument(where, "has no such argument", f"{given}=", do)
        else:
            if word in found and word != "x":
                raise InvalidArgument(where, f"{given}= and {word}= are two words for one", "both")
            note_old_word(f"{where}({given}=) is {means}.", key=f"old {given}")
            found[word] = value
    return args, found


def metrics_by_place(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of compile, whose third was meant for metrics where it holds such.

    In Keras 3 it is loss_weights, which are numbers; in tf.keras 2 it was metrics, and loss_weights
    came fourth.
    """
    third, fourth = args[2], args[3] if len(args) > 3 else None
    given = leaves(third) if isinstance(third, (str, list, tuple, dict)) else []
    if len(args) > 4 or "metrics" in kwargs:
        return args, kwargs
    if not any(isinstance(one, (str, Metric)) or callable(one) for one in given):
        return args, kwargs
    note_old_word("compile(optimizer, loss, metrics): the third argument is taken for metrics.")
    words = {} if fourth is None else {"loss_weights": fourth}
    return args[:2], {**words, **kwargs, "metrics": third}
