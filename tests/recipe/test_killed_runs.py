"""A run that is killed at any moment and goes on ends as one that was never stopped."""

from __future__ import annotations

import random
import time

import pytest

from faces.photo_folders import make_photos
from recipe.killing import assert_same_end, kill_and_go_on, trainings

LENET = ["photos", "--epochs", 8, "--batch-size", 4, "--size", 16]


@pytest.fixture(scope="module")
def lenet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    make_photos(folder / "photos", count=8)
    with trainings(folder) as here:
        begun_s = time.monotonic()
        assert here.run(*LENET, "-o", "whole") == 0, here.said()
        yield here, time.monotonic() - begun_s


def killed(lenet, kills, seed):
    here, span_s = lenet
    chance = random.Random(seed)
    name = f"killed-{kills}-{seed}"
    moments = kill_and_go_on(here, [*LENET, "-o", name], kills, chance, span_s)
    assert_same_end(here.folder / name, here.folder / "whole")
    return moments


def test_a_run_killed_five_times_ends_as_one_that_was_never_stopped(lenet):
    killed(lenet, 5, 0)
