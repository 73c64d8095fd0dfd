"""Keras's `applications.vgg19`: VGG19 under the name of its own module."""

from saccade.applications.vgg import VGG19, decode_predictions, preprocess_input

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]
