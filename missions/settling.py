"""Settling what is due of a Task by time: by the timer, and by whoever disarms it [S1 S5].

Whoever disarms a Task whose instant has come, and which no timer has fired yet, writes its rows in
the same step: none is lost however long the scheduler was away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from missions import keys as k
from missions.blueprint import Blueprint, Task
from missions.errors import HoustonError
from missions.execution import Occurrence, Reason
from missions.keys import MissionKeys, TeamKeys
from missions.ledger import time_row, write_armed, write_settled
from missions.leftout import NOTHING, left_out_by
from missions.mission import Mission, Pause
from missions.outage import gathered_in, write_gathered
from missions.schedule import (
    MOMENT,
    Settlement,
    next_instant,
    own_window,
    settle,
    spared,
    stretch,
    without_first,
)
from missions.store import Store
from missions.taskstate import MISSED, NEXT, TaskState, field
from missions.timetable import Plan, Timed
from missions.tx import Transaction

log = structlog.get_logger(__name__)


def settlement_of(
    plan: Plan, task: Timed, state: TaskState, due: datetime, now: datetime
) -> Settlement:
    """What becomes of a Task that is armed for `due`; what the ledger has is not due again [B5].

    Clocks differ between machines and are set back: it may have been armed for the past.
    """
    known = state.known_until(now)
    if known and due <= known:
        later = next_instant(task.trigger, known)
        if later is None:
            return Settlement(run=None, missed=None, next=None)
        due = later
    if due > now:
        return Settlement(run=None, missed=None, next=due)
    until = held_until(state.pause, now) if state.pause else None
    paused = None
    if until is not None and due <= until:
        paused = stretch(task.trigger, due, until)
        coming = next_instant(task.trigger, paused.last)
        if coming is None or coming > now:
            return Settlement(run=None, missed=None, next=coming, paused=paused)
        due = coming
    window = own_window(task)
    found = spared(plan, task, settle(task.trigger, due, now, window), now, window)
    return replace(found, paused=paused) if paused else found


def held_until(pause: Pause, now: datetime) -> datetime:
    """The last moment up to now at which a pause holds: what is due at its end is due [M3 M9]."""
    return now if pause.until is None else min(now, pause.until - MOMENT)


def without_known(
    store: Store, keys: MissionKeys, plan: Plan, task: Timed, settlement: Settlement
) -> Settlement:
    """What is left of a settlement without what the ledger has already [B5 S1].

    A clock that was set back, or an entry that was armed anew, brings an instant a second time.
    """
    left, gaps = settlement, left_out_by(plan, task)
    while known := _known(store, keys, task, left):
        stretches = (
            without_first(gaps, task.trigger, s) if s.first in known else s for s in left.left_out
        )
        missed, paused = left.missed, left.paused
        if missed and missed.first in known:
            missed = without_first(gaps, task.trigger, missed)
        if paused and paused.first in known:
            paused = without_first(NOTHING, task.trigger, paused)  # also what is left out
        left = replace(
            left,
            run=None if left.run in known else left.run,
            missed=missed,
            paused=paused,
            left_out=tuple(filter(None, stretches)),
            known=max([*known, *filter(None, [left.known])]),
        )
    return left


def _known(store: Store, keys: MissionKeys, task: Timed, settlement: Settlement) -> set[datetime]:
    """The first instants of a settlement's rows that are in the ledger."""
    stretches = (settlement.missed, settlement.paused, *settlement.left_out)
    firsts = [*filter(None, [settlement.run, *(s.first for s in stretches if s)])]
    ids = [time_row(task.id, first, 0).id for first in firsts]
    rows = store.hmget(keys.occurrences, ids)
    return {first for first, text in zip(firsts, rows, strict=True) if text is not None}


def write_disarmed(
    tx: Transaction, store: Store, mission: Mission, reason: Reason, now: datetime
) -> None:
    """Have the transaction disarm all Tasks; what is due of them and not fired is skipped."""
    keys = TeamKeys(mission.team).mission(mission.id)
    fields = store.hgetall(keys.tasks)
    states = TaskState.read_all(fields)
    behind = any(state.next_at and state.next_at <= now for state in states.values())
    plan = _readable(store, mission) if behind else None
    if plan:
        write_due(tx, keys, store, mission, plan, plan.tasks, fields, reason, now)
    for task in states:
        name = field(task, NEXT)
        tx.require_field("armed", keys.tasks, name, fields.get(name))
        tx.zrem(k.TIMER, keys.timer_member(task))
        # What is missed or paused once it is armed again does not follow on what was before.
        tx.hdel(keys.tasks, name, field(task, MISSED))


def write_due(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    mission: Mission,
    plan: Blueprint,
    tasks: Iterable[Task],
    fields: Mapping[str, str],
    reason: Reason,
    now: datetime,
) -> None:
    """Have the transaction write the rows of what is due of Tasks and was not fired.

    What would have run is skipped for that `reason`. It fails if a timer fires one of them
    meanwhile. `fields` are the Mission's task fields, `plan` the one by which they were due.
    """
    for task in tasks:
        name = field(task.id, NEXT)
        tx.require_field("armed", keys.tasks, name, fields.get(name))
        state = TaskState.read(task.id, fields)
        if state.next_at is None or state.next_at > now:
            continue
        found = settlement_of(plan, task, state, state.next_at, now)
        found = without_known(store, keys, plan, task, found)
        if found.missed:
            before = store.hget(*gathered_in(tx.team, mission, task.id))
            write_gathered(tx, before, mission, task.id, found.missed, made_up=False)
        write_settled(tx, keys, task, state, open_row(store, keys, state), found, skip=reason)


def write_paused_until_now(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    plan: Blueprint,
    task: Task,
    fields: Mapping[str, str],
    now: datetime,
) -> None:
    """Have the transaction write what a pause of a Task alone skipped, and arm it from then on.

    A pause that ended by itself a moment ago skips nothing that is due since [M3 M9].
    """
    name = field(task.id, NEXT)
    tx.require_field("armed", keys.tasks, name, fields.get(name))
    state = TaskState.read(task.id, fields)
    until = held_until(state.pause, now) if state.pause else None
    if state.next_at is None or until is None:
        write_armed(tx, keys, task.id, state.coming(task.trigger, now))
        return
    found = settlement_of(plan, task, state, state.next_at, until)
    found = without_known(store, keys, plan, task, found)
    write_settled(tx, keys, task, state, open_row(store, keys, state), found)
    write_armed(tx, keys, task.id, found.next)


def open_row(store: Store, keys: MissionKeys, state: TaskState) -> Occurrence | None:
    """The ledger's row that further occurrences of the same kind extend, if there is one."""
    return store.occurrence(keys.team, keys.mission, state.missed) if state.missed else None


def _readable(store: Store, mission: Mission) -> Blueprint | None:
    """The plan; None if it cannot be read: a Mission can be paused all the same."""
    try:
        return store.blueprint(mission.team, mission.id, mission.version)
    except (HoustonError, ValueError) as error:
        log.error("plan_unreadable", mission=mission.id, error=type(error).__name__)
        return None
