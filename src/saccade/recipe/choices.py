"""Choices: what `saccade.train` was asked for, checked before anything is read."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from saccade.disk.whole_file import check_place
from saccade.errors import DataError, InvalidArgument, NoSuchFile, NotSupported, NotWritten
from saccade.names import unknown_name

COLORS = ("auto", "grayscale", "rgb")
OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")
PRECISIONS = ("auto", "float32", "bfloat16")
HELD_OUT = ("test", "validation")  # in the order in which they are cut off
LARGEST_PX = 1024  # beyond it LeNet's first dense layer alone has 120 million weights


@dataclass(frozen=True)
class Defaults:
    """What an architecture takes where the user chose nothing.

    Attributes:
        name: as people write it.
        smallest_px: the shortest side that it can take. LeNet has two poolings, and a 5x5 kernel
            between them.
        made_for_px: the side that it is made for.
        share: of the photos, for each held-out part.
        epochs, patience, optimizer: of the training; of ResNet50's, those of fine-tuning.
    """

    name: str
    smallest_px: int
    made_for_px: int
    share: float
    epochs: int
    patience: int
    optimizer: str


DEFAULTS = {
    "lenet": Defaults("LeNet", 12, 28, 0.2, 100, 10, "adam"),
    "resnet50": Defaults("ResNet50", 32, 224, 0.1, 16, 10, "adamw"),
}
LAST_LAYER = replace(DEFAULTS["resnet50"], epochs=40, patience=5)  # of ResNet50, trained alone
ARCHITECTURES = ("auto", *DEFAULTS)


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

    def __post_init__(self) -> None:
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
        _ = self.size_hw
        self._check_together()
        self._check_weights()
        self._check_output()

    def settled(self, architecture: str) -> Choices:
        """The same for an architecture, with its defaults where nothing was chosen.

        Raises:
            InvalidArgument: a choice that does not suit it.
        """
        settled = replace(self, architecture=architecture)
        own = settled.defaults
        return replace(
            settled,
            epochs=own.epochs if self.epochs is None else self.epochs,
            patience=own.patience if self.patience is None else self.patience,
            optimizer=own.optimizer if self.optimizer is None else self.optimizer,
        )

    @property
    def defaults(self) -> Defaults:
        """Those of the architecture; LeNet's while it is not known."""
        if self.architecture == "resnet50" and not self.fine_tune:
            return LAST_LAYER
        return DEFAULTS.get(self.architecture, DEFAULTS["lenet"])

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
        words = ["saccade", "train", str(self.folder)]
        for field in fields(self):
            value = settled.get(field.name, getattr(self, field.name))
            if isinstance(value, bool):
                if field.name in ("augment", "fine_tune"):
                    words.append(_flag(field.name if value else f"no_{field.name}"))
                elif value:
                    words.append(_flag(field.name))
            elif field.name != "folder" and value is not None:
                words += [_flag(field.name), str(value)]
        return shlex.join(words)

    def _check_together(self) -> None:
        """Refuse what one architecture has and the other has not: it would be ignored."""
        if self.architecture == "resnet50" and self.color == "grayscale":
            raise InvalidArgument(_named("color"), "ResNet50 takes photos in colour", "grayscale")
        if self.views > 1 and not self.augment:
            needed = "needs augment=True: it is what makes them"
            raise InvalidArgument(_named("views"), needed, self.views)
        if self.architecture != "lenet":
            return
        for option, given in (
            ("weights=", self.weights is not None),
            ("views=", self.views > 1),
            ("fine_tune=False", not self.fine_tune),
            ("precision=", self.precision == "bfloat16"),
        ):
            if given:
                do = "Choose architecture=resnet50."
                raise NotSupported(f"train({option})", "is for ResNet50", "LeNet", do)

    def _check_weights(self) -> None:
        if self.weights is None or self.weights.is_file():
            return
        found = "a folder" if self.weights.is_dir() else "nothing there"
        raise NoSuchFile(_named("weights"), f'"{self.weights}" must be a file of weights', found)

    def _check_output(self) -> None:
        if self.output is None:
            if self.overwrite:
                raise InvalidArgument(_named("overwrite"), "needs output=, the run to replace")
            self._check_place(Path("runs"))
            return
        where = f'"{self.output}"'
        if self.output.exists() and not self.output.is_dir():
            raise DataError(where, "must be a folder to write the run to", "a file")
        if self.output.is_dir() and any(self.output.iterdir()) and not self.overwrite:
            raise DataError(
                where,
                "must be a new or empty folder",
                "one that holds files",
                "Choose another output=, or replace the run in it with overwrite=True.",
            )
        self._check_place(self.output)

    def _check_place(self, output: Path) -> None:
        """Whether a run can be written, before photos are read for minutes."""
        try:
            check_place("saccade.train", output / "model.keras")
        except NotWritten as fault:
            raise DataError(
                f'"{output}"',
                "must be a folder that can be written to",
                getattr(fault.__cause__, "strerror", None) or fault.needed,
                "Choose another output=.",
            ) from fault


def _named(option: str) -> str:
    """An option as messages call it; the command line writes its own spelling in its place."""
    return f"train({option}=)"


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"
