"""Saved picture: a figure as a PNG, of which nobody sees half."""

from __future__ import annotations

import io
import os
from typing import Any

from saccade.disk.whole_file import write_whole


def save_picture(figure: Any, path: str | os.PathLike[str], dpi: int, **layout: Any) -> None:
    """Write a matplotlib figure.

    Args:
        figure: drawn.
        path: the PNG file.
        dpi: dots per inch.
        **layout: what `Figure.savefig` takes beside these.

    Raises:
        NoSuchFile, NotWritten: the folder is not there, or the disk does not take it.
    """
    content = io.BytesIO()
    figure.savefig(content, dpi=dpi, format="png", **layout)
    write_whole(f'"{os.fspath(path)}"', path, content.getvalue())
