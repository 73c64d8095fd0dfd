"""Modules import only from lower floors, or from their own folder, and never in a ring.

The floors are the table of docs/architecture.md. Every import counts: those inside functions and
under `if TYPE_CHECKING` too.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from house.import_graph import read_floors, read_graph

TOPS = {"saccade", "saccade.__main__"}  # above all floors: they may import anything


def find_faults(graph: dict[str, set[str]], floors: dict[str, int]) -> list[str]:
    """What breaks the rule, one line each."""
    faults = []
    unknown = {n.split(".")[1] for n in graph if n not in TOPS} - set(floors)
    faults += [f"saccade.{n} is not in the table of docs/architecture.md" for n in sorted(unknown)]
    for name in sorted(graph):
        for target in sorted(graph[name]):
            if name in TOPS:
                continue
            if target in TOPS:
                faults.append(f"{name} imports {target}, the package itself")
                continue
            mine, theirs = name.split(".")[1], target.split(".")[1]
            if mine == theirs or not {mine, theirs} <= set(floors):
                continue
            here, there = floors[mine], floors[theirs]
            # Floors 0 and 1 hold single modules, which may lean on one another without a ring;
            # on floor 2 each folder stands alone.
            if there > here or (here == there == 2):
                faults.append(f"{name} (floor {here}) imports {target} (floor {there})")
    return faults


def find_ring(graph: dict[str, set[str]]) -> list[str]:
    """One ring of imports, its first module repeated at the end; empty if there is none."""
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        path.append(name)
        for target in sorted(graph.get(name, ())):
            if ring := visit(target):
                return ring
        path.pop()
        done.add(name)
        return []

    for name in sorted(set(graph) - TOPS):
        if ring := visit(name):
            return ring
    return []


@pytest.fixture(scope="module")
def graph(root: Path) -> dict[str, set[str]]:
    return read_graph(root / "src" / "saccade")


@pytest.fixture(scope="module")
def floors(root: Path) -> dict[str, int]:
    return read_floors((root / "docs" / "architecture.md").read_text(encoding="utf-8"))


def test_every_module_stands_on_a_floor_and_leans_downwards(graph, floors):
    assert max(floors.values()) >= 6
    assert not (faults := find_faults(graph, floors)), "\n" + "\n".join(faults)


def test_the_table_names_no_module_that_is_gone(graph, floors):
    assert sorted(set(floors) - {n.split(".")[1] for n in graph if "." in n}) == []


def test_no_ring_of_imports(graph):
    assert not (ring := find_ring(graph)), " -> ".join(ring)


SMALL_HOUSE = {
    "__init__.py": "from saccade.cli import main\n",
    "errors.py": "",
    "layers/__init__.py": "from saccade.layers.convolution.conv import Conv2D\n",
    "layers/convolution/conv.py": "from ...errors import Bad\n",
    "losses/__init__.py": "",
    "training/__init__.py": "",
    "training/loop.py": "import saccade.layers.convolution.conv\n",
    "cli/__init__.py": "",
}
SMALL_TABLE = """
| 0 | `errors` | x |
| 2 | `layers`, `losses` | x |
| 3 | `training` | x |
| 7 | `cli` | x |
"""


@pytest.mark.parametrize(
    ("file", "line", "fault"),
    [
        (
            "layers/convolution/conv.py",
            "from saccade.training import loop",
            "saccade.layers.convolution.conv (floor 2) imports saccade.training.loop (floor 3)",
        ),
        (
            "layers/convolution/conv.py",
            "def f():\n    from saccade.training.loop import run",
            "saccade.layers.convolution.conv (floor 2) imports saccade.training.loop (floor 3)",
        ),
        (
            "layers/convolution/conv.py",
            "if TYPE_CHECKING:\n    import saccade.cli",
            "saccade.layers.convolution.conv (floor 2) imports saccade.cli (floor 7)",
        ),
        (
            "layers/convolution/conv.py",
            "from ...losses import mean",
            "saccade.layers.convolution.conv (floor 2) imports saccade.losses (floor 2)",
        ),
        (
            "layers/convolution/conv.py",
            "importlib.import_module('saccade.cli')",
            "saccade.layers.convolution.conv (floor 2) imports saccade.cli (floor 7)",
        ),
        (
            "layers/convolution/conv.py",
            "from saccade import Model",
            "saccade.layers.convolution.conv imports saccade, the package itself",
        ),
        ("server.py", "", "saccade.server is not in the table of docs/architecture.md"),
    ],
)
def test_a_planted_fault_is_told_with_its_chain(tmp_path, file, line, fault):
    faults = find_faults(build_house(tmp_path, {file: line}), read_floors(SMALL_TABLE))
    assert faults == [fault]


def test_the_small_house_itself_is_sound(tmp_path):
    graph = build_house(tmp_path, {})
    assert find_faults(graph, read_floors(SMALL_TABLE)) == []
    assert find_ring(graph) == []


def test_a_planted_ring_is_told(tmp_path):
    graph = build_house(tmp_path, {"errors.py": "from saccade.layers import Conv2D\n"})
    assert " -> ".join(find_ring(graph)) == (
        "saccade.errors -> saccade.layers -> saccade.layers.convolution.conv -> saccade.errors"
    )


def build_house(folder: Path, changes: dict[str, str]) -> dict[str, set[str]]:
    for name, text in (SMALL_HOUSE | changes).items():
        path = folder / "saccade" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_graph(folder / "saccade")


def test_the_picture_of_the_floors_is_as_the_code_is(root):
    script = root / "scripts" / "draw_floors.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


COURSES = {"tests/scripts/courses/keras2", "tests/scripts/courses/keras3"}
# Keras's public names; people's scripts
EXCEPTED = {"src/saccade", "tests/scripts/acceptance", *COURSES}
MOST_THINGS = 22


def test_no_folder_shows_more_than_about_twenty_things(root):
    """What git tracks: files and folders, tests and documents as well as the package."""
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout, so no list of tracked files")
    things: dict[str, set[str]] = {}
    for name in listed.stdout.splitlines():
        parts = name.split("/")
        for depth in range(len(parts)):
            things.setdefault("/".join(parts[:depth]), set()).add(parts[depth])
    crowded = {
        folder: len(inside) for folder, inside in things.items() if len(inside) > MOST_THINGS
    }
    assert set(crowded) - EXCEPTED == set(), crowded


def test_no_two_files_of_a_folder_differ_by_an_ending(root):
    """choice, choices, choosing: a stranger cannot tell which is which."""
    faults = []
    for folder in [root / "src" / "saccade", *(root / "src" / "saccade").rglob("*/")]:
        stems = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
        for one in stems:
            stem = re.sub(r"(ing|ers?|ed|es|s|e)$", "", one)
            alike = [
                other for other in stems if re.fullmatch(rf"{stem}(ing|ers?|ed|es|s|e)?", other)
            ]
            if len(stem) > 3 and alike[0] == one and len(alike) > 1:
                faults.append(f"{folder.relative_to(root)}: {', '.join(alike)}")
    assert not faults, "\n".join(faults)
