"""The lesson's first half, from convolution to Adam, written for Keras.

    python -m saccade examples/lesson_first_half.py

runs it without Keras. The images are scikit-learn's handwritten digits, enlarged to 28x28.
"""

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import Sequential
from tensorflow.keras.layers import AvgPool2D, Conv2D, Dense, Flatten
from tensorflow.keras.optimizers import Adam

# Convolution of a sequence: the scalar product at every position.


def convolve(sequence, weights):
    convolution = np.zeros(len(sequence) - len(weights) + 1)
    for i in range(convolution.shape[0]):
        convolution[i] = np.sum(weights * sequence[i : i + len(weights)])
    return convolution


print("convolution:", convolve(np.array([2, 3, 5, 7, 11]), np.array([-1, 1])))

# Contours of an image: the same in two dimensions.

digits = load_digits()
images = np.kron(digits.images / 16, np.ones((3, 3)))  # 24x24
images = np.pad(images, ((0, 0), (2, 2), (2, 2)))[..., None]
horizontal = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
vertical = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
contours = keras.layers.Conv2D(
    filters=2, kernel_size=3, strides=1, padding="same", activation=None, use_bias=False
)
contours.build((None, 28, 28, 1))
contours.set_weights([np.stack([horizontal, vertical], axis=-1)[:, :, None, :]])
print("contours:", tuple(contours(images[:1].astype("float32")).shape))

# A convolutional layer and a fully connected one.

model = Sequential()
model.add(Conv2D(filters=4, kernel_size=(3, 3), input_shape=(32, 32, 3)))
model.add(Flatten())
model.add(Dense(12))
print("shapes:", [layer.output_shape for layer in model.layers])

# LeNet, with stochastic gradient descent.


def lenet():
    model = Sequential()
    model.add(Conv2D(6, (5, 5), padding="same", activation="tanh", input_shape=(28, 28, 1)))
    model.add(AvgPool2D(pool_size=(2, 2)))
    model.add(Conv2D(16, (5, 5), padding="valid", activation="tanh"))
    model.add(AvgPool2D(pool_size=(2, 2)))
    model.add(Flatten())
    model.add(Dense(120, activation="tanh"))
    model.add(Dense(84, activation="tanh"))
    model.add(Dense(10, activation="softmax"))
    return model


x_train, y_train = images[:1400], digits.target[:1400]
x_test, y_test = images[1400:], digits.target[1400:]

model = lenet()
model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["acc"])
model.summary()
model.fit(x_train, y_train, validation_data=(x_test, y_test), epochs=2, verbose=2)

# The same with Adam: by name, as an object, and with a learning rate.

for optimizer in ("adam", Adam(), Adam(lr=0.01)):
    model = lenet()
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["acc"])
    history = model.fit(x_train, y_train, epochs=3, verbose=0)
    print("accuracy:", round(model.evaluate(x_test, y_test, verbose=0)[1], 4))
