"""Check report: what `--check` found, for 80 columns and for pipes."""

from __future__ import annotations

import shutil
import textwrap
from typing import Any

_NAME, _LINES, _WIDTH = 40, 12, 80
_MOST_LINES = 3


def print_report(
    script: str, findings: list[Any], packages: dict[str, int], stop: tuple[int, str] | None
) -> None:
    """Print a row for each name, what has to be installed, and in one line how it will end.

    Args:
        packages: what is imported and not installed, with the line.
        stop: the first line of the script that stops it, and why.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    others = len({one.file for one in findings}) > 1
    rows: dict[tuple[str, str], list[Any]] = {}
    for one in findings:
        rows.setdefault((one.file, one.use.name), []).append(one)
    for (file, name), uses in rows.items():
        lines = _lines_of(sorted({one.use.line for one in uses}))
        worst = max(uses, key=lambda one: (bool(one.fault), not one.harmless))
        words, color = _verdict(worst)
        for text in _row(name, f"{file}: {lines}" if others else lines, words):
            console.print(Text(text, style=color if words != "works" else ""))
    from saccade.keras_alias.script_text.packages import pip_name

    drawn = any(one.use.name.endswith((".plot_model", "visualize_util.plot")) for one in findings)
    if drawn and shutil.which("dot") is None:
        console.print(
            "\nplot_model draws with Graphviz, whose program dot is not installed:\n"
            "the drawing is written as text, and the script goes on."
        )
    if packages:
        names = " ".join(pip_name(one) for one in packages)
        console.print(f"\nNeeds what is not installed: pip install {names}")
    console.print("\n" + _ending(script, findings, stop), style="bold")


def _ending(script: str, findings: list[Any], stop: tuple[int, str] | None) -> str:
    names = {one.use.name for one in findings}
    lacking = {one.use.name for one in findings if one.fault and not one.harmless}
    if not names:
        said = f"{script} uses no name of Keras or TensorFlow."
    elif lacking:
        said = f"{len(lacking)} of {len(names)} names are not supported."
    else:
        said = f"All {len(names)} names are supported."
    if stop is None:
        return f"{said}\nIt will run, as far as names tell."
    line, why = stop
    return f"{said}\n" + _cut(f"It will stop at line {line}: {why}", _WIDTH - 1) + "."


def _cut(text: str, width: int) -> str:
    """A line that fits; the table has the whole of it."""
    return text if len(text) <= width else text[: width - 3].rstrip() + "..."


def _row(name: str, lines: str, words: str) -> list[str]:
    """One name in columns; what is too long for its own goes on below."""
    above = [name] if len(name) > _NAME else []
    left = f"{'' if above else name:{_NAME}}  {lines:{_LINES}}"
    if len(left) > _NAME + _LINES + 2:  # a file's name with the lines
        left, above = f"{'':{_NAME}}  {'':{_LINES}}", [f"{name}  {lines}"]
    if len(words) <= _WIDTH - len(left) - 2:
        return [*above, f"{left}  {words}"]
    below = textwrap.wrap(words, _WIDTH - 4, initial_indent="    ", subsequent_indent="    ")
    return [*above, *filter(None, [left.rstrip()]), *below]


def _lines_of(lines: list[int]) -> str:
    """The first lines, and how many more there are."""
    said = ""
    for most in range(_MOST_LINES, 0, -1):
        more = len(lines) - most
        said = ", ".join(map(str, lines[:most])) + (f" +{more}" if more > 0 else "")
        if len(said) <= _LINES:
            break
    return said


def _verdict(finding: Any) -> tuple[str, str]:
    if not finding.fault:
        return "works", "green"
    if finding.use.tried:
        return f"{finding.fault.rstrip('.')}; the script has another way", "yellow"
    if finding.use.idle:
        return f"{finding.fault.rstrip('.')}; nothing calls the function around it", "yellow"
    if finding.later:
        return f"{finding.fault.rstrip('.')}; it may be imported, not used", "yellow"
    return finding.fault, "red"
