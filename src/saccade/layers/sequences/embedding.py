"""Whole numbers become rows of a table that is learnt."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from saccade import regularizers
from saccade.errors import InvalidArgument, NotSupported
from saccade.graph import Shape, Symbol
from saccade.layers.core.checks import positive_integer, refuse
from saccade.layers.core.layer import Layer
from saccade.layers.core.weight_options import keep_options, make_weight, options_config
from saccade.layers.operations.operation import note_call
from saccade.notes import note_old_word
from saccade.numerics.tensors.conversion import as_tensor


class Embedding(Layer):
    """y[..., :] = embeddings[x[...]]: each whole number stands for a vector.

    Args:
        input_dim: how many numbers there are, 0 to input_dim - 1.
        output_dim: the size of a vector.
        embeddings_initializer: see `saccade.initializers`.
        embeddings_regularizer: what the table adds to the loss.
        embeddings_constraint: what the table fulfils after every step.
        mask_zero: whether 0 stands for nothing: the output then has a mask, False where x is 0.
        weights: the table's first values, (input_dim, output_dim), alone or in a list.
        input_length: Keras 2's way to say the shape of one input, `(input_length,)`.

    Input: any shape, whole numbers, or floats that hold such; -1 is the last row.
    Output: the same with an axis more. Weights: embeddings (input_dim, output_dim).

    Raises:
        InvalidArgument: an argument that cannot work, a number beyond the table.

    Example:
        >>> Embedding(10, 4)(torch.tensor([[1, 2, 3]])).shape
        torch.Size([1, 3, 4])

    Source: `keras.layers.Embedding`.
    """

    keras_module = "keras.layers"

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **placement: Any,
    ):
        if placement.pop("dropout", 0):
            raise NotSupported(
                "Embedding",
                "dropout= (Keras 1: it drops whole words) is not supported",
                None,
                "Put SpatialDropout1D(rate) after the layer.",
            )
        length = placement.pop("input_length", None)
        if length is not None and not {"input_shape", "batch_input_shape"} & {*placement}:
            sizes = tuple(length) if isinstance(length, (list, tuple)) else (length,)
            placement["input_shape"] = sizes
            note_old_word(
                "Embedding(input_length=) is Keras 2's way to write Input((n,)) before the layer.",
                key="Embedding input_length",
            )
        super().__init__(**placement)
        refuse(
            self,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
        )
        self.autocast = False
        self.input_dim = positive_integer(self, "input_dim", input_dim)
        self.output_dim = positive_integer(self, "output_dim", output_dim)
        keep_options(
            self,
            embeddings=(embeddings_initializer, embeddings_regularizer, embeddings_constraint),
        )
        self.mask_zero = self.supports_masking = self._makes_masks = bool(mask_zero)
        if weights is not None:
            self.build_on((None,))
            self._built_shape = None  # any shape will do
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def build(self, input_shape: Shape | None = None) -> None:
        if not self.built:
            shape = (self.input_dim, self.output_dim)
            self.embeddings = make_weight(self, "embeddings", shape, autocast=False)

    def call(self, x: torch.Tensor) -> torch.Tensor:
        rows = x if x.dtype in (torch.int64, torch.int32) else x.to(torch.int64)
        try:
            y = F.embedding(rows, self.embeddings)
        except IndexError:
            y = F.embedding(self._in_table(rows), self.embeddings)
        return y.to(self._computes_in)

    def _in_table(self, rows: torch.Tensor) -> torch.Tensor:
        """The numbers with those below 0 counted from the end."""
        count = self.input_dim
        if bool(((rows < -count) | (rows >= count)).any()):
            raise InvalidArgument(
                self.where,
                f"the input must be whole numbers in 0..{count - 1}",
                f"{int(rows.min())}..{int(rows.max())}",
                "input_dim is the largest number and one.",
            )
        return torch.where(rows < 0, rows + count, rows)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """False where the input is 0; None without `mask_zero`."""
        if not self.mask_zero:
            return None
        if isinstance(inputs, Symbol):
            return note_call("not_equal", inputs, 0)
        return (inputs if torch.is_tensor(inputs) else as_tensor(np.asarray(inputs))) != 0

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            **options_config(self, "embeddings"),
            "mask_zero": self.mask_zero,
            "quantization_config": None,
        }
