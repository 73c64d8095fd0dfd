"""`tensorflow.tpu`."""

from saccade.keras_alias.tensorflow.table import face

__getattr__, __dir__ = face(__name__)
