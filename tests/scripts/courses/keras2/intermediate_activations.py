# What do the layers of a convnet see? Show every channel of every activation.
import sys
import os

import numpy as np
import matplotlib.pyplot as plt
from keras import models, layers
from keras.models import load_model
from keras.preprocessing import image

net = models.Sequential([
    layers.Conv2D(16, (3, 3), activation='relu', input_shape=(60, 60, 3)),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(32, (3, 3), activation='relu'),
    layers.MaxPooling2D((2, 2)),
    layers.Flatten(),
    layers.Dense(3, activation='softmax')])
net.compile('adam', 'categorical_crossentropy')
net.save('small_net.h5')

model = load_model('small_net.h5')
model.summary()  # as a reminder

folder = os.path.join(sys.argv[1], 'rim')
img_path = os.path.join(folder, sorted(os.listdir(folder))[0])
img = image.load_img(img_path, target_size=(60, 60))
img_tensor = image.img_to_array(img)
img_tensor = np.expand_dims(img_tensor, axis=0)
img_tensor /= 255.
print(img_tensor.shape)
plt.imshow(img_tensor[0])
plt.show()

layer_outputs = [layer.output for layer in model.layers[:4]]
activation_model = models.Model(inputs=model.input, outputs=layer_outputs)
activations = activation_model.predict(img_tensor)
first_layer_activation = activations[0]
print(first_layer_activation.shape)
plt.matshow(first_layer_activation[0, :, :, 3], cmap='viridis')

layer_names = []
for layer in model.layers[:4]:
    layer_names.append(layer.name)
images_per_row = 8
for layer_name, layer_activation in zip(layer_names, activations):
    n_features = layer_activation.shape[-1]
    size = layer_activation.shape[1]
    n_cols = n_features // images_per_row
    display_grid = np.zeros((size * n_cols, images_per_row * size))
    for col in range(n_cols):
        for row in range(images_per_row):
            channel_image = layer_activation[0, :, :, col * images_per_row + row]
            channel_image -= channel_image.mean()
            channel_image /= channel_image.std() + 1e-5
            channel_image *= 64
            channel_image += 128
            channel_image = np.clip(channel_image, 0, 255).astype('uint8')
            display_grid[col * size: (col + 1) * size,
                         row * size: (row + 1) * size] = channel_image
    scale = 1. / size
    plt.figure(figsize=(scale * display_grid.shape[1], scale * display_grid.shape[0]))
    plt.title(layer_name)
    plt.grid(False)
    plt.imshow(display_grid, aspect='auto', cmap='viridis')
    print(layer_name, display_grid.shape)
plt.show()
