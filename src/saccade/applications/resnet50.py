"""Keras's `applications.resnet50`: ResNet50 under the name of its own module."""

from saccade.applications.resnet import ResNet50, decode_predictions, preprocess_input

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]
