"""RandAugment, MixUp and CutMix by layers of Keras 3."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(5)
random = np.random.RandomState(0)
labels = random.randint(0, 3, 24)
images = random.randint(0, 255, (24, 20, 20, 3)).astype("float32")
augment = layers.RandAugment(value_range=(0, 255), num_ops=2, factor=0.5)
changed = keras.ops.convert_to_numpy(augment(images, training=True))
print("changed:", changed.shape, bool(np.abs(changed - images).max() > 1))
print("range:", bool(changed.min() >= 0 and changed.max() <= 255))
one_hot = keras.utils.to_categorical(labels, 3)
for layer in (layers.MixUp(alpha=0.4), layers.CutMix(factor=1.0)):
    out = layer({"images": images, "labels": one_hot}, training=True)
    mixed, shares = (keras.ops.convert_to_numpy(out[key]) for key in ("images", "labels"))
    print(type(layer).__name__, mixed.shape, np.allclose(shares.sum(axis=1), 1, atol=1e-5))
model = keras.Sequential(
    [
        keras.Input((20, 20, 3)),
        augment,
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(6, 3, activation="swish"),
        layers.SpatialDropout2D(0.2),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3, activation="softmax"),
    ]
)
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(images, one_hot, epochs=2, batch_size=8, verbose=0)
one, two = (model.predict(images, verbose=0) for _ in range(2))
print("at rest:", np.array_equal(one, two))
