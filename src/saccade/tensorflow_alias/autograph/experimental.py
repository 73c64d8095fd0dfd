"""`tensorflow.autograph.experimental`."""

from saccade.tensorflow_alias.table import face

__getattr__, __dir__ = face(__name__)
