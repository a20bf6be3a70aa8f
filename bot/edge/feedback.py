"""The two buttons below a report: did it help? [R1]"""

from __future__ import annotations

from typing import Final

from bot.edge.click import Click
from bot.edge.clicks import ButtonTooOld
from bot.edge.context import Edge
from missions.feedback import Opinion

NOTED: Final = "Noted, thank you. The history counts it; press the other one to change it."


def feedback(edge: Edge, click: Click) -> None:
    """Note it for that person; the last word counts."""
    value = click.value
    if value.mission is None or value.execution is None or value.extra not in list(Opinion):
        raise ButtonTooOld
    edge.domain.lifecycle.feedback(
        click.actor, value.mission, value.execution, Opinion(value.extra)
    )
    edge.say(click.place, NOTED)
