"""saccade's folders, files and batches against Keras 3.15.1: equal to the bit.

Exact equality, because both sides decode and resize with Pillow and draw from NumPy's stream.
"""

import os
import re

os.environ.setdefault("KERAS_BACKEND", "torch")

import pathlib
import threading
import warnings

import numpy as np
import pytest
from PIL import Image

from saccade.data import decode
from saccade.data.files.decode import CHANNELS
from saccade.preprocessing import image as ours

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("keras")
    from keras.src.legacy.preprocessing import image as keras_image
    from keras.utils import array_to_img, img_to_array, load_img, save_img

SHARED = pathlib.Path(__file__).parents[3].parent / "shared"
FRUITS = SHARED / "data" / "fruits" / "train"
MESSY = SHARED / "data" / "messy"

INTERPOLATIONS = ["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"]
KEPT_MODES = ["RGB", "L", "P", "RGBA", "I;16", "1", "LA"]


def write_image(path: pathlib.Path, mode: str, size_wh: tuple[int, int], seed: int) -> None:
    stream = np.random.RandomState(seed)
    width, height = size_wh
    path.parent.mkdir(parents=True, exist_ok=True)
    if mode == "I;16":
        values = stream.randint(0, 65536, (height, width)).astype(np.uint16)
        Image.fromarray(values).save(path)
        return
    values = stream.randint(0, 256, (height, width, 3)).astype(np.uint8)
    Image.fromarray(values).convert(mode).save(path)


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> pathlib.Path:
    """Three classes and a hidden one: PNG of every mode, JPEG, BMP, TIFF, nested, of many sizes."""
    folder = tmp_path_factory.mktemp("photos")
    seed = 0
    for class_name, count in (("pear", 7), ("Apple", 9), ("fig", 3)):
        for i in range(count):
            seed += 1
            mode, size_wh = KEPT_MODES[i % len(KEPT_MODES)], (9 + 5 * i, 31 - 2 * i)
            write_image(folder / class_name / f"{i}.png", mode, size_wh, seed)
    write_image(folder / "Apple" / "b" / "z.JPG", "RGB", (40, 20), 101)
    write_image(folder / "Apple" / "b c" / "a.jpeg", "CMYK", (20, 40), 102)
    write_image(folder / "Apple" / "b" / "exact.jpg", "RGB", (14, 12), 103)
    write_image(folder / "fig" / "photo.tif", "RGB", (17, 19), 104)
    write_image(folder / "fig" / "10.bmp", "RGB", (17, 19), 105)
    write_image(folder / "fig" / "left-out.sgi", "L", (17, 19), 106)
    write_image(folder / ".hidden" / "1.ppm", "RGB", (5, 6), 107)
    (folder / "fig" / "notes.txt").write_text("no image")
    (folder / "fig" / "namejpg").write_bytes((folder / "Apple" / "b" / "z.JPG").read_bytes())
    write_image(folder / "loose.png", "RGB", (5, 6), 108)
    return folder


def take(iterator, count: int) -> list:
    return [next(iterator) for _ in range(count)]


def assert_same_batches(expected: list, got: list) -> None:
    assert len(expected) == len(got)
    for place, (a, b) in enumerate(zip(expected, got, strict=True)):
        a, b = (batch if isinstance(batch, tuple) else (batch,) for batch in (a, b))
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert x.dtype == y.dtype
            assert x.shape == y.shape
            assert np.array_equal(x, y), f"batch {place} differs"


def both(folder, generator_options=None, passes=3, **options):
    """The same batches from Keras and from saccade, several passes; returns the two iterators."""
    options = {"target_size": (12, 14), "batch_size": 4, "seed": 5} | options
    iterators, batches = [], []
    for side in (keras_image, ours):
        generator = side.ImageDataGenerator(**generator_options or {})
        np.random.seed(11)  # the stream that an iterator without a seed draws from
        iterator = generator.flow_from_directory(str(folder), **options)
        iterators.append(iterator)
        batches.append(take(iterator, passes * len(iterator) + 1))
    assert_same_batches(*batches)
    return iterators


@pytest.mark.parametrize("class_mode", ["sparse", "categorical", "binary", "input", None])
def test_batches_of_every_class_mode(photos, class_mode):
    both(photos, class_mode=class_mode)


@pytest.mark.parametrize("color_mode", ["rgb", "rgba"])
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_batches_of_every_filter(photos, color_mode, interpolation):
    both(photos, color_mode=color_mode, interpolation=interpolation, passes=1)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_greyscale_batches_keep_16_bits(photos, interpolation):
    keras_side, our_side = both(
        photos, color_mode="grayscale", interpolation=interpolation, passes=1
    )
    assert max(x.max() for x, _ in take(our_side, len(our_side))) > 255
    assert our_side.image_shape == keras_side.image_shape == (12, 14, 1)


@pytest.mark.parametrize("subset", ["training", "validation"])
@pytest.mark.parametrize("share", [0.1, 0.25, 1 / 3, 0.999])
def test_subsets(photos, subset, share):
    both(photos, {"validation_split": share}, subset=subset, passes=2)


@pytest.mark.parametrize(
    "options",
    [
        {"shuffle": False},
        {"seed": None},
        {"seed": None, "shuffle": False},
        {"keep_aspect_ratio": True, "interpolation": "bilinear"},
        {"classes": ["pear", "Apple"]},
        {"batch_size": 100},
        {"batch_size": 1},
        {"target_size": [5, 40]},
    ],
    ids=str,
)
def test_batches_under_other_options(photos, options):
    both(photos, passes=2, **options)


def noisy(image_hwc):
    return image_hwc + np.random.normal(size=image_hwc.shape).astype("float32")


def to_float64(image_hwc):
    return image_hwc.astype("float64") / 3


@pytest.mark.parametrize(
    "generator_options",
    [
        {"rescale": 1 / 255},
        {"rescale": np.float64(1 / 255)},
        {"rescale": 3},
        {"rescale": 1 / 255, "dtype": "float64"},
        {"dtype": "uint8"},
        {"dtype": "float16", "rescale": 1 / 255},
        {"preprocessing_function": noisy, "rescale": 0.5},
        {"preprocessing_function": to_float64, "rescale": 0.1},
        {"preprocessing_function": np.sqrt},
    ],
    ids=lambda options: re.sub(r" at 0x\w+", "", str(options)),  # the same in every process
)
@pytest.mark.parametrize("seed", [None, 3])
def test_batches_under_generator_options(photos, generator_options, seed):
    both(photos, generator_options, seed=seed, color_mode="rgb", passes=2)


def test_everything_a_script_reads(photos, capsys):
    keras_side, our_side = both(
        photos, {"validation_split": 0.3}, subset="training", class_mode="sparse"
    )
    found = capsys.readouterr().out.splitlines()
    assert found[0] == found[1] == "Found 20 images belonging to 4 classes."
    for name in [
        "class_indices",
        "filenames",
        "filepaths",
        "samples",
        "n",
        "num_classes",
        "batch_size",
        "image_shape",
        "target_size",
        "color_mode",
        "class_mode",
        "data_format",
        "subset",
        "interpolation",
        "keep_aspect_ratio",
        "shuffle",
        "seed",
        "batch_index",
        "total_batches_seen",
        "directory",
        "white_list_formats",
        "save_to_dir",
        "sample_weight",
        "save_prefix",
        "save_format",
    ]:
        assert getattr(our_side, name) == getattr(keras_side, name), name
    for name in ("classes", "labels", "index_array"):
        mine, theirs = getattr(our_side, name), getattr(keras_side, name)
        assert mine.dtype == theirs.dtype
        assert np.array_equal(mine, theirs), name
    assert len(our_side) == len(keras_side)


@pytest.mark.parametrize("seed", [None, 8])
def test_batches_by_number_and_after_reset(photos, seed):
    got = []
    for side in (keras_image, ours):
        np.random.seed(21)
        iterator = side.ImageDataGenerator().flow_from_directory(
            str(photos), target_size=(6, 6), batch_size=5, seed=seed
        )
        batches = [iterator[2], iterator[0]]
        batches += take(iterator, 2)
        iterator.reset()
        batches += take(iterator, 2)
        batches.append(iterator[len(iterator) - 1])
        iterator.on_epoch_end()
        batches.append(iterator[0])
        assert iterator.total_batches_seen == 8
        got.append(batches)
    assert_same_batches(*got)


def test_linked_folders(photos, tmp_path):
    (tmp_path / "data" / "linked").mkdir(parents=True)
    write_image(tmp_path / "data" / "linked" / "1.png", "RGB", (8, 8), 1)
    (tmp_path / "data" / "linked" / "more").symlink_to(photos / "pear")
    (tmp_path / "data" / "whole").symlink_to(photos / "fig")
    _, without = both(tmp_path / "data")
    _, following = both(tmp_path / "data", follow_links=True)
    assert following.samples == without.samples + 7


def test_threads_take_the_batches_of_one(photos):
    """Which thread gets which batch is open; the batches are those of Keras, each once."""
    options = {"target_size": (8, 8), "batch_size": 2, "seed": 4, "class_mode": "sparse"}
    keras_side = keras_image.ImageDataGenerator().flow_from_directory(str(photos), **options)
    our_side = ours.ImageDataGenerator().flow_from_directory(str(photos), **options)
    count = 4 * len(keras_side)
    expected = take(keras_side, count)
    got: list = []

    def work() -> None:
        for _ in range(count // 4):
            got.append(next(our_side))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def key(batch):
        return batch[0].tobytes()

    assert_same_batches(sorted(expected, key=key), sorted(got, key=key))


@pytest.mark.skipif(not FRUITS.is_dir(), reason="needs shared/data/fruits")
@pytest.mark.parametrize("subset", ["training", "validation"])
def test_fruits_as_the_lesson_reads_them(subset, capsys):
    got = []
    for side in (keras_image, ours):
        iterator = side.ImageDataGenerator(
            validation_split=0.25, rescale=1.0 / 255
        ).flow_from_directory(
            str(FRUITS),
            target_size=(150, 150),
            batch_size=16,
            class_mode="sparse",
            subset=subset,
            seed=54321,
        )
        got.append(take(iterator, 5))
        # Move on to the short last batch and the order of the next pass without reading it all.
        while iterator.batch_index != len(iterator) - 1:
            if side is ours:
                iterator.restore(
                    iterator.state()
                    | {"batch_index": len(iterator) - 1}
                    | {"total_batches_seen": len(iterator) - 1}
                )
            else:
                next(iterator.index_generator)
        got[-1] += take(iterator, 2)
    assert_same_batches(*got)
    found = capsys.readouterr().out.splitlines()
    assert found[0] == found[1]


@pytest.mark.skipif(not MESSY.is_dir(), reason="needs shared/data/messy")
@pytest.mark.parametrize(
    ("color_mode", "target_size", "interpolation", "keep_aspect_ratio"),
    [("rgb", (20, 31), "nearest", False), ("grayscale", (31, 20), "bilinear", True)],
)
@pytest.mark.filterwarnings("ignore")
def test_awkward_files(color_mode, target_size, interpolation, keep_aspect_ratio):
    """Where Keras's load_img gives pixels, so do we, the same; elsewhere an error of our own, or
    pixels: Keras has no way from LAB to grey."""
    options = (color_mode, target_size, interpolation, keep_aspect_ratio)
    loaded = 0
    for path in sorted(MESSY.iterdir()):
        try:
            expected = img_to_array(load_img(path, *options))
        except Exception as fault:
            if "conversion from LAB" in str(fault):
                assert decode(path, *options).shape[2] == CHANNELS[color_mode]
                continue
            with pytest.raises(ValueError, match="must be an image"):
                decode(path, *options)
            continue
        image_hwc = decode(path, *options)
        assert np.array_equal(image_hwc.astype("float32"), expected, equal_nan=True), path.name
        loaded += 1
    assert loaded > 450


@pytest.mark.parametrize("data_format", [None, "channels_last", "channels_first"])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_arrays_and_pictures(tmp_path, channels, scale, data_format):
    x = np.random.RandomState(31).uniform(3, 250, (5, 7, channels)).astype("float32")
    if data_format == "channels_first":
        x = x.transpose(2, 0, 1)
    theirs = array_to_img(x, data_format=data_format, scale=scale)
    mine = ours.array_to_img(x, data_format=data_format, scale=scale)
    assert mine.mode == theirs.mode
    assert mine.tobytes() == theirs.tobytes()

    back = img_to_array(theirs, data_format=data_format, dtype="float64")
    got = ours.img_to_array(mine, data_format=data_format, dtype="float64")
    assert got.dtype == back.dtype
    assert np.array_equal(got, back)

    for ending in ("png", "jpg", "bmp"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns that JPEG drops the alpha channel
            save_img(tmp_path / f"theirs.{ending}", x, data_format=data_format, scale=scale)
        ours.save_img(tmp_path / f"mine.{ending}", x, data_format=data_format, scale=scale)
        written = (tmp_path / f"mine.{ending}").read_bytes()
        assert written == (tmp_path / f"theirs.{ending}").read_bytes()


def test_greyscale_above_255_becomes_a_32_bit_picture():
    x = np.array([[[300.0], [7.0]]])
    mine, theirs = ours.array_to_img(x, scale=False), array_to_img(x, scale=False)
    assert mine.mode == theirs.mode == "I"
    assert mine.tobytes() == theirs.tobytes()


ALL_TOGETHER = {
    "rotation_range": 30,
    "width_shift_range": 0.1,
    "height_shift_range": 0.1,
    "shear_range": 10,
    "zoom_range": 0.2,
    "channel_shift_range": 20,
    "brightness_range": (0.6, 1.4),
    "horizontal_flip": True,
    "vertical_flip": True,
    "rescale": 1 / 255,
}


@pytest.mark.skipif(not FRUITS.is_dir(), reason="needs shared/data/fruits")
@pytest.mark.filterwarnings("ignore:Please import `affine_transform`")  # Keras's own
@pytest.mark.parametrize("fill_mode", ["nearest", "reflect", "wrap", "constant"])
@pytest.mark.parametrize("seed", [None, 54321])
def test_augmented_fruits(fill_mode, seed):
    """Labels, order and the numbers drawn are Keras's to the bit; pixels differ by rounding."""
    taken = []
    for side, options in (
        (keras_image, {}),
        (ours, {"workers": 0}),
        (ours, {"workers": 3, "cache": False}),
        (ours, {"prefetch": 4}),
    ):
        np.random.seed(9)
        generator = side.ImageDataGenerator(fill_mode=fill_mode, **ALL_TOGETHER, **options)
        iterator = generator.flow_from_directory(
            str(FRUITS),
            target_size=(100, 100),
            batch_size=8,
            class_mode="sparse",
            classes=sorted(path.name for path in FRUITS.iterdir() if path.is_dir())[:2],
            seed=seed,
        )
        reader = iterator.read_ahead(5) if "prefetch" in options else iterator
        batches = [next(reader) for _ in range(3)]
        taken.append((batches, iterator.index_array, np.random.random(4)))
    theirs = taken[0]
    for mine in taken[1:]:
        assert np.array_equal(mine[1], theirs[1])
        assert np.array_equal(mine[2], theirs[2])
        for (x, y), (their_x, their_y) in zip(mine[0], theirs[0], strict=True):
            assert np.array_equal(y, their_y)
            assert np.abs(x - their_x).mean() * 255 <= 0.25
    assert_same_batches(taken[1][0], taken[2][0])
    assert_same_batches(taken[1][0], taken[3][0])
