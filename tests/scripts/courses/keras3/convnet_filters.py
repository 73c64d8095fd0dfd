"""Visualizing what convnet filters learn: gradient ascent with a tape on tf.keras."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

# The dimensions of our input image
img_width = 48
img_height = 48
layer_name = "conv2_block1_out"

model = keras.applications.ResNet50V2(weights=None, include_top=False)
layer = model.get_layer(name=layer_name)
feature_extractor = keras.Model(inputs=model.inputs, outputs=layer.output)


def compute_loss(input_image, filter_index):
    activation = feature_extractor(input_image)
    # We avoid border artifacts by only involving non-border pixels in the loss.
    filter_activation = activation[:, 2:-2, 2:-2, filter_index]
    return tf.reduce_mean(filter_activation)


@tf.function
def gradient_ascent_step(img, filter_index, learning_rate):
    with tf.GradientTape() as tape:
        tape.watch(img)
        loss = compute_loss(img, filter_index)
    # Compute gradients.
    grads = tape.gradient(loss, img)
    # Normalize gradients.
    grads = tf.math.l2_normalize(grads)
    img += learning_rate * grads
    return loss, img


def initialize_image():
    # We start from a gray image with some random noise
    img = tf.random.uniform((1, img_width, img_height, 3))
    return (img - 0.5) * 0.25


def visualize_filter(filter_index):
    iterations = 4
    learning_rate = 10.0
    img = initialize_image()
    for iteration in range(iterations):
        loss, img = gradient_ascent_step(img, filter_index, learning_rate)
    # Decode the resulting input image
    img = deprocess_image(img[0].numpy())
    return loss, img


def deprocess_image(img):
    # Normalize array: center on 0., ensure variance is 0.15
    img -= img.mean()
    img /= img.std() + 1e-5
    img *= 0.15
    # Center crop
    img = img[10:-10, 10:-10, :]
    # Clip to [0, 1]
    img += 0.5
    img = np.clip(img, 0, 1)
    # Convert to RGB array
    img *= 255
    img = np.clip(img, 0, 255).astype("uint8")
    return img


loss, img = visualize_filter(0)
keras.utils.save_img("0.png", img)

all_imgs = []
for filter_index in range(4):
    loss, img = visualize_filter(filter_index)
    all_imgs.append(img)

margin = 5
n = 2
cropped_width = img_width - 10 * 2
cropped_height = img_height - 10 * 2
width = n * cropped_width + (n - 1) * margin
height = n * cropped_height + (n - 1) * margin
stitched_filters = np.zeros((width, height, 3))
for i in range(n):
    for j in range(n):
        img = all_imgs[i * n + j]
        stitched_filters[
            (cropped_width + margin) * i:(cropped_width + margin) * i + cropped_width,
            (cropped_height + margin) * j:(cropped_height + margin) * j + cropped_height,
            :,
        ] = img
keras.utils.save_img("stitched_filters.png", stitched_filters)
print(stitched_filters.shape, float(loss) == float(loss), len(all_imgs))
