"""`saccade train --arch resnet50`: its phases, what it keeps, what the model tells of itself."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import shlex
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from faces.photo_folders import make_photos
from saccade import Predictor
from saccade.applications import resnet
from saccade.applications.resnet import ResNet50
from saccade.cli import app
from saccade.files import keras_archive
from saccade.files.input_record import input_records
from saccade.files.weight_store import places
from saccade.layers import Dense
from saccade.models import load_model
from saccade.numerics.machine.native_precision import has_native_bfloat16
from saccade.recipe import scores
from saccade.recipe.architectures import DEFAULTS
from saccade.recipe.listener import EpochLines
from saccade.recipe.photos.photo_reading import Header, published_reading
from saccade.recipe.training import (
    network_choice,
    opened_photos,
    trainer,
    transfer,
    transfer_photos,
)
from saccade.recipe.training import precision as precision_module
from saccade.recipe.training.network_choice import are_photographs
from saccade.recipe.training.recorder import Recorder
from saccade.training.callbacks.early_stopping import EarlyStopping
from saccade.utils import set_random_seed

QUICK = ["--size", "32", "--epochs", "1", "--test", "0.2", "--validation", "0.2"]


def make_thin(patch: pytest.MonkeyPatch) -> None:
    """All layers of ResNet50, a sixteenth as wide."""
    patch.setattr(resnet, "_FILTERS", (4, 8, 16, 32))


def make_small(patch: pytest.MonkeyPatch) -> None:
    """One block a stage as well: most tests are of what happens around the network."""
    whole = resnet._resnet
    make_thin(patch)
    patch.setattr(resnet, "_resnet", lambda image, blocks: whole(image, (1, 1, 1, 1)))


def write_weights(folder: Path) -> Path:
    set_random_seed(1)
    path = folder / "resnet.weights.h5"
    ResNet50(weights=None, include_top=False, input_shape=(32, 32, 3)).save_weights(path)
    return path


@pytest.fixture(scope="session")
def small_weights(tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        return write_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def weights(small_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the small network, which is ResNet50 while the test runs."""
    make_small(monkeypatch)
    return small_weights


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(transfer, "LAST_LAYER", replace(transfer.LAST_LAYER, epochs=3))
    return make_photos(tmp_path / "photos", count=5, size=(80, 90), colors=True)


@pytest.fixture
def hears_ctrl_c():
    """A process that was started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def train(*arguments: Any, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["train", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def numbers(run: Path) -> dict[str, Any]:
    return json.loads((run / "metrics.json").read_text())


def test_last_layer_first_then_all_and_the_better_one_is_kept(photos, tmp_path):
    weights = write_weights(tmp_path)  # of the network as it is
    said = train(photos, "-o", "run", "--weights", weights, *QUICK)
    found = numbers(tmp_path / "run")
    assert found["architecture"] == "resnet50"
    assert found["weights.file"] == weights.name
    assert len(found["weights.sha256"]) == 64
    quick = "bfloat16" if has_native_bfloat16(torch.device("cpu")) else "float32"
    assert (found["precision"], found["views"]) == (quick, 1)
    assert [phase["name"] for phase in found["phases"]] == ["last layer", "fine-tuning"]
    rows = list(csv.DictReader((tmp_path / "run" / "history.csv").read_text().splitlines()))
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    losses = [float(row["val_loss"]) for row in rows]
    assert found["best_epoch"] == 1 + int(np.argmin(losses))
    assert found["preprocessing"]["mode"] == "caffe"
    assert "Features of 12 photos computed once" in said
    assert "images/s" in said
    assert "Fine-tuning ResNet50" in said
    again = CliRunner().invoke(app, ["predict", "run", str(photos / "dot" / "00.png"), "--json"])
    assert again.exit_code == 0, again.output
    model = load_model(tmp_path / "run" / "model.keras")
    assert model.class_names == ["bar", "dot", "rim"]
    assert model.count_params() == 23_587_712 + 3 * 2049
    command = shlex.split(found["command"])
    assert {"--fine-tune", "--epochs", "--optimizer", "--weights"} <= set(command)


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ("nope.h5", '--weights: "nope.h5" must be a file of weights, got nothing there'),
        (".", '--weights: "." must be a file of weights, got a folder'),
        ("cut.weights.h5", "must be a whole HDF5 file"),
    ],
)
def test_bad_weights_are_refused_before_a_photo_is_read(
    photos, weights, monkeypatch, given, needed
):
    Path("cut.weights.h5").write_bytes(weights.read_bytes()[:5000])
    monkeypatch.setattr(opened_photos, "read_pixels", lambda *_: pytest.fail("photos were read"))
    assert needed in train(photos, "-o", "run", "--weights", given, code=2)
    assert not Path("run").exists()


def test_without_fine_tuning_the_backbone_stays_as_it_came(photos, tmp_path, weights):
    said = train(photos, "-o", "run", "--weights", weights, *QUICK, "--no-fine-tune", "--views", 3)
    assert "Features of 30 photos in 3 views" in said
    found = numbers(tmp_path / "run")
    assert [phase["name"] for phase in found["phases"]] == ["last layer"]
    assert found["views"] == 3
    model = load_model(tmp_path / "run" / "model.keras")
    backbone = ResNet50(weights=weights, include_top=False, input_shape=(32, 32, 3))
    kept = model.layers[0].get_weights()
    assert all(map(np.array_equal, kept, backbone.get_weights()))


@pytest.mark.slow
def test_views_change_what_the_last_layer_learns(photos, tmp_path, weights):
    for views in (1, 2):
        train(
            photos, "-o", f"run{views}", "--weights", weights, *QUICK, "--no-fine-tune",
            "--views", views,
        )  # fmt: skip
    one, two = (numbers(tmp_path / run) for run in ("run1", "run2"))
    assert one["validation.loss"] != two["validation.loss"]


def test_fine_tuning_that_does_not_help_is_left_out(photos, tmp_path, weights):
    said = train(photos, "-o", "run", "--weights", weights, *QUICK, "--learning-rate", 0.5,
                 "--optimizer", "sgd")  # fmt: skip
    found = numbers(tmp_path / "run")
    losses = [phase["validation.loss"] for phase in found["phases"]]
    assert losses[1] > losses[0]
    assert "That did not help" in said
    assert found["best_epoch"] <= found["phases"][0]["epochs"]
    backbone = ResNet50(weights=weights, include_top=False, input_shape=(32, 32, 3))
    kept = load_model(tmp_path / "run" / "model.keras").layers[0].get_weights()
    assert all(map(np.array_equal, kept, backbone.get_weights()))


def test_fine_tuning_leaves_statistics_and_the_first_stage_at_rest_and_trains_the_others(
    photos, tmp_path, monkeypatch
):
    make_thin(monkeypatch)
    weights = write_weights(tmp_path)
    train(photos, "-o", "run", "--weights", weights, *QUICK, "--validation", 0)
    kept = load_model(tmp_path / "run" / "model.keras").layers[0]
    backbone = ResNet50(weights=weights, include_top=False, input_shape=(32, 32, 3))
    trained = []
    for mine, first in zip(kept.layers, backbone.layers, strict=False):
        same = all(map(np.array_equal, mine.get_weights(), first.get_weights()))
        if type(mine).__name__ == "BatchNormalization" or mine.name.startswith(("conv1", "conv2")):
            assert same, mine.name
        elif mine.name.endswith("_3_conv"):
            assert not same, mine.name
            trained.append(mine.name)
    assert len(trained) == 4 + 6 + 3


def test_both_phases_weigh_the_classes(photos, tmp_path, weights, monkeypatch):
    monkeypatch.setattr(
        transfer_photos, "weigh_classes", lambda labels, classes: np.zeros(3, np.float32)
    )
    train(photos, "-o", "run", "--weights", weights, *QUICK)
    rows = list(csv.DictReader((tmp_path / "run" / "history.csv").read_text().splitlines()))
    assert len(rows) > 1
    assert {float(row["loss"]) for row in rows} == {0.0}
    assert all(float(row["val_loss"]) > 0 for row in rows)
    assert numbers(tmp_path / "run")["class_weights"] == [0.0, 0.0, 0.0]


@pytest.mark.slow
def test_only_photos_of_the_training_part_are_counted(photos, tmp_path, weights, monkeypatch):
    counted = []

    def count(labels, classes):
        counted.append(len(labels))
        return np.ones(classes, np.float32)

    monkeypatch.setattr(transfer_photos, "weigh_classes", count)
    train(photos, "-o", "run", "--weights", weights, *QUICK, "--no-fine-tune")
    assert counted == [9]


def test_what_was_trained_on_mirror_images_is_used_with_them(photos, tmp_path, weights):
    for run, options in (("run", []), ("plain", ["--no-augment"])):
        train(photos, "-o", run, "--weights", weights, *QUICK, "--no-fine-tune", *options)
    assert numbers(tmp_path / "run")["preprocessing"]["mirrored"] is True
    assert "mirrored" not in numbers(tmp_path / "plain")["preprocessing"]
    predictor = Predictor.load(tmp_path / "run")
    assert predictor.preprocessing.mirrored
    again = CliRunner().invoke(app, ["evaluate", "run", str(photos), "--json"])
    assert again.exit_code == 0, again.output
    losses = [
        -math.log(dict(predictor.predict(file)[0].ranking)[file.parent.name])
        for file in photos.glob("*/*.png")
    ]
    assert json.loads(again.output)["loss"] == pytest.approx(np.mean(losses), rel=1e-4)


def test_a_runs_own_numbers_are_those_of_use(photos, tmp_path, weights, monkeypatch):
    asked = []

    def judge(model, source, names, mirrored=False):
        asked.append(mirrored)
        return scores.judge(model, source, names, mirrored)

    told = []
    monkeypatch.setattr(trainer, "tell_end", lambda *_, rate_falls: told.append(rate_falls))
    monkeypatch.setattr(trainer, "judge", judge)
    train(photos, "-o", "run", "--weights", weights, *QUICK, "--no-fine-tune")
    assert (asked, told) == ([True, True], [False])


def test_windows_are_smaller_than_the_photos():
    for augment, size in ((True, (224, 174)), (False, (288, 224))):
        choices: Any = SimpleNamespace(augment=augment, defaults=DEFAULTS["resnet50"])
        photos: Any = SimpleNamespace(
            index=SimpleNamespace(class_names=["a"], labels=np.zeros(2, int)), rows=np.arange(2)
        )
        pixels: Any = SimpleNamespace(preprocessing=SimpleNamespace(target_size=(288, 224)))
        parts = {"train": np.arange(2)}
        found = transfer_photos.TransferPhotos(choices, photos, pixels, parts)
        assert found.training_size == size
        assert found.shrunk == size[0] / 288


def test_the_rate_rises_for_a_tenth_of_the_steps_and_then_falls_to_nothing():
    schedule = transfer.rise_and_fall(0.1, 100)
    rates = [float(schedule(step)) for step in range(101)]
    assert rates[0] == pytest.approx(0.005)
    assert rates[10] == pytest.approx(0.1) == max(rates)
    assert rates[55] == pytest.approx(0.05)
    assert rates[100] == pytest.approx(0, abs=1e-9)
    assert transfer.rise_and_fall(0.1, 1) == 0.1


def test_ctrl_c_in_the_first_phase_leaves_its_best_epoch(photos, tmp_path, weights, monkeypatch):
    whole = Recorder.on_epoch_end

    def stopped(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt
        whole(self, epoch, {**logs, "val_loss": 1.0 + epoch})

    def best_is_first(self, epoch, logs=None):
        if epoch == 0:
            kept.append([weight.numpy().copy() for weight in self.model.weights])

    kept: list[Any] = []
    monkeypatch.setattr(Recorder, "on_epoch_end", stopped)
    monkeypatch.setattr(EarlyStopping, "improves", lambda self, value, best: best is None)
    monkeypatch.setattr(EpochLines, "on_epoch_end", best_is_first)
    train(photos, "-o", "run", "--weights", weights, *QUICK, code=130)
    saved = load_model(tmp_path / "run" / "model.keras").layers[-1].get_weights()
    assert all(map(np.array_equal, saved, kept[0]))


def test_ctrl_c_while_fine_tuning_leaves_the_last_layers_model(
    photos, tmp_path, weights, monkeypatch
):
    whole = Recorder.on_epoch_end

    def stopped(self, epoch, logs=None):
        if len(self.rows) == 3:
            raise KeyboardInterrupt
        whole(self, epoch, logs)

    monkeypatch.setattr(Recorder, "on_epoch_end", stopped)
    said = train(photos, "-o", "run", "--weights", weights, *QUICK, code=130)
    assert "holds the best model so far" in said
    found = Predictor.load(tmp_path / "run").predict([photos / "dot" / "00.png"])
    assert found[0].error is None
    assert not (tmp_path / "run" / "metrics.json").exists()


@pytest.mark.slow
def test_the_same_command_twice_writes_the_same_numbers(photos, tmp_path, weights):
    for run in ("one", "two"):
        train(photos, "-o", run, "--weights", weights, *QUICK, "--views", 2)
    one, two = (numbers(tmp_path / run) for run in ("one", "two"))
    assert one | {"command": ""} == two | {"command": ""}


def test_photographs_without_weights_get_lenet_and_a_word(photos, tmp_path):
    said = train(photos, "-o", "run", "--epochs", 1)
    assert said.count("Note: LeNet is used.") == 1
    assert "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5" in said
    assert str(tmp_path / "keras" / "models") in said.replace("\n", "")
    assert "--weights PATH" in said
    assert numbers(tmp_path / "run")["architecture"] == "lenet"


def test_weights_in_kerass_cache_are_found(photos, tmp_path, weights, monkeypatch):
    monkeypatch.setattr(network_choice, "_kept", lambda _: [weights])
    train(photos, "-o", "run", *QUICK, "--no-fine-tune")
    assert numbers(tmp_path / "run")["weights.file"] == weights.name


def test_photographs_to_be_read_in_grey_get_lenet(photos, tmp_path, weights, monkeypatch):
    monkeypatch.setattr(network_choice, "_kept", lambda _: [weights])
    train(photos, "-o", "run", "--color", "grayscale", "--epochs", 1)
    assert numbers(tmp_path / "run")["architecture"] == "lenet"


def test_small_grey_pictures_get_lenet_without_a_word(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_photos(tmp_path / "digits", count=4)
    assert "LeNet is used" not in train("digits", "-o", "run", "--epochs", 1)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([Header(65, 90, False)], True),
        ([Header(64, 900, False)], False),
        ([Header(300, 300, True)], False),
        ([Header(300, 300, True), Header(300, 300, False)], True),
        ([None, Header(300, 300, False)], True),
        ([None], False),
        ([Header(20, 20, False)] * 2 + [Header(300, 300, False)], False),
        ([Header(20, 20, False)] + [Header(300, 300, False)] * 2, True),
    ],
)
def test_what_photographs_are(headers, expected):
    assert are_photographs(headers) is expected


@pytest.mark.parametrize(
    ("headers", "side"),
    [
        ([Header(288, 900, False)], 288),
        ([Header(900, 287, False)], 224),
        ([Header(300, 300, False)] * 2 + [Header(100, 100, False)], 288),
        ([Header(300, 300, False)] + [Header(100, 100, False)] * 2, 224),
        ([None, Header(300, 300, False)], 288),
        ([None], 224),
        ([], 224),
    ],
)
def test_large_photos_are_read_at_a_larger_size(headers, side):
    resnet50 = DEFAULTS["resnet50"]
    chosen = published_reading(headers, resnet50, "caffe")
    assert chosen.preprocessing.target_size == (side, side)
    asked = published_reading(headers, resnet50, "caffe", (96, 64))
    assert (asked.preprocessing.target_size, asked.why) == ((96, 64), "")


def test_bfloat16_is_used_where_it_is_native_and_near_enough(monkeypatch):
    exact = torch.tensor([[3.0, 4.0]])
    near = {"float32": exact, "bfloat16": exact * 1.04}
    far = {"float32": exact, "bfloat16": exact * 1.06}
    for native in (False, True):
        monkeypatch.setattr(precision_module, "has_native_bfloat16", lambda device: native)  # noqa: B023
        expected = "bfloat16" if native else "float32"
        assert precision_module.choose_precision("auto", near.__getitem__)[0] == expected
        assert precision_module.choose_precision("bfloat16", near.__getitem__)[0] == "bfloat16"
        word, distance = precision_module.choose_precision("bfloat16", far.__getitem__)
        assert (word, math.isclose(distance, 0.06, rel_tol=1e-3)) == ("float32", True)


def test_computing_in_bfloat16_ends_with_its_block():
    with precision_module.computing_in("bfloat16"):
        assert Dense(2).compute_dtype == "bfloat16"
    assert Dense(2).compute_dtype == "float32"


def test_a_model_trained_in_bfloat16_is_kept_in_float32(photos, tmp_path, weights):
    said = train(photos, "-o", "run", "--weights", weights, *QUICK, "--precision", "bfloat16",
                 "--no-fine-tune")  # fmt: skip
    assert "bfloat16 is used: features of 8 photos differ by" in said
    assert numbers(tmp_path / "run")["precision"] == "bfloat16"
    model = load_model(tmp_path / "run" / "model.keras")
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}


@pytest.mark.slow
def test_the_options_are_the_last_layers_where_nothing_else_is_trained(photos, tmp_path, weights):
    options = ["--no-fine-tune", "--optimizer", "sgd", "--learning-rate", 0.03, "--epochs", 2]
    train(photos, "-o", "run", "--weights", weights, *QUICK, *options)
    found = numbers(tmp_path / "run")
    phase = found["phases"][0]
    assert (phase["epochs"], phase["optimizer"], phase["learning_rate"]) == (2, "sgd", 0.03)
    assert found["learning_rate"] == 0.03


@pytest.mark.slow
def test_the_last_layer_has_its_own_defaults(photos, tmp_path, weights, monkeypatch):
    monkeypatch.undo()
    make_small(monkeypatch)
    monkeypatch.chdir(tmp_path)
    size = ["--size", 32, "--validation", 0.2]
    train(photos, "-o", "alone", "--weights", weights, *size, "--no-fine-tune")
    train(photos, "-o", "both", "--weights", weights, *size, "--epochs", 1, "--optimizer", "sgd")
    alone, both = (numbers(tmp_path / run) for run in ("alone", "both"))
    words = shlex.split(alone["command"])
    for option, value in (("--epochs", "40"), ("--patience", "5"), ("--learning-rate", "0.001")):
        assert words[words.index(option) + 1] == value
    last = ("adamw", 0.001)
    told = [[(one["optimizer"], one["learning_rate"]) for one in run["phases"]]
            for run in (alone, both)]  # fmt: skip
    assert told == [[last], [last, ("sgd", 1e-4)]]
    assert both["learning_rate"] == 1e-4
    assert alone["phases"][0]["epochs"] > 1
    assert both["phases"][0]["epochs"] > 1


@pytest.mark.slow
@pytest.mark.parametrize("options", [["--no-fine-tune"], ["--validation", 0]])
def test_a_model_kept_in_float32_knows_what_the_other_did(photos, tmp_path, weights, options):
    for precision in ("bfloat16", "float32"):
        train(photos, "-o", precision, "--weights", weights, *QUICK, "--precision", precision,
              *options)  # fmt: skip
    low, full = (load_model(tmp_path / one / "model.keras") for one in ("bfloat16", "float32"))
    records = input_records(low)
    assert len(records) == 2
    assert records == input_records(full)
    mine, own = ([place.layer.trainable for place in places(one)] for one in (low, full))
    assert mine == own
    assert not all(own)
    assert low.preprocessing == full.preprocessing


@pytest.mark.slow
def test_ctrl_c_while_the_last_layers_model_is_written_leaves_it(
    photos, tmp_path, weights, monkeypatch, hears_ctrl_c
):
    write = keras_archive.write

    def interrupted(*arguments, **options):
        os.kill(os.getpid(), signal.SIGINT)
        write(*arguments, **options)

    monkeypatch.setattr(keras_archive, "write", interrupted)
    said = train(photos, "-o", "run", "--weights", weights, *QUICK, code=130)
    assert "holds the best model so far" in said
    assert load_model(tmp_path / "run" / "model.keras").class_names == ["bar", "dot", "rim"]


@pytest.mark.slow
def test_a_run_may_start_from_weights_that_it_replaces(photos, tmp_path, weights):
    (tmp_path / "run").mkdir()
    own = tmp_path / "run" / "model.keras"
    ResNet50(weights=weights, include_top=False, input_shape=(32, 32, 3)).save(own)
    sha256 = hashlib.sha256(own.read_bytes()).hexdigest()
    train(photos, "-o", "run", "--weights", own, *QUICK, "--no-fine-tune", "--overwrite")
    assert numbers(tmp_path / "run")["weights.sha256"] == sha256
    assert load_model(own).class_names == ["bar", "dot", "rim"]


def test_a_file_cut_short_in_kerass_folder_is_told(photos, tmp_path):
    models = tmp_path / "keras" / "models"
    models.mkdir(parents=True)
    file = models / network_choice.published("resnet50").without_top.name
    file.write_bytes(b"half of it")
    said = train(photos, "-o", "run", "--epochs", 1)
    assert f'"{file}" is not the file that was published' in " ".join(said.split())
    done = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    assert f"{file.name} (not as published)" in " ".join(done.output.split())
