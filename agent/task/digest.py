"""The part of a report that tells what was said in the Mission's channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from agent.checks.words import plain
from agent.digest import LINKS, QUESTIONS, THREADS, Digest, digest
from agent.task.values import TaskInput
from missions.execution import Report, Step
from missions.ports import Clock
from missions.record import Record
from missions.said import CHANNEL, Heard, NotHeard, Said
from missions.schedule import past_instants

LEAST, MOST, OTHERWISE = timedelta(hours=1), timedelta(days=7), timedelta(days=1)
"""How far back a run looks: to the one before it in its timetable, within these bounds."""
SHOWN: Final = 120
"""Messages that a model gets to see, the latest ones."""
_INSTANTS = 3_000


class Listened(Record):
    """What was said since the run before, and when it was read."""

    heard: Heard
    since: datetime
    at: datetime

    @property
    def counted(self) -> Digest:
        """What code counts of it."""
        return digest(self.heard, self.since, self.at)


def listen(given: TaskInput, clock: Clock) -> tuple[Listened, Step] | None:
    """Read the channel, if the Task is granted to [X8]; NotHeard."""
    if CHANNEL not in given.task.tools:
        return None
    now = clock.now()
    since = _since(given, now)
    if given.listen is None:
        raise NotHeard("This worker cannot read channels.")
    listened = Listened(heard=given.listen(since), since=since, at=now)
    counted = listened.counted
    people = _counted(counted.people, "person", "people")
    step = Step(
        at=now,
        what="Read the Mission's channel",
        tool=CHANNEL,
        arguments={"since": f"{since:%Y-%m-%d %H:%M} UTC"},
        result=f"{_counted(counted.messages, 'message')} by {people}",
        duration_ms=max((clock.now() - now).total_seconds() * 1000, 0.0),
    )
    given.kept(step)
    return listened, step


def with_digest(given: TaskInput, report: Report, listened: Listened) -> Report:
    """The report with what was said: the most telling in its message, all of it in its text."""
    zone, counted = ZoneInfo(given.zone), listened.counted
    lines = (*report.lines, *_lines(counted, zone))
    headline = report.headline if report.results else _headline(counted, zone)
    told = "\n".join((headline, *_text(counted, zone)))
    return report.model_copy(
        update={"headline": headline, "lines": lines, "text": f"{report.text}\n{told}"}
    )


def said_lines(listened: Listened, zone_name: str) -> tuple[str, ...]:
    """The latest messages, a line each, for a model: data, to be fenced."""
    zone = ZoneInfo(zone_name)
    return tuple(
        f"{m.at.astimezone(zone):%a %H:%M} {plain(m.name, 60)}: {plain(m.text, 300)}"
        + (f" ({_replies(m)})" if m.replies else "")
        for m in listened.heard.messages[-SHOWN:]
    )


def _since(given: TaskInput, now: datetime) -> datetime:
    past = past_instants(given.task.trigger, now - MOST, now - LEAST, _INSTANTS)
    return max(past[-1], now - MOST) if past else now - OTHERWISE


def _headline(d: Digest, zone: ZoneInfo) -> str:
    since = f"since {_at(d.since, zone)}"
    if not d.messages:
        return f"Nobody wrote anything here {since}"
    more = " or more" if d.more else ""
    replies = f", with {_counted(d.replies, 'reply', 'replies')}" if d.replies else ""
    people = _counted(d.people, "person", "people")
    return f"{_counted(d.messages, 'message')}{more} by {people}{replies}, {since}"


def _lines(d: Digest, zone: ZoneInfo) -> list[str]:
    """At most four: what has most replies, what nobody answered, what was linked."""
    told = [f"{_replies(m)}: {_quoted(m, zone, 110)}" for m in d.threads[:2]]
    if d.questions:
        count = _counted(len(d.questions), "question")
        told.append(f"{count} without an answer, the first: {_quoted(d.questions[0], zone, 110)}")
    if d.links:
        hosts = ", ".join(plain(host, 60) for host, _ in d.hosts[:3])
        rest = f" and {len(d.hosts) - 3} more" if len(d.hosts) > 3 else ""
        told.append(f"{_counted(sum(n for _, n in d.links), 'link')}: {hosts}{rest}")
    return told


def _text(d: Digest, zone: ZoneInfo) -> list[str]:
    return [
        *_part("Threads", [f"{_replies(m)}: {_quoted(m, zone)}" for m in d.threads], THREADS),
        *_part("Questions without an answer", [_quoted(m, zone) for m in d.questions], QUESTIONS),
        *_part("Links", [f"{plain(url, 200)}{_times(n)}" for url, n in d.links], LINKS),
        *(["There was more than I read."] if d.more else []),
    ]


def _part(title: str, rows: Sequence[str], most: int) -> list[str]:
    if not rows:
        return []
    left = [f"- and {len(rows) - most} more"] if len(rows) > most else []
    return ["", f"{title}:", *(f"- {row}" for row in rows[:most]), *left]


def _quoted(message: Said, zone: ZoneInfo, most: int = 160) -> str:
    return f"“{plain(message.text, most)}” ({plain(message.name, 60)}, {_at(message.at, zone)})"


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def _replies(message: Said) -> str:
    by = f" by {_counted(message.people, 'person', 'people')}" if message.people else ""
    return f"{_counted(message.replies, 'reply', 'replies')}{by}"


def _at(instant: datetime, zone: ZoneInfo) -> str:
    there = instant.astimezone(zone)
    return f"{there:%a} {there.day} {there:%b %H:%M}"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
