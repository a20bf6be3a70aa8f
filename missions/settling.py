"""Settling what is due of a Task by time: by the timer, and by whoever disarms it [S1 S5].

Whoever disarms a Task whose instant has come, and which no timer has fired yet, writes its rows in
the same step: none is lost however long the scheduler was away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import structlog

from missions import keys as k
from missions.blueprint import Blueprint, Task
from missions.errors import HoustonError
from missions.execution import Reason
from missions.keys import MissionKeys, TeamKeys
from missions.ledger import write_settled
from missions.mission import Mission
from missions.outage import write_gathered
from missions.schedule import Settlement, excluded, next_instant, own_window, settle, spared
from missions.store import Store
from missions.taskstate import NEXT, TaskState, field
from missions.timetable import Plan, Timed
from missions.tx import Transaction

log = structlog.get_logger(__name__)


def settlement_of(
    plan: Plan, task: Timed, state: TaskState, due: datetime, now: datetime
) -> Settlement:
    """What becomes of a Task that is armed for `due`; what the ledger has is not due again [B5].

    Clocks differ between machines and are set back: it may have been armed for the past.
    """
    if state.settled and due <= state.settled:
        later = next_instant(task.trigger, state.settled)
        if later is None:
            return Settlement(run=None, missed=None, next=None)
        due = later
    if due > now:
        return Settlement(run=None, missed=None, next=due)
    return spared(plan, task.trigger, settle(task.trigger, due, now, own_window(task)))


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
        tx.hdel(keys.tasks, name)


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
        previous = None
        if found.missed:
            write_gathered(tx, store, mission, task.id, found.missed, made_up=False)
            if state.missed:
                previous = store.occurrence(keys.team, keys.mission, state.missed)
        left_out = found.run is not None and excluded(plan, task.trigger, found.run)
        why = Reason.EXCLUDED if left_out else reason
        write_settled(tx, keys, task, state, previous, found, skip=why)


def _readable(store: Store, mission: Mission) -> Blueprint | None:
    """The plan; None if it cannot be read: a Mission can be paused all the same."""
    try:
        return store.blueprint(mission.team, mission.id, mission.version)
    except (HoustonError, ValueError) as error:
        log.error("plan_unreadable", mission=mission.id, error=type(error).__name__)
        return None
