"""Cards about owners and places: hand over, take over, copy, move [P3]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, actions, button, context, fitting, section, too_long
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, mission_line, who
from bot.mrkdwn import Mrkdwn, channel, date, lines, mention, told
from missions.cards import ApproversCard, HandoverCard, HandoverOfferCard, OwnerLeftCard, PlaceCard
from missions.ids import PersonId
from missions.mission import OFFERED_FOR, Mission
from missions.phrases import say
from missions.ports import Channel

MOVE, COPY = "move", "copy"


def handover_offer(card: HandoverOfferCard, mission: Mission, people: People) -> Message:
    """What a hand over means, and the owner's button; the other person is asked only then."""
    said = told("offer-it-to", who=who(card.to, people))
    offer = button(
        say("offer-it"),
        ActionId.OFFER_HANDOVER,
        Value(mission=mission.id, extra=card.to),
        style="primary",
    )
    return compose(Mrkdwn(""), [section(lines([mission_line(mission), said])), actions(offer)])


def handover(card: HandoverCard, mission: Mission, people: People, now: datetime) -> Message:
    """The offer, addressed to that person; it says how it ended once it has."""
    head = told("handover", to=mention(card.to), who=who(card.by, people))
    blocks: list[Block] = [section(lines([mission_line(mission), head]))]
    offer = mission.handover
    if offer is not None and offer.id == card.offer and offer.holds(now):
        value = Value(mission=mission.id, extra=card.offer)
        accept = button(say("accept"), ActionId.ACCEPT_HANDOVER, value, style="primary")
        until = told("offer-stands", date=date(offer.at + OFFERED_FOR))
        blocks += [actions(accept), context(until)]
    else:
        taken = mission.owner == card.to
        blocks.append(context(told("handed-over") if taken else told("offer-over")))
    return compose(Mrkdwn(""), blocks)


def approvers(card: ApproversCard, mission: Mission, people: People) -> Message:
    """Who is to approve what the Mission does outside, and the owner's button [A2]."""
    names = _named(card.people, people)
    head = mission_line(mission)
    if set(card.people) == set(mission.approvers):
        said = told("approvers-set", names=names)
        return compose(Mrkdwn(""), [section(lines([head, said]))])
    said = told("approvers-change", now=_named(mission.approvers, people), names=names)
    value = Value(mission=mission.id, extra=",".join(card.people))
    change = fitting(say("change-approvers"), ActionId.SET_APPROVERS, value, style="primary")
    press = [actions(change), context(told("owner-or-admin-can"))] if change else [too_long()]
    return compose(Mrkdwn(""), [section(lines([head, said])), *press])


def _named(persons: Iterable[PersonId], people: People) -> Mrkdwn:
    each = [who(person, people) for person in persons]
    return Mrkdwn(say("comma").join(each)) if each else told("nobody")


def owner_left(card: OwnerLeftCard, mission: Mission, people: People) -> Message:
    """The owner has left: what that means, and the button for the first editor who clicks."""
    gone = who(card.owner, people)
    if mission.away is None or mission.owner != card.owner:
        said = told("had-left", gone=gone, who=who(mission.owner, people))
        return compose(Mrkdwn(""), [section(lines([mission_line(mission), said]))])
    said = told("cannot-read-any-more", gone=gone)
    take = button(say("take-over"), ActionId.TAKE_OVER, Value(mission=mission.id), style="primary")
    blocks = [
        section(lines([mission_line(mission), said, told("owner-left")])),
        actions(take),
    ]
    return compose(Mrkdwn(""), blocks)


def place(card: PlaceCard, mission: Mission, there: Channel) -> Message:
    """Who will be able to see it there, and the button."""
    verb, what = (say("move"), MOVE) if card.move else (say("copy"), COPY)
    target = channel(card.channel)
    head = told("move-it-to" if card.move else "copy-it-to", place=target)
    audience = told("is-private" if there.is_private else "is-public", place=target)
    then = told("moves") if card.move else told("copies")
    value = Value(mission=mission.id, extra=f"{what}:{card.channel}")
    go = button(verb, ActionId.PLACE, value, style="primary")
    said = lines([mission_line(mission), head, audience, then])
    return compose(Mrkdwn(""), [section(said), actions(go)])
