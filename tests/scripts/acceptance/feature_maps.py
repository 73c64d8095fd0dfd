"""The feature maps of every layer, and a function from the network's middle."""

import sys

import keras
import numpy as np
from keras import models
from keras.preprocessing import image

photo = sys.argv[1] + "/rim/01.png"
img = image.load_img(photo, target_size=(40, 40))
x = image.img_to_array(img)
x = np.expand_dims(x, axis=0) / 255.0
model = models.Sequential(
    [
        keras.layers.Conv2D(4, (3, 3), activation="relu", input_shape=(40, 40, 3)),
        keras.layers.MaxPooling2D((2, 2)),
        keras.layers.Conv2D(6, (3, 3), activation="relu"),
    ]
)
layer_outputs = [layer.output for layer in model.layers[:8]]
activation_model = models.Model(inputs=model.inputs, outputs=layer_outputs)
activations = activation_model.predict(x, verbose=0)
print("maps:", [one.shape for one in activations])
kernel, bias = model.layers[0].get_weights()
print("kernel:", kernel.shape, bias.shape)
print("same:", bool(np.allclose(activations[-1], model.predict(x, verbose=0), atol=1e-6)))
