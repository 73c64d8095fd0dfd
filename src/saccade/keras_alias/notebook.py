"""Notebook: what `%load_ext saccade` does in IPython and Jupyter."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from saccade.keras_alias.clean_traceback import add_nearest, without_own_frames
from saccade.keras_alias.installation import install


def load_ipython_extension(shell: Any) -> None:
    """Make Keras's names mean saccade in this kernel, and show errors from the cell on.

    Args:
        shell: IPython's `InteractiveShell`.

    Raises:
        StateError: Keras or TensorFlow is already imported.
    """
    install()
    shell.set_custom_exc((Exception,), show_cell_only)


def show_cell_only(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Show an error as IPython does, without the frames that answer the cell's imports."""
    add_nearest(error)
    shell.showtraceback((kind, error, without_own_frames(trace)), tb_offset=tb_offset)
