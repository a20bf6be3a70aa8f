"""Where a person did something: channel, thread, message."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from missions.ids import ChannelId, PersonId, TeamId
from missions.viewer import Actor

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """`message_ts` is the message that was clicked, `thread_ts` the root of the thread it is in.

    A message that began a thread stands in the channel, so it has no `thread_ts` here.
    `trigger` opens a dialog within 3 s, and is different for every click and command. `view` and
    `dialog` are the id and the `callback_id` of the dialog that it was done in.
    """

    person: PersonId
    channel: ChannelId | None
    trigger: str = ""
    message_ts: str | None = None
    thread_ts: str | None = None
    ephemeral: bool = False
    view: str = ""
    dialog: str = ""

    @property
    def root(self) -> str | None:
        """The root of the conversation: the thread's, or the message itself."""
        return self.thread_ts or self.message_ts

    @property
    def click(self) -> str:
        """A short id of this click or command: what it starts is started once."""
        return hashlib.sha256(self.trigger.encode()).hexdigest()[:16]

    def actor(self, team: TeamId, link: str | None = None) -> Actor:
        """The person as somebody who acts; being there proves that they can read the channel."""
        return Actor(team=team, person=self.person, link=link, proven=self.channel)


def place_of_click(body: Json) -> Place:
    """Where a button was pressed: in a message, or on Home (then without a channel)."""
    container = body.get("container") or {}
    message = body.get("message") or {}
    message_ts = container.get("message_ts") or message.get("ts")
    thread_ts = container.get("thread_ts") or message.get("thread_ts")
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    view = body.get("view") or {}
    dialog = view if view.get("type") == "modal" else {}
    return Place(
        person=PersonId(body["user"]["id"]),
        channel=ChannelId(channel) if channel else None,
        trigger=str(body.get("trigger_id") or ""),
        message_ts=message_ts,
        thread_ts=thread_ts if thread_ts != message_ts else None,
        ephemeral=bool(container.get("is_ephemeral")),
        view=str(dialog.get("id") or ""),
        dialog=str(dialog.get("callback_id") or ""),
    )


def place_of_command(body: Json) -> Place:
    """Where a slash command was typed."""
    return Place(
        person=PersonId(body["user_id"]),
        channel=ChannelId(body["channel_id"]),
        trigger=str(body.get("trigger_id") or ""),
    )
