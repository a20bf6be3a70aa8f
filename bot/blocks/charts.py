"""Series as charts: a block where Slack takes one, and always the same in words [R1 R5].

Two limits shape them: 20 points to a line (Slack), and one point of each line per category, so
that only what was measured together is drawn together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import takewhile
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from bot import limits
from bot.blocks.elements import Block
from bot.blocks.layout import Message
from bot.mrkdwn import NOTHING, Mrkdwn, dots, label, plain_line, told
from missions.phrases import grouped, names, say
from missions.words import decimal

CHART: Final = "data_visualization"
LINES: Final = 6
"""Lines of a chart; older pages of Slack's say that it takes no more."""
POINTS: Final = limits.CHART_CATEGORIES
_WORDS: Final = 3
"""Lines that are told in words; of more only the number."""
_BARS: Final = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line: what it is, and a value for each of the chart's instants."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over the same instants, the oldest first; at least two instants, one line."""

    title: str
    unit: str
    at: tuple[datetime, ...]
    lines: tuple[ChartLine, ...]


def chart_block(chart: Chart, zone: str) -> Block:
    """Slack's own line chart: 20 points, 6 lines with different names."""
    labels = instants(chart.at[-POINTS:], ZoneInfo(zone))
    shown = chart.lines[:LINES]
    names = _different(_telling([line.name for line in shown]))
    series = [
        {
            "name": name,
            "data": [
                {"label": text, "value": value}
                for text, value in zip(labels, line.values[-POINTS:], strict=True)
            ],
        }
        for name, line in zip(names, shown, strict=True)
    ]
    unit = plain_line(chart.unit, limits.CHART_AXIS_LABEL)
    axis = {"categories": labels, **({"y_label": unit} if unit else {})}
    return {
        "type": CHART,
        "title": plain_line(title_of(chart), limits.CHART_TITLE) or NOTHING,
        "chart": {"type": "line", "series": series, "axis_config": axis},
    }


def without_charts(message: Message) -> Message:
    """The message as a Slack that knows no charts takes it; the words stay."""
    kept = tuple(block for block in message.blocks if block["type"] != CHART)
    return replace(message, blocks=kept)


def chart_words(chart: Chart, *, drawn: bool = False) -> Mrkdwn:
    """The chart in words: `Response time  Health ▁▂▇▁ now 120 ms · min 80 · …`.

    Beside the chart itself (`drawn`) its title and bars would be said twice.
    """
    each = zip(_telling([line.name for line in chart.lines]), chart.lines, strict=True)
    shown = [_line_words(chart, name, line, drawn) for name, line in each][:_WORDS]
    left = len(chart.lines) - len(shown)
    more = [told("chart-more", left)] if left else []
    head = "" if drawn else f"📈 *{label(chart.title, 60)}*  "
    return Mrkdwn(head + "\n".join([*shown, *more]))


def sparkline(values: tuple[float, ...]) -> str:
    """The course of values as bars: the lowest `▁`, the highest `█`; level ones in the middle."""
    low, high = min(values), max(values)
    if low == high:
        return _BARS[3] * len(values)
    steps = len(_BARS) - 1
    return "".join(_BARS[round((value - low) / (high - low) * steps)] for value in values)


def instants(at: tuple[datetime, ...], zone: tzinfo) -> list[str]:
    """Different labels (20 characters): the clock within a day, else with the date."""
    local = [one.astimezone(zone) for one in at]
    one_day = len({one.date() for one in local}) == 1
    days = len({one.date() for one in local}) == len(local)
    if days:
        texts = [_day(one) for one in local]
    else:
        texts = [f"{one:%H:%M}" if one_day else f"{_day(one)} {one:%H:%M}" for one in local]
        if one_day and len(set(texts)) < len(texts):
            texts = [f"{one:%H:%M:%S}" for one in local]
    return _different(texts)


def _day(one: datetime) -> str:
    return say("chart-day", day=one.day, month=names("months", "abbreviated")[one.month - 1])


def title_of(chart: Chart) -> str:
    """`Response time (ms)`."""
    return f"{chart.title} ({chart.unit})" if chart.unit else chart.title


def number(value: float) -> str:
    """A value for people: `480`, `12,400`, `0.93`."""
    if value == int(value) or abs(value) >= 100:
        return grouped(round(value))
    return decimal(f"{value:.3g}")


def _line_words(chart: Chart, name: str, line: ChartLine, drawn: bool) -> Mrkdwn:
    values = line.values[-POINTS:]
    unit = f" {label(chart.unit, 20)}" if chart.unit else ""
    now = told("chart-now", value=Mrkdwn(f"{number(values[-1])}{unit}"))
    bars = "" if drawn else f"  {sparkline(values)}"
    return dots(
        Mrkdwn(f"{label(name, 60)}{bars}  {now}"),
        told("chart-min", value=Mrkdwn(number(min(values)))),
        told("chart-median", value=Mrkdwn(number(median(values)))),
        told("chart-max", value=Mrkdwn(number(max(values)))),
    )


def _telling(names: list[str]) -> list[str]:
    """The names without what all of them begin with, up to a word or a step of a path.

    Of `GET shop.example/cart` and `GET shop.example/pay` a chart would show the same beginning.
    """
    if len(names) == 1:
        return [_path_of(names[0])]
    if len(set(names)) < 2:
        return names
    pairs = zip(min(names), max(names), strict=False)  # what these two share, all share
    same = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    cut = max(same.rfind("/"), same.rfind(" ") + 1)
    return [name[cut:] for name in names]


def _path_of(name: str) -> str:
    """`/health` of `GET shop.example/health`; what names no path stays."""
    method, _, rest = name.partition(" ")
    at = rest.find("/")
    return rest[at:] if method.isupper() and at > 0 and " " not in rest else name


def _different(names: list[str]) -> list[str]:
    """The names, cut to what a chart takes (20 characters) and told apart by a number."""
    found: list[str] = []
    for name in names:
        short, number = plain_line(name, limits.CHART_LABEL) or NOTHING, 1
        while short in found:
            number += 1
            short = f"{plain_line(name, limits.CHART_LABEL - 4) or NOTHING} {number}"
        found.append(short)
    return found
