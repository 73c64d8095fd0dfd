"""FlowOptions: how images are found, split, read and kept, beyond Keras's arguments."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from saccade.data.folders.walk import ALL_EXTENSIONS
from saccade.data.generator.setting_checks import check_switch
from saccade.data.pool import check_workers
from saccade.errors import InvalidArgument
from saccade.names import unknown_name

SPLITS = ("first", "random")
ON_ERROR = ("raise", "skip")


@dataclass(frozen=True)
class FlowOptions:
    """What saccade's `ImageDataGenerator` takes after Keras's 23 arguments, checked.

    Attributes:
        split: "first": the first files of each class validate, as in Keras; "random": by a hash
            of `split_seed` and the file's relative path.
        split_seed: another one gives another random split.
        extensions: endings that count as images beside those that always do.
        exif: turn photos upright, as the camera noted.
        on_error: "raise" when a file cannot be decoded, or "skip" all such files before the split.
        fast_decode: decode large JPEGs at a reduced scale.
        workers: threads that read and change images; None: one for each processor; 0: none.
        prefetch: how many batches `fit` has made ahead.
        cache: keep decoded images: "auto" as far as the memory budget goes, True all, False none,
            or a folder for those beyond the budget.
    """

    split: str = "first"
    split_seed: int = 0
    extensions: tuple[str, ...] = ()
    exif: bool = False
    on_error: str = "raise"
    fast_decode: bool = False
    workers: int | None = None
    prefetch: int = 2
    cache: bool | str = "auto"

    @property
    def all_extensions(self) -> tuple[str, ...]:
        """The endings that count as images."""
        return tuple(dict.fromkeys([*ALL_EXTENSIONS, *self.extensions]))

    @classmethod
    def checked(cls, **given: Any) -> FlowOptions:
        """The options from what a user gave.

        Raises:
            InvalidArgument: a value that cannot work (UnknownName for a misspelt word).
        """
        for name, legal in (("split", SPLITS), ("on_error", ON_ERROR)):
            if given[name] not in legal:
                raise unknown_name(name, given[name], legal)
        seed, prefetch, cache = given["split_seed"], given["prefetch"], given["cache"]
        try:
            given["split_seed"] = operator.index(seed)
        except TypeError:
            raise InvalidArgument("split_seed", "must be an integer", repr(seed)) from None
        for name in ("exif", "fast_decode"):
            given[name] = check_switch(name, given[name])
        if isinstance(prefetch, bool) or not isinstance(prefetch, int) or prefetch < 0:
            raise InvalidArgument("prefetch", "must be a number of batches, 0 or more", prefetch)
        check_workers(given["workers"])
        if isinstance(cache, os.PathLike):
            cache = os.fspath(cache)
        if not isinstance(cache, bool | str) or cache == "":
            raise InvalidArgument("cache", 'must be "auto", True, False or a folder', repr(cache))
        if isinstance(cache, str) and cache != "auto" and _looks_like_auto(cache):
            raise unknown_name("cache", cache, ["auto"])
        if isinstance(cache, str) and cache != "auto":
            cache = os.path.expanduser(cache)
        given |= {"cache": cache, "extensions": _check_extensions(given["extensions"])}
        return cls(**given)


def _looks_like_auto(cache: str) -> bool:
    """A slip of the pen, such as "Auto" or "atuo", rather than a folder."""
    return sorted(cache.lower()) == sorted("auto") and not os.path.isdir(cache)


def _check_extensions(more: Sequence[str] | None) -> tuple[str, ...]:
    if more is None:
        return ()
    if isinstance(more, str):
        more = (more,)
    given = list(more) if isinstance(more, Iterable) else [more]
    if not all(isinstance(one, str) and one.strip(".") for one in given):
        raise InvalidArgument("extensions", 'must be endings such as ".webp"', repr(more))
    return tuple(dict.fromkeys(one.lower() for one in given))


OPTIONS = tuple(field.name for field in fields(FlowOptions))
