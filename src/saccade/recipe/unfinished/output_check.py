"""Output check: whether a run may be written to the folder that was asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saccade.disk.whole_file import check_place, check_target
from saccade.errors import DataError, NotWritten, StateError
from saccade.recipe.run_files import DRAFTS, FILES, MODEL_FILE
from saccade.recipe.unfinished.command_record import WHERE
from saccade.recipe.unfinished.unfinished_run import FOLDER, UnfinishedRun, holds_nothing_else
from saccade.shown_text import Listed

ELSEWHERE = "Take it away, or choose another output=."
REPLACE_IT = "Choose another output=, or replace the run in it with overwrite=True."


def check_output(
    output: Path, overwrite: bool, resume: bool, asked: Mapping[str, Any], going_on: str
) -> None:
    """Refuse a folder that holds something else than a run to go on with, or to replace.

    Args:
        asked: the arguments, as `CommandRecord` has them.
        going_on: the command that goes on with the run.

    Raises:
        DataError: a file; a folder that holds files, or that may not be written to.
        StateError: somebody trains into it; it holds an unfinished run of another command.
    """
    where = f'"{output}"'
    if output.exists() and not output.is_dir():
        raise DataError(where, "must be a folder to write the run to", "a file")
    check_writable(output)
    if not output.is_dir() or holds_nothing_else(output):
        return
    unfinished = UnfinishedRun(output)
    if unfinished.lock.is_held:
        unfinished.lock.take()  # says who has it
    if resume and unfinished.is_there:
        check_same_command(unfinished, asked)
        return
    if overwrite:
        return
    got, do = "one that holds files", ""
    if unfinished.is_there and not unfinished.record.differences(asked):
        got = "one that holds an unfinished run of this command"
        do = Listed(
            "Choose another output=, begin anew with overwrite=True, or go on with it:", [going_on]
        )
    elif unfinished.is_there:
        got = "one that holds an unfinished run of another command"
    elif resume and (output / "metrics.json").is_file():
        got = "one whose run, of another command, has come to its end"
    raise DataError(where, "must be a new or empty folder", got, do or REPLACE_IT)


def check_same_command(unfinished: UnfinishedRun, asked: Mapping[str, Any]) -> None:
    """Refuse to go on with the run of another command.

    Raises:
        StateError: it is one. FileFormatError: nobody can tell.
    """
    others = unfinished.record.differences(asked)
    if others:
        raise StateError(
            WHERE,
            f'the unfinished run in "{unfinished.run}" is of another command',
            ", ".join(others),
            "Ask for the same as it did, or choose another output=, or begin anew with "
            "overwrite=True.",
        )


def check_writable(folder: Path) -> None:
    """Refuse a folder that can't be written to, or can't be made, before photos are read.

    Raises:
        DataError: it can't, or something that is no folder lies where one is needed.
        InvalidArgument: a folder, pipe or device has the name of one of the run's files.
    """
    for name in (FOLDER, DRAFTS):
        path = folder / name
        if os.path.lexists(path) and not path.is_dir():
            raise DataError(f'"{path}"', "must be a folder", "something else", ELSEWHERE)
    try:
        for name in FILES:
            check_target("train", folder / name)
        check_place("train", folder / MODEL_FILE)
    except NotWritten as fault:
        raise DataError(
            f'"{folder}"',
            "must be a folder that can be written to",
            getattr(fault.__cause__, "strerror", None) or fault.needed,
            "Choose another output=.",
        ) from fault
