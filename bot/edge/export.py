"""`/mission export M-… [csv]`: shown to that person alone [R9 P1]."""

from __future__ import annotations

from bot.blocks.commands_card import USAGE
from bot.edge.click import Click
from bot.edge.commands import BadCommand, Named
from bot.edge.context import Edge
from missions import cards as c
from missions.errors import UnknownMission
from missions.phrases import say


def give(edge: Edge, click: Click) -> None:
    """The button of the same: the plan as YAML."""
    if click.value.mission is None:
        raise UnknownMission("")
    edge.tell(click.place, c.ExportCard(mission=click.value.mission))


def export(edge: Edge, said: Named) -> c.Card:
    """The plan as YAML, or the Executions as CSV."""
    kind = said.more.strip().lower()
    if kind not in ("", "yaml", "csv"):
        raise BadCommand(say("as-what", usage=USAGE["export"]))
    return c.ExportCard(mission=said.mission.id, csv=kind == "csv")
