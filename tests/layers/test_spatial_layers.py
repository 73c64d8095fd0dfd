"""Layers over images and series: what they refuse, what lies where in memory, penalties, bits."""

import numpy as np
import pytest
import torch

from saccade import layers
from saccade.errors import InvalidArgument, ShapeError

RANKED = {
    "Conv{}D": {"filters": 2, "kernel_size": 3},
    "DepthwiseConv{}D": {"kernel_size": 3},
    "SeparableConv{}D": {"filters": 2, "kernel_size": 3},
    "Conv{}DTranspose": {"filters": 2, "kernel_size": 3},
    "MaxPooling{}D": {},
    "AveragePooling{}D": {"pool_size": 2},
    "GlobalAveragePooling{}D": {},
    "GlobalMaxPooling{}D": {},
    "ZeroPadding{}D": {},
    "Cropping{}D": {},
    "UpSampling{}D": {},
}
CASES = [
    (name.format(rank), config, rank)
    for name, config in RANKED.items()
    for rank in (1, 2, 3)
    if hasattr(layers, name.format(rank))
]


@pytest.mark.parametrize(("name", "config", "rank"), CASES)
def test_rank_is_looked_at(name, config, rank):
    wrong = torch.ones((2,) * (rank + 1))
    with pytest.raises(ShapeError, match=r"input must be .*Add a channel axis"):
        getattr(layers, name)(**config)(wrong)
    built = getattr(layers, name)(**config)
    built(torch.ones((2,) + (4,) * (rank + 1)))
    with pytest.raises(ShapeError, match="input must be"):
        built(wrong)


@pytest.mark.parametrize(("name", "config", "rank"), CASES)
def test_an_unknown_data_format(name, config, rank):
    if name in ("Cropping1D", "UpSampling1D"):
        pytest.skip("takes none")
    with pytest.raises(InvalidArgument, match="channels_first, channels_last"):
        getattr(layers, name)(**config, data_format="channels")


@pytest.mark.parametrize(("name", "config", "rank"), [case for case in CASES if "Conv" in case[0]])
def test_channels_are_looked_at(name, config, rank):
    layer = getattr(layers, name)(**config)
    layer(torch.ones((1,) + (5,) * rank + (3,)))
    with pytest.raises(ShapeError, match="must have 3 channels, got 4 in"):
        layer(torch.ones((1,) + (5,) * rank + (4,)))
    with pytest.raises(ShapeError, match="channels must be known"):
        getattr(layers, name)(**config).build_on((None,) * (rank + 2))


@pytest.mark.parametrize("name", ["Conv1D", "DepthwiseConv1D", "SeparableConv1D", "MaxPooling1D"])
def test_too_short_a_series(name):
    config = {"pool_size": 4} if "Pool" in name else {"kernel_size": 4}
    if name in ("Conv1D", "SeparableConv1D"):
        config["filters"] = 2
    with pytest.raises(ShapeError, match="fit inside"):
        getattr(layers, name)(**config)(torch.ones(1, 3, 2))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.Conv1D(2, (3, 3)), "kernel_size must be a positive integer or a tuple"),
        (lambda: layers.Conv2D(2, (3, 3, 3)), "kernel_size must be .* a pair"),
        (lambda: layers.Conv2D(2, 3, padding="causal"), "padding"),
        (lambda: layers.Conv2D(2, 3, strides=2, dilation_rate=2), "both"),
        (lambda: layers.Conv2DTranspose(2, 3, strides=2, dilation_rate=2), "both"),
        (lambda: layers.Conv2DTranspose(2, 3, strides=2, output_padding=2), "below strides"),
        (lambda: layers.Conv2DTranspose(2, 3, output_padding=-1), "output_padding"),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), "depth_multiplier"),
        (lambda: layers.SeparableConv2D(0, 3), "filters"),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), "padding must be pixels"),
        (lambda: layers.ZeroPadding2D(-1), "padding must be pixels"),
        (lambda: layers.ZeroPadding1D(((1, 1), (1, 1))), "padding must be pixels"),
        (lambda: layers.Cropping2D(True), "cropping must be pixels"),
        (lambda: layers.UpSampling2D(interpolation="nearst"), 'Did you mean "nearest"'),
        (lambda: layers.UpSampling2D(0), "size"),
        (lambda: layers.BatchNormalization(momentum=1.5), "momentum"),
        (lambda: layers.BatchNormalization(epsilon=0), "epsilon"),
        (lambda: layers.BatchNormalization(axis=0), "axis"),
        (lambda: layers.BatchNormalization(virtual_batch_size=4), "virtual_batch_size"),
        (lambda: layers.LayerNormalization(axis=[]), "axis"),
        (lambda: layers.GroupNormalization(groups=0), "groups"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(InvalidArgument, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (layers.Cropping2D(3), (1, 6, 7, 1), "larger than the border"),
        (layers.Cropping1D(2), (1, 4, 1), "larger than the border"),
        (layers.GlobalAveragePooling2D(), (1, 0, 3, 2), "must not be empty"),
        (layers.GroupNormalization(4), (1, 2, 6), "multiple of groups=4, got 6"),
        (layers.BatchNormalization(3), (1, 4), "an axis 3"),
        (layers.BatchNormalization(-2), (1, 4), "an axis -2 after the batch"),
        (layers.LayerNormalization([1, -1]), (1, 4), "must differ"),
    ],
)
def test_inputs_that_do_not_fit(layer, shape, message):
    with pytest.raises(InvalidArgument, match=message):
        layer(torch.ones(shape))


@pytest.mark.parametrize("cls", [layers.BatchNormalization, layers.LayerNormalization])
def test_a_built_normalisation_looks_at_channels(cls):
    layer = cls()
    layer(torch.ones(2, 3))
    with pytest.raises(ShapeError, match="3"):
        layer(torch.ones(2, 4))


# -- memory ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(8, 3, padding="same"),
        layers.Conv2D(8, 3, strides=2, padding="same"),
        layers.DepthwiseConv2D(3, padding="same"),
        layers.SeparableConv2D(8, 3, strides=2, padding="same"),
        layers.Conv2DTranspose(8, 4, strides=2, padding="same"),
        layers.Conv1D(8, 3),
        layers.Conv1D(8, 3, padding="causal"),
        layers.MaxPooling2D(),
        layers.MaxPooling1D(),
        layers.AveragePooling2D(2),
        layers.BatchNormalization(),
        layers.LayerNormalization(),
        layers.GroupNormalization(4),
        layers.ZeroPadding2D(),
        layers.UpSampling2D(),
        layers.UpSampling2D(interpolation="bilinear"),
        layers.UpSampling1D(),
    ],
    ids=lambda layer: layer.name,
)
@pytest.mark.parametrize("training", [False, True])
def test_what_comes_out_is_channels_last_in_memory(layer, training):
    """So that the next layer's view copies nothing."""
    rank = 1 if "1D" in type(layer).__name__ else 2
    x = torch.randn((2,) + (8,) * (rank + 1), generator=torch.Generator().manual_seed(1))
    x.requires_grad_(training)
    y = layer(x, training=training)
    assert y.is_contiguous()
    if training:
        (slope,) = torch.autograd.grad(y.square().sum(), x)
        # padding's gradient is a part of what comes back, as a view
        assert slope.is_contiguous() or isinstance(layer, layers.ZeroPadding2D)


def seen_by_torch(kernel, order):
    return kernel.detach().permute(order)


@pytest.mark.parametrize(
    ("layer", "weight", "order"),
    [
        (layers.Conv2D(5, 3), "kernel", (3, 2, 0, 1)),
        (layers.Conv2DTranspose(5, 3), "kernel", (3, 2, 0, 1)),
        (layers.SeparableConv2D(5, 3), "pointwise_kernel", (3, 2, 0, 1)),
    ],
)
def test_kernels_lie_channels_last(layer, weight, order):
    layer(torch.ones(1, 6, 6, 4))
    for _ in range(2):
        kernel = seen_by_torch(getattr(layer, weight), order)
        assert kernel.is_contiguous(memory_format=torch.channels_last)
        layer.set_weights(layer.get_weights())  # a loaded file leaves them so


@pytest.mark.parametrize(
    ("layer", "weight"),
    [
        (layers.DepthwiseConv2D(3, depth_multiplier=2), "kernel"),
        (layers.SeparableConv2D(5, 3, depth_multiplier=2), "depthwise_kernel"),
    ],
)
def test_depthwise_kernels_lie_by_channel(layer, weight):
    layer(torch.ones(1, 6, 6, 4))
    kernel = getattr(layer, weight).detach()
    assert kernel.permute(2, 3, 0, 1).is_contiguous()


# -- penalties and constraints -----------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shape", "stems"),
    [
        (layers.Dense, (3, 4), ("kernel", "bias")),
        (layers.Conv2D, (1, 5, 5, 2), ("kernel", "bias")),
        (layers.DepthwiseConv2D, (1, 5, 5, 2), ("depthwise", "bias")),
        (layers.SeparableConv2D, (1, 5, 5, 2), ("depthwise", "pointwise", "bias")),
        (layers.Conv2DTranspose, (1, 5, 5, 2), ("kernel", "bias")),
        (layers.BatchNormalization, (4, 3), ("gamma", "beta")),
        (layers.LayerNormalization, (4, 3), ("gamma", "beta")),
        (layers.GroupNormalization, (4, 32), ("gamma", "beta")),
    ],
)
def test_each_weight_has_its_own_penalty_and_constraint(layer, shape, stems):
    def penalty(number):
        return lambda w: number * (w * 0 + 1).sum()

    def constraint(number):
        return lambda w: w * number

    first = {"Dense": (2,), "Conv2D": (2, 3), "DepthwiseConv2D": (3,), "SeparableConv2D": (2, 3),
             "Conv2DTranspose": (2, 3)}.get(layer.__name__, ())  # fmt: skip
    numbers = {stem: 10.0 ** (i + 1) for i, stem in enumerate(stems)}
    options = {f"{stem}_regularizer": penalty(n) for stem, n in numbers.items()}
    options |= {f"{stem}_constraint": constraint(n) for stem, n in numbers.items()}
    made = layer(*first, **options)
    made(torch.ones(shape))
    assert len(made.losses) == len(stems)
    for weight, loss in zip(made.trainable_weights, made.losses, strict=True):
        stem = weight.name.removesuffix("_kernel")
        stem = stems[0] if stem == "kernel" else stem  # of DepthwiseConv2D it is "depthwise"
        assert float(loss.detach()) == numbers[stem] * weight.numel()
        assert torch.equal(weight.constraint(weight), weight * numbers[stem])


# -- half the bits -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda **o: layers.BatchNormalization(**o),
        lambda **o: layers.LayerNormalization(**o),
        lambda **o: layers.GroupNormalization(2, **o),
        lambda **o: layers.Conv2D(4, 3, **o),
        lambda **o: layers.DepthwiseConv2D(3, **o),
        lambda **o: layers.SeparableConv2D(4, 3, **o),
        lambda **o: layers.Conv2DTranspose(4, 3, **o),
        lambda **o: layers.MaxPooling2D(**o),
        lambda **o: layers.GlobalAveragePooling2D(**o),
        lambda **o: layers.UpSampling2D(**o),
    ],
)
@pytest.mark.parametrize("training", [False, True])
def test_mixed_precision(make, training):
    """The output has half the bits, the weights and their gradients all of them."""
    whole, half = make(), make(dtype="mixed_bfloat16")
    x = torch.randn(2, 6, 6, 4, generator=torch.Generator().manual_seed(2), requires_grad=True)
    whole(x)
    half(x)
    half.set_weights(whole.get_weights())
    y, y_half = whole(x, training=training), half(x, training=training)
    assert y_half.dtype == torch.bfloat16
    torch.testing.assert_close(y_half.float(), y, rtol=0.05, atol=0.05)
    gradients = torch.autograd.grad(y_half.float().sum(), [x, *half.trainable_weights])
    assert all(one.dtype == torch.float32 for one in gradients)


@pytest.mark.parametrize(
    ("interpolation", "expected"),
    [
        ("bicubic", [-0.7778, 0.0514, -0.535, 0.3732, 0.1567, 1.2897]),
        ("lanczos3", [-0.9512, -0.2391, -0.454, 0.4264, 0.2701, 1.3959]),
        ("lanczos5", [-0.596, 0.1046, 0.0752, 0.9932, 0.8415, 2.0079]),
    ],
)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_upsampling_by_more_pixels_is_tensorflow_s(interpolation, expected, data_format):
    x = (np.arange(12.0).reshape(1, 3, 2, 2) ** 1.3).astype("float32")
    x = x if data_format == "channels_last" else x.transpose(0, 3, 1, 2)
    layer = layers.UpSampling2D((2, 3), data_format, interpolation=interpolation)
    y = layer(x).numpy()
    assert y.shape == layer.compute_output_shape(x.shape)
    y = y if data_format == "channels_last" else y.transpose(0, 2, 3, 1)
    # Keras 3 on TensorFlow 2.21, whose bicubic weights come from a table
    np.testing.assert_allclose(y.ravel()[:6], expected, atol=2e-3)
