"""A click in Home or in a dialog: what would be said in a message is shown in that view instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final

import structlog

from bot.blocks.dialogs import DialogId
from bot.edge import details, home
from bot.edge.below import Notice
from bot.edge.context import Edge
from bot.edge.place import Place, ViewAt
from bot.slack_errors import SlackFailure
from missions.cards import Card
from missions.ids import MissionId

log = structlog.get_logger("bot.edge")

Redraw = Callable[[Edge, Place, ViewAt, str], None]
"""Shows a dialog anew, with a sentence if there is one to say."""

DIALOGS: Final[Mapping[str, Redraw]] = {DialogId.DETAILS.value: details.redraw}
"""Dialogs that show what a click in them changed."""


@dataclass(frozen=True)
class InView(Edge):
    """The edge while it handles a click in a view; `said` is what the person is to be told."""

    said: list[str] = field(default_factory=list)

    def say(self, place: Place, sentence: str) -> None:
        """Keep it for the view."""
        self.said.append(sentence)

    def redraw(self, place: Place, card: Card) -> None:
        """There is no message to redraw."""

    def redraw_mission(self, place: Place, kind: str, mission: MissionId) -> None:
        """There is no message to redraw."""


def in_view(edge: Edge) -> InView:
    """The same edge, for a click in a view."""
    return InView(**{one.name: getattr(edge, one.name) for one in fields(edge)})


def show_result(edge: Edge, place: Place, said: list[str], *, acted: bool) -> None:
    """Show the view anew after a click in it that acted, or that has something to say."""
    view, sentence = place.shown, " ".join(said)
    if view is None or not (acted or said):
        return
    try:
        if view.is_home:
            home.publish(edge, place.person, Notice(text=sentence))
            return
        redraw = DIALOGS.get(view.callback)
        if redraw:
            redraw(edge, place, view, sentence)
        elif sentence:
            edge.say(place, sentence)
    except SlackFailure as failure:
        log.warning("view_not_renewed", person=place.person, code=failure.code)
        if sentence:
            edge.say(place, sentence)
    if acted:
        home.changed(edge, place.person)
