"""What `keras_applications` lent the networks written for it: the modules to build them with."""

from __future__ import annotations

from typing import Any


def get_submodules_from_kwargs(kwargs: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    """(backend, layers, models, utils): those in `kwargs`, or saccade's.

    Source: `keras_applications.get_submodules_from_kwargs`.
    """
    from saccade import backend, layers, models, utils  # loaded by the networks that ask

    return (
        kwargs.get("backend") or backend,
        kwargs.get("layers") or layers,
        kwargs.get("models") or models,
        kwargs.get("utils") or utils,
    )
