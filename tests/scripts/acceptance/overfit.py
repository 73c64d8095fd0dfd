"""Penalties and dropout against overfitting, with a rate that falls over time."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, regularizers

random = np.random.RandomState(0)
x, y = random.rand(100, 8, 8, 1).astype("float32"), random.randint(0, 2, (100, 1))
N_TRAIN, BATCH_SIZE = 80, 20
STEPS_PER_EPOCH = N_TRAIN // BATCH_SIZE
ds = tf.data.Dataset.from_tensor_slices((x, y))
train_ds = ds.skip(20).take(N_TRAIN).cache().shuffle(N_TRAIN).repeat().batch(BATCH_SIZE)
validate_ds = ds.take(20).cache().batch(BATCH_SIZE)
lr_schedule = tf.keras.optimizers.schedules.InverseTimeDecay(
    0.001, decay_steps=STEPS_PER_EPOCH * 10, decay_rate=1, staircase=False
)
print("rates:", np.allclose([float(lr_schedule(step)) for step in (0, 40, 120)],
                            [0.001, 0.0005, 0.00025]))  # fmt: skip
model = tf.keras.Sequential(
    [
        layers.Flatten(input_shape=(8, 8, 1)),
        layers.Dense(16, kernel_regularizer=regularizers.l2(0.01), activation="elu"),
        layers.Dropout(0.5),
        layers.Dense(16, kernel_regularizer=regularizers.L1L2(0.001, 0.002), activation="elu"),
        layers.Dense(1),
    ]
)
penalty = sum(float(value) for value in model.losses)
w1, w2 = model.layers[1].get_weights()[0], model.layers[3].get_weights()[0]
needed = 0.01 * (w1**2).sum() + 0.001 * abs(w2).sum() + 0.002 * (w2**2).sum()
print("penalty:", abs(penalty - needed) < 1e-4)
model.compile(
    optimizer=tf.keras.optimizers.Adam(lr_schedule),
    loss=tf.keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[
        tf.keras.metrics.BinaryCrossentropy(from_logits=True, name="binary_crossentropy"),
        "accuracy",
    ],
)
history = model.fit(
    train_ds, steps_per_epoch=STEPS_PER_EPOCH, epochs=3, validation_data=validate_ds, verbose=0,
    callbacks=[tf.keras.callbacks.EarlyStopping(monitor="val_binary_crossentropy", patience=200)],
)  # fmt: skip
gap = history.history["val_loss"][-1] - history.history["val_binary_crossentropy"][-1]
print("the loss has the penalty:", abs(gap - sum(float(v) for v in model.losses)) < 1e-3)
