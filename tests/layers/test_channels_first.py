"""Channels first: every layer gives what it gives with channels last, as views, in both shapes."""

import inspect

import numpy as np
import pytest
import torch

from conformance.layer_examples import EXAMPLES
from saccade import layers, notes
from saccade.config import image_data_format, set_image_data_format
from saccade.data_formats import default_data_format
from saccade.errors import ShapeError, UnknownName
from saccade.models import Sequential, load_model

BY_CALL = [
    name
    for name, cls in sorted(layers.CLASSES.items())
    if "data_format" in inspect.signature(cls.__init__).parameters and name in EXAMPLES
]
FLAT = ("Flatten", "Global")  # what comes out has no place for channels


def moved(x):
    return x.movedim(-1, 1) if x.ndim > 2 else x


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", BY_CALL)
def test_every_layer_in_both_formats(name, training):
    config, shape, _ = EXAMPLES[name]
    if name.startswith(("Random", "Rand", "Auto", "Equal", "Solar", "Mix", "Cut")):
        shape = (3, 6, 7, 3)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    built = layers.CLASSES[name](**config)
    built(x)
    results = []
    for given, data_format in ((x, "channels_last"), (moved(x), "channels_first")):
        layer = layers.CLASSES[name](**config, data_format=data_format)
        layer.build_on((None, *given.shape[1:]))
        layer.set_weights(built.get_weights())
        torch.manual_seed(3)
        results.append(layer(given, training=training))
    expected, found = results
    if name.startswith("SpatialDropout"):  # the draws are those of another shape
        assert found.shape == moved(expected).shape
        maps = found.flatten(2).eq(0).all(-1)
        assert torch.equal(found.flatten(2).ne(0).any(-1), ~maps)
        return
    if not name.startswith(FLAT) or config.get("keepdims"):
        expected = moved(expected)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
    assert tuple(found.shape) == tuple(layer.compute_output_shape(tuple(given.shape)))


def test_nothing_is_copied_on_the_way():
    """A batch that lies with its channels last in memory goes through as it is."""
    x = torch.randn(2, 8, 9, 3).movedim(-1, 1)
    for layer in (
        layers.Conv2D(4, 3, data_format="channels_first"),
        layers.MaxPooling2D(data_format="channels_first"),
        layers.ZeroPadding2D(data_format="channels_first"),
        layers.BatchNormalization(axis=1),
        layers.UpSampling2D(data_format="channels_first"),
    ):
        y = layer(x)
        assert y.is_contiguous(memory_format=torch.channels_last), layer
    part = layers.Cropping2D(1, data_format="channels_first")(x)
    assert part.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()


def test_the_process_has_a_format():
    assert image_data_format() == "channels_last"
    set_image_data_format("channels_first")
    assert layers.Conv2D(2, 3).data_format == layers.Flatten().data_format == "channels_first"
    assert layers.Conv2D(2, 3, data_format="channels_last").data_format == "channels_last"
    # Two of Keras's layers have no data format.
    assert layers.Cropping1D()(torch.ones(1, 5, 2)).shape == (1, 3, 2)
    assert layers.UpSampling1D()(torch.ones(1, 5, 2)).shape == (1, 10, 2)
    with default_data_format("channels_last"):
        assert layers.MaxPooling2D().data_format == "channels_last"
    assert layers.MaxPooling2D(data_format="CHANNELS_LAST").data_format == "channels_last"
    with pytest.raises(UnknownName):
        set_image_data_format("first")


def test_a_network_with_its_channels_first(tmp_path):
    """Shapes, numbers, training, files: those of the network with its channels last."""
    x = np.random.RandomState(0).standard_normal((40, 12, 10, 3)).astype("float32")
    y = np.arange(40) % 3
    shown, losses, predicted = [], [], []
    for word in ("channels_last", "channels_first"):
        set_image_data_format(word)
        axis = 1 if word == "channels_first" else -1
        images = np.moveaxis(x, -1, 1).copy() if axis == 1 else x
        torch.manual_seed(0)
        model = Sequential([
            layers.Input(images.shape[1:]),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.BatchNormalization(axis=axis),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(6, 3),
            layers.PReLU(shared_axes=(2, 3) if axis == 1 else (1, 2)),
            layers.Conv2DTranspose(4, 3, strides=2),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ])  # fmt: skip
        model.compile("adam", "sparse_categorical_crossentropy")
        run = model.fit(images, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
        losses.append(run.history["loss"])
        predicted.append(model.predict(images, verbose=0))
        lines = []
        model.summary(print_fn=lines.append)
        shown.append("\n".join(lines))
        for name in ("whole.keras", "whole.h5"):
            model.save(tmp_path / name)
            set_image_data_format("channels_last")  # the file says which it is
            again = load_model(tmp_path / name)
            np.testing.assert_allclose(
                again.predict(images, verbose=0), predicted[-1], rtol=1e-5, atol=1e-6
            )
            set_image_data_format(word)
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
    np.testing.assert_allclose(predicted[1], predicted[0], rtol=1e-3, atol=1e-4)
    assert "(None, 8, 12, 10)" in shown[1]
    assert "(None, 12, 10, 8)" in shown[0]


def test_images_of_the_other_format_are_told(caplog):
    notes.forget_notes()
    layers.Conv2D(2, 3).build_on((None, 3, 64, 64))
    assert 'data_format="channels_first"' in caplog.text
    assert "3 x 64 with 64 channels" in caplog.text
    notes.forget_notes()
    caplog.clear()
    layers.Conv2D(2, 3).build_on((None, 64, 64, 3))
    layers.Conv2D(2, 3).build_on((None, 3, 32, 64))  # rows of a wide image
    assert not caplog.records
    layers.Conv2D(2, 3, data_format="channels_first").build_on((None, 64, 64, 3))
    assert 'data_format="channels_last"' in caplog.text
    layer = layers.Conv2D(2, 3)
    layer.build_on((None, 32, 32, 3))
    with pytest.raises(ShapeError, match=r"numpy.moveaxis\(x, 1, -1\)"):
        layer(torch.ones(1, 3, 32, 32))
