"""Making words fit: measured with the very fonts that draw them, broken into lines, shrunk if need be."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
MEASURED_AT = 200  # pixels; widths grow in proportion
LEADING = 1.16  # from one baseline to the next, in sizes
CAPITALS = 0.71  # how tall a capital is, in sizes: that of Noto Sans and Noto Serif
WORDS_KEPT = 2048


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of text and the size, in pixels, at which they fit."""

    size: int
    lines: tuple[str, ...]

    def baselines(self, middle: float) -> list[tuple[float, str]]:
        """Each line with its baseline's height, for a block centred on a height, all in pixels."""
        first = middle + self.size * CAPITALS / 2 - self.size * LEADING * (len(self.lines) - 1) / 2
        return [
            (round(first + number * self.size * LEADING, 1), line) for number, line in enumerate(self.lines)
        ]


def fit(text: str, face: str, width: float, height: float, sizes: Iterable[int]) -> Fitted:
    """The text in the first of the sizes, the largest given first, at which it stays inside so many pixels.

    It is broken at spaces, and always at a line break. If even the last size is too large the rest is cut
    off with "…".
    """
    size, broken, room = 0, [""], 1
    for size in sizes:
        room = max(1, int(height / (size * LEADING)))
        broken = _broken(text, face, width, size)
        if len(broken) <= room and _fits(broken, face, width, size):
            return Fitted(size, tuple(_balanced(broken, text, face, width, size)))
    return Fitted(size, tuple(_cut(line, face, width, size) for line in broken[:room]))


def width_of(text: str, face: str, size: float) -> float:
    """The width in pixels of a text in a font of the folder ("NotoSans-Bold") at a size in pixels.

    Kerning left out, which can only make it narrower.
    """
    words = text.split(" ")
    whole = sum(_length(word, face) for word in words) + _length(" ", face) * (len(words) - 1)
    return whole * size / MEASURED_AT


@lru_cache(maxsize=WORDS_KEPT)
def _length(word: str, face: str) -> float:
    return _font(face).getlength(word)


@cache
def _font(face: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"{face}.ttf", MEASURED_AT, layout_engine=ImageFont.Layout.BASIC)


def _fits(lines: list[str], face: str, width: float, size: int) -> bool:
    return all(width_of(line, face, size) <= width for line in lines)


def _broken(text: str, face: str, width: float, size: int) -> list[str]:
    """As many words to a line as fit."""
    found = []
    for part in text.split("\n"):
        line, *words = part.split(" ")
        for word in words:
            if width_of(f"{line} {word}", face, size) > width:
                found.append(line)
                line = word
            else:
                line = f"{line} {word}"
        found.append(line)
    return found


def _balanced(broken: list[str], text: str, face: str, width: float, size: int) -> list[str]:
    """As many lines, but as even in length as can be: no last word alone."""
    narrower = broken
    while len(narrower) == len(broken) and _fits(narrower, face, width, size) and width > size:
        broken, width = narrower, width - size / 2
        narrower = _broken(text, face, width, size)
    return broken


def _cut(line: str, face: str, width: float, size: int) -> str:
    while len(line) > 1 and width_of(line, face, size) > width:
        line = line.rstrip("…")[:-1] + "…"
    return line
