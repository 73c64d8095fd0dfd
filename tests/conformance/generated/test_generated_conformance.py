"""`make conformance` as tests: a drawn sample of the cases, and all of them with --run-slow."""

import random

import pytest

from conformance.generated.case import BOTH_REFUSE, DEPARTS, FAIL, BothRefuse, Case
from conformance.generated.departures import DEPARTURES
from conformance.generated.values import NoValue, values_of
from conformance.generated.whole import FAMILIES, run_family

# Keras's own variables lag behind NumPy; it warns of weights that it cuts to whole numbers.
pytestmark = pytest.mark.filterwarnings("ignore")
SAMPLE = 12  # cases of each family


def failures(done):
    return [f"{case}: {case.message}" for case in done if case.outcome == FAIL]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_sample_agrees(family):
    cases = list(FAMILIES[family]())
    drawn = random.Random(3).sample(cases, min(SAMPLE, len(cases)))
    assert not failures(case.run(DEPARTURES) for case in drawn)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_every_case_agrees(family):
    assert not failures(run_family(family))


def test_another_fault_in_a_departing_case_is_a_failure():
    def wrong(_):
        raise AssertionError("gradient 0")

    given = {"padding": "same"}
    assert Case("layers", "AveragePooling2D", given, wrong).run(DEPARTURES).outcome == FAIL


def test_a_class_of_which_nothing_is_computed_is_a_failure(monkeypatch):
    def refused(_):
        raise BothRefuse

    def two_cases():
        plain = Case("losses", "Hinge", {}, lambda _: None)
        return [plain, Case("losses", "Hinge", {"axis": 9}, refused)]

    monkeypatch.setitem(FAMILIES, "losses", two_cases)
    assert [case.outcome for case in run_family("losses")] == ["pass", BOTH_REFUSE, FAIL]


def test_every_departure_still_departs(root):
    """Each is met by a case, and has its row in the list of departures."""
    rows = (root / "tests/parity/DEPARTURES.md").read_text()
    for one in DEPARTURES:
        assert f"| {one.row} |" in rows
        cases = [case for case in FAMILIES[one.family]() if case.name in one.classes]
        met = [case.run([one]).outcome for case in cases if one.when(case.options)]
        assert DEPARTS in met, one.reason


def test_an_argument_without_a_value_to_try_is_a_failure():
    with pytest.raises(NoValue, match="nothing_like_it"):
        values_of("Dense", "nothing_like_it")
