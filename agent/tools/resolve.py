"""Which Mission is meant: by ID, by name, or the one that the thread is about."""

from __future__ import annotations

from agent.desk import Desk
from missions.cards import ChooseCard
from missions.errors import Forbidden, HoustonError, UnknownMission
from missions.ids import MissionId, as_mission_id
from missions.mission import Mission
from missions.phrases import say

CHOICES_MAX = 5
"""Missions offered as buttons when several match; Slack: 25 elements in an actions block."""
THIS = {"", "it", "this", "that", "this mission", "the mission", "that mission"}

_QUOTES = " \"'`“”‘’"


class NoMission(HoustonError):
    """No Mission was named and the conversation is not about one."""

    event = "no_mission"


class Ambiguous(HoustonError):
    """Several Missions match; the person is asked with a card [C7]."""

    event = "ambiguous"


def resolve(desk: Desk, words: str | None) -> Mission:
    """The Mission meant; behind an ID, a name must be one that finds that Mission too.

    Raises `UnknownMission` (hidden and unknown alike [P1]), `NoMission` if none was named, or
    `Ambiguous` after staging the card that lets the person choose.
    """
    named = (words or "").strip(_QUOTES)
    if named.casefold() in THIS:
        return _at_hand(desk)
    if exact := as_mission_id(named):
        return desk.reader.mission(desk.viewer, exact)
    ahead, _, behind = named.partition(" ")
    if exact := as_mission_id(ahead):
        mission, name = desk.reader.mission(desk.viewer, exact), behind.strip(_QUOTES)
        if any(m.id == exact for m in desk.reader.find(desk.viewer, name)):
            return mission
        raise UnknownMission(name)
    found = desk.reader.find(desk.viewer, named)
    if len(found) > 1:
        choose(desk, tuple(m.id for m in found[:CHOICES_MAX]))
        raise Ambiguous("Several Missions match; I have asked the person which one.")
    if not found:
        raise UnknownMission(named)
    return found[0]


def _at_hand(desk: Desk) -> Mission:
    """The Mission that the thread is about; without one, the few there are are offered."""
    if desk.focus is not None:
        return desk.reader.mission(desk.viewer, desk.focus)
    page = desk.reader.missions(desk.viewer, per_page=CHOICES_MAX)
    if 1 <= page.total <= CHOICES_MAX:
        choose(desk, tuple(m.id for m in page.items))
        raise Ambiguous("No Mission was named; I have asked the person which one.")
    raise NoMission(say("say-which-mission"))


def choose(desk: Desk, missions: tuple[MissionId, ...]) -> None:
    """Stage the card that asks which Mission; a click repeats the person's words for it."""
    words = desk.text.replace("{", "(").replace("}", ")")
    desk.show(ChooseCard(missions=missions, say=f"{{id}}: {words}"))


def require_edit(desk: Desk, mission: Mission, what: str) -> None:
    """Raises `Forbidden` for people who may read the Mission but not change it [P2]; `what` is the
    id of what they wanted."""
    if not desk.can_edit(mission):
        raise Forbidden(say(what), say("say-members-can"))
