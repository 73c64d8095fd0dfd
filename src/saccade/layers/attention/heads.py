"""Heads: what the layers of several attention heads share: their calls, their masks, their sums."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch

from saccade import constraints, initializers, regularizers
from saccade.errors import InvalidArgument, NotKnownYet, ShapeError
from saccade.graph import Shape
from saccade.layers.attention.attention import causal_mask, checked_share, flags
from saccade.layers.attention.einsum_dense import EinsumDense
from saccade.layers.core.checks import positive_integer, refuse
from saccade.layers.core.layer_kinds import Drawing
from saccade.layers.core.output_shapes import is_shape, traced_shape
from saccade.names import auto_name
from saccade.numerics.tensors.attention import dot_product_attention

FAMILIES = {"initializer": initializers, "regularizer": regularizers, "constraint": constraints}


class Heads(Drawing):
    """Several attentions side by side, over projections of query, key and value.

    Called as `layer(query, value, key=None, query_mask=None, value_mask=None, key_mask=None,
    attention_mask=None, return_attention_scores=False, use_causal_mask=False)`.
    """

    casts_integers = True
    supports_masking = True

    def __init__(
        self,
        dropout: float,
        use_bias: bool,
        sliding_window: int | None,
        flash_attention: bool | None,
        use_gate: bool,
        seed: int | None,
        options: dict[str, Any],
        **placement: Any,
    ):
        super().__init__(seed, **placement)
        refuse(self, flash_attention=flash_attention)
        self.dropout = checked_share(self, dropout)
        self.use_bias, self.use_gate = bool(use_bias), bool(use_gate)
        if sliding_window is not None:
            sliding_window = positive_integer(self, "sliding_window", sliding_window)
        self.sliding_window = sliding_window
        self._options = {
            name: FAMILIES[name.rsplit("_", 1)[1]].get(value) for name, value in options.items()
        }
        self._shapes: dict[str, Any] = {}

    # -- calling -----------------------------------------------------------------------------

    def forward(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        args = self._in_order(args, kwargs)
        return super().forward(*args, training=training, **kwargs)

    def _in_order(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments with query, value and key first; taken out of the keywords."""
        for place, word in enumerate(("query", "value", "key")):
            if place == len(args) and word in kwargs:
                args = (*args, kwargs.pop(word))
        if len(args) < 2:
            raise InvalidArgument(
                self.where,
                "needs a query and a value",
                "a query alone" if args else "neither",
                "Write layer(x, x) where a series looks at itself.",
            )
        return args

    def shape_for(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("return_attention_scores"):
            return traced_shape(self, tuple(args), kwargs)
        return super().shape_for(args, kwargs)

    def build_on(self, input_shape: Any) -> None:
        if not isinstance(input_shape, dict):  # one shape for all, or a list of them
            several = [input_shape] * 2 if is_shape(input_shape) else input_shape
            input_shape = dict(zip(self._build_shapes, several, strict=False))
        super().build_on(input_shape)

    def build(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> None:
        """Create the weights, for shapes with the batch first."""
        given = (
            ("query_shape", query_shape),
            ("value_shape", value_shape),
            ("key_shape", key_shape),
        )
        self._shapes = {name: tuple(shape) for name, shape in given if shape is not None}
        key_shape = value_shape if key_shape is None else key_shape
        self._check_shapes(query_shape, value_shape, key_shape)
        self._make_parts(tuple(query_shape), tuple(value_shape), tuple(key_shape))
        for stem in ("softmax", "dropout"):  # Keras has layers of these names in it: others
            auto_name(stem)  # that get an automatic name count on from them
        for part in self.sublayers():
            for weight in part.weights:
                weight.path = f"{self.name}/{weight.path}"

    def compute_output_shape(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Shape:
        """The shape of the output, for the shapes of the inputs."""
        key_shape = value_shape if key_shape is None else key_shape
        self._check_shapes(query_shape, value_shape, key_shape)
        return self._shape_of_output(tuple(query_shape))

    @property
    def output_shape(self) -> Any:
        """The shape of the output for the shapes that the layer was built for."""
        if not self._shapes:
            raise NotKnownYet(self.where, "the output shape is known once the layer is built", None)
        return self.compute_output_shape(**self._shapes)

    def _shape_of_output(self, query: Shape) -> Shape:
        """The shape of the output for that of the query."""
        return query

    def _make_parts(self, query: Shape, value: Shape, key: Shape) -> None:
        """Make and build the projections."""
        raise NotImplementedError

    def _projection(
        self, name: str, equation: str, output_shape: Any, bias_axes: str, built_on: Shape,
        activation: Any = None,
    ) -> EinsumDense:  # fmt: skip
        """One of the projections, with the options that all share."""
        made = EinsumDense(
            equation,
            output_shape,
            activation,
            bias_axes if self.use_bias else None,
            name=name,
            dtype=self.dtype_policy,
            trainable=self._trainable,
            **self._options,
        )
        made._loses_masks_quietly = True  # this layer hands them on
        made.build_on(built_on)
        return made

    def _check_shapes(self, query: Shape, value: Shape, key: Shape) -> None:
        if tuple(value[1:-1]) != tuple(key[1:-1]):
            raise ShapeError(
                self.where, "key and value must have the same steps", f"{key} and {value}"
            )

    # -- attending ---------------------------------------------------------------------------

    def _compute_attention_mask(
        self,
        query: Any,
        value: Any,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """What may look at what, (batch, queries, values); None where nothing is ruled out."""
        queries, values, device = query.shape[1], value.shape[1], value.device
        found = [
            None if mask is None else flags(mask, device).unsqueeze(axis)
            for mask, axis in ((query_mask, -1), (value_mask, -2), (key_mask, -2))
        ]
        if use_causal_mask:
            found.append(causal_mask(queries, values, device))
        if self.sliding_window is not None:
            places = torch.arange(max(queries, values), device=device)
            apart = (places[:queries, None] - places[None, :values]).abs()
            found.append((apart < self.sliding_window)[None])
        if attention_mask is not None:
            found.append(flags(attention_mask, device))
        masks = [mask for mask in found if mask is not None]
        return reduce(torch.logical_and, masks) if masks else None

    def _attended(
        self, query: Any, key: Any, value: Any, scale: float, mask: Any, training: bool | None,
        with_scores: bool,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:  # fmt: skip
        """(batch, queries, heads, features) of projections in that layout, and the weights.

        torch's fused function is used where the weights are neither dropped nor asked for. There a
        query that may look at nothing gets the mean of all values; elsewhere it gets zeros.
        """
        while mask is not None and mask.ndim < 4:
            mask = mask.unsqueeze(-3)
        if self.dropout == 0 and not with_scores:
            return dot_product_attention(query, key, value, scale, mask), None
        query, key, value = (one.transpose(1, 2) for one in (query, key, value))
        weights = masked_softmax(query * scale @ key.transpose(-2, -1), mask, (-1,))
        kept = weights
        if training and self.dropout > 0:
            kept = self.dropped(weights, self.dropout)
        return (kept @ value).transpose(1, 2), weights

    # -- config ------------------------------------------------------------------------------

    def get_build_config(self) -> dict[str, Any] | None:
        return {"shapes_dict": self._shapes} if self._shapes else None

    def build_from_config(self, config: dict[str, Any]) -> None:
        shapes = config.get("shapes_dict") or {"query_shape": config.get("input_shape")}
        if shapes["query_shape"] is not None:
            words = ("query_shape", "value_shape", "key_shape")
            given = [shapes.get(word) for word in words]
            self.build_on([tuple(one) for one in given if one is not None])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "use_bias": self.use_bias,
            "use_gate": self.use_gate,
            "dropout": self.dropout,
            "sliding_window": self.sliding_window,
            **{
                name: FAMILIES[name.rsplit("_", 1)[1]].serialize(value)
                for name, value in self._options.items()
            },
        }


def masked_softmax(scores: torch.Tensor, mask: Any, axes: tuple[int, ...]) -> torch.Tensor:
    """Shares along the axes of what the mask lets through; all zeros where that is nothing."""
    if mask is not None:
        scores = torch.where(mask, scores, -3e4 if scores.dtype is torch.float16 else -1e9)
    if len(axes) == 1:
        shares = torch.softmax(scores, axes[0])
    else:
        shares = (scores - torch.logsumexp(scores, axes, keepdim=True)).exp()
    return shares if mask is None else torch.where(mask, shares, 0.0)
