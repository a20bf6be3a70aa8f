"""A Mission's details in a dialog: opened, turned to another part, shown anew after a click [R7].

Of two clicks the later one decides what is shown: Slack's hash tells that the dialog has changed
since, and the time of the click which of the two came last.
"""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.blocks.details import DetailsAt, details_view
from bot.blocks.dialogs import DialogId, error_dialog
from bot.blocks.tabs import Tab
from bot.edge.below import Notice
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.home import HASH_CONFLICT
from bot.edge.place import Place, ViewAt
from bot.facts.details import details_facts
from bot.slack_errors import SlackFailure
from missions.errors import UnknownMission
from missions.ids import MissionId, PersonId
from missions.keys import TeamKeys

Json = dict[str, Any]

NOTHING: Final = Notice()
KEPT_MS: Final = 60 * 60 * 1000
"""How long it is known which click in an open dialog was the latest."""

log = structlog.get_logger("bot.edge")


def open_details(edge: Edge, click: Click) -> None:
    """Open the details of a Mission."""
    if click.value.mission is None:
        raise UnknownMission("")
    show_details(edge, click.place, click.value.mission)


def show_details(edge: Edge, place: Place, mission: MissionId) -> None:
    """Open the details for a click or a command."""
    edge.open_dialog(place, _view(edge, place.person, DetailsAt(mission=mission)))


def turn_to(edge: Edge, click: Click) -> None:
    """Show another part in the same dialog; from a message it opens."""
    mission, shown = click.value.mission, click.place.shown
    if mission is None:
        raise UnknownMission("")
    tab = Tab(click.value.extra or Tab.OVERVIEW)
    at = DetailsAt(mission=mission, tab=tab, page=click.value.page or 1)
    if shown is None:
        edge.open_dialog(click.place, _view(edge, click.place.person, at))
        return
    _update(edge, click.place.person, shown, at)


def redraw(edge: Edge, place: Place, shown: ViewAt, sentence: str) -> None:
    """Show the same part as it is now, with a sentence."""
    _update(edge, place.person, shown, DetailsAt.load(shown.metadata), Notice(text=sentence))


def after_dialog(
    edge: Edge, person: PersonId, view: Json, at: DetailsAt, notice: Notice = NOTHING
) -> None:
    """A dialog that stood on the details was submitted: show what it changed, and says."""
    beneath = str(view.get("previous_view_id") or "")
    try:
        edge.client.update_view(beneath, _view(edge, person, at, notice))
    except SlackFailure as failure:
        log.info("details_not_there", person=person, code=failure.code)


def under(place: Place) -> str | None:
    """The part of the details in which a click was made; None if it was made elsewhere."""
    shown = place.shown
    if shown is None or shown.callback != DialogId.DETAILS.value:
        return None
    return DetailsAt.load(shown.metadata).tab.value


def _update(
    edge: Edge, person: PersonId, shown: ViewAt, at: DetailsAt, notice: Notice = NOTHING
) -> None:
    redis, key = edge.domain.redis, TeamKeys(edge.team).cache("view", shown.id)
    redis.zadd(key, {"latest": shown.at}, gt=True)
    redis.pexpire(key, KEPT_MS)
    try:
        edge.client.update_view(shown.id, _view(edge, person, at, notice), shown.hash or None)
    except SlackFailure as failure:
        if failure.code != HASH_CONFLICT:
            raise
        latest = redis.zscore(key, "latest")
        if latest is None or shown.at >= latest:
            edge.client.update_view(shown.id, _view(edge, person, at, notice))


def _view(edge: Edge, person: PersonId, at: DetailsAt, notice: Notice = NOTHING) -> Json:
    """The dialog as it is now; of a Mission that is gone, or hidden by now, that it is.

    Who has just discarded it is told that instead.
    """
    try:
        return details_view(details_facts(edge.gather(person), at, notice.text, notice.url))
    except UnknownMission as unknown:
        return error_dialog(notice.text or unknown.sentence)
