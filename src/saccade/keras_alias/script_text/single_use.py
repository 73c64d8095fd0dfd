"""Single use: one place where a script says a name of Keras or TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NameUse:
    """A dotted name, as `keras.layers.Conv2D`, and where the script says it.

    Attributes:
        tried: whether the script has another way where the name is missing (`try: ... except
            ImportError: ...`).
        imported: whether the place is an import of the name.
        idle: whether it stands in a function that nothing calls.
        module: the longest part of the name that the script imports as a module.
        starred: whether it may come from a star import; it may as well be nobody's.
        called: whether the place is a call of the name, which is noted beside the name itself.
        words: of a call, the arguments that it names.
        method: whether the name is a class, and a method that is called on what the class made.
    """

    name: str
    line: int
    tried: bool
    module: str = ""
    starred: bool = False
    called: bool = False
    words: tuple[str, ...] = ()
    method: bool = False
    idle: bool = False
    imported: bool = False
