"""Taking up: which unfinished run a training goes on with, and whether all is as it was."""

from __future__ import annotations

import os
from typing import Any

from saccade.errors import StateError
from saccade.recipe.choices import Choices
from saccade.recipe.listener import Listener
from saccade.recipe.run_files import RUNS
from saccade.recipe.run_folder import run_name
from saccade.recipe.unfinished.command_record import FORMAT, WHERE, CommandRecord
from saccade.recipe.unfinished.output_check import check_same_command
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun, find_unfinished
from saccade.recipe.versions import versions

SPELT = ("folder", "output", "weights")
BEGIN_ANEW = "Begin anew with another output=, or with overwrite=True."


def take_up(listener: Listener, choices: Choices) -> UnfinishedRun | None:
    """The unfinished run to go on with, which nobody else trains into from here on.

    None is a new run; where there is an unfinished one of the same command, the user is told.

    Raises:
        StateError: another training goes on there, or it is a run of another command.
        FileFormatError: nobody can tell what it is.
    """
    asked = choices.asked()
    if choices.output is None:
        found = find_unfinished(RUNS, run_name(choices.folder), asked)
    else:
        found = UnfinishedRun(choices.output)
        found = found if found.is_there else None
    if not choices.resume:
        if found is not None and choices.output is None and not found.lock.is_held:
            listener.says(
                f"{found.run} holds an unfinished run of this command, and here a new one begins. "
                "To go on with that one:"
            )
            listener.says(f"  {choices.going_on(found.run)}")
        return None
    if found is None:
        listener.says("There is no unfinished run of this command: a new one begins.")
        return None
    found.take()
    try:
        check_same_command(found, asked)
    except BaseException:
        found.lock.release()
        raise
    listener.says(f"Going on with the unfinished run in {found.run}.")
    tell_versions(listener, found.record)
    return found


def tell_versions(listener: Listener, record: CommandRecord) -> None:
    """Say which packages are others than those that the run began with."""
    before, now = record.content["versions"], versions()
    others = [f"{name} {before.get(name)}, now {now[name]}" for name in now
              if before.get(name) != now[name]]  # fmt: skip
    if others:
        listener.warns(
            f"Note: the run began with {'; '.join(others)}. So its last bits may differ from those "
            "of a run that was never stopped."
        )


def record_of(choices: Choices, found: dict[str, Any]) -> dict[str, Any]:
    """What the record of a new run holds.

    Args:
        choices: as the user made them.
        found: what the run settled on.
    """
    values = {name: getattr(choices, name) for name in SPELT}
    spelt = {name: None if each is None else os.fspath(each) for name, each in values.items()}
    return {
        "format": FORMAT,
        "versions": versions(),
        "choices": choices.asked(),
        "spelt": spelt | {"overwrite": choices.overwrite},
        **found,
    }


def check_settled(record: CommandRecord, found: dict[str, Any]) -> None:
    """Refuse to go on where the photos, the weights or a default are others by now.

    Raises:
        StateError: they are. Nothing is changed.
    """
    for what, do in (
        ("photos", f"The photos have changed since. {BEGIN_ANEW}"),
        ("weights", f"The file of weights has changed since. {BEGIN_ANEW}"),
    ):
        if record.content.get(what) != found[what]:
            raise StateError(
                WHERE,
                f"the {what} must be those that the run began with, by their SHA-256 "
                f"({str(record.content.get(what))[:12]}...)",
                f"{str(found[what])[:12]}...",
                do,
            )
    for what in ("preprocessing", "settled"):
        record.check(what, found[what], f"This version has other defaults. {BEGIN_ANEW}")
