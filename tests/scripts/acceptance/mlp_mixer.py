"""Patches cut by a layer of one's own, and an MLP mixer on them."""

import keras
import numpy as np
from keras import layers, ops


class Patches(layers.Layer):
    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = patch_size

    def call(self, x):
        patches = ops.image.extract_patches(x, self.patch_size)
        batch_size = ops.shape(patches)[0]
        num_patches = ops.shape(patches)[1] * ops.shape(patches)[2]
        patch_dim = ops.shape(patches)[3]
        return ops.reshape(patches, (batch_size, num_patches, patch_dim))

    def get_config(self):
        return {**super().get_config(), "patch_size": self.patch_size}


class MLPMixerLayer(layers.Layer):
    def __init__(self, num_patches, hidden_units, dropout_rate, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.mlp1 = keras.Sequential(
            [
                layers.Dense(units=num_patches, activation="gelu"),
                layers.Dense(units=num_patches),
                layers.Dropout(rate=dropout_rate),
            ]
        )
        self.mlp2 = keras.Sequential(
            [
                layers.Dense(units=hidden_units, activation="gelu"),
                layers.Dense(units=hidden_units),
                layers.Dropout(rate=dropout_rate),
            ]
        )
        self.normalize = layers.LayerNormalization(epsilon=1e-6)

    def call(self, inputs):
        x = self.normalize(inputs)
        x_channels = ops.transpose(x, axes=(0, 2, 1))
        mlp1_outputs = ops.transpose(self.mlp1(x_channels), axes=(0, 2, 1))
        x = mlp1_outputs + inputs
        return x + self.mlp2(self.normalize(x))


inputs = keras.Input((16, 16, 3))
x = Patches(4)(inputs)
x = layers.Dense(24)(x)
x = keras.Sequential([MLPMixerLayer(16, 24, 0.2) for _ in range(2)])(x)
x = layers.GlobalAveragePooling1D()(x)
model = keras.Model(inputs, layers.Dense(4)(layers.Dropout(0.2)(x)))
model.compile(
    optimizer=keras.optimizers.AdamW(0.005, weight_decay=0.0001),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseTopKCategoricalAccuracy(2, name="top2")],
)
random = np.random.RandomState(0)
images, labels = random.rand(64, 16, 16, 3), random.randint(0, 4, 64)
first = np.asarray(ops.convert_to_numpy(Patches(4)(images[:1].astype("float32"))))
print("patch:", np.allclose(first[0, 1].reshape(4, 4, 3), images[0, :4, 4:8], atol=1e-6))
history = model.fit(images, labels, epochs=3, batch_size=16, verbose=0)
print("falls:", history.history["loss"][-1] < history.history["loss"][0], sorted(history.history))
