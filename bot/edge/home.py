"""App Home: a person's Missions, as they stand when it is opened [R6 P1]."""

from __future__ import annotations

from typing import Final

from bot.edge.context import Edge
from bot.facts.cards import show
from missions.cards import ListCard
from missions.ids import PersonId

HOME_EVENT: Final = "app_home_opened"


def publish(edge: Edge, person: PersonId, card: ListCard) -> None:
    """Show a page of the Missions that the person may see; raises `SlackFailure`."""
    shown = show(card, edge.gather(person))
    edge.client.publish_home(person, {"type": "home", "blocks": list(shown.message.blocks)})
