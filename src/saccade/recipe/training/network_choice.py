"""Network choice: which network suits a folder of photos, and where its weights come from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from saccade.applications.resnet import PRETRAINED, ResNet50
from saccade.disk.regular_file import open_regular
from saccade.files.published.kept_file import is_kept, kept_file, keras_home, spoiled_file
from saccade.recipe.choices import Choices
from saccade.recipe.photos.photo_reading import LARGEST_NATIVE_PX, Header, median_side

PUBLISHED = PRETRAINED["resnet50"]
FILES = (PUBLISHED.without_top, PUBLISHED.with_top)


def choose_network(
    choices: Choices, headers: Sequence[Header | None]
) -> tuple[Choices, Path | None, str]:
    """Settle the architecture, and find the weights it starts from.

    Law: as asked; else ResNet50 if weights are given, or if the images are photographs and Keras's
    file is in its cache; else LeNet.

    Returns:
        The choices settled, the file of weights (None for LeNet), and a sentence where ResNet50
        would have been the choice with weights; else empty.

    Raises:
        NoSuchFile: ResNet50 was asked for, and its weights are not there and can't be fetched.
        InvalidArgument: a choice that does not suit the network.
    """
    asked = choices.architecture
    if asked == "resnet50" or (asked == "auto" and choices.weights is not None):
        return choices.settled("resnet50"), choices.weights or _published(), ""
    if asked == "lenet" or choices.color == "grayscale" or not are_photographs(headers):
        return choices.settled("lenet"), None, ""
    if _kept():
        return choices.settled("resnet50"), _published(), ""
    file = PUBLISHED.without_top
    fetch = f" fetch {file.address} into {keras_home() / 'models'}, or" if file else ""
    note = f"LeNet is used. For photographs ResNet50 is far better:{fetch} give weights=PATH."
    for spoiled in filter(None, map(spoiled_file, filter(None, FILES))):
        note += f' "{spoiled}" is not the file that was published: it may have been cut short.'
    return choices.settled("lenet"), None, note


def are_photographs(headers: Sequence[Header | None]) -> bool:
    """Whether images look like photographs: not all grey, and half of them longer than 64 pixels
    on their shorter side."""
    known = [header for header in headers if header is not None]
    if not known or all(header.grey for header in known):
        return False
    return median_side(known) > LARGEST_NATIVE_PX


def _kept() -> list[Path]:
    """Keras's files that are in its cache; either serves."""
    return [kept_file(file) for file in FILES if file is not None and is_kept(file)]


def _published() -> Path:
    if kept := _kept():
        return kept[0]
    file = PUBLISHED.without_top or PUBLISHED.with_top
    assert file is not None
    return kept_file(file, instead="Or give weights=PATH, or choose architecture=lenet.")


def check_weights(path: Path) -> None:
    """Load them once and let go: reading many photos takes longer than learning too late.

    Raises:
        NoSuchFile, FileFormatError: weights that are not there, damaged, or of another network.
    """
    ResNet50(weights=path, include_top=False)


def weights_record(path: Path) -> dict[str, str]:
    """The name of a file of weights and the SHA-256 of its bytes, for metrics.json."""
    with open_regular(path) as file:
        return {
            "weights.file": path.name,
            "weights.sha256": hashlib.file_digest(file, "sha256").hexdigest(),
        }
