"""`saccade doctor`: what this machine and installation offer."""

from __future__ import annotations

import typer

from saccade.shown_text import shown


def doctor() -> None:
    """Show what saccade finds here: processor, device, compiler, versions, weights."""
    from saccade.recipe.doctor import doctor as examine

    found = examine()
    width = max(map(len, found))
    for name, value in found.items():
        typer.echo(f"{typer.style(f'{name:{width}}', bold=True)}  {shown(value)}")
