"""Every refusal of the domain: one base class, one class per cause.

`sentence` is what a person reads, in their language: what happened, what now.
`event` names the cause in logs.
"""

from __future__ import annotations

from collections.abc import Sequence

from missions.phrases import say


class HoustonError(Exception):
    """The base of all refusals that have a sentence for people."""

    event = "refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class UnknownMission(HoustonError):
    """There is no such Mission, or the person may not know that there is [P1]."""

    event = "unknown_mission"

    def __init__(self, mission: str) -> None:
        super().__init__(say("unknown-mission", mission=_plain(mission)))
        self.mission = mission


class Forbidden(HoustonError):
    """The person may see the Mission but lacks the right that the action declares [P2]."""

    event = "forbidden"

    def __init__(self, what: str, who_may: str) -> None:
        super().__init__(say("forbidden", what=what, who=who_may))
        self.what = what


class TimePassed(HoustonError):
    """Something should end at an instant that is not in the future."""

    event = "time_passed"

    def __init__(self) -> None:
        super().__init__(say("time-passed"))


class TransitionRefused(HoustonError):
    """The Mission's state does not allow the action, or another action came first [M2]."""

    event = "transition_refused"

    def __init__(self, sentence: str, state: str) -> None:
        super().__init__(sentence)
        self.state = state


class ProposalRefused(HoustonError):
    """The Proposal was answered, has expired, or was made on an older version [C5]."""

    event = "proposal_refused"

    def __init__(self, sentence: str, why: str, *, can_redo: bool = False) -> None:
        super().__init__(sentence)
        self.why = why
        self.can_redo = can_redo


class PlanRefused(HoustonError):
    """The plan did not pass verification [B7]; `findings` are sentences."""

    event = "plan_refused"

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__(say("plan-not-launchable", findings="\n".join(f"• {f}" for f in findings)))
        self.findings = tuple(findings)


class WrongTypedId(HoustonError):
    """The ID typed into the delete dialog is not the Mission's [M5]."""

    event = "wrong_typed_id"

    def __init__(self, expected: str) -> None:
        super().__init__(say("wrong-id", id=expected))


class InvalidName(HoustonError):
    """A Mission's name that cannot be used."""

    event = "invalid_name"


class NothingToStop(HoustonError):
    """A stop found no running Execution [X5]."""

    event = "nothing_to_stop"


class StorageUnavailable(HoustonError):
    """Redis could not be reached, or lost the race too often."""

    event = "storage_unavailable"

    def __init__(self) -> None:
        super().__init__(say("storage-unavailable"))


class NewerRecord(HoustonError):
    """A newer Houston stored it, and this one does not know its shape: it is left as it is [L5]."""

    event = "newer_record"

    def __init__(self, kind: str, version: int) -> None:
        super().__init__(say("newer-record"))
        self.kind = kind
        self.version = version


def _plain(text: str) -> str:
    """`text` cut and stripped of what could act as markup, for quoting back."""
    return "".join(c for c in text if c.isalnum() or c in "-_ ")[:40].strip() or "?"
