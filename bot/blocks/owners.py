"""Cards about owners and places: hand over, take over, copy, move [P3]."""

from __future__ import annotations

from datetime import datetime

from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, actions, button, context, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, mission_line, who
from bot.mrkdwn import Mrkdwn, channel, date, lines, mention
from missions.cards import ApproversCard, HandoverCard, HandoverOfferCard, OwnerLeftCard, PlaceCard
from missions.mission import OFFERED_FOR, Mission
from missions.ports import Channel

MOVE, COPY = "move", "copy"


def handover_offer(card: HandoverOfferCard, mission: Mission, people: People) -> Message:
    """What a hand over means, and the owner's button; the other person is asked only then."""
    said = Mrkdwn(f"Offer it to {who(card.to, people)}? It becomes theirs once they accept.")
    offer = button(
        "Offer it",
        ActionId.OFFER_HANDOVER,
        Value(mission=mission.id, extra=card.to),
        style="primary",
    )
    return compose(Mrkdwn(""), [section(lines([mission_line(mission), said])), actions(offer)])


def handover(card: HandoverCard, mission: Mission, people: People, now: datetime) -> Message:
    """The offer, addressed to that person; it says how it ended once it has."""
    head = Mrkdwn(
        f"{mention(card.to)}: {who(card.by, people)} would like to hand this Mission over to you. "
        "Its runs have the owner's rights."
    )
    blocks: list[Block] = [section(lines([mission_line(mission), head]))]
    offer = mission.handover
    if offer is not None and offer.id == card.offer and offer.holds(now):
        value = Value(mission=mission.id, extra=card.offer)
        accept = button("Accept", ActionId.ACCEPT_HANDOVER, value, style="primary")
        until = Mrkdwn(f"The offer stands until {date(offer.at + OFFERED_FOR)}.")
        blocks += [actions(accept), context(until)]
    else:
        taken = mission.owner == card.to
        blocks.append(context(sentences.HANDED_OVER if taken else sentences.OFFER_OVER))
    return compose(Mrkdwn(""), blocks)


def approvers(card: ApproversCard, mission: Mission, people: People) -> Message:
    """Who is to approve what the Mission does outside, and the owner's button [A2]."""
    names = ", ".join(who(p, people) for p in card.people) or "nobody"
    head = mission_line(mission)
    if set(card.people) == set(mission.approvers):
        said = Mrkdwn(f"🔐 Can approve what it does outside: *{names}*")
        return compose(Mrkdwn(""), [section(lines([head, said]))])
    now = ", ".join(who(p, people) for p in mission.approvers) or "nobody"
    said = Mrkdwn(f"🔐 Who may approve what it does outside: {now} → *{names}*")
    value = Value(mission=mission.id, extra=",".join(card.people))
    change = button("Change approvers", ActionId.SET_APPROVERS, value, style="primary")
    can = context(Mrkdwn("Its owner or an administrator can."))
    return compose(Mrkdwn(""), [section(lines([head, said])), actions(change), can])


def owner_left(card: OwnerLeftCard, mission: Mission, people: People) -> Message:
    """The owner has left: what that means, and the button for the first editor who clicks."""
    gone = who(card.owner, people)
    if mission.away is None or mission.owner != card.owner:
        said = Mrkdwn(f"{gone} had left. It belongs to {who(mission.owner, people)} now.")
        return compose(Mrkdwn(""), [section(lines([mission_line(mission), said]))])
    said = Mrkdwn(f"👋 {gone}, who owns this Mission, cannot read this channel any more.")
    take = button("Take over", ActionId.TAKE_OVER, Value(mission=mission.id), style="primary")
    blocks = [
        section(lines([mission_line(mission), said, sentences.OWNER_LEFT])),
        actions(take),
    ]
    return compose(Mrkdwn(""), blocks)


def place(card: PlaceCard, mission: Mission, there: Channel) -> Message:
    """Who will be able to see it there, and the button."""
    verb, what = ("Move", MOVE) if card.move else ("Copy", COPY)
    target = channel(card.channel)
    head = Mrkdwn(f"{verb} it to {target}?")
    public = Mrkdwn(f"{target} is public: every full member of the workspace can see it there.")
    private = Mrkdwn(f"{target} is private: only its members can see it there.")
    audience = private if there.is_private else public
    then = sentences.MOVES if card.move else sentences.COPIES
    value = Value(mission=mission.id, extra=f"{what}:{card.channel}")
    go = button(verb, ActionId.PLACE, value, style="primary")
    said = lines([mission_line(mission), head, audience, then])
    return compose(Mrkdwn(""), [section(said), actions(go)])
