"""What a filter answers to: an image that gradient ascent makes out of noise."""

import tensorflow as tf
from tensorflow import keras

tf.random.set_seed(1)
model = keras.applications.ResNet50V2(weights=None, include_top=False)
layer = model.get_layer(name="conv2_block1_1_conv")
feature_extractor = keras.Model(inputs=model.inputs, outputs=layer.output)


def compute_loss(input_image, filter_index):
    activation = feature_extractor(input_image)
    filter_activation = activation[:, 2:-2, 2:-2, filter_index]
    return tf.reduce_mean(filter_activation)


@tf.function
def gradient_ascent_step(img, filter_index, learning_rate):
    with tf.GradientTape() as tape:
        tape.watch(img)
        loss = compute_loss(img, filter_index)
    grads = tape.gradient(loss, img)
    grads = tf.math.l2_normalize(grads)
    img += learning_rate * grads
    return loss, img


img = (tf.random.uniform((1, 60, 60, 3)) - 0.5) * 0.25
losses = []
for _ in range(5):
    loss, img = gradient_ascent_step(img, 3, 10.0)
    losses.append(float(loss))
print("image:", img[0].numpy().shape, "rises:", losses[-1] > losses[0])
