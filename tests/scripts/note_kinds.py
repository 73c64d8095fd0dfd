"""Note kinds: of what kind each note is that a script was told; one line of a kind is enough."""

from __future__ import annotations

import re
from collections import Counter

OLD = re.compile(r"\bold (name|argument|method)|Keras [12]'s|its old meaning|as Keras 1 meant")


def notes_in(errors: str) -> list[str]:
    return [line for line in errors.splitlines() if line.startswith("saccade: ")]


def kind_of(note: str) -> str:
    """A note without what is a script's own in it: numbers, quotations, names of code."""
    if OLD.search(note):
        return "an old word"
    return " ".join(re.findall(r"(?<![\w.\"])[A-Za-z]+(?=[ ,;:.]|$)", re.sub('"[^"]*"', "", note)))


def said_twice(errors: str) -> dict[str, int]:
    """The kinds of which more than one note was said."""
    counts = Counter(map(kind_of, notes_in(errors)))
    return {kind: count for kind, count in counts.items() if count > 1}
