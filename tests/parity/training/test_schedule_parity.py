"""Every schedule against Keras: the rate of every step, the record, the arguments."""

import inspect
import json

import pytest

from parity.reference import array, keras
from saccade.errors import InvalidArgument, NotSupported
from saccade.optimizers import SGD, schedules

theirs = keras.optimizers.schedules
CASES = [
    ("ExponentialDecay", (0.1, 10, 0.5), {}),
    ("ExponentialDecay", (0.1, 7, 0.9), {"staircase": True}),
    ("ExponentialDecay", (0.1, 0.5, 0.96), {"name": "mine"}),
    ("InverseTimeDecay", (0.1, 10, 0.5), {}),
    ("InverseTimeDecay", (0.1, 7, 2), {"staircase": True}),
    ("PiecewiseConstantDecay", ([3], [0.1, 0.01]), {}),
    ("PiecewiseConstantDecay", ([3, 10, 11], [0.1, 0.01, 0.5, 0.002]), {}),
    ("PolynomialDecay", (0.1, 20), {}),
    ("PolynomialDecay", (0.1, 20, 0.01), {"power": 2.5}),
    ("PolynomialDecay", (0.1, 7, 0.0), {"power": 0.5}),
    ("PolynomialDecay", (0.1, 7, 0.01), {"cycle": True}),
    ("CosineDecay", (0.1, 20), {}),
    ("CosineDecay", (0.1, 20), {"alpha": 0.25}),
    ("CosineDecay", (0.0, 20), {"warmup_target": 0.1, "warmup_steps": 8}),
    ("CosineDecay", (0.05, 20), {"warmup_target": 0.1, "warmup_steps": 8, "alpha": 0.1}),
    ("CosineDecay", (0.05, 20), {"warmup_target": 0.1}),
    ("CosineDecayRestarts", (0.1, 5), {}),
    ("CosineDecayRestarts", (0.1, 5), {"t_mul": 1.0, "m_mul": 0.5}),
    ("CosineDecayRestarts", (0.1, 3), {"t_mul": 1.5, "m_mul": 0.9, "alpha": 0.1}),
]
IDS = [f"{name}-{number}" for number, (name, _, _) in enumerate(CASES)]
STEPS = [*range(45), 100, 1000]


@pytest.mark.parametrize(("name", "given", "options"), CASES, ids=IDS)
def test_the_rate_of_every_step(name, given, options):
    ours = getattr(schedules, name)(*given, **options)
    reference = getattr(theirs, name)(*given, **options)
    for step in STEPS:
        rate = ours(step)
        assert float(rate) == pytest.approx(float(array(reference(step))), rel=2e-5, abs=1e-7), step
        assert isinstance(rate, float)
        assert rate.numpy() == pytest.approx(float(rate))
        assert ours(rate * 0.0 + step) == rate  # a float, or a number of NumPy's, is a step too


@pytest.mark.parametrize(("name", "given", "options"), CASES, ids=IDS)
def test_records_travel_both_ways(name, given, options):
    ours = getattr(schedules, name)(*given, **options)
    reference = getattr(theirs, name)(*given, **options)
    record = schedules.serialize(ours)
    assert record == theirs.serialize(reference)
    assert list(record["config"]) == list(reference.get_config())
    travelled = json.loads(json.dumps(record))
    assert schedules.deserialize(travelled).get_config() == ours.get_config()
    assert theirs.deserialize(travelled).get_config() == ours.get_config()


@pytest.mark.parametrize("name", schedules.CLASSES)
def test_arguments_order_and_defaults(name):
    signatures = [
        [(key, value.default) for key, value in inspect.signature(cls).parameters.items()]
        for cls in (schedules.CLASSES[name], getattr(theirs, name))
    ]
    assert signatures[0] == signatures[1]


def test_every_schedule_is_here():
    names = {name for name in vars(theirs) if name[0].isupper()}
    assert names == set(schedules.CLASSES) | {"LearningRateSchedule"}
    assert names <= set(schedules.__all__)
    assert {case[0] for case in CASES} == set(schedules.CLASSES)


def test_restarts_fall_on_their_very_step():
    """DEPARTURES.md: Keras's logarithm in float32 may start a period a step too late."""
    for t_mul in (1.0, 1.5, 2.0, 3.0):
        schedule = schedules.CosineDecayRestarts(0.1, 1000, t_mul=t_mul, m_mul=0.5)
        start, length = 0, 1000
        for period in range(7):
            top = 0.1 * 0.5**period
            assert schedule(start) == pytest.approx(top, rel=1e-4)
            if period:
                assert schedule(start - 1) < 1e-4 * 0.1
            start, length = start + length, length * t_mul


def test_periods_that_shrink_come_to_an_end():
    """DEPARTURES.md: 10 + 5 + 2.5 + ... = 20 steps, after which Keras gives NaN."""
    schedule = schedules.CosineDecayRestarts(0.1, 10, t_mul=0.5, alpha=0.2)
    reference = theirs.CosineDecayRestarts(0.1, 10, t_mul=0.5, alpha=0.2)
    for step in range(19):
        assert schedule(step) == pytest.approx(float(reference(step)), rel=1e-4)
    for step in (20, 21, 1000):
        assert schedule(step) == pytest.approx(0.02)
        assert float(reference(step)) != float(reference(step)), "Keras was repaired"


def test_whole_numbers_are_numbers():
    """DEPARTURES.md: Keras computes with integers when the first rate is one."""
    assert schedules.ExponentialDecay(1, 10, 0.5)(5) == pytest.approx(0.5**0.5)
    assert schedules.InverseTimeDecay(1, 10, 0.5)(10) == pytest.approx(1 / 1.5)
    assert schedules.PolynomialDecay(1, 10, 0)(5) == pytest.approx(0.5)
    assert schedules.CosineDecay(1, 10)(5) == pytest.approx(0.5)
    assert float(theirs.ExponentialDecay(1, 10, 0.5)(5)) == 0.0, "Keras was repaired"


@pytest.mark.parametrize("steps", [0, -1])
def test_values_that_cannot_work(steps):
    for name in ("ExponentialDecay", "InverseTimeDecay"):
        with pytest.raises(InvalidArgument, match="decay_steps must be above 0"):
            getattr(schedules, name)(0.1, steps, 0.5)
    for name in ("PolynomialDecay", "CosineDecay", "CosineDecayRestarts"):
        with pytest.raises(InvalidArgument, match="decay_steps must be above 0"):
            getattr(schedules, name)(0.1, steps)
    with pytest.raises(InvalidArgument, match="t_mul must be above 0"):
        schedules.CosineDecayRestarts(0.1, 10, t_mul=steps)
    with pytest.raises(InvalidArgument, match="one more than boundaries"):
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
    with pytest.raises(InvalidArgument, match="boundaries must rise"):
        schedules.PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3])


class Halving(schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start * 0.5**step

    def get_config(self):
        return {"start": self.start}


def test_schedules_of_ones_own():
    optimizer = SGD(Halving(0.5))
    assert optimizer.learning_rate == 0.5
    optimizer.iterations = 3
    assert optimizer.learning_rate == 0.0625
    record = optimizer.get_config()["learning_rate"]
    assert record["registered_name"] == "Halving"
    again = SGD.from_config(optimizer.get_config(), custom_objects={"Halving": Halving})
    assert again.learning_rate == 0.5
    with pytest.raises(InvalidArgument, match="Halving"):
        SGD.from_config(optimizer.get_config())

    class Empty(schedules.LearningRateSchedule):
        pass

    with pytest.raises(NotSupported, match="__call__"):
        Empty()(0)
    with pytest.raises(NotSupported, match="get_config"):
        Empty().get_config()
