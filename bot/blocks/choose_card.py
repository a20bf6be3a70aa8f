"""Several Missions match: a button each, never a guess [C7]."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, button, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import mission_line
from bot.mrkdwn import Mrkdwn
from missions.mission import Mission


def choose_card(missions: Sequence[Mission], say: str) -> Message:
    """A line per Mission; its button says `say` with the Mission's ID for `{id}`."""
    if not missions:
        return compose(Mrkdwn(""), [section(sentences.CHOOSE_NONE)])
    groups = [[_line(mission, say)] for mission in missions]
    return compose(Mrkdwn(""), [section(sentences.CHOOSE)], groups, (), _more)


def _line(mission: Mission, say: str) -> Block:
    value = Value(mission=mission.id, extra=say.replace("{id}", mission.id))
    return section(mission_line(mission), button("This one", ActionId.CHOOSE, value))


def _more(left: int) -> Mrkdwn:
    return sentences.more(left, "Mission", sentences.SAY_ID)
