"""Grad-CAM on a network with a name, by the book's two models, and on a table of classes."""

import sys

import numpy as np
import tensorflow as tf
from tensorflow import keras

photo = sys.argv[1] + "/dot/00.png"
model = keras.applications.MobileNet(
    weights=None, input_shape=(64, 64, 3), classes=5, alpha=0.25, classifier_activation=None
)
img = keras.utils.load_img(photo, target_size=(64, 64))
array = keras.applications.mobilenet.preprocess_input(keras.utils.img_to_array(img)[None])
last_conv_layer = model.get_layer("conv_pw_11_relu")
last_conv_layer_model = keras.Model(model.inputs, last_conv_layer.output)
classifier_input = keras.Input(shape=last_conv_layer.output.shape[1:])
x = classifier_input
index = model.layers.index(last_conv_layer)
for layer in model.layers[index + 1 :]:
    x = layer(x)
classifier_model = keras.Model(classifier_input, x)
with tf.GradientTape() as tape:
    last_conv_layer_output = last_conv_layer_model(array)
    tape.watch(last_conv_layer_output)
    preds = classifier_model(last_conv_layer_output)
    top_pred_index = tf.argmax(preds[0])
    top_class_channel = preds[:, top_pred_index]
grads = tape.gradient(top_class_channel, last_conv_layer_output)
pooled_grads = tf.reduce_mean(grads, axis=(0, 1, 2)).numpy()
output = last_conv_layer_output.numpy()[0]
for i in range(pooled_grads.shape[-1]):
    output[:, :, i] *= pooled_grads[i]
heatmap = np.maximum(np.mean(output, axis=-1), 0)
print("whole:", np.allclose(preds, model.predict(array, verbose=0), atol=1e-4))
print("heatmap:", heatmap.shape, bool(np.isfinite(heatmap).all()), abs(pooled_grads).max() > 0)
