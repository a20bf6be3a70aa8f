"""The buttons of a Mission's plan, alike wherever the plan is shown: no card is the only one [C3].

A plan that waits can be launched from its card, its plan view and its details; one that was
launched leads to the Mission that it became.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Element, button
from bot.blocks.standing import REDOABLE, Standing, proposal_button, standing
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Waits:
    """A Proposal that can be answered where it is shown, and when that is."""

    proposal: Proposal
    now: datetime


def launch_ways(waits: Waits | None, mission: Mission) -> list[Element]:
    """What can be done with a Draft's plan; nothing once it was answered."""
    if waits is None:
        return []
    proposal, at = waits.proposal, standing(waits.proposal, mission, waits.now)
    if at in REDOABLE:
        return [proposal_button(proposal, say("redo-plan"), ActionId.REDO, "primary")]
    if at is not Standing.OPEN:
        return []
    answers = [
        proposal_button(proposal, say("change"), ActionId.CHANGE),
        proposal_button(proposal, say("discard"), ActionId.DISCARD),
    ]
    if proposal.findings:
        return answers
    launch = proposal_button(proposal, say("launch"), ActionId.LAUNCH, "primary")
    return [launch, proposal_button(proposal, say("try-once"), ActionId.TRY_ONCE), *answers]


def change_ways(proposal: Proposal, *, whole: bool = True) -> list[Element]:
    """What can be done with a change that waits; only what is shown whole can be applied."""
    discard = proposal_button(proposal, say("discard"), ActionId.DISCARD)
    if not whole:
        return [discard]
    return [proposal_button(proposal, say("apply"), ActionId.APPLY, "primary"), discard]


def launched_ways(mission: Mission) -> list[Element]:
    """From a plan that was launched to its Mission: details, run, and its toggle [M3 M4 S6]."""
    at = Value(mission=mission.id)
    details = button(say("details"), ActionId.SHOW, at)
    run = button(say("run-now"), ActionId.RUN_NOW, at)
    match mission.state:
        case MissionState.ACTIVE:
            return [details, run, button(say("disable…"), ActionId.OPEN_DISABLE, at)]
        case MissionState.PAUSED:
            return [details, run, button(say("enable"), ActionId.ENABLE, at, style="primary")]
        case _:
            return [details]
