"""The version, alone in a file so that the build reads it without importing anything."""

__version__ = "0.1.0"

KERAS_VERSION = "3.15.1"
"""The Keras whose ways and formats saccade follows, and which the tests compare with."""
