"""Layer type: what makes layers and models of their arguments."""

from __future__ import annotations

import abc
import inspect
from typing import TYPE_CHECKING, Any

from saccade.layers.core.keras1_words import WORDS, in_todays_words


class _LayerType(abc.ABCMeta):
    """The type of layers and models: what makes one may be written in Keras 1's words."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not WORDS.isdisjoint(kwargs) or len(args) > 2:
            args, kwargs = in_todays_words(cls, args, kwargs)
        return super().__call__(*args, **kwargs)

    @property
    def __signature__(cls) -> inspect.Signature:
        """That of `__init__`, which `__call__` above would hide from `inspect`."""
        own = inspect.signature(cls.__init__)
        return own.replace(parameters=list(own.parameters.values())[1:])


# Hidden from type checkers, which take what an instance holds for what its class holds then.
LayerType = type if TYPE_CHECKING else _LayerType
