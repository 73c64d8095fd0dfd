"""Attention of several heads, as transformers use it."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument
from saccade.graph import Shape
from saccade.layers.attention.heads import Heads, masked_softmax
from saccade.layers.core.checks import positive_integer
from saccade.layers.core.masks import mask_of, set_mask


class MultiHeadAttention(Heads):
    """Several attentions side by side, each over projections of its own.

    The law, for each head with matrices Q, K, V, and O for all heads together::

        head = softmax(query @ Q @ (key @ K).T / sqrt(key_dim)) @ value @ V
        y    = concatenated heads @ O

    Args:
        num_heads: how many.
        key_dim: the size of a head's queries and keys.
        value_dim: that of its values; `key_dim` when None.
        dropout: the share of weights that is dropped while training, in [0, 1].
        use_bias: whether the projections have a bias.
        output_shape: of the last axis (or axes) of the output; that of the query when None.
        attention_axes: the axes that are looked along, counted with the batch; all between the
            batch and the features when None.
        sliding_window: how near a value must be, `|i - j| < sliding_window`; None for any.
        flash_attention: refused; torch chooses its kernel itself.
        kernel_initializer, ...: of all the projections.
        use_gate: whether a sigmoid of a projection of the query multiplies the heads.
        seed: for a stream of its own; None draws from torch's.

    Called as `layer(query, value, key=None, attention_mask=None, return_attention_scores=False,
    use_causal_mask=False)`: query (batch, queries, features), value and key (batch, values,
    features), the mask (batch, queries, values), True where a query may look.

    Output: (batch, queries, features); with scores also (batch, heads, queries, values).
    Weights: kernels and biases of query, key, (gate,) value, attention_output.

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: inputs that do not fit.

    Example:
        >>> x = torch.zeros(1, 5, 8)
        >>> MultiHeadAttention(num_heads=2, key_dim=4)(x, x).shape
        torch.Size([1, 5, 8])

    Source: Vaswani et al. (2017); `keras.layers.MultiHeadAttention`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: int | Sequence[int] | None = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **placement: Any,
    ):
        options = {
            "kernel_initializer": kernel_initializer,
            "bias_initializer": bias_initializer,
            "kernel_regularizer": kernel_regularizer,
            "bias_regularizer": bias_regularizer,
            "activity_regularizer": activity_regularizer,
            "kernel_constraint": kernel_constraint,
            "bias_constraint": bias_constraint,
        }
        super().__init__(
            dropout, use_bias, sliding_window, flash_attention, use_gate, seed, options, **placement
        )
        self.num_heads = positive_integer(self, "num_heads", num_heads)
        self.key_dim = positive_integer(self, "key_dim", key_dim)
        self.value_dim = positive_integer(self, "value_dim", value_dim or key_dim)
        self._output_sizes = _sizes(self, "output_shape", output_shape)
        self.attention_axes = _sizes(self, "attention_axes", attention_axes)

    def _make_parts(self, query: Shape, value: Shape, key: Shape) -> None:
        heads = self.num_heads
        of_keys, of_values = (heads, self.key_dim), (heads, self.value_dim)
        self.query_dense = self._project("query", query, 1, of_keys)
        self.key_dense = self._project("key", key, 1, of_keys)
        if self.use_gate:
            self.gate_dense = self._project("gate", query, 1, of_values, "sigmoid")
        self.value_dense = self._project("value", value, 1, of_values)
        rank = len(value) + 1
        if self.attention_axes is None:
            self.attention_axes = tuple(range(1, rank - 2))
        self.attention_axes = tuple(
            axis if axis >= 0 else rank - 1 + axis for axis in self.attention_axes
        )
        output = self._output_sizes or query[-1:]
        given = (*query[:-1], *of_values)
        self.output_dense = self._project("attention_output", given, 2, tuple(output))

    def _project(
        self, name: str, shape: Shape, summed: int, sizes: tuple[Any, ...], activation: Any = None
    ) -> Any:
        """A projection of the last `summed` axes of a shape to axes of these sizes."""
        free = len(shape) - summed
        letters = string.ascii_lowercase
        x, y = letters[: len(shape)], letters[len(shape) : len(shape) + len(sizes)]
        equation = f"{x},{x[free:]}{y}->{x[:free]}{y}"
        whole = (*(None for _ in shape[1:free]), *sizes)
        return self._projection(name, equation, whole, y, shape, activation)

    def call(
        self,
        query: torch.Tensor,
        value: torch.Tensor,
        key: torch.Tensor | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        key = value if key is None else key
        query_mask = mask_of(query) if query_mask is None else query_mask
        mask = self._compute_attention_mask(
            query, value, query_mask, value_mask, key_mask, attention_mask, use_causal_mask
        )
        gate = self.gate_dense(query) if self.use_gate else None
        y, scores = self._compute_attention(
            self.query_dense(query),
            self.key_dense(key),
            self.value_dense(value),
            mask,
            training,
            return_attention_scores,
        )
        y = self.output_dense(y if gate is None else y * gate)
        if query_mask is not None:
            set_mask(y, query_mask)
        return (y, scores) if return_attention_scores else y

    def _compute_attention(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[torch.Tensor, Any]:
        """What the heads give, and their weights; a subclass may have its own.

        Args:
            query, key, value: projected, (batch, steps, heads, size).
            attention_mask: True where a query may look.
        """
        scale = 1.0 / math.sqrt(self.key_dim)
        if query.ndim == 4:
            return self._attended(
                query, key, value, scale, attention_mask, training, return_attention_scores
            )
        to_scores, to_values, count = _equations(query.ndim, self.attention_axes or ())
        scores = torch.einsum(to_scores, key, query * scale)
        while attention_mask is not None and attention_mask.ndim < scores.ndim:
            attention_mask = attention_mask.unsqueeze(-2 * count - 1)
        weights = masked_softmax(scores, attention_mask, tuple(range(-count, 0)))
        kept = weights
        if training and self.dropout > 0:
            kept = self.dropped(weights, self.dropout)
        return torch.einsum(to_values, kept, value), weights

    def _shape_of_output(self, query: Shape) -> Shape:
        return (*query[:-1], *(self._output_sizes or query[-1:]))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "output_shape": self._output_sizes,
            "attention_axes": self.attention_axes,
        }


def _sizes(layer: Any, name: str, given: Any) -> tuple[int, ...] | None:
    """A number or a list of them as a tuple."""
    if given is None:
        return None
    sizes = (given,) if isinstance(given, int) else given
    if not isinstance(sizes, (list, tuple)) or not all(isinstance(one, int) for one in sizes):
        raise InvalidArgument(
            layer.where, f"{name} must be an integer or a list of them", repr(given)
        )
    return tuple(sizes) or None


def _equations(rank: int, axes: Sequence[int]) -> tuple[str, str, int]:
    """Einsum's words for (keys, queries) -> scores and (weights, values) -> heads.

    Args:
        rank: of the projections, with heads and features.
        axes: those that are looked along.
    """
    target = string.ascii_lowercase[:rank]
    others = iter(string.ascii_lowercase[rank:])
    source = "".join(next(others) if place in axes else target[place] for place in range(rank))
    apart = "".join(target[place] for place in range(rank - 1) if place not in axes)
    scores = apart + "".join(target[axis] for axis in axes) + "".join(source[axis] for axis in axes)
    return f"{source},{target}->{scores}", f"{scores},{source}->{target}", len(axes)
