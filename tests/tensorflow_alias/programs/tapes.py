"""Programs with gradients.

Each is a small piece of a script, a function of `tf` and of the arrays of evaluation.py, and runs
under the real TensorFlow and under the thin one. As in a script nothing of torch is used.
"""

from __future__ import annotations

from typing import Any


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


def jacobians(tf: Any, at: Any) -> Any:
    x = tf.constant(at.v)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    first = tape.jacobian(y, x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.linalg.matvec(at.x, x) ** 2
    wide = tape.jacobian(y, x)
    m = tf.constant(at.x)
    with tf.GradientTape() as tape:
        tape.watch(m)
        y = m**2 * 2.0
    return first, wide, tape.batch_jacobian(y, m)


def clipped_gradients(tf: Any, at: Any) -> Any:
    a = tf.Variable(at.v)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(a**2)
    slopes = tape.gradient(y, [a])
    clipped, norm = tf.clip_by_global_norm(slopes, 1.0)
    return clipped, norm, [tf.clip_by_norm(one, 0.5) for one in slopes]


def a_custom_gradient(tf: Any, at: Any) -> Any:
    @tf.custom_gradient
    def doubled(x):
        def slope(upstream):
            return upstream * 10.0

        return x * 2.0, slope

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = doubled(x) * 2.0
    return y, tape.gradient(y, x)


def what_was_computed_before_the_tape(tf: Any, at: Any) -> Any:
    w, u = tf.Variable(2.0), tf.Variable(5.0)
    c, e = w + 1.0, w * w
    with tf.GradientTape(persistent=True) as tape:
        y, z = c * c, c * w * e
    first = tape.gradient(y, [c, w]), tape.gradient(z, [c, w, e, u])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(c)
        y, z = c * c, c * w * e
    second = tape.gradient(y, [c, w]), tape.gradient(z, [c, w]), tape.gradient(z, [c, w])
    deep = c * 3.0
    with tf.GradientTape() as tape:
        tape.watch([c, deep])
        y = c * deep * w
    return first, second, tape.gradient(y, [c, deep, w])


def variables_that_are_not_trained(tf: Any, at: Any) -> Any:
    v, w = tf.Variable(3.0, trainable=False), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = v * v * w
    first = tape.gradient(y, [v, w])
    with tf.GradientTape() as outer:
        outer.watch(v)
        with tf.GradientTape() as inner:
            y = v * v * w
        second = inner.gradient(y, [v, w])
    return first, second, outer.gradient(second[1], [v, w])


def tapes_side_by_side(tf: Any, at: Any) -> Any:
    x = tf.Variable(2.0)
    before = x * 3.0
    with tf.GradientTape(persistent=True) as one, tf.GradientTape() as other:
        z = x**4 * before
        first = one.gradient(z, x)
    return one.gradient(z, x), other.gradient(first, x)


def names_of_watched_variables(tf: Any, at: Any) -> Any:
    a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b", trainable=False)
    c, d = tf.Variable(at.v, name="c"), tf.Variable(4.0, name="d")

    def names(tape: Any) -> Any:
        return sorted(one.name.partition(":")[0] for one in tape.watched_variables())

    with tf.GradientTape() as tape:
        y = a * b + tf.reduce_sum(c)
        d.shape, d.dtype, d.trainable  # noqa: B018
    with tf.GradientTape(watch_accessed_variables=False) as quiet:
        quiet.watch(b)
        y = y + a * b
    return names(tape), names(quiet)


def a_loop_with_an_old_value(tf: Any, at: Any) -> Any:
    w = tf.Variable(2.0)
    old = tf.sqrt(w * 0.0)
    found = []
    for _ in range(3):
        with tf.GradientTape() as tape:
            y = w * w + old
        slope = tape.gradient(y, w)
        w.assign_sub(0.1 * slope)
        found.append(slope)
    return found, w.numpy()
