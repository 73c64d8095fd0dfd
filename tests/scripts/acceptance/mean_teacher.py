"""A teacher that follows its student; pairs out of windows of a film; counts read from a metric."""

import numpy as np
import tensorflow as tf

draw = np.random.RandomState(4)
labels = np.arange(40) // 2 % 2  # two frames of a scene in a row
frames = draw.uniform(0, 0.3, (40, 12, 12, 3)).astype("float32")
frames[labels == 1, :, :6] += 0.5

ds = tf.data.Dataset.from_tensor_slices((frames, labels))
pairs = ds.window(2, shift=2, drop_remainder=True).flat_map(
    lambda x, y: tf.data.Dataset.zip((x.batch(2), y.batch(2)))
)
pairs = pairs.map(lambda x, y: (x[0], x[1], y[0])).batch(5).prefetch(tf.data.AUTOTUNE)


def make():
    inputs = tf.keras.Input((12, 12, 3))
    x = tf.keras.applications.mobilenet_v2.preprocess_input(inputs * 255.0)
    x = tf.keras.layers.Conv2D(6, 3, activation="relu")(x)
    x = tf.keras.layers.GlobalAveragePooling2D()(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(2)(x))


student, teacher = make(), make()
teacher.set_weights(student.get_weights())
print("layers:", len(student.layers), type(student.layers[1]).__name__)
optimizer = tf.keras.optimizers.Adam(0.02)
accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def step(first, second, y):
    with tf.GradientTape() as tape:
        logits = student(first, training=True)
        wanted = tf.nn.softmax(tf.stop_gradient(teacher(second)))
        apart = tf.reduce_mean(tf.square(tf.nn.softmax(logits) - wanted))
        loss = loss_of(y, logits) + apart
    gradients = tape.gradient(loss, student.trainable_variables)
    optimizer.apply_gradients(zip(gradients, student.trainable_variables))
    for old, new in zip(teacher.variables, student.variables):
        old.assign(0.5 * old + 0.5 * new)
    accuracy.update_state(y, logits)
    return loss


losses = []
for epoch in range(6):
    accuracy.reset_state()
    losses.append(np.mean([float(step(*batch)) for batch in pairs]))
    right, seen = accuracy.total.numpy(), accuracy.count.numpy()
    assert abs(right / seen - accuracy.result().numpy()) < 1e-6
print("falls:", losses[-1] < losses[0], "seen:", seen, seen.dtype)
