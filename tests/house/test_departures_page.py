"""Every test that DEPARTURES.md names is there."""

from __future__ import annotations

import re
from pathlib import Path

WORD = re.compile(r"`(?:(?P<file>[\w/]*test_\w+\.py)|(?P<test>test_\w+|\w+))`")


def named_tests(page: str) -> list[tuple[str, str | None]]:
    """The file of each row's last column, with each of the tests that follow it."""
    named = []
    for row in page.splitlines():
        file = None
        for word in WORD.finditer(row.rstrip("| ").rpartition(" | ")[2] if row[:1] == "|" else ""):
            file = word["file"] or file
            if file is not None:
                named.append((file, word["test"]))
    return named


def test_every_test_of_a_departure_is_there(root: Path):
    parity = root / "tests" / "parity"
    named = named_tests((parity / "DEPARTURES.md").read_text("utf-8"))
    assert len(named) > 70
    missing = []
    for file, test in named:
        path = root / file if file.startswith("tests/") else parity / file
        if not path.is_file() or (test is not None and test not in path.read_text("utf-8")):
            missing.append((file, test))
    assert not missing
