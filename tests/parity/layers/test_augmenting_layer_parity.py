"""Augmenting layers: Keras's own transformations, applied by ours and by Keras's.

Draws cannot be equal, for the generators differ; what is done with them is. A batch is also taken
apart into its images, and images of odd and even sizes are tried.
"""

import copy
import inspect
import json

import numpy as np
import pytest
import torch

from parity.reference import array, keras
from saccade import layers

pytestmark = [  # Keras's own
    pytest.mark.filterwarnings("ignore:Tensor.T is deprecated"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
# DEPARTURES.md: Keras computes brightness in bytes, which run over, and refuses others
INTEGERS = ("RandomBrightness", "RandomSaturation")
# Of the range of values, 255
TOLERANCE = 1e-4 * 255
SIZES = [(6, 7), (7, 6), (9, 9), (12, 20)]
FILLS = ["reflect", "wrap", "constant", "nearest"]
MOVING = {
    "RandomRotation": [{"factor": 0.3}, {"factor": (-0.5, 0.1)}],
    "RandomZoom": [
        {"height_factor": 0.4},
        {"height_factor": (-0.5, -0.2), "width_factor": (0.1, 1.0)},
    ],
    "RandomTranslation": [{"height_factor": 0.7, "width_factor": (-0.9, 0.2)}],
    "RandomShear": [{"x_factor": 0.6, "y_factor": (0.1, 0.9)}],
}
PLAIN = {
    "RandomFlip": [{}, {"mode": "horizontal"}, {"mode": "vertical"}],
    "RandomContrast": [{"factor": 0.6}, {"factor": (0.9, 0.3)}, {"factor": (0.2, 1.5)}],
    "RandomBrightness": [{"factor": 0.5}, {"factor": (0.1, 0.9)}, {"factor": (0.0, 0.4)}],
    "RandomCrop": [{"height": 4, "width": 5, "seed": 3}, {"height": 8, "width": 8, "seed": 3},
                   {"height": 30, "width": 9, "seed": 3}, {"height": 6, "width": 5, "seed": 3}],
    "RandomErasing": [{}, {"factor": (1.0, 1.0), "fill_value": 7.5},
                      {"factor": (0.9, 1.0), "scale": 0.8, "fill_value": (1.0, 2.0, 300.0)}],
    "RandomPerspective": [{"factor": (1.0, 1.0), "scale": 0.4}, {"scale": 1.0, "fill_value": 9.0},
                          {"factor": (1.0, 1.0), "scale": 0.3, "interpolation": "nearest"}],
    "RandomGrayscale": [{}, {"factor": 1.0}],
    "RandomInvert": [{"factor": (0.5, 0.5)}],
    "RandomPosterization": [{"factor": 5}, {"factor": (3, 3)}, {"factor": (2, 8)}],
    "RandomSaturation": [{"factor": 0.8}, {"factor": (0.3, 0.6)}],
    "RandomHue": [{"factor": 0.8}, {"factor": (0.2, 1.0)}],
    "RandomSharpness": [{"factor": 0.9}, {"factor": (0.1, 0.2)}],
    "RandomGaussianBlur": [{"factor": (1.0, 1.0)}, {"kernel_size": 5, "sigma": (0.7, 0.9)}],
    "RandomColorDegeneration": [{"factor": 0.9}, {"factor": (0.5, 0.6)}],
    "Solarization": [{"addition_factor": 0.4, "threshold_factor": (0.3, 0.7)}],
    "AutoContrast": [{}],
    "MixUp": [{}, {"alpha": 2.0}],
    "CutMix": [{}, {"factor": (0.9, 1.0)}],
}  # fmt: skip
CASES = [
    *((name, {**options, "fill_mode": fill, "interpolation": word, "fill_value": 30.0})
      for name, several in MOVING.items() for options in several
      for fill in FILLS for word in ("bilinear", "nearest")),
    *((name, options) for name, several in PLAIN.items() for options in several),
]  # fmt: skip
# One of each layer that draws, for what needs no more.
ONE = {**{name: several[0] for name, several in {**PLAIN, **MOVING}.items()}, "RandAugment": {}}


@pytest.fixture(autouse=True)
def seeded():
    """Keras draws the seeds of its layers from Python's stream, which nobody has seeded."""
    keras.utils.set_random_seed(5)


def photos(shape, seed, dtype="float32"):
    """Smooth pictures in [0, 255], so that a place slightly off is a value slightly off."""
    stream = np.random.RandomState(seed)
    y, x = np.meshgrid(np.linspace(0, 3, shape[1]), np.linspace(0, 3, shape[2]), indexing="ij")
    waves = stream.uniform(0.5, 1.5, (2, shape[0], 1, 1, shape[3]))
    values = np.sin(waves[0] * y[..., None]) * np.cos(waves[1] * x[..., None]) * 100 + 128
    values = np.clip(values + stream.uniform(-20, 20, values.shape), 0, 255)
    return values.astype(dtype)


def pair(name, options):
    ours, theirs = getattr(layers, name)(**options), getattr(keras.layers, name)(**options)
    if name == "RandAugment":  # DEPARTURES.md: in torch, brightness writes into what it is given
        brightness = theirs.random_brightness
        apply = brightness.transform_images
        brightness.transform_images = lambda x, drawn, **kwargs: apply(x.clone(), drawn, **kwargs)
    return ours, theirs


def drawn(layer, x, seed=5):
    """A transformation of Keras's; its affine transforms write into the one that they are given."""
    keras.utils.set_random_seed(seed)
    return layer.get_random_transformation(keras.ops.convert_to_tensor(x), training=True)


def close(mine, reference, what=""):
    mine, reference = array(mine), array(reference)
    assert mine.dtype == reference.dtype, what
    assert mine.shape == reference.shape, what
    np.testing.assert_allclose(mine.astype(float), reference.astype(float), 0, TOLERANCE, err_msg=what)  # noqa: E501  # fmt: skip


def ids(case):
    return case if isinstance(case, str) else "-".join(str(value) for value in case.values())


@pytest.mark.sampled
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("name", "options"), CASES, ids=ids)
def test_the_same_transformation_gives_the_same_images(name, options, size):
    ours, theirs = pair(name, options)
    for dtype in ("float32", "uint8"):
        x = photos((4, *size, 3), 1, dtype)
        transformation = drawn(theirs, x)
        whole = ours.transform_images(x, copy.deepcopy(transformation))
        tensor = keras.ops.convert_to_tensor(x)
        if dtype == "uint8" and name in INTEGERS:
            tensor = keras.ops.cast(tensor, "float32")
        close(whole, theirs.transform_images(tensor, transformation))


@pytest.mark.parametrize(("name", "options"), ONE.items(), ids=ids)
def test_one_image(name, options):
    """Without the batch, with what Keras draws for one image; CutMix has no other to cut from."""
    ours, theirs = pair(name, options)
    x = photos((1, 9, 8, 3), 2)[0]
    transformation = drawn(theirs, x)
    whole = ours.transform_images(x, copy.deepcopy(transformation))
    assert tuple(whole.shape) == ours.compute_output_shape(x.shape)
    close(whole, theirs.transform_single_image(keras.ops.convert_to_tensor(x), transformation))
    called = ours(x)
    assert called.shape == whole.shape
    assert called.dtype == torch.float32


@pytest.mark.parametrize(("name", "options"), ONE.items(), ids=ids)
def test_keras_applies_what_we_draw(name, options):
    ours, theirs = pair(name, options)
    x = photos((4, 9, 8, 3), 3)
    transformation = ours.get_random_transformation(x)
    whole = ours.transform_images(x, copy.deepcopy(transformation))
    if name == "RandAugment":  # one image: DEPARTURES.md, Equalization
        return
    close(whole, theirs.transform_images(keras.ops.convert_to_tensor(x), transformation))


@pytest.mark.parametrize("value_range", [(0, 1), (-1, 1)], ids=str)
@pytest.mark.parametrize("name", [n for n in ONE if "value_range" in inspect.signature(
    getattr(layers, n).__init__).parameters and n != "RandAugment"])  # fmt: skip
def test_other_ranges_of_values(name, value_range):
    options = {**ONE[name], "value_range": value_range}
    low, high = value_range
    ours, theirs = pair(name, options)
    x = (photos((4, 9, 8, 3), 4) / 255 * (high - low) + low).astype("float32")
    if name == "RandomPosterization":  # between the steps, where rounding decides nothing
        x = ((np.floor((x - low) / (high - low) * 255) + 0.5) / 255 * (high - low) + low).astype(
            "f"
        )
    transformation = drawn(theirs, x)
    mine = ours.transform_images(x, copy.deepcopy(transformation))
    reference = theirs.transform_images(keras.ops.convert_to_tensor(x), transformation)
    np.testing.assert_allclose(array(mine), array(reference), 0, 1e-4 * (high - low))
    assert not np.allclose(array(mine), x, atol=1e-3)


@pytest.mark.parametrize("number", range(11))
@pytest.mark.parametrize("value_range", [(0, 255), (0, 1)], ids=str)
def test_each_change_of_rand_augment(number, value_range):
    options = {"value_range": value_range, "factor": (0.2, 0.9), "num_ops": 3}
    ours, theirs = pair("RandAugment", options)
    scale = value_range[1] / 255
    x = (photos((1, 9, 8, 3), 5) * scale).astype("float32")
    transformation = {**drawn(theirs, x), "layer_idxes": torch.tensor([number, 0, number])}
    assert list(transformation["transforms"]) == [change.name for change in ours.changes]
    mine = ours.transform_images(x, copy.deepcopy(transformation))
    # One by one: in torch, Keras's warps write into the transforms that they are given
    reference = keras.ops.convert_to_tensor(x)
    for one in (number, 0, number):
        step = {**copy.deepcopy(transformation), "layer_idxes": torch.tensor([one])}
        theirs.num_ops = 1
        reference = theirs.transform_images(reference, step)
    np.testing.assert_allclose(array(mine), array(reference), 0, 2e-4 * 255 * scale)


@pytest.mark.parametrize("left_out", [None, "brightness", "contrast", "saturation", "hue"])
def test_color_jitter_is_its_steps(left_out):
    factors = {"brightness": 0.3, "contrast": 0.4, "saturation": (0.3, 0.7), "hue": 0.5}
    factors.pop(left_out, None)
    options = {f"{word}_factor": factor for word, factor in factors.items()}
    ours, theirs = pair("RandomColorJitter", options)
    noted = {}
    for word in factors:
        step = getattr(theirs, f"random_{word}")

        def note(*args, _draw=step.get_random_transformation, _word=word, **kwargs):
            noted[f"{_word}_factor"] = _draw(*args, **kwargs)
            return noted[f"{_word}_factor"]

        step.get_random_transformation = note
    x = photos((4, 9, 8, 3), 6)
    reference = theirs.transform_images(keras.ops.convert_to_tensor(x), None)
    assert set(noted) == set(ours.get_random_transformation(x))
    close(ours.transform_images(x, noted), reference)


@pytest.mark.parametrize("name", ["MixUp", "CutMix"])
@pytest.mark.parametrize("type_of_labels", ["float32", "int32"])
def test_labels_are_mixed_as_images_are(name, type_of_labels):
    ours, theirs = pair(name, ONE[name])
    x, labels = photos((4, 9, 8, 3), 7), np.eye(4, dtype=type_of_labels)
    transformation = drawn(theirs, x)
    mine = ours.transform_labels(labels, copy.deepcopy(transformation))
    reference = theirs.transform_labels(keras.ops.convert_to_tensor(labels), transformation)
    close(mine, reference)
    np.testing.assert_allclose(array(mine).sum(1), np.ones(4), rtol=1e-5)
    images, mixed = ours({"images": x, "labels": labels}, training=True).values()
    assert images.shape == x.shape
    assert mixed.shape == labels.shape


@pytest.mark.parametrize(("name", "options"), [*ONE.items(), ("Equalization", {}),
                                               ("RandomColorJitter", {})], ids=ids)  # fmt: skip
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_at_rest(name, options, dtype):
    """Values and types; RandomCrop, which departs, is below."""
    if name == "RandomCrop":
        return
    ours, theirs = pair(name, options)
    x = photos((4, 9, 8, 3), 8, dtype)
    mine = ours(x, training=False)
    close(mine, theirs(keras.ops.convert_to_tensor(x), training=False))
    if name != "AutoContrast":
        np.testing.assert_array_equal(array(mine).astype(dtype), x)


def test_outside_of_a_model_layers_train():
    """Called without `training`, as in `dataset.map` and in notebooks, Keras's augment."""
    x = photos((4, 9, 8, 3), 9)
    for family in (layers, keras.layers):
        layer = family.RandomRotation((0.1, 0.2), seed=3)
        assert np.abs(array(layer(x)) - x).max() > 1
        np.testing.assert_array_equal(array(layer(x, training=False)), x)


def test_equalization_looks_at_one_image():
    """DEPARTURES.md: Keras counts all images of a batch together."""
    ours, theirs = pair("Equalization", {})
    x = photos((4, 9, 8, 3), 10)
    whole = array(ours(x, training=True))
    for image, mine in zip(x, whole, strict=True):
        close(mine, theirs(keras.ops.convert_to_tensor(image), training=True))
        close(ours(image, training=True), mine)
    assert np.abs(whole - array(theirs(keras.ops.convert_to_tensor(x), training=True))).max() > 1
    flat = np.full((1, 4, 4, 3), 77.5, "float32")
    close(ours(flat, training=True), flat)
    for bins in (8, 100):
        ours, theirs = pair("Equalization", {"bins": bins})
        close(ours(x[:1], training=True), theirs(keras.ops.convert_to_tensor(x[:1]), training=True))


@pytest.mark.parametrize("size", [(4, 5), (8, 8), (30, 9), (6, 5), (9, 8), (3, 8)], ids=str)
def test_random_crop_at_rest(size):
    """DEPARTURES.md: the largest part of the proportions asked for, as Resizing gives it."""
    x = photos((3, 9, 8, 3), 11)
    mine = layers.RandomCrop(*size)(x, training=False)
    close(mine, layers.Resizing(*size, crop_to_aspect_ratio=True)(x))
    close(mine, keras.layers.Resizing(*size, crop_to_aspect_ratio=True)(x))
    theirs = keras.layers.RandomCrop(*size)
    assert theirs(x, training=False).shape == x.shape
    assert theirs.compute_output_shape(x.shape) == tuple(mine.shape)


def test_integers_become_floats():
    """DEPARTURES.md"""
    bytes_nhwc = photos((4, 9, 8, 3), 12, "uint8")
    for name in INTEGERS:
        ours = getattr(layers, name)((0.4, 0.6))
        transformation = ours.get_random_transformation(bytes_nhwc)
        mine = ours.transform_images(bytes_nhwc, transformation)
        close(mine, ours.transform_images(bytes_nhwc.astype("float32"), transformation))
    theirs = keras.layers.RandomBrightness((0.4, 0.6))
    wrong = array(theirs(bytes_nhwc, training=True))
    assert wrong.dtype == np.uint8
    assert (wrong < bytes_nhwc).any()  # brighter by more than what is left up to 255
    with pytest.raises(ValueError, match="float dtype"):
        keras.layers.RandomSaturation(0.5)(bytes_nhwc, training=True)


def test_brightness_that_was_not_chosen_changes_nothing():
    """DEPARTURES.md: RandAugment in torch brightens whatever is chosen."""
    x = photos((1, 9, 8, 3), 12)
    ours, theirs = layers.RandAugment(num_ops=1), keras.layers.RandAugment(num_ops=1)
    drawn_by_keras = {**drawn(theirs, x), "layer_idxes": torch.tensor([6])}  # sharpness
    mine = array(ours.transform_images(x, copy.deepcopy(drawn_by_keras)))
    sharpened = copy.deepcopy(drawn_by_keras["transforms"]["random_sharpness"])
    tensor = keras.ops.convert_to_tensor(x)
    close(mine, keras.layers.RandomSharpness(0.5).transform_images(tensor, sharpened))
    assert np.abs(mine - array(theirs.transform_images(x, drawn_by_keras))).max() > 1


def test_configs_that_keras_can_read():
    """DEPARTURES.md: each of Keras's own configs is read by us, and ours by Keras."""
    ours, theirs = pair("RandomShear", {"x_factor": 0.3, "y_factor": (0.1, 0.2)})
    assert ours.get_config()["x_factor"] == 0.3
    assert layers.RandomShear.from_config(theirs.get_config()).x_factor == (-0.3, 0.3)
    back = keras.layers.RandomShear.from_config(ours.get_config())
    assert back.x_factor == theirs.x_factor
    with pytest.raises(TypeError, match=r"in the range \[0, 1.0\]"):
        keras.layers.RandomShear.from_config(theirs.get_config())
    assert layers.RandomGrayscale(seed=4).get_config()["seed"] == 4
    assert set(layers.RandomGrayscale().get_config()) == set(
        keras.layers.RandomGrayscale(seed=4).get_config()
    )
    assert layers.RandomCrop(3, 4).get_config()["seed"] is None
    assert isinstance(keras.layers.RandomCrop(3, 4).get_config()["seed"], int)


def test_blur_with_other_rows_than_columns():
    """DEPARTURES.md: kernel_size is (columns, rows), each with its own sigma, as on JAX."""
    ours = layers.RandomGaussianBlur((1.0, 1.0), kernel_size=(5, 3))
    x = photos((2, 9, 8, 3), 13)
    sigmas = (0.9, 0.5)
    transformation = {"should_apply_blur": torch.tensor([True, False]),
                      "blur_factor": torch.tensor(sigmas)}  # fmt: skip
    mine = array(ours.transform_images(x, transformation))
    weights = []
    for size, sigma in zip((5, 3), sigmas, strict=True):
        line = np.exp(-0.5 * ((np.arange(size) - size // 2) / sigma) ** 2)
        weights.append(line / line.sum())
    padded = np.pad(x[0], ((1, 1), (2, 2), (0, 0)))
    reference = sum(
        weights[1][i] * weights[0][j] * padded[i : i + 9, j : j + 8]
        for i in range(3) for j in range(5)
    )  # fmt: skip
    np.testing.assert_allclose(mine[0], reference, 0, TOLERANCE)
    np.testing.assert_array_equal(mine[1], x[1])


def test_the_nearest_of_two_equally_near():
    """DEPARTURES.md: half a pixel to the left and to the right, in a row of six."""
    ours, theirs = pair(
        "RandomTranslation",
        {
            "height_factor": 0,
            "width_factor": 1.0,
            "interpolation": "nearest",
            "fill_mode": "nearest",
        },
    )
    x = np.arange(6, dtype="float32").reshape(1, 1, 6, 1)
    half = {"translations": torch.tensor([[-0.5, 0.0]])}
    mine = array(ours.transform_images(x, copy.deepcopy(half))).ravel()
    np.testing.assert_array_equal(mine, [1, 2, 3, 4, 5, 5])
    reference = array(theirs.transform_images(keras.ops.convert_to_tensor(x), half)).ravel()
    np.testing.assert_array_equal(reference, [0, 2, 2, 4, 4, 5])


# -- files -----------------------------------------------------------------------------------


def stacked(family, models):
    """All layers but Equalization, which Keras can't have in a model: it says there is a ring."""
    made = [getattr(family, name)(**options, name=name.lower()) for name, options in ONE.items()
            if name not in ("RandomCrop", "MixUp", "CutMix", "RandAugment")]  # fmt: skip
    several = [
        family.RandAugment(name="several"),
        family.RandomCrop(5, 5, name="cut"),
        family.RandomColorJitter(hue_factor=0.3),
    ]
    mixed = [family.MixUp(name="mix"), family.CutMix(name="cutmix")]
    end = [family.Flatten(), family.Dense(2, name="end")]
    return models.Sequential([family.Input((9, 8, 3)), *made, *several, *mixed, *end])


def test_files_of_keras(tmp_path):
    from saccade.models import load_model

    theirs = stacked(keras.layers, keras)
    theirs.save(tmp_path / "theirs.keras")
    ours = load_model(tmp_path / "theirs.keras")
    assert [type(one).__name__ for one in ours.layers] == [
        type(one).__name__ for one in theirs.layers
    ]
    for mine, reference in zip(ours.layers, theirs.layers, strict=True):
        config, other = (json.loads(json.dumps(one.get_config())) for one in (mine, reference))
        if type(mine).__name__ not in ("RandomShear", "Dense"):  # DEPARTURES.md; initialisers
            assert config == other
    np.testing.assert_array_equal(array(ours.layers[-1].kernel), array(theirs.layers[-1].kernel))
    assert ours.predict(photos((2, 9, 8, 3), 1), verbose=0).shape == (2, 2)


def test_files_of_ours(tmp_path):
    from saccade import models

    ours = stacked(layers, models)
    ours.save(tmp_path / "ours.keras")
    theirs = keras.models.load_model(tmp_path / "ours.keras")
    assert [one.name for one in theirs.layers] == [one.name for one in ours.layers]
    np.testing.assert_array_equal(array(ours.layers[-1].kernel), array(theirs.layers[-1].kernel))
    again = models.load_model(tmp_path / "ours.keras")
    for mine, copied in zip(ours.layers, again.layers, strict=True):
        assert json.dumps(copied.get_config()) == json.dumps(mine.get_config())
