"""The part of a report that tells what was said in the Mission's channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from agent.checks.words import plain
from agent.digest import LINKS, QUESTIONS, THREADS, Digest, digest
from agent.task.values import TaskInput
from missions.execution import Moment, Report, Step
from missions.phrases import names, say
from missions.ports import Clock
from missions.record import Record
from missions.recorded import kept
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
        raise NotHeard(kept("rec-cannot-hear"))
    listened = Listened(heard=given.listen(since), since=since, at=now)
    counted = listened.counted
    people = say("heard-people", counted.people)
    step = Step(
        at=now,
        what=say("did-listen"),
        tool=CHANNEL,
        arguments={"since": f"{since:%Y-%m-%d %H:%M} UTC"},
        result=f"{say('heard-messages', counted.messages)}, {people}",
        duration_ms=max((clock.now() - now).total_seconds() * 1000, 0.0),
        size=sum(len(message.text.encode()) for message in listened.heard.messages),
    )
    given.kept(step)
    return listened, step


def with_digest(given: TaskInput, report: Report, listened: Listened) -> Report:
    """The report with what was said: the most telling in its message, all of it in its text."""
    zone, counted = ZoneInfo(given.zone), listened.counted
    lines = (*report.lines, *_lines(counted, zone))
    headline = report.headline if report.results else _headline(counted, zone)
    told = "\n".join((headline, *_text(counted, zone)))
    said = {"headline": headline, "lines": lines, "text": f"{report.text}\n{told}"}
    return report.model_copy(update={**said, "times": _times(counted, zone)})


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
    since = _at(d.since, zone)
    if not d.messages:
        return say("heard-nothing", since=since)
    messages = say("heard-messages-more" if d.more else "heard-messages", d.messages)
    said = {"messages": messages, "people": say("heard-people", d.people), "since": since}
    if d.replies:
        return say("heard-summary-replies", **said, replies=say("heard-replies", d.replies))
    return say("heard-summary", **said)


def _lines(d: Digest, zone: ZoneInfo) -> list[str]:
    """At most four: what has most replies, what nobody answered, what was linked."""
    told = [f"{_replies(m)}: {_quoted(m, zone, 110)}" for m in d.threads[:2]]
    if d.questions:
        first = _quoted(d.questions[0], zone, 110)
        told.append(say("heard-unanswered", len(d.questions), quoted=first))
    if d.links:
        hosts = say("comma").join(plain(host, 60) for host, _ in d.hosts[:3])
        if len(d.hosts) > 3:
            hosts = say("heard-and-more", some=hosts, n=len(d.hosts) - 3)
        told.append(say("heard-links", sum(n for _, n in d.links), hosts=hosts))
    return told


def _text(d: Digest, zone: ZoneInfo) -> list[str]:
    links = [say("heard-times", n, what=plain(url, 200)) for url, n in d.links]
    return [
        *_part("heard-threads", [f"{_replies(m)}: {_quoted(m, zone)}" for m in d.threads], THREADS),
        *_part("heard-questions", [_quoted(m, zone) for m in d.questions], QUESTIONS),
        *_part("heard-links-title", links, LINKS),
        *([say("heard-more")] if d.more else []),
    ]


def _part(title: str, rows: Sequence[str], most: int) -> list[str]:
    if not rows:
        return []
    left = [f"- {say('heard-rest', len(rows) - most)}"] if len(rows) > most else []
    return ["", f"{say(title)}:", *(f"- {row}" for row in rows[:most]), *left]


def _quoted(message: Said, zone: ZoneInfo, most: int = 160) -> str:
    text, who = plain(message.text, most), plain(message.name, 60)
    return say("heard-quoted", text=text, who=who, when=_at(message.at, zone))


def _times(d: Digest, zone: ZoneInfo) -> tuple[Moment, ...]:
    """The instants that it tells of, by the words in which it does."""
    told = (d.since, *(m.at for m in d.threads), *(m.at for m in d.questions))
    return tuple(Moment(words=w, at=at) for w, at in {_at(at, zone): at for at in told}.items())


def _replies(message: Said) -> str:
    replies = say("heard-replies", message.replies)
    if not message.people:
        return replies
    return say("heard-replies-by", replies=replies, people=say("heard-people", message.people))


def _at(instant: datetime, zone: ZoneInfo) -> str:
    there = instant.astimezone(zone)
    day = names("days", "abbreviated")[there.isoweekday() % 7]
    month = names("months", "abbreviated")[there.month - 1]
    return f"{say('date', weekday=day, day=there.day, month=month)} {there:%H:%M}"
