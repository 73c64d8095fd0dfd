"""`saccade train --time`: what can be done in it is done, and the run folder is whole."""

import json

import pytest

from faces.test_train_resnet import photos, small_weights, train, weights  # noqa: F401
from recipe.in_time.test_time_plan import Clock
from saccade.recipe.training import lenet_training, time_budget, time_plan, timed_training, transfer

SHARES = ["--test", "0.2", "--validation", "0.2", "--precision", "float32"]


@pytest.fixture
def clock(monkeypatch):
    """A second passes at each look at it."""
    made = Clock(step_s=1.0)
    for module in (time_budget, time_plan, timed_training, transfer):
        monkeypatch.setattr(module, "time", made)
    monkeypatch.setattr(time_budget, "process_age_s", lambda: 3.0)
    return made


def numbers(tmp_path):
    return json.loads((tmp_path / "run" / "metrics.json").read_text())


def test_fine_tuning_lasts_until_the_time_is_over(photos, weights, clock, tmp_path):  # noqa: F811
    begun_s = clock.now_s
    said = train(photos, "-o", "run", "--weights", weights, "--time", "5m", *SHARES)
    assert 200 < clock.now_s - begun_s < 310  # the rest is kept for scores and pictures
    assert "5 min in all, at" in said
    found = numbers(tmp_path)
    assert [phase["name"] for phase in found["phases"]] == ["last layer", "fine-tuning"]
    assert found["phases"][1]["epochs"] > 20
    assert "--time 5m" in found["command"]
    assert not (tmp_path / "run" / ".resume").exists()


def test_a_short_time_is_for_some_photos_and_the_last_layer(photos, weights, clock, tmp_path):  # noqa: F811
    clock.step_s = 4.0
    words = ["--weights", weights, "--time", "80s", "--batch-size", "1", *SHARES]
    said = " ".join(train(photos, "-o", "run", *words).split())
    assert "time for the last layer alone" in said
    assert "Note: there was time for" in said
    found = numbers(tmp_path)
    assert [phase["name"] for phase in found["phases"]] == ["last layer"]
    assert found["preprocessing"]["target_size"] == [160, 160]
    assert 1 <= found["train.images_in_time"] < found["train.images"] == 9


def test_lenet_stops_too(photos, clock, tmp_path, monkeypatch):  # noqa: F811
    words = ["--arch", "lenet", "--test", "0.2", "--validation", "0.2", "--patience", "1000"]
    train(photos, "-o", "run", "--time", "20s", *words)
    assert 1 <= numbers(tmp_path)["epochs"] < 10
    assert lenet_training.END_S < 20


def test_a_stopped_run_goes_on_as_it_was_planned(
    photos, weights, clock, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    words = [photos, "-o", "run", "--weights", weights, "--time", "5m", *SHARES]
    with monkeypatch.context() as patch:
        patch.setattr(transfer.TimedTraining, "on_epoch_end", interrupt)
        assert "--time 5m" in train(*words, code=130)
    clock.step_s = 100.0  # what would be measured now gave another plan
    monkeypatch.setattr(time_plan, "images_a_second", None)
    clock.step_s = 1.0
    said = train(*words, "--resume")
    assert "Going on with the unfinished run" in said
    assert [phase["name"] for phase in numbers(tmp_path)["phases"]] == ["last layer", "fine-tuning"]


def interrupt(self, epoch, logs=None):
    if epoch == 3:
        raise KeyboardInterrupt
