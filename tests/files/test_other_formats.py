"""Other formats: SavedModel, checkpoints and exports are refused by name, with the way out."""

from __future__ import annotations

import pytest

from saccade.errors import NotSupported
from saccade.layers import Dense
from saccade.models import Sequential, load_model, save_model


@pytest.fixture
def model():
    return Sequential([Dense(2, input_shape=(3,))])


@pytest.mark.parametrize("name", ["folder", "folder/"])
@pytest.mark.parametrize("options", [{}, {"save_format": "tf"}])
def test_a_saved_model_is_not_written(tmp_path, model, name, options):
    for save in (model.save, lambda path, **words: save_model(model, path, **words)):
        with pytest.raises(NotSupported, match=r"SavedModel.*ends in \".keras\""):
            save(f"{tmp_path}/{name}", **options)
    assert not list(tmp_path.iterdir())


def test_a_saved_model_is_not_read(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    with pytest.raises(NotSupported, match=r"SavedModel.*tf.keras.models.load_model.*model.h5"):
        load_model(tmp_path)


def test_a_checkpoint_is_neither_written_nor_read(tmp_path, model):
    with pytest.raises(NotSupported, match=r"a TensorFlow checkpoint.*\.weights\.h5"):
        model.save_weights(tmp_path / "w", save_format="tf")
    (tmp_path / "w.ckpt.index").write_bytes(b"x")
    with pytest.raises(NotSupported, match=r"a TensorFlow checkpoint.*save_weights"):
        model.load_weights(tmp_path / "w.ckpt")
    model.save_weights(tmp_path / "w.h5", save_format="h5")
    model.load_weights(tmp_path / "w.h5")


def test_nothing_is_exported(tmp_path, model):
    with pytest.raises(NotSupported, match=r"SavedModel, ONNX.*keras"):
        model.export(tmp_path / "m")
