"""Kept weights: what a training has learned, written beside a file that cannot hold its model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saccade.errors import SaccadeError
from saccade.files import weights_file


@contextmanager
def kept_weights(model: Any, path: Path, overwrite: bool) -> Iterator[None]:
    """While a model is put into words: where that fails, its weights go to a file beside.

    The error says which, and has its path as `kept`. It is the same error, of saccade's or of a
    `get_config` of the user's.

    Args:
        path: where the model was to go; "net.keras" has its weights in "net.weights.h5".
        overwrite: False leaves a file of that name alone.
    """
    try:
        yield
    except Exception as error:
        beside = path.with_name(f"{path.name.removesuffix(path.suffix)}.weights.h5")
        if not _write(model, beside, overwrite):
            raise
        told = (
            f'Nothing is lost: the weights are in "{beside}". Make the model as before, then '
            f'model.load_weights("{beside}").'
        )
        if isinstance(error, SaccadeError):
            told = f"{error.do} {told}".strip()
            saying = type(error)(error.where, error.needed, error.got, told)
            saying.kept = beside  # type: ignore[attr-defined]
            raise saying from error
        error.kept = beside  # type: ignore[attr-defined]
        error.add_note(told)
        raise


def _write(model: Any, beside: Path, overwrite: bool) -> bool:
    if not model.built or (beside.exists() and not overwrite):
        return False
    try:
        weights_file.write_weights(model, beside)
    except (SaccadeError, OSError):  # no such folder, no room: what was wrong first is told
        return False
    return True
