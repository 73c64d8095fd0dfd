"""What saccade's generator takes beyond Keras's arguments."""

import hashlib
import logging
import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from saccade import notes
from saccade.data import ImageDataGenerator
from saccade.data.folders.held_out import share_of_names
from saccade.errors import NotSupported


@pytest.fixture(autouse=True)
def said(caplog):
    notes.forget_notes()
    caplog.set_level(logging.WARNING)
    yield
    notes.forget_notes()


def fill(folder, counts, ending=".png"):
    for name, count in counts.items():
        (folder / name).mkdir(exist_ok=True)
        for i in range(count):
            Image.new("RGB", (12, 8), (9 * i, 0, 200)).save(folder / name / f"{i}{ending}")


def flow(folder, generator_options=(), **options):
    options = {"target_size": (8, 8), "class_mode": "sparse", **options}
    return ImageDataGenerator(**dict(generator_options)).flow_from_directory(folder, **options)


RANDOM = {"split": "random", "validation_split": 0.25}


def test_a_random_split_follows_its_law(tmp_path):
    fill(tmp_path, {"cat": 10, "dog": 7})
    validation = flow(tmp_path, {**RANDOM, "split_seed": 5}, subset="validation", shuffle=False)
    expected = []
    for name, count in (("cat", 10), ("dog", 7)):
        paths = [f"{name}/{i}.png" for i in range(count)]
        paths.sort(key=lambda path: hashlib.sha256(f"5:{path}".encode()).digest())
        expected += sorted(paths[: math.floor(0.25 * count + 0.5)])
    assert [name.replace(os.sep, "/") for name in validation.filenames] == expected


def test_the_parts_never_overlap_whatever_the_seeds_of_the_flows(tmp_path):
    fill(tmp_path, {"cat": 10, "dog": 7})
    for seed in (None, 1, 2):
        train = flow(tmp_path, RANDOM, subset="training", seed=seed)
        validation = flow(tmp_path, RANDOM, subset="validation", seed=99, shuffle=False)
        assert not set(train.filenames) & set(validation.filenames)
        assert len(train.filenames) + len(validation.filenames) == 17
    other = flow(tmp_path, {**RANDOM, "split_seed": 1}, subset="validation", shuffle=False)
    assert other.filenames != validation.filenames


def test_a_class_of_one_file_trains_and_is_named(tmp_path, caplog):
    fill(tmp_path, {"cat": 8, "dog": 1})
    train = flow(tmp_path, {**RANDOM, "validation_split": 0.9}, subset="training", shuffle=False)
    assert [name for name in train.filenames if name.startswith("dog")]
    assert len([name for name in train.filenames if name.startswith("cat")]) == 1
    assert "one image only, which trains" in caplog.text
    assert "dog" in caplog.text


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.floats(0.01, 0.99), st.integers(0, 5), st.text("abc", min_size=1))
def test_a_new_file_moves_at_most_one_other(count, share, seed, new_name):
    names = [f"{i}.png" for i in range(count)]
    before = share_of_names(names, ["a"] * count, share, seed, "here")
    grown = [*names, f"{new_name}.jpg"]
    after = share_of_names(grown, ["a"] * (count + 1), share, seed, "here")
    assert (before != after[:count]).sum() <= 1
    assert not after.all()


def test_random_splits_are_for_files(tmp_path):
    with pytest.raises(NotSupported, match="train_test_split"):
        ImageDataGenerator(**RANDOM).flow(np.zeros((8, 4, 4, 3)), subset="training")


def test_a_table_is_split_by_class_too(tmp_path):
    fill(tmp_path, {"cat": 8, "dog": 12})
    folder = flow(tmp_path, RANDOM, subset="validation", shuffle=False)
    names = [f"{name}/{i}.png" for name, count in (("cat", 8), ("dog", 12)) for i in range(count)]
    table = {"filename": names, "class": [name.split("/")[0] for name in names]}
    rows = ImageDataGenerator(**RANDOM).flow_from_dataframe(
        table, tmp_path, target_size=(8, 8), subset="validation", shuffle=False
    )
    assert sorted(rows.filenames) == sorted(name.replace(os.sep, "/") for name in folder.filenames)


@pytest.mark.parametrize("extensions", [[".sgi", ".DDS"], "sgi", ("dds", "sgi")])
def test_more_endings(tmp_path, extensions, caplog):
    fill(tmp_path, {"cat": 2, "dog": 2})
    fill(tmp_path, {"cat": 3}, ".sgi")
    fill(tmp_path, {"dog": 1}, ".dds")
    assert flow(tmp_path).samples == 4
    assert ".sgi" in caplog.text
    caplog.clear()
    one = flow(tmp_path, {"extensions": extensions})
    assert one.samples == (8 if len(extensions) == 2 else 7)
    assert next(one)[0].shape == (one.samples, 8, 8, 3)


@pytest.fixture
def turned(tmp_path):
    """A photo on its side: stored as 12 x 8, to be shown as 8 x 12, its left red."""
    pixels = np.zeros((8, 12, 3), np.uint8)
    pixels[:, :6, 0] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    (tmp_path / "a").mkdir()
    Image.fromarray(pixels).save(tmp_path / "a" / "1.jpg", quality=95, exif=exif)
    Image.fromarray(pixels).save(tmp_path / "a" / "2.jpg", quality=95)
    return tmp_path


def test_photos_on_their_side_are_counted_and_can_be_turned(turned, caplog):
    as_stored = next(flow(turned, shuffle=False))[0]
    flow(turned, {"validation_split": 0.5}, subset="training")  # of the same folder: said already
    assert len(caplog.records) == 1
    assert "1 photo of 2" in caplog.text
    assert "exif=True" in caplog.text
    assert np.abs(as_stored[0] - as_stored[1]).max() < 8
    notes.forget_notes()
    caplog.clear()
    upright = next(flow(turned, {"exif": True}, shuffle=False))[0]
    assert not caplog.records
    assert upright[0][:3, :, 0].min() > 200  # what was left is on top
    assert upright[0][5:, :, 0].max() < 60
    assert np.abs(upright[1] - as_stored[1]).max() == 0


def test_fast_decoding_is_near_and_only_when_asked_for(tmp_path):
    rows, columns = np.mgrid[:400, :400]
    pixels = np.stack([rows // 2, columns // 2, 127 + 0 * rows], -1).astype(np.uint8)
    (tmp_path / "a").mkdir()
    Image.fromarray(pixels).save(tmp_path / "a" / "1.jpg", quality=95)
    options = {"target_size": (50, 50), "interpolation": "bilinear"}
    full, fast = (
        next(flow(tmp_path, {"fast_decode": chosen}, **options))[0] for chosen in (False, True)
    )
    assert 0 < np.abs(full - fast).mean() < 1


@pytest.mark.parametrize("cache", ["auto", True, False, "folder"])
def test_the_cache_changes_no_batch(tmp_path, cache):
    fill(tmp_path, {"cat": 6, "dog": 5})
    if cache == "folder":
        cache = tmp_path.parent / f"{tmp_path.name}-cache"
    plain = flow(tmp_path, {"cache": False, "rotation_range": 20}, batch_size=4, seed=1)
    kept = flow(tmp_path, {"cache": cache, "rotation_range": 20}, batch_size=4, seed=1)
    for _ in range(7):
        for one, other in zip(next(plain), next(kept), strict=True):
            assert np.array_equal(one, other)
