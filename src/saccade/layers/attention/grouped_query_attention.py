"""Attention of several heads that share keys and values in groups."""

from __future__ import annotations

import math
from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.attention.heads import Heads
from saccade.layers.core.checks import positive_integer


class GroupedQueryAttention(Heads):
    """`MultiHeadAttention` in which groups of query heads share one head of keys and values.

    Args:
        head_dim: the size of a head.
        num_query_heads: how many heads there are; a multiple of the next.
        num_key_value_heads: how many of keys and values.
        dropout, use_bias, sliding_window, use_gate, seed, kernel_initializer, ...: as of
            `MultiHeadAttention`.

    Called as `MultiHeadAttention`. Keras exports it as `GroupQueryAttention`.

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: inputs that do not fit.

    Example:
        >>> x = torch.zeros(1, 5, 8)
        >>> GroupedQueryAttention(4, num_query_heads=4, num_key_value_heads=2)(x, x).shape
        torch.Size([1, 5, 8])

    Source: Ainslie et al. (2023); `keras.layers.GroupQueryAttention`.
    """

    keras_module = "keras.layers"
    exported_as = "GroupQueryAttention"

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
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
        self.activity_regularizer = self._options["activity_regularizer"]  # of the output, too
        self.head_dim = positive_integer(self, "head_dim", head_dim)
        self.num_query_heads = positive_integer(self, "num_query_heads", num_query_heads)
        self.num_key_value_heads = positive_integer(
            self, "num_key_value_heads", num_key_value_heads
        )
        if self.num_query_heads % self.num_key_value_heads:
            raise InvalidArgument(
                self.where,
                "num_query_heads must be a multiple of num_key_value_heads",
                f"{num_query_heads} and {num_key_value_heads}",
            )

    def _make_parts(self, query: Shape, value: Shape, key: Shape) -> None:
        size = self.head_dim
        many, few = (None, self.num_query_heads, size), (None, self.num_key_value_heads, size)
        self._query_dense = self._projection("query", "bqm,muh->bquh", many, "uh", query)
        self._key_dense = self._projection("key", "bkm,mvh->bkvh", few, "vh", key)
        if self.use_gate:
            self._gate_dense = self._projection(
                "gate", "bqm,muh->bquh", many, "uh", query, "sigmoid"
            )
        self._value_dense = self._projection("value", "bkm,mvh->bkvh", few, "vh", value)
        given = (None, None, self.num_query_heads, size)
        self._output_dense = self._projection(
            "attention_output", "bquh,uhm->bqm", (None, query[-1]), "m", given
        )

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
        mask = self._compute_attention_mask(
            query, value, query_mask, value_mask, key_mask, attention_mask, use_causal_mask
        )
        gate = self._gate_dense(query) if self.use_gate else None
        repeats = self.num_query_heads // self.num_key_value_heads
        y, scores = self._attended(
            self._query_dense(query),
            self._key_dense(key).repeat_interleave(repeats, 2),
            self._value_dense(value).repeat_interleave(repeats, 2),
            1.0 / math.sqrt(self.head_dim),
            mask,
            training,
            return_attention_scores,
        )
        y = self._output_dense(y if gate is None else y * gate)
        return (y, scores) if return_attention_scores else y

    def _check_shapes(self, query: Shape, value: Shape, key: Shape) -> None:
        super()._check_shapes(query, value, key)
        if query[-1] != value[-1]:
            needed = "query and value must have the same features"
            raise ShapeError(self.where, needed, f"{query} and {value}")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "head_dim": self.head_dim,
            "num_query_heads": self.num_query_heads,
            "num_key_value_heads": self.num_key_value_heads,
        }


GroupQueryAttention = GroupedQueryAttention
