"""What tests share: the reference backend, the shared folder, which of them run, in which order."""

from __future__ import annotations

import functools
import gc
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# Before anything imports Keras: the parity reference runs on torch, nothing else is installed.
os.environ["KERAS_BACKEND"] = "torch"
# Before anything imports torch. Tests compute on tiny arrays, where a second thread gains nothing;
# and on a machine that others use too, OpenMP's threads spin while they wait for each other, far
# longer than the work takes.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# No test fetches anything from elsewhere, nor does a process that a test starts.
os.environ["SACCADE_OFFLINE"] = "1"

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-slow", action="store_true", help="also run the tests marked slow")
    parser.addoption(
        "--order-seed",
        type=int,
        metavar="N",
        help="an earlier run's order of tests; -1: as read",
    )


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {})  # in a process of `-n 2`, which must agree on it
    if config.option.order_seed is None:
        drawn = random.SystemRandom().randrange(10_000)
        config.option.order_seed = given.get("order_seed", drawn)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    node.workerinput["order_seed"] = node.config.option.order_seed


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    _tell_order(session.config)


def pytest_terminal_summary(exitstatus: int, config: pytest.Config) -> None:
    if exitstatus:
        _tell_order(config)


def _tell_order(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        seed = config.option.order_seed
        terminal.ensure_newline()
        terminal.write_line(f"The same order of tests again: --order-seed {seed}")


def shuffle_tests(items: list[pytest.Item], seed: int) -> None:
    """The files in another order, and the tests of each: what a file prepares is prepared once."""
    of_file: dict[Path, list[pytest.Item]] = {}
    for item in items:
        of_file.setdefault(item.path, []).append(item)
    chance, files = random.Random(seed), list(of_file.values())
    chance.shuffle(files)
    for file in files:
        chance.shuffle(file)
    items[:] = [item for file in files for item in file]


SHARE = 3  # of tests marked as sampled, one in so many is run


def sampled_away(items: list[pytest.Item], seed: int) -> set[pytest.Item]:
    """Of each test with many like cases, those that wait for another seed."""
    of_test: dict[str, list[pytest.Item]] = {}
    for item in items:
        if "sampled" in item.keywords:
            of_test.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return {
        item
        for cases in of_test.values()
        for place, item in enumerate(sorted(cases, key=lambda case: case.nodeid))
        if place % SHARE != seed % SHARE
    }


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed = config.option.order_seed
    if seed >= 0:
        shuffle_tests(items, seed)
    whole_files = not any("::" in word for word in config.args)  # who names a test means it
    if not config.getoption("--run-slow"):
        left_out = {item for item in items if "slow" in item.keywords}
        if whole_files:
            left_out |= sampled_away([item for item in items if item not in left_out], seed)
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]
    if any("gpu" in item.keywords for item in items):
        import torch

        if not torch.cuda.is_available():
            for item in items:
                if "gpu" in item.keywords:
                    item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a process holds is as no test has left it: each stands alone, in every order."""
    random.seed(0)  # Keras's layers take Python's draws
    if "torch" in sys.modules:
        import numpy as np
        import torch

        np.random.seed(0)
        _seeding_of(torch)(0)
    loaded = sys.modules.get
    if (formats := loaded("saccade.data_formats")) is not None:
        formats.set_image_data_format("channels_last")
    if (policies := loaded("saccade.dtype_policy")) is not None:
        policies.set_global_policy("float32")
    if (objects := loaded("saccade.custom_objects")) is not None:
        for table, kept in zip(_tables(objects), item.config.stash[REGISTERED], strict=True):
            table.clear()
            table.update(kept)
    if (door := loaded("saccade.script_door")) is not None:
        door.open_script_door(False)
        door.mark_tensorflow_script(False)
    tensors = loaded("saccade.tensorflow_alias.parts.tensors.tensor_patches")
    if tensors is not None:
        tensors.forget_patches()


@functools.cache
def _seeding_of(torch: Any) -> Callable[[int], Any]:
    """`torch.manual_seed` notes the stack for each kind of device, which takes a millisecond."""
    any_device = torch.accelerator.is_available()
    return torch.manual_seed if any_device else torch.default_generator.manual_seed


REGISTERED = pytest.StashKey[list[dict[Any, Any]]]()


def _tables(objects: ModuleType | None) -> list[dict[Any, Any]]:
    """The users' own classes and functions, by name and the other way round."""
    return [{}, {}] if objects is None else [objects._REGISTERED, objects._NAMES]


def pytest_collection_finish(session: pytest.Session) -> None:
    objects = sys.modules.get("saccade.custom_objects")
    session.config.stash[REGISTERED] = list(map(dict, _tables(objects)))
    set_aside()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if nextitem is None or nextitem.path != item.path:
        set_aside()


def set_aside() -> None:
    """What is there stays to the end: tests, and modules that a test was the first to import.

    Python looks for garbage in all that it knows of each time that it grew by a quarter, and
    Keras's `clear_session` whenever it is called.
    """
    gc.collect()
    gc.freeze()


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


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files may be fetched, from a server on this machine that no proxy stands before."""
    monkeypatch.delenv("SACCADE_OFFLINE")
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def patch():
    """What a test takes back in its middle; whatever happens, it is gone after it."""
    made = pytest.MonkeyPatch()
    yield made
    made.undo()
