"""Options: what every optimizer is given beside its own, checked in one place."""

from __future__ import annotations

import inspect
from typing import Any, TypedDict

from saccade.errors import InvalidArgument
from saccade.names import nearest
from saccade.notes import note_old_word, note_once
from saccade.numerics.epsilon import epsilon
from saccade.script_door import is_script_door_open, is_tensorflow_script


class ArgumentsAfterDecay(TypedDict, total=False):
    """What editors and type checkers know of `Optimizer`'s arguments, its first excepted."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    name: str | None
    lr: float  # of Keras until 2.10, as the next one
    decay: float


class SharedArguments(ArgumentsAfterDecay, total=False):
    """What editors and type checkers know of the arguments that all optimizers share."""

    weight_decay: float | None


def as_epsilon(value: float | None) -> float:
    """An optimizer's epsilon; None, as Keras 2 had it, is the process's."""
    return epsilon() if value is None else value


def as_momentum(where: str, value: float) -> float:
    """A momentum as a float; Keras 3 refuses integers, which its forerunners took."""
    check_within(where, 0, 1, momentum=value)
    if isinstance(value, int):
        note_old_word(
            f"{where}(momentum={value}) is an integer, which Keras 3 refuses: read as a float.",
            key="integer momentum",
        )
    return float(value)


def check_within(where: str, low: float, high: float, **options: Any) -> None:
    """Raise unless each value is in [low, high]."""
    for option, value in options.items():
        if not low <= value <= high:
            raise InvalidArgument(where, f"{option} must be in [{low}, {high}]", repr(value))


def check_memories(where: str, **options: Any) -> None:
    """Raise unless each value is in [0, 1), as a part of the past that is kept must be."""
    for option, value in options.items():
        if not 0 <= value < 1:
            raise InvalidArgument(where, f"{option} must be in [0, 1)", repr(value))


def check_not_negative(where: str, **options: Any) -> None:
    """Raise for a value below 0; None is let through."""
    for option, value in options.items():
        if value is not None and not value >= 0:
            raise InvalidArgument(where, f"{option} can't be negative", repr(value))


def check_positive(where: str, **options: Any) -> None:
    """Raise for a value that is not above 0; None is let through."""
    for option, value in options.items():
        if value is not None and not value > 0:
            raise InvalidArgument(where, f"{option} must be positive", repr(value))


def check_clips(where: str, **clips: Any) -> None:
    """Raise for a limit that is not positive, and for two limits at once."""
    given = {option: value for option, value in clips.items() if value is not None}
    if len(given) > 1:
        raise InvalidArgument(where, "only one kind of clipping can be set", str(given))
    check_positive(where, **given)


def check_average(where: str, use_ema: bool, momentum: float, overwrite: Any) -> None:
    """Raise for a running average of the weights that cannot be kept as asked."""
    if use_ema:
        check_within(where, 0, 1, ema_momentum=momentum)
    elif overwrite is not None:
        note_once(
            f"{where}: ema_overwrite_frequency has no effect without use_ema=True.",
            key="ema_overwrite_frequency",
        )
    if overwrite is not None and (not isinstance(overwrite, int) or overwrite < 1):
        raise InvalidArgument(
            where, "ema_overwrite_frequency must be an integer from 1, or None", repr(overwrite)
        )


def check_accumulation(where: str, steps: Any) -> None:
    """Raise unless gradients can be gathered over so many steps; None and 0 mean not at all."""
    if steps and (not isinstance(steps, int) or steps < 2):
        raise InvalidArgument(
            where, "gradient_accumulation_steps must be an integer from 2, or None", repr(steps)
        )


# What these had where no rate was given in Keras without TensorFlow: read in its releases 1.2.2,
# 2.2.4 and 2.3.1. TensorFlow's own, and Keras 3, have 0.001.
OLD_RATES = {"Adadelta": 1.0, "Adagrad": 0.01, "Adamax": 0.002, "Nadam": 0.002}


def note_old_rate(name: str) -> None:
    """Say once that a rate that a script leaves out is another one than it may count on."""
    old = OLD_RATES.get(name)
    if old is not None and is_script_door_open() and not is_tensorflow_script():
        others = ", ".join(f"{one} {rate:g}" for one, rate in OLD_RATES.items() if one != name)
        note_once(
            f"{name} without a learning rate has 0.001, as in Keras 3. Until 2.3, Keras without "
            f"TensorFlow had {old:g} ({others}): if the script is from then, write "
            f"learning_rate={old:g}.",
            key="rates of old",
        )


def old_spellings(cls: type, learning_rate: Any, old: dict[str, Any]) -> tuple[Any, float]:
    """Learning rate and decay from `lr` and `decay`, which tf.keras took until 2.10.

    Keras 3 refuses the first and ignores the second.

    Raises:
        InvalidArgument: any other word.
    """
    where, decay = cls.__name__, 0.0
    for word, value in old.items():
        if word == "lr":
            learning_rate = value
            note_old_word(
                f"{where}(lr=) is the old name of learning_rate; it is used as such.",
                key="optimizer lr",
            )
        elif word == "decay":
            decay = float(value)
            note_old_word(
                f"{where}(decay=) has its old meaning: "
                "the rate of step t is learning_rate / (1 + decay * t).",
                key="optimizer decay",
            )
        else:
            known = set(inspect.signature(cls).parameters) - {"old"}
            guess = nearest(word, known)
            do = f"Did you mean {guess}=?" if guess else f"It takes {', '.join(sorted(known))}."
            raise InvalidArgument(where, "has no such argument", f"{word}=", do)
    return learning_rate, decay
