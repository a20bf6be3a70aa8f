"""Several Missions match: a button each, never a guess [C7]."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.actions import ActionId, Value, fits
from bot.blocks.elements import Block, fitting, section, too_long
from bot.blocks.layout import Message, compose
from bot.blocks.look import mission_line
from bot.mrkdwn import Mrkdwn, told
from missions.mission import Mission
from missions.phrases import say


def choose_card(missions: Sequence[Mission], words: str) -> Message:
    """A line per Mission; its button says `words` with the Mission's ID for `{id}`."""
    if not missions:
        return compose(Mrkdwn(""), [section(told("choose-none"))])
    groups = [[_line(mission, words)] for mission in missions]
    tail = [] if all(fits(_value(mission, words)) for mission in missions) else [too_long()]
    return compose(Mrkdwn(""), [section(told("choose"))], groups, tail, _more)


def _line(mission: Mission, words: str) -> Block:
    this = fitting(say("this-one"), ActionId.CHOOSE, _value(mission, words))
    return section(mission_line(mission), this)


def _value(mission: Mission, words: str) -> Value:
    return Value(mission=mission.id, extra=words.replace("{id}", mission.id))


def _more(left: int) -> Mrkdwn:
    return told("more-missions", left, where=told("say-id"))
