"""The tables of transfer.py, out of what it measured.

python benchmarks/transfer/transfer_report.py benchmarks/results/transfer.json
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
# part, what is compared, saccade's peer, the other: how many times as fast saccade is to be.
TARGETS: dict[tuple[str, str, str], float] = {
    ("forward", "saccade", "keras"): 1.5,
    ("training", "saccade", "keras"): 2,
    ("recipe, 5 epochs", "saccade", "keras"): 6,
    ("second fit, 5 epochs", "saccade", "keras"): 100,
    ("forward", "saccade bf16", "keras"): 5,
    ("training", "saccade bf16", "keras"): 5,
    ("training", "saccade bf16", "torchvision"): 3,
    ("training", "saccade bf16", "torchvision last"): 3,
    ("recipe, 5 epochs", "saccade bf16", "keras"): 15,
    ("recipe, 10 epochs", "saccade bf16", "keras"): 25,
    ("second fit, 5 epochs", "saccade bf16", "keras"): 100,
}


def seconds_of(epochs: int, row: Row) -> float:
    """The first epoch with all that comes before it, and as many more as are missing.

    Law: t(n) = t(1) + (n - 1) * mean of the later epochs, which are alike for every peer
    """
    first, last, count = row["ends_s"][0], row["ends_s"][-1], len(row["ends_s"])
    return first + (epochs - 1) * (last - first) / max(1, count - 1)


def second_fit_s(row: Row) -> float:
    """Measured where features are kept; elsewhere a second fit is five more epochs."""
    if "second_fit_s" in row:
        return row["second_fit_s"] * 5 / len(row["ends_s"])
    return seconds_of(6, row) - seconds_of(1, row)


# What is compared: the part, the unit, the figure of a row, and whether more is better.
FIGURES: dict[str, tuple[str, str, Callable[[Row], float], bool]] = {
    "forward": ("forward", "images/s", lambda row: row["rate"], True),
    "training": ("training", "images/s", lambda row: row["rate"], True),
    "recipe, 5 epochs": ("recipe", "s", lambda row: seconds_of(5, row), False),
    "recipe, 10 epochs": ("recipe", "s", lambda row: seconds_of(10, row), False),
    "second fit, 5 epochs": ("recipe", "s", second_fit_s, False),
}


def print_report(rows: list[Row]) -> None:
    """One table for each figure: a peer's rounds, their median, saccade's ratio in each round."""
    for name, (part, unit, figure, more) in FIGURES.items():
        of_part = [row for row in rows if row["part"] == part]
        if not of_part:
            continue
        by_peer: dict[str, dict[int, float]] = {}
        for row in of_part:
            by_peer.setdefault(row["peer"], {})[row["round"]] = figure(row)
        print(f"\n| {name}, {unit} | each round | median | saccade is so many times as fast |")
        print("|---|---|---|---|")
        for peer, rounds in by_peer.items():
            each = ", ".join(f"{value:.1f}" for value in rounds.values())
            middle = statistics.median(rounds.values())
            print(f"| {peer} | {each} | {middle:.1f} | {ratio_cells(name, peer, by_peer, more)} |")
    print_accuracies([row for row in rows if row["part"] == "recipe"])
    print_memory([row for row in rows if row["part"] == "memory"])


def ratio_cells(name: str, peer: str, by_peer: dict[str, dict[int, float]], more: bool) -> str:
    """saccade's ratios to a peer, round by round, with the target where there is one."""
    cells = []
    for ours in ("saccade", "saccade bf16"):
        if ours not in by_peer or "saccade" in peer:
            continue
        both = sorted(by_peer[ours].keys() & by_peer[peer].keys())
        ratios = [by_peer[ours][turn] / by_peer[peer][turn] for turn in both]
        words = " and ".join(f"{ratio if more else 1 / ratio:.2f}" for ratio in ratios)
        target = TARGETS.get((name, ours, peer))
        label = "bf16: " if "bf16" in ours else ""
        cells.append(label + words + (f" (target {target:g})" if target else ""))
    return "; ".join(cells)


def print_accuracies(rows: list[Row]) -> None:
    """The recipe's accuracies after as many epochs as the peer did."""
    if not rows:
        return
    print("\n| recipe | epochs | validation, each seed | mean | test, each seed | mean |")
    print("|---|---|---|---|---|---|")
    for peer in dict.fromkeys(row["peer"] for row in rows):
        mine = [row for row in rows if row["peer"] == peer]
        cells = [peer, str(len(mine[0]["ends_s"]))]
        validation = [row["validation_accuracy"][-1] for row in mine]
        test = [row["test_accuracy"] for row in mine if "test_accuracy" in row]
        for each in (validation, test):
            cells.append(", ".join(f"{value:.3f}" for value in each))
            cells.append(f"{statistics.mean(each):.3f}" if each else "")
        print(f"| {' | '.join(cells)} |")


def print_memory(rows: list[Row]) -> None:
    for row in rows:
        print(
            f"\nMemory, round {row['round']}: features of {row['images']:,} images "
            f"({row['features_mib']:.0f} MiB), {row['epochs']} epochs in {row['fit_s']:.1f} s: "
            f"the process grew by {row['grown_mib']:.0f} MiB at most, to "
            f"{row['own_peak_mib']:.0f} MiB of its own; "
            f"bound {row['bound_mib']:.0f} MiB for features"
        )


if __name__ == "__main__":
    print_report(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["measured"])
