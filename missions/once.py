"""A Once Task that does not start when it was due: it is said, for no later run makes up for it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from missions.blueprint import OnceTrigger, Task
from missions.cards import TextCard
from missions.execution import Cause, Occurrence, Reason
from missions.mission import Mission
from missions.not_started import NOT_STARTED
from missions.outbox import entry, put
from missions.recorded import kept
from missions.schedule import Settlement
from missions.store import Store
from missions.timetable import Timed
from missions.tx import Transaction

SAID: Final = frozenset(
    (Reason.EXCLUDED, Reason.QUIET, Reason.OVERLAP, Reason.TASK_PAUSED, Reason.OWNER_LEFT)
)
"""Reasons that nobody weighed for this very run: who disables a Mission, or changes a Task, is
told what that stops."""


def write_once_skipped(
    tx: Transaction, mission: Mission, task: Task | None, row: Occurrence, reason: Reason
) -> None:
    """Have the transaction say that a due Once Task is skipped; nothing of any other row.

    Of one that has begun, its report tells.
    """
    if task is None or row.cause is not Cause.TIME or row.execution:
        return
    if isinstance(task.trigger, OnceTrigger) and reason in SAID:
        _write(tx, mission, task.title, reason)


def write_once_settled(
    tx: Transaction, store: Store, mission: Mission, task: Timed, settlement: Settlement
) -> None:
    """The same where the time itself was left out, or came in a pause of the Task."""
    if not isinstance(task.trigger, OnceTrigger) or not (settlement.left_out or settlement.paused):
        return
    reason = Reason.TASK_PAUSED if settlement.paused else Reason.EXCLUDED
    with suppress(ValueError):  # a plan that cannot be read: its row is written all the same
        plan = store.blueprint(mission.team, mission.id, mission.version)
        found = plan.task(task.id) if plan else None
        if found:
            _write(tx, mission, found.title, reason)


def _write(tx: Transaction, mission: Mission, title: str, reason: Reason) -> None:
    why = kept(NOT_STARTED[reason])
    text = kept("rec-once-skipped", task=title, mission=mission.name, why=why)
    said = entry(mission.team, mission.channel, TextCard(text=text))
    put(tx, said.model_copy(update={"mission": mission.id}))
