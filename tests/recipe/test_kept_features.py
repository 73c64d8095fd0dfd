"""Computed features: what a killed process leaves of them, and what the next one does with it."""

from __future__ import annotations

import errno
import os

import numpy as np
import pytest

from saccade import notes
from saccade.data.sources.array_source import ArraySource
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.recipe.training.photo_features import compute_features
from saccade.recipe.unfinished import kept_features
from saccade.recipe.unfinished.kept_features import KeptFeatures

ROWS, SIZE, WIDTH = 11, 4, 3
FEATURES = np.random.default_rng(0).standard_normal((ROWS, WIDTH)).astype(np.float32)


def kept(path):
    return KeptFeatures(path, ROWS, SIZE, WIDTH)


def filled(path):
    file = kept(path)
    assert file.read().shape == (0, WIDTH)
    for start in range(0, ROWS, SIZE):
        file.add(FEATURES[start : start + SIZE])
    file.close()
    return path.read_bytes()


def test_all_whole_batches_come_back_wherever_the_file_was_cut(tmp_path):
    path = tmp_path / "features.rows"
    whole = filled(path)
    np.testing.assert_array_equal(kept(path).read(), FEATURES)
    seen = set()
    for size_bytes in range(len(whole) + 1):
        path.write_bytes(whole[:size_bytes])
        file = kept(path)
        found = file.read()
        np.testing.assert_array_equal(found, FEATURES[: len(found)])
        seen.add(len(found))
        for start in range(len(found), ROWS, SIZE):  # and it is filled up again
            file.add(FEATURES[start : start + SIZE])
        file.close()
        assert path.read_bytes() == whole
    assert seen == {0, 4, 8, 11}


@pytest.mark.parametrize("damage", ["zeros", "a bit", "another file"])
def test_what_a_power_cut_left_of_a_batch_does_not_count(tmp_path, damage):
    path = tmp_path / "features.rows"
    whole = bytearray(filled(path))
    second = len(whole) - (3 * WIDTH * 4 + 4) - (4 * WIDTH * 4 + 4)
    if damage == "zeros":
        whole[second:] = bytes(len(whole) - second)
    elif damage == "a bit":
        whole[second + 5] ^= 1
    else:
        whole[:4] = b"file"
    path.write_bytes(whole)
    assert len(kept(path).read()) == (0 if damage == "another file" else SIZE)


def test_a_full_disk_is_said_once_and_the_features_go_on(tmp_path, monkeypatch, caplog):
    notes.forget_notes()
    file = kept(tmp_path / "features.rows")
    file.read()

    def full(number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(kept_features.os, "fsync", full)
    monkeypatch.setattr(kept_features, "_FLUSH_S", -1.0)
    for start in range(0, ROWS, SIZE):
        file.add(FEATURES[start : start + SIZE])
    file.close()
    assert caplog.text.count("features cannot be kept") == 1


class Stopped(Exception):
    """What ends a process from outside."""


@pytest.mark.parametrize("batches", range(4))
def test_features_that_are_there_are_not_computed_again(tmp_path, batches):
    network = Sequential([Dense(WIDTH, input_shape=(5,))])
    x = np.random.default_rng(1).standard_normal((ROWS, 5)).astype(np.float32)
    source = ArraySource(x, np.zeros(ROWS), batch_size=SIZE)
    whole = compute_features(network, source, SIZE, lambda done: None)
    path, ticks = tmp_path / "features.rows", []

    def stop(done):
        if done >= batches * SIZE:
            raise Stopped

    with pytest.raises(Stopped):
        compute_features(network, source, SIZE, stop, kept(path))
    found = compute_features(network, source, SIZE, ticks.append, kept(path))
    np.testing.assert_array_equal(found, whole)
    assert ticks[0] == min(batches * SIZE, ROWS)
    assert len(ticks) == 1 + 3 - batches
    np.testing.assert_array_equal(kept(path).read(), whole)
