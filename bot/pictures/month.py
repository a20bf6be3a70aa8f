"""The calendar of a month as a picture [R7]."""

from __future__ import annotations

from typing import Final

from bot.blocks.calendar import Day, Mark, MonthFacts, weekdays
from bot.mrkdwn import plain_line
from bot.pictures.canvas import EDGE, INK, PAPER, QUIET, Canvas, fitted
from bot.pictures.fonts import drawable
from missions.phrases import grouped, say
from missions.words import month_in_words

COLORS: Final = {
    Mark.CRITICAL: ("#FDE7E9", "#C9252D"),
    Mark.FAILED: ("#F6E5F3", "#9B2C8A"),
    Mark.ATTENTION: ("#FFF3D6", "#B77900"),
    Mark.GOOD: ("#E3F5EA", "#1F8A4C"),
    Mark.NOTES: ("#EFE9FB", "#5B3FA8"),
    Mark.RUNNING: ("#E5F0FB", "#1264A3"),
    Mark.CANCELLED: ("#EFEFF1", "#616061"),
    Mark.NOT_RUN: ("#EFEFF1", "#7C7F86"),
}
"""Ground and ink of each kind of day: dark on light, so that they differ without colour too."""
COMING: Final = "#1264A3"
WIDTH: Final = 760
CELL: Final = (102, 92)
LEFT: Final = 23
TOP: Final = 104
FOOT: Final = 44
TEXT: Final = 14
LINE: Final = 18
"""Size and distance of what a day says: a dialog shows the picture at two thirds of its size."""
_TOLD: Final = 3


def draw_month(facts: MonthFacts) -> bytes:
    """The month as a PNG: a cell per day, tinted by its gravest result, with its counts [C9]."""
    weeks = facts.weeks()
    canvas = Canvas(WIDTH, TOP + len(weeks) * CELL[1] + FOOT)
    canvas.text((LEFT, 20), month_in_words(facts.first), 26)
    name, under = plain_line(facts.mission.name, 200), 22
    if drawable(name):  # else it stands in the message alone
        canvas.text((WIDTH - LEFT, 22), fitted(name, 16, 380), 16, INK, "ra")
        under = 46
    canvas.text((WIDTH - LEFT, under), plain_line(facts.mission.id, 20), 13, QUIET, "ra")
    for column, weekday in enumerate(weekdays()):
        canvas.text((LEFT + column * CELL[0] + 4, TOP - 24), weekday, 15, QUIET)
    for row, week in enumerate(weeks):
        for column, day in enumerate(week):
            if day:
                _cell(canvas, LEFT + column * CELL[0], TOP + row * CELL[1], day, facts)
    _legend(canvas, facts)
    return canvas.png()


def _cell(canvas: Canvas, x: float, y: float, day: Day, facts: MonthFacts) -> None:
    ground = COLORS[day.worst][0] if day.worst else PAPER
    today = day.day == facts.today
    edge = INK if today else EDGE
    right, bottom = x + CELL[0] - 6, y + CELL[1] - 6
    canvas.box((x, y), (right, bottom), ground, edge=edge, radius=6)
    canvas.text((x + 8, y + 6), str(day.day.day), 17, INK if day.counts or today else QUIET)
    lines = [
        (COLORS[mark][1], f"{grouped(day.counts[mark])} {_word(mark)}")
        for mark in Mark
        if day.counts.get(mark)
    ]
    if day.planned:
        lines.append((COMING, say("to-come", n=grouped(day.planned))))
    shown = lines if len(lines) <= _TOLD else lines[: _TOLD - 1]
    for number, (color, text) in enumerate(shown):
        at = y + 31 + number * LINE
        canvas.dot((x + 11, at + 8), 3, color)
        canvas.text((x + 18, at), fitted(text, TEXT, CELL[0] - 26), TEXT, color)
    if len(shown) < len(lines):
        more = say("and-left", len(lines) - len(shown))
        at = y + 31 + len(shown) * LINE
        canvas.text((x + 8, at), fitted(more, TEXT, CELL[0] - 16), TEXT, QUIET)


def _word(mark: Mark) -> str:
    return say("word-not-run") if mark is Mark.NOT_RUN else mark.words


def _legend(canvas: Canvas, facts: MonthFacts) -> None:
    runs = sum(sum(day.counts.values()) for day in facts.days)
    planned = sum(day.planned for day in facts.days)
    zone = plain_line(facts.zone, 60)
    said = say("picture-legend", runs=say("runs", runs), n=grouped(planned), zone=zone)
    canvas.text((LEFT, canvas.height - 30), fitted(said, 14, WIDTH - 2 * LEFT), 14, QUIET)
