"""Reads what people said in a channel, for Tasks that are granted to [P1 P4]."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from agent.clean import clean_slack_text, people_named
from bot.client import SlackClient
from bot.slack_errors import SlackFailure
from missions.ids import ChannelId, PersonId, TeamId
from missions.ports import Directory
from missions.recorded import kept
from missions.said import MESSAGES_MAX, TEXT_MAX, Heard, NotHeard, Said

Json = dict[str, Any]

BY_PEOPLE: Final = frozenset({"", "thread_broadcast", "file_share", "me_message"})
"""Subtypes of what people write; joins, topics and the like are none of it."""


class Listener:
    """Reads the channels of a workspace through that workspace's own client."""

    def __init__(self, client: Callable[[TeamId], SlackClient], directory: Directory) -> None:
        self._client = client
        self._directory = directory

    def since(self, team: TeamId, channel: ChannelId, oldest: datetime) -> Heard:
        """What people said at the channel's root since then, the latest 1,000; NotHeard."""
        client = self._client(team)
        pages = client.history(channel, f"{oldest.timestamp():.6f}")
        try:
            found = list(islice(pages, MESSAGES_MAX + 1))
        except SlackFailure as failure:
            raise NotHeard(kept("rec-not-heard")) from failure
        bot = client.identity.bot_user
        mine = [self._said(team, one) for one in found[:MESSAGES_MAX] if _by_person(one, bot)]
        return Heard(messages=tuple(reversed(mine)), more=len(found) > MESSAGES_MAX)

    def _said(self, team: TeamId, message: Json) -> Said:
        return Said(
            at=datetime.fromtimestamp(float(message["ts"]), UTC),
            by=PersonId(message["user"]),
            name=self._name(team, PersonId(message["user"])),
            text=self._plain(team, str(message.get("text") or "")),
            replies=int(message.get("reply_count") or 0),
            people=int(message.get("reply_users_count") or 0),
            reactions=len(message.get("reactions") or ()),
        )

    def _plain(self, team: TeamId, text: str) -> str:
        """Without markup, and with people's names where Slack has their ids."""
        text = text[: TEXT_MAX * 4]
        shown = clean_slack_text(text, bot_user="")
        for written, person in people_named(text, bot_user="").items():
            shown = shown.replace(written, f"@{self._name(team, person)}")
        return shown[:TEXT_MAX]

    def _name(self, team: TeamId, person: PersonId) -> str:
        known = self._directory.person(team, person)
        return known.name if known else "somebody"


def _by_person(message: Json, bot: PersonId) -> bool:
    return (
        bool(message.get("user"))
        and message["user"] != bot
        and not message.get("bot_id")
        and str(message.get("subtype") or "") in BY_PEOPLE
    )
