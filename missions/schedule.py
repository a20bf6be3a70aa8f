"""When Tasks are due: coming instants, and what to do with one that is due now [B3 B5 S4]."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from missions.blueprint import (
    CronTrigger,
    EventTrigger,
    OnceTrigger,
    Trigger,
)
from missions.calendar import utc, zone
from missions.cron import Cron, Tally, next_occurrence, occurrences, tally
from missions.leftout import LeftOut, left_out_by
from missions.timetable import Plan, Timed

CATCH_UP_MIN = timedelta(minutes=2)
CATCH_UP_MAX = timedelta(hours=2)
"""A missed run is made up if missed by less than half the period, within these bounds [B3]."""

PUNCTUAL = timedelta(seconds=30)
"""What starts within this time is not late, also when nothing is to be made up."""

FAR = timedelta(days=366 * 12)
"""How far ahead coming instants are looked for; no accepted expression pauses longer."""


SPANS = 400
"""How many spans that are left out are looked over for the next run: a year of nights, and more."""

MOMENT = timedelta(microseconds=1)
"""The smallest step of an instant: where a bound is not to be counted itself."""


def next_instant(trigger: Trigger, after: datetime) -> datetime | None:
    """The next instant (UTC) strictly later than `after`, or None."""
    if isinstance(trigger, OnceTrigger):
        return trigger.at.astimezone(UTC) if trigger.at > after else None
    if isinstance(trigger, EventTrigger):
        return None
    return next_occurrence(*_cron(trigger), after)


def past_instants(
    trigger: Trigger, first: datetime, last: datetime, most: int
) -> tuple[datetime, ...]:
    """The instants (UTC) from `first` to `last`, both included, oldest first, at most so many.

    An Event Rule has none: what happened cannot be made to happen again.
    """
    if isinstance(trigger, EventTrigger):
        return ()
    if isinstance(trigger, OnceTrigger):
        return (trigger.at.astimezone(UTC),) if first <= trigger.at <= last else ()
    before = first - timedelta(microseconds=1)
    return tuple(occurrences(*_cron(trigger), before, last, most))


def due_between(trigger: CronTrigger, after: datetime, until: datetime) -> int:
    """How many instants lie in (`after`, `until`], counted by the day, not enumerated."""
    found = _tallied(trigger, after, until)
    return found.count if found else 0


def catch_up_window(trigger: Trigger, due: datetime) -> timedelta:
    """How late an occurrence may still start [B3]; of a Once Task or an Event Rule two hours."""
    if isinstance(trigger, OnceTrigger | EventTrigger):
        return CATCH_UP_MAX
    return _window_before(due, _following(trigger, due))


def _window_before(due: datetime, coming: datetime) -> timedelta:
    return min(max((coming - due) / 2, CATCH_UP_MIN), CATCH_UP_MAX)


def window_of(task: Timed, due: datetime) -> timedelta:
    """How late a Task's occurrence may still start: as its strategy says, else by its trigger."""
    own = own_window(task)
    return catch_up_window(task.trigger, due) if own is None else own


def own_window(task: Timed) -> timedelta | None:
    """The window that the Task's strategy sets, if it sets one; no machine acts in no time."""
    own = task.strategy.catch_up_seconds
    return None if own is None else max(timedelta(seconds=own), PUNCTUAL)


def excluded(plan: Plan, task: Timed, at: datetime) -> bool:
    """Whether an instant falls on a time that is left out of a Task [B5]."""
    return left_out_by(plan, task).holding(at) is not None


def coming_instants(plan: Plan, task: Timed, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next `count` instants that are not left out of a Task, strictly later than `after`.

    Fewer, if so many spans in a row hold all of them that most likely none is ever kept.
    """
    left, spans = left_out_by(plan, task), 0
    found: list[datetime] = []
    while len(found) < count and spans < SPANS and (at := next_instant(task.trigger, after)):
        after = at
        if span := left.holding(at):
            after = max(at, span[1] - MOMENT)
            spans += 1
        else:
            found.append(at)
            spans = 0
    return tuple(found)


@dataclass(frozen=True)
class Missed:
    """Occurrences that followed one another and are not run [S1]."""

    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Settlement:
    """What becomes of a Task whose instant has come: what to run, what was missed, when next.

    `left_out` are stretches of missed ones on days that the plan leaves out: they were never to
    run, and count as skipped. So does what was due while the Task was `paused` alone. `known` is
    one that needs no row: the ledger has it.
    """

    run: datetime | None
    missed: Missed | None
    next: datetime | None
    left_out: tuple[Missed, ...] = ()
    known: datetime | None = None
    paused: Missed | None = None

    @property
    def settled(self) -> datetime | None:
        """The latest instant that this settles."""
        stretches = (self.missed, self.paused, *self.left_out)
        ends = (self.run, self.known, *(s.last for s in stretches if s))
        return max(filter(None, ends), default=None)


def settle(
    trigger: Trigger, due: datetime, now: datetime, window: timedelta | None = None
) -> Settlement:
    """Decide for an armed instant `due` that is not later than `now`.

    After an outage several instants lie between the two: the last one is run if it is within the
    catch-up window (by default the trigger's own), the others are missed. The next one is strictly
    later than now.
    """
    if isinstance(trigger, CronTrigger) and (coming := _following(trigger, due)) > now:
        if now - due <= (_window_before(due, coming) if window is None else window):
            return Settlement(run=due, missed=None, next=coming)
        return Settlement(run=None, missed=Missed(1, due, due), next=coming)
    return _settle_late(trigger, due, now, window)


def _settle_late(
    trigger: Trigger, due: datetime, now: datetime, window: timedelta | None
) -> Settlement:
    """The same when further instants may lie between the two."""
    count, last, coming = 1, due, None
    if isinstance(trigger, CronTrigger):
        if later := _tallied(trigger, due, now):
            count, last = 1 + later.count, later.last
        coming = _following(trigger, last)
    if now - last <= (catch_up_window(trigger, last) if window is None else window):
        missed = None if count == 1 else Missed(count - 1, due, _before(trigger, last))
        return Settlement(run=last, missed=missed, next=coming)
    return Settlement(run=None, missed=Missed(count, due, last), next=coming)


def stretch(trigger: Trigger, due: datetime, until: datetime) -> Missed:
    """The instants from `due`, which is one, to `until`."""
    later = _tallied(trigger, due, until) if isinstance(trigger, CronTrigger) else None
    return Missed(1 + later.count, due, later.last) if later else Missed(1, due, due)


def spared(
    plan: Plan, task: Timed, settlement: Settlement, now: datetime, window: timedelta | None
) -> Settlement:
    """The settlement without what is left out, which is neither run nor missed [B5 S1].

    If the last instant is left out, the last one that is not is run, within its window.
    """
    left, trigger = left_out_by(plan, task), task.trigger
    if not left:
        return settlement
    run, missed = settlement.run, settlement.missed
    leaves_run = run is not None and left.holding(run) is not None
    if not (missed or leaves_run):
        return settlement
    first = missed.first if missed else run
    last = missed.last if missed and not leaves_run else run
    if first is None or last is None:
        return settlement
    all_of = Missed((missed.count if missed else 0) + leaves_run, first, last)
    left_out = _left_out_of(left, trigger, all_of)
    rest = _rest(left, trigger, all_of, left_out)
    if not leaves_run:
        return replace(settlement, missed=rest, left_out=left_out)
    kept = rest.last if rest else None
    if kept and now - kept <= (catch_up_window(trigger, kept) if window is None else window):
        return replace(
            settlement, run=kept, missed=_without_last(left, trigger, rest), left_out=left_out
        )
    return replace(settlement, run=None, missed=rest, left_out=left_out)


def _left_out_of(left: LeftOut, trigger: Trigger, all_of: Missed) -> tuple[Missed, ...]:
    if isinstance(trigger, CronTrigger):
        return tuple(_stretches_left_out(left, trigger, all_of))
    return (all_of,) if left.holding(all_of.first) else ()


def _rest(
    left: LeftOut, trigger: Trigger, all_of: Missed, left_out: tuple[Missed, ...]
) -> Missed | None:
    """What is not left out of a stretch."""
    count = all_of.count - sum(each.count for each in left_out)
    if not count:
        return None
    if not isinstance(trigger, CronTrigger):
        return all_of
    first = _first_kept(left, trigger, all_of.first, all_of.last)
    return Missed(count, first, _last_kept(left, trigger, all_of))


def _without_last(left: LeftOut, trigger: Trigger, rest: Missed | None) -> Missed | None:
    """A stretch that is not left out without its last instant."""
    if rest is None or rest.count == 1 or not isinstance(trigger, CronTrigger):
        return None
    before = Missed(rest.count - 1, rest.first, _before(trigger, rest.last))
    return replace(before, last=_last_kept(left, trigger, before))


def without_first(left: LeftOut, trigger: Trigger, of: Missed) -> Missed | None:
    """A stretch of missed occurrences without its first one."""
    if of.count == 1:
        return None
    first = next_instant(trigger, of.first)
    if first and not left.holding(of.first):
        first = _first_kept(left, trigger, first, of.last)
    return Missed(of.count - 1, first, of.last) if first else None


def _stretches_left_out(left: LeftOut, trigger: CronTrigger, missed: Missed) -> Iterator[Missed]:
    """What was due in each span that is left out, oldest first."""
    for begin, end in left.between(missed.first, missed.last):
        after = max(missed.first, begin) - MOMENT
        until = min(missed.last, end - MOMENT)
        found = _tallied(trigger, after, until) if until > after else None
        if found:
            yield Missed(found.count, found.first, found.last)


def _first_kept(left: LeftOut, trigger: Trigger, first: datetime, last: datetime) -> datetime:
    """The first instant from `first`, which is one, to `last` that is not left out, if any is."""
    at = first
    while span := left.holding(at):
        coming = next_instant(trigger, span[1] - MOMENT)
        if coming is None or coming > last:
            return first
        at = coming
    return at


def _last_kept(left: LeftOut, trigger: CronTrigger, missed: Missed) -> datetime:
    """The last missed instant that is not left out; there is one."""
    last = missed.last
    while span := left.holding(last):
        found = _tallied(trigger, missed.first - MOMENT, span[0] - MOMENT)
        if found is None:
            break
        last = found.last
    return last


def _before(trigger: Trigger, last: datetime) -> datetime:
    """The instant before `last` of a trigger that has one within the longest window looked at."""
    if isinstance(trigger, OnceTrigger | EventTrigger):
        return last
    span = timedelta(hours=1)
    while span < FAR:
        found = _tallied(trigger, last - span, last - MOMENT)
        if found:
            return found.last
        span *= 8
    return last


def _following(trigger: CronTrigger, due: datetime) -> datetime:
    """The instant after `due`; Tasks that are due at once often have the same timetable."""
    return _next_of(trigger.cron, trigger.zone, due)


@lru_cache(maxsize=4096)
def _next_of(text: str, zone_name: str, due: datetime) -> datetime:
    return next_occurrence(_parsed(text), zone(zone_name), due)


def _tallied(trigger: CronTrigger, after: datetime, until: datetime) -> Tally | None:
    """What is due later than `after` and not later than `until`, which counts by whole seconds.

    An occurrence falls on one, so that Tasks that are handled one after another after an outage,
    each a moment later, share the answer.
    """
    return _tally_of(trigger.cron, trigger.zone, utc(after), utc(until).replace(microsecond=0))


@lru_cache(maxsize=4096)
def _tally_of(text: str, zone_name: str, after: datetime, until: datetime) -> Tally | None:
    return tally(_parsed(text), zone(zone_name), after, until)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Cron:
    return Cron.parse(text)


def _cron(trigger: CronTrigger) -> tuple[Cron, ZoneInfo]:
    return _parsed(trigger.cron), zone(trigger.zone)
