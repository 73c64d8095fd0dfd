"""Checkpoints: `tf.train.Checkpoint` and `CheckpointManager`, over one HDF5 file for each.

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

from saccade.errors import NoSuchFile, NotSupported
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
        if not path.is_file():
            raise NoSuchFile("Checkpoint", f'"{path}" must exist', "none of that name")
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


class CheckpointManager:
    """Keeps the last checkpoints in a folder and deletes older ones.

    Args:
        checkpoint: what is written.
        directory: the folder.
        max_to_keep: how many stay; None for all.
        checkpoint_name: how their names begin.
        step_counter, checkpoint_interval: write only after so many steps of the counter.
        init_fn: called by `restore_or_initialize` where there is no checkpoint.

    Source: `tf.train.CheckpointManager`.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: str | os.PathLike[str],
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Any = None,
    ):
        if keep_checkpoint_every_n_hours:
            raise NotSupported(
                "CheckpointManager", "keep_checkpoint_every_n_hours is not supported",
                keep_checkpoint_every_n_hours, "Leave it out; max_to_keep=None keeps all.",
            )  # fmt: skip
        self.checkpoint, self.directory = checkpoint, os.fspath(directory)
        self.checkpoint_interval, self._step_counter = checkpoint_interval, step_counter
        self._last_step: int | None = None
        self._max_to_keep, self._prefix = max_to_keep, checkpoint_name
        self._init_fn = init_fn

    @property
    def checkpoints(self) -> list[str]:
        """The paths of those that are kept, the last one last."""
        folder = Path(self.directory)
        return [os.path.join(self.directory, one) for one in script_names.all_checkpoints(folder)]

    @property
    def latest_checkpoint(self) -> str | None:
        return latest_checkpoint(self.directory)

    def save(
        self, checkpoint_number: Any = None, check_interval: bool = True, options: Any = None
    ) -> str | None:
        """Write one more, named by the number or the count; returns its path."""
        if check_interval and self._step_counter is not None and self.checkpoint_interval:
            step = int(self._step_counter)
            if self._last_step is not None and step < self._last_step + self.checkpoint_interval:
                return None
            self._last_step = step
        prefix = os.path.join(self.directory, self._prefix)
        if checkpoint_number is None:
            path = self.checkpoint.save(prefix)
        else:
            self.checkpoint.save_counter.assign_add(1)
            path = self.checkpoint.write(f"{prefix}-{int(checkpoint_number)}")
            script_names.name_last(Path(path))
        kept = script_names.all_checkpoints(Path(self.directory))
        if self._max_to_keep:
            for name in kept[: -self._max_to_keep]:
                (Path(self.directory) / f"{name}{script_names.INDEX}").unlink(missing_ok=True)
            script_names.write_state(Path(self.directory), kept[-self._max_to_keep :])
        return path

    def restore_or_initialize(self) -> str | None:
        """Take the last checkpoint's values; returns its path, None where there is none."""
        if (last := self.latest_checkpoint) is not None:
            self.checkpoint.restore(last)
        elif self._init_fn is not None:
            self._init_fn()
        return last


def latest_checkpoint(
    checkpoint_dir: str | os.PathLike[str], latest_filename: str | None = None
) -> str | None:
    """The path of the last checkpoint of a folder, None where there is none.

    Those of `model.save_weights` and `ModelCheckpoint` without an ending are found as well.
    """
    for name in reversed(script_names.all_checkpoints(Path(checkpoint_dir))):
        path = os.path.join(checkpoint_dir, name)
        if os.path.exists(f"{path}{script_names.INDEX}"):
            return path
    return None
