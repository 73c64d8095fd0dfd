"""A layer that works on each step of a series by itself."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import ShapeError
from saccade.graph import Shape
from saccade.layers.augmentation.random_transform import RandomTransform
from saccade.layers.core.layer import Layer
from saccade.layers.normalization.batch_normalization import BatchNormalization
from saccade.layers.sequences.wrapper import Wrapper
from saccade.nests import map_nest


class TimeDistributed(Wrapper):
    """The same layer on every step: y[:, t] = layer(x[:, t]).

    A layer or model of images works so on the frames of a film, one that was not trained for films
    too. Where the layer looks at each sample alone, all steps are one large batch. One that looks
    at the whole batch while training, as BatchNormalization does, is called once a step, as in
    Keras.

    Args:
        layer: a layer or a model of one input and one output.

    Input: (batch, steps, ...). Output: (batch, steps, ...). A mask (batch, steps, ...) is handed to
    the layer, if it takes one, and on.

    Raises:
        InvalidArgument: `layer` is none. ShapeError: an input without steps, a mask of other steps.

    Example:
        >>> from saccade.layers import Conv2D
        >>> TimeDistributed(Conv2D(4, 3))(torch.zeros(2, 5, 8, 8, 3)).shape
        torch.Size([2, 5, 6, 6, 4])

    Source: `keras.layers.TimeDistributed`.
    """

    keras_module = "keras.layers"
    casts_integers = False  # the inner layer knows what it needs
    supports_masking = True

    def __init__(self, layer: Layer, **placement: Any):
        super().__init__(layer, **placement)
        self.autocast = False

    def build(self, input_shape: Any = None) -> None:
        super().build(self._of_step(input_shape))

    def call(self, x: torch.Tensor, training: bool | None = None, mask: Any = None) -> Any:
        self._of_step(x.shape)
        if mask is not None and tuple(mask.shape[:2]) != tuple(x.shape[:2]):
            needed = f"mask must have the batch and the steps of the input, {tuple(x.shape[:2])}"
            raise ShapeError(self.where, needed, str(tuple(mask.shape)))
        takes_mask = mask is not None and "mask" in self.layer._call_names
        if not takes_mask and _looks_at_each_alone(self.layer, bool(training)):
            return self._all_together(x, training)
        found = []
        for step in range(x.shape[1]):
            given = {"mask": mask[:, step]} if mask is not None and takes_mask else {}
            found.append(self.layer(x[:, step], training=training, **given))
        return torch.stack(found, 1)

    def _all_together(self, x: torch.Tensor, training: bool | None) -> Any:
        batch, steps = x.shape[:2]
        y = self.layer(x.reshape(batch * steps, *x.shape[2:]), training=training)
        return map_nest(lambda one: one.reshape(batch, steps, *one.shape[1:]), y)

    def compute_output_shape(self, input_shape: Shape) -> Any:
        inner = self.layer.compute_output_shape(self._of_step(input_shape))
        return (inner[0], input_shape[1], *inner[1:])

    def _of_step(self, shape: Any) -> Shape:
        if not isinstance(shape, (list, tuple)) or len(shape) < 3:
            raise ShapeError(self.where, "input must be (batch, steps, ...)", str(shape))
        return (shape[0], *shape[2:])


def _looks_at_each_alone(layer: Layer, training: bool) -> bool:
    """Whether a layer does with a sample what it would do with it alone, penalties included."""
    for one in (layer, *layer.sublayers_within()):
        if one.activity_regularizer is not None:  # type: ignore[attr-defined]
            return False
        ours = type(one).__module__.startswith(("saccade.layers.", "saccade.models."))
        if training and (not ours or isinstance(one, (BatchNormalization, RandomTransform))):
            return False
    return True
