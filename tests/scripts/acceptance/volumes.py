"""A small network of volumes: bright balls against bright cubes in noisy scans."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(1)
random = np.random.default_rng(1)
side, count = 12, 80
z, y, x = np.mgrid[:side, :side, :side]


def scan(is_ball):
    centre, radius = random.uniform(4, 8, 3), random.uniform(2, 4)
    far = [abs(axis - at) for axis, at in zip((z, y, x), centre)]
    inside = np.sqrt(sum(one**2 for one in far)) < radius if is_ball else np.max(far, 0) < radius
    return (inside + random.normal(0, 0.3, inside.shape)).astype("float32")


labels = np.arange(count) % 2
scans = np.stack([scan(label) for label in labels])[..., np.newaxis]


def get_model(width, height, depth):
    inputs = keras.Input((width, height, depth, 1))
    x = layers.Conv3D(filters=8, kernel_size=3, activation="relu", padding="same")(inputs)
    x = layers.MaxPool3D(pool_size=2)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Conv3D(filters=16, kernel_size=3, activation="relu")(x)
    x = layers.ZeroPadding3D(1)(x)
    x = layers.Dropout(0.1)(x)
    x = layers.GlobalAveragePooling3D()(x)
    x = layers.Dense(units=16, activation="relu")(x)
    outputs = layers.Dense(units=1, activation="sigmoid")(x)
    return keras.Model(inputs, outputs, name="3dcnn")


model = get_model(width=side, height=side, depth=side)
model.summary()
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.01), metrics=["acc"])
history = model.fit(
    scans[:60],
    labels[:60],
    validation_data=(scans[60:], labels[60:]),
    epochs=4,
    batch_size=10,
    verbose=0,
)
print("falls:", history.history["loss"][-1] < history.history["loss"][0])
model.save("3d_image_classification.keras")
model = keras.models.load_model("3d_image_classification.keras")
prediction = model.predict(np.expand_dims(scans[0], axis=0), verbose=0)[0]
print("shapes:", [layer.output.shape for layer in model.layers][1:5], prediction.shape)

decoder = keras.Sequential(
    [
        keras.Input((3, 3, 3, 4)),
        layers.Conv3DTranspose(2, 3, strides=2, padding="same"),
        layers.UpSampling3D(2),
        layers.Cropping3D(((1, 1), (0, 2), (2, 0))),
        layers.AveragePooling3D(2, padding="same"),
    ]
)
print("decoder:", decoder.output_shape, decoder.count_params())
