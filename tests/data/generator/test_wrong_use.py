"""What people get wrong with generators ends in an error that says what to do."""

import numpy as np
import pytest
from PIL import Image

from saccade.data import ImageDataGenerator, save_img
from saccade.errors import SaccadeError

IMAGES = np.zeros((6, 8, 8, 3), np.uint8)


@pytest.fixture
def photos(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for i in range(3):
            Image.new("RGB", (9, 9), (9 * i, 0, 200)).save(tmp_path / name / f"{i}.png")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"zoom_range": None}, "a number or two numbers"),
        ({"extensions": 5}, "must be endings"),
        ({"exif": "no"}, "True or False"),
        ({"fast_decode": "False"}, "True or False"),
        ({"horizontal_flip": "no"}, "True or False"),
        ({"vertical_flip": "no"}, "True or False"),
        ({"cache": "atuo"}, 'Did you mean "auto"'),
        ({"cache": "Auto"}, 'Did you mean "auto"'),
        ({"fill_mode": "mirrored"}, 'Did you mean "mirror"'),
        ({"rotation_rang": 5}, 'Did you mean "rotation_range"'),
    ],
    ids=str,
)
def test_a_generator(options, words):
    with pytest.raises(SaccadeError, match=words):
        ImageDataGenerator(**options)


@pytest.mark.parametrize("folder", ["data", "out", "auto2", "cache"])
def test_folders_that_resemble_nothing(folder):
    assert ImageDataGenerator(cache=folder).options.cache == folder


def test_the_home_folder_has_its_short_name(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert ImageDataGenerator(cache="~/kept").options.cache == str(tmp_path / "kept")


def test_integers_and_folders_of_any_kind_pass(tmp_path):
    generator = ImageDataGenerator(split_seed=np.int64(3), cache=tmp_path / "auto", exif=np.True_)
    assert generator.options.split_seed == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"directory": None}, "path of a folder"),
        ({"classes": 3}, "list of folder names"),
        ({"shuffle": "False"}, "True or False"),
        ({"save_to_dir": "seen", "save_format": "jpgg"}, 'Did you mean "jpg"'),
        ({"save_to_dir": "a_file"}, "must be a folder"),
        ({"cache": "cat/kept"}, "must lie outside the folder of photos"),
        ({"cache": "."}, "must lie outside the folder of photos"),
    ],
    ids=str,
)
def test_a_folder(photos, tmp_path, monkeypatch, options, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("")
    generator = ImageDataGenerator(cache=options.pop("cache", "auto"))
    with pytest.raises(SaccadeError, match=words):
        generator.flow_from_directory(**{"directory": photos, **options})


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("photos",), {}, "flow_from_directory"),
        ((list(IMAGES),), {}, "numpy.stack"),
        ((IMAGES, np.arange(6) % 2), {"subset": "validation"}, r"validation_split=0\.25"),
        ((IMAGES, np.arange(5)), {}, "each of the 6 images, got 5 rows"),
    ],
    ids=["words", "list", "subset", "labels"],
)
def test_arrays(arguments, options, words):
    with pytest.raises(SaccadeError, match=words):
        ImageDataGenerator().flow(*arguments, **options)


TABLE = {"filename": ["cat/0.png", "dog/0.png"], "class": ["cat", "dog"]}


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        (TABLE, {"classes": ["q"]}, r"rows of the classes asked for \(q\), got none"),
        ({"filename": [], "class": []}, {}, "must have rows, got none"),
        ({"filename": ["cat/0", "dog/0"], "class": ["cat", "dog"]}, {}, "ending of images"),
        ({"filename": ["cat/9.png"], "class": ["cat"]}, {}, "Give directory="),
        (TABLE, {"x_col": ["filename"]}, "name of one column"),
        ("x.csv", {}, r"pandas\.read_csv"),
        (None, {}, "must be a table, got NoneType"),
    ],
    ids=["class", "empty", "endings", "missing", "columns", "path", "none"],
)
def test_tables(photos, table, options, words):
    with pytest.raises(SaccadeError, match=words):
        ImageDataGenerator().flow_from_dataframe(table, photos, **options)


def test_a_table_in_the_folder_s_place(photos):
    with pytest.raises(SaccadeError, match="The table comes first"):
        ImageDataGenerator().flow_from_dataframe(photos and TABLE, TABLE)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda: ImageDataGenerator().flow(IMAGES), r"fit\(next\(flow\)\[0\]\)"),
        (lambda: (image for image in IMAGES), "an array of images, got generator"),
        (lambda: "x", "an array of images"),
        (lambda: IMAGES[0], "samples, height, width"),
        (lambda: np.full((2, 4, 4, 3), np.nan), "finite"),
    ],
    ids=["iterator", "generator", "word", "image", "nan"],
)
def test_fitting(given, words):
    with pytest.raises(SaccadeError, match=words):
        ImageDataGenerator(featurewise_center=True).fit(given())


def test_a_function_may_return_one_channel_for_all():
    flow = ImageDataGenerator(preprocessing_function=lambda x: x[..., :1] + 3).flow(IMAGES)
    assert np.array_equal(next(flow), np.full(IMAGES.shape, 3, np.float32))


@pytest.mark.parametrize("function", [lambda x: None, lambda x: x.mean(), lambda x: x[:4]])
def test_a_function_that_returns_something_else(function):
    with pytest.raises(SaccadeError, match="image of the shape it was given"):
        next(ImageDataGenerator(preprocessing_function=function).flow(IMAGES))


def test_images_of_another_size_than_those_whitened():
    generator = ImageDataGenerator(zca_whitening=True)
    generator.fit(np.random.RandomState(0).normal(size=(9, 4, 4, 3)))
    with pytest.raises(SaccadeError, match="images of 48 values"):
        generator.standardize(np.zeros((5, 5, 3), np.float32))


def test_a_transformation_that_is_none():
    with pytest.raises(SaccadeError, match="get_random_transform"):
        ImageDataGenerator().apply_transform(IMAGES[0], None)


def test_a_format_that_nobody_knows(tmp_path):
    with pytest.raises(SaccadeError, match="file_format"):
        save_img(tmp_path / "q.xyz", IMAGES[0])


def test_a_folder_one_too_high_points_to_the_training_part(tmp_path, caplog):
    for part in ("test", "train"):
        for name in ("cat", "dog"):
            (tmp_path / part / name).mkdir(parents=True)
            Image.new("RGB", (9, 9)).save(tmp_path / part / name / "1.png")
    ImageDataGenerator().flow_from_directory(tmp_path)
    assert f'Did you mean "{tmp_path / "train"}"' in caplog.text
