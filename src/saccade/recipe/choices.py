"""Choices: what `saccade.train` was asked for, checked before anything is read."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from saccade.errors import InvalidArgument, NoSuchFile, NotSupported
from saccade.names import unknown_name
from saccade.recipe.architectures import ARCHITECTURES, BEST, DEFAULTS, LAST_LAYER, LENET, Defaults
from saccade.recipe.command_words import command_line
from saccade.recipe.time_words import seconds_of
from saccade.recipe.unfinished.command_record import as_asked
from saccade.recipe.unfinished.ended_run import has_ended
from saccade.recipe.unfinished.output_check import check_output
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun

COLORS = ("auto", "grayscale", "rgb")
OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")
PRECISIONS = ("auto", "float32", "bfloat16")
HELD_OUT = ("test", "validation")  # in the order in which they are cut off
MANY_EPOCHS = 1000  # where the time ends the training
LARGEST_PX = 1024  # beyond it LeNet's first dense layer alone has 120 million weights
OF_THE_CALL = ("output", "overwrite", "resume", "offline")  # what leads to the same run


@dataclass(frozen=True)
class Choices:
    """The arguments of `saccade.train`, by their names; None is "as you think best".

    Raises:
        InvalidArgument, UnknownName, DataError: one that cannot work.
    """

    folder: Path
    output: Path | None = None
    overwrite: bool = False
    architecture: str = "auto"
    weights: Path | None = None
    size: str = "auto"
    color: str = "auto"
    augment: bool = True
    views: int = 1
    fine_tune: bool = True
    precision: str = "auto"
    test: float | None = None
    validation: float | None = None
    epochs: int | None = None
    patience: int | None = None
    batch_size: int = 32
    optimizer: str | None = None
    learning_rate: float | None = None
    seed: int = 0
    resume: Any = False  # a run folder says it and the output
    offline: bool = False
    time: Any = None

    def __post_init__(self) -> None:
        if not isinstance(self.resume, bool):  # the run folder
            self._check_one_output()
            object.__setattr__(self, "output", self.resume)
            object.__setattr__(self, "resume", True)
        for option in ("folder", "output", "weights"):
            if getattr(self, option) is not None:
                object.__setattr__(self, option, Path(getattr(self, option)))
        if not isinstance(self.size, str):  # 224, or (192, 256)
            sides = self.size if isinstance(self.size, (tuple, list)) else (self.size,)
            object.__setattr__(self, "size", "x".join(map(str, sides)))
        for option, legal in (
            ("architecture", ARCHITECTURES),
            ("color", COLORS),
            ("optimizer", OPTIMIZERS),
            ("precision", PRECISIONS),
        ):
            if getattr(self, option) is None:
                continue
            word = getattr(self, option).lower()
            if word not in legal:
                raise unknown_name(_named(option), getattr(self, option), legal)
            object.__setattr__(self, option, word)
        for option in ("epochs", "patience", "batch_size", "views"):
            if getattr(self, option) is not None and getattr(self, option) < 1:
                raise InvalidArgument(_named(option), "must be at least 1", getattr(self, option))
        rate = self.learning_rate
        if rate is not None and not (math.isfinite(rate) and rate > 0):
            raise InvalidArgument(_named("learning_rate"), "must be a positive number", rate)
        if not 0 <= self.seed < 2**32:
            needed = "must be an integer from 0 to 2**32 - 1"
            raise InvalidArgument(_named("seed"), needed, self.seed)
        for option in HELD_OUT:
            share = getattr(self, option)
            if share is not None and not 0 <= share < 1:
                raise InvalidArgument(
                    _named(option), "must be a share, 0 or more and below 1", share
                )
        both = (self.test or 0) + (self.validation or 0)
        if both >= 1:
            do = "Lower one of them."
            raise InvalidArgument(
                "train(test=, validation=)", "must leave photos to train on", both, do
            )
        if self.time is not None:
            seconds_of(self.time, _named("time"))
            object.__setattr__(self, "time", str(self.time))
        _ = self.size_hw
        self._check_together()
        self._check_weights()
        self._check_output()

    @property
    def time_s(self) -> float | None:
        """The seconds that the run may take; None for as long as it needs."""
        return None if self.time is None else seconds_of(self.time, _named("time"))

    def settled(self, architecture: str, **planned: Any) -> Choices:
        """The same for an architecture, with its defaults where nothing was chosen.

        Args:
            planned: what else was found out, by option.

        Raises:
            InvalidArgument: a choice that does not suit it.
        """
        # Where the run goes was looked at once, and by now it may be this very run that is there.
        whereto = {"output": self.output, "overwrite": self.overwrite, "resume": self.resume}
        settled = replace(
            self, architecture=architecture, output=None, overwrite=False, resume=False, **planned
        )
        own = settled.defaults
        if self.time is not None and settled.is_published and settled.fine_tune:
            own = replace(own, epochs=MANY_EPOCHS)
        settled = replace(
            settled,
            epochs=own.epochs if settled.epochs is None else settled.epochs,
            patience=own.patience if settled.patience is None else settled.patience,
            optimizer=own.optimizer if settled.optimizer is None else settled.optimizer,
        )
        for name, value in whereto.items():
            object.__setattr__(settled, name, value)
        return settled

    @property
    def defaults(self) -> Defaults:
        """Those of the architecture; LeNet's while it is not known."""
        own = DEFAULTS.get(self.architecture, DEFAULTS[LENET])
        if self.is_published and not self.fine_tune:
            return replace(own, epochs=LAST_LAYER.epochs, patience=LAST_LAYER.patience)
        return own

    @property
    def looks(self) -> int:
        """At each photo in use, of a published network: 2 with the one in a mirror."""
        return 2 if self.augment else 1

    @property
    def is_published(self) -> bool:
        """Whether the architecture is known, and one with published weights."""
        return self.architecture not in ("auto", LENET)

    @property
    def size_hw(self) -> tuple[int, int] | None:
        """(height, width) in pixels; None for auto."""
        if self.size.lower() == "auto":
            return None
        sides = self.size.lower().split("x")
        if len(sides) > 2 or not all(side.strip().isdecimal() for side in sides):
            raise InvalidArgument(
                _named("size"), "must be auto, a number of pixels or HEIGHTxWIDTH", repr(self.size)
            )
        height, width = int(sides[0]), int(sides[-1])
        own = self.defaults
        if not own.smallest_px <= min(height, width) <= max(height, width) <= LARGEST_PX:
            raise InvalidArgument(
                _named("size"),
                f"{own.name} takes sides of {own.smallest_px} to {LARGEST_PX} pixels",
                self.size,
                f"It is made for {own.made_for_px}.",
            )
        return height, width

    def shares(self, given_parts: set[str]) -> dict[str, float]:
        """The held-out parts still to be cut off the training photos, and their shares.

        Raises:
            InvalidArgument: a share for a part that the folder already has.
        """
        shares = {}
        for part in HELD_OUT:
            share = getattr(self, part)
            if part not in given_parts:
                shares[part] = self.defaults.share if share is None else share
            elif share is not None:
                raise InvalidArgument(
                    _named(part),
                    "must be left out when the folder has that part",
                    f"{share} for a folder with {part} photos of its own",
                )
        if sum(shares.values()) >= 1:  # one given, the other the default
            raise InvalidArgument(
                "train(test=, validation=)",
                "must leave photos to train on",
                " + ".join(map(str, shares.values())),
                "Lower one of them.",
            )
        return shares

    def command(self, **settled: Any) -> str:
        """The command line that makes these choices, with every default spelt out.

        Args:
            settled: what a run found out where nothing was chosen, by option.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return command_line(values | {"resume": False, "offline": False} | settled)

    def going_on(self, run: Path) -> str:
        """The command line that goes on with an unfinished run of these choices."""
        chosen = {name: getattr(self, name) for name in self.asked()}
        return command_line(chosen | {"output": run, "resume": True, "offline": self.offline})

    @property
    def has_ended(self) -> bool:
        """Whether a run is to go on that has come to its end already."""
        if not self.resume or self.output is None or UnfinishedRun(self.output).is_there:
            return False
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in OF_THE_CALL:
            del values[name]
        return not self.overwrite and has_ended(self.output, values)

    def asked(self) -> dict[str, Any]:
        """What is not as by default, as JSON has it, of what makes the run what it is."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        defaults = {field.name: field.default for field in fields(self)}
        return {
            name: as_asked(value)
            for name, value in values.items()
            if name not in OF_THE_CALL and value != defaults[name]
        }

    def _check_together(self) -> None:
        """Refuse what one architecture has and the other has not: it would be ignored."""
        if self.is_published and self.color == "grayscale":
            needed = f"{self.defaults.name} takes photos in colour"
            raise InvalidArgument(_named("color"), needed, "grayscale")
        if self.views > 1 and not self.augment:
            needed = "needs augment=True: it is what makes them"
            raise InvalidArgument(_named("views"), needed, self.views)
        if self.architecture != LENET:
            return
        for option, given in (
            ("weights=", self.weights is not None),
            ("views=", self.views > 1),
            ("fine_tune=False", not self.fine_tune),
            ("precision=", self.precision == "bfloat16"),
        ):
            if given:
                do = f"Choose architecture={BEST}."
                needed = "is for networks with published weights"
                raise NotSupported(f"train({option})", needed, "LeNet", do)

    def _check_weights(self) -> None:
        if self.weights is None or self.weights.is_file():
            return
        found = "a folder" if self.weights.is_dir() else "nothing there"
        raise NoSuchFile(_named("weights"), f'"{self.weights}" must be a file of weights', found)

    def _check_output(self) -> None:
        if self.output is None:
            if self.overwrite:
                raise InvalidArgument(_named("overwrite"), "needs output=, the run to replace")
            return
        if not self.has_ended:
            check_output(
                self.output, self.overwrite, self.resume, self.asked(), self.going_on(self.output)
            )

    def _check_one_output(self) -> None:
        if self.output is not None and os.fspath(self.output) != os.fspath(self.resume):
            raise InvalidArgument(
                "train(output=, resume=)", "must name one run folder", "two",
                "Say resume=True.",
            )  # fmt: skip


def _named(option: str) -> str:
    """An option as messages call it; the command line writes its own spelling in its place."""
    return f"train({option}=)"
