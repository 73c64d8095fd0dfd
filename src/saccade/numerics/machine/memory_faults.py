"""Memory faults: the errors by which libraries say that there is no memory left."""

from __future__ import annotations

import re

import torch

# As torch's allocator, CUDA's, oneDNN's and the C++ library put it.
_WORDS = re.compile(r"can.?t allocate memory|out of memory|not enough memory|bad_alloc", re.I)


def ran_out(fault: BaseException) -> bool:
    """Whether an error says that the memory ran out."""
    kinds = (MemoryError, torch.OutOfMemoryError)
    return isinstance(fault, kinds) or _WORDS.search(str(fault)) is not None
