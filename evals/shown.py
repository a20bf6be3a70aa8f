"""What people got to see: every card drawn by the product's own builders, as Slack would get it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.blocks.notices import sentence as drawn_sentence
from bot.client import Identity
from bot.directory import HOUSTON
from bot.facts.cards import show
from bot.facts.gather import Gather
from evals.people import BOT, TEAM, person_id
from evals.world import World
from missions.cards import Card, TextCard
from missions.errors import ProposalRefused, UnknownMission
from missions.ids import ChannelId, new_token
from missions.outbox import Entry
from missions.viewer import Viewer

SITE = "https://houston.slack.test/"
"""The workspace's address: the only one that Houston links to on its own."""
IDENTITY = Identity(team=TEAM, bot_user=BOT, bot_id="BHOUSTON", url=SITE)


@dataclass(frozen=True)
class Shown:
    """A card and its message: the text twin, the blocks, and where it stands."""

    card: Card
    text: str
    blocks: tuple[dict[str, Any], ...]

    @property
    def strings(self) -> tuple[str, ...]:
        """All text that people see, and the twin."""
        return (self.text, *(s for block in self.blocks for s in _strings(block)))

    @property
    def marked(self) -> tuple[str, ...]:
        """Text in which Slack acts upon `<…>`."""
        objects = (o for block in self.blocks for o in _objects(block))
        return (self.text, *(o["text"] for o in objects if o.get("type") == "mrkdwn"))

    @property
    def linked(self) -> tuple[str, ...]:
        """Text in which Slack turns bare addresses and names into links."""
        objects = [o for block in self.blocks for o in _objects(block)]
        return tuple(
            o["text"] for o in objects if o.get("type") == "mrkdwn" and not o.get("verbatim")
        )

    @property
    def elements(self) -> tuple[str, ...]:
        """The kinds of everything that the message is made of."""
        return tuple(str(o.get("type")) for block in self.blocks for o in _objects(block))


def deliver(world: World, channel: ChannelId, ts: Iterator[str]) -> list[Shown]:
    """Empty a channel's lane as its worker would: draw each card, and note where it was posted."""
    lane = world.domain.outbox.take(TEAM, channel, new_token())
    if lane is None:
        raise RuntimeError("the lane is held by somebody else")
    shown = []
    while e := lane.head():
        drawn = _drawn(world, e)
        posting = lane.intent(e, world.clock.now())
        lane.posted(posting, next(ts) if drawn else None)
        if drawn:
            shown.append(drawn)
    lane.release()
    return shown


def _drawn(world: World, e: Entry) -> Shown | None:
    """The card as all readers of the place may see it; None if there is nothing to say."""
    direct = world.case.place == "dm"
    alone = e.to or (person_id("ada") if direct else None)
    viewer = Viewer(team=TEAM, person=alone or HOUSTON, place=None if alone else e.channel)
    gather = Gather(world.domain, viewer, IDENTITY.permalink, lambda *_: None)
    try:
        message = show(e.card, gather).message
    except (UnknownMission, ProposalRefused):
        return None
    return Shown(e.card, message.text, tuple(message.blocks))


def sentence(text: str) -> Shown:
    """A refusal that a click got, as the person reads it."""
    return Shown(TextCard(text=text), drawn_sentence(text).text, ())


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within a block, and the block itself."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inside in value:
            yield from _objects(inside)


def _strings(value: Any) -> Iterator[str]:
    """The text of a block, without what a button carries back."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            if key not in ("type", "action_id", "block_id", "value", "style"):
                yield from _strings(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from _strings(inside)
