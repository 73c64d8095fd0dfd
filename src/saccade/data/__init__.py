"""Images from folders: an index read once, a split, files decoded, batches in Keras's order.

NumPy and Pillow only; Pillow is loaded by the first image that is decoded.
"""

from saccade.data.batches import BatchIterator
from saccade.data.decode import UnreadableImage, decode
from saccade.data.directory import DirectoryIterator
from saccade.data.folder_notes import folder_notes
from saccade.data.generator import ImageDataGenerator
from saccade.data.image_file import array_to_img, img_to_array, load_img, save_img
from saccade.data.index import FolderIndex, fingerprint, index_folder
from saccade.data.split import keras_split, random_split

__all__ = [
    "BatchIterator",
    "DirectoryIterator",
    "FolderIndex",
    "ImageDataGenerator",
    "UnreadableImage",
    "array_to_img",
    "decode",
    "fingerprint",
    "folder_notes",
    "img_to_array",
    "index_folder",
    "keras_split",
    "load_img",
    "random_split",
    "save_img",
]
