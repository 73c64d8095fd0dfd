"""Attention of one head, whose scores are products or sums of queries and keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import InvalidArgument, ShapeError
from saccade.graph import Shape
from saccade.layers.core.layer_kinds import Drawing
from saccade.layers.core.output_shapes import traced_shape
from saccade.numerics.tensors.conversion import as_tensor

FAR_BELOW, FAR_BELOW_HALF = 1e9, 65504.0  # what is taken off a score that is not to count


class Attention(Drawing):
    """Each query gets the mean of the values, weighted by how well their keys go with it.

    The law, for queries q, keys k and values v::

        y = softmax(scores(q, k)) @ v        scores = q @ k.T            ("dot")
                                             scores = c * sum(tanh(q + k))  ("concat")

    Args:
        use_scale: whether a number that is learnt multiplies the scores ("concat": q + k).
        score_mode: "dot" or "concat".
        dropout: the share of weights that is dropped while training, in [0, 1].
        seed: for a stream of its own; None draws from torch's.

    Called on [query, value] or [query, value, key], each (batch, steps, features), with `mask`, a
    list of booleans (batch, steps) for query and value; `return_attention_scores`, whether the
    weights come out, too, as (batch, queries, values); `use_causal_mask`, whether a query sees no
    value after its own place.

    Output: (batch, queries, features of the values); 0 for queries that are masked.

    Raises:
        InvalidArgument: an argument that cannot work. ShapeError: not two or three inputs.

    Example:
        >>> query, value = torch.zeros(1, 2, 4), torch.ones(1, 3, 4)
        >>> Attention()([query, value]).shape
        torch.Size([1, 2, 4])

    Source: Luong, Pham and Manning (2015); `keras.layers.Attention`.
    """

    keras_module = "keras.layers"
    casts_integers = True
    supports_masking = True

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(seed, **placement)
        if score_mode not in ("dot", "concat"):
            raise InvalidArgument(
                self.where, 'score_mode must be "dot" or "concat"', repr(score_mode)
            )
        self.use_scale, self.score_mode = bool(use_scale), score_mode
        self.dropout = checked_share(self, dropout)

    def build(self, input_shape: Any) -> None:
        self._check(input_shape)
        self.scale: Any = None
        self.concat_score_weight: Any = None
        if self.use_scale:
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                shape=(), initializer="ones", name="concat_score_weight"
            )

    def _calculate_scores(self, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        """How well each key goes with each query, (batch, queries, keys)."""
        if self.score_mode == "dot":
            scores = query @ key.transpose(-2, -1)
            return scores if self.scale is None else scores * self.scale
        together = query.unsqueeze(-2) + key.unsqueeze(-3)
        together = together if self.scale is None else self.scale * together
        return self.concat_score_weight * torch.tanh(together).sum(-1)

    def call(
        self,
        inputs: Sequence[torch.Tensor],
        mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        self._check([tuple(one.shape) for one in inputs], mask)
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask, value_mask = (None, None) if mask is None else (mask[0], mask[1])
        scores = self._calculate_scores(query, key)
        counts = None if value_mask is None else flags(value_mask, scores.device).unsqueeze(-2)
        if use_causal_mask:
            seen = causal_mask(scores.shape[-2], scores.shape[-1], scores.device)
            counts = seen if counts is None else counts & seen
        if counts is not None:
            far = FAR_BELOW_HALF if scores.dtype is torch.float16 else FAR_BELOW
            scores = torch.where(counts, scores, scores - far)
        weights = torch.softmax(scores, -1)
        if training and self.dropout > 0:
            weights = self.dropped(weights, self.dropout)
        y = weights @ value
        if query_mask is not None:
            y = torch.where(flags(query_mask, y.device).unsqueeze(-1), y, 0.0)
        return (y, weights) if return_attention_scores else y

    def compute_mask(  # type: ignore[override]  # Keras's word for it here
        self, inputs: Any, mask: Any = None
    ) -> Any:
        """The queries' own."""
        if mask is None or mask[0] is None:
            return None
        return as_tensor(mask[0])

    def shape_for(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("return_attention_scores"):
            return traced_shape(self, tuple(args), kwargs)
        return super().shape_for(args, kwargs)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        self._check(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def _check(self, shapes: Any, mask: Any = None) -> None:
        is_list = isinstance(shapes, (list, tuple)) and all(
            isinstance(one, (list, tuple)) for one in shapes
        )
        if not is_list or len(shapes) not in (2, 3):
            needed = "input must be a list: [query, value] or [query, value, key]"
            raise ShapeError(self.where, needed, str(shapes), "Write layer([query, value]).")
        if mask is not None and (not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3)):
            needed = "mask must be a list: [mask of the queries, mask of the values]"
            raise InvalidArgument(self.where, needed, type(mask).__name__)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
        }


class AdditiveAttention(Attention):
    """Attention whose scores are sums: sum(scale * tanh(q + k)) over the features.

    Args:
        use_scale: whether each feature has a factor that is learnt.
        dropout: the share of weights that is dropped while training, in [0, 1].
        seed: for a stream of its own; None draws from torch's.

    Called as `Attention`.

    Example:
        >>> AdditiveAttention()([torch.zeros(1, 2, 4), torch.ones(1, 3, 4)]).shape
        torch.Size([1, 2, 4])

    Source: Bahdanau, Cho and Bengio (2014); `keras.layers.AdditiveAttention`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        use_scale: bool = True,
        dropout: float = 0.0,
        seed: int | None = None,
        **placement: Any,
    ):
        super().__init__(use_scale=use_scale, dropout=dropout, seed=seed, **placement)

    def build(self, input_shape: Any) -> None:
        self._check(input_shape)
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(
                shape=(input_shape[0][-1],), initializer="glorot_uniform", name="scale"
            )

    def _calculate_scores(self, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
        together = torch.tanh(query.unsqueeze(-2) + key.unsqueeze(-3))
        return (together if self.scale is None else self.scale * together).sum(-1)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["score_mode"]
        return config


def causal_mask(queries: int, values: int, device: torch.device) -> torch.Tensor:
    """(1, queries, values), True where the value is not after the query."""
    return torch.ones(1, queries, values, dtype=torch.bool, device=device).tril()


def checked_share(layer: Any, value: Any) -> float:
    """A `dropout`, checked."""
    if isinstance(value, bool) or not 0 <= value <= 1:
        raise InvalidArgument(layer.where, "dropout must be in [0, 1]", repr(value))
    return value


def flags(mask: Any, device: torch.device) -> torch.Tensor:
    """A mask of any kind as booleans."""
    return as_tensor(mask, device=device).bool()
