"""What the sets share: the type of what they give, and the error for a file that is damaged."""

from __future__ import annotations

import numpy as np

from saccade.errors import FileFormatError

Part = tuple[np.ndarray, np.ndarray]
Parts = tuple[Part, Part]
"""((x_train, y_train), (x_test, y_test))"""


def damaged(path: object, cause: object, remove: object = None) -> FileFormatError:
    """The error for a file of a set that is not as it was published, and what to remove."""
    return FileFormatError(
        f'"{path}"',
        "must be as it was published",
        f"{type(cause).__name__}: {cause}",
        f'Remove "{path if remove is None else remove}", and call again.',
    )
