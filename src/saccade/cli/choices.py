"""Choices: what the user asked `saccade train` for, checked before anything is read."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass, fields
from pathlib import Path

from saccade.errors import DataError, InvalidArgument
from saccade.names import unknown_name

ARCHITECTURES = ("lenet",)
COLORS = ("auto", "grayscale", "rgb")
OPTIMIZERS = ("adam", "rmsprop", "sgd")
HELD_OUT = ("test", "validation")
DEFAULT_SHARE = 0.2
SMALLEST_PX = 12  # LeNet: two poolings, and a 5x5 kernel between them
LARGEST_PX = 1024  # beyond it LeNet's first dense layer alone has 120 million weights


@dataclass(frozen=True)
class Choices:
    """The options of `saccade train`, by the names they have there; None is "as you think best".

    Raises:
        InvalidArgument, UnknownName, DataError: one that cannot work.
    """

    folder: Path
    output: Path | None = None
    overwrite: bool = False
    architecture: str = "lenet"
    size: str = "auto"
    color: str = "auto"
    augment: bool = True
    test: float | None = None
    validation: float | None = None
    epochs: int = 100
    patience: int = 10
    batch_size: int = 32
    optimizer: str = "adam"
    learning_rate: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for option, legal in (
            ("architecture", ARCHITECTURES),
            ("color", COLORS),
            ("optimizer", OPTIMIZERS),
        ):
            word = getattr(self, option).lower()
            if word not in legal:
                raise unknown_name(f"--{option}", getattr(self, option), legal)
            object.__setattr__(self, option, word)
        for option in ("epochs", "patience", "batch_size"):
            if getattr(self, option) < 1:
                raise InvalidArgument(_flag(option), "must be at least 1", getattr(self, option))
        rate = self.learning_rate
        if rate is not None and not (math.isfinite(rate) and rate > 0):
            raise InvalidArgument("--learning-rate", "must be a positive number", rate)
        if not 0 <= self.seed < 2**32:
            raise InvalidArgument("--seed", "must be an integer from 0 to 2**32 - 1", self.seed)
        for option in HELD_OUT:
            share = getattr(self, option)
            if share is not None and not 0 <= share < 1:
                raise InvalidArgument(
                    f"--{option}", "must be a share, 0 or more and below 1", share
                )
        both = (self.test or 0) + (self.validation or 0)
        if both >= 1:
            do = "Lower one of them."
            raise InvalidArgument(
                "--test and --validation", "must leave photos to train on", both, do
            )
        _ = self.size_hw
        self._check_output()

    @property
    def size_hw(self) -> tuple[int, int] | None:
        """(height, width) in pixels; None for auto."""
        if self.size.lower() == "auto":
            return None
        sides = self.size.lower().split("x")
        if len(sides) > 2 or not all(side.strip().isdecimal() for side in sides):
            raise InvalidArgument(
                "--size", "must be auto, a number of pixels or HEIGHTxWIDTH", repr(self.size)
            )
        height, width = int(sides[0]), int(sides[-1])
        if not SMALLEST_PX <= min(height, width) <= max(height, width) <= LARGEST_PX:
            raise InvalidArgument(
                "--size",
                f"LeNet takes sides of {SMALLEST_PX} to {LARGEST_PX} pixels",
                self.size,
                "It is made for 28.",
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
                shares[part] = DEFAULT_SHARE if share is None else share
            elif share is not None:
                raise InvalidArgument(
                    f"--{part}",
                    "must be left out when the folder has that part",
                    f"{share} for a folder with {part} photos of its own",
                )
        if sum(shares.values()) >= 1:  # one given, the other the default
            raise InvalidArgument(
                "--test and --validation",
                "must leave photos to train on",
                " + ".join(map(str, shares.values())),
                "Lower one of them.",
            )
        return shares

    def command(self) -> str:
        """The command line that makes these choices, with every default spelt out."""
        words = ["saccade", "train", str(self.folder)]
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool):
                if field.name == "augment":
                    words.append("--augment" if value else "--no-augment")
                elif value:
                    words.append(_flag(field.name))
            elif field.name != "folder" and value is not None:
                words += [_flag(field.name), str(value)]
        return shlex.join(words)

    def _check_output(self) -> None:
        if self.output is None:
            if self.overwrite:
                raise InvalidArgument("--overwrite", "needs --output, the run to replace")
            return
        where = f'"{self.output}"'
        if self.output.exists() and not self.output.is_dir():
            raise DataError(where, "must be a folder to write the run to", "a file")
        if self.output.is_dir() and any(self.output.iterdir()) and not self.overwrite:
            raise DataError(
                where,
                "must be a new or empty folder",
                "one that holds files",
                "Choose another --output, or replace the run in it with --overwrite.",
            )


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"
