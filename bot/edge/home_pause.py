"""An administrator pauses everything from Home [M10]. Who may is asked by `missions.quiet`."""

from __future__ import annotations

from typing import Any

from bot.blocks.dialogs import Field, field_error, picked_time, typed
from bot.blocks.home_pause import pause_all_dialog
from bot.edge.click import Click
from bot.edge.context import Edge
from missions.errors import Forbidden, TimePassed
from missions.ids import PersonId
from missions.phrases import say
from missions.viewer import Actor

Json = dict[str, Any]


def open_pause_all(edge: Edge, click: Click) -> None:
    """Ask for the note and the end."""
    person = edge.domain.directory.person(edge.team, click.place.person)
    if person is None or not person.is_admin:
        raise Forbidden(say("to-pause-everything"), say("admins-can"))
    edge.open_dialog(click.place, pause_all_dialog())


def pause_all(edge: Edge, body: Json) -> Json | None:
    """Pause everything; an end that has passed is refused at its input."""
    view, actor = body["view"], Actor(team=edge.team, person=PersonId(body["user"]["id"]))
    try:
        edge.domain.quiet.begin(
            actor, None, typed(view, Field.NOTE), picked_time(view, Field.UNTIL)
        )
    except TimePassed as passed:
        errors = field_error(Field.UNTIL, passed.sentence)
        return {"response_action": "errors", "errors": errors}
    return None
