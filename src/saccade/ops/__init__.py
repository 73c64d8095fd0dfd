"""Keras 3's `ops`: functions of tensors, which on what comes from `Input()` note a layer.

Tensors are torch's; images are (batch, height, width, channels). A name is loaded when it is first
used.
"""

from __future__ import annotations

from functools import wraps
from importlib import import_module
from typing import Any

from saccade.lazy_names import homes, named
from saccade.names import nearest

_PARTS = {
    "saccade.activations": """
        celu elu glu hard_shrink hard_sigmoid hard_silu hard_swish=hard_silu hard_tanh
        leaky_relu log_sigmoid log_softmax relu6 selu silu soft_shrink softplus softsign
        sparse_plus sparse_sigmoid sparsemax squareplus swish=silu tanh_shrink threshold
    """,
    "saccade.layers.operations.operation_table": "floor_divide get_item mod negative true_divide",
    "saccade.numerics.tensors.ops_formulas": """
        arccos arcsin arctan arctan2 average bincount cosh count_nonzero cumprod diff
        divide_no_nan einsum erf expm1 in_top_k inner isclose isfinite isinf log10 log2 logaddexp
        logsumexp median moments nan_to_num outer quantile reciprocal rsqrt
        select sinh tan tensordot trace trunc
    """,
    "saccade.numerics.tensors.patterns": "rearrange",
    "saccade.numerics.tensors.bits": """
        bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
        bitwise_xor gcd lcm left_shift right_shift
    """,
    "saccade.numerics.tensors.counting": """
        allclose argpartition copy correlate diagflat digitize empty empty_like geomspace histogram
        isin logspace multi_hot percentile ptp searchsorted segment_max segment_min segment_prod
        segment_sum trapezoid tri unique unravel_index
    """,
    "saccade.numerics.tensors.linear_algebra": """
        cdist cholesky cholesky_inverse corrcoef cross det eig eigh inv kron logdet lstsq lu_factor
        matrix_rank norm pinv qr slogdet solve solve_triangular svd vander vdot
    """,
    "saccade.numerics.tensors.nan_reductions": """
        nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile
        nanprod nanquantile nanstd nansum nanvar
    """,
    "saccade.numerics.tensors.special_functions": """
        angle arccosh arcsinh arctanh cbrt conj conjugate deg2rad erfc erfinv exp2 fabs fmax fmin
        fmod heaviside hypot i0 imag isneginf isposinf isreal ldexp logaddexp2 nextafter polar
        rad2deg real saturate_cast signbit sinc view view_as_complex view_as_real
    """,
    "saccade.numerics.tensors.spectra": """
        bartlett blackman fft fft2 hamming hanning ifft2 irfft kaiser rfft
    """,
    "saccade.numerics.tensors.creation": """
        arange array eye full full_like identity linspace meshgrid ones zeros
    """,
    "saccade.numerics.tensors.ops_functions": "argmax argmin concatenate cumsum gelu",
    "saccade.numerics.tensors.rearrangement": """
        append argsort array_split broadcast_to diag diagonal dsplit dstack fliplr
        flipud hsplit hstack moveaxis nonzero pad ravel
        roll rot90 scatter scatter_update slice slice_update sort split swapaxes take
        take_along_axis top_k tril triu unstack vsplit vstack
    """,
    "saccade.numerics.tensors.tensor_functions": """
        abs absolute=abs add all amax=max amin=min any cast ceil clip cos divide dot equal exp
        expand_dims flip floor greater greater_equal isnan less less_equal log log1p logical_and
        logical_not logical_or logical_xor matmul max maximum mean min minimum multiply normalize
        not_equal
        one_hot ones_like power prod relu repeat reshape round shape sigmoid sign sin softmax sqrt
        square squeeze stack std stop_gradient subtract sum tanh tile transpose var where zeros_like
    """,
    "saccade.ops.attention": "dot_product_attention rms_normalization",
    "saccade.ops.control": """
        associative_scan cond convert_to_numpy convert_to_tensor custom_gradient dtype fori_loop
        is_tensor jvp map ndim scan size switch vectorize vectorized_map while_loop
    """,
    "saccade.ops.networks": """
        batch_normalization binary_crossentropy categorical_crossentropy layer_normalization psnr
        sparse_categorical_crossentropy
    """,
    "saccade.ops.windows": """
        adaptive_average_pool adaptive_max_pool average_pool conv conv_transpose depthwise_conv
        max_pool separable_conv
    """,
    "saccade.ops.blocks": "depth_to_space fold space_to_depth unfold",
}
_WORDS = {"reshape": {"newshape": "shape"}, "stop_gradient": {"variable": "x"}}
"""What Keras calls parameters that have another name here."""
_OF_BOTH = ("saccade.ops.control", "saccade.numerics.tensors.creation")
"""Parts that are not made to note a layer: they make tensors, or know symbols."""
_OF_FUNCTIONS = frozenset(
    [
        "associative_scan",
        "cond",
        "fori_loop",
        "map",
        "scan",
        "switch",
        "vectorized_map",
        "while_loop",
    ]
)
"""Those of them that apply functions to values, and note a layer all the same."""
_BELOW = ("image", "linalg", "nn", "numpy")

_HOME = homes(_PARTS)
__all__ = sorted([*_HOME, *_BELOW])


def __getattr__(name: str) -> Any:
    if name in _BELOW:
        # the others are parts of this one in Keras, with the same functions
        return import_module(f"{__name__}.image" if name == "image" else __name__)
    if name not in _HOME:
        guess = None if name.startswith("_") else nearest(name, __all__)
        hint = f"; the nearest that it has is {guess!r}" if guess else ""
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")
    part, other = _HOME[name]
    found = _function(part, other)
    globals()[name] = found
    return found


def _function(part: str, word: str) -> Any:
    """A function of a part, which also notes a layer where there is something to note."""
    from saccade.layers.operations.operation import on_symbols
    from saccade.layers.operations.operation_table import FUNCTIONS
    from saccade.layers.operations.unwritten_operation import also_on_symbols

    found = named(FUNCTIONS.get(word) or getattr(import_module(part), word), word)
    if part == "saccade.activations":
        found = _of_arrays(found)
    if word in FUNCTIONS:
        noting = on_symbols(word, found)
        return _in_words(noting, _WORDS[word]) if word in _WORDS else noting
    if word == "shape" or (part in _OF_BOTH and word not in _OF_FUNCTIONS):
        return found
    return also_on_symbols("ops")(found)


def _in_words(function: Any, words: dict[str, str]) -> Any:
    """A function that takes Keras's names of its parameters too."""

    @wraps(function)
    def in_words(*args: Any, **named: Any) -> Any:
        return function(*args, **{words.get(name, name): one for name, one in named.items()})

    return in_words


def _of_arrays(activation: Any) -> Any:
    """An activation, which takes tensors alone, of anything that NumPy takes."""
    from saccade.numerics.tensors.tensor_functions import convert_to_tensor

    @wraps(activation)
    def of_any(x: Any, *settings: Any, **named: Any) -> Any:
        return activation(convert_to_tensor(x), *settings, **named)

    return of_any


def __dir__() -> list[str]:
    return __all__
