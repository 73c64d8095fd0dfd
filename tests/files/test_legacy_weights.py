"""Legacy .h5 weights: found where the file says, matched by name, refused with every fault."""

import h5py
import numpy as np
import pytest

from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile, NotSupported
from saccade.layers import BatchNormalization, Conv2D, Dense, Flatten
from saccade.models import Model, Sequential


def made(names=("a", "b", "c"), units=3):
    first, second, third = names
    layers = [
        Conv2D(4, 3, padding="same", name=first, input_shape=(6, 6, 3)),
        BatchNormalization(name=second),
        Flatten(),
        Dense(units, name=third),
    ]
    return Sequential(layers)


def values_of(model, seed):
    rng = np.random.RandomState(seed)
    return [rng.uniform(0.5, 1.5, weight.shape).astype("float32") for weight in model.weights]


def listed(words, as_bytes):
    """As TensorFlow writes a list of words, or as newer Keras does."""
    return np.array([word.encode() for word in words]) if as_bytes else words


def write(path, layers, root="", suffix=":0", as_bytes=True):
    """A file of (layer, [(path of the array in the group, array)])."""
    with h5py.File(path, "w") as file:
        top = file.require_group(root) if root else file
        top.attrs["layer_names"] = listed([name for name, _ in layers], as_bytes)
        for name, arrays in layers:
            group = top.create_group(name)
            group.attrs["weight_names"] = listed([one + suffix for one, _ in arrays], as_bytes)
            for place, values in arrays:
                group[place + suffix] = values
    return path


def layers_of(model, values, prefix=""):
    """What the file holds for a flat model, in Keras 2's spelling."""
    waiting = iter(values)
    return [
        (layer.name, [(f"{prefix}{layer.name}/{w.name}", next(waiting)) for w in layer.weights])
        for layer in model.layers
    ]


def assert_holds(model, values):
    for mine, needed in zip(model.get_weights(), values, strict=True):
        np.testing.assert_array_equal(mine, needed)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "w.h5"


@pytest.mark.parametrize(
    ("prefix", "root", "suffix", "as_bytes"),
    [
        ("", "", ":0", True),
        ("", "", "", True),
        ("sequential/", "", "", False),
        ("", "model_weights", ":0", False),
    ],
)
def test_every_spelling_is_read(path, prefix, root, suffix, as_bytes):
    model = made()
    values = values_of(model, 1)
    write(path, layers_of(model, values, prefix), root, suffix, as_bytes)
    model.load_weights(path)
    assert_holds(model, values)


def test_names_of_keras_1_are_taken_in_order(path):
    model = made()
    values = values_of(model, 2)
    words = ["a_W", "a_b", "b_gamma", "b_beta", "b_running_mean", "b_running_std", "c_W", "c_b"]
    pairs = list(zip(words, values, strict=True))
    layers = [("a", pairs[:2]), ("b", pairs[2:6]), ("flatten_1", []), ("c", pairs[6:])]
    write(path, layers, suffix="")
    model.load_weights(path)
    assert_holds(model, values)


def test_layers_are_matched_by_name_in_any_order(path):
    model = made()
    values = values_of(model, 3)
    write(path, layers_of(model, values)[::-1])
    model.load_weights(path)
    assert_holds(model, values)


def test_layers_of_other_names_are_taken_in_order_and_it_is_said(path, caplog):
    model = made()
    values = values_of(model, 4)
    write(path, layers_of(model, values))
    other = made(("x", "y", "z"))
    other.load_weights(path)
    assert_holds(other, values)
    assert "its layers have other names (a for x): they were taken in their order" in caplog.text


def test_automatic_numbers_that_went_on_counting_are_not_worth_a_note(path, caplog):
    model = made(("conv2d", "batch_normalization", "dense_1"))
    values = values_of(model, 4)
    write(path, layers_of(model, values))
    other = made(("conv2d_7", "batch_normalization_2", "dense"))
    other.load_weights(path)
    assert_holds(other, values)
    assert not caplog.text


def test_weights_in_a_layer_are_matched_by_name(path):
    model = made()
    values = values_of(model, 5)
    layers = layers_of(model, values)
    layers[1] = ("b", layers[1][1][::-1])
    write(path, layers)
    model.load_weights(path)
    assert_holds(model, values)


def test_long_lists_go_on_in_numbered_attributes(path):
    model = made()
    values = values_of(model, 6)
    write(path, layers_of(model, values))
    with h5py.File(path, "a") as file:
        for group, name in ((file, "layer_names"), (file["b"], "weight_names")):
            words = list(group.attrs[name])
            del group.attrs[name]
            group.attrs[f"{name}0"], group.attrs[f"{name}1"] = words[:2], words[2:]
    model.load_weights(path)
    assert_holds(model, values)


def inner(names, frozen=()):
    first, second = names
    layers = [Conv2D(3, 3, padding="same", name=name) for name in (first, second)]
    layers.insert(1, BatchNormalization(name="norm"))
    model = Sequential(layers, name="inner")
    outer = Sequential([model, Flatten(name="flat"), Dense(2, name="head")])
    outer.build((None, 4, 4, 3))
    for name in frozen:
        model.get_layer(name).trainable = False
    return outer


def in_legacy_order(model):
    """What Keras writes: trainable ones first."""
    found = []
    for layer in model.layers:
        weights = [*layer.trainable_weights, *layer.non_trainable_weights]
        found.append((layer.name, [(weight.path, weight.numpy()) for weight in weights]))
    return found


@pytest.mark.parametrize("frozen", [(), ("one",), ("two",)])
@pytest.mark.parametrize("names", [("one", "two"), ("conv2d_1", "conv2d_2")])
def test_a_partly_frozen_inner_model_comes_back_unfrozen(path, frozen, names):
    frozen = [dict(zip(("one", "two"), names, strict=True))[one] for one in frozen]
    model = inner(names, frozen)
    values = values_of(model, 7)
    model.set_weights(values)
    write(path, in_legacy_order(model))
    other = inner(names if names[0] == "one" else ("conv2d_11", "conv2d_12"))
    other.load_weights(path)
    assert_holds(other, values)
    model.set_weights(values_of(model, 8))
    model.load_weights(path)
    assert_holds(model, values)


def test_an_inner_model_of_other_names_is_taken_in_keras_order(path):
    model = inner(("one", "two"))
    values = values_of(model, 17)
    model.set_weights(values)
    write(path, in_legacy_order(model))
    other = inner(("left", "right"))
    other.load_weights(path)
    assert_holds(other, values)


def test_weights_of_the_model_itself(path):
    class Scaled(Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(2, name="dense")
            self.scale = self.add_weight(shape=(2,), name="scale")

        def call(self, x):
            return self.dense(x) * self.scale

    model = Scaled()
    model.build((None, 3))
    kernel, bias, scale = np.full((3, 2), 3.0), np.full(2, 4.0), np.full(2, 5.0)
    layers = [("dense", [("m/dense/kernel", kernel), ("m/dense/bias", bias)])]
    write(path, [*layers, ("top_level_model_weights", [("m/scale", scale)])], suffix="")
    with h5py.File(path, "a") as file:
        file.attrs["layer_names"] = ["dense"]
    model.load_weights(path)
    np.testing.assert_array_equal(model.scale.numpy(), scale)
    np.testing.assert_array_equal(model.dense.kernel.numpy(), kernel)
    write(path, layers, suffix="")
    with pytest.raises(FileFormatError, match="needed 1 weights, got 0"):
        model.load_weights(path)


# -- what does not fit ---------------------------------------------------------------------


def assert_refused(path, model, *texts, **options):
    before = model.get_weights()
    with pytest.raises(FileFormatError) as caught:
        model.load_weights(path, **options)
    for text in texts:
        assert text in str(caught.value)
    assert_holds(model, before)


def test_all_that_is_missing_and_extra_is_listed(path):
    model = made(("a", "b", "c"))
    other = Sequential([*made(("a", "x", "y")).layers, Dense(2, name="z")])
    write(path, layers_of(other, values_of(other, 9)))
    assert_refused(
        path,
        model,
        "5 that do not fit",
        *("b: needed, not in the file", "c: needed, not in the file"),
        *(f"{name}: in the file, not needed" for name in "xyz"),
    )


def test_every_wrong_shape_is_listed(path):
    model = made()
    other = made(units=5)
    write(path, layers_of(other, values_of(other, 10)))
    assert_refused(
        path,
        model,
        "c/kernel: needed (144, 3), got (144, 5)",
        "c/bias: needed (3,), got (5,)",
    )
    layers = layers_of(model, values_of(model, 10))
    layers[1][1].pop()
    layers[0][1][1] = ("a/bias", np.array([b"no"] * 4))
    write(path, layers)
    assert_refused(path, model, "b: needed 4 weights, got 3", "a/bias: needed numbers")


def test_skip_mismatch_takes_the_rest(path, caplog):
    model, other = made(), made(units=5)
    values = values_of(other, 11)
    write(path, layers_of(other, values))
    before = model.get_weights()
    model.load_weights(path, skip_mismatch=True)
    assert_holds(model, [*values[:6], *before[6:]])
    assert "c/kernel: needed (144, 3), got (144, 5)" in caplog.text


def test_by_name_takes_what_agrees(path):
    other = made(("a", "x", "c"))
    values = values_of(other, 12)
    write(path, layers_of(other, values))
    model = made(("a", "b", "c"))
    before = model.get_weights()
    model.load_weights(path, by_name=True)
    assert_holds(model, [*values[:2], *before[2:6], *values[6:]])
    assert_refused(path, made(("a", "b", "c"), units=7), "c/kernel: needed", by_name=True)
    wrong = made(("a", "b", "c"), units=7)
    wrong.load_weights(path, by_name=True, skip_mismatch=True)
    np.testing.assert_array_equal(wrong.get_weights()[0], values[0])


def test_by_name_is_for_legacy_files(tmp_path):
    made().save_weights(tmp_path / "m.weights.h5")
    with pytest.raises(NotSupported, match="by_name=True is for the older layout"):
        made().load_weights(tmp_path / "m.weights.h5", by_name=True)


def test_an_h5_name_with_the_layout_of_keras_3(tmp_path):
    model = made()
    model.save_weights(tmp_path / "m.weights.h5")
    (tmp_path / "m.weights.h5").rename(tmp_path / "m.h5")
    other = made()
    other.load_weights(tmp_path / "m.h5")
    assert_holds(other, model.get_weights())


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(NoSuchFile):
        made().load_weights(tmp_path / "gone.h5")
    with pytest.raises(InvalidArgument, match="objects_to_skip"):
        made().load_weights(tmp_path / "gone.h5", objects_to_skip=[])


# -- damage --------------------------------------------------------------------------------


def test_a_file_that_was_cut_short(path):
    model = made()
    write(path, layers_of(model, values_of(model, 13)))
    data = path.read_bytes()
    for part in (0.0, 0.1, 0.5, 0.99):
        path.write_bytes(data[: int(len(data) * part)])
        assert_refused(path, model, "must be a whole HDF5 file")


def test_any_damaged_byte_gives_an_error_of_ours_or_whole_arrays(path):
    model = made()
    write(path, layers_of(model, values_of(model, 14)))
    data = path.read_bytes()
    rng = np.random.RandomState(15)
    refused = 0
    for place in rng.randint(0, len(data), 60):
        before = model.get_weights()
        damaged = bytearray(data)
        damaged[place : place + 8] = rng.bytes(8)
        path.write_bytes(damaged)
        try:
            model.load_weights(path)
        except FileFormatError:
            refused += 1
            assert_holds(model, before)
    assert refused > 5


@pytest.mark.parametrize("kind", ["missing", "soft", "external", "group", "virtual"])
def test_arrays_must_lie_where_the_file_says(path, tmp_path, kind):
    model = made()
    write(path, layers_of(model, values_of(model, 16)))
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = np.zeros(4, "float32")
    with h5py.File(path, "a") as file:
        del file["a/a/bias:0"]
        if kind == "soft":
            file["a/a/bias:0"] = h5py.SoftLink("/b/b/gamma:0")
        elif kind == "external":
            file["a/a/bias:0"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "x")
        elif kind == "group":
            file.create_group("a/a/bias:0")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((4,), "f4")
            layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "x", (4,))
            file["a/a"].create_virtual_dataset("bias:0", layout)
    assert_refused(path, model, "a/bias:0")


def test_a_layer_that_is_missing_is_named_and_no_other(path):
    """As many layers are left as the model has: they must not be taken in their order."""
    model = made()
    write(path, [*layers_of(model, values_of(model, 5))[1:], ("top", [("top/W", np.ones(3))])])
    with pytest.raises(FileFormatError) as found:
        model.load_weights(path)
    assert str(found.value).splitlines()[1:] == [
        "  a: needed, not in the file",
        "  top: in the file, not needed.",
    ]


def test_the_note_on_other_names_shows_two_that_differ(path, caplog):
    model = made()
    values = values_of(model, 4)
    write(path, layers_of(model, values))
    made(("a", "y", "z")).load_weights(path)
    assert "(b for y)" in caplog.text
