"""ConvMixer: patches, then depthwise convolutions with a residual and pointwise ones."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
val_split = 0.1
val_indices = int(len(x_train) * val_split)
new_x_train, new_y_train = x_train[val_indices:], y_train[val_indices:]
x_val, y_val = x_train[:val_indices], y_train[:val_indices]


def activation_block(x):
    x = layers.Activation("gelu")(x)
    return layers.BatchNormalization()(x)


def conv_stem(x, filters, patch_size):
    x = layers.Conv2D(filters, kernel_size=patch_size, strides=patch_size)(x)
    return activation_block(x)


def conv_mixer_block(x, filters, kernel_size):
    x0 = x
    x = layers.DepthwiseConv2D(kernel_size=kernel_size, padding="same")(x)
    x = layers.Add()([activation_block(x), x0])
    x = layers.Conv2D(filters, kernel_size=1)(x)
    return activation_block(x)


def get_conv_mixer(image_size=32, filters=32, depth=2, kernel_size=5, patch_size=4, num_classes=10):
    inputs = keras.Input((image_size, image_size, 3))
    x = layers.Rescaling(scale=1.0 / 255)(inputs)
    x = conv_stem(x, filters, patch_size)
    for _ in range(depth):
        x = conv_mixer_block(x, filters, kernel_size)
    x = layers.GlobalAvgPool2D()(x)
    outputs = layers.Dense(num_classes, activation="softmax")(x)
    return keras.Model(inputs, outputs)


model = get_conv_mixer()
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.0001),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
checkpoint = keras.callbacks.ModelCheckpoint(
    "mixer.weights.h5", monitor="val_accuracy", save_best_only=True, save_weights_only=True
)
history = model.fit(
    new_x_train, new_y_train, validation_data=(x_val, y_val), batch_size=45, epochs=2,
    callbacks=[checkpoint], verbose=0,
)  # fmt: skip
model.load_weights("mixer.weights.h5")
_, accuracy = model.evaluate(x_test, y_test, verbose=0)
print("params:", model.count_params(), "kernel:", model.layers[2].kernel.shape)
print("between:", 0 <= accuracy <= 1, len(history.history["val_accuracy"]))
