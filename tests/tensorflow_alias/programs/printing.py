"""A script that prints: it runs as a whole, and its lines are those under TensorFlow."""

import numpy as np
import tensorflow as tf

x = tf.constant([[1.5, -2.0, 3.0], [0.25, 4.0, -1.0]])
print(x)
print(x.shape, x.dtype, x.shape[0], x.shape.as_list(), tf.shape(x)[0])
print(repr(x))
y = x
y += 1
print(x.numpy().tolist(), y.numpy().tolist())
print(x[::-1], x[..., ::-1].numpy())
print(f"loss {tf.reduce_mean(x):.4f} {tf.reduce_sum(x)}", "%.3f" % tf.reduce_max(x))
print("shape", x.shape, "is", x.shape == (2, 3), len(x), [r.shape for r in x])
print(tf.range(3), tf.range(3) * 2, tf.range(3) / 2)
print([tf.constant(1), tf.constant(2.5)])
print({"a": tf.constant(True)})
print(tf.data.Dataset.from_tensor_slices((x, [0, 1])).element_spec)
for a, b in tf.data.Dataset.from_tensor_slices((x, [0, 1])).batch(2):
    print(a.shape, b, b.dtype, a.dtype.name)
v = tf.Variable([1.0, 2.0])
print(v, v.shape, v.dtype)
print(v + 1, v.assign_add([1.0, 1.0]).numpy(), v.numpy())
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(v**2)
g = tape.gradient(loss, v)
print(loss, g, float(loss), int(loss), loss.numpy())
print(tf.one_hot([0, 2], 3), tf.argmax(x, 1), tf.cast(x, tf.int32))
print(np.array(x).dtype, np.mean(x), x.numpy().astype("uint8").max())
print(
    tf.reduce_mean(tf.constant([1, 2])),
    tf.constant(3) // 2,
    tf.constant(7) % 4,
    2 ** tf.constant(3),
)
print(x > 0, tf.where(x > 0))
print(tf.zeros((0, 2)), tf.constant([]), tf.constant(5, tf.uint8), tf.float32, [tf.float32])
layer = tf.keras.layers.Dense(2, kernel_initializer="ones")
out = layer(x)
print(out, out.shape)
inp = tf.keras.Input((3,))
m = tf.keras.Model(inp, tf.keras.layers.Dense(1, kernel_initializer="ones")(inp))
print(m(x), m.predict(x, verbose=0), m.predict(x, verbose=0).shape)
print(tf.keras.losses.MeanSquaredError()([[1.0]], [[3.0]]), tf.keras.metrics.Mean()([1.0, 2.0]))
print(tf.TensorShape([None, 2]), tf.TensorSpec((None, 2), tf.float32))
print(
    tf.image.resize(tf.ones((4, 4, 3)), (2, 2)).shape,
    tf.image.flip_left_right(tf.ones((2, 2, 1)))[..., 0],
)
s = 0
for k in tf.range(4):
    s += k
print(s, s.dtype)
print(tf.size(x), tf.rank(x), x.ndim, tf.reduce_all(x > -5))
