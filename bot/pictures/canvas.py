"""A sheet to draw on: a light card that reads on Slack's light and dark ground alike.

Everything is measured in points. Shapes are drawn four times as fine and scaled down, as Pillow
does not smooth them; text is drawn last, at the final size.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL import Image, ImageFont

SCALE: Final = 2
"""Pixels of a point: sharp on fine screens, and small enough as a file."""
_FINE: Final = 2
"""How many times finer than pixels shapes are drawn."""

_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_NO_CHARACTER: Final = "\U0010ffff"
"""What no font has: it is drawn as the sign for what is missing."""
_TEST_PIXELS: Final = 24

PAPER: Final = "#FFFFFF"
EDGE: Final = "#DDDEE2"
INK: Final = "#1D1C1D"
QUIET: Final = "#616061"
FAINT: Final = "#A3A5AB"

Point = tuple[float, float]


@dataclass(frozen=True)
class _Text:
    at: Point
    text: str
    size: int
    color: str
    anchor: str


class Canvas:
    """A rounded card of `width` by `height` points."""

    def __init__(self, width: int, height: int) -> None:
        from PIL import Image, ImageDraw

        self.width, self.height = width, height
        fine = SCALE * _FINE
        self._sheet: Image.Image = Image.new("RGBA", (width * fine, height * fine), (0, 0, 0, 0))
        self._draw: Any = ImageDraw.Draw(self._sheet)
        self._texts: list[_Text] = []
        self.box((0.5, 0.5), (width - 0.5, height - 0.5), PAPER, edge=EDGE, radius=10)

    def box(
        self, top: Point, bottom: Point, fill: str, *, edge: str | None = None, radius: float = 0
    ) -> None:
        """A filled rectangle with round corners."""
        fine = SCALE * _FINE
        self._draw.rounded_rectangle(
            [self._at(top), self._at(bottom)],
            radius=radius * fine,
            fill=fill,
            outline=edge,
            width=fine if edge else 0,
        )

    def line(self, points: Sequence[Point], color: str, width: float = 1) -> None:
        """A line through points, with round joints."""
        places = [self._at(point) for point in points]
        self._draw.line(places, fill=color, width=round(width * SCALE * _FINE), joint="curve")

    def dot(self, at: Point, radius: float, color: str) -> None:
        """A filled circle."""
        x, y = at
        self._draw.ellipse(
            [self._at((x - radius, y - radius)), self._at((x + radius, y + radius))], fill=color
        )

    def text(
        self, at: Point, text: str, size: int = 13, color: str = INK, anchor: str = "la"
    ) -> None:
        """Text at a place; `anchor` as in Pillow: left, middle, right × ascender, middle, base."""
        self._texts.append(_Text(at, text, size, color, anchor))

    def png(self) -> bytes:
        """The picture as PNG."""
        from PIL import Image, ImageDraw

        size = (self.width * SCALE, self.height * SCALE)
        picture = self._sheet.resize(size, Image.Resampling.LANCZOS)
        draw: Any = ImageDraw.Draw(picture)
        for one in self._texts:
            x, y = one.at
            draw.text(
                (x * SCALE, y * SCALE),
                one.text,
                font=_font(one.size * SCALE),
                fill=one.color,
                anchor=one.anchor,
            )
        out = BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()

    def _at(self, point: Point) -> Point:
        return point[0] * SCALE * _FINE, point[1] * SCALE * _FINE


def fitted(text: str, size: int, width: float) -> str:
    """The text, cut with `…` to a width in points."""
    font = _font(size * SCALE)
    text = text[:400]
    if font.getlength(text) <= width * SCALE:
        return text
    while text and font.getlength(text + "…") > width * SCALE:
        text = text[:-1]
    return text.rstrip() + "…"


def drawable(text: str) -> bool:
    """Whether the font has a glyph for each character and they stand one after another.

    Scripts that run from right to left or whose characters change shape are not: without a
    library that sets them they would be wrong rather than missing.
    """
    return all(map(_has_glyph, unicodedata.normalize("NFC", text)))


@lru_cache(maxsize=4_096)
def _has_glyph(character: str) -> bool:
    if character.isspace():
        return True
    one_by_one = unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT
    if not one_by_one or unicodedata.category(character)[0] in "MC":
        return False
    return _drawn(character) != _drawn(_NO_CHARACTER)


def _drawn(character: str) -> tuple[tuple[int, int], bytes]:
    mask = _font(_TEST_PIXELS).getmask(character)
    return mask.size, bytes(mask)


@lru_cache(maxsize=16)
def _font(pixels: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, so that a picture looks the same on every machine."""
    from PIL import ImageFont

    return ImageFont.load_default(pixels)
