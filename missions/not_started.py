"""Telling who asked for a run that it does not start, and why [C3 C7 S1]."""

from __future__ import annotations

from missions.cards import TextCard
from missions.execution import Occurrence, Reason
from missions.mission import Mission, MissionState
from missions.outbox import entry, put
from missions.recorded import kept
from missions.tx import Transaction

NOT_STARTED = {
    Reason.OVERLAP: "rec-why-overlap",
    Reason.PAUSED: "rec-why-not-active",
    Reason.PLAN_CHANGED: "rec-why-no-task",
    Reason.TASK_PAUSED: "rec-why-task-paused",
    Reason.QUIET: "rec-why-quiet",
    Reason.EXCLUDED: "rec-why-left-out",
    Reason.OUTAGE: "rec-why-late",
    Reason.UNTAKEN: "rec-why-untaken",
    Reason.DRAFT_GONE: "rec-why-draft-gone",
    Reason.COOLDOWN: "rec-why-cooldown",
    Reason.CAP: "rec-why-cap",
    Reason.FLOOD: "rec-why-flood",
    Reason.UNREADABLE: "rec-why-unreadable",
    Reason.OWNER_LEFT: "rec-why-owner-left",
}
"""Reasons as the end of a sentence, by their ids."""


def write_not_started(tx: Transaction, mission: Mission, row: Occurrence, reason: Reason) -> None:
    """Have the transaction tell who asked for a run that it did not start, and why."""
    if row.by is None:
        return
    text = kept("rec-not-started", why=kept(NOT_STARTED[reason]))
    thread = mission.thread_ts if mission.state is MissionState.DRAFT else None
    said = entry(mission.team, mission.channel, TextCard(text=text), thread_ts=thread)
    put(tx, said.model_copy(update={"mission": mission.id}))
