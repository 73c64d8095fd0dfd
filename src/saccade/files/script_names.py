"""Script names: what scripts of Keras 1 and 2 mean by names that end in nothing we know.

- `save("digits.model", save_format="h5")` writes HDF5 under that very name.
- `save("my_model")` was a folder of TensorFlow's. In a script it writes one `.keras` file of that
  name, which `load_model("my_model")` reads: what is in a file decides, not how it is called.
- `save_weights("run/cp.ckpt")` was a checkpoint of TensorFlow's: `cp.ckpt.index`, its data, and a
  file `checkpoint` that names the last one. In a script it writes the weights, in Keras 3's layout,
  to `cp.ckpt.index`, for which scripts look, and names them in `checkpoint`.

Code that is written for Keras 3 or saccade gets the error that Keras 3 gives.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import read_regular
from saccade.disk.whole_file import write_whole
from saccade.errors import InvalidArgument, NotSupported
from saccade.files.formats import FORMATS, HDF5_START, Format, check_format, start_of, suffixes
from saccade.notes import note_once
from saccade.script_door import is_script_door_open, is_tensorflow_script

INDEX = ".index"
_MOST_LETTERS = 1 << 22  # of a folder's `checkpoint`
STATE = "checkpoint"
_SUFFIX_OF = {"h5": ".h5", "hdf5": ".h5", "keras": ".keras"}


def format_of(
    where: str, filepath: str | os.PathLike[str], door: str, save_format: str | None = None
) -> tuple[Path, Format]:
    """The path to write to, and the format: by `save_format`, the ending, or a script's ways.

    Args:
        door: "write_model" or "write_weights".

    Raises:
        NotSupported, InvalidArgument: no format has that ending.
    """
    if save_format not in (None, "tf", *_SUFFIX_OF):
        raise InvalidArgument(where, 'save_format must be "keras", "h5" or "tf"', repr(save_format))
    is_path = isinstance(filepath, (str, os.PathLike))
    known = is_path and Path(filepath).name.endswith(tuple(suffixes(door)))
    if is_path and save_format in _SUFFIX_OF and not known:
        return Path(filepath), _kind(_SUFFIX_OF[str(save_format)], door)
    if not is_path or known or not writes_by_content(filepath):
        if save_format == "tf" and door == "write_weights" and not known:
            raise NotSupported(
                where,
                'save_format="tf" (a TensorFlow checkpoint) is not supported',
                None,
                'Write a name that ends in ".weights.h5", and leave save_format out.',
            )
        return check_format(where, filepath, door)
    path = Path(filepath)
    if door == "write_model":
        path.parent.mkdir(parents=True, exist_ok=True)
        note_once(
            f'save("{filepath}"): {_theirs("a folder")} under this name. saccade writes a .keras '
            f'file of this name, which load_model("{filepath}") reads.',
            key="save without an ending",
        )
        return path, _kind(".keras", door)
    path.parent.mkdir(parents=True, exist_ok=True)
    note_once(
        f'save_weights("{filepath}"): {_theirs("a checkpoint")} under this name. saccade writes '
        f'"{filepath}{INDEX}", which load_weights("{filepath}") reads.',
        key="save_weights without an ending",
    )
    return path.with_name(path.name + INDEX), _kind(".weights.h5", door)


def _theirs(of_tensorflow: str) -> str:
    """What a name without an ending was to those for whom a script was written."""
    return f"TensorFlow wrote {of_tensorflow}" if is_tensorflow_script() else "Keras 2 wrote HDF5"


def writes_by_content(filepath: str | os.PathLike[str]) -> bool:
    """Whether a name without an ending of ours is written all the same: in scripts."""
    return is_script_door_open() and not Path(filepath).is_dir() and Path(filepath).name != ""


def file_to_read(filepath: Any) -> tuple[Path, Format] | None:
    """The file with weights that a name without an ending of ours stands for, by what is in it."""
    if not isinstance(filepath, (str, os.PathLike)):
        return None
    path = Path(filepath)
    if path.name.endswith(tuple(suffixes("open_weights"))):
        return None
    for one in (path, path.with_name(path.name + INDEX)):
        start = start_of(one)
        if start.startswith(HDF5_START):
            return one, _kind(".weights.h5", "open_weights")
        if start.startswith(b"PK"):
            return one, _kind(".keras", "open_weights")
    return None


def name_last(path: Path) -> None:
    """Write into the folder's `checkpoint` which checkpoint was the last, as TensorFlow does."""
    names = [one for one in all_checkpoints(path.parent) if one != path.name]
    names = [one for one in names if (path.parent / (one + INDEX)).exists()]
    write_state(path.parent, [*names, path.name])


def write_state(folder: Path, names: list[str]) -> None:
    """The checkpoints of a folder, the last one last."""
    lines = [f'model_checkpoint_path: "{names[-1]}"'] if names else []
    lines += [f'all_model_checkpoint_paths: "{name}"' for name in names]
    write_whole("checkpoint", folder / STATE, "\n".join(lines) + "\n")


def all_checkpoints(folder: Path) -> list[str]:
    """The names in a folder's `checkpoint`, the last one last; none that leads out of it, as old
    ones are deleted by these names."""
    if not (folder / STATE).is_file():
        return []
    text = read_regular(folder / STATE, most_bytes=2**26).decode("utf-8", "replace")
    found = re.findall(r'^all_model_checkpoint_paths: "(.*)"$', text, re.MULTILINE)
    return [name for name in found if name == os.path.basename(name) and name not in ("", "..")]


class LoadStatus:
    """What `load_weights` of a checkpoint gave in tf.keras: all was read, so all is well."""

    def expect_partial(self) -> LoadStatus:
        return self

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = expect_partial


def status_of(filepath: Any) -> LoadStatus | None:
    """What loading of these weights gives: a status for a checkpoint, else nothing."""
    found = file_to_read(filepath)
    return LoadStatus() if found is not None and found[0].suffix == INDEX else None


def _kind(suffix: str, door: str) -> Format:
    return next(one for one in FORMATS if one.suffix == suffix and getattr(one, door))
