"""Which installation it is for that Slack sends: pure, from the payload alone [P1].

Payloads name several workspaces: the one where the app is installed, the person's own, and in a
channel that organisations share (Slack Connect) any of them. What counts is the installation that
Slack names, and before it the bot whose message was clicked or who was mentioned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.edge.dropped import DROPPED
from bot.oauth.installations import tenant
from missions.ids import ChannelId, PersonId, TeamId

Json = dict[str, Any]
ACCESS_EVENTS: Final = frozenset({"team_access_granted", "team_access_revoked"})
"""Events about which workspaces of an organisation let the app in."""
_MENTIONED: Final = re.compile(r"<@([A-Z0-9]+)(?:\||>)")


def tenants_of(body: Json, installed: Mapping[TeamId, PersonId]) -> tuple[TeamId, ...]:
    """The installations a payload is for; `installed` has each one's bot user. None if unknown.

    Only words in a shared channel can be for several: Slack sends them once for all.
    """
    if body.get("type") == "event_callback":
        named = _named(body, installed) if is_shared(body) else ()
        wanted = named or _one(_organisation(body) or _authorized(body))
    elif body.get("type") == DROPPED:
        wanted = _one(_authorized(body))
    elif body.get("command"):
        is_org = str(body.get("is_enterprise_install")).lower() == "true"
        told = tenant(_id(body.get("enterprise_id")), _id(body.get("team_id")), is_org=is_org)
        wanted = _one(told)
    else:
        wanted = _of_click(body, installed)[:1]
    return tuple(team for team in wanted if team in installed)


def is_shared(body: Json) -> bool:
    """Whether something happened in a channel that several organisations share."""
    return body.get("type") == "event_callback" and body.get("is_ext_shared_channel") is True


def channel_of(body: Json) -> ChannelId:
    """The channel of an event; empty if it has none."""
    event = body.get("event") or {}
    place = event.get("channel") or (event.get("item") or {}).get("channel")
    return ChannelId(_id(place) or "")


def _authorized(body: Json) -> TeamId | None:
    """The installation that Slack names first; it names one, although there may be more."""
    known = (body.get("authorizations") or [None])[0]
    if known:
        is_org = bool(known.get("is_enterprise_install"))
        return tenant(known.get("enterprise_id"), known.get("team_id"), is_org=is_org)
    is_org = bool(body.get("is_enterprise_install"))
    return tenant(_id(body.get("enterprise_id")), _id(body.get("team_id")), is_org=is_org)


def _organisation(body: Json) -> TeamId | None:
    """Whose workspaces an event is about; its authorization may name one of these instead."""
    if (body.get("event") or {}).get("type") not in ACCESS_EVENTS:
        return None
    known = (body.get("authorizations") or [{}])[0]
    return tenant(_id(body.get("enterprise_id")) or known.get("enterprise_id"), None, is_org=True)


def _named(body: Json, installed: Mapping[TeamId, PersonId]) -> tuple[TeamId, ...]:
    """The installations whose bots a mention names."""
    event = body.get("event") or {}
    if event.get("type") != "app_mention":
        return ()
    people = set(_MENTIONED.findall(str(event.get("text") or "")))
    named = {team: bot for team, bot in sorted(installed.items()) if bot in people}
    sure = _authorized(body)
    # Two workspaces whose bots have the same id: what Slack says decides between them.
    return tuple(t for t, bot in named.items() if t == sure or bot != named.get(sure or TeamId("")))


def _of_click(body: Json, installed: Mapping[TeamId, PersonId]) -> tuple[TeamId, ...]:
    """Whose a click, dialog or shortcut may be, the surest first."""
    view, message = body.get("view") or {}, body.get("message") or {}
    author = message.get("user") if message.get("bot_id") else None
    by_bot = [team for team, bot in sorted(installed.items()) if author and bot == author]
    enterprise = _id(body.get("enterprise")) or _id((body.get("team") or {}).get("enterprise_id"))
    user_team = (body.get("user") or {}).get("team_id")
    team = _id(body.get("team")) or view.get("team_id") or user_team
    is_org = bool(body.get("is_enterprise_install"))
    told = [view.get("app_installed_team_id"), tenant(enterprise, team, is_org=is_org), enterprise]
    wanted = [TeamId(one) for one in told if one]
    # Two workspaces whose bots have the same id: what Slack says decides between them.
    sure = [one for one in wanted if one in by_bot] or by_bot
    return tuple(one for one in dict.fromkeys((*sure, *wanted)) if one in installed)


def _one(found: TeamId | None) -> tuple[TeamId, ...]:
    return (found,) if found else ()


def _id(told: Any) -> str | None:
    """An id that Slack gives as such, or inside of an object."""
    found = told.get("id") if isinstance(told, dict) else told
    return str(found) if found else None
