"""Assigned weights: a layer that gives a weight another value in `call`, as spectral normalisation.

    v = tf.matmul(self.u, tf.transpose(self.w))   # its gradient needs u as it is here
    self.u.assign(...)                            # and u becomes another

torch keeps the weight itself for the gradient, and raises when it has changed by then; TensorFlow
keeps what was read. So does this: while such a layer is called, what is kept of its own weights is
a copy. Only classes of the user's that assign pay for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

import torch

_CHANGES = frozenset(
    """add_update assign assign_add assign_sub moving_average_update update update_add
    update_sub""".split()  # noqa: SIM905
)
_NO_PART_OF_A_CALL = ("__init__", "build", "compute_output_shape", "from_config", "get_config")
"""What may say `config.update(...)`, of a dict."""


def assigns_weights(cls: type) -> bool:
    """Whether a function in the body of a class of the user's calls something that assigns."""
    if cls.__module__.startswith("saccade."):
        return False
    functions = (one for name, one in vars(cls).items() if name not in _NO_PART_OF_A_CALL)
    bodies = (getattr(one, "__code__", None) for one in functions)
    return any(not _CHANGES.isdisjoint(_names_in(body)) for body in bodies if body is not None)


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names_in(inner)


@contextmanager
def weights_kept_apart(layer: Any) -> Iterator[None]:
    """Inside, what autograd keeps of the layer's weights is a copy of each."""
    places = {weight.data_ptr() for weight in layer.weights}

    def kept(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.detach().clone() if tensor.data_ptr() in places else tensor

    with torch.autograd.graph.saved_tensors_hooks(kept, _as_it_is):
        yield


def _as_it_is(tensor: torch.Tensor) -> torch.Tensor:
    return tensor
