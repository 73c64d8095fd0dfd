"""Factors: how strong an augmenting layer may be, as Keras's arguments say it."""

from __future__ import annotations

from typing import Any

from saccade.errors import InvalidArgument

Range = tuple[float, float]


def factor_range(layer: Any, name: str, factor: Any, least: float, most: float) -> Range:
    """The lowest and highest draw that an argument stands for.

    A number f is -f to f, cut at `least`; two numbers are those, smaller first. Keras takes two
    that only overlap with its bounds, and so do we.
    """
    factor = _plain(factor)
    pair = _pair(factor)
    if pair:
        if pair[0] <= most and pair[1] >= least:
            return pair
    elif _is_number(factor) and least <= factor <= most:
        return max(-abs(factor), least), abs(factor)
    raise _refused(layer, name, factor, f"in [{least}, {most}]")


def shift_range(
    layer: Any, name: str, factor: Any, least: float, most: float = 1.0, open_least: bool = False
) -> Range:
    """The same for factors of which both ends must lie within the bounds, and -f is not cut."""
    factor = _plain(factor)
    ends = _pair(factor) or ((factor, factor) if _is_number(factor) else ())
    if ends and all(end <= most and (least < end or (least == end and not open_least))
                    for end in ends):  # fmt: skip
        return _pair(factor) or (-abs(factor), abs(factor))
    raise _refused(layer, name, factor, f"in {'(' if open_least else '['}{least}, {most}]")


def value_range(layer: Any, given: Any) -> list[float]:
    """The darkest and the brightest value that a pixel may have."""
    pair = _pair(given)
    if pair and pair[0] < pair[1]:
        return list(pair)
    needed = "value_range must be two different numbers, as (0, 255)"
    raise InvalidArgument(layer.where, needed, repr(given))


def _plain(factor: Any) -> Any:
    """A tensor or NumPy's number as Python's, which `1.0 - tf.sqrt(area)` is in tf.keras 2."""
    if isinstance(factor, (tuple, list)):
        return type(factor)(_plain(one) for one in factor)
    is_one = getattr(factor, "shape", None) == () and hasattr(factor, "item")
    return factor.item() if is_one else factor


def _pair(value: Any) -> Range | None:
    if isinstance(value, (tuple, list)) and len(value) == 2 and all(map(_is_number, value)):
        return min(value), max(value)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _refused(layer: Any, name: str, factor: Any, bounds: str) -> InvalidArgument:
    return InvalidArgument(
        layer.where, f"{name} must be a number {bounds}, or two of them", repr(factor)
    )
