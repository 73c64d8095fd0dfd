"""Whole networks of Keras's, taken over by their records: layers, weights, outputs, files."""

import json

import numpy as np
import pytest
import torch

from parity.reference import array, keras
from saccade.models import Model, load_model

pytestmark = pytest.mark.filterwarnings("ignore")

SIZES = {"InceptionV3": 128}
NETWORKS = [
    "MobileNetV2",
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in (
            "DenseNet121",
            "EfficientNetB0",
            "InceptionV3",
            "ResNet50",
            "ResNet50V2",
            "VGG16",
            "Xception",
        )
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_of_keras_is_taken_over(name, tmp_path):
    size = SIZES.get(name, 96)
    theirs = getattr(keras.applications, name)(
        weights=None, include_top=False, input_shape=(size, size, 3)
    )
    mine = Model.from_config(json.loads(json.dumps(theirs.get_config())))
    assert [layer.name for layer in mine.layers] == [layer.name for layer in theirs.layers]
    assert [weight.path for weight in mine.weights] == [weight.path for weight in theirs.weights]
    assert mine.count_params() == theirs.count_params()
    trained = [weight.path for weight in theirs.trainable_weights]
    assert [weight.path for weight in mine.trainable_weights] == trained
    mine.set_weights([array(weight) for weight in theirs.weights])
    x = np.random.RandomState(0).rand(2, size, size, 3).astype(np.float32)
    theirs.save(tmp_path / "theirs.keras")
    mine.save(tmp_path / "mine.keras")
    with torch.no_grad():
        y = theirs(x).numpy()
        assert np.abs(y).max() > 0
        for model in (
            mine,
            load_model(tmp_path / "theirs.keras"),
            keras.models.load_model(tmp_path / "mine.keras"),
        ):
            np.testing.assert_allclose(
                model(x).numpy() / np.abs(y).max(), y / np.abs(y).max(), atol=1e-5
            )
