"""Where a person did something: channel, thread, message."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from missions.ids import ChannelId, PersonId, TeamId
from missions.viewer import Actor

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ViewAt:
    """The view in which something was pressed: Home or a dialog, as it was shown then.

    `at` is when it was pressed, by Slack's clock: of two clicks it tells which was the later.
    """

    id: str
    hash: str = ""
    is_home: bool = False
    callback: str = ""
    metadata: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """`message_ts` is the message that was clicked, `thread_ts` the root of the thread it is in.

    A message that began a thread stands in the channel, so it has no `thread_ts` here.
    By `answer_url` Slack has an ephemeral message replaced, 5 times in 30 minutes.
    `trigger` opens a dialog within 3 s, and is different for every click and command. `shown` is
    the view it was done in, if it was not in a message.
    """

    person: PersonId
    channel: ChannelId | None
    trigger: str = ""
    message_ts: str | None = None
    thread_ts: str | None = None
    ephemeral: bool = False
    answer_url: str = ""
    shown: ViewAt | None = None

    @property
    def root(self) -> str | None:
        """The root of the conversation: the thread's, or the message itself."""
        return self.thread_ts or self.message_ts

    @property
    def dialog(self) -> ViewAt | None:
        """The dialog that it was done in; None for a message and for Home."""
        return self.shown if self.shown and not self.shown.is_home else None

    @property
    def alone(self) -> bool:
        """Whether nobody else sees what was clicked: shown to one person, a dialog, or Home."""
        return self.ephemeral or self.shown is not None

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
    return Place(
        person=PersonId(body["user"]["id"]),
        channel=ChannelId(channel) if channel else None,
        trigger=str(body.get("trigger_id") or ""),
        message_ts=message_ts,
        thread_ts=thread_ts if thread_ts != message_ts else None,
        ephemeral=bool(container.get("is_ephemeral")),
        answer_url=str(body.get("response_url") or ""),
        shown=_shown(body),
    )


def _shown(body: Json) -> ViewAt | None:
    view, pressed = body.get("view"), (body.get("actions") or [{}])[0]
    if not view:
        return None
    return ViewAt(
        id=str(view.get("id") or ""),
        hash=str(view.get("hash") or ""),
        is_home=view.get("type") == "home",
        callback=str(view.get("callback_id") or ""),
        metadata=str(view.get("private_metadata") or ""),
        at=float(pressed.get("action_ts") or 0),
    )


def place_of_command(body: Json) -> Place:
    """Where a slash command was typed."""
    return Place(
        person=PersonId(body["user_id"]),
        channel=ChannelId(body["channel_id"]),
        trigger=str(body.get("trigger_id") or ""),
    )
