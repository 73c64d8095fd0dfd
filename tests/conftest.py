"""What every test shares: the reference backend, the shared folder, which tests run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Before anything imports Keras: the parity reference runs on torch, nothing else is installed.
os.environ["KERAS_BACKEND"] = "torch"
# Before anything imports torch. Tests compute on tiny arrays, where a second thread gains nothing;
# and on a machine that others use too, OpenMP's threads spin while they wait for each other, far
# longer than the work takes.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = [] if config.getoption("--run-slow") else [i for i in items if "slow" in i.keywords]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
    if any("gpu" in item.keywords for item in items):
        import torch

        if not torch.cuda.is_available():
            for item in items:
                if "gpu" in item.keywords:
                    item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout: what is too large to commit."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder `shared` is not beside the checkout")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
