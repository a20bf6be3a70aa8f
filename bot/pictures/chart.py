"""A line chart as a picture, where Slack does not draw one [R1 R5]."""

from __future__ import annotations

import math
from typing import Final
from zoneinfo import ZoneInfo

from bot.blocks.charts import LINES, POINTS, Chart, instants, number, title_of
from bot.mrkdwn import plain_line
from bot.pictures.canvas import EDGE, INK, QUIET, Canvas, fitted
from bot.pictures.fonts import drawable

COLORS: Final = ("#1264A3", "#B77900", "#1F8A4C", "#9B2C8A", "#C9252D", "#3B3F46")
WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 64.0, 24.0, 56.0, 64.0
_TICKS: Final = 4
_LABELS: Final = 6


def draw_chart(chart: Chart, zone: str) -> bytes:
    """The chart as a PNG: its last 20 points, 6 lines at most."""
    canvas = Canvas(WIDTH, HEIGHT)
    title = plain_line(title_of(chart), 200)
    if drawable(title):  # else it stands in the message alone
        canvas.text((24, 18), fitted(title, 17, WIDTH - 48), 17)
    shown = [line.values[-POINTS:] for line in chart.lines[:LINES]]
    ticks = _ticks(min(map(min, shown)), max(map(max, shown)))
    low, high = ticks[0], ticks[-1]
    for value in ticks:
        y = _y(value, low, high)
        canvas.line([(LEFT, y), (WIDTH - RIGHT, y)], EDGE)
        canvas.text((LEFT - 8, y), number(value), 11, QUIET, "rm")
    labels = instants(chart.at[-POINTS:], ZoneInfo(zone))
    step = max(1, math.ceil(len(labels) / _LABELS))
    for at in range(0, len(labels), step):
        canvas.text((_x(at, len(labels)), HEIGHT - BOTTOM + 10), labels[at], 11, QUIET, "ma")
    for color, values in zip(COLORS, shown, strict=False):
        places = [(_x(at, len(values)), _y(v, low, high)) for at, v in enumerate(values)]
        canvas.line(places, color, 2)
        for place in places:
            canvas.dot(place, 2.6, color)
    _names(canvas, chart)
    return canvas.png()


def line_names(chart: Chart) -> tuple[str, ...]:
    """What each line is called in the picture: its number, where its name cannot be drawn."""
    names = [plain_line(line.name, 100) for line in chart.lines[:LINES]]
    return tuple(
        name if drawable(name) else f"Line {number}" for number, name in enumerate(names, start=1)
    )


def _names(canvas: Canvas, chart: Chart) -> None:
    shown = line_names(chart)
    room = (WIDTH - 48) / len(shown)
    for column, (color, name) in enumerate(zip(COLORS, shown, strict=False)):
        x = 24 + column * room
        canvas.dot((x + 4, HEIGHT - 20), 4, color)
        canvas.text((x + 13, HEIGHT - 20), fitted(name, 12, room - 24), 12, INK, "lm")


def _ticks(low: float, high: float) -> list[float]:
    """Round values that enclose all, from zero where they are not far from it."""
    if low >= 0 and low < high * 0.6:
        low = 0.0
    if low == high:
        low, high = low - 1, high + 1
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in (1, 2, 2.5, 5, 10) if nice * power >= rough)
    first = math.floor(low / step)
    return [at * step for at in range(first, math.ceil(high / step) + 1)]


def _x(at: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * at / max(count - 1, 1)


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)
