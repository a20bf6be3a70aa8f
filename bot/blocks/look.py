"""The same signs and words everywhere: states, findings, statuses, durations, people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.mrkdwn import Mrkdwn, label, told
from missions.blueprint import Finding
from missions.execution import Cause, Execution, News, Reason, Status
from missions.ids import PersonId
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.words import decimal

STATE_SIGN: Final = {
    MissionState.DRAFT: "⚪",
    MissionState.ACTIVE: "▶️",
    MissionState.PAUSED: "⏸️",
    MissionState.DELETED: "🗑️",
}
FINDING_SIGN: Final = {Finding.ALL_GOOD: "🟢", Finding.ATTENTION: "🟡", Finding.CRITICAL: "🔴"}
_FINDING: Final = {
    Finding.ALL_GOOD: "all-good",
    Finding.ATTENTION: "attention",
    Finding.CRITICAL: "critical",
}
NOTES_SIGN: Final = "📝"
"""Stands for a run that measured nothing [X3]."""
STATUS_SIGN: Final = {
    Status.RUNNING: "⏳",
    Status.SUCCESS: "☑️",
    Status.CANCELLED: "⏹️",
    Status.FAILED: "❌",
}
_CAUSE: Final = {
    Cause.TIME: "cause-time",
    Cause.RUN_NOW: "cause-run-now",
    Cause.TRY_ONCE: "cause-try-once",
    Cause.EVENT: "cause-event",
    Cause.BACKFILL: "cause-backfill",
}
_REASON: Final = {
    Reason.OVERLAP: "skipped-overlap",
    Reason.PAUSED: "skipped-paused",
    Reason.PLAN_CHANGED: "skipped-plan-changed",
    Reason.TASK_PAUSED: "skipped-task-paused",
    Reason.QUIET: "skipped-quiet",
    Reason.EXCLUDED: "skipped-excluded",
    Reason.OUTAGE: "skipped-outage",
    Reason.UNTAKEN: "skipped-untaken",
    Reason.DRAFT_GONE: "skipped-draft-gone",
    Reason.COOLDOWN: "skipped-cooldown",
    Reason.CAP: "skipped-cap",
    Reason.FLOOD: "skipped-flood",
    Reason.UNREADABLE: "skipped-unreadable",
    Reason.OWNER_LEFT: "skipped-owner-left",
}
NEWS: Final = {
    News.NEW: "news-new",
    News.CONTINUING: "news-continuing",
    News.RECOVERED: "news-recovered",
}

People = Mapping[PersonId, str]
"""Display names, so that naming somebody does not notify them."""


def state_words(state: MissionState) -> Mrkdwn:
    """`▶️ Active`."""
    return Mrkdwn(f"{STATE_SIGN[state]} {state}")


def result_sign(status: Status | None, finding: Finding | None) -> str:
    """One sign for how an Execution went: its finding if it has one, else its status.

    One that succeeded without a finding has notes: no sign says that anything is good.
    """
    if status in (None, Status.SUCCESS) and finding is not None:
        return FINDING_SIGN[finding]
    if status is Status.SUCCESS:
        return NOTES_SIGN
    return STATUS_SIGN[status] if status else "▫️"


def result_word(status: Status | None, finding: Finding | None) -> str:
    """The word beside that sign."""
    if status in (None, Status.SUCCESS) and finding is not None:
        return finding_word(finding)
    if status is Status.SUCCESS:
        return say("notes")
    return str(status) if status else say("no-run-yet")


def finding_word(finding: Finding) -> str:
    """`All good`."""
    return say(_FINDING[finding])


def reason_words(reason: Reason) -> Mrkdwn:
    """Why an occurrence did not run, as the end of a sentence."""
    return told(_REASON[reason])


def result(status: Status | None, finding: Finding | None) -> Mrkdwn:
    """`🟢 All good`, `❌ Failed` …"""
    return Mrkdwn(f"{result_sign(status, finding)} {result_word(status, finding)}")


def mission_line(mission: Mission) -> Mrkdwn:
    """`▶️ *Nightly Watch*  `M-7K2PQF``."""
    return Mrkdwn(f"{STATE_SIGN[mission.state]} *{label(mission.name)}*  `{label(mission.id, 40)}`")


def who(person: PersonId | None, people: People) -> Mrkdwn:
    """A person's name without notifying them; Houston itself when there is nobody."""
    if person is None:
        return Mrkdwn("Houston")
    return label(people.get(person) or say("somebody"), 60)


def data_size(count: int) -> str:
    """Bytes for people: `640 bytes`, `2.1 KB`."""
    return say("bytes", count) if count < 1_000 else decimal(f"{count / 1_000:.1f}") + " KB"


def took(seconds: float | None) -> str:
    """A duration for people: `43 ms`, `3.1 s`, `42 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds is None:
        return say("still-running")
    if seconds < 0.9995:  # what took so little is not said to take no time
        return say("milliseconds", n=max(round(seconds * 1000), 1))
    if seconds < 10:
        return say("seconds", n=decimal(f"{seconds:.1f}"))
    whole = round(seconds)
    if whole < 60:
        return say("seconds", n=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _two(say("minutes", n=minutes), "seconds", rest)
    hours, minutes = divmod(minutes, 60)
    return _two(say("hours", n=hours), "minutes", minutes)


def _two(large: str, unit: str, small: int) -> str:
    return f"{large} {say(unit, n=small)}" if small else large


def attempt(execution: Execution) -> Mrkdwn | None:
    """`attempt 2 of 3`; None where one attempt is all there is [X2]."""
    if execution.attempts == 1 and execution.attempt == 1:
        return None
    attempts = max(execution.attempts, execution.attempt)
    return told("attempt", attempt=execution.attempt, attempts=attempts)


def cause(execution: Execution, people: People) -> Mrkdwn:
    """Why it ran: `on schedule`, `run by hand by Ann`."""
    words = told(_CAUSE[execution.cause])
    if execution.by is None:
        return words
    return told("cause-by", cause=words, who=who(execution.by, people))
