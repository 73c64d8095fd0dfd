"""Embeddings, layers over steps and around others beside Keras's; sizes drawn as in tf.keras 2."""

import numpy as np
import pytest
import torch

import saccade
from parity.reference import array, close, keras, normal
from saccade import layers
from saccade.errors import InvalidArgument, NotSupported, ShapeError
from saccade.layers.sequences import time_distributed

pytestmark = pytest.mark.filterwarnings("ignore")
FAMILIES = ((saccade, layers), (keras, keras.layers))
FILMS = normal((2, 3, 8, 8, 2), 1)
INNER = {
    "Conv2D": lambda parts, _: parts.Conv2D(4, 3, activation="relu", name="in"),
    "MaxPooling2D": lambda parts, _: parts.MaxPooling2D(),
    "Flatten": lambda parts, _: parts.Flatten(),
    "BatchNormalization": lambda parts, _: parts.BatchNormalization(momentum=0.5, name="in"),
    "Sequential": lambda parts, family: family.Sequential(
        [parts.Input((8, 8, 2)), parts.Conv2D(3, 3), parts.BatchNormalization(momentum=0.5),
         parts.GlobalAveragePooling2D()]
    ),
    "TimeDistributed": lambda parts, _: parts.TimeDistributed(
        parts.Dense(3, name="deep"), name="in"
    ),
}  # fmt: skip


def weighed(layer, seed=5):
    layer.set_weights([abs(normal(w.shape, seed + n)) + 0.1 for n, w in enumerate(layer.weights)])
    return layer


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", INNER)
def test_a_layer_on_every_frame(name, training):
    found = []
    for family, parts in FAMILIES:
        layer = parts.TimeDistributed(INNER[name](parts, family), name="a")
        layer(torch.as_tensor(FILMS))
        weighed(layer)
        y = layer(torch.as_tensor(FILMS), training=training)
        assert tuple(layer.compute_output_shape((None, 3, 8, 8, 2))) == (None, *y.shape[1:])
        found.append((y, layer.weights))
    (ours, our_weights), (theirs, their_weights) = found
    close(ours, theirs)
    names = [[w.name for w in weights] for weights in (our_weights, their_weights)]
    assert names[0] == names[1]
    if name != "Sequential":
        assert [w.path for w in our_weights] == [w.path for w in their_weights]
    for one, other in zip(our_weights, their_weights, strict=True):
        close(one, other)


def test_frames_run_together_where_nothing_tells_them_apart(monkeypatch):
    """One call for all steps, but for layers that look at the batch while they train."""
    calls = []

    class Counted(layers.Dense):
        def call(self, x):
            calls.append(len(x))
            return super().call(x)

    x = torch.as_tensor(normal((2, 5, 3), 3))
    own = layers.TimeDistributed(Counted(2))
    own(x)
    own(x, training=True)
    assert calls == [10, 2, 2, 2, 2, 2], "one of the user's may look at the batch"
    assert time_distributed._looks_at_each_alone(layers.Dense(2), True)
    assert not time_distributed._looks_at_each_alone(layers.BatchNormalization(), True)
    assert not time_distributed._looks_at_each_alone(
        layers.Dense(2, activity_regularizer="l2"), False
    )


def test_masks_of_steps():
    mask = np.array([[1, 1, 0], [1, 0, 0]], bool)
    x = np.where(mask[..., None, None], normal((2, 3, 4, 5), 2), 0.0).astype("f")
    steps = np.array([[[1, 1, 0, 1], [1, 0, 1, 1], [0, 1, 1, 1]]] * 2, bool)
    found = []
    for _, parts in FAMILIES:
        layer = parts.TimeDistributed(parts.GlobalAveragePooling1D())
        found.append(layer(torch.as_tensor(x), mask=torch.as_tensor(steps)))
    close(*found)
    with pytest.raises(ShapeError, match="batch and the steps"):
        layers.TimeDistributed(layers.Dense(2))(torch.as_tensor(x), mask=torch.ones(2, 4))


def test_what_time_distributed_refuses():
    with pytest.raises(InvalidArgument, match="must be a layer"):
        layers.TimeDistributed("relu")
    with pytest.raises(ShapeError, match="steps"):
        layers.TimeDistributed(layers.Dense(2))(torch.zeros(2, 3))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("word", ["TimeDistributed", "SpectralNormalization"])
def test_in_half_precision(policy, word):
    found = []
    for family, parts in FAMILIES:
        family.mixed_precision.set_global_policy(policy)
        try:
            layer = getattr(parts, word)(parts.Dense(3))
            layer(torch.as_tensor(normal((2, 3, 4), 1)))
            weighed(layer)
            found.append(layer(torch.as_tensor(normal((2, 3, 4), 1))))
        finally:
            family.mixed_precision.set_global_policy("float32")
    assert found[0].dtype is found[1].dtype
    scale = float(found[1].float().abs().max())
    close(found[0].float() / scale, found[1].float() / scale, 0.01)


def test_spectral_normalisation_trains_as_keras_s():
    x, y = normal((12, 4), 1), normal((12, 3), 2)
    kernels = []
    for family, parts in FAMILIES:
        layer = parts.SpectralNormalization(parts.Dense(3), power_iterations=2)
        model = family.Sequential([parts.Input((4,)), layer])
        weighed(model)
        model.compile(family.optimizers.SGD(0.1), "mse")
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        kernels.append(model.get_weights())
    for one, other in zip(*kernels, strict=True):
        close(one, other)
    layer = layers.SpectralNormalization(layers.Dense(3, kernel_initializer="zeros"))
    assert torch.isfinite(layer(torch.ones(1, 4), training=True)).all()
    with pytest.raises(InvalidArgument, match="kernel or embeddings"):
        layers.SpectralNormalization(layers.Flatten())(torch.ones(1, 2, 3))


def test_embeddings():
    table = normal((9, 4), 3)
    for given in (table, [table]):
        layer = layers.Embedding(9, 4, weights=given)
        np.testing.assert_array_equal(array(layer.embeddings), table)
    for x in (
        np.array([[0, 8], [3, -1]]),
        np.array([0.0, 2.0, 8.0], "f"),
        np.array([[1]], "uint8"),
    ):
        rows = layer(torch.as_tensor(x))
        np.testing.assert_array_equal(array(rows), table[x.astype(int)])
        close(rows, keras.layers.Embedding(9, 4, weights=[table])(torch.as_tensor(x)))
    with pytest.raises(InvalidArgument, match=r"whole numbers in 0\.\.8, got 1\.\.9"):
        layer(torch.tensor([1, 9]))
    model = saccade.Sequential([layers.Embedding(9, 4, input_length=5), layers.Flatten()])
    assert model.output_shape == (None, 20)


def test_old_words_of_embeddings():
    layer = layers.Embedding(input_dim=9, output_dim=4, init="ones", W_regularizer="l2")
    assert float(layer(torch.tensor([[1]])).sum()) == 4.0
    assert layer.embeddings_regularizer is not None
    with pytest.raises(NotSupported, match="SpatialDropout1D"):
        layers.Embedding(9, 4, dropout=0.2)


@pytest.mark.parametrize(("name", "side"), [("RandomHeight", 1), ("RandomWidth", 2)])
def test_sizes_are_drawn(name, side):
    """One factor a batch, from the whole range; the other side and images at rest stay."""
    x = torch.as_tensor(normal((2, 40, 40, 3), 1))
    layer = getattr(layers, name)((-0.25, 0.5), seed=3)
    sizes = [layer(x).shape for _ in range(200)]
    drawn = [size[side] for size in sizes]
    assert {size[3 - side] for size in sizes} == {40}
    assert min(drawn) in (30, 31)
    assert max(drawn) in (58, 59)
    assert layer(x, training=False) is x or torch.equal(layer(x, training=False), x)
    assert layer.compute_output_shape((None, 40, 40, 3))[side] is None
    assert getattr(layers, name)(0.2)._range == (-0.2, 0.2)
    for wrong in ((0.5, 0.2), -0.1, (-1.5, 0)):
        with pytest.raises(InvalidArgument, match="factor must be"):
            getattr(layers, name)(wrong)
    stretched = getattr(layers, name)((0.5, 0.5))(x)
    sizes = (60, 40) if side == 1 else (40, 60)
    close(stretched, keras.layers.Resizing(*sizes)(x))


def test_penalties_of_an_inner_layer_count():
    x = torch.as_tensor(normal((2, 3, 4), 1))
    penalties = []
    for _, parts in FAMILIES:
        inner = parts.Dense(3, activity_regularizer="l2")
        layer = parts.TimeDistributed(inner)
        layer(x)
        weighed(layer)
        y = layer(x)
        penalties.append(sum(map(float, layer.losses)))
    close(penalties[0], 0.01 * float((y * y).sum()) / 2)
    assert penalties[1] == 0, "Keras really departs"
