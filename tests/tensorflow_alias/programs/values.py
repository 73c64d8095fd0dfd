"""Programs with tensors, variables and functions of one's own.

Each is a small piece of a script, a function of `tf` and of the arrays of evaluation.py, and runs
under the real TensorFlow and under the thin one. As in a script nothing of torch is used.
"""

from __future__ import annotations

from typing import Any


def variables(tf: Any, at: Any) -> Any:
    v = tf.Variable(at.v)
    w = tf.Variable(3, dtype=tf.int64, name="steps")
    before = v[0]
    v.assign_add([1.0, 1.0, 1.0])
    v.assign_sub(tf.ones(3) * 0.5)
    w.assign(7)
    return (
        before,
        v,
        v + 1.0,
        v * v,
        2.0 * v,
        -v,
        v[1:],
        tf.reduce_sum(v),
        w,
        w.dtype.name,
        v.shape.as_list(),
        v.numpy().tolist(),
        v.read_value(),
        v.value(),
        tf.convert_to_tensor(v),
        len(v.shape),
        v > 0,
        v.trainable,
        tf.Variable(1.0, trainable=False).trainable,
        tf.Variable(lambda: tf.ones(2)),
        v**2,
        v / 2.0,
        float(tf.Variable(2.5)),
        int(w),
        f"{tf.Variable(2.5).numpy():.2f}",
        tf.Variable(True),
        tf.Variable([1, 2]).dtype.name,
        abs(v),
        tf.matmul(tf.constant(at.x), v[:, tf.newaxis]),
    )


def variable_of_another_shape(tf: Any, at: Any) -> Any:
    tf.Variable([1.0, 2.0]).assign([1.0, 2.0, 3.0])


def immutable_tensors(tf: Any, at: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    y = x
    y += 1
    z = x
    z *= 2.0
    z -= tf.constant([1.0, 1.0])
    p = x
    p /= 2
    q = x
    q **= 2
    n = tf.constant([5, 7])
    m = n
    m //= 2
    k = n
    k %= 3
    flags = tf.constant([True, False])
    other = flags
    other &= tf.constant([False, True])
    return x, y, z, p, q, n, m, k, flags, other


def sums_in_loops(tf: Any, at: Any) -> Any:
    total, parts = tf.constant(0.0), []
    for row in tf.constant(at.x):
        total += tf.reduce_sum(row)
        parts.append(total)
    count = 0
    for n in tf.range(4):
        count += n
    return parts, count, total / len(parts)


def arrays_of_tensors_are_apart(tf: Any, at: Any) -> Any:
    source = at.v.copy()
    x = tf.constant(source)
    source[0] = 100.0
    z = tf.convert_to_tensor(at.v)
    return x, z


def arrays_of_tensors_are_copies(tf: Any, at: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    array = x.numpy()
    array[0] = 9.0
    v = tf.Variable([1.0, 2.0])
    seen = tf.convert_to_tensor(v), tf.reshape(v, (2, 1)), tf.stop_gradient(v), v[:1], v.numpy()
    v.assign([5.0, 6.0])
    return x, seen, v


def functions(tf: Any, at: Any) -> Any:
    @tf.function
    def scaled(x, factor=2.0):
        if tf.reduce_sum(x) > 0:
            return x * factor
        return x - factor

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def first(x):
        return x[0], {"n": tf.shape(x)[0]}

    plain = tf.function(lambda x: x + 1)
    return (
        scaled(tf.constant(at.v)),
        scaled(tf.constant([-1.0, -2.0]), factor=3.0),
        first(tf.constant([5.0, 6.0])),
        plain(tf.constant(1)),
        scaled.__name__,
    )


def a_layer_of_ones_own(tf: Any, at: Any) -> Any:
    class Scale(tf.keras.layers.Layer):
        def build(self, shape):
            self.k = self.add_weight(shape=(shape[-1],), initializer="ones", name="k")

        def call(self, x):
            y = x
            y += 1.0
            return y * self.k, tf.reduce_mean(x, axis=-1), x.shape[-1], tf.shape(x)[0]

    return Scale()(tf.constant(at.x))


def losses_of_ones_own(tf: Any, at: Any) -> Any:
    def dice(true, seen):
        true, seen = tf.cast(true, tf.float32), tf.cast(seen, tf.float32)
        both = tf.reduce_sum(true * seen)
        return 1.0 - (2.0 * both + 1.0) / (tf.reduce_sum(true) + tf.reduce_sum(seen) + 1.0)

    def focal(true, seen):
        seen = tf.clip_by_value(seen, 1e-7, 1 - 1e-7)
        share = tf.where(tf.equal(true, 1.0), seen, 1 - seen)
        return -tf.reduce_mean(tf.pow(1 - share, 2.0) * tf.math.log(share))

    true = tf.constant([[0.0, 1.0], [1.0, 0.0]])
    seen = tf.constant([[0.2, 0.9], [0.6, 0.3]])
    return (
        dice(true, seen),
        focal(true, seen),
        f"{dice(true, seen):.4f}",
        "%.3f" % focal(true, seen),
    )


def mixup(tf: Any, at: Any) -> Any:
    images, labels = tf.constant(at.nf), tf.one_hot([0, 1], 2)
    share = tf.reshape(tf.constant([0.25, 0.5]), (-1, 1, 1, 1))
    mixed = share * images + (1.0 - share) * images[::-1]
    return mixed, share[:, :, 0, 0] * labels + (1 - share[:, :, 0, 0]) * labels[::-1]


def cutout(tf: Any, at: Any) -> Any:
    image = tf.constant(at.f8)
    rows, columns = tf.range(tf.shape(image)[0]), tf.range(tf.shape(image)[1])
    inside = (
        (rows[:, None] >= 1)
        & (rows[:, None] < 3)
        & (columns[None, :] >= 1)
        & (columns[None, :] < 3)
    )
    return tf.where(inside[..., tf.newaxis], 0.0, image), tf.boolean_mask(image, inside)


def accuracy_by_hand(tf: Any, at: Any) -> Any:
    right = tf.equal(tf.argmax(at.x, axis=1), tf.constant([2, 1], tf.int64))
    share = tf.reduce_mean(tf.cast(right, tf.float32))
    return (
        share,
        f"accuracy {share:.2%}",
        float(share) * 100,
        int(tf.reduce_sum(tf.cast(right, tf.int32))),
    )


def numbers_of_shapes(tf: Any, at: Any) -> Any:
    x = tf.constant(at.nf)
    batch, height, width, channels = x.shape
    flat = tf.reshape(x, (batch, height * width * channels))
    again = tf.reshape(flat, tf.concat([[batch], tf.shape(x)[1:]], 0))
    half = (
        height // 2,
        tf.shape(x)[1] // 2,
        tf.shape(x)[1] / 2,
        tf.cast(tf.shape(x)[2], tf.float32) * 0.5,
    )
    return (
        flat.shape.as_list(),
        again.shape.as_list(),
        half,
        tf.zeros(x.shape[1:3]),
        x.shape[:-1] + [7],
    )


def parts_of_a_variable(tf: Any, at: Any) -> Any:
    v = tf.Variable(at.x)
    v[0].assign([9.0, 8.0, 7.0])
    v[1, 2].assign(5.0)
    s = tf.Variable(at.v)
    s.scatter_nd_update([[0]], [4.0])
    return v, s


def a_loop_in_a_function(tf: Any, at: Any) -> Any:
    @tf.function
    def total(n):
        s = 0
        for k in tf.range(n):
            s += k
        return s

    arrays = tf.TensorArray(tf.float32, size=3)
    for k in range(3):
        arrays = arrays.write(k, float(k) * 2.0)
    grows = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
    grows = grows.write(0, 4).write(1, 5)
    return total(tf.constant(4)), arrays.stack(), arrays.read(1), arrays.size(), grows.stack()


def modules(tf: Any, at: Any) -> Any:
    class Linear(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.w = tf.Variable(tf.ones((3, 2)), name="w")
            self.b = tf.Variable(tf.zeros(2), name="b")
            self.steps = tf.Variable(0, trainable=False)

        def __call__(self, x):
            return x @ self.w + self.b

    layer = Linear(name="linear")
    return (
        layer(tf.constant(at.x)),
        len(layer.variables),
        len(layer.trainable_variables),
        layer.name,
    )
