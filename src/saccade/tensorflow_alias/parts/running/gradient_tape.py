"""GradientTape: TensorFlow's way to ask for gradients, over torch's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

import torch
from torch.autograd.graph import GradientEdge, get_gradient_edge
from torch.nn.modules.module import register_module_forward_pre_hook

from saccade.errors import InvalidArgument, StateError
from saccade.layers.core.calls.call_scope import scope
from saccade.layers.core.layer import Layer
from saccade.nests import leaves, map_nest
from saccade.notes import note_once
from saccade.tensorflow_alias.parts.running.recording import (
    as_pair,
    block,
    lead_to,
    note_use,
    number_now,
    open_here,
    reached_since,
)
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of
from saccade.timers import BACKWARD


class UnconnectedGradients(Enum):
    """What `gradient` gives for a source that the target does not depend on."""

    NONE = "none"
    ZERO = "zero"


class GradientTape:
    """Notes what is computed inside `with`, and differentiates it.

    Weights that are trained are watched by themselves, other tensors with `watch`; the arrays
    that a model is called on without `training=True` are watched, too, so that the activations of
    a frozen network have gradients (Grad-CAM), as they have in TensorFlow.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: False leaves the weights out that `watch` does not name.

    Example:
        >>> x = torch.tensor(3.0)
        >>> with GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x * x
        >>> float(tape.gradient(y, x))
        6.0

    Source: `tf.GradientTape`.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self.persistent, self.watches_weights = bool(persistent), bool(watch_accessed_variables)
        self._watched: dict[int, tuple[torch.Tensor, GradientEdge]] = {}
        self._shares = False  # another tape ran at the same time, and needs the same graph
        self._used = False
        self._variables: dict[int, Any] = {}
        self._start: int | None = None  # what torch noted before has no gradient
        self._ours: list[torch.Tensor] = []  # leaves that have a gradient because of us
        self._before = True

    def __enter__(self) -> GradientTape:
        if any(tape is self for tape in open_here.tapes):
            raise StateError("GradientTape", "is recording already", do="Leave its `with` first.")
        if open_here.tapes:
            self._shares = True
            for tape in open_here.tapes:
                tape._shares = True
        else:
            open_here.hook = register_module_forward_pre_hook(_watch_inputs)
        open_here.tapes.append(self)
        self._start = number_now() if self._start is None else self._start
        self._before = torch.is_grad_enabled()
        torch.set_grad_enabled(True)  # a dataset's map works without
        return self

    def __exit__(self, *error: Any) -> None:
        torch.set_grad_enabled(self._before)
        open_here.tapes.remove(self)
        if not open_here.tapes:
            open_here.hook.remove()
        for tensor in self._ours:  # or `image += step` would be refused: it is a leaf
            tensor.requires_grad_(False)

    def watch(self, tensor: Any) -> None:
        """Make gradients with respect to a tensor, or a nest of them, possible."""
        for one in leaves(tensor):
            if not torch.is_tensor(one):
                raise InvalidArgument("GradientTape.watch", "needs tensors", type(one).__name__)
            if not one.is_floating_point():
                note_once(
                    f"GradientTape.watch: only floats have gradients, not {one.dtype}",
                    key="watch of no float",
                )
                continue
            if not one.requires_grad:
                one.requires_grad_()
                self._ours.append(one)
            self._watched[id(one)] = one, get_gradient_edge(one)
            if isinstance(one, torch.nn.Parameter):
                self._variables[id(one)] = one

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = "none",
    ) -> Any:
        """d(sum of target) / d(source) for each source, in the nest that they came in.

        Args:
            target: a tensor, or a nest of them.
            sources: weights, watched tensors, or what was computed from them inside the tape.
            output_gradients: what each target counts, a tensor of its shape; ones when None.
            unconnected_gradients: "none" gives None where the target does not depend on a source,
                "zero" zeros.

        Raises:
            StateError: a second call, unless the tape is persistent.
        """
        if self._used and not self.persistent:
            raise StateError(
                "GradientTape",
                "gradient() can be called once",
                "a second call",
                "Make it with GradientTape(persistent=True).",
            )
        self._used = True
        targets, weights = self._targets(target, output_gradients)
        places = [self._place(source) for source in leaves(sources)]
        edges, older = reached_since(self._start or 0, targets)
        edges -= {edge for edge in edges if edge[0] in older} - self._watched_edges()
        places = [one if one and as_pair(one) in edges else None for one in places]
        known = [place for place in places if place is not None]
        found: Iterator[Any] = iter(())
        if targets and known:
            again = bool(open_here.tapes)  # an outer tape differentiates what is computed here
            if again and any(one.is_cuda for one in targets):
                for tape in open_here.tapes:
                    tape._start = 0  # a GPU's thread has numbers of its own
            blocks = [block(node) for node in lead_to(older, known)]
            try:
                with BACKWARD:
                    slopes = torch.autograd.grad(
                        targets,
                        known,
                        weights,
                        retain_graph=again or self.persistent or self._shares or bool(blocks),
                        create_graph=again,
                        allow_unused=True,
                    )
            finally:
                for one in blocks:
                    one.remove()
            found = iter(slopes)
        zero = getattr(unconnected_gradients, "value", unconnected_gradients) == "zero"
        of_source: dict[int, Any] = {}
        for source, place in zip(leaves(sources), places, strict=True):
            one = next(found, None) if place is not None else None
            of_source[id(source)] = torch.zeros_like(source) if one is None and zero else one
        return map_nest(lambda source: of_source[id(source)], sources)

    def watched_variables(self) -> tuple[Any, ...]:
        """The trained weights that were computed with inside, and those watched by name."""
        return tuple(self._variables.values())

    def note_use(self, variables: list[Any]) -> None:
        """Weights are computed with; told to every open tape."""
        if self.watches_weights:
            self._variables |= {id(one): one for one in variables}

    def jacobian(
        self, target: torch.Tensor, sources: Any, unconnected_gradients: Any = "none", **_: Any
    ) -> Any:
        """d(each number of target) / d(source): of the target's shape, then the source's."""
        before, self.persistent = self.persistent, True
        try:
            rows = [
                self.gradient(one, sources, None, unconnected_gradients)
                for one in target.reshape(-1)
            ]
        finally:
            self.persistent = before

        def joined(source: Any, *parts: Any) -> Any:
            if parts[0] is None:
                return None
            return torch.stack(parts).reshape(*target.shape, *source.shape)

        return map_nest(joined, sources, *rows)

    def batch_jacobian(
        self, target: torch.Tensor, source: torch.Tensor, unconnected_gradients: Any = "none",
        **_: Any,
    ) -> Any:  # fmt: skip
        """The jacobian of each row of target with respect to the same row of source."""
        flat = target.reshape(len(target), -1)
        before, self.persistent = self.persistent, True
        try:
            columns = [
                self.gradient(flat[:, place], source, None, unconnected_gradients)
                for place in range(flat.shape[1])
            ]
        finally:
            self.persistent = before
        return torch.stack(columns, 1).reshape(*target.shape, *source.shape[1:])

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Compute something that no gradient is asked of."""
        with torch.no_grad():
            yield

    def reset(self) -> None:
        """Forget what is watched; the tape can be used anew."""
        self._watched.clear()
        self._variables.clear()
        self._used, self._start = False, number_now()

    def _targets(self, target: Any, counts: Any) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """The targets that have a gradient at all, and what each of their numbers counts."""
        given = [one if torch.is_tensor(one) else tensor_of(one) for one in leaves(target)]
        each = [None] * len(given) if counts is None else leaves(counts)
        pairs = [
            (one, torch.ones_like(one) if count is None else tensor_of(count).to(one))
            for one, count in zip(given, each, strict=True)
            if one.requires_grad
        ]
        return [one for one, _ in pairs], [count for _, count in pairs]

    def _watched_edges(self) -> set[tuple[Any, int]]:
        return {as_pair(edge) for _, edge in self._watched.values()}

    def _place(self, source: Any) -> GradientEdge | None:
        """What torch is asked to differentiate by; None where nothing was noted."""
        if id(source) in self._watched:
            return self._watched[id(source)][1]
        if not torch.is_tensor(source) or not source.requires_grad:
            return None
        if isinstance(source, torch.nn.Parameter) and not self.watches_weights:
            return None
        if any(source is one for tape in open_here.tapes for one in tape._ours):
            return None  # it is another tape that watches it
        return get_gradient_edge(source)


def _watch_inputs(layer: Any, args: Any) -> Any:
    """Before a layer's call: floats that come in have gradients from here on.

    A call from outside with training=True is left alone: its frozen layers would keep all their
    activations for gradients that nobody asks for.
    """
    if not open_here.tapes or not isinstance(layer, Layer):
        return None
    note_use(layer.parameters(recurse=False))
    if scope.outermost is None:
        open_here.watching = None
        return None
    if open_here.watching is None:  # the first layer inside, which still has the outer call's word
        open_here.watching = scope.training is not True
    return tuple(map_nest(_differentiable, one) for one in args) if open_here.watching else None


def _differentiable(value: Any) -> Any:
    if torch.is_tensor(value) and value.is_floating_point() and not value.requires_grad:
        return value.detach().requires_grad_()  # another tensor: the caller's stays as it is
    return value
