"""Houston cannot speak in a channel, or can again: what became of the owner's Missions [C11]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import actions, button, context, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import mission_line
from bot.blocks.mission_card import keeping_buttons
from bot.mrkdwn import Mrkdwn, label, told
from missions.cards import AwayCard
from missions.mission import Away, Mission, MissionState
from missions.phrases import say

_HAPPENED: Final = {
    Away.ARCHIVED: "channel-archived",
    Away.REMOVED: "channel-removed",
    Away.GONE: "channel-gone",
}
_CURES: Final = {
    Away.ARCHIVED: "cure-archived",
    Away.REMOVED: "cure-removed",
    Away.GONE: "cure-gone",
}


def away_card(card: AwayCard, missions: Sequence[Mission]) -> Message:
    """What happened to the channel, which Missions are Paused, and what to do."""
    where = label(card.channel)
    if card.over:
        said = told("back-again", where=where)
        groups = [[section(mission_line(m), _enable(m))] for m in missions]
        return compose(Mrkdwn(""), [section(said)], groups, (), _more)
    paused = told("paused-as-away", len(missions))
    said = told(_HAPPENED[card.why], where=where, paused=paused)
    groups = [[section(mission_line(m)), actions(*keeping_buttons(m.id))] for m in missions]
    return compose(Mrkdwn(""), [section(said)], groups, [context(told(_CURES[card.why]))], _more)


def _enable(mission: Mission) -> dict[str, object] | None:
    if mission.state is not MissionState.PAUSED:
        return None
    return button(say("enable"), ActionId.ENABLE, Value(mission=mission.id))


def _more(left: int) -> Mrkdwn:
    return told("more-missions", left, where=told("ask-for-rest"))
