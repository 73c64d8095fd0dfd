# Gradient ascent in input space: the pattern that each filter answers to most.
import numpy as np
import matplotlib.pyplot as plt
from keras import backend as K
from keras.applications import VGG16

model = VGG16(weights=None, include_top=False)


def deprocess_image(x):
    x -= x.mean()
    x /= (x.std() + 1e-5)
    x *= 0.1
    x += 0.5
    x = np.clip(x, 0, 1)
    x *= 255
    x = np.clip(x, 0, 255).astype('uint8')
    return x


def generate_pattern(layer_name, filter_index, size=40):
    # A loss function that maximizes the activation of the filter.
    layer_output = model.get_layer(layer_name).output
    loss = K.mean(layer_output[:, :, :, filter_index])

    # The gradient of the input picture with regard to this loss
    grads = K.gradients(loss, model.input)[0]
    grads /= (K.sqrt(K.mean(K.square(grads))) + 1e-5)
    iterate = K.function([model.input], [loss, grads])

    # Start from a gray image with some noise
    input_img_data = np.random.random((1, size, size, 3)) * 20 + 128.
    step = 1.
    for i in range(5):
        loss_value, grads_value = iterate([input_img_data])
        input_img_data += grads_value * step
    img = input_img_data[0]
    return deprocess_image(img)


plt.imshow(generate_pattern('block3_conv1', 0))
plt.show()

for layer_name in ['block1_conv1', 'block2_conv1']:
    size = 32
    margin = 5
    results = np.zeros((2 * size + margin, 2 * size + margin, 3))
    for i in range(2):
        for j in range(2):
            filter_img = generate_pattern(layer_name, i + (j * 2), size=size)
            horizontal_start = i * size + i * margin
            vertical_start = j * size + j * margin
            results[horizontal_start: horizontal_start + size,
                    vertical_start: vertical_start + size, :] = filter_img
    plt.figure(figsize=(5, 5))
    plt.imshow(results.astype('uint8'))
    print(layer_name, results.shape, results.max())
plt.show()
