"""What is said of the methods that tf.data's datasets have and these have not."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from saccade.names import NameNotHere, nearest

_LEFT_OUT = {
    "save": "Use cache(filename).",
    "load": "Use cache(filename).",
    "snapshot": "Use cache(filename).",
    "ragged_batch": "Use padded_batch.",
    "sparse_batch": "Use batch or padded_batch.",
    "fingerprint": "",
    "options": "Leave it out: options have no effect.",
}


def refuse_method(name: str, there: list[str], depth: int = 2) -> NoReturn:
    """Raise for a name that datasets do not have: say in which line it stands, and the nearest."""
    if name.startswith("_"):  # Python and packages ask for these
        raise AttributeError(f"'Dataset' object has no attribute {name!r}")
    frame = sys._getframe(depth)
    place = f"{os.path.basename(frame.f_code.co_filename)}, line {frame.f_lineno}: "
    guess = nearest(name, there)
    do = _LEFT_OUT.get(name) or (f"The nearest name that is: {guess}." if guess else "")
    raise NameNotHere(f"{place}Dataset.{name}", "is not in saccade", None, do)


class RefusesByName(type):
    """The class of `Dataset`: `Dataset.save` is refused as `ds.save` is."""

    def __getattr__(cls, name: str) -> NoReturn:
        refuse_method(name, [one for one in dir(cls) if not one.startswith("_")])
