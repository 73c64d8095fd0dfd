"""The errors of saccade.

Every message says where, what was needed, what was got and what to do::

    Dense "fc1": input must be (batch, features), got (32, 16, 5, 5). Add Flatten() before it.

The tree (each is also the built-in error that code written for Keras catches)::

    SaccadeError
    ├── InvalidArgument (ValueError)      a value that cannot work
    │   ├── UnknownName                   a name that is not in the list
    │   ├── ShapeError                    arrays or layers that do not fit together
    │   └── NotSupported                  a known option that saccade refuses by name
    ├── DataError (ValueError)            images, labels or folders that cannot be used
    │   └── NoSuchFile (FileNotFoundError)
    ├── FileFormatError (ValueError)      a saved file that is damaged or of another kind
    ├── NotWritten (OSError)              a file that the disk did not take
    ├── NotEnoughMemory (MemoryError, RuntimeError)  a batch that does not fit
    ├── NotFinite (ArithmeticError)       a loss or gradient became NaN or infinite
    └── StateError (RuntimeError, ValueError)  a call that comes too early or too late
"""

from __future__ import annotations

from typing import Self

from saccade.shown_text import Listed, shown, shown_lines

MOST_LETTERS = 20_000  # of one part of a message: a damaged file's may have millions
_WORDS = (str, int, float, bool)


class SaccadeError(Exception):
    """An error that says where, needed, got and do.

    Arguments:
        where: the thing at fault, as the user named it ('Dense "fc1"', "fit").
        needed: what had to hold, as the rest of a sentence ("input must be (batch, features)").
        got: what was there instead; left out of the message when None.
        do: what to do about it, a sentence; left out when empty.

    The attributes are as given. The message has what is not seen as escapes (`shown_text`): names
    in it may be a stranger's. Its only newlines are those of a list, `shown_text.Listed`.
    """

    def __init__(self, where: str, needed: str, got: object = None, do: str = ""):
        # An error may be kept for long: it holds words, no arrays and no other error's frames.
        got = got if got is None or isinstance(got, _WORDS) else str(got)
        self.where, self.needed, self.got, self.do = where, needed, got, do
        message = f"{shown(_cut(where))}: {shown_lines(_cut(needed))}"
        if got is not None:
            message += f", got {shown_lines(_cut(got))}"
        message = message.rstrip(".") + "."
        if do:
            message += f" {shown_lines(_cut(do))}"
        super().__init__(message)

    def __str__(self) -> str:  # KeyError-like bases would quote it
        return str(self.args[0])

    def __reduce__(self):  # four arguments in, one in args: say so, for worker processes
        return type(self), (self.where, self.needed, self.got, self.do)

    def without_frames(self) -> Self:
        """The same error, to be kept when it has been dealt with.

        A traceback holds the frames that it came through and all that they hold, such as pixels
        that were half decoded. So do the errors that it arose from, which go, too.
        """
        self.__cause__ = self.__context__ = None
        return self.with_traceback(None)


def _cut(part: object) -> str:
    if isinstance(part, Listed):
        return Listed(_cut(part.head), map(_cut, part.items))
    text = str(part)
    if len(text) <= MOST_LETTERS:
        return text
    return f"{text[: MOST_LETTERS // 2]} ... {text[-MOST_LETTERS // 4 :]}"


class InvalidArgument(SaccadeError, ValueError):
    """A value that cannot work."""


class UnknownName(InvalidArgument):
    """A name that is not in the list; the message lists the legal ones and the nearest."""


class ShapeError(InvalidArgument):
    """Arrays or layers that do not fit together."""


class NotSupported(InvalidArgument):
    """A known option that saccade refuses by name, saying what to use instead."""


class NoValue(InvalidArgument, TypeError, NotImplementedError):
    """A number is asked of what has none yet: a symbol of a model that is being described.

    It is all three, since code asks by trying: `iter(x)` in Python raises a TypeError, `bool(x)`
    in Keras another, and `np.array(x)` there a ValueError.
    """


class AxisError(InvalidArgument, IndexError):
    """An axis that the array has not: what torch calls an IndexError and Keras a ValueError."""


class WrongKind(InvalidArgument, TypeError):
    """A value of a type that cannot be meant, where Keras raises a TypeError."""


class DataError(SaccadeError, ValueError):
    """Images, labels or folders that cannot be used as they are."""


class NoSuchFile(DataError, FileNotFoundError):
    """A file or folder that is not there."""


class FileFormatError(SaccadeError, ValueError):
    """A saved file that is damaged or of another kind."""


class NotWritten(SaccadeError, OSError):
    """A file that the disk did not take: it is full, or may not be written to."""


class NotEnoughMemory(SaccadeError, MemoryError, RuntimeError):
    """A batch that does not fit into the memory (torch raises RuntimeError for it)."""


class NotFinite(SaccadeError, ArithmeticError):
    """A loss became NaN or infinite; the weights were left as they were before that step."""


class StateError(SaccadeError, RuntimeError, ValueError):
    """A call that comes too early or too late (Keras raises ValueError for most of these)."""


class NotKnownYet(StateError, AttributeError):
    """An attribute that is asked for too early: `hasattr` says False, as in Keras."""
