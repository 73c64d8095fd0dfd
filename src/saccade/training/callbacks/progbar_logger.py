"""ProgbarLogger: the progress that `fit` prints, as a callback to name."""

from __future__ import annotations

from typing import Any

from saccade.training.callbacks.progress import Progress


class ProgbarLogger(Progress):
    """Prints as `fit(verbose=1)` does; `fit` adds one by itself unless verbose is 0.

    Source: `keras.callbacks.ProgbarLogger`.
    """

    def __init__(self):
        super().__init__(1)

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else verbose
