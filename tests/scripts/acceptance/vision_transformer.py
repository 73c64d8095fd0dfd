"""A small vision transformer: patches, positions, blocks of attention; trained for an epoch."""

import keras
import numpy as np
from keras import layers, ops

num_classes, image_size, patch_size = 3, 24, 6
num_patches = (image_size // patch_size) ** 2
projection_dim, num_heads, transformer_layers = 16, 2, 2
transformer_units = [projection_dim * 2, projection_dim]

draw = np.random.RandomState(5)
y_train = np.arange(90) % num_classes
x_train = draw.uniform(0, 0.3, (90, image_size, image_size, 3)).astype("float32")
for number, label in enumerate(y_train):
    x_train[number, 8 * label : 8 * label + 8] += 0.6


def mlp(x, hidden_units, dropout_rate):
    for units in hidden_units:
        x = layers.Dense(units, activation=keras.activations.gelu)(x)
        x = layers.Dropout(dropout_rate)(x)
    return x


class Patches(layers.Layer):
    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = patch_size

    def call(self, images):
        batch_size, height, width, channels = ops.shape(images)
        rows, columns = height // self.patch_size, width // self.patch_size
        patches = keras.ops.image.extract_patches(images, size=self.patch_size)
        return ops.reshape(
            patches, (batch_size, rows * columns, self.patch_size * self.patch_size * channels)
        )

    def get_config(self):
        return {**super().get_config(), "patch_size": self.patch_size}


class PatchEncoder(layers.Layer):
    def __init__(self, num_patches, projection_dim, **kwargs):
        super().__init__(**kwargs)
        self.num_patches, self.projection_dim = num_patches, projection_dim
        self.projection = layers.Dense(units=projection_dim)
        self.position_embedding = layers.Embedding(input_dim=num_patches, output_dim=projection_dim)

    def call(self, patch):
        positions = ops.expand_dims(ops.arange(start=0, stop=self.num_patches, step=1), axis=0)
        return self.projection(patch) + self.position_embedding(positions)

    def get_config(self):
        config = {"num_patches": self.num_patches, "projection_dim": self.projection_dim}
        return {**super().get_config(), **config}


def create_vit_classifier():
    inputs = keras.Input(shape=(image_size, image_size, 3))
    patches = Patches(patch_size)(inputs)
    encoded_patches = PatchEncoder(num_patches, projection_dim)(patches)
    for _ in range(transformer_layers):
        x1 = layers.LayerNormalization(epsilon=1e-6)(encoded_patches)
        attention_output = layers.MultiHeadAttention(num_heads=num_heads, key_dim=projection_dim)(
            x1, x1
        )
        x2 = layers.Add()([attention_output, encoded_patches])
        x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
        x3 = mlp(x3, hidden_units=transformer_units, dropout_rate=0.1)
        encoded_patches = layers.Add()([x3, x2])
    representation = layers.LayerNormalization(epsilon=1e-6)(encoded_patches)
    representation = layers.Flatten()(representation)
    representation = layers.Dropout(0.5)(representation)
    features = mlp(representation, hidden_units=[32], dropout_rate=0.5)
    return keras.Model(inputs=inputs, outputs=layers.Dense(num_classes)(features))


model = create_vit_classifier()
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=0.003, weight_decay=0.0001),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
)
history = model.fit(x_train, y_train, batch_size=15, epochs=3, validation_split=0.2, verbose=0)
losses = history.history["loss"]
print("falls:", losses[-1] < losses[0], "params:", model.count_params())

model.save("vit.keras")
again = keras.models.load_model(
    "vit.keras", custom_objects={"Patches": Patches, "PatchEncoder": PatchEncoder}
)
same = np.allclose(
    again.predict(x_train[:4], verbose=0), model.predict(x_train[:4], verbose=0), atol=1e-5
)
attention = next(one for one in model.layers if isinstance(one, layers.MultiHeadAttention))
print("saved:", same, "kernels:", [tuple(w.shape) for w in attention.weights][::2])
