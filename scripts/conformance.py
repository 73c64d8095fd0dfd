"""`make conformance`: every class, with generated arguments, against the installed Keras."""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path[0] = str(Path(__file__).resolve().parent.parent / "tests")  # not this folder: same name

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

LEAST_PERCENT = 99.0
COUNTED = ("pass", "both refuse", "departure", "fail")


def main() -> int:
    from conformance.generated.case import BOTH_REFUSE, DEPARTS, FAIL, PASS, REFUSED
    from conformance.generated.whole import FAMILIES, run_family

    warnings.simplefilter("ignore")
    console, began_s = Console(), time.perf_counter()
    table = Table(padding=(0, 0), title="saccade held to the installed Keras")
    table.add_column("family", no_wrap=True)
    short = {DEPARTS: "departs", REFUSED: "refused", BOTH_REFUSE: "both refuse"}
    for heading in (
        "names",
        "cases",
        PASS,
        BOTH_REFUSE,
        DEPARTS,
        FAIL,
        REFUSED,
        "pass %",
        "as Keras %",
    ):
        table.add_column(short.get(heading, heading), justify="right")
    told, whole = [], Counter()
    for family in FAMILIES:
        done = run_family(family)
        counts = Counter(case.outcome for case in done)
        whole.update(counts)
        add_row(table, family, len({case.name for case in done}), counts)
        told += [case for case in done if case.outcome not in (PASS, BOTH_REFUSE)]
    add_row(table, "all", "", whole)
    for outcome in (REFUSED, DEPARTS, FAIL):
        for case in told:
            if case.outcome == outcome:
                console.print(
                    f"{outcome}: {case}\n    {case.message}", markup=False, soft_wrap=True
                )
    console.print(table)
    console.print(
        "pass %: of passed and failed; as Keras %: departures count against it too. They are in "
        "tests/parity/DEPARTURES.md. What is refused, by both or by name, counts nowhere. "
        f"{time.perf_counter() - began_s:.0f} s."
    )
    return 1 if whole[FAIL] or percent(whole) < LEAST_PERCENT else 0


def percent(counts: Counter[str], *, beside: str = "fail") -> float:
    """Passed, of the passed and failed; named departures and refusals are counted apart."""
    others = counts[beside] + (counts["fail"] if beside != "fail" else 0)
    return 100.0 * counts["pass"] / max(1, counts["pass"] + others)


def add_row(table: Table, family: str, classes: object, counts: Counter[str]) -> None:
    numbers = (counts.total(), *(counts[k] for k in COUNTED))
    shown = (classes, *numbers, counts["refused by name"], f"{percent(counts):.2f}")
    agreeing = f"{percent(counts, beside='departure'):.2f}"  # departures count against this one
    table.add_row(family, *map(str, shown), agreeing)


if __name__ == "__main__":
    sys.exit(main())
