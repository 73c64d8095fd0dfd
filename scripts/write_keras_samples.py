"""Writes tests/files/written_by_keras: a small trained model, as Keras writes it on a backend.

    KERAS_BACKEND=jax python scripts/write_keras_samples.py

Run it once for each backend, in an environment with that backend and Keras. Beside the model are
an input, what Keras predicts for it, and what it predicts after one epoch more.
"""

from pathlib import Path

import keras
import numpy as np

FOLDER = Path(__file__).parents[1] / "tests" / "files" / "written_by_keras"


def main() -> None:
    keras.utils.set_random_seed(0)
    x = np.random.RandomState(1).rand(32, 8, 8, 1).astype("float32")
    y = (x.mean((1, 2, 3)) > 0.5).astype("int32")
    entry = keras.Input((8, 8, 1), name="entry")
    z = keras.layers.Conv2D(3, 3, padding="same", use_bias=False)(entry)
    z = keras.layers.BatchNormalization()(z)
    z = keras.layers.Add()([keras.layers.ReLU()(z), keras.layers.DepthwiseConv2D(1)(z)])
    z = keras.layers.Dropout(0.0, seed=3)(z)
    z = keras.layers.GlobalAveragePooling2D()(z)
    model = keras.Model(entry, keras.layers.Dense(2, activation="softmax")(z))
    rate = keras.optimizers.schedules.CosineDecay(0.01, 100)
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=0.01, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(1, name="top")],
    )
    model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    backend = keras.backend.backend()
    model.save(FOLDER / f"{backend}.keras")
    before = model.predict(x, verbose=0)
    model.fit(x, y, epochs=1, batch_size=8, shuffle=False, verbose=0)
    after = model.predict(x, verbose=0)
    np.savez_compressed(FOLDER / f"{backend}.npz", x=x, y=y, before=before, after=after)


if __name__ == "__main__":
    main()
