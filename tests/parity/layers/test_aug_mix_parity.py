"""AugMix: Keras's own transformations, applied by ours and by Keras's; and our draws."""

import copy
import random

import numpy as np
import pytest
import torch

from parity.reference import array, keras
from saccade import layers
from saccade.models import Sequential, load_model

pytestmark = [  # Keras's own
    pytest.mark.filterwarnings("ignore:Tensor.T is deprecated"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def picture(size=(9, 8), channels=3, value_range=(0, 255)):
    """One smooth image in a batch: Keras's Equalization looks at a batch as a whole."""
    low, high = value_range
    y, x = np.meshgrid(np.linspace(0, 3, size[0]), np.linspace(0, 3, size[1]), indexing="ij")
    waves = [np.sin((1 + 0.2 * k) * y) * np.cos((1.3 - 0.3 * k) * x) for k in range(channels)]
    values = np.random.RandomState(2).uniform(-0.05, 0.05, (*size, channels))
    values = np.clip(0.5 + 0.4 * np.stack(waves, -1) + values, 0, 1)
    return (values * (high - low) + low)[None].astype(np.float32)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_chains": 2, "chain_depth": 6, "factor": (0.2, 0.9)},
        {"all_ops": False, "alpha": 0.3, "value_range": (0, 1), "chain_depth": 5},
        {"interpolation": "nearest", "num_chains": 1},
    ],
    ids=str,
)
def test_the_same_transformation_gives_the_same_images(options, seed):
    ours, theirs = layers.AugMix(**options), keras.layers.AugMix(**options)
    x = picture(value_range=options.get("value_range", (0, 255)))
    keras.utils.set_random_seed(seed)
    tensor = keras.ops.convert_to_tensor(x)
    drawn = theirs.get_random_transformation(tensor)
    mine = array(ours.transform_images(x, copy.deepcopy(drawn)))
    reference = array(theirs.transform_images(tensor, drawn))
    scale = 255 if ours.value_range[1] == 255 else 1
    steps = "random_posterization", "solarization", "equalization"
    names = [one["layer_name"] for chain in drawn["chain_transforms"] for one in chain]
    if options.get("interpolation") == "nearest" or any(name in steps for name in names):
        # Where a value is at an edge, a rounding decides; DEPARTURES.md, 42
        assert np.median(np.abs(mine - reference)) <= 2e-4 * scale
    else:
        np.testing.assert_allclose(mine, reference, 0, 2e-4 * scale)


def test_keras_applies_what_we_draw():
    x = picture()
    for seed in range(8):
        ours, theirs = layers.AugMix(seed=seed), keras.layers.AugMix()
        drawn = ours.get_random_transformation(x)
        mine = array(ours.transform_images(x, copy.deepcopy(drawn)))
        reference = array(theirs.transform_images(keras.ops.convert_to_tensor(x), drawn))
        assert np.median(np.abs(mine - reference)) <= 2e-4 * 255


def test_draws_are_those_of_keras():
    """Shares of a Dirichlet, the image's own of a Beta, each change and none as often."""
    x, count = picture(), 1500
    for alpha in (0.5, 1.0, 4.0):
        for family in (layers, keras.layers):
            random.seed(1)
            torch.manual_seed(1)
            keras.utils.set_random_seed(1)
            layer = family.AugMix(num_chains=4, chain_depth=2, alpha=alpha)
            if family is keras.layers:
                layer.get_random_transformation(x)  # makes what it needs
            drawn = [layer.get_random_transformation(x) for _ in range(count // 5)]
            shares = np.stack([array(one["chain_mixing_weights"]) for one in drawn])
            np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-5)
            spread = (3 / 16 / (4 * alpha + 1)) ** 0.5  # of one share
            error = 5 * spread / len(drawn) ** 0.5
            np.testing.assert_allclose(shares.mean(0), 0.25, atol=error)
            assert shares.std() == pytest.approx(spread, rel=0.2)
            own = np.array([float(one["weight_sample"]) for one in drawn])
            spread = 0.5 / (2 * alpha + 1) ** 0.5
            assert abs(own.mean() - 0.5) < 5 * spread / len(drawn) ** 0.5
            assert own.std() == pytest.approx(spread, rel=0.2)
            lengths = [len(chain) for one in drawn for chain in one["chain_transforms"]]
            assert np.mean(lengths) == pytest.approx(2 * 11 / 12, rel=0.05)


@pytest.mark.parametrize("all_ops", [True, False])
def test_each_change_is_chosen_as_often(all_ops):
    layer = layers.AugMix(num_chains=5, chain_depth=40, all_ops=all_ops, seed=2)
    counts = {}
    for _ in range(20):
        for chain in layer.get_random_transformation(picture())["chain_transforms"]:
            for step in chain:
                counts[step["layer_name"]] = counts.get(step["layer_name"], 0) + 1
    assert sorted(counts) == sorted(keras.layers.AugMix(all_ops=all_ops)._augment_layers)
    expected = 4000 / (len(counts) + 1)
    assert all(abs(one - expected) < 5 * expected**0.5 for one in counts.values())


def test_the_seed_reaches_all_draws():
    """DEPARTURES.md, 101."""

    def changes(family):
        drawn = family.AugMix(chain_depth=20, seed=4).get_random_transformation(picture())
        return [one["layer_name"] for chain in drawn["chain_transforms"] for one in chain]

    assert changes(layers) == changes(layers)
    assert changes(keras.layers) != changes(keras.layers)


def test_without_changes_images_stay():
    x = picture((6, 7), 2)
    for family in (layers, keras.layers):
        y = family.AugMix(chain_depth=0, all_ops=False)(x, training=True)
        np.testing.assert_allclose(array(y), x, rtol=1e-5)
    at_rest = layers.AugMix()(picture().astype(np.uint8), training=False)
    assert at_rest.dtype == torch.float32


def test_channels_first():
    x = picture()
    one = layers.AugMix(seed=3)(x, training=True)
    other = layers.AugMix(seed=3, data_format="channels_first")(
        x.transpose(0, 3, 1, 2), training=True
    )
    torch.testing.assert_close(other.movedim(1, -1), one)


def test_files(tmp_path):
    options = {"num_chains": 2, "chain_depth": 1, "factor": (0.1, 0.2), "alpha": 2.0, "seed": 3}
    made = []
    for family, sequential in ((layers, Sequential), (keras.layers, keras.Sequential)):
        part = family.AugMix(**options, all_ops=False, name="mixed")
        made.append(sequential([family.Input((6, 7, 3)), part, family.Flatten(), family.Dense(2)]))
    ours, theirs = made
    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    models = [*made, load_model(tmp_path / "theirs.keras")]
    models.append(keras.saving.load_model(tmp_path / "ours.keras"))
    configs = [
        {key: list(value) if isinstance(value, tuple) else value for key, value in config.items()}
        for config in (model.layers[0].get_config() for model in models)
    ]
    for config in configs[1:]:
        assert {**config, "dtype": None} == {**configs[0], "dtype": None}
