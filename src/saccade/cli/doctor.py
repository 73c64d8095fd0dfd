"""`saccade doctor`: what this machine and installation offer."""

from __future__ import annotations

import typer


def doctor() -> None:
    """Show what saccade finds here: processor, device, compiler, versions, weights."""
    from saccade.recipe.machine import describe_machine

    rows = describe_machine()
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        typer.echo(f"{typer.style(f'{name:{width}}', bold=True)}  {value}")
