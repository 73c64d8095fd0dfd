"""Network choice: which network suits a folder of photos, and where its weights come from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from saccade.applications import NETWORKS
from saccade.applications.building.network_record import Pretrained
from saccade.disk.regular_file import open_regular
from saccade.errors import SaccadeError
from saccade.files.published.kept_file import is_kept, kept_file, keras_home, spoiled_file
from saccade.files.published.offline import SWITCH
from saccade.files.published.remote_file import RemoteFile
from saccade.recipe.architectures import BEST, DEFAULTS, LENET
from saccade.recipe.choices import Choices
from saccade.recipe.listener import Listener
from saccade.recipe.photos.photo_reading import LARGEST_NATIVE_PX, Header, median_side


def choose_network(
    choices: Choices,
    headers: Sequence[Header | None],
    in_colour: Callable[[], bool],
    listener: Listener,
) -> tuple[Choices, Path | None, str]:
    """Settle the architecture, and find the weights it starts from.

    Law: as asked; else ResNet50 if weights are given, or if the images are photographs and its
    published weights are in Keras's cache, or can be fetched; else LeNet.

    Args:
        headers: of the images; None for those without.
        in_colour: whether a pixel of them is not grey; asked before anything is fetched.
        listener: is told what is fetched.

    Returns:
        The choices settled, the file of weights (None for LeNet), and a sentence where ResNet50
        would have been the choice with weights; else empty.

    Raises:
        NoSuchFile: a network was asked for, and its weights are not there and can't be fetched.
        InvalidArgument: a choice that does not suit the network.
    """
    asked = choices.architecture
    if asked == "auto" and choices.weights is not None:
        asked = BEST
    if asked not in ("auto", LENET):
        choices = choices.settled(asked)
        return choices, choices.weights or _published(choices, listener), ""
    if asked == LENET or not _suits_best(choices, headers):
        return choices.settled(LENET), None, ""
    best = choices.settled(BEST)
    if kept := _kept(published(BEST)):
        return best, kept[0], ""
    if not in_colour():
        return choices.settled(LENET), None, _note("they are not fetched for grey photos")
    if not choices.offline:
        listener.says(
            f"{best.defaults.name} suits photographs: its weights are fetched once, unless "
            f"offline=True or {SWITCH}=1 forbids it."
        )
    try:
        return best, _published(best, listener), ""
    except (SaccadeError, OSError, ValueError) as fault:
        got = fault.got if isinstance(fault, SaccadeError) and fault.got else fault
        return choices.settled(LENET), None, _note(str(got))


def published(architecture: str) -> Pretrained:
    """What is known of an architecture's published weights."""
    return NETWORKS[DEFAULTS[architecture].name].pretrained


def _suits_best(choices: Choices, headers: Sequence[Header | None]) -> bool:
    size_hw, own = choices.size_hw, DEFAULTS[BEST]
    large_enough = size_hw is None or min(size_hw) >= own.smallest_px
    return choices.color != "grayscale" and large_enough and are_photographs(headers)


def are_photographs(headers: Sequence[Header | None]) -> bool:
    """Whether images look like photographs: not all grey, and half of them longer than 64 pixels
    on their shorter side."""
    known = [header for header in headers if header is not None]
    if not known or all(header.grey for header in known):
        return False
    return median_side(known) > LARGEST_NATIVE_PX


def _files(weights: Pretrained) -> list[RemoteFile]:
    """Those that serve, the smaller first."""
    return [file for file in (weights.without_top, weights.with_top) if file is not None]


def _kept(weights: Pretrained) -> list[Path]:
    """The published files that are in Keras's cache; either serves."""
    return [kept_file(file) for file in _files(weights) if is_kept(file)]


def _published(choices: Choices, listener: Listener) -> Path:
    weights = published(choices.architecture)
    if kept := _kept(weights):
        return kept[0]
    return kept_file(
        _files(weights)[0],
        instead=f"Or give weights=PATH, or choose architecture={LENET}.",
        progress=listener.fetching,
        forbidden_by="offline=True" if choices.offline else "",
    )


def _note(why: str) -> str:
    """That LeNet is used, and what would help."""
    files = _files(published(BEST))
    note = (
        f"LeNet is used. For photographs {DEFAULTS[BEST].name} is far better, and its weights are "
        f"missing ({why}): fetch {files[0].address} into {keras_home() / 'models'}, or give "
        "weights=PATH."
    )
    for spoiled in filter(None, map(spoiled_file, files)):
        note += f' "{spoiled}" is not the file that was published: it may have been cut short.'
    return note


def weights_record(path: Path) -> dict[str, str]:
    """The name of a file of weights and the SHA-256 of its bytes, for metrics.json."""
    with open_regular(path) as file:
        return {
            "weights.file": path.name,
            "weights.sha256": hashlib.file_digest(file, "sha256").hexdigest(),
        }
