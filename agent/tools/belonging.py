"""Offering to hand a Mission over, to copy or to move it: cards whose button acts [P3 C7]."""

from __future__ import annotations

from langchain.tools import tool

from agent.desk import Desk
from agent.tools.people import channel_named, person_named
from agent.tools.resolve import require_edit, resolve
from agent.tools.results import done, refused
from agent.tools.runtime import AtDesk
from missions.cards import ApproversCard, HandoverOfferCard, PlaceCard
from missions.phrases import say


@tool
def offer_handover(person: str, runtime: AtDesk, mission: str | None = None) -> str:
    """Offer its owner to hand a Mission over to somebody else. `person` is named with @ in this
    message.
    """
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    to = person_named(desk, person)
    if target.owner != desk.person.id:
        return refused(say("say-owner-hands-over", mission=target.name))
    desk.show(HandoverOfferCard(mission=target.id, to=to))
    return done(mission=target.id, note="The card with the button follows.")


@tool
def offer_approvers(people: tuple[str, ...], runtime: AtDesk, mission: str | None = None) -> str:
    """Offer to set who may approve what a Mission does outside.

    `people` are all who may then, named with @ in this message; none for nobody.
    """
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    require_edit(desk, target, "to-set-approvers")
    named = tuple(dict.fromkeys(person_named(desk, words) for words in people))
    desk.show(ApproversCard(mission=target.id, people=named))
    return done(mission=target.id, note="The card with the button follows.")


@tool
def offer_copy(channel: str, runtime: AtDesk, mission: str | None = None) -> str:
    """Offer to copy a Mission, as a Draft, to another channel. `channel` is named with # in this
    message.
    """
    return _offer(runtime.context, channel, mission, move=False)


@tool
def offer_move(channel: str, runtime: AtDesk, mission: str | None = None) -> str:
    """Offer to move a Mission, with its history, to another channel. `channel` is named with # in
    this message.
    """
    return _offer(runtime.context, channel, mission, move=True)


def _offer(desk: Desk, channel: str, mission: str | None, *, move: bool) -> str:
    target = resolve(desk, mission)
    require_edit(desk, target, "to-move" if move else "to-copy")
    there = channel_named(desk, channel)
    desk.show(PlaceCard(mission=target.id, channel=there, move=move))
    return done(mission=target.id, note="The card with the button follows.")
