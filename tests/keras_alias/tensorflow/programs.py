"""Programs: small pieces of scripts, each a function of `tf` and of the arrays of evaluation.py.

They run under the real TensorFlow and under the thin one. As in a script nothing of torch is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def slices_of_arrays(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.from_tensor_slices((at.x, [1, 2]))
    return list(data), [one[1].dtype.name for one in data], len(data)


def slices_of_a_dict(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.from_tensor_slices({"a": [1, 2], "b": at.x})
    return [one["a"] for one in data], [sorted(one) for one in data]


def slices_of_numbers(tf: Any, at: Any) -> Any:
    make = tf.data.Dataset.from_tensor_slices
    return (
        list(make([1.5, 2.5])),
        list(make([1, 2])),
        list(make(at.d)),
        list(make(at.u8))[0][0],
        list(make(["a", "b"])),
        list(make((["a"], [1]))),
        list(make(tf.constant([3, 4]))),
    )


def batches(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(5)
    return (
        list(data.batch(2)),
        list(data.batch(2, drop_remainder=True)),
        len(data.batch(2)),
        list(data.batch(3).unbatch()),
        data.batch(2).cardinality(),
        [list(one) for one in data.batch(2).as_numpy_iterator()],
    )


def maps_of_parts(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.from_tensor_slices((at.x, [1, 2]))
    pairs = data.map(lambda a, n: (a * 2, n + 1), num_parallel_calls=tf.data.AUTOTUNE)
    named = data.map(lambda a, n: {"image": a, "label": n})
    return list(pairs), [one["label"] for one in named], list(data.map(lambda a, n: a[0] + 1.0))


def map_with_functions_of_tf(tf: Any, at: Any) -> Any:
    def prepared(image, label):
        image = tf.cast(image, tf.float32) / 255.0
        image = tf.image.resize(image, (2, 2))
        return tf.image.flip_left_right(image), tf.one_hot(label, 3)

    data = tf.data.Dataset.from_tensor_slices((at.n8, [2, 0])).map(prepared).batch(2)
    return list(data)


def map_with_shapes(tf: Any, at: Any) -> Any:
    def middle(image):
        height, width = image.shape[0], tf.shape(image)[1]
        return image[: height // 2, : width // 2], tf.shape(image)

    return list(tf.data.Dataset.from_tensor_slices(at.n8).map(middle))


def choosing(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(6)
    return (
        list(data.take(2)),
        list(data.skip(4)),
        list(data.take(-1)),
        list(data.skip(-1)),
        list(data.filter(lambda n: n % 2 == 0)),
        list(data.take(2).repeat(2)),
        list(data.take(2).concatenate(data.skip(5))),
        list(data.enumerate(start=3).take(1)),
    )


def cardinalities(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(6)
    return (
        data.cardinality(),
        data.repeat().cardinality(),
        data.filter(lambda n: n > 2).cardinality(),
        data.batch(4).cardinality(),
        data.repeat(3).cardinality(),
        data.batch(4).unbatch().cardinality() < 0,
        data.cardinality().numpy(),
        bool(data.repeat().cardinality() == tf.data.INFINITE_CARDINALITY),
        tf.data.experimental.cardinality(data.take(2)),
    )


def zips(tf: Any, at: Any) -> Any:
    make = tf.data.Dataset
    a, b = make.range(3), make.from_tensor_slices(["a", "b"])
    return (
        list(make.zip((a, b))),
        list(make.zip(a, b)),
        list(make.zip((a, (a, b))))[:1],
        list(make.zip({"a": a, "b": b}))[0],
    )


def shuffles_keep_every_element(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(20).shuffle(20, seed=3)
    first, second = [int(n) for n in data], [int(n) for n in data]
    still = tf.data.Dataset.range(20).shuffle(20, seed=3, reshuffle_each_iteration=False)
    kept = [int(n) for n in still] == [int(n) for n in still]
    return sorted(first), first == second, first == list(range(20)), kept


def caches_and_prefetch(tf: Any, at: Any) -> Any:
    calls = []

    def noted(n):
        calls.append(int(n))
        return n

    data = tf.data.Dataset.range(3).map(lambda n: tf.py_function(noted, [n], tf.int64))
    data = data.cache().prefetch(tf.data.AUTOTUNE)
    return list(data), list(data), calls


def reductions_of_datasets(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(5)
    return (
        data.reduce(np.int64(0), lambda state, n: state + n),
        data.reduce(tf.constant(0, tf.int64), lambda state, _: state + 1),
        data.reduce((np.int64(0), np.int64(1)), lambda s, n: (s[0] + n, s[1] * (n + 1))),
    )


def specs(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.from_tensor_slices((at.x, [1, 2]))
    spec = data.batch(2).element_spec
    one = data.element_spec
    return (
        spec[0].shape.as_list(),
        spec[0].dtype.name,
        spec[1].shape.as_list(),
        one[0].shape.as_list(),
        data.batch(2, drop_remainder=True).element_spec[0].shape.as_list(),
        repr(spec[0]),
        one[1].dtype == tf.int32,
        tf.data.Dataset.from_tensor_slices(["a"]).element_spec.dtype.name,
    )


def generators(tf: Any, at: Any) -> Any:
    def numbers():
        for n in range(3):
            yield np.full(2, n, np.float32), n

    signature = (tf.TensorSpec((2,), tf.float32), tf.TensorSpec((), tf.int32))
    made = tf.data.Dataset.from_generator(numbers, output_signature=signature)
    old = tf.data.Dataset.from_generator(numbers, (tf.float32, tf.int64), ((2,), ()))
    return list(made), list(old.batch(2)), made.cardinality(), made.element_spec[0].shape.as_list()


def other_beginnings(tf: Any, at: Any) -> Any:
    make = tf.data.Dataset
    return (
        list(make.from_tensors(at.v)),
        list(make.range(2, 8, 3)),
        next(iter(make.range(3))),
        list(make.range(3, output_type=tf.int32)),
    )


def ragged_batches(tf: Any, at: Any) -> Any:
    return [n for n in tf.data.Dataset.range(3).as_numpy_iterator()], list(
        tf.data.Dataset.from_tensor_slices(at.x).as_numpy_iterator()
    )


def shapes_that_differ_in_a_batch(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(1, 4).map(lambda n: tf.fill([n], n)).batch(3)
    return list(data)


def list_files(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.list_files(at.folder + "/a*.png", shuffle=False)
    pixels = data.map(lambda path: tf.io.decode_png(tf.io.read_file(path)))
    return [one.numpy()[-5:] for one in data], list(pixels)


def labels_from_paths(tf: Any, at: Any) -> Any:
    names = np.array(["daisy", "roses"])

    def label(path):
        parts = tf.strings.split(path, "/")
        return tf.argmax(parts[-2] == names), parts[-1], tf.strings.length(path)

    return list(tf.data.Dataset.from_tensor_slices(["a/roses/1.jpg", "a/daisy/2.jpg"]).map(label))


# -- GradientTape ----------------------------------------------------------------------------------


def gradient_of_a_watched_tensor(tf: Any, at: Any) -> Any:
    x = tf.constant(at.x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x**2)
    return tape.gradient(y, x)


def gradient_of_what_is_not_watched(tf: Any, at: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


def gradients_of_nests(tf: Any, at: Any) -> Any:
    a, b, c = tf.Variable(2.0), tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape(persistent=True) as tape:
        y, z = a * a * b, b * 5.0
    zero = tf.UnconnectedGradients.ZERO
    return (
        tape.gradient(y, [a, b, c]),
        tape.gradient(y, {"a": a, "b": (b, c)}),
        tape.gradient([y, z], b),
        tape.gradient({"y": y, "z": z}, [a, b]),
        tape.gradient(y, c, unconnected_gradients=zero),
        tape.gradient(y, c, unconnected_gradients="zero"),
        tape.gradient(y, a, output_gradients=tf.constant(2.0)),
    )


def gradient_twice_without_persistent(tf: Any, at: Any) -> Any:
    a = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = a * a
    return tape.gradient(y, a), tape.gradient(y, a)


def second_order(tf: Any, at: Any) -> Any:
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**3
        slope = inner.gradient(y, x)
    return slope, outer.gradient(slope, x)


def gradient_penalty(tf: Any, at: Any) -> Any:
    w = tf.Variable(at.x)
    image = tf.constant(at.q)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            tape.watch(image)
            score = tf.reduce_sum(tf.tanh(image * w), axis=1)
        slope = tape.gradient(score, image)
        norm = tf.sqrt(tf.reduce_sum(slope**2, axis=1))
        penalty = tf.reduce_mean((norm - 1.0) ** 2)
    return penalty, outer.gradient(penalty, w)


def stop_recording_and_reset(tf: Any, at: Any) -> Any:
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            z = x * 10.0
        w = y + z
    first = tape.gradient(w, x)
    with tf.GradientTape() as tape:
        y = x * x
        tape.reset()
        y = x * 3.0
    return first, tape.gradient(y, x)


def tape_and_variables(tf: Any, at: Any) -> Any:
    a, b = tf.Variable(1.0), tf.Variable(2.0, trainable=False)
    with tf.GradientTape(persistent=True) as tape:
        y = a * b
    quiet = tf.GradientTape(watch_accessed_variables=False)
    with quiet:
        quiet.watch(b)
        z = a * b
    return tape.gradient(y, [a, b]), quiet.gradient(z, [a, b])


def gradients_through_what_is_stopped(tf: Any, at: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * tf.stop_gradient(x)
    return tape.gradient(y, x)


def gradients_of_integers(tf: Any, at: Any) -> Any:
    x = tf.Variable(2)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


# -- variables and functions -----------------------------------------------------------------------


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
