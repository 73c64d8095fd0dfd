"""`flow`, `flow_from_dataframe`, `fit` and `standardize` against Keras 3.15.1: equal to the bit.

Nothing is warped here, so the pixels are Keras's to the bit too; `test_augmentation_parity.py`
compares those.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import warnings

import numpy as np
import pytest
from PIL import Image

from saccade import notes
from saccade.preprocessing import image as ours

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("keras")
    from keras.src.legacy.preprocessing import image as keras_image

pd = pytest.importorskip("pandas")

SIDES = (keras_image, ours)


@pytest.fixture(autouse=True)
def said():
    notes.forget_notes()
    yield
    notes.forget_notes()


def equal(mine, theirs):
    assert type(mine) is type(theirs) or isinstance(mine, np.ndarray)
    if isinstance(theirs, (tuple, list)):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            equal(one, other)
        return
    assert mine.dtype == theirs.dtype
    assert np.array_equal(mine, theirs)


def images(count=23, channels=3, seed=0):
    return np.random.RandomState(seed).randint(0, 256, (count, 9, 7, channels)).astype(np.uint8)


def flows(x, y=None, generator_options=(), **options):
    for side in SIDES:
        generator = side.ImageDataGenerator(**dict(generator_options))
        yield generator.flow(x, y, **options)


def compare(iterators, batches=9, user_seed=5):
    taken = []
    for iterator in iterators:
        np.random.seed(user_seed)
        taken.append([next(iterator) for _ in range(batches)])
        taken[-1].append([np.random.random(3), np.array([len(iterator), iterator.n])])
    theirs, mine = taken
    for one, other in zip(mine, theirs, strict=True):
        equal(one, other)


LABELS = np.arange(23) % 3


@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(
    "generator_options",
    [
        {},
        {"rescale": 1 / 255, "horizontal_flip": True},
        {"vertical_flip": True, "horizontal_flip": True, "dtype": "float64"},
        {"brightness_range": (0.3, 1.8), "channel_shift_range": 40},
        {"samplewise_center": True, "samplewise_std_normalization": True},
        {"preprocessing_function": lambda x: x + np.random.normal(), "vertical_flip": True},
    ],
    ids=["plain", "flip", "flips", "light", "samplewise", "drawing"],
)
def test_arrays(generator_options, shuffle, seed):
    compare(flows(images(), LABELS, generator_options, batch_size=5, shuffle=shuffle, seed=seed))


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "int16", "bool"])
def test_arrays_of_other_types(dtype):
    compare(flows((images() / 4).astype(dtype), LABELS, {"rescale": 0.5}, batch_size=5, seed=1))


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_arrays_stay_in_the_generator_s_type(dtype):
    x = np.random.RandomState(0).normal(100, 30, (9, 6, 5, 3))
    options = {"dtype": dtype, "rescale": 1 / 3, "samplewise_center": True, "vertical_flip": True}
    compare(flows(x, None, options, batch_size=4, seed=1))


def test_what_an_array_s_batch_holds():
    x, extra = images(), np.arange(46.0).reshape(23, 2)
    weights = np.linspace(0, 1, 23)
    compare(flows(x, batch_size=5, seed=1))
    compare(flows(x, LABELS, sample_weight=weights, batch_size=5, seed=1))
    compare(flows((x, extra), LABELS, batch_size=5, seed=1))
    compare(flows((x, [extra, LABELS]), LABELS.reshape(-1, 1), batch_size=5, seed=1))
    compare(flows(images(channels=1), np.eye(3)[LABELS], batch_size=5, seed=1))


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_subsets_of_arrays(subset):
    options = {"validation_split": 0.46}
    compare(flows(images(), LABELS, options, subset=subset, batch_size=5, seed=1))
    compare(
        flows(
            images(),
            np.arange(23),
            options,
            subset=subset,
            ignore_class_split=True,
            batch_size=5,
            shuffle=False,
        )
    )
    for side in SIDES:
        generator = side.ImageDataGenerator(**options)
        with pytest.raises(ValueError, match="class"):
            generator.flow(images(), np.arange(23), subset=subset)


def test_batches_by_number():
    taken = []
    for iterator in flows(images(), LABELS, {"horizontal_flip": True}, batch_size=5, seed=4):
        taken.append([iterator[2], iterator[0], next(iterator), iterator[4]])
        iterator.on_epoch_end()
        iterator.reset()
        taken[-1] += [iterator[1], next(iterator)]
    equal(taken[1], taken[0])


def test_images_without_contrast():
    options = {"samplewise_center": True, "samplewise_std_normalization": True}
    compare(flows(np.full((6, 4, 4, 3), 7, np.uint8), None, options, batch_size=3, seed=1), 3)


@pytest.mark.parametrize("seed", [None, 3])
def test_pictures_are_saved_under_keras_s_names(tmp_path, seed):
    names = []
    for number, side in enumerate(SIDES):
        folder = tmp_path / str(number)
        folder.mkdir()
        np.random.seed(5)
        flow = side.ImageDataGenerator(horizontal_flip=True).flow(
            images(), batch_size=5, seed=seed, save_to_dir=str(folder), save_prefix="p"
        )
        batches = [next(flow), next(flow), np.random.random(2)]
        names.append(sorted(path.name for path in folder.iterdir()))
        names[-1] += [str(one.sum()) for one in batches]
    assert names[0] == names[1]


@pytest.mark.parametrize("function", [None, lambda x: x + np.random.normal()])
def test_pictures_of_files_are_saved_under_keras_s_names(folder, tmp_path, function):
    names = []
    for number, side in enumerate(SIDES):
        seen = tmp_path / str(number)
        seen.mkdir()
        generator = side.ImageDataGenerator(preprocessing_function=function)
        flow = generator.flow_from_dataframe(
            table(), str(folder), batch_size=5, seed=2, save_to_dir=str(seen), save_format="jpeg"
        )
        batches = [next(flow), next(flow), next(flow)]
        names.append(sorted(path.name for path in seen.iterdir()))
        names[-1] += [str(x.sum()) for x, _ in batches]
    assert names[0] == names[1]


STATISTICS = [
    {"featurewise_center": True},
    {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 1 / 255},
    {"zca_whitening": True, "featurewise_center": True, "zca_epsilon": 0.01},
    {"zca_whitening": True, "featurewise_center": True, "rescale": 1 / 255},
]


@pytest.mark.parametrize("options", STATISTICS)
@pytest.mark.parametrize("augment", [False, True])
def test_normalising_by_a_sample(options, augment):
    results = []
    for side in SIDES:
        generator = side.ImageDataGenerator(horizontal_flip=True, **options)
        generator.fit(images(), augment=augment, rounds=2, seed=7)
        flow = generator.flow(images(8, seed=2), batch_size=8, seed=1)
        results.append([generator.mean, generator.std, generator.zca_whitening_matrix, next(flow)])
    for theirs, mine in zip(*results, strict=True):
        assert (theirs is None) == (mine is None)
        if theirs is not None:
            assert mine.dtype == theirs.dtype
            np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "given", ["zca_whitening", "featurewise_std_normalization", "samplewise_std_normalization"]
)
def test_options_that_imply_others(given, caplog):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = keras_image.ImageDataGenerator(**{given: True})
    mine = ours.ImageDataGenerator(**{given: True})
    for name in (
        "featurewise_center",
        "featurewise_std_normalization",
        "samplewise_center",
        "zca_whitening",
    ):
        assert bool(getattr(mine, name)) == bool(getattr(theirs, name)), name
    assert f"{given} turns " in caplog.text


def test_standardize_takes_batches_and_whitens_them():
    batches = []
    for side in SIDES:
        generator = side.ImageDataGenerator(zca_whitening=True, featurewise_center=True)
        generator.fit(images())
        batches.append(generator.standardize(images(4, seed=3).astype(np.float32)))
    np.testing.assert_allclose(batches[1], batches[0], rtol=1e-6, atol=1e-6)


def test_without_fit_the_sample_s_options_do_nothing_and_say_so(caplog):
    x = images(4).astype(np.float32)
    generator = ours.ImageDataGenerator(featurewise_center=True)
    assert np.array_equal(generator.standardize(x.copy()), x)
    assert "before fit(images)" in caplog.text


# -- tables ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    top = tmp_path_factory.mktemp("table")
    for i in range(12):
        Image.fromarray(images(1, seed=i)[0]).save(top / f"{i}.png")
    (top / "notes.txt").write_text("no image")
    return top


def table(**columns):
    names = [f"{i}.png" for i in range(12)]
    return pd.DataFrame(
        {
            "filename": names,
            "class": [["pear", "fig", "apple"][i % 3] for i in range(12)],
            "two": [["a", "b"][i % 2] for i in range(12)],
            "many": [["pear", "fig", "apple"][: 1 + i % 3] for i in range(12)],
            "height": np.arange(12) / 2,
            "width": np.arange(12)[::-1],
            "weight": np.linspace(0, 1, 12),
            **columns,
        }
    )


def from_tables(folder, frame, generator_options=(), **options):
    for side in SIDES:
        generator = side.ImageDataGenerator(**dict(generator_options))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield generator.flow_from_dataframe(
                frame, str(folder), target_size=(8, 6), batch_size=5, **options
            )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"class_mode": "sparse"},
        {"class_mode": "binary", "y_col": "two"},
        {"y_col": "many"},
        {"y_col": "many", "classes": ["fig", "apple"]},
        {"classes": ["pear", "apple"]},
        {"classes": ["pear", "apple"], "class_mode": "sparse"},
        {"class_mode": "raw", "y_col": "height"},
        {"class_mode": "raw", "y_col": ["height", "width"]},
        {"class_mode": "multi_output", "y_col": ["height", "width", "class"]},
        {"class_mode": "input"},
        {"class_mode": None},
        {"weight_col": "weight", "class_mode": "sparse"},
        {"validate_filenames": False, "shuffle": False},
        {"interpolation": "bilinear", "color_mode": "grayscale"},
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [None, 3])
def test_tables(folder, options, seed, capsys):
    keras_side, our_side = from_tables(folder, table(), seed=seed, **options)
    found = capsys.readouterr().out.splitlines()
    assert found[0] == found[1]
    compare([keras_side, our_side], batches=5)
    for name in ("samples", "filenames", "filepaths", "class_indices", "classes"):
        assert hasattr(our_side, name) == hasattr(keras_side, name), name
        if hasattr(keras_side, name):
            assert getattr(our_side, name) == getattr(keras_side, name), name
    if options.get("class_mode", "categorical") in ("sparse", "categorical", "raw"):
        assert np.array_equal(
            np.array(our_side.labels, object), np.array(keras_side.labels, object)
        )


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_subsets_of_tables(folder, subset):
    compare(
        from_tables(folder, table(), {"validation_split": 0.3}, subset=subset, seed=2), batches=5
    )


def test_rows_without_a_file_are_left_out(folder, caplog):
    frame = table(filename=[f"{i}.png" if i % 4 else "gone.png" for i in range(12)])
    compare(from_tables(folder, frame, seed=2), batches=5)
    frame = table(filename=["notes.txt", *[f"{i}.png" for i in range(1, 12)]])
    compare(from_tables(folder, frame, seed=2), batches=5)
    assert "left out 3 rows" in caplog.text
    assert "left out 1 row whose" in caplog.text


@pytest.mark.parametrize(
    ("columns", "options"),
    [
        ({}, {"class_mode": "binary"}),
        ({"filename": list(range(12))}, {}),
        ({"class": list(range(12))}, {"class_mode": "sparse"}),
        ({"class": [0.5] * 12}, {}),
        ({}, {"class_mode": "multi_output", "y_col": "height"}),
        ({}, {"weight_col": "class"}),
        ({}, {"class_mode": "sparce"}),
    ],
    ids=str,
)
def test_tables_that_neither_takes(folder, columns, options):
    for side in SIDES:
        with pytest.raises((ValueError, TypeError)):
            side.ImageDataGenerator().flow_from_dataframe(table(**columns), str(folder), **options)


def test_a_column_that_is_not_there_is_named_with_the_nearest(folder):
    with pytest.raises(ValueError, match='Did you mean "class"'):
        ours.ImageDataGenerator().flow_from_dataframe(table(), str(folder), y_col="clas")


def test_old_scripts_arguments_have_no_effect(folder, caplog):
    generator = ours.ImageDataGenerator()
    flow = generator.flow_from_dataframe(
        table(), folder, y_col="height", class_mode="other", has_ext=True, drop_duplicates=False
    )
    assert flow.class_mode == "raw"
    assert "has_ext has had no effect" in caplog.text
    with pytest.raises(ValueError, match='Did you mean "batch_size"'):
        generator.flow_from_dataframe(table(), folder, bacth_size=4)


def test_a_table_s_photos_may_keep_their_proportions(folder):
    keep = {"target_size": (6, 6), "shuffle": False, "class_mode": None, "batch_size": 12}
    for options in ({"keep_aspect_ratio": True}, {}):
        theirs = keras_image.DataFrameIterator(
            table(), str(folder), keras_image.ImageDataGenerator(), **keep, **options
        )
        mine = ours.ImageDataGenerator().flow_from_dataframe(table(), folder, **keep, **options)
        equal(next(mine), next(theirs))


def test_weights_are_those_of_the_subset_s_images():
    """Keras leaves the weights whole, so that its training images get those of others."""
    weights = np.arange(23.0)
    generator = ours.ImageDataGenerator(validation_split=0.46)
    flow = generator.flow(
        images(), LABELS, sample_weight=weights, subset="training", shuffle=False, batch_size=13
    )
    x, y, w = next(flow)
    assert np.array_equal(w, weights[10:])
    assert np.array_equal(y, LABELS[10:])
    assert np.array_equal(x, images()[10:])
