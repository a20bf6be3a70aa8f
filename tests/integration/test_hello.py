"""Who invites Houston to a channel is told what to say first [C1 C11]."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from bot.edge.hello import invited
from missions.ids import ChannelId, PersonId
from tests.integration.edge_kit import System, connected

BOT = PersonId("U0BOT")


@pytest.fixture
def system(redis: Redis) -> Iterator[System]:
    with connected(redis) as running:
        yield running


def test_who_invites_houston_is_greeted_once_and_alone(system: System) -> None:
    """[C1] No word to the others; not again when it comes back."""
    made = system.people.admin("create", name="launch-pad")
    channel, bot = ChannelId(made["channel"]), system.connection.bot_user_id
    before = len(system.people.messages(channel))

    def hellos() -> list[str]:
        shown = system.people.ephemerals("ada", channel)
        return [str(m) for m in shown if "Tell me what to keep an eye on" in str(m)]

    system.people.admin("invite", channel=channel, user=bot)
    system.people.wait_for(hellos, 15)
    system.people.admin("kick", channel=channel, user=bot)
    system.people.admin("invite", channel=channel, user=bot)
    joined = "member_joined_channel"
    system.people.wait_for(lambda: len(system.calls(joined)) >= 2, 15)
    assert len(hellos()) == 1
    shown = system.people.messages(channel)[before:]
    said = [m for m in shown if m["bot"] and not m["ephemeral"]]
    assert not [m for m in said if "keep an eye" in str(m)]
    assert system.people.ephemerals("grace", channel) == []


@pytest.mark.parametrize(
    "event",
    [
        {"user": "U0ADA", "inviter": "U0GRACE", "channel": "C1"},
        {"user": BOT, "channel": "C1"},
        {"user": BOT, "inviter": {"id": "U0ADA"}, "channel": "C1"},
        {"user": BOT, "inviter": "U0ADA", "channel": {}},
    ],
)
def test_nobody_is_greeted_for_another(event: dict[str, object]) -> None:
    """[C1] Somebody else came, nobody says who invited Houston, or it is misshapen."""
    assert invited({"type": "member_joined_channel", **event}, BOT) is None
