"""The command line: `saccade train photos`, `saccade predict runs/photos-1 cat.jpg`.

Only typer and saccade's words are imported here; a command imports what it needs when it runs, so
that `saccade --help` answers at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from saccade.cli.augment_preview import augment_preview
from saccade.cli.contours import contours
from saccade.cli.doctor import doctor
from saccade.cli.evaluate import evaluate
from saccade.cli.faults import Commands
from saccade.cli.predict import predict
from saccade.cli.summary import summary
from saccade.cli.train import train
from saccade.utf8_mode import ensure_utf8
from saccade.version import __version__

__all__ = ["app", "main"]

app = typer.Typer(
    name="saccade",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"saccade {__version__}")
        raise typer.Exit


@app.callback()
def saccade(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Train image classifiers on folders of photos, and use them."""


for _command in (train, predict, evaluate, summary, contours, augment_preview, doctor):
    app.command()(_command)


def main() -> None:
    """Run the command line on `sys.argv`."""
    ensure_utf8()
    app(prog_name="saccade")
