"""image_dataset_from_directory against Keras's index functions and its loader of images."""

import copy
import inspect
import io
import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from parity.reference import keras
from saccade.data.files.fitted_image import FittedImage
from saccade.data.folders.class_folders import list_images, split_off
from saccade.data.folders.walk import DATASET_EXTENSIONS as EXTENSIONS
from saccade.numerics.images.resampling import resize_hwc
from saccade.utils import image_dataset_from_directory

dataset_utils = pytest.importorskip("keras.src.utils.dataset_utils")
image_dataset_utils = pytest.importorskip("keras.src.utils.image_dataset_utils")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("pictures")
    stream = np.random.RandomState(1)
    for name in ("b", "a", "C", ".git", "a.b"):
        for below in ("", "x", "x/.y", "x.y"):
            (root / name / below).mkdir(parents=True, exist_ok=True)
            for i in range(4):
                size = stream.randint(3, 30, 2)
                pixels = stream.randint(0, 255, (*size, 3)).astype(np.uint8)
                ending = (".png", ".JPG", ".bmp", ".gif")[i]
                Image.fromarray(pixels).save(root / name / below / f"{stream.randint(99)}{ending}")
            (root / name / below / "no.heic").write_bytes(b"")
    (root / "loose.png").write_bytes(b"")
    return root


def test_the_signature_is_kerass():
    ours, theirs = (
        {name: one.default for name, one in inspect.signature(function).parameters.items()}
        for function in (image_dataset_from_directory, keras.utils.image_dataset_from_directory)
    )
    assert list(ours.items()) == list(theirs.items())
    assert EXTENSIONS == image_dataset_utils.ALLOWLIST_FORMATS


@pytest.mark.parametrize(
    ("labels", "class_names"),
    [("inferred", None), ("inferred", ["b", "C"]), (None, None), ("list", None)],
)
@pytest.mark.parametrize("seed", [None, 0, 1337])
def test_files_labels_and_split(folder, labels, seed, class_names, capsys):
    if labels == "list":
        whole = dataset_utils.index_directory(folder, None, EXTENSIONS, verbose=False)[0]
        labels = [i % 5 for i in range(len(whole))]
    capsys.readouterr()
    theirs = dataset_utils.index_directory(
        folder, copy.copy(labels), EXTENSIONS, class_names, seed is not None, seed
    )  # a copy: Keras shuffles the caller's list
    said = capsys.readouterr().out
    ours = list_images(folder, labels, class_names, seed)
    assert capsys.readouterr().out == said
    agree(ours, theirs)
    for share in (0.2, 0.55):
        for subset in ("training", "validation"):
            split = dataset_utils.get_training_or_validation_split(*theirs[:2], share, subset)
            said = capsys.readouterr().out
            agree(split_off(*ours[:2], share, subset), split)
            assert capsys.readouterr().out == said


def agree(ours, theirs):
    assert ours[0] == theirs[0]
    assert (ours[1] is None) == (theirs[1] is None)
    assert ours[1] is None or list(ours[1]) == list(theirs[1])
    assert ours[2:] == tuple(theirs[2:])


@pytest.mark.parametrize("seed", [0, 99])
def test_without_a_seed_the_same_is_drawn_from_numpy(folder, seed):
    np.random.seed(seed)
    drawn = np.random.randint(1e6)
    theirs = dataset_utils.index_directory(folder, "inferred", EXTENSIONS, seed=drawn)[0]
    after = np.random.rand()
    np.random.seed(seed)
    ours = image_dataset_from_directory(folder, image_size=2, verbose=False)
    assert ours.file_paths == theirs
    assert np.random.rand() == after


@pytest.mark.parametrize(
    "given",
    [
        {"labels": 3},
        {"labels": [1], "class_names": ["a"]},
        {"label_mode": "sparse"},
        {"color_mode": "bgr"},
        {"image_size": (1, 2, 3)},
        {"interpolation": "hamming"},
        {"format": "torch"},
        {"validation_split": 1.5, "subset": "both", "seed": 1},
        {"validation_split": 0.5},
        {"subset": "training"},
        {"validation_split": 0.5, "subset": "all", "seed": 1},
        {"validation_split": 0.5, "subset": "both"},
        {"class_names": ["none"]},
        {"labels": None, "class_names": ["a"]},
        {"label_mode": "binary"},
    ],
    ids=str,
)
def test_both_refuse(folder, given):
    for function in (image_dataset_from_directory, keras.utils.image_dataset_from_directory):
        with pytest.raises(ValueError, match=r"\w"):  # each in its own words
            function(folder, **given)


@pytest.mark.parametrize("mode", ["rgb", "rgba", "grayscale"])
@pytest.mark.parametrize("crop", [False, True])
def test_images_of_files(folder, mode, crop):
    channels = {"rgb": 3, "rgba": 4, "grayscale": 1}[mode]
    for path in dataset_utils.index_directory(folder, "inferred", EXTENSIONS, verbose=False)[0][
        :12
    ]:
        content = io.BytesIO(pathlib.Path(path).read_bytes())  # Keras leaves a GIF's file open
        theirs = image_dataset_utils._load_image_grain(
            content, (11, 7), channels, "bilinear", "channels_last", crop_to_aspect_ratio=crop
        )
        ours = FittedImage((11, 7), mode, crop=crop).read(path)
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, theirs.numpy(), atol=2e-3)


# Keras's torch backend has its own "bicubic" and draws "area" as another: those of
# `saccade.layers.Resizing` are held to the formulas in test_resizing_parity.py.
@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(1, 40)] * 4), st.integers(0, 9))
def test_bilinear_of_any_size(sizes, seed):
    height, width, target_height, target_width = sizes
    image = np.random.RandomState(seed).randint(0, 256, (height, width, 3)).astype(np.uint8)
    theirs = keras.ops.image.resize(
        image.astype("float32"), (target_height, target_width), data_format="channels_last"
    )
    ours = resize_hwc(image, target_height, target_width, "bilinear")
    np.testing.assert_allclose(ours, theirs.numpy(), atol=5e-3)


# By hand: tf.image.resize (TensorFlow 2) of the row 0, 10, 40, 90, 160 into 3 pixels.
ROW = np.array([0, 10, 40, 90, 160], np.float32)[None, :, None]
TENSORFLOW = {
    "bilinear": [3.3333, 40.0, 136.6667],
    "nearest": [0.0, 40.0, 160.0],
    "bicubic": [1.7221, 40.0, 142.436],
    "area": [4.0, 44.0, 132.0],
    "lanczos3": [1.093, 40.0, 144.3742],
    "lanczos5": [0.1656, 40.0, 144.8456],
    "gaussian": [3.3924, 42.1301, 136.2529],
    "mitchellcubic": [2.4701, 41.1111, 139.2032],
}


@pytest.mark.parametrize("method", TENSORFLOW)
def test_other_methods_against_tensorflow(method):
    ours = resize_hwc(ROW, 1, 3, method)[0, :, 0]
    np.testing.assert_allclose(ours, TENSORFLOW[method], atol=0.05)  # its kernels are tables


def test_padding_against_tensorflow():
    """By hand: tf.image.resize_with_pad, which resizes first; the border is not symmetric."""
    image = np.arange(12, dtype=np.float32).reshape(2, 6, 1)
    ours = FittedImage((5, 4), "grayscale", pad=True).fit(image)[:, :, 0]
    assert ours.tolist() == [[0] * 4, [3.25, 4.75, 6.25, 7.75], [0] * 4, [0] * 4, [0] * 4]
