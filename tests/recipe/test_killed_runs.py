"""A run that is killed at any moment and goes on ends as one that was never stopped."""

from __future__ import annotations

import random

import pytest

from recipe.killing import kill_often, prepare, run_whole, trainings


def prepared(network, folder):
    words, settings = prepare(network, folder)
    with trainings(folder, settings) as here:
        yield here, words, run_whole(here, words)


@pytest.fixture(scope="module")
def lenet(tmp_path_factory):
    yield from prepared("lenet", tmp_path_factory.mktemp("killed"))


@pytest.fixture(scope="module")
def resnet(tmp_path_factory):
    yield from prepared("resnet50", tmp_path_factory.mktemp("killed"))


def killed(training, kills, seed):
    here, words, whole = training
    kill_often(here, words, kills, random.Random(seed), whole)


def test_a_run_killed_five_times_ends_as_one_that_was_never_stopped(lenet):
    killed(lenet, 5, 0)


@pytest.mark.slow
def test_and_so_it_does_killed_fifty_times(lenet):
    killed(lenet, 50, 1)


@pytest.mark.slow
def test_both_phases_of_a_resnet_and_its_features_go_on(resnet):
    killed(resnet, 20, 2)
