"""`saccade train --arch` takes every network of `applications`, as that network needs it."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import saccade
from faces.photo_folders import make_photos
from faces.test_train_resnet import hears_ctrl_c  # noqa: F401 (a fixture)
from recipe.killing import assert_same_end
from recipe.stopped import in_one_line, send, train, train_until
from saccade import applications
from saccade.applications import NETWORKS
from saccade.cli import app
from saccade.errors import FileFormatError, UnknownName
from saccade.models import load_model
from saccade.recipe.architectures import ARCHITECTURES, DEFAULTS
from saccade.recipe.choices import Choices
from saccade.recipe.photos.photo_reading import Header, published_reading, window_size
from saccade.recipe.training import transfer
from saccade.recipe.training.classifier import Classifier, early_layers, make_backbone
from saccade.recipe.training.network_choice import published
from saccade.utils import set_random_seed

NAMES = [name for name in DEFAULTS if name != "lenet"]
SHORT = ["--epochs", "1", "--test", "0.2", "--validation", "0.2", "--batch-size", "8"]


def test_every_network_of_applications_has_its_sides():
    sides = {own.name: (own.smallest_px, own.made_for_px) for own in DEFAULTS.values()}
    del sides["LeNet"]
    assert sides == {name: (one.least_px, one.default_px) for name, one in NETWORKS.items()}
    assert set(ARCHITECTURES) == {"auto", "lenet", *map(str.lower, NETWORKS)}


@pytest.mark.parametrize("name", NAMES)
def test_photos_become_what_the_network_was_trained_on(name):
    mode = published(name).input_record.mode
    chosen = published_reading([], DEFAULTS[name], mode)
    side = NETWORKS[DEFAULTS[name].name].default_px
    assert chosen.preprocessing.target_size == (side, side)
    home, _, function = published(name).input_record.preprocess_input.rpartition(".")
    x = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 3)).astype("float32")
    own = getattr(importlib.import_module(home), function)(x.copy())
    np.testing.assert_allclose(chosen.preprocessing.scale(x).numpy(), own, rtol=1e-6, atol=1e-6)


def test_large_photos_are_read_at_nine_sevenths_of_what_a_network_is_made_for():
    large = [Header(900, 900, False)]
    read = {name: published_reading(large, DEFAULTS[name], "tf").preprocessing.target_size[0]
            for name in ("resnet50", "xception", "efficientnetb7", "nasnetlarge")}  # fmt: skip
    assert read == {"resnet50": 288, "xception": 384, "efficientnetb7": 771, "nasnetlarge": 331}
    assert window_size(DEFAULTS["xception"], (384, 80)) == (299, 71)
    assert window_size(DEFAULTS["nasnetmobile"], (224, 224)) == (224, 224)


@pytest.mark.parametrize("word", ["MobileNetV2", "mobilenetv2", "MOBILENETV2"])
def test_a_network_may_be_written_in_any_case(tmp_path, word):
    assert Choices(tmp_path, architecture=word).architecture == "mobilenetv2"


def test_a_misspelt_network_is_told(tmp_path):
    with pytest.raises(UnknownName, match='Did you mean "efficientnetb0"'):
        Choices(tmp_path, architecture="efficientnet-b0")


def test_what_stays_at_rest_of_a_resnet_is_its_stem_and_first_stage():
    backbone = make_backbone("resnet50", (224, 224), None)
    with_weights = [layer.name for layer in backbone.layers if layer.weights]
    expected = {name for name in with_weights if name.startswith(("conv1_", "conv2_"))}
    assert early_layers(backbone, 224) & set(with_weights) == expected


@pytest.mark.parametrize(
    ("name", "last", "count"),
    [
        ("vgg16", "block3_conv3", 7),
        ("mobilenetv2", "block_3_expand_BN", 20),
        *(
            pytest.param(*values, marks=pytest.mark.slow)
            for values in (
                ("densenet121", "pool2_conv", 28),
                ("efficientnetb0", "block3a_expand_bn", 27),
                ("convnexttiny", "convnext_tiny_stage_0_block_2_layer_scale", 16),
                ("nasnetmobile", "adjust_bn_stem_2", 29),
                ("xception", "block3_sepconv2_bn", 14),
                ("efficientnetv2b0", "block2b_project_bn", 12),
                ("resnet50v2", "conv2_block3_1_bn", 17),
                ("mobilenet", "conv_pw_3_bn", 14),
                ("mobilenetv3small", "expanded_conv_1_expand_bn", 10),
            )
        ),
    ],
)
def test_what_stays_at_rest_of_others_ends_at_a_quarter_of_the_side(name, last, count):
    side = DEFAULTS[name].made_for_px
    network = Classifier(name, (side, side), None, 2, "float32")
    network.unfreeze()
    early = early_layers(network.backbone, side)
    layers = [layer for layer in network.backbone.layers if layer.weights]
    assert last in early
    assert sum(layer.name in early for layer in layers) == count
    for layer in layers:
        rests = layer.name in early or type(layer).__name__ == "BatchNormalization"
        assert layer.trainable is not rests


# -- from a folder to a classifier ---------------------------------------------------------


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(transfer, "LAST_LAYER", replace(transfer.LAST_LAYER, epochs=2))
    return make_photos(tmp_path / "photos", count=5, size=(80, 90), colors=True)


def write_weights(name: str, side_px: int) -> Path:
    set_random_seed(1)
    path = Path("backbone.weights.h5")
    build = getattr(applications, DEFAULTS[name].name)
    build(weights=None, include_top=False, input_shape=(side_px, side_px, 3)).save_weights(path)
    return path


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("mobilenetv3small", None),
        *(
            pytest.param(name, mode, marks=pytest.mark.slow)
            for name, mode in (
                ("mobilenetv2", "tf"),
                ("efficientnetb0", None),
                ("densenet121", "torch"),
                ("nasnetmobile", "tf"),
                ("xception", "tf"),
                ("vgg16", "caffe"),
                ("convnexttiny", None),
            )
        ),
    ],
)
def test_a_network_becomes_a_classifier_that_every_command_reads(photos, name, mode):
    own = DEFAULTS[name]
    side = max(32, own.smallest_px)
    weights = write_weights(name, side)
    words = ["--arch", name, "--weights", weights, "--size", side, *SHORT]
    said = train(photos, "-o", "run", *words)
    assert f"Fine-tuning {own.name}, " in said
    metrics = json.loads(Path("run/metrics.json").read_text())
    assert (metrics["architecture"], metrics["weights.file"]) == (name, weights.name)
    assert [phase["name"] for phase in metrics["phases"]] == ["last layer", "fine-tuning"]
    assert metrics["preprocessing"].get("mode") == mode
    assert metrics["preprocessing"]["rescale"] == 1.0
    assert f"--architecture {name}" in metrics["command"]
    for file in ("model.keras", "classes.json", "history.csv", "curves.png", "confusion.png"):
        assert Path("run", file).is_file()

    photo = str(photos / "dot" / "00.png")
    predictor = saccade.Predictor.load("run")
    assert predictor.preprocessing.to_dict() == metrics["preprocessing"]
    ranking = predictor.predict(photo)[0].ranking
    assert sum(chance for _, chance in ranking) == pytest.approx(1, abs=1e-5)
    done = CliRunner().invoke(app, ["predict", "run", photo, "--json"], catch_exceptions=False)
    assert json.loads(done.output)
    scores = saccade.evaluate("run", photos, listener=saccade.Listener())
    assert scores.images == 15
    assert f"architecture: {name}" in str(saccade.summary("run"))


def test_weights_of_another_network_are_refused_before_a_photo_is_read(photos):
    weights = write_weights("mobilenetv2", 32)
    with pytest.raises(FileFormatError):
        saccade.train(photos, "run", architecture="mobilenet", weights=weights, size=32)
    assert not Path("run").exists()


def test_the_weights_that_are_missing_are_the_networks_own(photos, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    said = in_one_line(train(photos, "--arch", "efficientnetb0", code=2))
    assert "efficientnetb0_notop.h5: must be fetched once, got SACCADE_OFFLINE=1" in said
    assert "50bc09e76180e00e4465e1a485ddc09d" in said


def test_its_smallest_side_is_its_own(photos):
    said = train(photos, "--arch", "xception", "--size", 70, code=2)
    assert "Xception takes sides of 71 to 1024 pixels" in in_one_line(said)
    said = train(photos, "--arch", "densenet121", "--color", "grayscale", code=2)
    assert "DenseNet121 takes photos in colour" in in_one_line(said)


@pytest.mark.slow
def test_stopped_it_goes_on_to_the_same_end(photos, monkeypatch, hears_ctrl_c):  # noqa: F811
    weights = write_weights("mobilenetv2", 32)
    words: list[Any] = ["photos", "--arch", "mobilenetv2", "--weights", weights, "--size", 32,
                        *SHORT, "--epochs", 3]  # fmt: skip
    train(*words, "-o", "whole")
    said = train_until(monkeypatch, send(2), *words, "-o", "run")
    assert "--arch" in in_one_line(said)
    train(*words, "-o", "run", "--resume")
    assert_same_end(Path("run"), Path("whole"))
    kinds = {type(layer).__name__ for layer in load_model("run/model.keras").layers[0].layers}
    assert "DepthwiseConv2D" in kinds
