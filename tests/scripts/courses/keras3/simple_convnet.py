"""A simple convnet that reaches a decent accuracy on the digits (Keras 3)."""

import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(812)

# Model / data parameters
num_classes = 10
input_shape = (28, 28, 1)

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()

# Scale images to the [0, 1] range
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255
# Make sure images have shape (28, 28, 1)
x_train = np.expand_dims(x_train, -1)
x_test = np.expand_dims(x_test, -1)
print("x_train shape:", x_train.shape)
print(x_train.shape[0], "train samples")

# convert class vectors to binary class matrices
y_train = keras.utils.to_categorical(y_train, num_classes)
y_test = keras.utils.to_categorical(y_test, num_classes)

model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Conv2D(16, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(32, kernel_size=(3, 3), activation="silu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.GroupNormalization(groups=8),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(num_classes, activation="softmax"),
    ]
)
model.summary(expand_nested=True, show_trainable=True)

model.compile(
    loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    optimizer=keras.optimizers.AdamW(learning_rate=1e-3, weight_decay=1e-4),
    metrics=[
        keras.metrics.CategoricalAccuracy(name="acc"),
        keras.metrics.TopKCategoricalAccuracy(k=3, name="top3"),
        keras.metrics.F1Score(average="macro", name="f1"),
    ],
)
history = model.fit(
    x_train,
    y_train,
    batch_size=32,
    epochs=2,
    validation_split=0.1,
    callbacks=[
        keras.callbacks.ModelCheckpoint(filepath="model_at_epoch_{epoch}.keras"),
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True),
    ],
)
score = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
print("Test scores:", sorted(score))

model.save("final_model.keras")
model = keras.saving.load_model("final_model.keras")
predictions = model.predict(x_test[:5])
print(keras.ops.argmax(predictions, axis=-1).shape, predictions.sum(axis=-1).round(3))
print("backend:", type(keras.config.backend()).__name__, keras.config.floatx())
