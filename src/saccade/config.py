"""Keras 3's `config`: what holds for the process."""

from saccade.backend.settings import backend, floatx, set_floatx
from saccade.data_formats import image_data_format, set_image_data_format
from saccade.dtype_policy import global_policy as dtype_policy
from saccade.dtype_policy import set_global_policy as set_dtype_policy
from saccade.lambda_code import enable_unsafe_deserialization
from saccade.numerics.epsilon import epsilon, set_epsilon

__all__ = [
    "backend",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_traceback_filtering_enabled",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]


def disable_traceback_filtering() -> None:
    """Without effect: tracebacks are whole."""


def enable_traceback_filtering() -> None:
    """Without effect: tracebacks are whole."""


def is_traceback_filtering_enabled() -> bool:
    """Always False."""
    return False
