"""Augmenting layers by themselves: draws, seeds, shapes, types, models, what is refused."""

import copy
import pickle

import numpy as np
import pytest
import torch

from conformance.layer_examples import IN_ROOM
from saccade import layers
from saccade.errors import InvalidArgument, NotSupported
from saccade.layers.augmentation.draws import Draws

EXAMPLES = IN_ROOM["augmentation"]

TILES = "ContrastLimitedAdaptiveHistogramEqualization"
DRAWING = sorted(set(EXAMPLES) - {"AutoContrast", "Equalization", TILES, "Pipeline"})
# Those whose transformation is one for the whole batch, in Keras too
ALIKE = {"AugMix", "RandomCrop", "RandAugment", "RandomHeight", "RandomWidth"}
WARPING = ["RandomRotation", "RandomZoom", "RandomTranslation", "RandomShear"]


def make(name, **options):
    return getattr(layers, name)(**{**EXAMPLES[name][0], **options})


def batch(count=8, seed=0):
    return np.random.RandomState(seed).standard_normal((count, 6, 7, 3)).astype(np.float32)


def alike(one, other):
    return one.shape == other.shape and torch.equal(one, other)


# -- draws -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAWING)
def test_a_seed_makes_a_layer_repeatable(name):
    x = batch()
    one, other, third = make(name, seed=7), make(name, seed=7), make(name, seed=9)
    first = [one(x, training=True) for _ in range(4)]
    torch.manual_seed(5)  # a stream of its own
    again = [other(x, training=True) for _ in range(4)]
    assert all(map(alike, first, again))
    assert any(not alike(first[0], more) for more in first[1:])
    assert any(not alike(mine, third(x, training=True)) for mine in first)


@pytest.mark.parametrize("name", DRAWING)
def test_without_a_seed_torchs_generator_draws(name):
    x, layer = batch(), make(name, seed=None)
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append([layer(x, training=True) for _ in range(4)])
    assert all(map(alike, *results))
    assert any(not alike(results[0][0], more) for more in results[0][1:])


@pytest.mark.parametrize("name", sorted(set(DRAWING) - ALIKE - {"MixUp", "CutMix"}))
def test_each_image_has_its_own_draw(name):
    """Of 16 equal images at least three come out in different ways, or two of two."""
    x = np.repeat(batch(1), 16, 0)
    y = make(name, seed=3)(x, training=True)
    kinds = {image.numpy().tobytes() for image in y}
    on_or_off = {"RandomFlip", "RandomInvert", "RandomGrayscale", "RandomGaussianBlur"}
    assert len(kinds) >= (2 if name in on_or_off - {"RandomGaussianBlur"} else 1)
    if name not in on_or_off:
        assert len(kinds) > 2


def test_a_seed_for_one_draw():
    layer, x = layers.RandomRotation(0.5, seed=1), batch()
    one, other = (layer.get_random_transformation(x, seed=4)["angle"] for _ in range(2))
    assert torch.equal(one, other)
    fresh = layers.RandomRotation(0.5, seed=1).get_random_transformation(x)["angle"]
    assert torch.equal(layer.get_random_transformation(x)["angle"], fresh)


RANGES = {
    "angle": (layers.RandomRotation, {"factor": (-0.25, 0.5)}, -90, 180),
    "height_zoom": (layers.RandomZoom, {"height_factor": 0.3}, 0.7, 1.3),
    "width_zoom": (layers.RandomZoom, {"height_factor": 0, "width_factor": (0.1, 0.5)}, 1.1, 1.5),
    "contrast_factor": (layers.RandomContrast, {"factor": (0.2, 0.6)}, 0.8, 1.6),
    "rgb_delta": (
        layers.RandomBrightness,
        {"factor": (-0.2, 0.4), "value_range": (-1, 1)},
        -0.4,
        0.8,
    ),
    "shift_factor": (layers.RandomPosterization, {"factor": (2, 6)}, 3, 6),
    "additions": (layers.Solarization, {"addition_factor": 0.5}, 0, 127.5),
    "thresholds": (layers.Solarization, {"threshold_factor": (0.1, 0.5)}, 0.1, 127.5),
}


@pytest.mark.parametrize("key", RANGES)
def test_draws_fill_their_range(key):
    cls, options, low, high = RANGES[key]
    numbers = cls(**options, seed=3).get_random_transformation(np.zeros((4000, 2, 3, 3)))[key]
    numbers = numbers.float().numpy().ravel()
    width = high - low
    assert low - 1e-5 * width <= numbers.min() < low + 0.01 * width
    assert high - 0.01 * width < numbers.max() <= high + 1e-5 * width
    spread = np.sqrt(((len(np.unique(numbers)) ** 2 - 1) / 12 if key == "shift_factor" else
                      width**2 / 12) / 4000)  # fmt: skip
    assert abs(numbers.mean() - (low + high) / 2) < 4 * spread


def test_translations_are_shares_of_the_sides():
    layer = layers.RandomTranslation((0.1, 0.2), (-0.5, -0.3), seed=2)
    x, y = layer.get_random_transformation(np.zeros((500, 10, 40, 1)))["translations"].T
    assert 1 <= y.min() <= y.max() <= 2
    assert -20 <= x.min() <= x.max() <= -12


def test_a_crop_comes_from_anywhere():
    """Every place where it fits, alike often; from the middle where one side leaves no choice."""
    layer = layers.RandomCrop(4, 5, seed=1)
    places = [layer.get_random_transformation(np.zeros((1, 6, 7, 3))) for _ in range(900)]
    counts = np.zeros((3, 3))
    for place in places:
        counts[place] += 1
    assert abs(counts - 100).max() < 5 * 100**0.5
    for shape in ((4, 9, 3), (9, 5, 3)):
        middle = (max(0, shape[0] - 4) // 2, max(0, shape[1] - 5) // 2)
        for _ in range(20):
            assert layer.get_random_transformation(np.zeros(shape)) == middle


def test_corners_move_by_up_to_half_of_scale():
    drawn = layers.RandomPerspective(scale=0.6, seed=1).get_random_transformation(
        np.zeros((2000, 11, 21, 1))
    )
    moved = (drawn["end_points"] / drawn["start_points"] - 1).nan_to_num()
    assert drawn["start_points"][0].tolist() == [[0, 0], [20, 0], [0, 10], [20, 10]]
    assert -0.3 <= moved.min() < -0.295
    assert 0.295 < moved.max() <= 0.3


def test_half_of_all_images_are_flipped():
    flips = layers.RandomFlip(seed=1).get_random_transformation(np.zeros((4000, 2, 2, 1)))["flips"]
    assert abs(flips.float().mean() - 0.5) < 4 * 0.5 / 4000**0.5


@pytest.mark.parametrize("alpha", [0.001, 0.2, 1.0, 5.0])
def test_beta_has_its_mean_and_variance(alpha):
    draws = Draws(torch.Generator().manual_seed(1), torch.device("cpu"))
    numbers = draws.beta(20000, alpha)
    variance = 1 / (4 * (2 * alpha + 1))
    assert 0 <= numbers.min() <= numbers.max() <= 1
    assert abs(numbers.mean() - 0.5) < 4 * (variance / 20000) ** 0.5
    assert abs(numbers.var() / variance - 1) < 0.05


def test_a_box_covers_the_share_that_scale_says():
    layer = layers.RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=9.0, seed=1)
    y = layer(np.zeros((20, 40, 60, 3), np.float32), training=True)
    covered = (y == 9).all(-1)
    assert (covered.any(2).sum(1) - 20).abs().max() <= 1  # rows: half of 40
    assert (covered.any(1).sum(1) - 30).abs().max() <= 1
    assert ((y == 9) | (y == 0)).all()
    corners = {tuple(mask.nonzero()[0].tolist()) for mask in covered}
    assert len(corners) > 10


def test_labels_are_cut_as_boxes_are():
    """The weight of the other label is the share of the box, of which all sizes come alike."""
    layer = layers.CutMix((1.0, 1.0), seed=1)
    drawn = layer.get_random_transformation(np.zeros((400, 50, 80, 1)))
    shares = drawn["batch_masks"].float().mean((1, 2, 3))
    assert (shares - (1 - drawn["mix_weight"])).abs().max() < 0.04  # whole pixels
    assert abs(shares.mean() - 0.5) < 4 * (1 / 12 / 400) ** 0.5
    assert abs(shares.var() - 1 / 12) < 0.015


def test_probabilities():
    always, never = ((1.0, 1.0), 0.0)
    for name in ("RandomInvert", "RandomErasing", "RandomPerspective", "RandomGaussianBlur"):
        options = {"seed": 3, **({"scale": (0.3, 0.6)} if name == "RandomErasing" else {})}
        x = batch(64).clip(-2.5, 2.5)
        changed = make(name, **options, factor=always)(x) != torch.tensor(x)
        assert changed.flatten(1).any(1).all()
        assert torch.equal(make(name, **options, factor=never)(x), torch.tensor(x))


# -- what comes in and out ---------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_one_image_arrays_and_tensors(name):
    x = batch(1)
    results = []
    for given in (x, torch.tensor(x), x[0], torch.tensor(x[0])):
        torch.manual_seed(1)
        results.append(
            make(name, **({} if "seed" not in EXAMPLES[name][0] else {"seed": 2}))(given)
        )
    assert alike(results[0], results[1])
    assert alike(results[2], results[3])
    if name != "CutMix":
        assert alike(results[0][0], results[2])


@pytest.mark.parametrize("name", DRAWING)
def test_a_dict_keeps_labels(name):
    labels = np.eye(8)[:, :4]
    given = {"images": batch(), "labels": labels, "more": np.arange(8)}
    result = make(name, seed=2)(given, training=True)
    assert set(result) == set(given)
    assert alike(result["images"], make(name, seed=2)(batch(), training=True))
    assert alike(result["more"], torch.arange(8))
    if name not in ("MixUp", "CutMix"):
        np.testing.assert_array_equal(result["labels"], labels)
    assert given["labels"] is labels  # not written into
    resting = make(name)(given, training=False)
    np.testing.assert_array_equal(resting["labels"], labels)


def test_one_image_and_its_label():
    for name in ("MixUp", "CutMix"):
        label = np.array([0.0, 1.0, 0.0])
        result = make(name)({"images": batch(1)[0], "labels": label}, training=True)
        np.testing.assert_allclose(result["labels"], label, atol=1e-6)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_gradients_reach_the_input(name):
    """At any place where a little more is a little different, and never NaN."""
    x = torch.tensor(batch(), requires_grad=True)
    y = make(name)(x, training=True)
    if not y.requires_grad:
        assert name in ("Equalization", "RandomPosterization", TILES)
        return
    gradient = torch.autograd.grad(y.sum(), x)[0]
    assert torch.isfinite(gradient).all()
    steps = ("Equalization", "RandomPosterization", "RandAugment")
    assert gradient.abs().sum() > 0 or name in steps


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"Pipeline"}))
def test_half_precision(name):
    """Places are computed in float32 whatever the pixels are."""
    x = batch()
    seed = {"seed": 3} if name in DRAWING else {}
    whole, half = make(name, **seed), make(name, **seed, dtype="mixed_bfloat16")
    y = half(x, training=True)
    assert y.dtype == torch.bfloat16
    steps = ("Equalization", "RandomPosterization", "RandAugment", "AugMix", TILES)
    if name not in steps:
        assert (y.float() - whole(x, training=True)).abs().mean() < 0.02


def test_places_are_not_computed_in_half_precision():
    """A ramp of 256 pixels, shifted by a third of one: bfloat16 has no such place."""
    ramp = np.arange(256, dtype=np.float32).reshape(1, 1, 256, 1) / 256
    shift = {"translations": torch.tensor([[-1 / 3, 0.0]])}
    for interpolation in ("bilinear", "nearest"):
        options = {"height_factor": 0, "width_factor": 0, "interpolation": interpolation}
        whole, half = (layers.RandomTranslation(**options, dtype=dtype)
                       for dtype in ("float32", "mixed_bfloat16"))  # fmt: skip
        images = torch.tensor(ramp).bfloat16()
        expected = whole.transform_images(images.float(), shift)
        got = half.transform_images(images, shift).float()
        np.testing.assert_allclose(got, expected, atol=2**-9)


def test_a_flat_channel_has_no_contrast_to_stretch():
    for value in (0.0, 77.0, 255.0):
        flat = np.full((2, 3, 4, 3), value, np.float32)
        for layer in (layers.AutoContrast(), layers.Equalization()):
            np.testing.assert_array_equal(layer(flat, training=True), flat)


def test_a_turn_by_a_quarter_and_a_shift_by_a_pixel():
    """Counter-clockwise, downwards and to the right."""
    x_hwc = np.arange(9, dtype=np.float32).reshape(3, 3, 1)
    turned = layers.RandomRotation((0.25, 0.25))(x_hwc)
    np.testing.assert_allclose(turned, np.rot90(x_hwc), atol=1e-4)
    shifted = layers.RandomTranslation((1 / 3, 1 / 3), (1 / 3, 1 / 3), fill_mode="wrap")(x_hwc)
    np.testing.assert_allclose(shifted, np.roll(x_hwc, (1, 1), (0, 1)), atol=1e-4)


@pytest.mark.parametrize("name", WARPING)
def test_a_flat_image_stays_flat(name):
    options = {key: 0.9 for key in EXAMPLES[name][0] if key.endswith("factor")}
    flat = np.full((4, 5, 8, 3), 3.25, np.float32)
    for fill_mode in ("reflect", "wrap", "nearest"):
        layer = getattr(layers, name)(**options, seed=1, fill_mode=fill_mode)
        np.testing.assert_allclose(layer(flat, training=True), flat, rtol=1e-6)


# -- in models -------------------------------------------------------------------------------


def model_of(*augmenting):
    from saccade.models import Sequential

    head = [layers.Flatten(), layers.Dense(2, activation="softmax")]
    return Sequential([layers.Input((6, 7, 3)), *augmenting, *head])


def test_in_fit_and_at_rest():
    seen = []

    class Watch(layers.Layer):
        def call(self, x, training=False):
            seen.append((training, x.detach().clone()))
            return x

    tone = layers.RandomContrast(0.3, (-3, 3))
    turned = layers.RandomRotation(0.3, seed=2)
    model = model_of(layers.RandomFlip(seed=1), turned, layers.RandomZoom(0.3), tone, Watch())
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = batch(16).clip(-3, 3), np.arange(16) % 2
    seen.clear()
    history = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    first, second = (images for training, images in seen if training)
    assert not torch.equal(first, second)
    seen.clear()
    predictions = model.predict(x, verbose=0)
    assert all(not training for training, _ in seen)
    assert torch.equal(torch.cat([images for _, images in seen]), torch.tensor(x))
    np.testing.assert_array_equal(predictions, model.predict(x, verbose=0))
    assert not np.array_equal(model(x).detach(), predictions)  # as Keras: outside of fit it trains


def test_in_a_functional_graph_and_pickled():
    from saccade.models import Model

    inputs = layers.Input((6, 7, 3))
    y = layers.RandomCrop(4, 5, seed=1)(layers.RandAugment((-3, 3), seed=3)(inputs))
    model = Model(inputs, layers.GlobalAveragePooling2D()(y))
    assert y.shape == (None, 4, 5, 3)
    x = batch()
    copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    expected = model(x, training=True)
    for one in copies:
        assert torch.equal(one(x, training=True), expected)
    assert model.predict(x, verbose=0).shape == (8, 3)


def test_a_pipeline_is_its_layers():
    parts = [layers.RandomFlip(seed=1), layers.RandomCrop(4, 4, seed=2), layers.Rescaling(0.5)]
    pipeline, x = layers.Pipeline(copy.deepcopy(parts)), batch()
    y = torch.tensor(x)
    for part in parts:
        y = part(y, training=True)
    assert torch.equal(pipeline(x), y)
    assert pipeline.compute_output_shape((None, 6, 7, 3)) == (None, 4, 4, 3)
    assert pipeline(x, training=False).shape == (8, 4, 4, 3)
    again = layers.Pipeline.from_config(pipeline.get_config())
    assert torch.equal(again(x), y)
    for wrong in ([], "RandomFlip", [1]):
        with pytest.raises(InvalidArgument, match="list of layers"):
            layers.Pipeline(wrong)


# -- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "options", "text"), [
    ("RandomFlip", {"mode": "horizontl"}, 'Did you mean "horizontal"'),
    ("RandomFlip", {"seed": 1.5}, "seed must be None or an integer"),
    ("RandomRotation", {"factor": 1.5}, r"factor must be a number in \[-1, 1\]"),
    ("RandomRotation", {"factor": (1, 2, 3)}, "factor must be"),
    ("RandomRotation", {"fill_mode": "mirror"}, "fill_mode: must be one of constant, nearest"),
    ("RandomRotation", {"interpolation": "bicubic"}, "interpolation: must be one of"),
    ("RandomZoom", {"height_factor": -1}, r"height_factor must be a number in \(-1, 1.0\]"),
    ("RandomZoom", {"width_factor": "a"}, "width_factor must be a number"),
    ("RandomTranslation", {"width_factor": (0, 1.2)}, "width_factor must be a number"),
    ("RandomShear", {"x_factor": -0.5}, r"x_factor must be a number in \[0, 1.0\]"),
    ("RandomContrast", {"factor": -0.2}, r"factor must be a number in \[0, 1\]"),
    ("RandomContrast", {"value_range": (0, 0)}, "two different numbers"),
    ("RandomBrightness", {"value_range": 255}, "two different numbers"),
    ("RandomCrop", {"height": 0}, "height must be a positive integer"),
    ("RandomErasing", {"fill_value": (1, 2)}, "fill_value must be None, a number or three"),
    ("RandomErasing", {"fill_value": "noise"}, "fill_value must be"),
    ("RandomGaussianBlur", {"kernel_size": 4}, "kernel_size must be an odd number"),
    ("RandomGaussianBlur", {"kernel_size": (3, 3, 3)}, "kernel_size must be an odd number"),
    ("RandomPosterization", {"factor": 9}, r"factor must be a number in \[1, 8\]"),
    ("RandomGrayscale", {"factor": 1.5}, r"factor must be in \[0, 1\]"),
    ("RandomPerspective", {"scale": -1}, r"scale must be in \[0, 1\]"),
    ("RandAugment", {"num_ops": 0}, "num_ops must be a positive integer"),
    ("RandAugment", {"interpolation": "cubic"}, "interpolation: must be one of"),
    ("AugMix", {"num_chains": 0}, "num_chains must be a positive integer"),
    ("AugMix", {"chain_depth": -1}, "chain_depth must be"),
    ("AugMix", {"alpha": 0}, "alpha must be positive"),
    ("AugMix", {"interpolation": "cubic"}, "interpolation: must be one of"),
    ("RandomElasticTransform", {"scale": 1.5}, r"scale must be a number in \[0, 1\]"),
    ("RandomElasticTransform", {"factor": -0.5}, r"factor must be a number in \[0, 1\]"),
    ("RandomElasticTransform", {"fill_mode": "edge"}, "fill_mode: must be one of"),
    ("RandomElasticTransform", {"interpolation": "cubic"}, "interpolation: must be one of"),
    (TILES, {"clip_limit": "none"}, "clip_limit must be a number"),
    (TILES, {"tile_grid_size": 8}, r"tile_grid_size must be \(rows, columns\)"),
    (TILES, {"tile_grid_size": (8, 0)}, "tile_grid_size must be a positive integer"),
    ("Solarization", {"addition_factor": 1.1}, "addition_factor must be a number"),
    ("Equalization", {"bins": 0}, "bins must be a positive integer"),
    ("MixUp", {"alpha": 0}, "alpha must be a number above 0"),
], ids=str)  # fmt: skip
def test_what_cannot_work(name, options, text):
    with pytest.raises(InvalidArgument, match=text):
        make(name, **options)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"Pipeline"}))
def test_inputs_that_are_no_images(name):
    for shape in ((6, 7), (2, 6, 7, 3, 1)):
        with pytest.raises(ValueError, match=r"\(batch, height, width, channels\), or one image"):
            make(name)(np.zeros(shape, np.float32))
    with pytest.raises(NotSupported, match="bounding_box_format"):
        make(name, bounding_box_format="xyxy")
    with pytest.raises(NotSupported, match="segmentation_masks"):
        make(name)({"images": batch(), "segmentation_masks": batch()})


def test_colours_need_their_channels():
    gray = np.zeros((2, 4, 4, 1), np.float32)
    for name in ("RandomHue", "RandomSaturation", "RandomColorDegeneration"):
        with pytest.raises(ValueError, match="images must have 3 channels"):
            make(name)(gray)
    assert make("AugMix", all_ops=False)(np.zeros((2, 4, 4, 2), np.float32)).shape == (2, 4, 4, 2)
    for name in ("RandomGrayscale", "RandAugment", "AugMix"):
        assert make(name)(gray).shape == gray.shape
        with pytest.raises(ValueError, match="images must have 1 or 3 channels"):
            make(name)(np.zeros((2, 4, 4, 2), np.float32))
    with pytest.raises(ValueError, match="images must have 3 channels"):
        layers.RandomColorJitter(hue_factor=0.1)(gray)
    assert layers.RandomColorJitter(brightness_factor=0.1)(gray).shape == gray.shape
    with pytest.raises(InvalidArgument, match="as many channels"):
        layers.RandomErasing(fill_value=(1, 2, 3))(gray)
    with pytest.raises(ValueError, match=r"labels must be \(batch, classes\)"):
        layers.MixUp()({"images": gray, "labels": np.arange(2)})


@pytest.mark.sampled
@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"Equalization", TILES, "CutMix"}))
@pytest.mark.parametrize("seed", [None, 3])
def test_all_is_computed_where_the_images_are(name, seed):
    """A device of shapes without values: nothing of another one may slip in. Two layers need
    values there: a count of them, or one that is a parameter of the next draw."""
    seed = {"RandAugment": 3, "AugMix": 7}.get(name, seed)  # which draw no equalization
    options = {"seed": seed} if name in DRAWING else {}
    for dtype in (torch.float32, torch.uint8):
        images = torch.empty(EXAMPLES[name][1], device="meta", dtype=dtype)
        changes = {"RandAugment": {"num_ops": 1}, "AugMix": {"chain_depth": 1}}.get(name, {})
        assert make(name, **options, **changes)(images, training=True).is_meta
