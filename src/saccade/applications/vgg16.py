"""Keras's `applications.vgg16`: VGG16 under the name of its own module."""

from saccade.applications.vgg import VGG16, decode_predictions, preprocess_input

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]
