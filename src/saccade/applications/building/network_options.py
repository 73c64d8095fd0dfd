"""The arguments that networks take, with the paragraph that explains those that all take."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MARK = "{arguments}"
"""Where the paragraph stands in a network's docstring: below "Args:" and arguments of its own."""

PARAGRAPH = """\
    include_top: whether the network ends in its classifier.
    weights: None for fresh random ones, "imagenet" for the published ones, which are fetched once,
        or the path of a file (.h5 of any Keras, .keras, .safetensors); one with a top serves a
        network without.
    input_tensor: a symbol to build on, instead of a new input.
    input_shape: (height, width, channels) in pixels, each side at least {least_px}, None where it
        varies; with the top and weights="imagenet" only {published}.
    pooling: of the network without its top: None gives the feature map, "avg" its mean, "max" its
        greatest values.
    classes: of the top; 1000 with weights="imagenet".
    classifier_activation: of the top; None gives logits.
    name: of the model.

Returns:
    A model that is built and not compiled; `input_record` says what its weights were trained on.
    It takes what `preprocess_input` gives.

Raises:
    InvalidArgument: arguments that can't work, or not together.
    NoSuchFile: weights that are not there and can't be fetched.
    FileFormatError: weights that are damaged or of another network; each fault is listed.
"""


@dataclass(frozen=True)
class NetworkOptions:
    """The arguments of a network, as Keras calls them."""

    include_top: bool
    weights: Any
    input_tensor: Any
    input_shape: Sequence[int | None] | None
    pooling: str | None
    classes: int
    classifier_activation: Any
    name: str
    include_preprocessing: bool = True  # of families that bring pixels into their range themselves

    @property
    def are_published(self) -> bool:
        """Whether the weights are to be those that are published."""
        return isinstance(self.weights, str) and self.weights == "imagenet"


def with_paragraph(
    docstring: str | None, least_px: int, default_px: int, published_px: Sequence[int] = ()
) -> str | None:
    """A network's docstring with the paragraph in the place of its mark.

    Args:
        docstring: as it is written in the code; None where Python left it out.
        least_px, default_px: the smallest side of images, and the network's own.
        published_px: the sides that weights are published for, if for several.
    """
    if docstring is None:
        return None
    published = f"({default_px}, {default_px}, 3)"
    if published_px:
        *most, last = published_px
        published = f"a square of {', '.join(map(str, most))} or {last}"
    paragraph = PARAGRAPH.format(least_px=least_px, published=published)
    return inspect.cleandoc(docstring).replace(MARK, paragraph.rstrip())
