"""Script packages: what a script imports beside names of Keras, and what of it is not installed."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from saccade.keras_alias.aliases import real_name

_PIP_NAMES = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


def missing_packages(tree: ast.Module, beside: Path) -> dict[str, int]:
    """The packages that a script imports and that are not there, each with its first line.

    What it tries to import, with another way where that fails, is left out.

    Args:
        beside: the script's folder, whose own modules are found first.
    """
    found: dict[str, int] = {}
    for name, line in _imports(tree.body):
        first = name.split(".")[0]
        if first in found or first in sys.stdlib_module_names or real_name(first) is not None:
            continue
        if (beside / f"{first}.py").is_file() or (beside / first).is_dir():
            continue
        if not _is_installed(first):
            found[first] = line
    return found


def local_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(dots, dotted name) of what a script imports: files beside it may be meant.

    What is imported from a module may be a module too: `from nets import small` gives both.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((0, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = f"{node.module}." if node.module else ""
            yield node.level, start.rstrip(".")
            yield from ((node.level, start + one.name) for one in node.names)


def star_imports(tree: ast.Module) -> list[str]:
    """The modules of Keras and TensorFlow of which a script imports all names."""
    return [
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.level == 0
        and node.module
        and node.names[0].name == "*"
        and real_name(node.module)
    ]


def pip_name(package: str) -> str:
    """What to install for a package: `pillow` for PIL."""
    return _PIP_NAMES.get(package, package)


def _imports(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    """What the lines of a script import as it starts: not what its functions do later."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((one.name, node.lineno) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
        elif isinstance(node, ast.With):
            yield from _imports(node.body)


def _is_installed(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
