"""Augmentation by tf.image: looked at one by one, then mapped over a dataset."""

import sys

import numpy as np
import tensorflow as tf

photo = sys.argv[1] + "/bar/00.png"
image = tf.io.decode_image(tf.io.read_file(photo), channels=3, expand_animations=False)
pixels = image.numpy()
print("decoded:", pixels.shape, pixels.dtype)
print("flip:", np.array_equal(tf.image.flip_left_right(image).numpy(), pixels[:, ::-1]))
print("up:", np.array_equal(tf.image.flip_up_down(image).numpy(), pixels[::-1]))
print("turn:", np.array_equal(tf.image.rot90(image).numpy(), np.rot90(pixels)))
gray = tf.image.rgb_to_grayscale(image)
print(
    "grey:", gray.shape, int(abs(gray.numpy()[..., 0] - pixels @ [0.2989, 0.587, 0.114]).max()) <= 1
)
crop = tf.image.central_crop(image, central_fraction=0.5)
print("crop:", tuple(crop.shape))
padded = tf.image.resize_with_crop_or_pad(image, 80, 50)
print("pad:", tuple(padded.shape), int(padded.numpy()[0].sum()))
bright = tf.image.adjust_brightness(tf.cast(image, tf.float32) / 255.0, 0.2)
print("bright:", np.allclose(bright, pixels / 255.0 + 0.2, atol=1e-6))
boxed = tf.image.crop_to_bounding_box(image, 5, 6, 20, 30)
print("box:", np.array_equal(boxed.numpy(), pixels[5:25, 6:36]))
IMG_SIZE = 32


def resize_and_rescale(image, label):
    image = tf.cast(image, tf.float32)
    image = tf.image.resize(image, [IMG_SIZE, IMG_SIZE])
    return image / 255.0, label


ds = tf.data.Dataset.from_tensor_slices((np.stack([pixels] * 8), np.arange(8)))
ds = (
    ds.map(resize_and_rescale)
    .map(lambda x, y: (tf.image.random_saturation(x, 0.8, 1.2), y))
    .batch(4)
)
print("batches:", [tuple(x.shape) for x, _ in ds])
