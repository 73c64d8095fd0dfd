"""Lettering: which fonts of this machine have the letters of a picture's names."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

OWN_FONT = "DejaVu Sans"  # matplotlib brings it: Latin, Greek, Cyrillic, Arabic, Hebrew, ...
SHAPED_SINCE = (3, 11)  # before, matplotlib drew no Arabic word joined, nor from right to left
PACKAGES = (
    ("fonts-noto-cjk", ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "FULLWIDTH")),
    ("fonts-hosny-amiri and matplotlib 3.11", ("ARABIC", "HEBREW", "SYRIAC", "THAANA")),
)
OTHER_SCRIPTS, SIGNS = "fonts-noto-core", "fonts-symbola"


def find_fonts(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Families of fonts that together have the letters of the names, matplotlib's own first.

    Args:
        names: as they will be drawn.

    Returns:
        What `fontfamily=` takes, and the names with a letter that no font here has.
    """
    missing = _lacking(_own_font(), _letters(names))
    if not missing:
        return [OWN_FONT], _unshaped(names)
    families = [OWN_FONT]
    for path in _other_fonts():
        try:
            font = _font(path)
            still = _lacking(font, missing)
        except (OSError, RuntimeError):  # a damaged one
            continue
        if len(still) < len(missing):
            families.append(_family(path, font))
            missing = still
        if not missing:
            break
    undrawn = [name for name in names if not missing.isdisjoint(name)]
    return families, undrawn or _unshaped(names)


def packages_for(names: Sequence[str]) -> str:
    """The packages of Debian and Ubuntu with fonts for these names, in words."""
    found = set()
    for letter in sorted(_lacking(_own_font(), _letters(names)) or _letters(names)):
        title = unicodedata.name(letter, "")
        known = (package for package, starts in PACKAGES if title.startswith(starts))
        other = SIGNS if unicodedata.category(letter) in ("So", "Sk") else OTHER_SCRIPTS
        if ord(letter) > 0x24F:
            found.add(next(known, other))
    return ", ".join(sorted(found)) or OTHER_SCRIPTS


def _letters(names: Sequence[str]) -> set[str]:
    """Those that a font must have: not spaces, and not signs that only change their neighbours."""
    return {letter for letter in "".join(names) if unicodedata.category(letter) not in UNDRAWN}


UNDRAWN = ("Zs", "Cf", "Mn")


def _unshaped(names: Sequence[str]) -> list[str]:
    """Names that run from right to left, where this matplotlib cannot draw them."""
    import matplotlib

    if tuple(map(int, matplotlib.__version__.split(".")[:2])) >= SHAPED_SINCE:
        return []
    return [
        name for name in names if any(unicodedata.bidirectional(one) in ("R", "AL") for one in name)
    ]


def _lacking(font: Any, letters: set[str]) -> set[str]:
    return {letter for letter in letters if not font.get_char_index(ord(letter))}


def _own_font() -> Any:
    from matplotlib.font_manager import findfont

    return _font(findfont(OWN_FONT))


def _other_fonts() -> list[str]:
    """Files of fonts, those without serifs and of usual weight first; no coloured ones."""
    from matplotlib.font_manager import findSystemFonts

    def rank(path: str) -> tuple[bool, bool, bool, str]:
        name = Path(path).name.lower()
        return "sans" not in name, "mono" in name, "regular" not in name, name

    return sorted((path for path in findSystemFonts() if "color" not in path.lower()), key=rank)


def _font(path: str) -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(path)


def _family(path: str, font: Any) -> str:
    """The family of a font; matplotlib knows it from here on, if it was installed only lately."""
    from matplotlib.font_manager import fontManager

    if all(one.name != font.family_name for one in fontManager.ttflist):
        fontManager.addfont(path)
    return font.family_name
