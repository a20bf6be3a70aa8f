"""Buttons and commands about owners and places: hand over, take over, copy, move [P3]."""

from __future__ import annotations

from agent.clean import channels_named, people_named
from bot.blocks.commands_card import USAGE
from bot.blocks.owners import MOVE
from bot.edge.click import Click
from bot.edge.clicks import ButtonTooOld
from bot.edge.commands import BadCommand, Named
from bot.edge.context import Edge
from bot.edge.place import Place
from missions import cards as c
from missions.errors import HoustonError, UnknownMission
from missions.ids import ChannelId, MissionId, PersonId
from missions.mission import Mission
from missions.phrases import say
from missions.recorded import kept


class Elsewhere(HoustonError):
    """A button of a Mission that was moved since: its old messages do nothing any more."""

    event = "moved_elsewhere"


def require_here(edge: Edge, place: Place, mission: Mission) -> None:
    """Refuse a button on a message in the channel that the Mission was moved away from.

    Only who may read the new channel gets this far: to all others the Mission is unknown [P1].
    """
    shown = place.channel is not None and place.message_ts is not None and not place.ephemeral
    if not shown or place.channel == mission.channel or str(place.channel).startswith("D"):
        return
    known = edge.domain.directory.channel(edge.team, mission.channel)
    where = f"#{known.name}" if known and not known.is_direct else say("another-place")
    raise Elsewhere(say("has-moved", mission=mission.name, where=where, id=mission.id))


def offer_handover(edge: Edge, click: Click) -> None:
    """The owner's button: the other person is asked."""
    edge.domain.lifecycle.offer(click.actor, _mission(click), PersonId(_extra(click)))
    edge.say(click.place, say("offered"))


def accept_handover(edge: Edge, click: Click) -> None:
    """The other person's button."""
    mission, offer = _mission(click), _extra(click)
    before = edge.domain.store.mission(edge.team, mission)
    owned = edge.domain.lifecycle.accept(click.actor, mission, offer)
    by = before.owner if before else owned.owner
    card = c.HandoverCard(mission=mission, offer=offer, to=owned.owner, by=by)
    edge.redraw(click.place, card)


def take_over(edge: Edge, click: Click) -> None:
    """An editor's button after the owner left; the first click wins."""
    mission = _mission(click)
    before = edge.domain.store.mission(edge.team, mission)
    edge.domain.lifecycle.take_over(click.actor, mission)
    if before:
        edge.redraw(click.place, c.OwnerLeftCard(mission=mission, owner=before.owner))


def to_place(edge: Edge, click: Click) -> None:
    """Copy or move, as the card said."""
    what, _, channel = _extra(click).partition(":")
    if not channel:
        raise ButtonTooOld
    if what == MOVE:
        edge.domain.lifecycle.move(click.actor, _mission(click), ChannelId(channel))
        edge.say(click.place, say("moved-there"))
    else:
        mission, place = _mission(click), click.place
        card = f"{place.channel}:{place.message_ts}" if place.message_ts else place.click
        edge.domain.lifecycle.copy(click.actor, mission, ChannelId(channel), f"{card}:{channel}")
        edge.redraw(place, c.StateCard(mission=mission, what=kept("state-copied"), by=place.person))
        edge.say(place, say("copied"))


def handover(edge: Edge, said: Named) -> c.Card:
    """`/mission handover M-… @Ana`."""
    people = list(people_named(said.order.raw, edge.bot_user).values())
    if len(people) != 1:
        raise BadCommand(say("to-whom", usage=USAGE["handover"]))
    edge.domain.lifecycle.offer(said.order.place.actor(edge.team), said.mission.id, people[0])
    return c.TextCard(text=say("offered"))


def copy(edge: Edge, said: Named) -> c.Card:
    """`/mission copy M-… #channel`: the card that says who will see it."""
    return _placed(edge, said, move=False)


def move(edge: Edge, said: Named) -> c.Card:
    """`/mission move M-… #channel`: the card that says who will see it."""
    return _placed(edge, said, move=True)


def _placed(edge: Edge, said: Named, *, move: bool) -> c.Card:
    channels = list(channels_named(said.order.raw).values())
    if len(channels) != 1:
        raise BadCommand(say("to-which-channel", usage=USAGE["move" if move else "copy"]))
    actor = said.order.place.actor(edge.team)
    edge.domain.lifecycle.place(actor, said.mission.id, channels[0], move=move)
    return c.PlaceCard(mission=said.mission.id, channel=channels[0], move=move)


def _mission(click: Click) -> MissionId:
    if click.value.mission is None:
        raise UnknownMission("")
    return click.value.mission


def _extra(click: Click) -> str:
    if not click.value.extra:
        raise ButtonTooOld
    return click.value.extra
