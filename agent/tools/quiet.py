"""Offering quiet: mute a Mission's reports [R1], pause everything in the channel [M10]."""

from __future__ import annotations

from datetime import datetime

from langchain.tools import tool

from agent.desk import Desk
from agent.operations import When
from agent.tools.resolve import require_edit, resolve
from agent.tools.results import done
from agent.tools.runtime import AtDesk
from agent.triggers import OperationRefused, trigger_from
from missions.blueprint import OnceTrigger
from missions.cards import Action, ActionCard, QuietOfferCard
from missions.errors import TimePassed, TransitionRefused
from missions.mission import Mission, MissionState
from missions.phrases import say

NOTE_MAX = 200


def instant_at(desk: Desk, local: str | None) -> datetime | None:
    """The instant of a local date and time; None if none was said.

    Raises `OperationRefused` for an impossible one and `TimePassed` for one in the past.
    """
    if local is None:
        return None
    trigger = trigger_from(When(at=local, zone=desk.zone))
    if not isinstance(trigger, OnceTrigger):
        raise OperationRefused(say("say-until-when"))
    if trigger.at <= desk.now:
        raise TimePassed
    return trigger.at


@tool
def offer_mute(runtime: AtDesk, mission: str | None = None, until: str | None = None) -> str:
    """Offer to mute a Mission's reports: findings are recorded, not said.

    A mute until tomorrow ends at 8:00. Leave `until` out for "until it has recovered".
    """
    desk: Desk = runtime.context
    target = _editable(desk, mission, "to-mute")
    ends = instant_at(desk, until)
    if target.state is MissionState.DRAFT:
        raise TransitionRefused(say("say-draft-silent", mission=target.name), target.state)
    desk.show(ActionCard(mission=target.id, action=Action.MUTE, until=ends))
    return done(mission=target.id, note="The card with the button follows.")


@tool
def offer_unmute(runtime: AtDesk, mission: str | None = None) -> str:
    """Offer to let a muted Mission report again."""
    desk: Desk = runtime.context
    target = _editable(desk, mission, "to-unmute")
    if not target.muted(desk.now):
        raise TransitionRefused(say("say-not-muted", mission=target.name), target.state)
    desk.show(ActionCard(mission=target.id, action=Action.UNMUTE))
    return done(mission=target.id, note="The card with the button follows.")


@tool
def offer_pause_all(runtime: AtDesk, note: str = "", until: str | None = None) -> str:
    """Offer to pause every Mission of this channel at once; as `offer_disable`."""
    desk: Desk = runtime.context
    short = " ".join(note.split())[:NOTE_MAX]
    desk.show(QuietOfferCard(begin=True, note=short, until=instant_at(desk, until)))
    return done(note="The card with the button follows.")


@tool
def offer_resume_all(runtime: AtDesk) -> str:
    """Offer to end a pause of every Mission of this channel."""
    desk: Desk = runtime.context
    desk.show(QuietOfferCard(begin=False))
    return done(note="The card with the button follows.")


def _editable(desk: Desk, mission: str | None, what: str) -> Mission:
    target = resolve(desk, mission)
    require_edit(desk, target, what)
    return target
