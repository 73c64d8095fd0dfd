"""Programs with datasets.

Each is a small piece of a script, a function of `tf` and of the arrays of evaluation.py, and runs
under the real TensorFlow and under the thin one. As in a script nothing of torch is used.
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


def interleaves(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(1, 4)

    def thrice(n):
        return tf.data.Dataset.from_tensors(n).repeat(3)

    return (
        list(data.interleave(thrice, cycle_length=2, block_length=1)),
        list(data.interleave(thrice, cycle_length=2, block_length=2)),
        list(data.interleave(thrice, cycle_length=3)),
        list(data.interleave(thrice, cycle_length=1, num_parallel_calls=tf.data.AUTOTUNE)),
        list(data.flat_map(thrice)),
    )


def padded_batches(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(1, 6).map(lambda n: tf.fill([n], n))
    return (
        list(data.padded_batch(3)),
        list(data.padded_batch(5, padded_shapes=[6], padding_values=np.int64(-1))),
        list(data.padded_batch(3, drop_remainder=True)),
        list(data.map(lambda row: (row, row[0])).padded_batch(2, ([None], []))),
    )


def parts_of_datasets(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(6)
    big = data.filter(lambda n: n > 2).apply(tf.data.experimental.assert_cardinality(3))
    return (
        list(data.shard(2, 1)),
        list(data.shard(4, 0)),
        len(data.shard(4, 3)),
        big.cardinality(),
        list(data.take_while(lambda n: n < 2)),
        tf.data.Dataset.from_tensors(5).get_single_element(),
        list(data.with_options(tf.data.Options())),
    )


def choices_between_datasets(tf: Any, at: Any) -> Any:
    make = tf.data.Dataset
    order = make.from_tensor_slices(np.array([1, 0, 1], np.int64))
    chosen = make.choose_from_datasets([make.range(2), make.range(10, 12)], order)
    sampled = make.sample_from_datasets([make.range(2), make.range(10, 12)], seed=1)
    return list(chosen), sorted(int(n) for n in sampled)


def one_element_after_another(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.from_tensor_slices(at.x)
    numbers, elements = data.as_numpy_iterator(), iter(data)
    first = numbers.next(), elements.get_next(), elements.next()
    try:
        elements.get_next()
    except tf.errors.OutOfRangeError:
        ended = "ended"
    return first, ended, list(elements), len(list(numbers))


def rare_stages(tf: Any, at: Any) -> Any:
    make = tf.data.Dataset
    data = make.from_tensor_slices([3, 1, 3, 2, 1])
    return (
        list(data.unique()),
        list(make.from_tensor_slices(["a", "b", "a"]).unique()),
        list(data.scan(tf.constant(0), lambda state, n: (state + n, state * 10))),
        list(data.batch(2).rebatch(3)),
        list(data.batch(3).rebatch(2, drop_remainder=True)),
        list(data.batch(5).rebatch([1, 2])),
        list(make.counter().take(2)),
        list(make.counter(start=5, step=-2, dtype=tf.int32).take(3)),
        make.counter().cardinality(),
        make.random(seed=3).take(2).cardinality(),
        [n.dtype.name for n in make.random(seed=3).take(2)],
        [int(n) for n in make.random(seed=3).take(2)] == [int(n) for n in make.random(3).take(2)],
    )


def windows_of_neighbours(tf: Any, at: Any) -> Any:
    make = tf.data.Dataset
    options = (
        {}, {"shift": 1}, {"shift": 1, "stride": 2}, {"shift": 2, "drop_remainder": True},
        {"shift": 4}, {"shift": 5, "stride": 2, "drop_remainder": True},
    )  # fmt: skip
    found = []
    for one in options:
        for size in (1, 3, 8):
            data = make.range(7).window(size, **one)
            found.append(([list(window) for window in data], len(data), data.cardinality()))
    pairs = make.from_tensor_slices((at.x, {"n": [4, 5]})).window(2, drop_remainder=True)
    series = make.range(10).window(5, 1, drop_remainder=True).flat_map(lambda w: w.batch(5))
    zipped = pairs.flat_map(lambda x, y: make.zip((x.batch(2), y["n"].batch(2))))
    again = make.range(7).window(3).skip(1).map(lambda window: window.map(lambda n: n * 2))
    return (
        found,
        [(list(x), list(y["n"])) for x, y in pairs],
        list(series.map(lambda w: (w[:-1], w[-1:])).batch(4)),
        list(zipped),
        [list(window) for window in again],
        [len(window) for window in make.range(7).window(3)],
    )


def groups_by_key(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.range(10)
    pairs = tf.data.Dataset.from_tensor_slices(([2, 1, 2, 1, 2], [5, 6, 7, 8, 9]))
    pairs = pairs.map(lambda key, n: (tf.cast(key, tf.int64), n))
    return (
        list(data.group_by_window(lambda n: n % 3, lambda key, group: group.batch(4), 2)),
        list(
            data.group_by_window(
                key_func=lambda n: n % 3,
                reduce_func=lambda key, group: group.map(lambda n: n + 10 * key).batch(4),
                window_size_func=lambda key: key + 1,
            )
        ),
        list(pairs.group_by_window(lambda key, _: key, lambda _, group: group.batch(2), 2)),
        data.group_by_window(lambda n: n % 3, lambda key, group: group.batch(4), 2).cardinality(),
        list(
            data.apply(
                tf.data.experimental.group_by_window(lambda n: n % 2, lambda _, g: g.batch(9), 9)
            )
        ),
    )


def buckets_by_length(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.from_generator(
        lambda: [
            [0],
            [1, 2, 3, 4],
            [5, 6, 7],
            [7, 8, 9, 10, 11],
            [13, 14, 15, 16, 19, 20],
            [21, 2],
        ],
        output_signature=tf.TensorSpec((None,), tf.int64),
    )

    def length(row):
        return tf.shape(row)[0]

    pairs = data.map(lambda row: (row, row[0]))
    short = pairs.filter(lambda row, _: tf.shape(row)[0] < 5)
    minus = (np.int64(-1), np.int64(0))
    in_rows = tf.data.experimental.bucket_by_sequence_length(length, [4], [2, 2])
    return (
        list(data.bucket_by_sequence_length(length, [3, 5], [2, 2, 2])),
        list(data.bucket_by_sequence_length(length, [3, 5], [4, 4, 4], padding_values=np.int64(-1))),
        list(
            short.bucket_by_sequence_length(
                lambda row, _: tf.shape(row)[0], [3, 5], [2, 1, 1], ([None], []), minus,
                pad_to_bucket_boundary=True,
            )
        ),
        list(data.apply(in_rows)),
        list(data.take(1).bucket_by_sequence_length(length, [3], [2, 2], drop_remainder=True)),
    )  # fmt: skip


def lines_of_files(tf: Any, at: Any) -> Any:
    path = at.folder + "/lines.txt"
    tf.io.write_file(path, "name,label\r\na.png,1\n\nb.png,2")
    files = tf.data.Dataset.from_tensor_slices([path])
    rows = files.flat_map(lambda name: tf.data.TextLineDataset(name).skip(1))
    return (
        list(tf.data.TextLineDataset(path)),
        list(tf.data.TextLineDataset([path, path])),
        list(
            rows.filter(lambda line: tf.strings.length(line) > 0).map(
                lambda line: tf.strings.split(line, ",")[0]
            )
        ),
    )


def lists_and_devices(tf: Any, at: Any) -> Any:
    made = tf.data.experimental.from_list([(1, "a"), (2, "b")])
    moved = tf.data.Dataset.range(2).apply(tf.data.experimental.copy_to_device("/cpu:0"))
    return list(made), len(made), list(moved)


def errors_in_a_map(tf: Any, at: Any) -> Any:
    def checked(n):
        return tf.debugging.check_numerics(1.0 / n, "not finite")

    data = tf.data.Dataset.from_tensor_slices([1.0, 0.0, 2.0, 0.0]).map(checked)
    return list(data.ignore_errors()), list(data.ignore_errors().batch(3, name="b"))


def names_of_steps(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.from_tensor_slices([1, 2, 3], name="a").map(lambda n: n, name="b")
    data = data.filter(lambda n: n > 0, name="c").take(3, name="d").skip(0, name="e")
    data = data.repeat(1, name="f").shuffle(3, name="g").cache(name="h").batch(1, name="i")
    data = data.unbatch(name="j").enumerate(name="k").prefetch(1, name="l").shard(1, 0, name="m")
    return sorted(int(n) for _, n in data.take_while(lambda i, n: n > 0, name="n"))


def words_of_experimental(tf: Any, at: Any) -> Any:
    make = tf.data.Dataset
    data = make.range(4)
    order = make.from_tensor_slices(np.array([1, 0], np.int64))
    sampled = tf.data.experimental.sample_from_datasets([make.range(2), make.range(10, 12)], seed=1)
    return (
        list(tf.data.experimental.choose_from_datasets([make.range(2), make.range(10, 12)], order)),
        sorted(int(n) for n in sampled),
        list(tf.data.experimental.Counter(3).take(1)),
        len(list(tf.data.experimental.RandomDataset(seed=1).take(2))),
        list(data.apply(tf.data.experimental.unique())),
        list(data.apply(tf.data.experimental.enumerate_dataset(2)).take(1)),
        list(data.apply(tf.data.experimental.map_and_batch(lambda n: n * 2, 3))),
        list(data.apply(tf.data.experimental.take_while(lambda n: n < 2))),
        list(data.batch(3).apply(tf.data.experimental.unbatch())),
        list(data.apply(tf.data.experimental.ignore_errors())),
        list(data.apply(tf.data.experimental.scan(np.int64(0), lambda s, n: (s + n, s + n)))),
        sorted(int(n) for n in data.apply(tf.data.experimental.shuffle_and_repeat(4, 2))),
        list(
            data.apply(tf.data.experimental.parallel_interleave(lambda n: make.from_tensors(n), 1))
        ),
        list(data.apply(tf.data.experimental.prefetch_to_device("/cpu:0"))),
        tf.data.experimental.get_single_element(data.take(1)),
    )


def resampled_by_class(tf: Any, at: Any) -> Any:
    data = tf.data.Dataset.from_tensor_slices((np.arange(2000), np.arange(2000) % 10 == 0))
    shares = []
    for given in (None, [0.9, 0.1]):
        even = data.rejection_resample(lambda _, rare: tf.cast(rare, tf.int32), [0.5, 0.5], given)
        rows = [int(rare) for kind, (_, rare) in even if kind == tf.cast(rare, tf.int32)]
        shares.append(0.4 < sum(rows) / len(rows) < 0.6)
    other = data.apply(
        tf.data.experimental.rejection_resample(lambda _, rare: tf.cast(rare, tf.int32), [1.0, 0.0])
    )
    return shares, sum(int(rare) for _, (_, rare) in other)


def strategies(tf: Any, at: Any) -> Any:
    try:
        tpu = tf.distribute.cluster_resolver.TPUClusterResolver()
        tf.config.experimental_connect_to_cluster(tpu)
        tf.tpu.experimental.initialize_tpu_system(tpu)
        strategy = tf.distribute.TPUStrategy(tpu)
    except ValueError:
        strategy = tf.distribute.get_strategy()
    with strategy.scope(), tf.name_scope("a") as name:
        v = tf.Variable(2.0)
    data = strategy.experimental_distribute_dataset(tf.data.Dataset.range(2))
    return name, strategy.num_replicas_in_sync, v.numpy(), list(data)


def sizes_that_do_not_fit(tf: Any, at: Any) -> Any:
    found = []
    for function in (
        lambda: tf.reshape(at.x, (4, 2)),
        lambda: tf.constant(at.x) + tf.constant([1.0, 2.0]),
        lambda: tf.matmul(at.x, at.x),
        lambda: tf.concat([at.x, at.x[:, :2]], 0),
    ):
        try:
            function()
        except tf.errors.InvalidArgumentError:
            found.append(True)
    return found
