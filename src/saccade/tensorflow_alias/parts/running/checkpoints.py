"""Checkpoints: `tf.train.Checkpoint`, over one HDF5 file for each.

`Checkpoint(model=model, optimizer=opt).save("run/ckpt")` writes `run/ckpt-1.index`::

    model/0, 1, ...                    weights, in the order of `weights`
    optimizer/iterations, .../slots/momentum/0, ...
    save_counter/0

and names it in the folder's file `checkpoint`, where `latest_checkpoint` looks. What an object does
not hold yet, as the slots of an optimizer before its first step, it gets when it is made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import check_regular
from saccade.errors import FileFormatError
from saccade.files import script_names
from saccade.files.hdf5 import arrays_in, open_h5, whole
from saccade.files.replacement import replacing
from saccade.tensorflow_alias.parts.running.checkpoint_values import Change, below, give, values_of
from saccade.tensorflow_alias.parts.tensors.variable import Variable


class Checkpoint:
    """Things whose values are written to files and read back.

    Args:
        root: one thing whose values stand at the top.
        kwargs: models, layers, optimizers, metrics, variables, lists and dicts of these, by name.

    Source: `tf.train.Checkpoint`.
    """

    def __init__(self, root: Any = None, **kwargs: Any):
        self.save_counter = Variable(0, trainable=False, dtype="int64", name="save_counter")
        if root is not None:
            kwargs["root"] = root
        self.__dict__.update(kwargs)
        self._names = list(kwargs)

    def save(self, file_prefix: str | os.PathLike[str], options: Any = None) -> str:
        """Write `<prefix>-<n>.index`, n counted from 1; returns `<prefix>-<n>`."""
        self.save_counter.assign_add(1)
        path = f"{os.fspath(file_prefix)}-{int(self.save_counter)}"
        self.write(path)
        script_names.name_last(Path(path))
        return path

    def write(self, file_prefix: str | os.PathLike[str], options: Any = None) -> str:
        """Write `<prefix>.index`, and count nothing."""
        path = Path(f"{os.fspath(file_prefix)}{script_names.INDEX}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            replacing("Checkpoint", path, True) as draft,
            open_h5("Checkpoint", draft, "w") as file,
        ):
            for name, thing in self._things():
                for place, value in values_of(thing, name):
                    file[place] = value
        return os.fspath(file_prefix)

    def restore(self, save_path: Any, options: Any = None) -> Any:
        """Take the values of a checkpoint; None does nothing, as where there is none yet.

        Raises:
            NoSuchFile: there is no such checkpoint. FileFormatError: of other shapes.
        """
        if save_path is None:
            return script_names.LoadStatus()
        path = Path(f"{os.fspath(save_path)}{script_names.INDEX}")
        check_regular(path, "Checkpoint", f'"{path}" must exist', FileFormatError)
        where = f'"{path}"'
        with open_h5(where, path) as file, whole(where):
            values = {name: one[()] for name, one in arrays_in(where, file).items()}
        changes: list[Change] = []
        for name, thing in self._things():
            give(thing, below(values, name), f'"{save_path}", {name}', changes)
        for change in changes:  # all fit: the things change together
            change()
        return script_names.LoadStatus()

    read = restore

    def _things(self) -> Iterator[tuple[str, Any]]:
        for name in self._names:
            yield name, getattr(self, name)
        yield "save_counter", self.save_counter
