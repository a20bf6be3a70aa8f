"""Houston cannot speak in a channel, or can again: what became of the owner's Missions [C11]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import button, context, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import counted, mission_line
from bot.mrkdwn import Mrkdwn, label
from missions.cards import AwayCard
from missions.mission import Away, Mission, MissionState

_HAPPENED: Final = {
    Away.ARCHIVED: "was archived",
    Away.REMOVED: "no longer has me as a member",
    Away.GONE: "is gone, or I cannot see it any more",
}
_CURES: Final = {
    Away.ARCHIVED: "Unarchive the channel, and I tell you when I can report there again.",
    Away.REMOVED: (
        "Invite me there with `/invite @Houston`, and I tell you when I can report there again."
    ),
    Away.GONE: (
        "If the channel still exists, invite me there with `/invite @Houston`: I tell you when I "
        "can report there again. If it was deleted, make the Mission anew in another channel."
    ),
}


def away_card(card: AwayCard, missions: Sequence[Mission]) -> Message:
    """What happened to the channel, which Missions are Paused, and what to do."""
    where = label(card.channel)
    if card.over:
        said = Mrkdwn(f"👋 I can report in *{where}* again. Nothing was resumed by itself.")
        groups = [[section(mission_line(m), _enable(m))] for m in missions]
        return compose(Mrkdwn(""), [section(said)], groups, (), _more)
    what = f"*{where}* {_HAPPENED[card.why]}. I paused {counted(len(missions), 'Mission')} of yours"
    said = Mrkdwn(f"⏸️ {what} there, because I could not report. Nothing of it runs until then.")
    groups = [[section(mission_line(m))] for m in missions]
    return compose(Mrkdwn(""), [section(said)], groups, [context(Mrkdwn(_CURES[card.why]))], _more)


def _enable(mission: Mission) -> dict[str, object] | None:
    if mission.state is not MissionState.PAUSED:
        return None
    return button("Enable", ActionId.ENABLE, Value(mission=mission.id))


def _more(left: int) -> Mrkdwn:
    return sentences.more(left, "Mission", sentences.ASK_FOR_REST)
