# Deep dream with the Inception net.
import glob
import sys

import numpy as np
import scipy
import scipy.ndimage
from keras import backend as K
from keras.applications import inception_v3
from keras.preprocessing import image

# We will not be training our model, so this command disables all training-specific operations
K.set_learning_phase(0)
model = inception_v3.InceptionV3(weights=None, include_top=False)

layer_contributions = {
    'mixed2': 0.2,
    'mixed3': 3.,
    'mixed4': 2.,
}
layer_dict = dict([(layer.name, layer) for layer in model.layers])

loss = K.variable(0.)
for layer_name in layer_contributions:
    coeff = layer_contributions[layer_name]
    activation = layer_dict[layer_name].output
    # We avoid border artifacts by only involving non-border pixels in the loss.
    scaling = K.prod(K.cast(K.shape(activation), 'float32'))
    loss = loss + coeff * K.sum(K.square(activation[:, 2: -2, 2: -2, :])) / scaling

dream = model.input
grads = K.gradients(loss, dream)[0]
grads /= K.maximum(K.mean(K.abs(grads)), 1e-7)
outputs = [loss, grads]
fetch_loss_and_grads = K.function([dream], outputs)


def eval_loss_and_grads(x):
    outs = fetch_loss_and_grads([x])
    loss_value = outs[0]
    grad_values = outs[1]
    return loss_value, grad_values


def gradient_ascent(x, iterations, step, max_loss=None):
    for i in range(iterations):
        loss_value, grad_values = eval_loss_and_grads(x)
        if max_loss is not None and loss_value > max_loss:
            break
        print('...Loss value at', i, ':', loss_value)
        x += step * grad_values
    return x


def resize_img(img, size):
    img = np.copy(img)
    factors = (1, float(size[0]) / img.shape[1], float(size[1]) / img.shape[2], 1)
    return scipy.ndimage.zoom(img, factors, order=1)


def preprocess_image(image_path):
    img = image.load_img(image_path)
    img = image.img_to_array(img)
    img = scipy.ndimage.zoom(img, (2.5, 2.5, 1), order=1)
    img = np.expand_dims(img, axis=0)
    img = inception_v3.preprocess_input(img)
    return img


img = preprocess_image(sorted(glob.glob(sys.argv[1] + '/bar/*'))[0])
original_shape = img.shape[1:3]
shapes = [original_shape, tuple([int(dim / 1.2) for dim in original_shape])][::-1]
original_img = np.copy(img)
shrunk_original_img = resize_img(img, shapes[0])
for shape in shapes:
    print('Processing image shape', shape)
    img = resize_img(img, shape)
    img = gradient_ascent(img, iterations=2, step=0.01, max_loss=10.)
    upscaled = resize_img(shrunk_original_img, shape)
    same_size_original = resize_img(original_img, shape)
    img += same_size_original - upscaled
    shrunk_original_img = resize_img(original_img, shape)
print('final', img.shape)
