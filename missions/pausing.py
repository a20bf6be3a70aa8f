"""How a Mission is paused within a transaction, by a person or by Houston [M1 M3]."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from missions import keys as k
from missions.backfills import write_summary
from missions.execution import Outcome, Reason
from missions.given_up import write_given_up
from missions.ids import OccurrenceId, ProposalId
from missions.keys import TeamKeys
from missions.ledger import write_closed
from missions.mission import Mission, MissionState, Pause
from missions.not_started import write_not_started
from missions.quieted import write_held
from missions.resuming import write_resumed_at
from missions.saving import write_mission
from missions.settling import write_disarmed
from missions.store import Store
from missions.taskstate import HELD
from missions.tx import Transaction

if TYPE_CHECKING:
    from missions.quiet import Quiet

WHOLE = "-"
"""Stands for the whole Mission where an index names a Task."""


def write_paused(
    tx: Transaction, store: Store, quiet: Quiet, mission: Mission, pause: Pause, **more: object
) -> Mission:
    """Have the transaction pause a Mission: nothing armed or queued starts any more [M1 S5].

    `more` are other changes of the Mission in the same step.
    """
    keys = TeamKeys(mission.team).mission(mission.id)
    write_resumed_at(tx, k.member(mission.team, mission.id, WHOLE), pause.until)
    write_held(tx, store, keys.record, HELD, mission.pause, pause.at)
    paused = write_mission(tx, keys, mission, state=MissionState.PAUSED, pause=pause, **more)
    write_disarmed(tx, store, mission, Reason.PAUSED, pause.at)
    write_queue_closed(tx, store, quiet, paused, Reason.PAUSED, pause.at)
    return paused


def write_queue_closed(
    tx: Transaction, store: Store, quiet: Quiet, mission: Mission, reason: Reason, now: datetime
) -> None:
    """Have the transaction empty what is queued but not started [S5].

    `mission` as it is from this transaction on.
    """
    keys = TeamKeys(mission.team).mission(mission.id)
    backfills: set[ProposalId] = set()
    for occurrence_id in sorted(store.smembers(keys.queued)):
        row = store.occurrence(mission.team, mission.id, OccurrenceId(occurrence_id))
        if row and row.outcome is Outcome.PENDING:
            write_given_up(tx, keys, store, quiet, mission, row, now)
            write_closed(tx, keys, row, Outcome.SKIPPED, reason)
            if not row.backfill:
                write_not_started(tx, mission, row, reason)
            backfills |= {row.backfill} if row.backfill else set()
    for backfill in sorted(backfills):
        write_summary(tx, mission, backfill)
