"""A run that was trained in bfloat16 is used in it, where the machine computes it natively."""

import json

import numpy as np
import pytest
import torch

from saccade import layers
from saccade.models import Model, Sequential, load_model
from saccade.predictor import Predictor, trained_precision
from saccade.recipe.run import Run
from saccade.utils import set_random_seed

PHOTOS = list(np.random.RandomState(0).randint(0, 256, (40, 12, 12, 3)).astype("uint8"))


def classifier():
    set_random_seed(2)
    x = given = layers.Input((12, 12, 3))
    for filters in (8, 16):
        x = layers.Conv2D(filters, 3, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    backbone = Model(given, layers.GlobalAveragePooling2D()(x))
    return Sequential([backbone, layers.Dense(2, activation="softmax")])


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(trained_precision, "has_native_bfloat16", lambda device: True)
    model = classifier()
    model.preprocessing = {"target_size": [12, 12], "color_mode": "rgb"}
    model.save(tmp_path / "model.keras")
    (tmp_path / "metrics.json").write_text(json.dumps({"precision": "bfloat16"}))
    return tmp_path


def kinds(model):
    backbone, last = model.layers
    return {one.compute_dtype for one in backbone.layers[1:]}, last.compute_dtype


def test_a_run_in_bfloat16(run):
    for model in (Predictor.load(run).model, Run.load(run).model):
        assert kinds(model) == ({"bfloat16"}, "float32")
        assert {weight.dtype for weight in model.weights} == {torch.float32}
        seen = []
        model.layers[0].layers[-2].register_forward_hook(
            lambda *given, to=seen: to.append(given[2])
        )
        model.predict(np.stack(PHOTOS) / np.float32(255), verbose=0)
        assert {one.dtype for one in seen} == {torch.bfloat16}


def test_what_is_said_is_nearly_the_same(run):
    half = Predictor.load(run).predict(PHOTOS)
    whole = Predictor(load_model(run / "model.keras")).predict(PHOTOS)
    assert [one.ranking for one in half] != [one.ranking for one in whole]
    for one, other in zip(half, whole, strict=True):
        assert dict(one.ranking) == pytest.approx(dict(other.ranking), abs=0.01)


@pytest.mark.parametrize("metrics", ['{"precision": "float32"}', "{}", "[]", "no JSON", None])
def test_other_runs_compute_as_before(run, metrics):
    (run / "metrics.json").unlink()
    if metrics is not None:
        (run / "metrics.json").write_text(metrics)
    assert kinds(Predictor.load(run).model) == ({"float32"}, "float32")


def test_a_machine_without_bfloat16(run, monkeypatch):
    monkeypatch.setattr(trained_precision, "has_native_bfloat16", lambda device: False)
    assert kinds(Run.load(run).model) == ({"float32"}, "float32")
