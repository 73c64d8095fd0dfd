"""No tracked file names a path of somebody's machine or the address of a package registry."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

# Spelt in pieces, so that this file passes its own test.
PATHS = re.compile(r"(?<![\w.])/(?:" + "work|root|home/" + r"\w+)(?:/|\b)")
HOSTS = re.compile(
    "|".join(
        re.escape(name)
        for name in (
            "py" + "pi.org",
            "python" + "hosted.org",
            "npm" + "js.org",
            "npm" + "js.com",
            "download.py" + "torch.org",
            "conda" + ".anaconda.org",
        )
    )
    + r"|--(?:extra-)?index" + r"-url"
)  # fmt: skip


def find_dirt(text: str) -> list[str]:
    return [m.group() for pattern in (PATHS, HOSTS) for m in pattern.finditer(text)]


def test_tracked_files_are_clean(root: Path):
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout, so no list of tracked files")
    faults = []
    for name in filter(None, listed.split("\0")):
        path = root / name
        if not path.is_file():
            continue
        data = path.read_bytes()
        if b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            faults += [f"{name}:{number}: {dirt}" for dirt in find_dirt(line)]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize(
    "text",
    [
        "see /" + "work/main/README.md",
        "'/" + "root/.cache'",
        "/" + "home/ada/photos",
        "https://" + "py" + "pi.org/simple",
        "pip install --index" + "-url x",
    ],
)
def test_dirt_is_found(text):
    assert find_dirt(text)


@pytest.mark.parametrize("text", ["src/work/main", "the root/ of it", "at home/work", "~/photos"])
def test_plain_words_are_no_dirt(text):
    assert not find_dirt(text)
