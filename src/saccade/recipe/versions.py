"""Versions: of Python and of the packages that decide a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from saccade.version import __version__

PACKAGES = (
    "torch",
    "numpy",
    "pillow",
    "scikit-learn",
    "h5py",
    "matplotlib",
    "typer",
    "rich",
)


def versions() -> dict[str, str]:
    """Version by name; "missing" for a package that is not installed."""
    return {"saccade": __version__, "python": platform.python_version()} | {
        name: _version(name) for name in PACKAGES
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
