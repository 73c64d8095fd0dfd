"""Classifier: a network with published weights, and a last layer for the photos' own classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from saccade import applications
from saccade.files.input_record import input_records, restore_input_records
from saccade.files.weight_store import places
from saccade.graph import Network
from saccade.layers import BatchNormalization, Dense, Input
from saccade.models import Model, Sequential
from saccade.names import counted_anew
from saccade.recipe.architectures import DEFAULTS
from saccade.recipe.training.precision import computing_in

EARLY_SHARE = 2**-2.5  # of the image's side: between a quarter, which is early, and an eighth


def make_backbone(architecture: str, size_hw: tuple[int, int], weights: Path | None) -> Any:
    """A published network without its top, from images to the means of its last feature map.

    Args:
        size_hw: of the images, (height, width) in pixels; heard where the network takes one size.
        weights: the file that it starts from; None for random ones.

    Raises:
        NoSuchFile, FileFormatError: weights that are not there, damaged, or of another network.
    """
    own = DEFAULTS[architecture]
    sides = (None, None) if own.any_size else size_hw
    build = getattr(applications, own.name)
    return build(weights=weights, include_top=False, input_shape=(*sides, 3), pooling="avg")


def check_weights(architecture: str, size_hw: tuple[int, int], path: Path) -> None:
    """Load them once and let go: reading many photos takes longer than learning too late.

    Raises:
        NoSuchFile, FileFormatError: weights that are not there, damaged, or of another network.
    """
    make_backbone(architecture, size_hw, path)


class Classifier:
    """A network in three views that share their weights.

    Args:
        architecture: a published network.
        size_hw: of the images that it will classify, (height, width) in pixels.
        weights: the file that the backbone starts from; None for random ones.
        classes: how many outputs.
        precision: "float32" or "bfloat16".

    Attributes:
        backbone: from images, as its `preprocess_input` gives them, to features, 2,048 of ResNet50.
        head: from features to a probability for each class.
        model: both, one after the other.
    """

    def __init__(
        self,
        architecture: str,
        size_hw: tuple[int, int],
        weights: Path | None,
        classes: int,
        precision: str,
    ):
        self._made_for_px = DEFAULTS[architecture].made_for_px
        # One that goes on has made fewer networks before than one that was never stopped.
        with computing_in(precision), counted_anew():
            self.backbone: Any = make_backbone(architecture, size_hw, weights)
            # Probabilities are added up: that takes all the bits.
            last = Dense(classes, "softmax", dtype="float32", name="classes")
            self.model: Any = Sequential([self.backbone, last], name="classifier")
            features = Input(self.backbone.output_shape[1:])
            self.head: Any = Model(features, last(features), name="head")

    def freeze(self) -> None:
        """Keep the backbone as it is."""
        self.backbone.trainable = False

    def unfreeze(self) -> None:
        """Train all but the early convolutions: those of maps of a quarter of the image's side or
        more, in ResNet50 the stem and the first of the four stages.

        They find edges and colours, in anything, and cost a quarter of the time.
        BatchNormalization stays at rest: its statistics are of far more photos.
        """
        self.backbone.trainable = True
        early = early_layers(self.backbone, self._made_for_px)
        for layer in self.backbone.layers:
            if isinstance(layer, BatchNormalization) or layer.name in early:
                layer.trainable = False

    def describe(self, preprocessing: dict[str, Any], class_names: list[str]) -> None:
        """Note in the model what `predict` needs."""
        self.model.preprocessing, self.model.class_names = preprocessing, class_names


def take_over(model: Any, twin: Any) -> None:
    """Give a model of the same layers, in another precision, all that `model` knows."""
    twin.preprocessing, twin.class_names = model.preprocessing, model.class_names
    for mine, own in zip(places(model), places(twin), strict=True):  # the outer ones come first
        own.layer.trainable = mine.layer.trainable
    restore_input_records(twin, input_records(model))
    twin.set_weights(model.get_weights())


def early_layers(backbone: Any, side_px: int) -> set[str]:
    """The names of the layers up to the last one with weights that gives maps of a quarter of the
    image's side or more.

    Args:
        backbone: from one batch of images.
        side_px: of the square images that it is made for.
    """
    graph = Network(backbone.input, backbone.output)
    shapes = graph.all_shapes((1, side_px, side_px, 3))
    names, early = set(), set()
    for node in graph.calls:
        names.add(node.layer.name)
        shape = shapes[id(node.outputs)]
        if node.layer.weights and len(shape) == 4 and shape[1] > side_px * EARLY_SHARE:
            early = set(names)
    return early
