"""All cases of all families."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.generated import (
    layer_family,
    optimizer_family,
    score_family,
    small_families,
)
from conformance.generated.case import Case

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
}


def every_case() -> list[Case]:
    return [case for make in FAMILIES.values() for case in make()]
