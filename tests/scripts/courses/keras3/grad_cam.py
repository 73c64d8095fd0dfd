"""Grad-CAM class activation visualization, with a tape."""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow import keras

# Display
import matplotlib as mpl
import matplotlib.pyplot as plt

model_builder = keras.applications.mobilenet.MobileNet
img_size = (64, 64)
preprocess_input = keras.applications.mobilenet.preprocess_input
last_conv_layer_name = "conv_pw_13_relu"
img_path = str(sorted(Path(sys.argv[1]).glob("bar/*"))[0])


def get_img_array(img_path, size):
    # `img` is a PIL image of size 64x64
    img = keras.utils.load_img(img_path, target_size=size)
    # `array` is a float32 Numpy array of shape (64, 64, 3)
    array = keras.utils.img_to_array(img)
    # We add a dimension to transform our array into a "batch"
    array = np.expand_dims(array, axis=0)
    return array


def make_gradcam_heatmap(img_array, model, last_conv_layer_name, pred_index=None):
    # First, we create a model that maps the input image to the activations
    # of the last conv layer as well as the output predictions
    grad_model = keras.models.Model(
        model.inputs, [model.get_layer(last_conv_layer_name).output, model.output]
    )
    with tf.GradientTape() as tape:
        last_conv_layer_output, preds = grad_model(img_array)
        if pred_index is None:
            pred_index = tf.argmax(preds[0])
        class_channel = preds[:, pred_index]

    grads = tape.gradient(class_channel, last_conv_layer_output)
    pooled_grads = tf.reduce_mean(grads, axis=(0, 1, 2))
    last_conv_layer_output = last_conv_layer_output[0]
    heatmap = last_conv_layer_output @ pooled_grads[..., tf.newaxis]
    heatmap = tf.squeeze(heatmap)
    # For visualization purpose, we will also normalize the heatmap between 0 & 1
    heatmap = tf.maximum(heatmap, 0) / (tf.math.reduce_max(heatmap) + 1e-12)
    return heatmap.numpy()


img_array = preprocess_input(get_img_array(img_path, size=img_size))
model = model_builder(weights=None, input_shape=img_size + (3,), classes=3, classifier_activation=None)
preds = model.predict(img_array)
print("Predicted:", preds.shape)
heatmap = make_gradcam_heatmap(img_array, model, last_conv_layer_name)
plt.matshow(heatmap)
plt.show()


def save_and_display_gradcam(img_path, heatmap, cam_path="cam.jpg", alpha=0.4):
    img = keras.utils.load_img(img_path)
    img = keras.utils.img_to_array(img)
    heatmap = np.uint8(255 * heatmap)
    jet = mpl.colormaps["jet"]
    jet_colors = jet(np.arange(256))[:, :3]
    jet_heatmap = jet_colors[heatmap]
    jet_heatmap = keras.utils.array_to_img(jet_heatmap)
    jet_heatmap = jet_heatmap.resize((img.shape[1], img.shape[0]))
    jet_heatmap = keras.utils.img_to_array(jet_heatmap)
    superimposed_img = jet_heatmap * alpha + img
    superimposed_img = keras.utils.array_to_img(superimposed_img)
    superimposed_img.save(cam_path)


save_and_display_gradcam(img_path, heatmap)
heatmap = make_gradcam_heatmap(img_array, model, last_conv_layer_name, pred_index=2)
print(heatmap.shape, heatmap.dtype, Path("cam.jpg").exists())
