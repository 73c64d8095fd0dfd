"""What the user's keras.json says of images counts for scripts, as under Keras."""

import json
import logging

import pytest

from saccade import notes
from saccade.config import image_data_format
from saccade.keras_alias.user_settings import take_image_data_format


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps({"image_data_format": "channels_first"}), "channels_first"),
        (json.dumps({"image_dim_ordering": "th", "backend": "theano"}), "channels_first"),
        (json.dumps({"image_dim_ordering": "tf"}), "channels_last"),
        (json.dumps({"image_data_format": "sideways"}), "channels_last"),
        (json.dumps({"image_dim_ordering": ["th"]}), "channels_last"),
        (json.dumps(["image_data_format"]), "channels_last"),
        ("{", "channels_last"),
        (None, "channels_last"),
    ],
)
def test_keras_json(text, expected, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    if text is not None:
        (tmp_path / "keras.json").write_text(text)
    notes.forget_notes()
    with caplog.at_level(logging.INFO):
        take_image_data_format()
    assert image_data_format() == expected
    assert ("keras.json says channels_first" in caplog.text) == (expected == "channels_first")
