"""A training loop of one's own over a dataset, with GradientTape and metrics."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

keras.utils.set_random_seed(1)
random = np.random.RandomState(0)
y = random.randint(0, 3, 96)
x = random.rand(96, 12, 12, 1).astype("float32") + y[:, None, None, None] - 1

train_dataset = tf.data.Dataset.from_tensor_slices((x, y))
train_dataset = train_dataset.shuffle(buffer_size=96).batch(16)
val_dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)

inputs = keras.Input(shape=(12, 12, 1))
h = keras.layers.Conv2D(4, 3, activation="relu")(inputs)
h = keras.layers.Flatten()(h)
model = keras.Model(inputs=inputs, outputs=keras.layers.Dense(3)(h))
optimizer = keras.optimizers.Adam(learning_rate=0.01)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train_acc_metric = keras.metrics.SparseCategoricalAccuracy()
val_acc_metric = keras.metrics.SparseCategoricalAccuracy()


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss_value = loss_fn(y, logits)
    grads = tape.gradient(loss_value, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    train_acc_metric.update_state(y, logits)
    return loss_value


for epoch in range(6):
    for step, (x_batch_train, y_batch_train) in enumerate(train_dataset):
        loss_value = train_step(x_batch_train, y_batch_train)
    print("Training loss at step %d: %.4f" % (step, float(loss_value)))
    train_acc_metric.reset_state()
for x_batch_val, y_batch_val in val_dataset:
    val_acc_metric.update_state(y_batch_val, model(x_batch_val, training=False))
print("steps:", step + 1, "learns:", float(val_acc_metric.result()) > 0.6)
