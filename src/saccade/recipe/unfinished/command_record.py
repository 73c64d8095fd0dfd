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
from saccade.plain_json import read_json
from saccade.recipe.run_files import FILES

FORMAT = 1
WHERE = "train(resume=)"
MOST_THREADS = 4096
PRECISIONS = ("float32", "bfloat16")
_KINDS = {
    "format": int, "versions": dict, "choices": dict, "spelt": dict, "settled": dict,
    "preprocessing": dict, "photos": str, "threads": int, "replaces": bool,
}  # fmt: skip
_WORDS = {"settled": {"architecture"}, "spelt": {"folder", "output", "weights", "overwrite"}}


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
        text = read_text(path, wrong=FileFormatError)
        try:
            content = read_json(WHERE, path.name, text)
        except FileFormatError:
            content = None
        record = content if isinstance(content, dict) else {}
        versions = record.get("versions")
        if isinstance(versions, dict) and record.get("format", FORMAT) != FORMAT:
            raise FileFormatError(
                WHERE,
                f'"{path}" must be of format {FORMAT}',
                f"format {record['format']}, written by saccade {versions.get('saccade')}",
                f"Go on with that version of saccade. {do}",
            )
        fault = "a damaged file" if content is None else _fault_in(content)
        if fault:
            raise FileFormatError(WHERE, f'"{path}" must be the record of a run', fault, do)
        return cls(path, record)

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


def _fault_in(content: Any) -> str:
    """What is wrong with the content of a record; empty where nothing is."""
    if not isinstance(content, dict):
        return f"a {type(content).__name__}"
    for name, kind in _KINDS.items():
        if type(content.get(name)) is not kind:
            return f"{name}={content.get(name)!r:.60}"
    for name, words in _WORDS.items():
        missing = sorted(words - content[name].keys())
        if missing:
            return f"{name} without {missing[0]}"
    if not 0 < content["threads"] <= MOST_THREADS:
        return f"threads={content['threads']!r:.60}"
    moved = content.get("settling", [])
    if not isinstance(moved, list) or not all(name in FILES for name in moved):
        return f"settling={moved!r:.60}"  # they would be moved, wherever they lie
    if content.get("precision") not in (None, *PRECISIONS):
        return f"precision={content['precision']!r:.60}"
    return ""


def as_asked(value: Any) -> Any:
    """The value of an argument as JSON has it; a path is the file that it leads to."""
    if isinstance(value, Path):
        return os.path.realpath(value)
    return value.item() if hasattr(value, "item") else value  # NumPy's numbers
