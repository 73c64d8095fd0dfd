"""Batches made by threads ahead of time are the batches of `next()`, whatever happens between."""

import os
import threading

import numpy as np
import pytest
from PIL import Image

from saccade.data import ImageDataGenerator, UnreadableImage
from saccade.data.generator.image_reading import ImageReading
from saccade.data.generator.random_stream import global_state, same_state
from saccade.data.sources.batch_sources import IteratorSource

RANDOM = {"rotation_range": 30, "horizontal_flip": True, "brightness_range": (0.5, 1.5)}


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    stream = np.random.RandomState(0)
    for name, count in (("cat", 8), ("dog", 6)):
        (folder / name).mkdir()
        for i in range(count):
            pixels = stream.randint(0, 256, (20, 24, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{i}.png")
    return folder


def flow(photos, generator_options=(), seed=3, **options):
    generator = ImageDataGenerator(**{**RANDOM, **dict(generator_options)})
    return generator.flow_from_directory(
        photos, target_size=(16, 16), batch_size=4, class_mode="sparse", seed=seed, **options
    )


def draw_noise(image_hwc):
    return image_hwc + np.random.uniform(size=image_hwc.shape).astype(np.float32)


def draw_sometimes(image_hwc):
    return draw_noise(image_hwc) if image_hwc.mean() > 120 else image_hwc


def halve(image_hwc):
    return image_hwc / 2


FUNCTIONS = [None, halve, draw_noise, draw_sometimes]


def same(ours, expected):
    assert len(ours) == len(expected)
    for (x, y), (expected_x, expected_y) in zip(ours, expected, strict=True):
        assert np.array_equal(x, expected_x)
        assert np.array_equal(y, expected_y)


@pytest.mark.parametrize("seed", [3, None])
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("options", [{"workers": 0}, {"workers": 1}, {"workers": 5, "prefetch": 7}])
def test_read_ahead_gives_the_batches_of_next(photos, seed, function, options):
    """Two passes and a half; NumPy's stream and the iterator end up in the same place."""
    taken = []
    for ahead in (False, True):
        np.random.seed(11)
        one = flow(photos, {"preprocessing_function": function, **options}, seed)
        if ahead:
            taken.append(list(one.read_ahead(9)))
        else:
            taken.append([next(one) for _ in range(9)])
        taken[-1].append((np.random.random(3), np.array([one.batch_index, one.total_batches_seen])))
    same(*taken)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("seed", [3, None])
def test_what_happens_between_two_batches_counts(photos, function, seed):
    """After a reset, a batch taken aside, numbers drawn by the user: all is prepared anew."""

    def happen(step, one):
        if step == 1:
            np.random.random(5)
        elif step == 2:
            one.reset()
        elif step == 3:
            next(one)
        elif step == 5:
            one.on_epoch_end()

    taken = []
    for ahead in (False, True):
        np.random.seed(11)
        one = flow(photos, {"preprocessing_function": function}, seed)
        reader = one.read_ahead(8) if ahead else one
        taken.append([])
        for step in range(8):
            taken[-1].append(next(reader))
            happen(step, one)
    same(*taken)


def test_the_user_s_numbers_are_not_disturbed_between_batches(photos):
    """While batches are prepared, numpy.random stands where the last batch left it."""
    one = flow(photos, seed=None)
    reader = one.read_ahead(6)
    next(reader)
    before = global_state()
    for future in [part for batch in reader.gi_frame.f_locals["coming"] for part in batch.parts]:
        future.result()
    assert same_state(before, global_state())


def test_nothing_is_prepared_beyond_what_was_asked_for(photos):
    one = flow(photos, {"prefetch": 5})
    reader = one.read_ahead(2)
    next(reader)
    assert len(reader.gi_frame.f_locals["coming"]) == 1
    assert [one.batch_index, one.total_batches_seen] == [1, 1]


def test_a_reader_that_is_closed_drops_what_it_prepared(photos):
    one = flow(photos, {"prefetch": 2})
    reader = one.read_ahead(4)
    next(reader)
    coming = list(reader.gi_frame.f_locals["coming"])
    reader.close()
    assert len(coming) == 2
    assert all(
        part.cancelled() or part.done() or part.running() for b in coming for part in b.parts
    )
    assert [one.batch_index, one.total_batches_seen] == [1, 1]
    fresh = flow(photos)
    next(fresh)
    same([next(one)], [next(fresh)])


def test_a_source_goes_on_where_a_run_stopped(photos):
    """The state between two batches knows nothing of the batches that are prepared."""
    whole = list(IteratorSource(flow(photos, {"prefetch": 3})).read(0))
    source = IteratorSource(flow(photos, {"prefetch": 3}))
    reader = source.read(0)
    first = [next(reader), next(reader)]
    state = source.state()
    resumed = IteratorSource(flow(photos, {"prefetch": 3}))
    resumed.restore(state)
    got = first + list(resumed.read(0, start=2))
    assert len(got) == len(whole) == 4
    for (x, y, _), (expected_x, expected_y, _) in zip(got, whole, strict=True):
        assert x.equal(expected_x)
        assert y.equal(expected_y)


def test_a_broken_file_is_named_by_its_batch_and_the_others_come(photos, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for i in range(4):
            Image.new("RGB", (9, 9), (i, i, i)).save(tmp_path / name / f"{i}.png")
    (tmp_path / "dog" / "1.png").write_bytes(b"no picture")
    one = flow(tmp_path, shuffle=False)
    reader = one.read_ahead(2)
    next(reader)
    with pytest.raises(UnreadableImage, match=r"dog.1\.png"):
        next(reader)
    assert one.batch_index == 0  # the next batch starts a pass, as in Keras
    next(one)


def test_skipping_leaves_faulty_files_out_before_the_split(tmp_path, caplog, capsys):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for i in range(5):
            Image.new("RGB", (9, 9), (i, i, i)).save(tmp_path / name / f"{i}.png")
    (tmp_path / "dog" / "0.png").write_bytes(b"no picture")
    options = {"on_error": "skip", "validation_split": 0.5}
    one = flow(tmp_path, options, subset="validation", shuffle=False)
    assert [os.path.basename(name) for name in one.filenames] == [
        "0.png",
        "1.png",
        "1.png",
        "2.png",
    ]
    assert list(one.skipped) == [os.path.join("dog", "0.png")]
    assert "0.png" in one.skipped[os.path.join("dog", "0.png")]
    assert "1 file that cannot be decoded" in caplog.text
    assert "Found 4 images" in capsys.readouterr().out
    assert (tmp_path / "dog" / "0.png").exists()


def test_the_subsets_of_a_folder_look_for_faults_once(tmp_path, monkeypatch):
    (tmp_path / "cat").mkdir()
    for i in range(4):
        Image.new("RGB", (9, 9), (i, i, i)).save(tmp_path / "cat" / f"{i}.png")
    (tmp_path / "cat" / "2.png").write_bytes(b"no picture")
    decoded = []
    read = ImageReading.read
    monkeypatch.setattr(
        ImageReading, "read", lambda self, path: decoded.append(path) or read(self, path)
    )
    options = {"on_error": "skip", "validation_split": 0.5}
    for subset, count in (("training", 2), ("validation", 1)):
        assert flow(tmp_path, options, subset=subset).samples == count
    assert len(decoded) == 4
    Image.new("RGB", (9, 9)).save(tmp_path / "cat" / "2.png")  # mended meanwhile
    assert flow(tmp_path, options).samples == 4


def test_a_subclass_may_change_any_step(photos):
    """Its methods are called as in Keras: one image after another, in order."""
    seen = []

    class Own(ImageDataGenerator):
        def get_random_transform(self, img_shape, seed=None):
            return {"flip_vertical": np.random.random() < 0.5}

        def standardize(self, x):
            seen.append(threading.get_ident())
            return x / 2

    def make():
        return Own().flow_from_directory(
            photos, target_size=(16, 16), batch_size=4, class_mode="sparse", seed=3
        )

    by_hand, ahead = make(), make()
    same(list(ahead.read_ahead(5)), [next(by_hand) for _ in range(5)])
    assert set(seen) == {threading.get_ident()}
    stream = np.random.RandomState(3)
    order = stream.permutation(14)
    one = make()
    x, _ = next(one)
    for row, i in enumerate(order[:4]):
        expected = np.asarray(
            Image.open(one.filepaths[i]).resize((16, 16), Image.Resampling.NEAREST)
        )
        expected = expected[::-1] if stream.random_sample() < 0.5 else expected
        assert np.array_equal(x[row], expected / np.float32(2))


def test_the_function_runs_in_order_on_the_caller_s_thread(photos):
    seen = []

    def look(image_hwc):
        seen.append((threading.get_ident(), float(image_hwc.sum())))
        return image_hwc

    one = flow(photos, {"preprocessing_function": look, "workers": 4})
    sums = [float(image.sum()) for x, _ in one.read_ahead(4) for image in x]
    assert {thread for thread, _ in seen} == {threading.get_ident()}
    assert [total for _, total in seen] == pytest.approx(sums)


def test_pictures_are_saved_as_keras_names_them(photos, tmp_path):
    folder = tmp_path / "seen"
    one = flow(photos, save_to_dir=str(folder), save_prefix="a", save_format="jpeg", shuffle=False)
    x, _ = next(one)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == len(x) == 4
    assert all(name.startswith("a_") and name.endswith(".jpeg") for name in names)
    assert [int(name.split("_")[1]) for name in names] == [0, 1, 2, 3]


def test_transparent_pictures_are_saved_as_jpeg_without_it(photos, tmp_path):
    one = flow(photos, save_to_dir=str(tmp_path), save_format="jpeg", color_mode="rgba")
    next(one)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_forked_child_makes_batches_of_its_own(photos):
    """The pool's threads stay with the parent; the child makes new ones."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    parent = flow(photos, {"workers": 2})
    next(parent)
    import multiprocessing

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=lambda: queue.put(next(parent)[0].sum()))
    child.start()
    got = queue.get(timeout=30)
    child.join(30)
    assert got == pytest.approx(next(parent)[0].sum())
