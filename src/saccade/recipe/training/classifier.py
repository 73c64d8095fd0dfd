"""Classifier: ResNet50 with a last layer for the photos' own classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from saccade.applications.resnet import ResNet50
from saccade.files.input_record import input_records, restore_input_records
from saccade.files.weight_store import places
from saccade.layers import BatchNormalization, Dense, Input
from saccade.models import Model, Sequential
from saccade.names import counted_anew
from saccade.recipe.training.precision import computing_in

EARLY = ("conv1", "conv2")  # the stem and the first stage


class Classifier:
    """A network in three views that share their weights.

    Args:
        weights: the file that the backbone starts from; None for random ones.
        classes: how many outputs.
        precision: "float32" or "bfloat16".

    Attributes:
        backbone: from images of any size, as `preprocess_input` gives them, to 2,048 features.
        head: from features to a probability for each class.
        model: both, one after the other.
    """

    def __init__(self, weights: Path | None, classes: int, precision: str):
        # One that goes on has made fewer networks before than one that was never stopped.
        with computing_in(precision), counted_anew():
            self.backbone: Any = ResNet50(
                weights=weights, include_top=False, input_shape=(None, None, 3), pooling="avg"
            )
            # Probabilities are added up: that takes all the bits.
            last = Dense(classes, "softmax", dtype="float32", name="classes")
            self.model: Any = Sequential([self.backbone, last], name="classifier")
            features = Input(self.backbone.output_shape[1:])
            self.head: Any = Model(features, last(features), name="head")

    def freeze(self) -> None:
        """Keep the backbone as it is."""
        self.backbone.trainable = False

    def unfreeze(self) -> None:
        """Train the convolutions of the last three of the four stages.

        What comes before them finds edges and colours, in anything, and costs a quarter of the
        time. BatchNormalization stays at rest: its statistics are of far more photos.
        """
        self.backbone.trainable = True
        for layer in self.backbone.layers:
            if isinstance(layer, BatchNormalization) or layer.name.startswith(EARLY):
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
