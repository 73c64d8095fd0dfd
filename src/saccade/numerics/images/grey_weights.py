"""Grey weights: how bright the eye finds red, green and blue.

Numbers alone, and no torch: what reads and changes images in NumPy uses them too.
"""

BT601 = (0.299, 0.587, 0.114)
"""Source: ITU-R Recommendation BT.601, the luma of television."""

TENSORFLOW_GREY = (0.2989, 0.5870, 0.1140)
"""The same, as TensorFlow's and Keras's rgb_to_grayscale round them."""
