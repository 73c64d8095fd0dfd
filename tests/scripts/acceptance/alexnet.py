"""AlexNet's shape, small: overlapping pools, wide first kernels, a callable to build it."""

import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
)
from tensorflow.keras.models import Sequential

keras.backend.clear_session()
model = Sequential(name="AlexNet")
model.add(Conv2D(12, (11, 11), strides=(4, 4), activation="relu", input_shape=(67, 67, 3)))
model.add(BatchNormalization())
model.add(MaxPooling2D((3, 3), strides=(2, 2)))
model.add(Conv2D(24, (5, 5), padding="same", activation="relu", groups=2))
model.add(MaxPooling2D(pool_size=3, strides=2))
model.add(Conv2D(32, (3, 3), padding="same", activation="relu", bias_initializer="ones"))
model.add(Flatten())
model.add(Dense(40, activation="relu", kernel_constraint=keras.constraints.max_norm(1.0)))
model.add(Dropout(0.5))
model.add(Dense(2, activation="softmax"))
print("shapes:", [tuple(layer.output.shape[1:]) for layer in model.layers[:6]])
print("names:", [layer.name for layer in model.layers][-4:], model.count_params())
model.compile(
    loss=keras.losses.categorical_crossentropy,
    optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, weight_decay=5e-4),
    metrics=["accuracy"],
)
random = np.random.RandomState(0)
y = random.randint(0, 2, 30)
x = random.rand(30, 67, 67, 3) + y[:, None, None, None]
history = model.fit(x, keras.utils.to_categorical(y), epochs=2, batch_size=10, verbose=0)
norms = np.linalg.norm(model.layers[7].get_weights()[0], axis=0)
print("norms:", bool((norms <= 1.0001).all()))
