"""`tensorflow.distribute.cluster_resolver`."""

from saccade.keras_alias.tensorflow.table import face

__getattr__, __dir__ = face(__name__)
