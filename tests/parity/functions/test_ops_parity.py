"""Functions of `keras.ops` on arrays: the same calls give the numbers of the installed Keras.

Keras 3.15.1 on its torch backend; five digits, for sums may run in another order.
"""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest
import torch

from parity.functions.image_warps import CASES as WARPS
from parity.functions.rare_ops import CASES as RARE
from saccade import ops
from saccade.layers import Input
from saccade.layers.operations.operation_table import FUNCTIONS
from saccade.models import Model

RNG = np.random.default_rng(5)
X = RNG.uniform(-0.9, 0.9, (3, 4)).astype("float32")
Y = RNG.uniform(0.1, 2.0, (3, 4)).astype("float32")
PARTS = ("image", "linalg", "nn", "numpy")
N = np.array([[2, 0, 1], [1, 1, 0]])
IMAGES = RNG.uniform(0, 1, (2, 6, 7, 3)).astype("float32")
KERNEL = RNG.normal(size=(3, 2, 3, 4)).astype("float32")
LABELS = np.eye(4, dtype="float32")[[1, 3, 0]]
ODD = np.array([1.0, np.inf, np.nan, -np.inf, 0.0], "float32")
MAPS = np.array([[1, 0.1, 1, 0, 1.2, 0.5, 0, 0], [0.9, 0, 0, 0.2, 1, 1, 0, 0]], "float32")
SIX = np.arange(6, dtype="float32")

SERIES, VOLUMES = IMAGES[0], RNG.uniform(0, 1, (2, 4, 5, 4, 3)).astype("float32")
WINDOWED = [  # kernels for a convolution and for a transposed one
    ("series", RNG.uniform(0, 1, (2, 9, 3)).astype("float32"), KERNEL[:, 0], KERNEL[:, 0, :, :3]),
    ("images", IMAGES, KERNEL, KERNEL[..., :3]),
    ("volumes", VOLUMES, KERNEL[None], KERNEL[None, ..., :3]),
]


def _in_format(functions, data_format, word, x, *rest):
    """The function of this name on a batch whose channels are brought to where they belong."""
    x = np.moveaxis(x, -1, 1) if data_format == "channels_first" else x
    return getattr(functions, word)(x, *rest, data_format=data_format)


ONE = """absolute arccos arcsin arctan cosh erf expm1 negative sinh tan trunc celu elu glu
    hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu log_sigmoid relu6 selu silu
    soft_shrink softplus softsign sparse_plus sparse_sigmoid squareplus swish tanh_shrink fliplr
    flipud ravel""".split()  # noqa: SIM905
OF_POSITIVE = ["log10", "log2", "rsqrt", "reciprocal"]
TWO = ["arctan2", "logaddexp", "floor_divide", "mod", "true_divide", "inner", "outer"]


def _in_both_formats():
    """Functions of windows on series, images and volumes; functions of images, channels first."""
    for what, x, kernel, transposed in WINDOWED:
        calls = [
            ("conv", kernel),
            ("conv", kernel, 2, "same"),
            ("max_pool", 2, 1),
            ("average_pool", 2),
            ("adaptive_average_pool", 3),
            ("adaptive_max_pool", 2),
            ("conv_transpose", transposed, 2, "same"),
            ("conv_transpose", transposed, 3, "valid", 1),
        ]
        if what != "volumes":
            calls.append(("depthwise_conv", kernel, 2, "same"))
        if what == "images":
            calls.append(("separable_conv", kernel, kernel.reshape(1, 1, 12, 6)))
        for word, *rest in calls:
            for data_format in ("channels_last", "channels_first"):
                yield f"{word} of {what}", "ops", data_format, word, x, *rest
    for word, *rest in (
        ("rgb_to_grayscale",),
        ("rgb_to_hsv",),
        ("hsv_to_rgb",),
        ("resize", (4, 5)),
        ("extract_patches", (2, 3)),
        ("crop_images", 1, 2, 2, 1),
        ("pad_images", 1, 2, 2, 1),
        ("affine_transform", MAPS),
    ):
        yield f"image.{word}", "image", "channels_first", word, IMAGES, *rest


CASES = {
    **{
        f"{name}, {data_format}, {number}": lambda o, room=room, given=(data_format, *given): (
            _in_format(o.image if room == "image" else o, *given)
        )
        for number, (name, room, data_format, *given) in enumerate(_in_both_formats())
    },
    **{word: lambda o, w=word: getattr(o, w)(X) for word in ONE},
    **{word: lambda o, w=word: getattr(o, w)(Y) for word in OF_POSITIVE},
    **{word: lambda o, w=word: getattr(o, w)(X, Y) for word in TWO},
    **{word: lambda o, w=word: getattr(o, w)(ODD) for word in ("isfinite", "isinf", "nan_to_num")},
    "amax": lambda o: o.amax(X, axis=1),
    "amin": lambda o: o.amin(X, axis=0, keepdims=True),
    "append": lambda o: o.append(X, Y),
    "append along": lambda o: o.append(X, Y, axis=1),
    "arange": lambda o: o.arange(2, 11, 3),
    "arange of floats": lambda o: o.arange(3.0),
    "argsort": lambda o: o.argsort(X),
    "argsort of all": lambda o: o.argsort(X, axis=None),
    "array": lambda o: o.array([1, 2, 3]),
    "average": lambda o: o.average(X, axis=1, weights=Y),
    "average by one axis": lambda o: o.average(X, axis=1, weights=Y[0]),
    "average_pool": lambda o: o.average_pool(IMAGES, 2, strides=1, padding="valid"),
    "batch_normalization": lambda o: o.batch_normalization(
        IMAGES, *Y[:2, :3], -1, Y[2, :3], X[0, :3]
    ),
    "batch_normalization along": lambda o: o.batch_normalization(X, Y[:, 0], Y[:, 1], 0),
    "binary_crossentropy": lambda o: o.binary_crossentropy(LABELS, Y / 2.5),
    "bincount": lambda o: o.bincount(np.array([0, 3, 3, 1]), minlength=6),
    "broadcast_to": lambda o: o.broadcast_to(X[:, :1], (3, 5)),
    "categorical_crossentropy": lambda o: o.categorical_crossentropy(LABELS, Y),
    "cond": lambda o: o.cond(X.sum() > 99, lambda: X, lambda: Y),
    "conv": lambda o: o.conv(IMAGES, KERNEL, strides=2, padding="same"),
    "conv dilated": lambda o: o.conv(IMAGES, KERNEL, dilation_rate=2),
    "conv in groups": lambda o: o.conv(np.concatenate([IMAGES, IMAGES], -1), KERNEL),
    "convert_to_numpy": lambda o: o.convert_to_numpy(X),
    "convert_to_tensor": lambda o: o.convert_to_tensor(X),
    "count_nonzero": lambda o: o.count_nonzero(N, axis=1),
    "cumprod": lambda o: o.cumprod(X, axis=1),
    "depthwise_conv": lambda o: o.depthwise_conv(IMAGES, KERNEL, padding="same"),
    "diag": lambda o: o.diag(SIX, 1),
    "diagonal": lambda o: o.diagonal(X, 1),
    "diff": lambda o: o.diff(X, axis=0),
    "divide_no_nan": lambda o: o.divide_no_nan(X, np.maximum(X, 0)),
    "dtype": lambda o: np.array(o.dtype(o.arange(2)) == "int32"),
    "einsum": lambda o: o.einsum("ij,kj->ik", X, Y),
    "eye": lambda o: o.eye(3, 4, k=1),
    "fori_loop": lambda o: o.fori_loop(0, 3, lambda i, v: v * 2 + i, o.convert_to_tensor(X)),
    "full": lambda o: o.full((2, 3), 7),
    "full_like": lambda o: o.full_like(X, 0.5),
    "get_item": lambda o: o.get_item(X, (slice(None), 1)),
    "hstack": lambda o: o.hstack([X, Y]),
    "identity": lambda o: o.identity(3),
    "in_top_k": lambda o: o.in_top_k(np.array([1, 2, 0]), X, 2),
    "isclose": lambda o: o.isclose(X, X + np.float32(1e-7)),
    "is_tensor": lambda o: np.array([o.is_tensor(X), o.is_tensor(o.array(X))]),
    "layer_normalization": lambda o: o.layer_normalization(X, Y[0], Y[1], epsilon=0.01),
    "linspace": lambda o: o.linspace(0, 1, 5),
    "linspace without its end": lambda o: o.linspace(0.0, 1.0, 4, endpoint=False),
    "log_softmax": lambda o: o.log_softmax(X, axis=0),
    "logical_xor": lambda o: o.logical_xor(X > 0, Y > 1),
    "logsumexp": lambda o: o.logsumexp(X, axis=1, keepdims=True),
    "logsumexp of all": lambda o: o.logsumexp(X),
    "map": lambda o: o.map(lambda row: row * 2, X),
    "max_pool": lambda o: o.max_pool(IMAGES, (2, 3), padding="same"),
    "median": lambda o: o.median(X, axis=1),
    "median of all": lambda o: o.median(X),
    "meshgrid": lambda o: o.stack(o.meshgrid(SIX[:2], SIX[:3])),
    "meshgrid ij": lambda o: o.stack(o.meshgrid(SIX[:2], SIX[:3], indexing="ij")),
    "moments": lambda o: o.stack(o.moments(IMAGES, axes=[0, 1, 2])),
    "moveaxis": lambda o: o.moveaxis(IMAGES, -1, 1),
    "multi_hot": lambda o: o.multi_hot(N, 4),
    "ndim": lambda o: np.array(o.ndim(IMAGES)),
    "nonzero": lambda o: o.stack(o.nonzero(N)),
    "normalize": lambda o: o.normalize(X, axis=0),
    "normalize in order 1": lambda o: o.normalize(X, axis=-1, order=1),
    "ones": lambda o: o.ones((2, 3)),
    "pad": lambda o: o.pad(X, ((1, 2), (0, 3)), constant_values=4.0),
    "pad reflect": lambda o: o.pad(X, ((2, 1), (3, 2)), mode="reflect"),
    "psnr": lambda o: o.psnr(X, Y, 1.0),
    "quantile": lambda o: o.quantile(X, 0.3, axis=1),
    "quantile over axes": lambda o: o.quantile(IMAGES, 0.7, axis=(1, 2), keepdims=True),
    "roll": lambda o: o.roll(X, 2, axis=1),
    "rot90": lambda o: o.rot90(X, k=3),
    "scatter": lambda o: o.scatter(np.array([[0], [2], [2]]), SIX[1:4], (4,)),
    "scatter_update": lambda o: o.scatter_update(X, np.array([[0, 1], [2, 3]]), SIX[:2]),
    "select": lambda o: o.select([X > 0.5, X > 0], [X, Y], 7.0),
    "separable_conv": lambda o: o.separable_conv(IMAGES, KERNEL, RNG_POINT, padding="same"),
    "size": lambda o: np.array(int(o.size(X))),
    "slice": lambda o: o.slice(X, (1, 0), (2, 3)),
    "slice_update": lambda o: o.slice_update(X, (1, 1), Y[:2, :2]),
    "sort": lambda o: o.sort(X, axis=0),
    "sparse_categorical_crossentropy": lambda o: o.sparse_categorical_crossentropy(
        N[0], Y / Y.sum(-1, keepdims=True)
    ),
    "split": lambda o: o.split(X, 2, axis=1)[1],
    "split at places": lambda o: o.split(X, [1, 3], axis=1)[1],
    "swapaxes": lambda o: o.swapaxes(IMAGES, 1, 3),
    "switch": lambda o: o.switch(1, [lambda x: x, lambda x: x * 2], X),
    "take": lambda o: o.take(X, N, axis=1),
    "take from the end": lambda o: o.take(X, np.array([-1, 0]), axis=1),
    "take of all": lambda o: o.take(X, np.array([5, 1])),
    "take_along_axis": lambda o: o.take_along_axis(X[:2], N, axis=1),
    "tensordot": lambda o: o.tensordot(X, Y.T, axes=1),
    "tensordot along": lambda o: o.tensordot(X, Y, axes=[[0], [0]]),
    "threshold": lambda o: o.threshold(X, 0.2, 9.0),
    "top_k": lambda o: o.top_k(X, 2)[0],
    "trace": lambda o: o.trace(X),
    "tril": lambda o: o.tril(X, -1),
    "triu": lambda o: o.triu(X),
    "unstack": lambda o: o.unstack(o.array(X), axis=1)[2],
    "vectorized_map": lambda o: o.vectorized_map(
        lambda pair: pair[0] * pair[1], (o.array(X), o.array(Y))
    ),
    "vstack": lambda o: o.vstack([X, Y]),
    "while_loop": lambda o: o.while_loop(lambda v: o.sum(v) < 90, lambda v: v * 2, o.array(Y)),
    "zeros": lambda o: o.zeros((2,), dtype="int32"),
    "image.affine_transform": lambda o: o.image.affine_transform(IMAGES, MAPS),
    "image.crop_images": lambda o: o.image.crop_images(IMAGES, 1, 2, None, None, 3, 4),
    "image.crop_images from the end": lambda o: o.image.crop_images(IMAGES, None, None, 1, 2, 3, 4),
    "image.extract_patches": lambda o: o.image.extract_patches(IMAGES, (2, 3)),
    "image.extract_patches of steps": lambda o: o.image.extract_patches(IMAGES[0], 3, strides=2),
    "image.hsv_to_rgb": lambda o: o.image.hsv_to_rgb(IMAGES),
    "image.pad_images": lambda o: o.image.pad_images(IMAGES, 1, 2, None, None, 9, 10),
    "image.pad_images around": lambda o: o.image.pad_images(IMAGES[0], 1, 2, 3, 4),
    "image.resize": lambda o: o.image.resize(IMAGES, (3, 9)),
    "image.resize nearest": lambda o: o.image.resize(IMAGES, (12, 14), interpolation="nearest"),
    "image.rgb_to_grayscale": lambda o: o.image.rgb_to_grayscale(IMAGES),
    "image.rgb_to_hsv": lambda o: o.image.rgb_to_hsv(IMAGES[1]),
}  # fmt: skip
RNG_POINT = RNG.normal(size=(1, 1, 12, 5)).astype("float32")


def as_array(value):
    return np.asarray(value.detach() if torch.is_tensor(value) else value)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_function_is_as_under_keras(case):
    found, expected = as_array(CASES[case](ops)), as_array(CASES[case](keras.ops))
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def bell(sigma):
    weights = np.exp(-0.5 * (np.array([-1, 0, 1], "float32") / np.float32(sigma)) ** 2)
    return weights / weights.sum()


DOT = np.zeros((1, 3, 3, 2), "float32")
DOT[:, 1, 1] = 1
# DEPARTURES.md: asserted against NumPy, where Keras's torch backend has another result.
BY_NUMPY = {
    "average of all": (lambda o: o.average(X, weights=Y), np.average(X, weights=Y)),
    "pad by one number": (lambda o: o.pad(X, 1), np.pad(X, 1)),
    "pad symmetric": (
        lambda o: o.pad(X, ((2, 3), (4, 1)), mode="symmetric"),
        np.pad(X, ((2, 3), (4, 1)), mode="symmetric"),
    ),
    "top_k places": (lambda o: o.top_k(X, 2)[1], (-X).argsort(-1)[:, :2].astype("int32")),
    "image.gaussian_blur": (
        lambda o: o.image.gaussian_blur(DOT, (3, 3), (1.0, 2.0)),
        (bell(1.0)[:, None] * bell(2.0))[None, ..., None].repeat(2, -1),
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", BY_NUMPY)
def test_function_that_departs(case):
    call, expected = BY_NUMPY[case]
    found, theirs = as_array(call(ops)), as_array(call(keras.ops))
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    same = (theirs.shape, theirs.dtype) == (expected.shape, expected.dtype)
    assert not (same and np.allclose(theirs, expected, 1e-5, 1e-6)), "Keras departs no more"


def test_every_function_is_compared():
    """Those that note a written operation are compared in test_operations.py."""
    tried = {re.split("[ ,]", name)[0] for name in (*CASES, *BY_NUMPY, *RARE)}
    tried |= {f"image.{name.split()[0]}" for name in WARPS}
    tried |= {"image.elastic_transform", "image.sobel_edges"}  # test_image_warp_parity.py
    names = {*ops.__all__, *(f"image.{name}" for name in ops.image.__all__)} - set(PARTS)
    assert names - tried - set(FUNCTIONS) == {"shape", "sparsemax"}  # test_activation_parity.py


def test_functions_without_a_record_run_on_symbols():
    image = Input((6, 7, 3))
    patches = ops.image.extract_patches(image, (2, 3))
    assert patches.shape == (None, 3, 2, 18)
    best, _ = ops.top_k(ops.reshape(patches, (-1, 108)), 5)
    model = Model(image, ops.take(best, np.array([0, 4]), axis=1))
    rows = np.sort(IMAGES[:, :, :6].reshape(2, -1))[:, ::-1]
    np.testing.assert_allclose(model.predict(IMAGES, verbose=0), rows[:, [0, 4]], rtol=1e-6)
    resized = ops.image.resize(image, (3, 3))
    assert resized.shape == (None, 3, 3, 3)
