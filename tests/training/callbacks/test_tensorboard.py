"""TensorBoard: what its own reader finds in the event files."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from saccade.callbacks import TensorBoard
from saccade.errors import InvalidArgument, NotSupported
from saccade.layers import Conv2D, Dense, Flatten
from saccade.models import Model, Sequential
from saccade.script_door import open_script_door
from saccade.training.callbacks import event_file, event_record
from saccade.training.callbacks.tensorboard import as_images
from scripts.warm_process import python

accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
tensor_util = pytest.importorskip("tensorboard.util.tensor_util")

STREAM = np.random.RandomState(0)
X, Y = STREAM.uniform(size=(20, 6, 6, 1)).astype(np.float32), np.arange(20) % 2


def network():
    layers = [
        Conv2D(3, 3, input_shape=(6, 6, 1), name="conv2d"),
        Flatten(name="flatten"),
        Dense(2, activation="softmax", name="dense"),
    ]
    model = Sequential(layers)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


def read(folder):
    """{tag: {step: array}} of a folder of event files, and {tag: plugin}."""
    events = accumulators.EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    values, plugins = {}, {}
    for tag in events.Tags()["tensors"]:
        values[tag] = {
            e.step: tensor_util.make_ndarray(e.tensor_proto) for e in events.Tensors(tag)
        }
        plugins[tag] = events.SummaryMetadata(tag).plugin_data.plugin_name
    return values, plugins


def fitted(folder, epochs=3, **options):
    model = network()
    history = model.fit(
        X, Y, epochs=epochs, verbose=0, batch_size=5, validation_split=0.25,
        callbacks=[TensorBoard(folder, **options)],
    )  # fmt: skip
    return model, history.history


def test_the_numbers_of_epochs(tmp_path):
    _, history = fitted(tmp_path)
    train, plugins = read(tmp_path / "train")
    held_out, _ = read(tmp_path / "validation")
    assert sorted(train) == ["epoch_acc", "epoch_learning_rate", "epoch_loss", "keras"]
    for tag, name, values in (
        ("epoch_loss", "loss", train), ("epoch_acc", "acc", train),
        ("epoch_loss", "val_loss", held_out), ("epoch_acc", "val_acc", held_out),
    ):  # fmt: skip
        assert list(values[tag]) == [0, 1, 2]
        np.testing.assert_allclose(list(values[tag].values()), history[name], rtol=1e-6)
    np.testing.assert_allclose(list(train["epoch_learning_rate"].values()), 0.01, rtol=1e-6)
    assert plugins["epoch_loss"] == "scalars"
    assert sorted(set(held_out) - set(train)) == [
        "evaluation_acc_vs_iterations", "evaluation_loss_vs_iterations",
    ]  # fmt: skip
    by_step = held_out["evaluation_loss_vs_iterations"]
    assert list(by_step) == [3, 6, 9]
    np.testing.assert_allclose(list(by_step.values()), history["val_loss"], rtol=1e-6)


@pytest.mark.parametrize(("freq", "steps"), [("batch", list(range(1, 10))), (2, [2, 4, 6, 8])])
def test_the_numbers_of_batches(tmp_path, freq, steps):
    fitted(tmp_path, update_freq=freq, write_graph=False, write_steps_per_second=True)
    train, _ = read(tmp_path / "train")
    assert sorted(train) == [
        "batch_acc", "batch_loss", "batch_steps_per_second", "epoch_acc", "epoch_learning_rate",
        "epoch_loss", "epoch_steps_per_second",
    ]  # fmt: skip
    for name in ("loss", "acc", "steps_per_second"):
        assert list(train[f"batch_{name}"]) == steps
        assert all(value > 0 or name == "acc" for value in train[f"batch_{name}"].values())
    assert min(train["epoch_steps_per_second"].values()) > 0


def test_weights(tmp_path):
    model, _ = fitted(tmp_path, epochs=3, histogram_freq=2, write_images=True)
    train, plugins = read(tmp_path / "train")
    weights = {f"{layer.name}/{w.name}": w for layer in model.layers for w in layer.weights}
    assert len(weights) == 4
    for name, weight in weights.items():
        rows = train[f"{name}/histogram"]
        assert plugins[f"{name}/histogram"] == "histograms"
        assert list(rows) == [0, 2]
        last, values = rows[2], weight.numpy()
        assert last.shape == (30, 3)
        assert last[:, 2].sum() == values.size
        np.testing.assert_allclose([last[0, 0], last[-1, 1]], [values.min(), values.max()])
        middle = (last[:, :2].mean(1) * last[:, 2]).sum() / values.size
        assert abs(middle - values.mean()) <= (values.max() - values.min()) / 30
    width, height, *pictures = train["conv2d/kernel/image"][2]
    assert plugins["conv2d/kernel/image"] == "images"
    assert (int(width), int(height), len(pictures)) == (3, 3, 3)
    kernel = weights["conv2d/kernel"].numpy()[:, :, 0]
    for number, png in enumerate(pictures):
        pixels = np.asarray(Image.open(io.BytesIO(png)), np.float32)
        np.testing.assert_allclose(pixels, kernel[..., number].clip(0, 1) * 255, atol=1)


def test_histograms_of_odd_values(tmp_path):
    file = event_file.EventFile(str(tmp_path))
    file.histogram("same", np.full(7, 2.5), 0)
    file.histogram("none", np.array([np.nan, np.inf]), 0)
    file.close()
    values, _ = read(tmp_path)
    assert values["same"][0][-1].tolist() == [2.5, 2.5, 7.0]
    assert values["same"][0][:, 2].sum() == 7
    assert not values["none"][0].any()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((5,), (1, 5, 1, 1)), ((4, 2), (1, 2, 4, 1)), ((2, 4), (1, 2, 4, 1)), ((), None),
     ((3, 5, 1, 8), (8, 3, 5, 1)), ((3, 3, 2, 4), (3, 3, 2, 4)), ((3, 3, 2, 5), None)],
)  # fmt: skip
def test_weights_as_images(shape, expected):
    images = as_images(np.zeros(shape, np.float32))
    assert (images if images is None else images.shape) == expected


def test_the_graph_of_layers(tmp_path):
    fitted(tmp_path, epochs=1)
    values, plugins = read(tmp_path / "train")
    assert plugins["keras"] == "graph_keras_model"
    from tensorboard.plugins.graph import keras_util

    record = json.loads(values["keras"][0].item())
    nodes = {n.name.split("/")[-1]: n for n in keras_util.keras_model_to_graph_def(record).node}
    assert list(nodes)[1:] == ["conv2d", "flatten", "dense"]
    assert nodes["dense"].input[0].endswith("/flatten")


def test_models_of_other_kinds_have_no_graph(tmp_path):
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.inner = Dense(2)

        def call(self, x):
            return self.inner(x)

    model = Own()
    model.compile("sgd", "mse")
    model.fit(X.reshape(20, 36), np.zeros((20, 2)), verbose=0, callbacks=[TensorBoard(tmp_path)])
    assert "keras" not in read(tmp_path / "train")[0]


def test_evaluate_alone(tmp_path):
    model = network()
    loss, _ = model.evaluate(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path)])
    values, _ = read(tmp_path / "validation")
    assert values["evaluation_loss_vs_iterations"][0] == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize(
    ("option", "value"),
    [("profile_batch", 2), ("profile_batch", (2, 4)), ("embeddings_freq", 1),
     ("embeddings_metadata", "file")],
)  # fmt: skip
def test_what_is_left_out_is_refused_by_name(option, value):
    with pytest.raises(NotSupported, match=option):
        TensorBoard(**{option: value})


@pytest.mark.parametrize("freq", [0, -1, "batches", 1.5, True])
def test_other_frequencies_are_told(freq):
    with pytest.raises(InvalidArgument, match="update_freq"):
        TensorBoard(update_freq=freq)


def test_nothing_of_the_package_is_needed_to_write(tmp_path):
    code = (
        "import sys; sys.modules['tensorboard'] = None\n"
        "import numpy as np\n"
        "from saccade import callbacks, layers, models\n"
        "model = models.Sequential([layers.Dense(1, input_shape=(2,))])\n"
        "model.compile('sgd', 'mse')\n"
        f"board = callbacks.TensorBoard({str(tmp_path)!r}, histogram_freq=1, write_images=True)\n"
        "model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[board])\n"
    )
    assert python("-c", code, cwd=tmp_path).returncode == 0
    _, plugins = read(tmp_path / "train")
    assert plugins["epoch_loss"] == "scalars"
    assert plugins["dense/kernel/histogram"] == "histograms"
    assert plugins["dense/kernel/image"] == "images"


def test_records_are_what_the_package_writes(tmp_path):
    """Byte for byte: the event of protocol buffers, and the checksum of the file."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

    made = event_record.event("a/b", np.array([[1.5, -2.0]], np.float32), -1, 2.5, "scalars", 1)
    event = Event.FromString(made)
    assert (event.step, event.wall_time) == (-1, 2.5)
    assert event.SerializeToString(deterministic=True) == made
    frame = event_record.framed(made)
    assert frame[8:12] == np.uint32(masked_crc32c(frame[:8])).tobytes()
    assert frame[-4:] == np.uint32(masked_crc32c(made)).tobytes()


def test_a_script_trains_on_without_what_is_not_written(tmp_path, caplog):
    open_script_door()
    try:
        board = TensorBoard(tmp_path, profile_batch="2,5", embeddings_freq=1, write_grads=True)
    finally:
        open_script_door(False)
    network().fit(X, Y, verbose=0, callbacks=[board])
    assert "epoch_loss" in read(tmp_path / "train")[0]
    assert "does not profile" in caplog.text


def test_the_package_is_loaded_when_needed(tmp_path):
    code = "import sys, saccade.callbacks; assert 'tensorboard' not in sys.modules"
    assert python("-c", code, cwd=tmp_path).returncode == 0
