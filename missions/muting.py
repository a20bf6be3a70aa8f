"""Whether the end of an Execution is said: by its Task's rule, and by a mute [R1 R2]."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from missions.blueprint import Blueprint, Finding, Notify
from missions.cards import StateCard
from missions.execution import Cause, Execution, Status
from missions.ids import TaskId
from missions.keys import MissionKeys
from missions.mission import Change, Mission
from missions.outbox import entry, put
from missions.recorded import kept
from missions.saving import write_change, write_mission
from missions.taskstate import TaskState
from missions.tx import Transaction

BY_HAND = (Cause.RUN_NOW, Cause.TRY_ONCE)
"""Whoever asked for a run gets its answer, muted or not."""


def speaks(
    notify: Notify, final: Execution, state: TaskState, *, changed: bool, said: bool = False
) -> bool:
    """Whether the Execution has something to say in the channel [R2].

    A run that a person asked for always answers; those of a backfill answer in its summary; a
    failure is silent only under `never`. `said` is what `missions.endings.Ending` holds of it.
    """
    if final.cause in BY_HAND:
        return True
    if final.cause is Cause.BACKFILL:
        return False
    found = final.finding not in (None, Finding.ALL_GOOD)
    failed = final.status is Status.FAILED
    succeeded = final.status is Status.SUCCESS
    first = succeeded and state.report is None and not state.carry
    mended = succeeded and state.streak > 0
    match notify:
        case Notify.NEVER:
            return False
        case Notify.ON_FAILURE:
            return failed
        case Notify.ON_FINDING:
            return failed or found or changed
        case Notify.ON_CHANGE:
            news = changed or said or found or first or mended
            return (failed and state.streak == 0) or news
        case Notify.ALWAYS:
            return True


def is_silent(
    mission: Mission, final: Execution, state: TaskState, now: datetime, *, changed: bool
) -> bool:
    """Whether a mute keeps an Execution from speaking; a recovery and a stop are always said."""
    if not mission.muted(now) or final.cause in BY_HAND or final.stopped_by:
        return False
    return not (_is_well(final.status, final.finding) and (changed or state.streak > 0))


def write_recovered(
    tx: Transaction,
    keys: MissionKeys,
    mission: Mission,
    plan: Blueprint,
    states: Mapping[TaskId, TaskState],
    final: Execution,
    now: datetime,
) -> None:
    """Have the transaction end a mute "until recovered" once every Task is well, and say so."""
    if mission.mute is None or mission.mute.until is not None:
        return
    if not _is_well(final.status, final.finding):
        return
    others = (states.get(t.id, TaskState()) for t in plan.tasks if t.id != final.task)
    if not all(s.latest is None or _is_well(s.last_status, s.last_finding) for s in others):
        return
    write_mission(tx, keys, mission, mute=None)
    why = kept("rec-recovered")
    write_change(tx, keys, Change(at=now, by=None, what=kept("log-unmuted"), after=why))
    card = StateCard(mission=mission.id, what=kept("state-unmuted-recovered"), by=None)
    put(tx, entry(mission.team, mission.channel, card))


def _is_well(status: Status | None, finding: Finding | None) -> bool:
    return status is Status.SUCCESS and finding in (None, Finding.ALL_GOOD)
