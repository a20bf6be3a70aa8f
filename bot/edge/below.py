"""What a dialog has to say once it is submitted: shown in Home or the details below it [C10]."""

from __future__ import annotations

from typing import Final

from bot.edge.context import Edge
from bot.edge.place import Place
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.phrases import say
from missions.record import Record

KEPT_MS: Final = 60_000
"""Longer than it takes from a dialog's answer to the view below it being shown anew."""


class Notice(Record):
    """A sentence, and the address of what it tells of."""

    text: str = ""
    url: str = ""


def leave(edge: Edge, view_id: str, notice: Notice) -> None:
    """Keep what the view below a dialog is to say."""
    edge.domain.redis.set(_key(edge, view_id), notice.dump(), px=KEPT_MS)


def taken(edge: Edge, view_id: str) -> Notice:
    """What was left for the view below a dialog, once; nothing if nothing was."""
    found = edge.domain.redis.getdel(_key(edge, view_id))
    return Notice.load(str(found)) if found else Notice()


def answered_in_thread(edge: Edge, mission: Mission) -> Notice:
    """That words about a Mission are answered in its thread, and where that is."""
    text = say("answer-in-thread", mission=mission.name)
    root = mission.thread_ts
    return Notice(
        text=text, url=edge.client.identity.permalink(mission.channel, root) if root else ""
    )


def say_below(edge: Edge, place: Place, under: str | None, notice: Notice) -> None:
    """Say it in the view below the dialog; where it came from a message, to that person alone."""
    if under or place.channel is None:
        leave(edge, place.trigger, notice)
    else:
        edge.say(place, notice.text)


def _key(edge: Edge, view_id: str) -> str:
    return TeamKeys(edge.team).cache("below", view_id)
