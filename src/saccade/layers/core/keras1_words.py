"""Keras 1's words for the arguments of layers and models, in the words of today."""

from __future__ import annotations

import abc
import inspect
import sys
from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Any

from saccade.data_formats import data_format_of
from saccade.errors import InvalidArgument, NotSupported, StateError
from saccade.layers.core.own_arguments import has_default_config, note_arguments
from saccade.notes import note_old_word, note_once
from saccade.script_door import is_script_door_open

RENAMED = {
    "W_constraint": "kernel_constraint",
    "W_regularizer": "kernel_regularizer",
    "atrous_rate": "dilation_rate",
    "b_constraint": "bias_constraint",
    "b_regularizer": "bias_regularizer",
    "beta_init": "beta_initializer",
    "bias": "use_bias",
    "border_mode": "padding",
    "filter_length": "kernel_size",
    "gamma_init": "gamma_initializer",
    "init": "kernel_initializer",
    "input": "inputs",
    "nb_filter": "filters",
    "output": "outputs",
    "output_dim": "units",
    "p": "rate",
    "pool_length": "pool_size",
    "sigma": "stddev",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
}
# Layers for which an old name stands for another argument than above.
_RENAMED_IN = {
    "Embedding": {
        "W_constraint": ("embeddings_constraint",),
        "W_regularizer": ("embeddings_regularizer",),
        "init": ("embeddings_initializer",),
    },
    "PReLU": {"init": ("alpha_initializer",)},
    "SeparableConv1D": {"init": ("depthwise_initializer", "pointwise_initializer")},
    "SeparableConv2D": {"init": ("depthwise_initializer", "pointwise_initializer")},
}
_SIZES = {  # of a kernel, each of its own
    "Conv2D": ("nb_row", "nb_col"),
    "Conv3D": ("kernel_dim1", "kernel_dim2", "kernel_dim3"),
}
_SIZE_WORDS = tuple(word for words in _SIZES.values() for word in words)
WORDS = frozenset({*RENAMED, *_SIZE_WORDS, "dim_ordering", "mode"})
_OLD_NAMES = {
    "Conv2D": frozenset({"Convolution2D", "SeparableConvolution2D", "AtrousConvolution2D"}),
    "Conv3D": frozenset({"Convolution3D"}),
}


def in_todays_words(
    cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call that may hold Keras 1's words; others come back as they are.

    `Convolution2D(32, 3, 3)` means a kernel of 3 x 3 beside another word of Keras 1, and in scripts
    (`open_script_door`) where the code says Convolution2D, as Keras 1 called it.
    Everywhere else the third number is the stride, as in Keras 2 and 3.

    Raises:
        NotSupported: a `mode` of BatchNormalization other than 0. InvalidArgument: an old and a new
            word for one thing.
    """
    words = WORDS.intersection(kwargs)
    used = [word for word in kwargs if word in words and word not in _own_words(cls)]
    translated = {name: value for name, value in kwargs.items() if name not in used}
    for word in used:
        for today, value in _translated(cls, word, kwargs):
            if today in translated:
                raise InvalidArgument(
                    cls.__name__, f"{word}= and {today}= are two words for one thing", "both"
                )
            translated[today] = value
    kind = _kind_with_sizes(cls, args)
    if kind is not None:
        sizes = args[1 : 1 + len(_SIZES[kind])]
        if used or (is_script_door_open() and _says_old_name(sys._getframe(2).f_code, kind)):
            _note(f"{cls.__name__}({', '.join(map(str, (args[0], *sizes)))})", kind)
            args = (args[0], sizes, *args[1 + len(sizes) :])
        elif kind == "Conv2D" and args[1] == args[2] > 1:
            note_once(
                f"{cls.__name__}({args[0]}, {args[1]}, {args[2]}): the third number is the stride, "
                f"as in Keras 2 and 3. Keras 1's kernel of {args[1]} x {args[2]} is written "
                f"({args[1]}, {args[2]}).",
                key="the third number",
            )
    return args, translated


def _translated(cls: type, word: str, kwargs: dict[str, Any]) -> list[tuple[str, Any]]:
    """The words of today for one of Keras 1's, with their values."""
    value = kwargs[word]
    if word == "mode":
        return _without_mode(cls, value)
    if word in _SIZE_WORDS:
        kind, words = next(each for each in _SIZES.items() if word in each[1])
        _note(f"{cls.__name__}({'=, '.join(words)}=)", kind)
        given = [each for each in words if each in kwargs]
        sizes = tuple(kwargs.get(each) for each in words)
        return [("kernel_size", sizes)] if word == given[0] else []
    if word == "dim_ordering":
        note_old_word(
            f"{cls.__name__}(dim_ordering=) is Keras 1's name of data_format; it is used as such.",
            key="keras 1 dim_ordering",
        )
        return [("data_format", data_format_of(value, cls.__name__))]
    todays = _RENAMED_IN.get(cls.__name__, {}).get(word, (RENAMED[word],))
    note_old_word(
        f"{cls.__name__}({word}=) is Keras 1's name of {' and '.join(todays)}; it is used as such.",
        key=f"keras 1 {word}",
    )
    return [(today, value) for today in todays]


def _kind_with_sizes(cls: type, args: tuple[Any, ...]) -> str | None:
    """ "Conv2D" or "Conv3D" where such a convolution gets its kernel's sizes number by number."""
    for kind, words in _SIZES.items():
        if any(each.__name__.endswith(kind) for each in cls.__mro__):
            numbers = args[: 1 + len(words)]
            are_sizes = all(type(number) is int for number in numbers)
            return kind if are_sizes and len(numbers) > len(words) else None
    return None


def _says_old_name(code: CodeType, kind: str) -> bool:
    """Whether the calling code speaks of Keras 1's layers, and not of today's beside them."""
    return not _OLD_NAMES[kind].isdisjoint(code.co_names) and kind not in code.co_names


def _without_mode(cls: type, mode: Any) -> list[tuple[str, Any]]:
    if cls.__name__ != "BatchNormalization":
        raise InvalidArgument(cls.__name__, "has no such argument", "mode=")
    if mode != 0:
        raise NotSupported(
            cls.__name__,
            "mode must be 0: statistics of each feature, moving ones outside training",
            repr(mode),
            "LayerNormalization is the nearest to mode=1; mode=2 is a call with training=True.",
        )
    note_old_word(
        "BatchNormalization(mode=0) is Keras 1's name of what it always does.",
        key="keras 1 mode",
    )
    return []


def _own_words(cls: type) -> set[str]:
    """Words that a class takes itself, the user's own among them."""
    words: set[str] = set()
    for each in cls.__mro__:
        code = getattr(each.__dict__.get("__init__"), "__code__", None)
        if code is not None:
            words |= set(code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount])
            if each.__module__.startswith("saccade."):
                break  # what lies below is not for users to call
    return words


def _note(call: str, kind: str) -> None:
    sizes = {"Conv2D": "rows and columns", "Conv3D": "depth, rows and columns"}[kind]
    note_old_word(
        f"{call} is read as Keras 1 meant it: {sizes} of the kernel, kernel_size today.",
        key=f"keras 1 sizes of {kind}",
    )


def keras1_layer(cls: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A layer of today under a name that only Keras 1 had, with its three numbers in a row."""

    def make(nb_filter: int, nb_row: int, nb_col: int, **words: Any) -> Any:
        return cls(nb_filter=nb_filter, nb_row=nb_row, nb_col=nb_col, **words)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"Keras 1's {name}: {getattr(cls, '__name__', '')} with a kernel of two numbers."
    return make


class _LayerType(abc.ABCMeta):
    """The type of layers and models: what makes one may be written in Keras 1's words.

    Attributes:
        notes_arguments: whether what an object is made with is all that its config knows.
    """

    notes_arguments = False

    def __init__(cls, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        cls.notes_arguments = has_default_config(cls)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not WORDS.isdisjoint(kwargs) or len(args) > 2:
            args, kwargs = in_todays_words(cls, args, kwargs)
        made = super().__call__(*args, **kwargs)
        if isinstance(made, cls) and "_call_losses" not in vars(made):
            needed = "its __init__ must call super().__init__()"
            raise StateError(cls.__name__, needed, do="Make that its first line.")
        if cls.notes_arguments and type(made) is cls:
            note_arguments(made, cls, args, kwargs)
        return made

    @property
    def __signature__(cls) -> inspect.Signature:
        """That of `__init__`, which `__call__` above would hide from `inspect`."""
        own = inspect.signature(cls.__init__)
        return own.replace(parameters=list(own.parameters.values())[1:])


# Hidden from type checkers, which take what an instance holds for what its class holds then.
LayerType = type if TYPE_CHECKING else _LayerType
