"""Where Houston surely is: by what Slack sends it [C11]."""

from __future__ import annotations

from typing import Any

import pytest

from bot.edge.presence import KEPT_SECONDS, Presence
from missions.ids import ChannelId, PersonId, TeamId

T1, T2, C1, BOT = TeamId("T1"), TeamId("T2"), ChannelId("C1"), PersonId("UBOT")


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def message(**changes: Any) -> dict[str, Any]:
    return {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1"} | changes


def test_a_message_from_a_channel_proves_it_for_a_minute() -> None:
    watch = Watch()
    presence = Presence(watch)
    presence.learn(T1, BOT, message())
    assert presence.known(T1, C1)
    assert not presence.known(T2, C1)
    assert not presence.known(T1, ChannelId("C2"))
    watch.now += KEPT_SECONDS
    assert not presence.known(T1, C1)


@pytest.mark.parametrize(
    "event",
    [
        message(type="app_mention"),
        message(subtype="channel_leave"),
        message(user=BOT),
        message(channel_type="im"),
        {"type": "reaction_added", "user": "U1", "item": {"channel": "C1"}},
    ],
)
def test_other_events_prove_nothing(event: dict[str, Any]) -> None:
    presence = Presence()
    presence.learn(T1, BOT, event)
    assert not presence.known(T1, C1)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "channel_left", "channel": "C1"},
        {"type": "channel_archive", "channel": "C1", "user": "U1"},
        {"type": "member_left_channel", "channel": "C1", "user": BOT},
    ],
)
def test_what_casts_doubt_on_the_channel_ends_it(event: dict[str, Any]) -> None:
    """[C11] From then on Slack is asked again."""
    presence = Presence()
    presence.learn(T1, BOT, message())
    presence.learn(T1, BOT, event)
    assert not presence.known(T1, C1)
