"""What records say in fixed words, said to a reader: kept once, read in every language [C9 M7].

Records hold what happened in English, as everything that is stored. Words that are not known here,
as of an older version, are shown as they are.
"""

from __future__ import annotations

from typing import Final

from missions.approvals import BROKEN_OFF, NOT_ANSWERED, NOT_IN_TIME, NOT_SENT, WAIT
from missions.phrases import say
from missions.progress import WORK_OUT, WRITE

_CHANGES: Final = {
    "Arguments changed before approval": "log-arguments-changed",
    "Backfill started": "log-backfill-started",
    "Change discarded": "log-change-discarded",
    "Copied": "log-copied",
    "Disabled": "log-disabled",
    "Draft created": "log-draft-created",
    "Enabled": "log-enabled",
    "Handed over": "log-handed-over",
    "Handover offered": "log-handover-offered",
    "Launched": "log-launched",
    "Moved to another channel": "log-moved",
    "Muted": "log-muted",
    "Owner is back": "log-owner-back",
    "Owner left": "log-owner-left",
    "Paused": "log-paused",
    "Plan changed": "log-plan-changed",
    "Plan put up again": "log-plan-up-again",
    "Renamed": "log-renamed",
    "Run now": "log-run-now",
    "Run stopped": "log-run-stopped",
    "Taken over": "log-taken-over",
    "Try once": "log-try-once",
    "Unmuted": "log-unmuted",
}
_STATES: Final = {
    "disabled": "state-disabled",
    "enabled": "state-enabled",
    "moved here": "state-moved-here",
    "muted": "state-muted",
    "muted until it has recovered": "state-muted-recovered",
    "paused": "state-paused",
    "unmuted": "state-unmuted",
    "unmuted: it has recovered": "state-unmuted-recovered",
}

_OUTCOMES: Final = {
    BROKEN_OFF: "outcome-broken-off",
    NOT_SENT: "outcome-not-sent",
    NOT_ANSWERED: "outcome-not-answered",
    NOT_IN_TIME: "outcome-not-in-time",
}
_STEPS: Final = {
    WAIT: "step-wait",
    WRITE: "step-write",
    WORK_OUT: "step-work-out",
}


def changed_in_words(what: str) -> str:
    """What an entry of the change log says happened."""
    return _said(_CHANGES, what)


def state_in_words(what: str) -> str:
    """What an announcement of a Mission's state says happened."""
    return _said(_STATES, what)


def outcome_in_words(what: str) -> str:
    """What came of a call that wanted an approval."""
    return _said(_OUTCOMES, what)


def step_in_words(title: str) -> str:
    """What a step of a run's progress is called."""
    return _said(_STEPS, title)


def _said(known: dict[str, str], what: str) -> str:
    return say(known[what]) if what in known else what
