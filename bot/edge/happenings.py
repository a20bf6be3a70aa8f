"""Events that are no words: what was remembered of a person is wrong now, or Home was opened."""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.edge.agent_view import offer_prompts
from bot.edge.context import Edge
from bot.edge.hello import greet, invited
from bot.edge.home import HOME_EVENT, publish
from bot.edge.lifecycle import doubt_of, settle_doubts
from bot.edge.pulse import Pulse
from bot.edge.stopping import STOPPED_EVENT, on_stopped
from bot.edge.tenancy import ACCESS_EVENTS
from bot.slack_errors import SlackFailure, TokenRefused
from missions.ids import ChannelId, PersonId

Json = dict[str, Any]

PERSON_EVENTS: Final = frozenset({"user_change"})
REVOKED_EVENTS: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""Somebody took the app's tokens away; which, Slack is asked itself."""
MEMBER_EVENTS: Final = frozenset({"member_joined_channel", "member_left_channel"})
EVERYWHERE: Final = ChannelId("")
"""Stands for all channels in which a person may own Missions."""

log = structlog.get_logger("bot.edge")


def on_event(edge: Edge, event: Json) -> None:
    """Forget what the event is about; fill what was opened; stop what is to stop."""
    kind = event.get("type")
    if doubt_of(event, edge.bot_user) or kind in ACCESS_EVENTS:
        settle_doubts(edge)
    if greeting := invited(event, edge.bot_user):
        greet(edge, *greeting)
    if kind in MEMBER_EVENTS:
        channel, person = _id(event.get("channel")), _id(event.get("user"))
        edge.domain.bell.owner(edge.team, ChannelId(channel), PersonId(person))
    elif kind in PERSON_EVENTS:
        person = _id(event.get("user"))
        if person:
            edge.directory.forget_person(edge.team, PersonId(person))
            if _lost_rights(event.get("user")):
                edge.domain.bell.owner(edge.team, EVERYWHERE, PersonId(person))
    elif kind == HOME_EVENT and event.get("tab") == "home":
        _fill_home(edge, PersonId(_id(event.get("user"))))
    elif kind == HOME_EVENT and event.get("tab") == "messages":
        offer_prompts(edge, PersonId(_id(event.get("user"))), ChannelId(_id(event.get("channel"))))
    elif kind == STOPPED_EVENT:
        on_stopped(edge, event)


def on_revoked(edge: Edge, pulse: Pulse) -> None:
    """See whether our token still holds; if not, health says so until Houston is started anew.

    Nothing has to be stopped: what Slack refuses for its token waits, and is tried more and more
    rarely, so that nothing is lost when the app is installed again.
    """
    try:
        edge.client.check_token()
    except TokenRefused as failure:
        pulse.refused = failure.code
        log.error("token_refused", code=failure.code, cure="install the app again, set its tokens")
    except SlackFailure as failure:
        log.warning("token_not_checked", code=failure.code)


def _lost_rights(person: Any) -> bool:
    """Whether they can do less than others: other changes of a profile come all the time."""
    told = person if isinstance(person, dict) else {}
    return bool(told.get("deleted") or told.get("is_restricted"))


def _fill_home(edge: Edge, person: PersonId) -> None:
    try:
        publish(edge, person)
    except SlackFailure as failure:
        log.warning("home_not_filled", person=person, code=failure.code)


def _id(told: Any) -> str:
    """An id that Slack gives as such, or inside of an object."""
    return str(told.get("id") or "") if isinstance(told, dict) else str(told or "")
