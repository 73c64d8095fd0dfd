"""Films: a net of images on every frame, a mask for those that are missing, attention over time."""

import keras
import numpy as np
from keras import layers

frames, size = 5, 16
draw = np.random.RandomState(2)
y = np.arange(48) % 2
x = draw.uniform(0, 0.2, (48, frames, size, size, 1)).astype("float32")
for number, label in enumerate(y):  # a bar that moves down, or one that moves to the right
    for step in range(frames):
        if label:
            x[number, step, 3 * step : 3 * step + 3] += 0.7
        else:
            x[number, step, :, 3 * step : 3 * step + 3] += 0.7
lengths = draw.randint(3, frames + 1, len(x))
for number, length in enumerate(lengths):
    x[number, length:] = 0.0

convnet = keras.Sequential(
    [
        keras.Input((size, size, 1)),
        layers.Conv2D(6, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(8, 3, activation="relu"),
        layers.GlobalMaxPooling2D(),
    ],
    name="convnet",
)

inputs = keras.Input((frames, size, size, 1))
features = layers.TimeDistributed(convnet)(inputs)
flat = layers.TimeDistributed(layers.Flatten())(inputs)
there = layers.Masking()(flat)  # a frame of zeros is no frame
steps = layers.TimeDistributed(layers.Dense(8))(there)
joined = layers.Concatenate()([steps, features])
joined = layers.TimeDistributed(layers.Dense(12, activation="relu"))(joined)
attended = layers.MultiHeadAttention(num_heads=2, key_dim=6)(joined, joined)
pooled = layers.GlobalAveragePooling1D()(attended)
outputs = layers.Dense(1, activation="sigmoid")(pooled)
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
print("shapes:", features.shape, steps.shape, attended.shape)
history = model.fit(x, y, batch_size=12, epochs=4, verbose=0)
print("falls:", history.history["loss"][-1] < history.history["loss"][0])

model.save_weights("frames.weights.h5")
before = model.predict(x[:6], verbose=0)
model.fit(x, y, batch_size=12, epochs=1, verbose=0)
model.load_weights("frames.weights.h5")
print("loaded:", np.allclose(model.predict(x[:6], verbose=0), before, atol=1e-6))
