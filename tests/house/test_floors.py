"""Modules import only from lower floors, or from their own folder, and never in a ring.

The floors are the table of docs/architecture.md. Every import counts: those inside functions and
under `if TYPE_CHECKING` too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOPS = {"saccade", "saccade.__main__"}  # above all floors: they may import anything


def read_floors(text: str) -> dict[str, int]:
    """The table's rows: `| 2 | `layers`, `data` | ...` gives {"layers": 2, "data": 2}."""
    floors: dict[str, int] = {}
    for row in re.findall(r"^\|\s*(\d+)\s*\|([^|]*)\|", text, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", row[1]):
            assert name not in floors, f"{name} stands in the table twice"
            floors[name] = int(row[0])
    return floors


def find_modules(package: Path) -> dict[str, Path]:
    """Every module below `package` by its dotted name; a folder stands for its __init__."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def find_imports(name: str, path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """The modules of ours that `name` imports, each as far down as the statement says."""
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if is_ours(a.name))
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                origin = ".".join([*above, *filter(None, [node.module])])
            if is_ours(origin):
                inner = [f"{origin}.{a.name}" for a in node.names]
                yield from {each if each in modules else origin for each in inner}
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and is_ours(str(argument.value)):
                    yield str(argument.value)


def is_ours(name: str) -> bool:
    return name == "saccade" or name.startswith("saccade.")


def read_graph(package: Path) -> dict[str, set[str]]:
    modules = find_modules(package)
    return {name: set(find_imports(name, path, modules)) for name, path in modules.items()}


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
