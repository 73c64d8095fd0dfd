"""CommandRecord: what a training was asked for and what it settled on, in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import read_text
from saccade.disk.whole_file import write_whole
from saccade.errors import FileFormatError, StateError

FORMAT = 1
WHERE = "train(resume=)"


class CommandRecord:
    """The file command.json of an unfinished run.

    Args:
        path: the file.
        content: what it holds, by name: "format"; "versions"; "choices", the arguments that
            are not as by default; "spelt", those that name files or folders, as they were typed;
            and what the run found out: "settled", "preprocessing", "photos" and the like.
    """

    def __init__(self, path: Path, content: dict[str, Any]):
        self.path, self.content = path, content

    @classmethod
    def read(cls, path: Path) -> CommandRecord:
        """The record in a file.

        Raises:
            FileFormatError: a damaged file, or one of a format that this saccade does not know.
        """
        do = "Begin anew with another output=, or with overwrite=True."
        try:
            content = json.loads(read_text(path, wrong=FileFormatError))
            number, versions = content["format"], content["versions"]
            if number != FORMAT:
                raise FileFormatError(
                    WHERE,
                    f'"{path}" must be of format {FORMAT}',
                    f"format {number}, written by saccade {versions['saccade']}",
                    f"Go on with that version of saccade. {do}",
                )
            if not isinstance(content["choices"], dict) or not isinstance(content["spelt"], dict):
                raise ValueError("choices are missing")
        except (ValueError, KeyError, TypeError) as fault:
            if isinstance(fault, FileFormatError):
                raise
            raise FileFormatError(
                WHERE, f'"{path}" must be the record of a run', "a damaged file", do
            ) from None
        return cls(path, content)

    def write(self, **found: Any) -> None:
        """Write the file, with what was found out since the last time."""
        self.content |= found
        text = json.dumps(self.content, indent=1)
        write_whole(WHERE, self.path, text + "\n")

    def differences(self, asked: Mapping[str, Any]) -> list[str]:
        """The arguments that have other values now: "epochs=5 (it had 3)"."""
        before = self.content["choices"]
        now = json.loads(json.dumps(asked))
        return [
            f"{name}={now.get(name, 'its default')} (it had {before.get(name, 'its default')})"
            for name in dict.fromkeys((*before, *now))
            if before.get(name) != now.get(name)
        ]

    def check(self, what: str, got: Any, do: str) -> None:
        """Refuse to go on where something that was settled is another one now.

        Raises:
            StateError: it is; nothing is changed.
        """
        needed = self.content.get(what)
        if needed != json.loads(json.dumps(got)):
            raise StateError(
                WHERE, f"{what} must be what the run began with, {needed}", str(got), do
            )


def as_asked(value: Any) -> Any:
    """The value of an argument as JSON has it; a path is the file that it leads to."""
    if isinstance(value, Path):
        return os.path.realpath(value)
    return value.item() if hasattr(value, "item") else value  # NumPy's numbers
