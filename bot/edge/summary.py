"""`/mission summary M-… weekly monday 9:00`: proposes when the Mission report comes [R3]."""

from __future__ import annotations

from agent.offline.sentence import Sentence
from agent.offline.summaries import summary_at
from bot.blocks.commands_card import USAGE
from bot.edge.commands import BadCommand, Named
from bot.edge.context import Edge
from missions import cards as c
from missions.blueprint import Summary
from missions.phrases import say

UTC = "UTC"


def summary(edge: Edge, said: Named) -> c.Card:
    """Post the card with before and after, to be applied by a click."""
    place = said.order.place
    person = edge.domain.directory.person(edge.team, place.person)
    wanted = _read(said.more, person.zone if person else UTC)
    actor = place.actor(edge.team)
    request = f"summary {said.more}"
    edge.domain.lifecycle.propose_summary(actor, said.mission.id, wanted, request)
    return c.TextCard(text=say("answer-in-thread", mission=said.mission.name))


def _read(words: str, zone: str) -> Summary | None:
    """What was typed: `weekly monday 9:00`, `daily 8:00`, `off`. Raises `BadCommand`."""
    first, _, rest = words.strip().lower().partition(" ")
    if first in ("off", "none", "never"):
        return None
    at = rest if " at " in f" {rest}" else _with_at(rest)
    sentence = Sentence(f"{first} summary {at}")
    operation, _, length = summary_at(sentence, 0, zone)
    if operation is None or length < len(sentence):
        raise BadCommand(say("when-usage", usage=USAGE["summary"]))
    return Summary.model_validate({n: v for n, v in operation.items() if n != "op"})


def _with_at(words: str) -> str:
    """The time of day with “at” before it: the last word, if it begins with a digit."""
    before, _, last = words.rpartition(" ")
    return f"{before} at {last}".strip() if last[:1].isdigit() else words
