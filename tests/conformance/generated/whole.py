"""All cases of all families."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.generated import (
    array_family,
    layer_family,
    optimizer_family,
    score_family,
    small_families,
)
from conformance.generated.case import BOTH_REFUSE, FAIL, Case
from conformance.generated.departures import DEPARTURES

FAMILIES: dict[str, Callable[[], Iterator[Case]]] = {
    "layers": layer_family.cases,
    "optimizers": optimizer_family.cases,
    "schedules": optimizer_family.schedule_cases,
    "losses": score_family.cases,
    "metrics": score_family.cases_of_metrics,
    "initializers": small_families.initializer_cases,
    "regularizers": small_families.regularizer_cases,
    "constraints": small_families.constraint_cases,
    "activations": small_families.activation_cases,
    "callbacks": small_families.callback_cases,
    "arrays": array_family.array_cases,
    "attributes": array_family.attribute_cases,
}


def run_family(family: str) -> list[Case]:
    """Every case of a family, run; a class whose cases both refuse has one more, a failure."""
    done = [case.run(DEPARTURES) for case in FAMILIES[family]()]
    by_name: dict[str, list[Case]] = {}
    for case in done:
        by_name.setdefault(case.name, []).append(case)
    for name, (arguments, *others) in by_name.items():
        if others and all(case.outcome == BOTH_REFUSE for case in others):
            nothing = Case(family, name, {}, arguments.compare, FAIL)
            nothing.message = "no case computes anything: give the class a sample that suits it"
            done.append(nothing)
    return done
