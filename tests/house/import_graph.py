"""Which module of saccade imports which, and on which floor each stands.

Every import counts: those inside functions and under `if TYPE_CHECKING` too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path


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
