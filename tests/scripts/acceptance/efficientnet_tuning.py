"""An EfficientNet frozen, its top trained, then thawed but for its BatchNormalization."""

import sys

import keras
import numpy as np
from keras import layers
from keras.applications import EfficientNetB0

photos = sys.argv[1]
ds = keras.utils.image_dataset_from_directory(
    photos, image_size=(64, 64), batch_size=12, label_mode="categorical", shuffle=False
)
img_augmentation_layers = [
    layers.RandomRotation(factor=0.15),
    layers.RandomTranslation(height_factor=0.1, width_factor=0.1),
    layers.RandomFlip(),
    layers.RandomContrast(factor=0.1),
]


def img_augmentation(images):
    for layer in img_augmentation_layers:
        images = layer(images)
    return images


def build_model(num_classes):
    inputs = layers.Input(shape=(64, 64, 3))
    x = img_augmentation(inputs)
    model = EfficientNetB0(include_top=False, input_tensor=x, weights=None)
    model.trainable = False
    x = layers.GlobalAveragePooling2D(name="avg_pool")(model.output)
    x = layers.BatchNormalization()(x)
    x = layers.Dropout(0.2, name="top_dropout")(x)
    outputs = layers.Dense(num_classes, activation="softmax", name="pred")(x)
    model = keras.Model(inputs, outputs, name="EfficientNet")
    optimizer = keras.optimizers.Adam(learning_rate=1e-2)
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def unfreeze_model(model):
    for layer in model.layers[-20:]:
        if not isinstance(layer, layers.BatchNormalization):
            layer.trainable = True
    optimizer = keras.optimizers.Adam(learning_rate=1e-5)
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])


model = build_model(3)
print("trainable:", [w.path.split("/")[-2] for w in model.trainable_weights])
model.fit(ds, epochs=1, verbose=0)
unfreeze_model(model)
print("then:", len(model.trainable_weights), len(model.layers))
hist = model.fit(ds, epochs=1, validation_data=ds, verbose=0)
print("finite:", bool(np.isfinite(hist.history["val_loss"][0])), sorted(hist.history))
