"""A case, what came of it, and the departures from Keras that are known by name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from parity.reference import array
from saccade.errors import NotSupported

# Of the largest number in the array: gradients are sums, whose terms may cancel.
TOLERANCE = 1e-5
AXES = ("input_axes", "output_axes")  # of initialisers
PASS, FAIL, DEPARTS, REFUSED = "pass", "fail", "departure", "refused by name"
BOTH_REFUSE = "both refuse"


class BothRefuse(Exception):
    """Keras refuses the options, and so does saccade: agreement, but nothing was computed."""


@dataclass
class Departure:
    """Where saccade differs on purpose: which cases, why, and the row of DEPARTURES.md."""

    family: str
    classes: tuple[str, ...]
    when: Callable[[dict[str, Any]], bool]
    reason: str
    row: int
    fault: str  # words of what the comparison finds; any other finding is a failure


@dataclass
class Case:
    """One configuration of one class, and the comparison that decides about it."""

    family: str
    name: str
    options: dict[str, Any]
    compare: Callable[[dict[str, Any]], None]
    outcome: str = ""
    message: str = ""

    def __str__(self) -> str:
        given = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        return f"{self.family}.{self.name}({given})"

    def run(self, departures: list[Departure]) -> Case:
        """Compare, and say what came of it; a departure is named only where it really departs."""
        try:
            self.compare(copy.deepcopy(self.options))
            self.outcome = PASS
        except BothRefuse:
            self.outcome = BOTH_REFUSE
        except NotSupported as refusal:
            self.outcome, self.message = REFUSED, str(refusal)
        except Exception as fault:  # whatever goes wrong in either is a finding
            self.outcome = FAIL
            self.message = f"{type(fault).__name__}: {' '.join(str(fault).split())[:300]}"
            for one in departures:
                named = self.family == one.family and self.name in one.classes
                if named and one.when(self.options) and one.fault in self.message:
                    self.outcome, self.message = DEPARTS, f"{one.reason} (row {one.row})"
        return self


def both(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[Any, Any]:
    """What both make.

    Raises:
        BothRefuse: neither makes anything.
        NotSupported: saccade refuses by name what Keras takes.
        AssertionError: only one of them refuses.
    """
    try:
        reference = theirs()
    except Exception as refusal:  # Keras's own refusals are of many types
        try:
            ours()
        except (ValueError, TypeError, NotImplementedError):
            raise BothRefuse(f"Keras: {refusal}") from refusal
        raise AssertionError(f"Keras refuses, saccade takes it: {refusal}") from refusal
    return ours(), reference


def agree(what: str, ours: Any, theirs: Any) -> None:
    """Equal shapes, and values to 1e-5 of the value and of the largest one in the array."""
    mine, reference = array(ours), array(theirs)
    assert mine.shape == reference.shape, f"{what}: shape {mine.shape}, Keras {reference.shape}"
    scale = max(1.0, float(np.abs(reference[np.isfinite(reference)]).max(initial=0.0)))
    np.testing.assert_allclose(
        mine.astype(float), reference.astype(float), TOLERANCE, TOLERANCE * scale, err_msg=what
    )


def travelled(config: Any) -> Any:
    return json.loads(json.dumps(config))


def without_unset_axes(config: Any) -> Any:
    """Leave out `input_axes` and `output_axes` that are None.

    saccade writes them only where they are set: Keras before 3.15 does not know them.
    """
    if isinstance(config, dict):
        kept = {k: v for k, v in config.items() if k not in AXES or v is not None}
        return {key: without_unset_axes(value) for key, value in kept.items()}
    return [without_unset_axes(one) for one in config] if isinstance(config, list) else config


def same_config(ours: Any, theirs: Any, ignore: tuple[str, ...] = ()) -> None:
    """Equal configs after JSON, each made from the other's."""

    def plain(thing: Any) -> dict[str, Any]:
        config = without_unset_axes(travelled(thing.get_config()))
        return {key: value for key, value in config.items() if key not in ignore}

    mine, reference = plain(ours), plain(theirs)
    differing = {
        key: (mine.get(key, "missing"), reference.get(key, "missing"))
        for key in sorted({*mine, *reference})
        if key not in mine or key not in reference or mine[key] != reference[key]
    }
    assert not differing, f"config (ours, Keras's): {differing}"
    crossed = type(ours).from_config(travelled(theirs.get_config()))
    assert plain(crossed) == mine, "config: Keras's, read by saccade and written again"
    back = type(theirs).from_config(travelled(ours.get_config()))
    assert plain(back) == reference, "config: saccade's, read by Keras and written again"
