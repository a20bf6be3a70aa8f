"""The prompts above a person's direct messages with Houston, chosen by code [C1 C7].

Slack shows them for as long as nothing replaces them. They are an offer: no failure matters.
"""

from __future__ import annotations

from typing import Final

import structlog

from bot import limits
from bot.edge.context import Edge
from bot.mrkdwn import plain_line
from bot.slack_errors import SlackFailure
from missions.blueprint import Finding
from missions.ids import ChannelId, PersonId
from missions.mission import Mission, MissionState
from missions.phrases import say, speaking
from missions.viewer import Viewer

LOOKED_AT: Final = 20
"""How many of the person's newest Active Missions are looked at for findings."""
FINDINGS: Final = 2
"""How many prompts ask about findings, at most."""
TITLE: Final = 60
ALWAYS: Final = (
    ("prompt-site", "Check https://example.com every day at 9, it must answer 200"),
    ("prompt-running", "List my Missions"),
    ("prompt-next", "What runs next?"),
    ("prompt-help", "Help"),
)

Prompt = dict[str, str]
log = structlog.get_logger("bot.edge")


def offer_prompts(edge: Edge, person: PersonId, channel: ChannelId) -> None:
    """Offer what this person may want to say, as they open their messages with us."""
    try:
        with speaking(edge.directory.language(edge.team, person)):
            edge.client.suggest(channel, prompts(edge, person))
    except SlackFailure as failure:
        log.info("no_prompts_offered", person=person, code=failure.code)


def prompts(edge: Edge, person: PersonId) -> list[Prompt]:
    """What their Missions found lately first, then what is always of use; 4 in all."""
    viewer = Viewer(team=edge.team, person=person)
    found = edge.domain.reader.missions(
        viewer, state=MissionState.ACTIVE, search="", page=1, per_page=LOOKED_AT
    )
    worth = [m for m in found.items if m.owner == person and _found(edge, viewer, m)]
    asked = [
        (say("prompt-wrong", mission=m.name), f"What happened with {m.id}?")
        for m in worth[:FINDINGS]
    ]
    always = [(say(title), words) for title, words in ALWAYS]
    offered = [*asked, *always][: limits.SUGGESTED_PROMPTS]
    return [{"title": plain_line(title, TITLE), "message": text} for title, text in offered]


def _found(edge: Edge, viewer: Viewer, mission: Mission) -> bool:
    """Whether some Task's latest Execution found something, or could not do its work."""
    states = edge.domain.reader.task_states(viewer, mission.id).values()
    return any(
        state.latest and (state.last_finding not in (None, Finding.ALL_GOOD) or state.streak)
        for state in states
    )
