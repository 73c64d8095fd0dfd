"""Calls of the functions of `keras.ops` that few scripts use, for test_rare_ops_parity.py."""

from __future__ import annotations

import numpy as np
import torch

RNG = np.random.default_rng(8)
X = RNG.uniform(-0.9, 0.9, (3, 4)).astype("float32")
Y = RNG.uniform(0.2, 2.0, (3, 4)).astype("float32")
SQUARE = RNG.uniform(-1, 1, (2, 3, 3)).astype("float32")
POSITIVE = SQUARE @ SQUARE.transpose(0, 2, 1) + np.eye(3, dtype="float32")
FIRST, SECOND = np.array([[5, 12, 3]], "int32"), np.array([[3, 8, 6]], "int32")
ROW = np.array([3.0, 1.0, 2.0, 1.0, 0.5], "float32")
GAPS = np.where(X > 0.4, np.float32(np.nan), X)
IMAGES = RNG.uniform(0, 1, (2, 4, 6, 8)).astype("float32")
UP = RNG.normal(size=(3, 2, 5, 8)).astype("float32")
QUERY, KEY, VALUE = (RNG.normal(size=(2, n, 2, 4)).astype("float32") for n in (3, 5, 5))
SEGMENTS = np.array([0, 1, 0])

ONE = """angle arcsinh arctanh cbrt conj conjugate copy corrcoef deg2rad diagflat erfc erfinv exp2
    fabs i0 isneginf isposinf isreal rad2deg real signbit sinc view nanargmax nanargmin
    nancumprod nancumsum nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar ptp trapezoid
    rfft zeros_like ones_like"""
TWO = """allclose fmax fmin fmod heaviside hypot logaddexp2 nextafter cdist kron polar isin"""
BITS = """bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor gcd lcm
    left_shift right_shift"""
MATRIX = "cholesky cholesky_inverse det inv logdet matrix_rank pinv slogdet"
WINDOWS = "bartlett blackman hamming hanning"
OF_AXIS = "nanargmax nanmax nanmean nanmin nanstd nansum nanvar ptp nanmedian nancumsum"

CASES = {
    **{word: lambda o, w=word: getattr(o, w)(X) for word in ONE.split()},
    **{word: lambda o, w=word: getattr(o, w)(X, Y) for word in TWO.split()},
    **{word: lambda o, w=word: getattr(o, w)(FIRST, SECOND) for word in BITS.split()},
    **{word: lambda o, w=word: getattr(o, w)(POSITIVE) for word in MATRIX.split()},
    **{word: lambda o, w=word: getattr(o, w)(7) for word in WINDOWS.split()},
    **{f"{word} of an axis": lambda o, w=word: getattr(o, w)(GAPS, axis=1)
       for word in OF_AXIS.split()},
    **{f"scatter_update {how}": lambda o, how=how: o.scatter_update(
           X, [[0, 1], [2, 3], [0, 1]], ROW[:3], reduction=how)
       for how in ("add", "max", "min", "mul", "ADD")},
    "scatter_update rows": lambda o: o.scatter_update(X, [[2], [0], [2]], Y, reduction="add"),
    "bincount of rows": lambda o: o.bincount([[1, 4, 0], [2, 4, 2]]),
    "bincount of rows, weights": lambda o: o.bincount([[1, 4, 0], [2, 4, 2]], SQUARE[0, :2], 3),
    "multi_hot old word": lambda o: o.multi_hot([0, 3], num_tokens=5),
    "reshape old word": lambda o: o.reshape(X, newshape=(2, -1)),
    "stop_gradient by name": lambda o: o.stop_gradient(variable=torch.tensor(X)),
    "layer_normalization of halves": lambda o: o.layer_normalization(60000 * X.astype("float16")),
    "layer_normalization rms_scaling": lambda o: o.layer_normalization(X, Y[0], rms_scaling=True),
    "unique sized": lambda o: o.unique([3, 1, 2, 1], size=5, return_counts=True),
    "unique sized, cut": lambda o: o.unique([3, 1, 2, 1], size=2, return_index=True,
                                            return_inverse=True, return_counts=True),
    "unique sized, rows": lambda o: o.unique([[1, 0], [0, 1], [1, 0]], axis=0, size=3,
                                             fill_value=7),
    "while_loop of numbers": lambda o: o.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * i),
                                                    (1, X)),
    "rearrange": lambda o: o.rearrange(IMAGES, "b h w c -> b c h w"),
    "rearrange joined": lambda o: o.rearrange(IMAGES, "b h w c -> (b h) (w c)"),
    "rearrange apart": lambda o: o.rearrange(
        IMAGES, "b (h1 h) (w w1) c -> (b h1 w1) h w c", h1=2, w1=3),
    "array of Python's complex numbers": lambda o: o.real(o.array([1 + 2j, 3])),
    "arccosh": lambda o: o.arccosh(Y + 1),
    "adaptive_average_pool": lambda o: o.adaptive_average_pool(IMAGES, (2, 3)),
    "adaptive_max_pool": lambda o: o.adaptive_max_pool(IMAGES, 2),
    "argpartition": lambda o: np.sort(o.argpartition(ROW, 2)),
    "array_split": lambda o: o.array_split(ROW, 2),
    "associative_scan": lambda o: o.associative_scan(lambda a, b: a * b, X, axis=1),
    "associative_scan backwards": lambda o: o.associative_scan(lambda a, b: a + b, X, reverse=True),
    "bitwise_invert": lambda o: o.bitwise_invert(FIRST),
    "bitwise_not": lambda o: o.bitwise_not(FIRST),
    "cholesky upper": lambda o: o.cholesky(POSITIVE, upper=True),
    "concatenate by name": lambda o: o.concatenate(xs=[X, Y], axis=1),
    "conv_transpose": lambda o: o.conv_transpose(IMAGES, UP, 2, "same"),
    "correlate": lambda o: o.correlate(ROW, ROW[:3], mode="full"),
    "correlate same": lambda o: o.correlate(ROW, ROW[1:4], mode="same"),
    "cross": lambda o: o.cross(ROW[:3], ROW[1:4]),
    "cumprod dtype": lambda o: o.cumprod(FIRST, 1, dtype="float32"),
    "cumsum dtype": lambda o: o.cumsum(FIRST, 1, dtype="float32"),
    "custom_gradient": lambda o: _sloped(o),
    "depth_to_space": lambda o: o.depth_to_space(IMAGES, 2),
    "digitize": lambda o: o.digitize(X, np.array([-0.5, 0.0, 0.5], "float32")),
    "dot of a number": lambda o: o.dot(X, 2.0),
    "dot_product_attention": lambda o: o.dot_product_attention(QUERY, KEY, VALUE),
    "dot_product_attention causal": lambda o: o.dot_product_attention(
        QUERY, QUERY, QUERY, scale=0.3, is_causal=True
    ),
    "dsplit": lambda o: o.dsplit(IMAGES[0], 2),
    "dstack": lambda o: o.dstack([X, Y]),
    "eig": lambda o: np.sort(np.abs(o.eig(POSITIVE)[0])),
    "eigh": lambda o: o.eigh(POSITIVE)[0],
    "empty": lambda o: np.zeros_like(o.empty((2, 3))),
    "empty_like": lambda o: np.zeros_like(o.empty_like(X, "int32")),
    "fft": lambda o: o.fft((X, Y)),
    "fft2": lambda o: o.fft2((X, Y)),
    "fold": lambda o: o.fold(o.unfold(torch.tensor(IMAGES), 2, stride=2), (6, 8), 2, stride=2),
    "geomspace": lambda o: o.geomspace(1.0, 8.0, 4),
    "histogram": lambda o: o.histogram(ROW, 5),
    "hsplit": lambda o: o.hsplit(X, 2),
    "ifft2": lambda o: o.ifft2((X, Y)),
    "imag": lambda o: o.imag(o.view_as_complex(X.reshape(3, 2, 2))),
    "irfft": lambda o: o.irfft((X, Y)),
    "jvp": lambda o: o.jvp(lambda x: x * x, (torch.tensor(X),), (torch.tensor(Y),)),
    "kaiser": lambda o: o.kaiser(7, 2.0),
    "ldexp": lambda o: o.ldexp(X, np.ones((3, 4), "int32")),
    "linspace of arrays": lambda o: o.linspace(X, Y, 4),
    "linspace retstep": lambda o: o.linspace(0.0, 3.0, 4, endpoint=False, retstep=True)[0],
    "log_softmax of two axes": lambda o: o.log_softmax(IMAGES, axis=(1, 2)),
    "softmax of two axes": lambda o: o.softmax(IMAGES, axis=(1, 2)),
    "logspace": lambda o: o.logspace(0.0, 2.0, 5, base=2.0),
    "lstsq": lambda o: o.lstsq(X, ROW[:3]),
    "lu_factor": lambda o: o.lu_factor(POSITIVE)[0],
    "max initial": lambda o: o.max(X, axis=1, initial=0.5),
    "min initial": lambda o: o.min(X, initial=-3.0),
    "nanpercentile": lambda o: o.nanpercentile(GAPS, 30.0, axis=1),
    "nanquantile": lambda o: o.nanquantile(GAPS, np.array([0.2, 0.7], "float32")),
    "norm": lambda o: o.norm(X),
    "norm of rows": lambda o: o.norm(X, ord=1, axis=1),
    "norm of columns": lambda o: o.norm(X, ord=np.inf, axis=0, keepdims=True),
    "norm nuc": lambda o: o.norm(X, ord="nuc"),
    "norm of a matrix": lambda o: o.norm(X, ord=2),
    "one_hot axis": lambda o: o.one_hot(np.array([2, 0, 1, 1]), 3, axis=0, dtype="int32"),
    "percentile": lambda o: o.percentile(X, 30.0, axis=0),
    "prod of two axes": lambda o: o.prod(Y, axis=(0, 1)),
    "qr": lambda o: np.abs(o.qr(POSITIVE)[1]),
    "rms_normalization": lambda o: o.rms_normalization(X, scale=ROW[:4]),
    "round decimals": lambda o: o.round(X, 2),
    "saturate_cast": lambda o: o.saturate_cast(X * 400, "uint8"),
    "saturate_cast signed": lambda o: o.saturate_cast(X * 400, "int8"),
    "scan": lambda o: o.scan(lambda c, x: (c + x, c * x), torch.zeros(4), X),
    "searchsorted": lambda o: o.searchsorted(np.array([0.0, 0.5, 1.0], "float32"), ROW, "right"),
    **{f"segment_{word}": lambda o, w=word: getattr(o, f"segment_{w}")(X, SEGMENTS)
       for word in ("max", "min", "prod", "sum")},
    "solve": lambda o: o.solve(POSITIVE, SQUARE),
    "solve_triangular": lambda o: o.solve_triangular(np.triu(POSITIVE), SQUARE),
    "space_to_depth": lambda o: o.space_to_depth(IMAGES, 2),
    "svd": lambda o: o.svd(X)[1],
    "svd alone": lambda o: o.svd(X, compute_uv=False),
    "take one": lambda o: o.take(X, 5),
    "tri": lambda o: o.tri(3, 4, k=1),
    "unfold": lambda o: o.unfold(torch.tensor(IMAGES), 2, stride=2),
    "unique": lambda o: o.unique(FIRST),
    "unique with all": lambda o: o.unique(ROW, return_inverse=True, return_counts=True),
    "unravel_index": lambda o: o.unravel_index(np.array([5, 11], "int32"), (3, 4)),
    "vdot": lambda o: o.vdot(ROW, ROW[::-1].copy()),
    "vander": lambda o: o.vander(ROW, 3),
    "vectorize": lambda o: o.vectorize(lambda x: x + 1)(X),
    "view_as_complex": lambda o: o.view_as_complex(X.reshape(3, 2, 2)),
    "view_as_real": lambda o: o.view_as_real(o.view_as_complex(X.reshape(3, 2, 2))),
    "vsplit": lambda o: o.vsplit(X, 3),
}  # fmt: skip


def _sloped(o):
    @o.custom_gradient
    def clipped(x):
        return (
            x * 2,
            lambda *args, upstream=None: (upstream if upstream is not None else args[0]) * 5,
        )

    x = torch.tensor(X, requires_grad=True)
    y = clipped(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    return y, slope
