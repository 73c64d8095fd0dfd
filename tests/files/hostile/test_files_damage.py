"""Files that are not what they should be: each is told in words."""

import io
import json
import re
import zipfile

import h5py
import numpy as np
import pytest

from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile, NotSupported, UnknownName
from saccade.layers import Conv2D, Dense, Flatten
from saccade.models import Sequential, load_model


@pytest.fixture
def path(tmp_path):
    model = Sequential(
        [Conv2D(2, 3, name="eye", input_shape=(5, 5, 1)), Flatten(), Dense(2, name="fc")]
    )
    model.compile("adam", "mse")
    model.save(tmp_path / "m.keras")
    return tmp_path / "m.keras"


def entries_of(path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(path, packed=zipfile.ZIP_STORED, **changes) -> None:
    """Write the file again with other entries; None leaves one out."""
    names = {"metadata": "metadata.json", "config": "config.json", "extras": "saccade.json"}
    entries = entries_of(path)
    for word, data in changes.items():
        entries[names.get(word, "model.weights.h5")] = data
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, data in entries.items():
            if data is not None:
                archive.writestr(name, data)


def change_config(path, change) -> None:
    config = json.loads(entries_of(path)["config.json"])
    change(config)
    rewrite(path, config=json.dumps(config))


def change_weights(path, change) -> None:
    data = io.BytesIO(entries_of(path)["model.weights.h5"])
    with h5py.File(data, "a") as file:
        change(file)
    rewrite(path, weights=data.getvalue())


def assert_refused(path, error, words) -> None:
    with pytest.raises(error, match=words) as caught:
        load_model(path)
    assert path.name in str(caught.value)


def test_no_file(tmp_path):
    assert_refused(tmp_path / "gone.keras", NoSuchFile, "must exist")
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "gone.keras")


def test_no_path():
    with pytest.raises(InvalidArgument, match="needs a path"):
        load_model(None)


def test_a_folder(tmp_path):
    (tmp_path / "saved_model").mkdir()
    assert_refused(tmp_path / "saved_model", NotSupported, "SavedModel")


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5"])
def test_an_hdf5_file(tmp_path, name):
    with h5py.File(tmp_path / name, "w") as file:
        file["a"] = 1
    assert_refused(tmp_path / name, FileFormatError, "must hold a model.*load_weights")


@pytest.mark.parametrize("data", [b"", b"hello", b"\0" * 5000])
def test_not_a_zip(tmp_path, data):
    (tmp_path / "m.keras").write_bytes(data)
    assert_refused(tmp_path / "m.keras", FileFormatError, "another kind of file")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_cut_short(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert_refused(path, FileFormatError, r"cut short \([\d,]+ bytes\)")


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_bit_that_fell_over(path, packed):
    rewrite(path, packed)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("model.weights.h5").header_offset
    data = bytearray(path.read_bytes())
    data[start + 700] ^= 1
    path.write_bytes(data)
    assert_refused(path, FileFormatError, "model.weights.h5 must be whole")


def test_packed_again(path):
    expected = load_model(path).get_weights()
    rewrite(path, zipfile.ZIP_DEFLATED)
    for mine, other in zip(load_model(path).get_weights(), expected, strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("entry", ["config", "weights"])
def test_an_entry_is_missing(path, entry):
    rewrite(path, **{entry: None})
    assert_refused(path, FileFormatError, r"must hold (config\.json|model\.weights\.h5), got only")


def test_the_metadata_are_not_needed(path):
    rewrite(path, metadata=None, extras=None)
    assert load_model(path).preprocessing is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"config": b"{"}, "config.json must be whole"),
        ({"config": b"[]"}, "list instead of an object"),
        ({"config": b"\xff\xfe"}, "config.json must be whole"),
        ({"config": b"[" * 100_000}, "config.json must be whole"),
        ({"config": b"{}"}, "must be the record of a model"),
        ({"extras": b"nonsense"}, "saccade.json must be whole"),
        ({"weights": b"nonsense"}, "must be a whole HDF5 file"),
        ({"weights": b""}, "must be a whole HDF5 file"),
    ],
)
def test_an_entry_is_damaged(path, changes, words):
    rewrite(path, **changes)
    assert_refused(path, FileFormatError, words)


def test_weights_cut_short_inside_a_whole_zip(path):
    data = entries_of(path)["model.weights.h5"]
    rewrite(path, weights=data[: len(data) // 2])
    assert_refused(path, FileFormatError, "must be a whole HDF5 file")


def test_an_entry_that_claims_to_be_endless(path, monkeypatch):
    monkeypatch.setattr("saccade.plain_json.MOST_BYTES", 100)
    assert_refused(path, FileFormatError, "config.json must be whole")


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["config"].pop("layers"),
        lambda c: c["config"].update(layers=3),
        lambda c: c["config"]["layers"][1]["config"].pop("filters"),
        lambda c: c["config"]["layers"][1]["config"].update(wings=2),
        lambda c: c["config"]["layers"][1]["build_config"].update(input_shape="x"),
        lambda c: c["config"]["layers"][1]["config"].update(filters=[1]),
        lambda c: c["config"]["layers"].insert(1, "Dense"),
        lambda c: c.update(config=[1]),
    ],
)
def test_a_config_that_makes_no_sense(path, change):
    change_config(path, change)
    with pytest.raises((FileFormatError, ValueError)) as caught:
        load_model(path)
    assert type(caught.value).__module__ == "saccade.errors"
    assert path.name in str(caught.value)


def test_layers_that_saccade_does_not_have_are_all_named(path):
    def change(config):
        for name in ("LSTM", "ConvLSTM2D"):
            record = {"module": "keras.layers", "class_name": name, "registered_name": None}
            config["config"]["layers"].append({**record, "config": {"name": f"my_{name}"}})

    change_config(path, change)
    assert_refused(path, UnknownName, "Activation, .*AveragePooling2D, .*Conv2D")
    assert_refused(path, UnknownName, 'LSTM "my_LSTM", ConvLSTM2D "my_ConvLSTM2D"')


def test_a_model_that_saccade_does_not_have(path):
    change_config(path, lambda c: c.update(class_name="Transformer"))
    assert_refused(path, UnknownName, "Sequential.*, got Transformer")


def test_an_option_that_saccade_does_not_have(path):
    change_config(
        path, lambda c: c["config"]["layers"][1]["config"].update(data_format="channels_middle")
    )
    assert_refused(path, UnknownName, "channels_last")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("loss", "word_error", "must be one of .*word_error"),
        ("metrics", ["bleu"], "must be one of .*bleu"),
        ("weighted_metrics", ["bleu"], "must be one of .*bleu"),
    ],
)
def test_training_that_saccade_does_not_have_can_be_left_out(path, key, value, words):
    change_config(path, lambda c: c["compile_config"].update({key: value}))
    assert_refused(path, (NotSupported, UnknownName), words)
    assert_refused(path, (NotSupported, UnknownName), re.escape("compile=False"))
    assert load_model(path, compile=False).built


@pytest.mark.parametrize("what", ["optimizer", "schedule"])
def test_optimizers_and_schedules_that_saccade_does_not_have(path, what):
    schedule = {"module": "keras.optimizers.schedules", "class_name": "CosineSquared", "config": {}}

    def change(config):
        if what == "optimizer":
            config["compile_config"]["optimizer"]["class_name"] = "MultiOptimizer"
        else:
            config["compile_config"]["optimizer"]["config"]["learning_rate"] = schedule

    change_config(path, change)
    words = "MultiOptimizer" if what == "optimizer" else "CosineSquared"
    assert_refused(path, (NotSupported, UnknownName), f"{words}.*compile=False")
    assert load_model(path, compile=False).built


# -- weights -------------------------------------------------------------------------------


def test_weights_missing_extra_and_of_another_shape_are_all_listed(path):
    def change(file):
        del file["layers/conv2d/vars/1"]
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = np.zeros((7, 2), "float32")
        file["layers/dense_1/vars/0"] = np.zeros(3, "float32")

    change_weights(path, change)
    with pytest.raises(FileFormatError) as caught:
        load_model(path)
    message = str(caught.value)
    assert "3 that do not fit" in message
    assert 'layers/conv2d/vars/1 ("eye" bias): needed (2,), got none' in message
    assert 'layers/dense/vars/0 ("fc" kernel): needed (18, 2), got (7, 2)' in message
    assert "layers/dense_1/vars/0: needed none, got (3,)" in message


def test_no_weights_at_all(path):
    change_weights(path, lambda file: file.pop("layers"))
    assert_refused(path, FileFormatError, "4 that do not fit")


def test_weights_that_are_no_numbers(path):
    def change(file):
        del file["layers/dense/vars/1"]
        file["layers/dense/vars/1"] = np.array([b"a", b"b"])

    change_weights(path, change)
    assert_refused(path, FileFormatError, "needed numbers")


def test_weights_of_another_precision_are_converted(path):
    def change(file):
        values = file["layers/dense/vars/0"][()]
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = values.astype("float16")

    expected = load_model(path).layers[2].get_weights()[0]
    change_weights(path, change)
    np.testing.assert_allclose(load_model(path).layers[2].get_weights()[0], expected, rtol=1e-3)


@pytest.mark.parametrize("kind", ["soft", "external", "stored elsewhere", "virtual"])
def test_links_that_lead_elsewhere_are_not_followed(path, tmp_path, kind):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["vars"] = np.zeros(2, "float32")
    (tmp_path / "secret.bin").write_bytes(b"\0" * 8)

    def change(file):
        file["elsewhere"] = file["layers/dense/vars/1"][()]
        del file["layers/dense/vars/1"]
        group = file["layers/dense/vars"]
        if kind == "soft":
            group["1"] = h5py.SoftLink("/elsewhere")
        elif kind == "external":
            group["1"] = h5py.ExternalLink(str(secret), "vars")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((2,), "f4")
            layout[:] = h5py.VirtualSource(str(secret), "vars", (2,))
            group.create_virtual_dataset("1", layout)
        else:
            raw = [(str(tmp_path / "secret.bin"), 0, 8)]
            group.create_dataset("1", (2,), "f4", external=raw)

    change_weights(path, change)
    assert_refused(path, FileFormatError, "got none|in the file itself")


def test_the_name_that_tensorflow_2_13_gave_to_the_layers(path):
    expected = load_model(path).get_weights()
    change_weights(path, lambda file: file.move("layers", "_layer_checkpoint_dependencies"))
    for mine, other in zip(load_model(path).get_weights(), expected, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_states_that_saccade_does_not_keep_are_passed_over(path):
    """The optimizer of a model inside, and a random stream that older Keras wrote."""

    def change(file):
        file["layers/sequential/optimizer/vars/0"] = 3
        file["layers/dropout/seed_generator/vars/0"] = np.zeros(2, "uint32")
        file["layers/random_flip/generator/vars/0"] = np.zeros(2, "uint32")

    change_weights(path, change)
    assert load_model(path).built
