"""Geometry: how many positions a kernel has, and where the padding goes.

Letters: n size of the input, k of the kernel, s stride, d dilation, p zeros on each side, all in
pixels along one axis. A dilated kernel reaches over (k - 1) * d + 1 pixels, its *reach*.
"""

from __future__ import annotations

import operator
from typing import overload

from saccade.errors import InvalidArgument, ShapeError
from saccade.names import unknown_name

PADDING_WORDS = ("valid", "same")


@overload
def output_size(
    n: int,
    kernel: int,
    padding: str | int = ...,
    strides: int = ...,
    dilation: int = ...,
    *,
    where: str = ...,
) -> int: ...


@overload
def output_size(
    n: int | None,
    kernel: int,
    padding: str | int = ...,
    strides: int = ...,
    dilation: int = ...,
    *,
    where: str = ...,
) -> int | None: ...


def output_size(
    n: int | None,
    kernel: int,
    padding: str | int = "valid",
    strides: int = 1,
    dilation: int = 1,
    *,
    where: str = "output_size",
) -> int | None:
    """How many positions a kernel takes along one axis, which is the size of the result.

    The law::

        reach = (k - 1) * d + 1
        integer p, zeros on both sides:    floor((n + 2p - reach) / s) + 1
        "valid", no padding (p = 0):       floor((n - reach) / s) + 1
        "same", as much as it takes:       ceil(n / s)

    Args:
        n: size of the input in pixels, at least 1; None where it is not known yet.
        kernel: size of the kernel in pixels, at least 1.
        padding: "valid", "same" (in any case), or the zeros on each side in pixels, at least 0.
        strides: pixels between two positions, at least 1.
        dilation: pixels between two weights of the kernel, at least 1.
        where: who asks, for the error message.

    Returns:
        The size of the output in pixels; None when `n` is None.

    Raises:
        ShapeError: the kernel does not fit inside the padded input.
        UnknownName: `padding` is a name other than the two.
        InvalidArgument: a size that is not an integer, or is too small.

    Example:
        >>> output_size(32, 3)
        30
        >>> output_size(150, 7, padding=3, strides=2)
        75
        >>> output_size(28, 5, padding="same")
        28

    Source: the lesson's size formula; for "same" and dilation, the shapes Keras 3 computes.
    """
    s = _at_least(1, where, "strides", strides)
    reach = _reach(where, kernel, dilation)
    if isinstance(padding, str):
        padding = as_padding(where, padding)
    else:
        padding = _at_least(0, where, "padding", padding)
    if n is None:
        return None
    n = _at_least(1, where, "the input size", n)
    if padding == "same":
        return -(-n // s)  # ceil without a float
    p = 0 if isinstance(padding, str) else padding
    if n + 2 * p < reach:
        size = f"a kernel of {kernel}"
        size += f" with dilation {dilation}, which reaches over {reach}," if dilation != 1 else ""
        raise ShapeError(
            where,
            "the kernel must fit inside the input",
            f"{size} for an input of {n}" + (f" padded to {n + 2 * p}" if p else ""),
            'Use a smaller kernel, a larger input or padding="same".',
        )
    return (n + 2 * p - reach) // s + 1


def same_padding(n: int, kernel: int, strides: int = 1, dilation: int = 1) -> tuple[int, int]:
    """How many zeros "same" adds before and after one axis; an odd one goes to the end.

    The law::

        total = max(0, (ceil(n / s) - 1) * s + reach - n)
        before, after = total // 2, total - total // 2

    Args:
        n: size of the input in pixels, at least 1.
        kernel: size of the kernel in pixels, at least 1.
        strides: pixels between two positions, at least 1.
        dilation: pixels between two weights of the kernel, at least 1.

    Returns:
        (before, after) in pixels. Unequal pairs are common with strides above 1, and are where
        a symmetric padding would look at different pixels.

    Raises:
        InvalidArgument: a size that is not an integer, or is too small.

    Example:
        >>> same_padding(5, 3)
        (1, 1)
        >>> same_padding(150, 3, strides=2)
        (0, 1)

    Source: Keras 3's rule, which is TensorFlow's.
    """
    where = "same_padding"
    n = _at_least(1, where, "the input size", n)
    s = _at_least(1, where, "strides", strides)
    out = -(-n // s)
    total = max(0, (out - 1) * s + _reach(where, kernel, dilation) - n)
    return total // 2, total - total // 2


def as_pair(where: str, name: str, value: object) -> tuple[int, int]:
    """One positive integer, or two, as a pair (height, width).

    Args:
        where: the thing at fault, for the error message ('Conv2D "conv2d_1"').
        name: the argument's name ("kernel_size").
        value: an integer, or a tuple or list of two.

    Returns:
        (height, width), plain Python integers of at least 1.

    Raises:
        InvalidArgument: anything else.

    Example:
        >>> as_pair("Conv2D", "kernel_size", 3)
        (3, 3)
        >>> as_pair("Conv2D", "strides", [1, 2])
        (1, 2)
    """
    height, width = as_sizes(where, name, value, 2)
    return height, width


def as_sizes(where: str, name: str, value: object, axes: int, least: int = 1) -> tuple[int, ...]:
    """One integer for all axes, or one for each, as a tuple.

    Args:
        where: the thing at fault, for the error message ('Conv1D "conv1d_1"').
        name: the argument's name ("kernel_size").
        value: an integer, or a tuple or list with one for each axis.
        axes: how many.
        least: the smallest integer allowed, 1 or 0.

    Returns:
        As many plain Python integers as there are axes.

    Raises:
        InvalidArgument: anything else.

    Example:
        >>> as_sizes("Conv1D", "kernel_size", 3, axes=1)
        (3,)
    """
    given = tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes
    try:
        if len(given) == axes:
            return tuple(_at_least(least, where, name, each) for each in given)
    except InvalidArgument:
        pass
    kind = "a positive integer" if least else "an integer of at least 0"
    number = {1: "a tuple of one", 2: "a pair of them"}.get(axes, f"{axes} of them")
    raise InvalidArgument(where, f"{name} must be {kind} or {number}", repr(value))


def as_padding(where: str, value: object, words: tuple[str, ...] = PADDING_WORDS) -> str:
    """The word "valid" or "same", in lower case.

    Args:
        where: the thing at fault, for the error message.
        value: the word in any case; Keras's own ResNet writes "SAME".
        words: the legal ones.

    Returns:
        One of the words.

    Raises:
        UnknownName: any other name, or something that is not a string.

    Example:
        >>> as_padding("Conv2D", "SAME")
        'same'
    """
    word = value.lower() if isinstance(value, str) else value
    if not isinstance(word, str) or word not in words:
        raise unknown_name(f"{where} padding", value, words)
    return word


def _reach(where: str, kernel: int, dilation: int) -> int:
    k = _at_least(1, where, "the kernel size", kernel)
    return (k - 1) * _at_least(1, where, "dilation", dilation) + 1


def _at_least(least: int, where: str, name: str, value: object) -> int:
    try:  # True is an integer to Python, never to a reader
        number = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or number < least:
        raise InvalidArgument(where, f"{name} must be an integer of at least {least}", repr(value))
    return number
