"""Capsules with routing and a decoder on two inputs, as a repository writes them."""

import keras
import numpy as np
from keras import layers, ops


def squash(vectors, axis=-1):
    squared = ops.sum(ops.square(vectors), axis, keepdims=True)
    return squared / (1 + squared) / ops.sqrt(squared + keras.backend.epsilon()) * vectors


class Length(layers.Layer):
    def call(self, inputs):
        return ops.sqrt(ops.sum(ops.square(inputs), -1) + keras.backend.epsilon())

    def compute_output_shape(self, input_shape):
        return input_shape[:-1]


class Mask(layers.Layer):
    def call(self, inputs):
        if type(inputs) is list:
            inputs, mask = inputs
        else:
            mask = ops.one_hot(ops.argmax(ops.sum(ops.square(inputs), -1), 1), inputs.shape[1])
        masked = inputs * ops.expand_dims(mask, -1)
        return ops.reshape(masked, [-1, inputs.shape[1] * inputs.shape[2]])

    def compute_output_shape(self, input_shape):
        if type(input_shape[0]) is tuple:  # with a mask
            return (None, input_shape[0][1] * input_shape[0][2])
        return (None, input_shape[1] * input_shape[2])


class Capsules(layers.Layer):
    def __init__(self, count, dim, routings=2, **kwargs):
        super().__init__(**kwargs)
        self.count, self.dim, self.routings = count, dim, routings

    def build(self, input_shape):
        _, inner, inner_dim = input_shape
        shape = [self.count, inner, self.dim, inner_dim]
        self.W = self.add_weight(shape=shape, initializer="glorot_uniform", name="W")

    def call(self, inputs):
        votes = ops.einsum("bie,jide->bjid", inputs, self.W)
        logits = ops.zeros_like(votes[..., :1])
        for step in range(self.routings):
            shares = ops.softmax(logits, axis=1)
            outputs = squash(ops.sum(shares * votes, axis=2, keepdims=True))
            if step < self.routings - 1:
                logits = logits + ops.sum(votes * outputs, axis=-1, keepdims=True)
        return ops.squeeze(outputs, axis=2)

    def compute_output_shape(self, input_shape):
        return (None, self.count, self.dim)


def margin_loss(y_true, y_pred):
    missed = y_true * ops.square(ops.maximum(0.0, 0.9 - y_pred))
    wrong = 0.5 * (1 - y_true) * ops.square(ops.maximum(0.0, y_pred - 0.1))
    return ops.mean(ops.sum(missed + wrong, 1))


draw = np.random.RandomState(3)
labels = np.arange(36) % 3
x = draw.uniform(0, 0.3, (36, 16, 16, 1)).astype("float32")
for number, label in enumerate(labels):
    x[number, 5 * label : 5 * label + 5] += 0.6
y = keras.utils.to_categorical(labels, 3)

image = layers.Input((16, 16, 1))
maps = layers.Conv2D(16, 5, strides=2, activation="relu", name="maps")(image)
primary = layers.Reshape([-1, 8])(layers.Conv2D(16, 3, strides=2, name="primary")(maps))
capsules = Capsules(3, 4, name="capsules")(layers.Lambda(squash)(primary))
length = Length(name="length")(capsules)
truth = layers.Input((3,))
decoder = keras.Sequential(
    [
        keras.Input((12,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(256, activation="sigmoid"),
        layers.Reshape((16, 16, 1)),
    ],
    name="decoder",
)
model = keras.Model([image, truth], [length, decoder(Mask()([capsules, truth]))])
reader = keras.Model(image, [length, decoder(Mask()(capsules))])
model.compile("adam", [margin_loss, "mse"], loss_weights=[1.0, 0.4], metrics=["accuracy", None])
history = model.fit([x, y], [y, x], batch_size=6, epochs=4, verbose=0)
print("falls:", history.history["loss"][-1] < history.history["loss"][0], model.name)
scores, again = reader.predict(x[:5], verbose=0)
print("shapes:", scores.shape, again.shape, model.output_shape)
