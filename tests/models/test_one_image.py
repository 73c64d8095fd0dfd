"""One image without the axis of a batch: the message gives its shape, and says x[None]."""

import numpy as np
import pytest

from saccade.errors import ShapeError
from saccade.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, Input
from saccade.models import Model, Sequential

COLOURED = np.zeros((20, 24, 3), np.float32)
GREY = np.zeros((20, 24, 1), np.float32)


class Own(Model):
    def __init__(self):
        super().__init__()
        self.found, self.mean = Conv2D(2, 3), GlobalAveragePooling2D()

    def call(self, x):
        return self.mean(self.found(x))


def dense(shape):
    return Sequential([Input(shape), Flatten(), Dense(2)])


def convolutional(shape):
    return Sequential([Input(shape), Conv2D(2, 3), GlobalAveragePooling2D()])


def functional(shape):
    x = Input(shape)
    return Model(x, Dense(2)(Flatten()(x)))


MODELS = {
    "dense": lambda: dense(COLOURED.shape),
    "convolutional": lambda: convolutional(COLOURED.shape),
    "of any size": lambda: convolutional((None, None, 3)),
    "functional": lambda: functional(COLOURED.shape),
    "own": Own,
    "not built": lambda: Sequential([Conv2D(2, 3), Flatten(), Dense(1)]),
}
WAYS = {
    "call": lambda model, x: model(x),
    "predict": lambda model, x: model.predict(x, verbose=0),
    "predict_on_batch": lambda model, x: model.predict_on_batch(x),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_an_image_alone(make, way):
    with pytest.raises(ShapeError) as caught:
        way(make(), COLOURED)
    assert "got (20, 24, 3)" in str(caught.value)
    assert "x[None]" in str(caught.value)
    assert "..., None" not in str(caught.value)


@pytest.mark.parametrize("make", [dense, convolutional, functional])
def test_a_grey_image_alone(make):
    for image, advice in ((GREY, "x[None]."), (GREY[..., 0], "x[None, ..., None].")):
        with pytest.raises(ShapeError) as caught:
            make(GREY.shape).predict(image, verbose=0)
        assert f"got {image.shape}" in str(caught.value)
        assert advice in str(caught.value)
    grey_without_channels = np.zeros((5, 20, 24), np.float32)
    assert len(make(GREY.shape).predict(grey_without_channels, verbose=0)) == 5


def test_an_image_of_another_size():
    with pytest.raises(ShapeError, match=r"x\[None\], and the model's size"):
        dense(COLOURED.shape).predict(np.zeros((32, 32, 3)), verbose=0)


@pytest.mark.parametrize(
    ("channels", "advice"), [(3, "x[None]"), (1, "x[None]"), (7, "x[..., None]")]
)
def test_a_layer_alone(channels, advice):
    x = np.zeros((8, 8, channels), np.float32)
    for layer in (Conv2D(2, 3), GlobalAveragePooling2D()):
        with pytest.raises(ShapeError) as caught:
            layer(x)
        assert f"got {x.shape}" in str(caught.value)
        assert advice in str(caught.value)
    built = Conv2D(2, 3)
    built.build((None, 8, 8, 7))
    with pytest.raises(ShapeError, match=r"x\[None\]" if channels == 7 else r"x\[\.\.\., None\]"):
        built(x)


@pytest.mark.parametrize("way", ["fit", "evaluate", "train_on_batch"])
def test_an_image_with_its_label(way):
    model = dense(COLOURED.shape)
    model.compile("sgd", "mse")
    with pytest.raises(ShapeError, match=r"If x is one image, .* x\[None\]"):
        getattr(model, way)(COLOURED, np.zeros((1, 2)))
    with pytest.raises(ShapeError) as caught:
        getattr(model, way)(np.zeros((5, 20, 24, 3)), np.zeros((4, 2)))
    assert "x[None]" not in str(caught.value)
