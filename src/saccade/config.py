"""Keras 3's `config`: what holds for the process."""

from saccade.backend.settings import backend, floatx, set_floatx
from saccade.data_formats import image_data_format, set_image_data_format
from saccade.dtype_policy import global_policy as dtype_policy
from saccade.dtype_policy import set_global_policy as set_dtype_policy
from saccade.errors import NotSupported
from saccade.lambda_code import enable_unsafe_deserialization
from saccade.numerics.epsilon import epsilon, set_epsilon
from saccade.printing import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from saccade.training.limits import (
    max_epochs,
    max_steps_per_epoch,
    set_max_epochs,
    set_max_steps_per_epoch,
)

__all__ = [
    "backend",
    "disable_flash_attention",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_flash_attention_enabled",
    "is_interactive_logging_enabled",
    "is_nnx_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_backend",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
]


def disable_traceback_filtering() -> None:
    """Without effect: tracebacks are whole."""


def enable_traceback_filtering() -> None:
    """Without effect: tracebacks are whole."""


def is_traceback_filtering_enabled() -> bool:
    """Always False."""
    return False


def disable_flash_attention() -> None:
    """Without effect on numbers: how attention is computed is torch's choice."""
    _flash.append(False)


def enable_flash_attention() -> None:
    """Without effect on numbers: torch uses a fast kernel where it has one."""
    _flash.append(True)


def is_flash_attention_enabled() -> bool | None:
    """What was said last; None where nothing was said, which leaves it to torch."""
    return _flash[-1] if _flash else None


_flash: list[bool] = []


def is_nnx_enabled() -> bool:
    """Always False: it is a matter of JAX."""
    return False


def set_backend(backend: str) -> None:
    """Without effect for "torch".

    Raises:
        NotSupported: another backend.
    """
    if backend != "torch":
        raise NotSupported("set_backend", "saccade runs on torch alone", repr(backend))
