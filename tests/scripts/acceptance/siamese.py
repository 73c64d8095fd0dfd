"""Two pictures through one network, and a Lambda that says how far apart they are."""

import numpy as np
from keras import backend as K
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, Lambda, MaxPooling2D
from keras.models import Model
from keras.optimizers import RMSprop

margin = 1


def euclidean_distance(vects):
    x, y = vects
    sum_square = K.sum(K.square(x - y), axis=1, keepdims=True)
    return K.sqrt(K.maximum(sum_square, K.epsilon()))


def contrastive_loss(y_true, y_pred):
    square_pred = K.square(y_pred)
    margin_square = K.square(K.maximum(margin - y_pred, 0))
    return K.mean(y_true * square_pred + (1 - y_true) * margin_square)


def accuracy(y_true, y_pred):
    return K.mean(K.equal(y_true, K.cast(y_pred < 0.5, y_true.dtype)))


def create_base_network(input_shape):
    input = Input(shape=input_shape)
    x = Conv2D(8, (3, 3), activation="relu")(input)
    x = MaxPooling2D()(x)
    x = Flatten()(x)
    x = Dropout(0.1)(x)
    x = Dense(16, activation="relu")(x)
    return Model(input, x)


random = np.random.RandomState(0)
kinds = random.randint(0, 2, (80, 2))
pairs = random.rand(80, 2, 12, 12, 1) + kinds[:, :, None, None, None]
y = (kinds[:, 0] == kinds[:, 1]).astype("float32")
base_network = create_base_network((12, 12, 1))
input_a, input_b = Input(shape=(12, 12, 1)), Input(shape=(12, 12, 1))
processed_a, processed_b = base_network(input_a), base_network(input_b)
distance = Lambda(euclidean_distance, output_shape=(1,))([processed_a, processed_b])
model = Model([input_a, input_b], distance)
model.compile(loss=contrastive_loss, optimizer=RMSprop(), metrics=[accuracy])
history = model.fit([pairs[:, 0], pairs[:, 1]], y[:, None], batch_size=16, epochs=6, verbose=0)
y_pred = model.predict([pairs[:, 0], pairs[:, 1]], verbose=0)
swapped = model.predict([pairs[:, 1], pairs[:, 0]], verbose=0)
print(
    "shared:", len(model.trainable_weights), "symmetric:", np.allclose(y_pred, swapped, atol=1e-5)
)
print("apart:", y_pred[y == 0].mean() > y_pred[y == 1].mean(), sorted(history.history))
