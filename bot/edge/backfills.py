"""Backfill at the edge: the button that starts it, and `/mission backfill` [S6]."""

from __future__ import annotations

from agent.offline.sentence import Sentence
from agent.offline.spans import find_span
from bot.blocks.commands_card import USAGE
from bot.edge.click import Click
from bot.edge.clicks import proposal_in, redrawn
from bot.edge.commands import BadCommand, Named, task_in, zone_of
from bot.edge.context import Edge
from missions import cards as c
from missions.phrases import say
from missions.proposals import card_of


def start(edge: Edge, click: Click) -> None:
    """Run what the card counts, once; the card shows that it was started."""
    mission, proposal = proposal_in(click.value)
    with redrawn(edge, click, c.BackfillCard(mission=mission, proposal=proposal)):
        count = edge.domain.lifecycle.backfill(click.actor, mission, proposal)
    if click.place.ephemeral:
        edge.say(click.place, say("started-backfill", runs=say("past-runs", count)))


def command(edge: Edge, said: Named) -> c.Card:
    """Propose a backfill of the range that was typed."""
    place = said.order.place
    task, words = task_in(edge, said)
    sentence = Sentence(words)
    span = find_span(sentence, 0, edge.domain.clock.now(), zone_of(edge, place))
    if span is None or span.doubt:
        doubt = f"{span.doubt.text} " if span and span.doubt else ""
        raise BadCommand(say("from-when", usage=f"{doubt}{USAGE['backfill']}"))
    actor = place.actor(edge.team)
    only = task.id if task else None
    proposal = edge.domain.lifecycle.propose_backfill(
        actor, said.mission.id, span.first, span.last, only
    )
    return card_of(proposal)
