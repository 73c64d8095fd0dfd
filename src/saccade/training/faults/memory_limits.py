"""Memory limits: what is said where a batch did not fit into the memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saccade.errors import NotEnoughMemory
from saccade.numerics.machine.memory_faults import ran_out

_BYTES = re.compile(r"allocate (\d+) bytes")
_OTHER = re.compile(r"allocate ([\d.]+ [KMGT]i?B)")


@contextmanager
def memory_told(where: str, model: Any, source: Any) -> Iterator[None]:
    """Say what to lower where the memory ran out inside.

    Args:
        where: "fit", "evaluate" or "predict".
        model: whose device it is.
        source: its batches.

    Raises:
        NotEnoughMemory: it did.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as fault:
        if not ran_out(fault):
            raise
        fault.__traceback__ = None  # its frames hold the very tensors that filled the memory
        size = getattr(source, "batch_size", None)
        batch = f"a batch of {size} samples" if size else "a batch"
        now = f" (now {size})" if size else ""
        half = ", train in half precision" if where == "fit" else ""
        raise NotEnoughMemory(
            where,
            f"{batch} must fit into the memory of the {_name_of(model)}",
            _asked_for(str(fault)),
            f"Lower batch_size{now}{half}, or make the images smaller.",
        ) from fault


def _asked_for(message: str) -> str:
    """How much was asked for in one piece, as far as the message tells."""
    if found := _BYTES.search(message):
        return f"{int(found[1]) / 2**30:.1f} GiB more than could be had"
    if found := _OTHER.search(message):
        return f"{found[1]} more than could be had"
    return "none left"


def _name_of(model: Any) -> str:
    kind = getattr(getattr(model, "device", None), "type", "cpu")
    return "machine" if kind == "cpu" else f"device {kind}"
