"""Images from folders: an index read once, a split, files decoded, batches in Keras's order.

NumPy and Pillow only; Pillow is loaded by the first image that is decoded.
"""

from saccade.data.files.decode import UnreadableImage, decode
from saccade.data.files.image_file import array_to_img, img_to_array, load_img, save_img
from saccade.data.folders.fingerprint import fingerprint
from saccade.data.folders.folder_notes import folder_notes
from saccade.data.folders.held_out import keras_split, random_split
from saccade.data.folders.index import FolderIndex, index_folder
from saccade.data.generator.directory_batches import DirectoryIterator
from saccade.data.generator.generator import ImageDataGenerator
from saccade.data.generator.iterator import BatchIterator

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
