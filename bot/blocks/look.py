"""The same signs and words everywhere: states, findings, statuses, durations, people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.mrkdwn import Mrkdwn, label
from missions.blueprint import Finding
from missions.execution import Cause, Execution, News, Reason, Status
from missions.ids import PersonId
from missions.mission import Mission, MissionState

STATE_SIGN: Final = {
    MissionState.DRAFT: "⚪",
    MissionState.ACTIVE: "▶️",
    MissionState.PAUSED: "⏸️",
    MissionState.DELETED: "🗑️",
}
FINDING_SIGN: Final = {Finding.ALL_GOOD: "🟢", Finding.ATTENTION: "🟡", Finding.CRITICAL: "🔴"}
FINDING_WORD: Final = {
    Finding.ALL_GOOD: "All good",
    Finding.ATTENTION: "Attention",
    Finding.CRITICAL: "Critical",
}
STATUS_SIGN: Final = {
    Status.RUNNING: "⏳",
    Status.SUCCESS: "☑️",
    Status.CANCELLED: "⏹️",
    Status.FAILED: "❌",
}
CAUSE_WORDS: Final = {
    Cause.TIME: Mrkdwn("on schedule"),
    Cause.RUN_NOW: Mrkdwn("run by hand"),
    Cause.TRY_ONCE: Mrkdwn("tried once"),
    Cause.EVENT: Mrkdwn("on an event"),
    Cause.BACKFILL: Mrkdwn("backfilled"),
}
REASON_WORDS: Final = {
    Reason.OVERLAP: Mrkdwn("the previous run was still going"),
    Reason.PAUSED: Mrkdwn("the Mission was not Active"),
    Reason.PLAN_CHANGED: Mrkdwn("the plan had changed"),
    Reason.TASK_PAUSED: Mrkdwn("the Task was paused"),
    Reason.QUIET: Mrkdwn("everything here was paused"),
    Reason.EXCLUDED: Mrkdwn("the day is left out"),
    Reason.OUTAGE: Mrkdwn("I was not running"),
    Reason.DRAFT_GONE: Mrkdwn("the Draft was discarded"),
    Reason.COOLDOWN: Mrkdwn("the pause after a run was not over"),
    Reason.CAP: Mrkdwn("it had run often enough in that hour"),
    Reason.UNREADABLE: Mrkdwn("I could not read what is stored of it"),
    Reason.OWNER_LEFT: Mrkdwn("its owner had left, and nobody had taken over"),
}
"""Why an occurrence did not run, as the end of a sentence."""
NEWS_WORDS: Final = {
    News.NEW: Mrkdwn("🆕 *New*"),
    News.CONTINUING: Mrkdwn("🔁 *Continuing*"),
    News.RECOVERED: Mrkdwn("💚 *Recovered*"),
}

People = Mapping[PersonId, str]
"""Display names, so that naming somebody does not notify them."""


def state_words(state: MissionState) -> Mrkdwn:
    """`▶️ Active`."""
    return Mrkdwn(f"{STATE_SIGN[state]} {state}")


def result_sign(status: Status | None, finding: Finding | None) -> str:
    """One sign for how an Execution went: its finding if it has one, else its status."""
    if status in (None, Status.SUCCESS) and finding is not None:
        return FINDING_SIGN[finding]
    return STATUS_SIGN[status] if status else "▫️"


def result_word(status: Status | None, finding: Finding | None) -> str:
    """The word beside that sign."""
    if status in (None, Status.SUCCESS) and finding is not None:
        return FINDING_WORD[finding]
    return str(status) if status else "No run yet"


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
    return label(people.get(person, "somebody"), 60)


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 run`, `2 runs`, `no runs`."""
    if count == 1:
        return f"1 {one}"
    return f"{count:,} {many or one + 's'}" if count else f"no {many or one + 's'}"


def took(seconds: float | None) -> str:
    """A duration for people: `0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds is None:
        return "still running"
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def attempt(execution: Execution) -> Mrkdwn | None:
    """`attempt 2 of 3`; None where one attempt is all there is [X2]."""
    if execution.attempts == 1 and execution.attempt == 1:
        return None
    return Mrkdwn(f"attempt {execution.attempt} of {max(execution.attempts, execution.attempt)}")


def cause(execution: Execution, people: People) -> Mrkdwn:
    """Why it ran: `on schedule`, `run by hand by Ann`."""
    words = CAUSE_WORDS[execution.cause]
    return Mrkdwn(f"{words} by {who(execution.by, people)}") if execution.by else words
