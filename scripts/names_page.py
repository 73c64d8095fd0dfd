"""Write docs/keras-names.md: what saccade does with every public name of Keras's families."""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

from saccade.layers.refused import OUT_OF_SCOPE as OUT_OF_SCOPE_LAYERS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "keras-names.md"
FAMILIES = ("layers", "optimizers", "optimizers.schedules", "losses", "metrics", "callbacks",
            "initializers", "regularizers", "constraints", "activations", "applications",
            "utils")  # fmt: skip
SUPPORTED, REFUSED, OUT_OF_SCOPE = "supported", "refused by name", "out of scope"
# Refused for what they are about, beside the subjects that `layers.refused.OUT_OF_SCOPE` lists.
OTHER_SUBJECTS = {
    ("layers", "MaxNumBoundingBoxes"),
    ("optimizers", "legacy"),
    ("losses", "CTC"),
    ("losses", "ctc"),
    ("callbacks", "OrbaxCheckpoint"),
    ("callbacks", "RemoteMonitor"),
    ("initializers", "STFT"),
    ("initializers", "STFTInitializer"),
    ("utils", "FeatureSpace"),
    ("utils", "audio_dataset_from_directory"),
    ("utils", "bounding_boxes"),
    ("utils", "text_dataset_from_directory"),
    ("utils", "timeseries_dataset_from_array"),
}


@dataclass(frozen=True)
class Row:
    """One thing of Keras's under all its names."""

    family: str
    names: tuple[str, ...]
    status: str
    instead: str = ""


def module_of(package: Any, family: str) -> Any:
    return importlib.import_module(f"{package.__name__}.{family}")


def public_names(module: Any) -> list[str]:
    return [name for name in dir(module) if not name.startswith("_")]


def folded(module: Any) -> list[tuple[str, ...]]:
    """The names of each thing together, the thing's own name first."""
    by_thing: dict[int, list[str]] = {}
    for name in public_names(module):
        if name != "schedules" or not module.__name__.endswith("optimizers"):
            by_thing.setdefault(id(getattr(module, name)), []).append(name)
        else:
            by_thing[id(name)] = [name]
    groups = []
    for names in by_thing.values():
        own = getattr(getattr(module, names[0]), "__name__", names[0])
        groups.append(tuple(sorted(names, key=lambda name: (name != own, name))))
    return sorted(groups, key=lambda group: group[0].lower())


def every_row() -> list[Row]:
    import keras

    import saccade

    return [
        row_of(family, names, module_of(saccade, family))
        for family in FAMILIES
        for names in folded(module_of(keras, family))
    ]


def row_of(family: str, names: tuple[str, ...], ours: Any) -> Row:
    by_lower = {word.lower(): instead for word, instead in getattr(ours, "REFUSED", {}).items()}
    missing = [name for name in names if not has(ours, name)]
    if not missing:
        return Row(family, names, SUPPORTED)
    if len(missing) < len(names):
        return Row(family, names, SUPPORTED, f"without the name {', '.join(missing)}")
    for name in names:
        if name.lower() in by_lower:  # the function of a refused class has its sentence
            instead = by_lower[name.lower()]
            subject = instead in OUT_OF_SCOPE_LAYERS or (family, name) in OTHER_SUBJECTS
            return Row(family, names, OUT_OF_SCOPE if subject else REFUSED, instead)
    raise LookupError(f"{family}.{names[0]} is neither here nor in {family}.REFUSED")


def has(module: Any, name: str) -> bool:
    """Whether it is there itself; an old path that a script was given is another module."""
    found = inspect.getattr_static(module, name, None)
    if inspect.ismodule(found):
        return found.__name__.startswith(f"{module.__name__}.")
    return found is not None


def ways_to_ask(row: Row) -> list[Callable[[], Any]]:
    """How a user asks saccade for the names of a row: as attributes, and as words for `get`."""
    import saccade

    ours = module_of(saccade, row.family)
    ways: list[Callable[[], Any]] = [partial(getattr, ours, name) for name in row.names]
    if hasattr(ours, "get"):
        ways += [partial(ours.get, name) for name in row.names]
    return ways


def write_page(rows: list[Row]) -> str:
    import keras

    lines = [
        "# Every name of Keras's, and what saccade does with it",
        "",
        f"Written by `scripts/names_page.py` from Keras {keras.__version__} and saccade itself; a "
        "test",
        "holds it current. Names for the same thing share a row. Asked for a name that it does not",
        "have, saccade says the sentence of its row at run time. Out of scope is what belongs to",
        "another subject: recurrent series, text, sound, other backends, servers.",
        "",
        f"| family | names | {SUPPORTED} | {REFUSED} | {OUT_OF_SCOPE} |",
        "|---|---:|---:|---:|---:|",
    ]
    for family in (*FAMILIES, None):
        some = [row for row in rows if family in (row.family, None)]
        counts = [sum(row.status == s for row in some) for s in (SUPPORTED, REFUSED, OUT_OF_SCOPE)]
        cells = [f"[{family}](#{family.replace('.', '')})" if family else "**all**", len(some)]
        lines.append("| " + " | ".join(map(str, [*cells, *counts])) + " |")
    for family in FAMILIES:
        lines += ["", f"## {family}", "", "| name | status | instead, or why |", "|---|---|---|"]
        for row in rows:
            if row.family == family:
                names = ", ".join(f"`{name}`" for name in row.names)
                lines.append(f"| {names} | {row.status} | {row.instead} |".replace("  |", " |"))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(write_page(every_row()))
    print(f"{PAGE.name}: {len(every_row())} rows")
