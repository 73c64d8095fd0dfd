"""Names of TensorFlow 1 that moved, and words of its arguments that are called otherwise today.

`tf.log` is `tf.math.log` since TensorFlow 2, and takes the same. What computes otherwise than the
name of today has a function of its own (`parts/tensors/session_functions.py`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from saccade.notes import note_old_word

# The module of today: the names that moved into it; `old=new` where it is called otherwise, too.
_MOVED = {
    "": "batch_matmul=matmul lin_space=linspace mul=multiply neg=negative pack=stack "
    "py_func=numpy_function select=where sub=subtract unpack=unstack",
    "math": "angle bincount ceil confusion_matrix conj count_nonzero cumprod erf expm1 floordiv "
    "floormod imag is_finite is_inf is_nan lgamma log log1p log_sigmoid logical_xor mod real "
    "reciprocal rint rsqrt segment_sum squared_difference unsorted_segment_sum",
    "linalg": "matrix_band_part=band_part matrix_determinant=det matrix_diag=diag "
    "matrix_diag_part=diag_part matrix_inverse=inv matrix_transpose qr "
    "self_adjoint_eig=eigh svd trace",
    "nn": "depth_to_space space_to_depth "
    "nn.softmax_cross_entropy_with_logits_v2=softmax_cross_entropy_with_logits",
    "random": "multinomial=categorical random_gamma=gamma random_normal=normal "
    "random_shuffle=shuffle random_uniform=uniform truncated_normal",
    "image": "extract_image_patches=extract_patches random_crop "
    "image.resize_image_with_crop_or_pad=resize_with_crop_or_pad",
    "io": "decode_base64 decode_raw encode_base64 matching_files read_file write_file",
    "signal": "fft fft2d fft3d ifft ifft2d ifft3d",
    "strings": "reduce_join regex_replace string_join=join string_to_number=to_number substr",
    "debugging": "assert_greater_equal assert_less_equal assert_near assert_non_negative "
    "assert_positive check_numerics verify_tensor_all_finite=assert_all_finite",
}

_WORDS = {
    "keep_dims": "keepdims",
    "reduction_indices": "axis",
    "squeeze_dims": "axis",
    "dimension": "axis",
    "dim": "axis",
    "ksizes": "sizes",
}
"""Words of TensorFlow 1, and those of today that mean the same wherever a function has them."""


def today_of(module: str, name: str) -> tuple[str, str] | None:
    """Where a name of TensorFlow 1's is today: its module and its name; None for all others.

    >>> today_of("", "random_normal"), today_of("compat.v1", "log"), today_of("nn", "relu")
    (('random', 'normal'), ('math', 'log'), None)
    """
    below = module.removeprefix("compat.v1").lstrip(".")
    return _table().get(f"{below}.{name}".lstrip("."))


def moved_into(module: str) -> set[str]:
    """The names that TensorFlow 1 had in a module, and that are elsewhere today."""
    below = module.removeprefix("compat.v1").lstrip(".")
    places = (old.rpartition(".") for old in _table())
    return {name for room, _, name in places if room == below}


def takes_session_words(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that takes TensorFlow 1's words, too, for those of today that it has."""
    known = inspect.signature(function).parameters
    words = {old: new for old, new in _WORDS.items() if new in known and old not in known}
    if not words:
        return function
    where = f"tf.{function.__name__}"

    @functools.wraps(function)
    def with_session_words(*args: Any, **kwargs: Any) -> Any:
        for old in words.keys() & kwargs.keys():
            note_old_word(f"{where}({old}=) is TensorFlow 1's name of {words[old]}.")
            kwargs[words[old]] = kwargs.pop(old)
        return function(*args, **kwargs)

    with_session_words.old_words = frozenset(words)  # type: ignore[attr-defined]
    return with_session_words


@functools.cache
def _table() -> dict[str, tuple[str, str]]:
    found = {}
    for module, names in _MOVED.items():
        for entry in names.split():
            old, _, new = entry.partition("=")
            found[old] = (module, new or old.rpartition(".")[2])
    return found
