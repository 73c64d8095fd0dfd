"""Script packages: what else a script imports, and what of it is not installed."""

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
