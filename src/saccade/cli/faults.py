"""Faults in words: what an error looks like at the command line, and the code it ends with."""

from __future__ import annotations

import errno
import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from saccade.cli.flags import flags_of, in_flags
from saccade.errors import DataError, SaccadeError
from saccade.shown_text import shown

BAD_INPUT, INTERRUPTED = 2, 130
USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # of click, which typer may bring itself
# What the machine refuses, and no fault of saccade's: permissions, space, too many open files.
SYSTEM_FAULTS = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO,
    errno.EMFILE,
)  # fmt: skip


class Commands(TyperGroup):
    """The commands, with errors told in one line instead of a traceback.

    A SaccadeError, and what the system refuses, goes to stderr and ends with code 2; Ctrl-C ends
    with 130, as shells expect. Any other exception is a fault of saccade's own and keeps its
    traceback.
    """

    def invoke(self, ctx: Any) -> Any:
        _print_any_name()
        # Pillow warns and logs about odd metadata and large images, file by file; whether a file
        # can be used shows in decoding it.
        with _silent_pillow(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="PIL")
            try:
                return super().invoke(ctx)
            except SaccadeError as fault:
                tell(fault, self._flags(ctx))
                raise typer.Exit(BAD_INPUT) from fault
            except OSError as fault:
                if fault.errno not in SYSTEM_FAULTS:
                    raise
                where = f'"{shown(fault.filename)}"' if fault.filename else "the disk"
                tell(DataError(where, "must be readable and writable", os.strerror(fault.errno)))
                raise typer.Exit(BAD_INPUT) from fault
            except USAGE_ERROR as fault:
                fault.message = shown(fault.message)  # a file may be called "--top=\x1b[2J"
                raise
            except KeyboardInterrupt as stop:
                typer.secho("Stopped.", err=True)
                raise typer.Exit(INTERRUPTED) from stop

    def _flags(self, ctx: Any) -> dict[str, str]:
        """Those of the command that was called."""
        command: Any = self.commands.get(ctx.invoked_subcommand or "")
        return flags_of(command.callback) if command else {}


@contextmanager
def _silent_pillow() -> Iterator[None]:
    """Pillow's logger at rest; a program that called a command has it back as it was."""
    logger = logging.getLogger("PIL")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def tell(fault: SaccadeError, flags: Mapping[str, str] | None = None) -> None:
    """Write an error to stderr, in red where that is a terminal."""
    text = in_flags(str(fault), flags or {})
    typer.echo(f"{typer.style('Error:', fg='red', bold=True)} {text}", err=True)


def _print_any_name() -> None:
    """Let file names that are no valid text be printed, as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
