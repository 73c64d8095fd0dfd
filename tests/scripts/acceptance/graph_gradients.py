# Class heatmap and filter patterns as books for Keras 1 and 2 draw them: K.gradients, K.function.
import sys

import numpy as np
from keras import backend as K
from keras.layers import Convolution2D, Dense, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.preprocessing import image
from keras.preprocessing.image import ImageDataGenerator

K.set_learning_phase(0)
flow = ImageDataGenerator(rescale=1.0 / 255).flow_from_directory(
    sys.argv[1], target_size=(32, 32), batch_size=6, class_mode="categorical", seed=1
)
model = Sequential()
model.add(Convolution2D(6, 3, 3, activation="relu", name="first", input_shape=(32, 32, 3)))
model.add(MaxPooling2D((2, 2)))
model.add(Convolution2D(8, 3, 3, activation="relu", name="last"))
model.add(Flatten())
model.add(Dense(flow.num_classes, activation="softmax"))
model.compile("adam", "categorical_crossentropy", ["accuracy"])
model.fit_generator(flow, samples_per_epoch=flow.n, nb_epoch=2, verbose=0)

img = image.load_img(flow.filepaths[0], target_size=(32, 32))
x = np.expand_dims(image.img_to_array(img) / 255.0, axis=0)
best = np.argmax(model.predict(x)[0])
class_output = model.output[:, best]
last = model.get_layer("last")
grads = K.gradients(class_output, last.output)[0]
pooled_grads = K.mean(grads, axis=(0, 1, 2))
iterate = K.function([model.input], [pooled_grads, last.output[0]])
pooled, maps = iterate([x])
for i in range(8):
    maps[:, :, i] *= pooled[i]
heatmap = np.maximum(np.mean(maps, axis=-1), 0)
print("heatmap:", heatmap.shape, pooled.shape, bool(np.isfinite(heatmap).all()))


def pattern(name, number, steps=20):
    loss = K.mean(model.get_layer(name).output[:, :, :, number])
    grads = K.gradients(loss, model.input)[0]
    grads /= K.sqrt(K.mean(K.square(grads))) + 1e-5
    iterate = K.function([model.input, K.learning_phase()], [loss, grads])
    picture, losses = np.random.RandomState(0).random_sample((1, 32, 32, 3)) * 0.1 + 0.5, []
    for _ in range(steps):
        value, direction = iterate([picture, 0])
        losses.append(value)
        picture += direction * 0.01
    return picture, losses


rising = 0
for number in range(6):  # one that never answers has no slope
    picture, losses = pattern("first", number)
    rising += bool(losses[-1] > losses[0])
print("pattern:", picture.shape, "rises:", rising > 0)
