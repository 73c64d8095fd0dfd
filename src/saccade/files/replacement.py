"""Replacement: where a model may be written; how, `saccade.disk.whole_file` says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from saccade.disk.drafts import remove_drafts as remove_drafts
from saccade.disk.whole_file import replacing as replacing
from saccade.disk.whole_file import write_json as write_json
from saccade.errors import InvalidArgument, NotSupported

_LEGACY = (".h5", ".hdf5", ".hdf")


def check_suffix(
    where: str, filepath: str | os.PathLike[str], legal: Sequence[str], do: str = ""
) -> Path:
    """The path, whose name must end in one of `legal`; `do` is the advice where it does not.

    Raises:
        NotSupported: an ending that Keras knows and saccade does not, or none (a folder).
        InvalidArgument: any other ending, or something that is no path.
    """
    try:
        path = Path(os.fspath(filepath))
    except TypeError:
        raise InvalidArgument(where, "needs a path", repr(filepath)) from None
    if path.name.endswith(tuple(legal)):
        return path
    do = do or f'Write a name that ends in "{legal[0]}".'
    needed = "the name must end in " + " or ".join(f'"{suffix}"' for suffix in legal)
    if path.suffix in _LEGACY:
        raise NotSupported(where, f"{needed}; {path.suffix} is not supported yet", path.name, do)
    if not path.suffix or path.is_dir():
        raise NotSupported(
            where, f"{needed}; a folder (SavedModel) is not supported", str(path), do
        )
    raise InvalidArgument(where, needed, path.name, do)
