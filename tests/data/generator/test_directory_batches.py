"""What `flow_from_directory` promises beyond Keras's numbers, which tests/parity holds it to."""

import threading
import time

import numpy as np
import pytest
from PIL import Image

from saccade import notes
from saccade.data import DirectoryIterator, ImageDataGenerator, UnreadableImage
from saccade.errors import (
    DataError,
    InvalidArgument,
    NoSuchFile,
    ShapeError,
    UnknownName,
)


@pytest.fixture
def photos(tmp_path):
    """Two classes of 5 and 4 photos; photo i is all of grey value 10 * class + i."""
    for number, (name, count) in enumerate((("cat", 5), ("dog", 4))):
        (tmp_path / name).mkdir()
        for i in range(count):
            Image.new("L", (7, 5), 10 * number + i).save(tmp_path / name / f"{i}.png")
    notes.forget_notes()
    return tmp_path


def flow(folder, generator=None, **options):
    options = {"target_size": (2, 3), "batch_size": 4, "class_mode": "sparse"} | options
    return (generator or ImageDataGenerator()).flow_from_directory(folder, **options)


def greys(batch) -> list[int]:
    x, _ = batch
    return x[:, 0, 0, 0].astype(int).tolist()


def test_one_pass_is_len_batches_and_every_image_once(photos):
    iterator = flow(photos, seed=1)
    assert len(iterator) == 3
    for _ in range(2):
        batches = [next(iterator) for _ in range(len(iterator))]
        assert [len(x) for x, _ in batches] == [4, 4, 1]
        seen = [grey for batch in batches for grey in greys(batch)]
        assert sorted(seen) == [0, 1, 2, 3, 4, 10, 11, 12, 13]


def test_labels_belong_to_their_images(photos):
    x, y = next(flow(photos, batch_size=9, seed=2))
    assert (x[:, 0, 0, 0] >= 10).astype("float32").tolist() == y.tolist()


def test_unshuffled_batches_follow_the_file_names(photos):
    iterator = flow(photos, shuffle=False)
    labels = np.concatenate([next(iterator)[1] for _ in range(len(iterator))])
    assert labels.tolist() == iterator.classes.tolist() == [0] * 5 + [1] * 4


def test_iteration_goes_on_without_end(photos):
    iterator = flow(photos)
    assert iter(iterator) is iterator
    assert len([batch for batch, _ in zip(iterator, range(7), strict=False)]) == 7
    assert len(iterator.next()) == 2


def test_batches_by_number(photos):
    iterator = flow(photos, shuffle=False)
    assert greys(iterator[1]) == [4, 10, 11, 12]
    assert greys(iterator[-1]) == [13]
    for i in (3, -4):
        with pytest.raises(InvalidArgument, match="one of the pass's 3 batches"):
            iterator[i]


def test_reset_starts_a_pass_and_goes_on_counting(photos):
    iterator = flow(photos, seed=3)
    first = greys(next(iterator))
    next(iterator)
    iterator.reset()
    assert (iterator.batch_index, iterator.total_batches_seen) == (0, 2)
    seen = [grey for _ in range(3) for grey in greys(next(iterator))]
    assert len(set(seen)) == 9
    assert seen[:4] != first  # the order of batch 2's seed


@pytest.mark.parametrize("before", range(8))
def test_a_restored_iterator_goes_on_as_if_never_stopped(photos, before):
    whole, stopped = flow(photos, seed=4), flow(photos, seed=4)
    for _ in range(before):
        next(whole)
        next(stopped)
    state = stopped.state()
    for _ in range(2):  # the state is a copy: what comes after does not change it
        next(stopped)
    resumed = flow(photos, seed=4)
    resumed.restore(state)
    for _ in range(7):
        assert greys(next(resumed)) == greys(next(whole))
    assert resumed.total_batches_seen == whole.total_batches_seen == before + 7


def test_without_a_seed_the_rest_of_the_pass_is_restored(photos):
    np.random.seed(5)
    first = flow(photos)
    next(first)
    state = first.state()
    resumed = flow(photos)
    resumed.restore(state | {"index_array": state["index_array"].tolist()})  # JSON has lists
    assert [greys(next(resumed)) for _ in range(2)] == [greys(next(first)) for _ in range(2)]


@pytest.mark.parametrize(
    "change",
    [{"index_array": [0, 1, 2]}, {"index_array": [0] * 9}, {"batch_index": 3}, {"batch_index": -1}],
)
def test_a_state_of_other_data_is_refused(photos, change):
    iterator = flow(photos)
    with pytest.raises(DataError, match="restore"):
        iterator.restore(iterator.state() | change)


def test_threads_draw_seeds_and_orders_one_at_a_time(photos, monkeypatch):
    """The threads' batches are the serial ones, though each reseeds one global stream."""
    serial = flow(photos, seed=6)
    expected = [greys(next(serial)) for _ in range(60)]
    seed = np.random.seed

    def seed_slowly(number):  # gives the other threads time to draw in between
        seed(number)
        time.sleep(0.001)

    monkeypatch.setattr(np.random, "seed", seed_slowly)
    shared, got = flow(photos, seed=6), []
    threads = [
        threading.Thread(target=lambda: [got.append(greys(next(shared))) for _ in range(15)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(expected)


def test_the_line_that_keras_prints(photos, capsys):
    flow(photos)
    assert capsys.readouterr().out == "Found 9 images belonging to 2 classes.\n"


def test_no_images_prints_the_line_and_raises(tmp_path, capsys):
    with pytest.raises(DataError, match="must hold one folder for each class"):
        flow(tmp_path)
    assert capsys.readouterr().out == "Found 0 images belonging to 0 classes.\n"
    with pytest.raises(NoSuchFile):
        flow(tmp_path / "nowhere")


def test_an_empty_subset_is_empty_and_says_why(photos, caplog, capsys):
    generator = ImageDataGenerator(validation_split=0.1)
    iterator = flow(photos, generator, subset="validation")
    assert (len(iterator), iterator.samples, iterator.num_classes) == (0, 0, 2)
    assert "validation_split=0.1 of each class is less than one file" in caplog.text
    assert capsys.readouterr().out == "Found 0 images belonging to 2 classes.\n"
    x, y = next(iterator)
    assert (x.shape, y.shape) == ((0, 2, 3, 3), (0,))


def test_the_folder_s_oddities_are_noted_once(photos, caplog):
    (photos / ".hidden").mkdir()
    for _ in range(2):
        flow(photos, class_mode="binary")
    assert caplog.text.count("counts as a class") == 1
    assert caplog.text.count("no image in .hidden") == 1
    assert caplog.text.count('class_mode="binary" with 3 classes') == 1


def test_a_broken_file_is_named(photos):
    (photos / "cat" / "broken.png").write_bytes(b"no image")
    iterator = flow(photos, batch_size=10)
    with pytest.raises(UnreadableImage, match=r"cat.broken\.png"):
        next(iterator)


@pytest.mark.parametrize(
    ("options", "error", "word"),
    [
        ({"class_mode": "sprase"}, UnknownName, 'Did you mean "sparse"'),
        ({"color_mode": "gray"}, UnknownName, "grayscale, rgb, rgba"),
        ({"interpolation": "linear"}, UnknownName, "interpolation"),
        ({"subset": "train"}, UnknownName, "training, validation"),
        ({"target_size": 150}, InvalidArgument, "target_size"),
        ({"batch_size": 0}, InvalidArgument, "batch_size"),
        ({"batch_size": 2.5}, InvalidArgument, "batch_size"),
        ({"seed": -1}, InvalidArgument, "seed"),
        ({"seed": "7"}, InvalidArgument, "seed"),
    ],
)
def test_arguments_are_checked_before_the_folder(tmp_path, options, error, word):
    with pytest.raises(error, match=word):
        flow(tmp_path / "there-is-no-folder", **options)


def test_an_iterator_without_a_generator(photos):
    iterator = DirectoryIterator(photos, None, target_size=(2, 3), shuffle=False)
    x, y = next(iterator)
    assert x.shape == (9, 2, 3, 3)
    assert y.argmax(1).tolist() == [0] * 5 + [1] * 4
    with pytest.raises(InvalidArgument, match="needs an ImageDataGenerator"):
        DirectoryIterator(photos, None, subset="training")


def test_the_function_sees_float32_before_rescale(photos):
    seen = []

    def function(image_hwc):
        seen.append((image_hwc.dtype, image_hwc.shape))
        return image_hwc + 2

    generator = ImageDataGenerator(preprocessing_function=function, rescale=0.5)
    x, _ = next(flow(photos, generator, shuffle=False))
    assert seen == [(np.dtype("float32"), (2, 3, 3))] * 4
    assert x[:, 0, 0, 0].tolist() == [1.0, 1.5, 2.0, 2.5]


def test_a_function_that_returns_integers_can_be_rescaled(photos):
    generator = ImageDataGenerator(
        preprocessing_function=lambda image: image.astype("uint8"), rescale=0.5
    )
    assert next(flow(photos, generator, shuffle=False))[0][3, 0, 0, 0] == 1.5


def test_a_function_that_changes_the_shape_is_told(photos):
    generator = ImageDataGenerator(preprocessing_function=lambda image: image[:1, :2])
    with pytest.raises(ShapeError, match=r"it was given, \(2, 3, 3\), got \(1, 2, 3\)"):
        next(flow(photos, generator))


def test_seeds_beyond_numpy_s_wrap_around(photos):
    iterator = flow(photos, seed=2**32 - 1)
    next(iterator)
    iterator.reset()  # so that the next batch, of seed 2**32, draws an order
    assert greys(next(iterator)) == greys(next(flow(photos, seed=0)))
