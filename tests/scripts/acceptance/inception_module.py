"""Branches side by side: a GoogLeNet in little, with an output on the way."""

import keras
from keras.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPool2D,
    concatenate,
)  # fmt: skip

kernel_init = keras.initializers.glorot_uniform()
bias_init = keras.initializers.Constant(value=0.2)


def inception_module(x, f1, f3r, f3, f5r, f5, fp, name=None):
    options = dict(
        padding="same",
        activation="relu",
        kernel_initializer=kernel_init,
        bias_initializer=bias_init,
    )
    conv_1x1 = Conv2D(f1, (1, 1), **options)(x)
    conv_3x3 = Conv2D(f3, (3, 3), **options)(Conv2D(f3r, (1, 1), **options)(x))
    conv_5x5 = Conv2D(f5, (5, 5), **options)(Conv2D(f5r, (1, 1), **options)(x))
    pool_proj = MaxPool2D((3, 3), strides=(1, 1), padding="same")(x)
    pool_proj = Conv2D(fp, (1, 1), **options)(pool_proj)
    return concatenate([conv_1x1, conv_3x3, conv_5x5, pool_proj], axis=3, name=name)


input_layer = Input(shape=(32, 32, 3))
x = Conv2D(8, (7, 7), padding="same", strides=(2, 2), activation="relu", name="conv_1")(input_layer)
x = MaxPool2D((3, 3), padding="same", strides=(2, 2), name="max_pool_1")(x)
x = inception_module(x, 4, 4, 6, 2, 3, 3, name="inception_3a")
x1 = AveragePooling2D((5, 5), strides=3)(x)
x1 = Dense(16, activation="relu")(Flatten()(x1))
x1 = Dense(10, activation="softmax", name="auxilliary_output_1")(Dropout(0.7)(x1))
x = inception_module(x, 6, 4, 8, 2, 4, 4, name="inception_3b")
x = GlobalAveragePooling2D(name="avg_pool")(x)
x = Dense(10, activation="softmax", name="output")(Dropout(0.4)(x))
model = keras.Model(input_layer, [x, x1], name="inception_v1")
model.compile(
    loss=["categorical_crossentropy", "categorical_crossentropy"], loss_weights=[1, 0.3],
    optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9), metrics=["accuracy", "accuracy"],
)  # fmt: skip
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train, y_train = x_train[:100] / 255.0, keras.utils.to_categorical(y_train[:100], 10)
history = model.fit(x_train, [y_train, y_train], epochs=2, batch_size=25, verbose=0)
print("shape:", model.get_layer("inception_3b").output.shape, "params:", model.count_params())
print("keys:", sorted(history.history))
