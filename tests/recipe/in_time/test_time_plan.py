"""What is done in a time that is given, and when it ends."""

import math
import os
import time
from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InvalidArgument
from saccade.layers import Dense
from saccade.models import Sequential
from saccade.recipe.architectures import DEFAULTS
from saccade.recipe.choices import Choices
from saccade.recipe.time_words import in_words, seconds_of
from saccade.recipe.training import time_budget, time_plan, timed_training
from saccade.recipe.training.time_budget import TimeBudget, TransferClock, Work, process_age_s
from saccade.recipe.training.time_plan import Plan, images_a_second, make_plan
from saccade.recipe.training.timed_training import TimedTraining, rate_at

RESNET = DEFAULTS["resnet50"]
FRUITS = Work(trained=1005, validation=122, test=126)


class Clock:
    """A clock that stands still, but for so many seconds at each look."""

    def __init__(self, step_s=0.0):
        self.now_s, self.step_s = 1000.0, step_s

    def monotonic(self):
        self.now_s += self.step_s
        return self.now_s

    process_time = monotonic


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    for module in (time_budget, time_plan, timed_training):
        monkeypatch.setattr(module, "time", made)
    return made


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("30s", 30), ("5m", 300), ("5min", 300), ("1h", 3600), ("1h30m", 5400), ("1.5m", 90),
     (" 2 M 10 s", 130), ("45", 45), (45, 45), (np.float32(12.5), 12.5)],
)  # fmt: skip
def test_times_as_people_say_them(said, seconds):
    assert seconds_of(said, "here") == seconds
    assert Choices(folder=Path("."), time=said).time_s == seconds


@pytest.mark.parametrize(
    "said", ["", "s", "9s", 9, "-5m", "5 hours", "1m1h", "inf", "nan", float("inf"), True, "h30m"]
)
def test_what_is_no_time_is_told(said):
    with pytest.raises(InvalidArgument, match=r"train\(time=\).*10 seconds"):
        Choices(folder=Path("."), time=said)


def test_times_in_words():
    assert [in_words(s) for s in (0.2, 10, 59.6, 75, 3600, 5400)] == [
        "0 s", "10 s", "1 min", "1 min 15 s", "1 h", "1 h 30 min",
    ]  # fmt: skip


def plan(left_s, rate=50.0, made_s=1.0, **more):
    more.setdefault("median_px", 348)
    return make_plan(RESNET, FRUITS, rate, made_s, left_s, **more)


def test_more_time_is_larger_photos_and_then_fine_tuning():
    found = [plan(left_s) for left_s in (20, 40, 60, 80, 120, 300, 600, 3600)]
    assert [(each.side_px, each.fine_tune, each.mirrored) for each in found] == [
        (112, False, True), (224, False, False), (288, False, False), (352, False, False),
        (352, False, True), (352, False, True), (288, True, True), (288, True, True),
    ]  # fmt: skip


def test_a_faster_machine_does_more_in_the_same_time():
    found = [plan(60, rate=rate) for rate in (1, 10, 50, 500)]
    assert [each.side_px for each in found] == sorted(each.side_px for each in found)
    assert found[0] == Plan(112, False, False, "the time is short")
    assert found[-1].fine_tune


@pytest.mark.parametrize("left_s", [12, 60, 600])
def test_what_is_planned_fits(left_s):
    for rate in (5, 20, 80, 320):
        each = plan(left_s, rate=rate)
        if each.why == "the time is short":
            continue
        passes = FRUITS.trained + FRUITS.held_out * (2 if each.mirrored else 1)
        if each.fine_tune:  # four epochs on windows of 7/9
            passes += FRUITS.validation + 4 * (
                3 * FRUITS.trained * (7 / 9) ** 2 + FRUITS.validation
            )
        assert passes * (each.side_px / 224) ** 2 / rate <= left_s


def test_a_users_choices_stand():
    assert plan(3600, fine_tune=False).fine_tune is False
    assert plan(3600, fine_tune=False).side_px == 352  # the photos are 348
    assert plan(3600, side_px=96) == plan(3600, side_px=96, median_px=50)
    assert plan(3600, side_px=96).side_px == 96
    assert plan(10, side_px=96).side_px == 96
    nasnet = make_plan(DEFAULTS["nasnetmobile"], FRUITS, 50, 1, 3600, median_px=800)
    assert nasnet.side_px == DEFAULTS["nasnetmobile"].made_for_px


def test_photos_are_not_read_larger_than_they_are():
    assert plan(3600, median_px=100).side_px == 224
    assert plan(3600, median_px=300).side_px == 288


def test_the_rate_rises_and_falls():
    rates = [rate_at(share, 1.0) for share in (0, 0.05, 0.1, 0.55, 1, 1.2)]
    assert rates == pytest.approx([0.05, 0.525, 1, 0.5, 0, 0], abs=1e-12)


def fit(callback, epochs=50, samples=8):
    model = Sequential([Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    x = np.ones((samples, 2), np.float32)
    model.fit(x, x[:, :1], batch_size=1, epochs=epochs, verbose=0, callbacks=[callback])
    return model


def test_a_training_ends_with_its_time_in_the_middle_of_an_epoch(clock):
    clock.step_s = 1.0
    timed = TimedTraining(21.0, 0.5)
    model = fit(timed)
    assert 8 < int(model.optimizer.iterations) < 16
    assert timed.share == pytest.approx(1, abs=0.15)
    assert float(model.optimizer.learning_rate) < 0.02
    left_alone = fit(TimedTraining(21.0))
    assert float(left_alone.optimizer.learning_rate) == pytest.approx(0.01)


def test_one_that_goes_on_does_so_where_it_was(clock):
    first, second = TimedTraining(100.0, 0.5), TimedTraining(100.0, 0.5)
    clock.now_s += 60
    state = first.state()
    clock.now_s += 10_000  # it was stopped
    second.on_train_begin()
    second.restore(state)
    assert second.share == pytest.approx(0.6)
    clock.now_s += 40
    assert second.share == pytest.approx(1)


def test_a_budget_counts_what_was_spent_before(clock):
    budget = TimeBudget(60.0, spent_s=5.0)
    clock.now_s += 10
    assert (budget.spent_s, budget.left_s, budget.is_given) == (15, 45, True)
    budget.spent_before(40.0)
    assert (budget.spent_s, budget.left_s) == (55, 5)
    clock.now_s += 100
    assert budget.left_s == 0
    assert math.isinf(TimeBudget(None).left_s)


def test_the_last_layer_is_due_while_there_is_time_for_what_follows(clock):
    run = TransferClock(TimeBudget(100.0), FRUITS, looks=2)
    run.rate, run.made_s = 50.0, 2.0  # the scores take 496 / 50 s, and three networks 6
    assert not run.is_due
    clock.now_s += 100 - (496 / 50 + 6 + 3 + 10) + 0.1
    assert run.is_due
    assert run.tuning_s == pytest.approx(10 - 0.1 - 122 / 50)


@pytest.mark.parametrize(("most_s", "speed"), [(100.0, 4.0), (5.0, 2.0)])
def test_the_speed_is_that_of_the_best_turn_that_there_was_time_for(clock, most_s, speed):
    took_s, counts = iter([9.0, 5.0, 4.0, 2.0, 3.0]), []

    def network(images, training):
        counts.append(len(images))
        assert images.shape[1:] == (64, 64, 3)
        clock.now_s += next(took_s)

    # A first look at one image, 9 s, is not counted.
    assert images_a_second(network, 64, clock.now_s - 7, 9 + most_s) == (speed, 7.0)
    assert counts == [1, 8, 8, 8, 8][: 5 if speed == 4.0 else 3]


def test_the_age_of_a_process_is_known():
    before_s = process_age_s()
    time.sleep(0.05)
    assert 0.03 < process_age_s() - before_s < 60
    assert before_s >= 0.5 * time.process_time() or os.name != "posix"
