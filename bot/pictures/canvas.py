"""A sheet to draw on: a light card that reads on Slack's light and dark ground alike.

Everything is measured in points. Shapes are drawn four times as fine and scaled down, as Pillow
does not smooth them; text is drawn last, at the final size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from bot.pictures.fonts import font, parts, width

if TYPE_CHECKING:
    from PIL import Image

SCALE: Final = 2
"""Pixels of a point: sharp on fine screens, and small enough as a file."""
_FINE: Final = 2
"""How many times finer than pixels shapes are drawn."""

_ASCENT: Final = {"a": 1.0, "m": 0.375}
"""How far the line on which letters stand is below the place that an anchor names, in sizes of the
text: the same for every face, so that parts of one text stand on one line."""
_BEFORE: Final = {"l": 0.0, "m": 0.5, "r": 1.0}
"""How much of a text's width is left of its place."""

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
        """Text at a place; `anchor` as in Pillow: left, middle, right × ascender, middle."""
        self._texts.append(_Text(at, text, size, color, anchor))

    def png(self) -> bytes:
        """The picture as PNG."""
        from PIL import Image, ImageDraw

        size = (self.width * SCALE, self.height * SCALE)
        picture = self._sheet.resize(size, Image.Resampling.LANCZOS)
        draw: Any = ImageDraw.Draw(picture)
        for one in self._texts:
            _set(draw, one)
        out = BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()

    def _at(self, point: Point) -> Point:
        return point[0] * SCALE * _FINE, point[1] * SCALE * _FINE


def _set(draw: Any, one: _Text) -> None:
    """Draw a text, part by part."""
    pixels, across, down = one.size * SCALE, one.anchor[0], one.anchor[1]
    x = one.at[0] * SCALE - _BEFORE[across] * width(one.text, pixels)
    y = one.at[1] * SCALE + _ASCENT[down] * pixels
    for face, part in parts(one.text):
        drawn_with = font(face, pixels)
        draw.text((x, y), part, font=drawn_with, fill=one.color, anchor="ls")
        x += drawn_with.getlength(part)


def fitted(text: str, size: int, room: float) -> str:
    """The text, cut with `…` to a width in points."""
    text = text[:400]
    if width(text, size * SCALE) <= room * SCALE:
        return text
    while text and width(text + "…", size * SCALE) > room * SCALE:
        text = text[:-1]
    return text.rstrip() + "…"
