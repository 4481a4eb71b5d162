"""Letters of any script in figures.

A figure's letters stay text, which its reader sees in fonts of their own. Fonts of this machine
only tell how much room they take, as far as it has some that hold them.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

_LOG = logging.getLogger("matplotlib.font_manager")
_BOXES = "Last Resort"  # has a box for every letter


@contextmanager
def measure_letters(figure: Figure) -> Iterator[None]:
    """While a figure is laid out, its letters have fonts; those that have none get a usual room."""
    for text in figure.findobj(Text):
        if isinstance(text, Text) and not text.get_text().isascii():
            own = text.get_fontfamily()
            text.set_fontfamily(list(dict.fromkeys([*own, *_find_fonts(text.get_text())])))
    level = _LOG.level
    _LOG.setLevel(logging.ERROR)  # it tells that a font has no such weight
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
            yield
    finally:
        _LOG.setLevel(level)


def _find_fonts(text: str) -> Iterator[str]:
    """Families that together have the letters of a text which the usual font lacks."""
    usual = get_font(findfont(FontProperties()))
    for letter in dict.fromkeys(text):
        if letter.isprintable() and not usual.get_char_index(ord(letter)):
            family = find_font(letter)
            if family:
                yield family


@cache
def find_font(letter: str) -> str | None:
    """A family of this machine that has a letter, if one has."""
    return next((font.name for font in _list_fonts() if _has(font, letter)), None)


@cache
def _list_fonts() -> tuple[FontEntry, ...]:
    """The upright fonts of this machine, in the order of their names."""
    fonts = (font for font in fontManager.ttflist if not font.name.startswith(_BOXES))
    return tuple(sorted(fonts, key=lambda font: (font.style != "normal", font.name, font.fname)))


def _has(font: FontEntry, letter: str) -> bool:
    return bool(get_font(font.fname).get_char_index(ord(letter)))
