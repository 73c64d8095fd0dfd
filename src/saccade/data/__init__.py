"""Images from folders: an index read once, a split, files decoded, batches in Keras's order.

NumPy and Pillow only; Pillow is loaded by the first image that is decoded.
"""

from saccade.data.decode import UnreadableImage, decode
from saccade.data.index import FolderIndex, fingerprint, index_folder
from saccade.data.split import keras_split, random_split

__all__ = [
    "FolderIndex",
    "UnreadableImage",
    "decode",
    "fingerprint",
    "index_folder",
    "keras_split",
    "random_split",
]
