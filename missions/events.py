"""Event Rules: an event becomes a due occurrence, a skipped one, or nothing [B6].

Everything that decides is checked once more in the step that writes: dedupe, cooldown and cap hold
also when many events arrive at the same moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from missions import conditions
from missions import keys as k
from missions.blueprint import Blueprint, EventSource, EventTrigger, Scalar, Task
from missions.errors import StorageUnavailable
from missions.event_rows import event_row, left_behind, marked, put_off, write_shared
from missions.execution import Occurrence, Outcome, Reason
from missions.ids import MissionId, OccurrenceId, TaskId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.lateness import too_late
from missions.ledger import write_pending
from missions.marks import DEDUPE, ms, second_try
from missions.missed import write_put_up_late
from missions.mission import Mission, MissionState, Pause
from missions.payloads import Event
from missions.ports import Bell, Clock
from missions.quieted import Quieted
from missions.schedule import excluded
from missions.store import Store
from missions.taskstate import HELD, PAUSE, TRIGGER_REV, TaskState, field
from missions.tx import DELETED, Lost, Transaction

if TYPE_CHECKING:
    from missions.quiet import Quiet

HOUR = timedelta(hours=1)
SKEW = timedelta(minutes=1)
"""By how much clocks may differ. What was noted for later than that is of a clock set back since:
it holds nothing up."""
SKIPS_AN_HOUR = 100
"""Rows of their own that a Task's skipped events get in an hour; those of a storm share one."""
KEPT_FIELDS = 12
"""Fields kept with an occurrence whose rule does not choose them."""
KEPT_FINDINGS = 60
"""The same for the result of another Task: what it found is there for the next [B4]."""
RACES = 200
"""How often an offer that lost a race looks again: all of a storm's events race with each other."""


class Verdict(StrEnum):
    """What became of an event."""

    RUN = "run"
    SKIPPED = "skipped"
    MISSED = "missed"
    DUPLICATE = "duplicate"
    UNMATCHED = "unmatched"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Taken:
    """The verdict on an event, with the occurrence that it made, if any, and why it was skipped."""

    verdict: Verdict
    occurrence: OccurrenceId | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class Rule:
    """An Event Rule with what surrounds it, as read."""

    mission: Mission
    plan: Blueprint
    task: Task
    trigger: EventTrigger
    state: TaskState
    fields: Mapping[str, str]

    @property
    def keys(self) -> MissionKeys:
        """The Mission's keys."""
        return TeamKeys(self.mission.team).mission(self.mission.id)

    @classmethod
    def of(
        cls, mission: Mission, plan: Blueprint, task: TaskId, fields: Mapping[str, str]
    ) -> Rule | None:
        """The rule of a Task, or None if it has none; `fields` are the Mission's task fields."""
        found = plan.task(task)
        if found is None or not isinstance(found.trigger, EventTrigger):
            return None
        return cls(mission, plan, found, found.trigger, TaskState.read(task, fields), fields)


class Events:
    """Takes events for the Tasks that wait for them."""

    def __init__(self, store: Store, clock: Clock, quiet: Quiet, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._quiet = quiet
        self._bell = bell

    def offer(self, team: TeamId, mission: MissionId, task: TaskId, event: Event) -> Taken:
        """Take an event: at most one occurrence comes of it, whoever offers it how often."""
        for _ in range(RACES):
            try:
                taken = self._attempt(team, mission, task, event)
            except Lost as lost:
                if lost.guard == DELETED:
                    return Taken(Verdict.IGNORED)
                continue
            if taken.verdict is Verdict.RUN and taken.occurrence:
                self._bell.execution(team, mission, taken.occurrence)
            return taken
        raise StorageUnavailable

    def left_behind(
        self, team: TeamId, mission: MissionId, task: TaskId, at: datetime, count: int
    ) -> None:
        """Note that so many events for a Task were not looked into: they came in a flood."""
        for _ in range(RACES):
            with suppress(Lost):
                keys = TeamKeys(team).mission(mission)
                self._note_left_behind(keys, task, at, count)
                return
        raise StorageUnavailable

    def set_aside(self, keys: MissionKeys, task: TaskId, source: EventSource, at: datetime) -> None:
        """Leave a row for an event that an unreadable record of the Mission kept from its rule."""
        row = left_behind(task, 1, source, at, 1)
        tx = self._store.mission_tx(keys)
        write_shared(tx, self._store, keys, row, Outcome.SKIPPED, Reason.UNREADABLE)
        with suppress(Lost):  # deleted meanwhile; no other worker holds the inbox
            tx.sadd(keys.ran, task).commit()

    def counts(self, team: TeamId, mission: MissionId) -> dict[TaskId, dict[Verdict, int]]:
        """How many events came to which verdict, per Task, since it was launched."""
        found: dict[TaskId, dict[Verdict, int]] = {}
        counted = self._store.hgetall(TeamKeys(team).mission(mission).event_counts)
        for name, count in counted.items():
            task, _, verdict = name.partition(k.SEPARATOR)
            found.setdefault(TaskId(task), {})[Verdict(verdict)] = int(count)
        return found

    def _note_left_behind(self, keys: MissionKeys, task: TaskId, at: datetime, count: int) -> None:
        rule = self._rule(keys, task)
        if rule is None:
            return
        tx = self._store.mission_tx(keys)
        _require_trigger(tx, rule)
        row = left_behind(task, rule.state.trigger_rev, rule.trigger.source, at, count)
        write_shared(tx, self._store, keys, row, Outcome.SKIPPED, Reason.FLOOD)
        tx.sadd(keys.ran, task)
        tx.hincrby(keys.event_counts, k.member(task, Verdict.SKIPPED.value), count)
        tx.commit()

    def _attempt(self, team: TeamId, mission_id: MissionId, task: TaskId, event: Event) -> Taken:
        keys = TeamKeys(team).mission(mission_id)
        rule = self._rule(keys, task)
        if rule is None or rule.trigger.source is not event.source:
            return Taken(Verdict.IGNORED)
        tx = self._store.mission_tx(keys)
        taken = write_event(tx, self._store, self._quiet, rule, event, self._clock.now())
        tx.commit()
        return taken

    def _rule(self, keys: MissionKeys, task: TaskId) -> Rule | None:
        """The rule of a Task, by the plan that is current; None if there is none, or no longer."""
        mission = self._store.mission(keys.team, keys.mission)
        if mission is None or mission.state is MissionState.DRAFT:
            return None
        plan = self._store.blueprint(keys.team, keys.mission, mission.version)
        return Rule.of(mission, plan, task, self._store.hgetall(keys.tasks)) if plan else None


def write_event(
    tx: Transaction, store: Store, quiet: Quiet, rule: Rule, event: Event, now: datetime
) -> Taken:
    """Have the transaction take an event, if what decides about it holds until then."""
    keys, task = rule.keys, rule.task
    tx.require_field("mission", keys.record, "rev", str(rule.mission.rev))
    _require_trigger(tx, rule)
    if not conditions.holds(rule.trigger.condition, event.fields):
        return _counted(tx, rule, Verdict.UNMATCHED)
    moment, day, latest = ms(now), ms(now - DEDUPE), ms(now + SKEW)
    same, value = _seen(rule, "id", event.id), _value(rule, event)
    known = store.scores(keys.events_seen, [same, *([value] if value else [])])
    if any(score is not None and day < score <= latest for score in known):
        return _counted(tx, rule, Verdict.DUPLICATE)
    tx.require_older("seen", keys.events_seen, same, day, latest)
    # Until it is known to start something.
    tx.ztrim(keys.events_seen, day).zadd(keys.events_seen, same, second_try(now))
    tx.sadd(keys.ran, task.id)
    kept = _chosen(rule.trigger, event.fields)
    row = event_row(store, keys, task, rule.state.trigger_rev, event, kept, now)
    tx.require_field("occurrence", keys.occurrences, row.id, None)
    reason = _standing(tx, store, quiet, rule, row.due, now)
    if reason is None and too_late(task, row, now):
        write_put_up_late(tx, keys, row)
        _counted(tx, rule, Verdict.MISSED)
        return Taken(Verdict.MISSED, row.id, Reason.UNTAKEN)
    reason = reason or _limits(tx, store, rule, now)
    if reason:
        return _skip(tx, store, rule, row, reason, now)
    if value:
        tx.require_older("dedupe", keys.events_seen, value, day, latest)
        tx.zadd(keys.events_seen, value, float(moment))
    tx.zadd(keys.events_seen, same, float(moment))
    tx.zadd(keys.events_seen, _seen(rule, "run", ""), float(moment))
    runs = keys.event_runs(task.id)
    tx.ztrim(runs, ms(now - HOUR)).zadd(runs, row.id, float(moment))
    row = marked(row, (same, *([value] if value else [])))
    write_pending(tx, keys, put_off(row, rule.plan, task, now))
    _counted(tx, rule, Verdict.RUN)
    return Taken(Verdict.RUN, row.id)


def fields_of(trigger: EventTrigger) -> tuple[str, ...]:
    """The fields that a rule looks at or hands on."""
    looked = [c.field for c in trigger.condition.comparisons] if trigger.condition else []
    dedupe = [trigger.dedupe] if trigger.dedupe else []
    return tuple(dict.fromkeys([*looked, *dedupe, *trigger.fields]))


def write_cooling(tx: Transaction, keys: MissionKeys, task: TaskId, now: datetime) -> None:
    """Have the transaction note that a run of an Event Rule ended: its pause begins now."""
    member = k.member(task, "run", _digest(""))
    tx.zadd(keys.events_seen, member, float(ms(now)))


def write_forgotten(tx: Transaction, keys: MissionKeys, task: TaskId) -> None:
    """Have the transaction forget what was counted for a Task that left the plan."""
    tx.unlink(keys.event_runs(task)).unlink(keys.event_skips(task))
    tx.hdel(keys.event_counts, *(k.member(task, verdict.value) for verdict in Verdict))


def _require_trigger(tx: Transaction, rule: Rule) -> None:
    name = field(rule.task.id, TRIGGER_REV)
    tx.require_field("trigger", rule.keys.tasks, name, rule.fields.get(name))


def _standing(
    tx: Transaction, store: Store, quiet: Quiet, rule: Rule, at: datetime, now: datetime
) -> Reason | None:
    """Why what is due since `at` does not start whatever the event is, guarded; None if it may
    [M1 M9 M10 B5]."""
    mission, name, held = rule.mission, field(rule.task.id, PAUSE), field(rule.task.id, HELD)
    tx.require_field("paused", rule.keys.tasks, name, rule.fields.get(name))
    quiet.require_none(tx, mission.channel)
    if mission.paused(now) or _held(store.hget(rule.keys.record, HELD), mission.pause, at):
        return Reason.PAUSED
    if rule.state.paused(now) or _held(rule.fields.get(held), rule.state.pause, at):
        return Reason.TASK_PAUSED
    if quiet.now(mission.team, mission.channel) or quiet.held(mission.team, mission.channel, at):
        return Reason.QUIET
    return Reason.EXCLUDED if excluded(rule.plan, rule.task, now) else None


def _held(before: str | None, pause: Pause | None, at: datetime) -> bool:
    """Whether a pause that is over held at an instant: what came then is not made up [M4 M9]."""
    if pause and pause.at <= at and pause.holds(at):
        return True
    return before is not None and Quieted.load(before).covers(at)


def _limits(tx: Transaction, store: Store, rule: Rule, now: datetime) -> Reason | None:
    """Whether the rule's own limits forbid a run now; else they are guarded."""
    keys, trigger, latest = rule.keys, rule.trigger, ms(now + SKEW)
    runs, hour = keys.event_runs(rule.task.id), ms(now - HOUR)
    if trigger.cooldown_seconds:
        bound = ms(now - timedelta(seconds=trigger.cooldown_seconds))
        last = _seen(rule, "run", "")
        (at,) = store.scores(keys.events_seen, [last])
        if at is not None and bound < at <= latest:
            return Reason.COOLDOWN
        tx.require_older("cooldown", keys.events_seen, last, bound, latest)
    if store.count_within(runs, hour, latest) >= trigger.per_hour:
        return Reason.CAP
    tx.require_fewer("cap", runs, hour, trigger.per_hour, latest)
    return None


def _skip(
    tx: Transaction, store: Store, rule: Rule, row: Occurrence, reason: Reason, now: datetime
) -> Taken:
    """A skipped event has a row of its own; after a number of them in an hour they share one."""
    keys, hour = rule.keys, ms(now - HOUR)
    _counted(tx, rule, Verdict.SKIPPED)
    skips = keys.event_skips(rule.task.id)
    if store.count_within(skips, hour, ms(now + SKEW)) >= SKIPS_AN_HOUR:
        shared = write_shared(tx, store, keys, row, Outcome.SKIPPED, reason)
        return Taken(Verdict.SKIPPED, shared.id, reason)
    closed = row.model_copy(update={"outcome": Outcome.SKIPPED, "reason": reason})
    tx.ztrim(skips, hour).zadd(skips, row.id, float(ms(now)))
    tx.hset(keys.occurrences, {row.id: closed.dump()})
    tx.zadd(keys.ledger, row.id, row.due.timestamp())
    return Taken(Verdict.SKIPPED, row.id, reason)


def _counted(tx: Transaction, rule: Rule, verdict: Verdict) -> Taken:
    tx.hincrby(rule.keys.event_counts, k.member(rule.task.id, verdict.value))
    return Taken(verdict)


def _chosen(trigger: EventTrigger, fields: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """The fields that the rule names; if it names none, those it looks at and the first others."""
    names = trigger.fields or tuple(dict.fromkeys([*fields_of(trigger), *fields]))
    known = [n for n in names if n in fields]
    found = trigger.source is EventSource.TASK_RESULT
    most = len(known) if trigger.fields else KEPT_FINDINGS if found else KEPT_FIELDS
    return {n: fields[n] for n in known[:most]}


def _value(rule: Rule, event: Event) -> str | None:
    """The member that stands for the value of the rule's dedupe field, if the event has it."""
    found = event.fields.get(rule.trigger.dedupe) if rule.trigger.dedupe else None
    return None if found is None else _seen(rule, "value", conditions.text_of(found))


def _seen(rule: Rule, what: str, text: str) -> str:
    return k.member(rule.task.id, what, _digest(text))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
