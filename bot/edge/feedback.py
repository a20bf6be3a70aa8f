"""The two buttons below a report: did it help? [R1]"""

from __future__ import annotations

from bot.edge.click import Click
from bot.edge.clicks import ButtonTooOld
from bot.edge.context import Edge
from missions.feedback import Opinion
from missions.phrases import say


def feedback(edge: Edge, click: Click) -> None:
    """Note it for that person; the last word counts."""
    value = click.value
    if value.mission is None or value.execution is None or value.extra not in list(Opinion):
        raise ButtonTooOld
    edge.domain.lifecycle.feedback(
        click.actor, value.mission, value.execution, Opinion(value.extra)
    )
    edge.say(click.place, say("thanks-noted"))
