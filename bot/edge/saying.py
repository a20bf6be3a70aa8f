"""Words that come from a button or a dialog: taken in as if the person had written them."""

from __future__ import annotations

import hashlib

from bot.edge.context import Edge
from bot.edge.place import Place
from missions.cards import SaidCard
from missions.errors import HoustonError
from missions.mailbox import Incoming
from missions.mission import Mission
from missions.phrases import say
from missions.roots import say_about


class NoThread(HoustonError):
    """There is no thread in which the words could be answered."""

    event = "no_thread"

    def __init__(self) -> None:
        super().__init__(say("no-thread"))


def say_as(edge: Edge, place: Place, text: str, once: str) -> Incoming | None:
    """Take `text` in as said by the person, in the thread of the place.

    `once` names the button or dialog: the same one counts once. None if it was taken in before.
    """
    channel, root = place.channel, place.root
    if channel is None or root is None or place.ephemeral:
        raise NoThread
    now = edge.domain.clock.now()
    digest = hashlib.sha256(f"{channel}:{root}:{place.person}:{once}".encode()).hexdigest()[:24]
    known = edge.domain.directory.channel(edge.team, channel)
    incoming = Incoming(
        id=f"said-{digest}",
        team=edge.team,
        channel=channel,
        thread_ts=root,
        ts=f"said-{digest}",
        person=place.person,
        text=text,
        direct=bool(known and known.is_direct),
        private=bool(known and known.is_private),
        link=edge.client.identity.permalink(channel, place.message_ts or root, root),
        event_id=f"said-{digest}",
        at=now,
        answers=True,
        bot_user=edge.bot_user,
    )
    if not edge.domain.mailboxes.accept(incoming):
        return None
    edge.domain.bell.turn(edge.team, incoming.conversation)
    return incoming


def say_to(
    edge: Edge, place: Place, mission: Mission, text: str, once: str, *, typed: bool = False
) -> None:
    """Post the person's words in the Mission's thread, else in the one at hand, and have them
    answered there: all who read it see who asked for what.

    Where there is neither, they are posted in the Mission's channel, and answered below.
    """
    here = place.root if place.channel == mission.channel and not place.ephemeral else None
    root = mission.thread_ts or here
    card = SaidCard(mission=mission.id, by=place.person, text=text, typed=typed)
    name = hashlib.sha256(f"{mission.id}:{place.person}:{once}".encode()).hexdigest()[:24]
    say_about(edge.domain.store, edge.domain.bell, mission, card, f"about-{name}", root)
