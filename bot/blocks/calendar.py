"""A month of a Mission: what each day found, and what is to come [R7].

The drawn picture stands in the dialog (`slack_file`: a file of ours that is shared nowhere, so that
only who sees the dialog sees it [P1]). Until it is uploaded, and where Slack refuses it, the month
is a grid of text: a click has 3 seconds to open a dialog, less than an upload may take.

Every cell of the grid, weekdays included, begins with one sign: how wide a client draws it then
shifts all rows alike, and the columns stay straight.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Final

from bot import limits
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    context,
    mrkdwn,
    preformatted,
    section,
)
from bot.blocks.look import FINDING_SIGN, NOTES_SIGN, STATUS_SIGN, mission_line
from bot.blocks.records import Scope, View, chooser, records_view, said_below
from bot.mrkdwn import Mrkdwn, clip_plain, dots, label, lines, told
from missions.blueprint import Finding
from missions.execution import Status
from missions.mission import Mission
from missions.phrases import grouped, say
from missions.words import long_day_in_words, month_in_words, month_name

EMPTY: Final = "▫️"
PLANNED: Final = "🔹"
_HEAD: Final = "▪️"


class Mark(Enum):
    """What a day's runs came to, the gravest first; the value is the sign and its word's id."""

    CRITICAL = (FINDING_SIGN[Finding.CRITICAL], "word-critical")
    FAILED = (STATUS_SIGN[Status.FAILED], "word-failed")
    ATTENTION = (FINDING_SIGN[Finding.ATTENTION], "word-attention")
    GOOD = (FINDING_SIGN[Finding.ALL_GOOD], "word-all-good")
    NOTES = (NOTES_SIGN, "word-notes")
    RUNNING = (STATUS_SIGN[Status.RUNNING], "word-running")
    CANCELLED = (STATUS_SIGN[Status.CANCELLED], "word-cancelled")
    NOT_RUN = ("💤", "word-did-not-run")

    @property
    def sign(self) -> str:
        """One emoji."""
        return self.value[0]

    @property
    def words(self) -> str:
        """As in "3 attention"."""
        return say(self.value[1])


_FOUND: Final = {
    Finding.CRITICAL: Mark.CRITICAL,
    Finding.ATTENTION: Mark.ATTENTION,
    Finding.ALL_GOOD: Mark.GOOD,
}


def mark_of(status: Status, finding: Finding | None) -> Mark:
    """What an Execution counts as."""
    if status is Status.SUCCESS:
        return _FOUND[finding] if finding else Mark.NOTES
    return Mark[status.name]


@dataclass(frozen=True, slots=True)
class Day:
    """What a day holds: how many runs of each kind, and how many are to come."""

    day: date
    counts: Mapping[Mark, int] = field(default_factory=dict)
    planned: int = 0

    @property
    def worst(self) -> Mark | None:
        """The gravest of its results; None if nothing happened."""
        return next((mark for mark in Mark if self.counts.get(mark)), None)

    @property
    def sign(self) -> str:
        """One sign for the day."""
        if self.worst:
            return self.worst.sign
        return PLANNED if self.planned else EMPTY


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """All days of a month in the reader's zone, from the first on.

    `earlier` and `later` say whether the months beside it can hold anything.
    """

    mission: Mission
    days: tuple[Day, ...]
    today: date
    zone: str = "UTC"
    earlier: bool = True
    later: bool = True

    @property
    def first(self) -> date:
        """The first of the month."""
        return self.days[0].day

    def weeks(self) -> list[list[Day | None]]:
        """Rows of seven, Monday first; None where another month's days would be."""
        before: list[Day | None] = [None] * self.first.weekday()
        cells = [*before, *self.days]
        cells += [None] * (-len(cells) % 7)
        return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def calendar_view(facts: MonthFacts, picture: str | None = None, notice: str = "") -> View:
    """The month, the ways to other months and a day, and the days of more than one run.

    `picture` is Slack's id of the file that shows it; `notice` is what the click before led to.
    """
    mission = facts.mission
    blocks: list[Block] = [
        section(lines([mission_line(mission), Mrkdwn(f"*{month_in_words(facts.first)}*")])),
        _drawn(facts, picture) if picture else preformatted(grid(facts)),
        context(dots(legend(facts), told("days-in-zone", zone=label(facts.zone)))),
        actions(*_months(facts)),
        actions(*_ways(facts)),
        *said_below(notice),
        *_weeks(facts),
    ]
    return records_view(say("calendar"), [one for one in blocks if one.get("elements") != []])


def _drawn(facts: MonthFacts, file: str) -> Block:
    alt = clip_plain(twin(facts), limits.IMAGE_ALT_TEXT)
    return {"type": "image", "slack_file": {"id": file}, "alt_text": alt}


def twin(facts: MonthFacts) -> str:
    """What the picture shows, in words: the month, then a line per day that holds anything."""
    days = [_in_words(day) for day in facts.days if day.counts or day.planned]
    return "\n".join([f"{month_in_words(facts.first)}:", *(days or [say("month-empty")])])


def _in_words(day: Day) -> str:
    found = [f"{grouped(day.counts[mark])} {mark.words}" for mark in Mark if day.counts.get(mark)]
    coming = [say("to-come", n=grouped(day.planned))] if day.planned else []
    name = weekdays()[day.day.weekday()]
    return f"{name} {day.day.day}: {say('comma').join([*found, *coming])}"


def grid(facts: MonthFacts) -> list[str]:
    """The month in text, narrow enough for a phone: weekdays, then a line per week."""
    head = " ".join(f"{_HEAD}{name}" for name in weekdays())
    return [head, *(" ".join(map(_cell, week)).rstrip() for week in facts.weeks())]


def legend(facts: MonthFacts) -> Mrkdwn:
    """The month's totals by sign: what each sign means, where it occurs."""
    total = {mark: sum(day.counts.get(mark, 0) for day in facts.days) for mark in Mark}
    planned = sum(day.planned for day in facts.days)
    shown = [Mrkdwn(f"{m.sign} {grouped(count)} {m.words}") for m, count in total.items() if count]
    if planned:
        shown.append(Mrkdwn(f"{PLANNED} {say('to-come', n=grouped(planned))}"))
    return dots(*shown) if shown else told("month-empty")


def weekdays() -> list[str]:
    """The columns of the grid, Monday first."""
    return say("weekdays-short").split()


def month_of(text: str, otherwise: date) -> date:
    """The first of the month that a button's `2026-11` means."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return otherwise.replace(day=1)


def days_of(first: date) -> tuple[date, ...]:
    """All days of the month that begins on `first`."""
    _, count = calendar.monthrange(first.year, first.month)
    return tuple(first + timedelta(days=at) for at in range(count))


def _cell(day: Day | None) -> str:
    return f"{EMPTY}  " if day is None else f"{day.sign}{day.day.day:>2}"


def _weeks(facts: MonthFacts) -> list[Block]:
    """Two columns of weeks, with a line per day that was more than its sign in the grid says."""
    shown = []
    for week in facts.weeks():
        days = [_day_line(day) for day in week if day and sum(day.counts.values()) > 1]
        if days:
            shown.append(mrkdwn(lines(days), limits.SECTION_FIELD_TEXT))
    if not shown:
        return []
    return [{"type": "section", "fields": shown[: limits.SECTION_FIELDS]}]


def _day_line(day: Day) -> Mrkdwn:
    """`*Mo 23*  🟢 12 🔴 1 · 🔹 3`."""
    counts = [f"{mark.sign} {day.counts[mark]:,}" for mark in Mark if day.counts.get(mark)]
    coming = [f"{PLANNED} {day.planned:,}"] if day.planned else []
    name = weekdays()[day.day.weekday()]
    return Mrkdwn(f"*{name} {day.day.day}*  {'  '.join([*counts, *coming])}")


def _months(facts: MonthFacts) -> list[Element]:
    before = (facts.first - timedelta(days=1)).replace(day=1)
    after = (facts.first + timedelta(days=32)).replace(day=1)
    now = facts.today.replace(day=1)
    wanted = [
        (facts.earlier, before, f"‹ {month_name(before)}"),
        (now != facts.first, now, say("today")),
        (facts.later, after, f"{month_name(after)} ›"),
    ]
    return [
        button(text, ActionId.CALENDAR, _value(facts.mission, month), number=number)
        for number, (there, month, text) in enumerate(wanted, start=1)
        if there
    ]


def _ways(facts: MonthFacts) -> list[Element]:
    scope = Scope(facts.mission.id)
    filled = [day for day in facts.days if day.counts or day.planned]
    month = f"{facts.first:%Y-%m}"
    picture = Value(mission=facts.mission.id, extra=month)
    everything = Scope(facts.mission.id).value()
    ways = [
        button(say("all-executions"), ActionId.EXECUTIONS, everything, number=2),
        button(say("send-picture"), ActionId.CALENDAR_FILE, picture),
    ]
    if filled:
        options = [
            (f"{day.sign} {long_day_in_words(day.day)}", scope.first(day=day.day).value())
            for day in filled
        ]
        ways.insert(0, chooser(say("open-a-day"), ActionId.EXECUTIONS, options, number=1))
    return ways


def _value(mission: Mission, month: date) -> Value:
    return Value(mission=mission.id, extra=f"{month:%Y-%m}")
