"""A failed attempt whose next one is not going to start after all: now it is the end [B3 B4 S1]."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from missions.cards import ReportCard, ReportDetailCard
from missions.dependents import write_end_of_event
from missions.execution import Cause, Execution, Occurrence
from missions.failures import require_as_read, write_streak
from missions.keys import MissionKeys
from missions.mission import Mission
from missions.muting import is_silent, speaks
from missions.outbox import detail_id, entry, put
from missions.store import DRAFT_VERSION, Store
from missions.taskstate import STREAK, TaskState, field
from missions.tx import Transaction

if TYPE_CHECKING:
    from missions.quiet import Quiet


def write_given_up(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    quiet: Quiet,
    mission: Mission,
    row: Occurrence,
    now: datetime,
) -> None:
    """Have the transaction that closes an occurrence do what the end of its last attempt put off.

    It is reported, it counts, and the Tasks that waited for it are woken. `mission` as it is from
    this transaction on. Nothing for an occurrence of which nothing ran.
    """
    if row.backfill:
        return  # its summary tells
    final = store.execution(keys.team, keys.mission, row.execution) if row.execution else None
    plan = store.blueprint(keys.team, keys.mission, mission.version or DRAFT_VERSION)
    if final is None or plan is None:
        return
    # Several may be given up in one step: each builds on the one before.
    fields = tx.seen(keys.tasks, store.hgetall(keys.tasks))
    require_as_read(tx, keys, final.task, fields)
    write_end_of_event(tx, keys, store, quiet, mission, plan, fields, final, None, now)
    task = plan.task(final.task)
    if task is None:
        return
    state = TaskState.read(task.id, fields)
    muted = is_silent(mission, final, state, now, changed=False)
    if speaks(task.notify, final, state, changed=False) and not muted:
        _write_report(tx, mission, final)
    if final.cause is not Cause.TRY_ONCE:
        tx.hset(keys.tasks, {field(task.id, STREAK): str(state.streak + 1)})
        write_streak(tx, keys, mission, task, final, state, hopeless=False)


def _write_report(tx: Transaction, mission: Mission, final: Execution) -> None:
    card = ReportCard(mission=mission.id, execution=final.id)
    detail = ReportDetailCard(mission=mission.id, execution=final.id)
    root = entry(mission.team, mission.channel, card)
    below = entry(mission.team, mission.channel, detail, thread_of=root.id)
    put(tx, root, below.model_copy(update={"id": detail_id(root.id)}))
