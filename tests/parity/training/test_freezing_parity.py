"""Freezing beside Keras 3.15.1: the same weights are trained, and they become the same."""

import numpy as np
import pytest

from parity.reference import array, keras
from saccade import layers, losses, metrics, models, optimizers, regularizers

pytestmark = pytest.mark.filterwarnings("ignore")

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(12, 6, 6, 3).astype(np.float32) * 2
Y = RANDOM.randint(0, 3, 12)


class ours:
    layers, losses, metrics, models = layers, losses, metrics, models
    optimizers, regularizers = optimizers, regularizers
    Model, Sequential = models.Model, models.Sequential


def backbone(library):
    make = library.layers
    image = make.Input((6, 6, 3))
    # a bias before a norm has a gradient of rounding errors, of which Adam makes large steps
    x = make.Conv2D(4, 3, name="conv_1", kernel_regularizer="l2", use_bias=False)(image)
    x = make.BatchNormalization(name="norm_1", momentum=0.8)(x)
    x = make.Activation("tanh", name="tanh_1")(x)
    x = make.Conv2D(4, 2, name="conv_2", use_bias=False)(x)
    x = make.BatchNormalization(name="norm_2", momentum=0.8)(x)
    return library.Model(image, x, name="backbone")


def nested(library, part):
    make = library.layers
    return library.Sequential([part, make.GlobalAveragePooling2D(), make.Dense(3, name="head")])


def flat(library, part):
    make = library.layers
    x = make.GlobalAveragePooling2D()(part.output)
    return library.Model(part.input, make.Dense(3, name="head")(x))


def whole(part):
    part.trainable = False


def lower(part):
    for layer in part.layers[:-3]:
        layer.trainable = False


def thawed_again(part):
    lower(part)
    part.trainable = True


def norms(part):
    for layer in part.layers:
        layer.trainable = "norm" not in layer.name


def inner_thawed(part):
    part.trainable = False
    part.get_layer("conv_2").trainable = True


def one_weight(part):
    part.get_layer("conv_1").kernel.trainable = False


FREEZES = [whole, lower, thawed_again, norms, inner_thawed, one_weight]
OPTIMIZERS = {
    "AdamW": {"learning_rate": 0.01, "weight_decay": 0.1},
    "SGD": {"learning_rate": 0.05, "momentum": 0.9, "global_clipnorm": 0.5},
    "RMSprop": {"learning_rate": 0.01, "use_ema": True, "ema_momentum": 0.5},
}


def both(make, freeze=None, optimizer="AdamW"):
    """(model, its backbone) in both libraries, with the same weights."""
    pairs = []
    for library in (ours, keras):
        part = backbone(library)
        model = make(library, part)
        if freeze is not None:
            freeze(part)
        loss = library.losses.SparseCategoricalCrossentropy(from_logits=True)
        rule = getattr(library.optimizers, optimizer)(**OPTIMIZERS[optimizer])
        model.compile(rule, loss, **({"jit_compile": False} if library is ours else {}))
        pairs.append((model, part))
    given = sorted((path(weight), array(weight)) for weight in pairs[1][0].weights)
    for weight, (_, values) in zip(sorted(pairs[0][0].weights, key=path), given, strict=True):
        weight.assign(values)
    return pairs


def path(weight):
    return "/".join(weight.path.split("/")[-2:])  # without the names of the models around


def fit(model, epochs=2):
    return model.fit(X, Y, batch_size=4, shuffle=False, epochs=epochs, verbose=0).history


def same(mine, theirs):
    for name in ("trainable_weights", "non_trainable_weights", "weights"):
        names = [[path(one) for one in getattr(model, name)] for model in (mine, theirs)]
        assert names[0] == names[1], name
    for one, other in zip(mine.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(one.numpy(), array(other), rtol=2e-4, atol=2e-5)


def same_training(mine, theirs, epochs=2):
    np.testing.assert_allclose(
        fit(mine, epochs)["loss"], fit(theirs, epochs)["loss"], rtol=1e-4, atol=1e-5
    )
    same(mine, theirs)


@pytest.mark.sampled
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("make", [nested, flat])
@pytest.mark.parametrize("freeze", FREEZES)
def test_frozen_before_compile(freeze, make, optimizer):
    (mine, _), (theirs, _) = both(make, freeze, optimizer)
    same(mine, theirs)
    same_training(mine, theirs)


@pytest.mark.sampled
@pytest.mark.parametrize("optimizer", ["AdamW", "SGD"])
@pytest.mark.parametrize("make", [nested, flat])
@pytest.mark.parametrize("freeze", [whole, lower, norms])
def test_frozen_between_trainings_and_thawed_again(freeze, make, optimizer):
    """Without a new compile: Keras keeps the slots of all, and so the second thaw goes on."""
    (mine, part), (theirs, their_part) = both(make, None, optimizer)
    same_training(mine, theirs, 1)
    freeze(part)
    freeze(their_part)
    same_training(mine, theirs, 1)
    part.trainable = their_part.trainable = True
    same_training(mine, theirs)


def test_thawed_without_compile_where_keras_raises():
    (mine, part), (theirs, their_part) = both(nested, whole)
    same_training(mine, theirs, 1)
    part.trainable = their_part.trainable = True
    with pytest.raises(ValueError, match="Unknown variable"):
        fit(theirs, 1)
    assert np.isfinite(fit(mine, 1)["loss"]).all()


@pytest.mark.parametrize("make", [nested, flat])
@pytest.mark.parametrize("freeze", FREEZES)
def test_counts_in_the_summary(freeze, make):
    (mine, _), (theirs, _) = both(make, freeze)
    shown = []
    for model in (mine, theirs):
        lines: list[str] = []
        model.summary(print_fn=lambda line, lines=lines, **_: lines.append(line))
        text = "\n".join(lines)
        shown.append([line for line in text.splitlines() if "params:" in line])
    assert shown[0] == shown[1]
    assert len(shown[0]) >= 3


def test_a_frozen_norm_is_at_rest():
    for library in (ours, keras):
        norm = library.layers.BatchNormalization()
        norm.build((None, 3))
        norm.trainable = False
        x = X[:, 0, 0]
        np.testing.assert_array_equal(array(norm(x, training=True)), array(norm(x)))
        np.testing.assert_array_equal(array(norm.moving_mean), 0)


def test_frozen_before_it_is_built():
    kinds = []
    for library in (ours, keras):
        dense = library.layers.Dense(3, trainable=False)
        model = library.Sequential([library.layers.Flatten(), dense, library.layers.Dense(2)])
        model.build((None, 2, 2, 1))
        kinds.append([len(model.trainable_weights), len(dense.trainable_weights)])
    assert kinds[0] == [2, 0]
    assert kinds[0] == kinds[1]
