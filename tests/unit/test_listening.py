"""What people said in a channel, as it comes from Slack: bounded, plain, by people alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.listening import Listener
from bot.slack_errors import SlackFailure
from missions.ids import ChannelId, PersonId, TeamId
from missions.phrases import Language, speaking
from missions.ports import Person
from missions.recorded import retold
from missions.said import MESSAGES_MAX, TEXT_MAX, NotHeard

TEAM, HERE = TeamId("T1"), ChannelId("C1")
SINCE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Slack:
    """Answers with these messages, newest first, and notes what it was asked."""

    identity = SimpleNamespace(bot_user=PersonId("U0BOT"))

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = messages
        self.asked: list[tuple[str, str]] = []
        self.given = 0

    def history(self, channel: str, oldest: str) -> Iterator[dict[str, Any]]:
        self.asked.append((channel, oldest))
        for message in self.messages:
            self.given += 1
            yield message


class People:
    def person(self, team: str, person: PersonId) -> Person | None:
        return Person(id=person, name="Grace") if person == "U0GRACE" else None


def message(text: str, ts: float = 1_800_000_000.0, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U0ADA", "text": text, "ts": f"{ts:.6f}", **more}


def listener(slack: Slack) -> Listener:
    return Listener({TEAM: slack}.__getitem__, People())  # type: ignore[arg-type]


def test_the_channel_is_read_once_and_no_other() -> None:
    """[P1]"""
    slack = Slack(message("two", 2.0), message("one", 1.0))
    heard = listener(slack).since(TEAM, HERE, SINCE)
    assert slack.asked == [("C1", f"{SINCE.timestamp():.6f}")]
    assert [m.text for m in heard.messages] == ["one", "two"]
    assert heard.more is False


def test_bots_and_notices_of_slack_are_left_out() -> None:
    slack = Slack(
        message("by a bot", bot_id="B1"),
        message("by us", user="U0BOT"),
        message("joined", subtype="channel_join"),
        {"type": "message", "text": "nobody", "ts": "1.0"},
        message("with a file", subtype="file_share"),
    )
    assert [m.text for m in listener(slack).since(TEAM, HERE, SINCE).messages] == ["with a file"]


def test_text_is_plain_and_people_have_names() -> None:
    """[P4]"""
    text = "<!channel> &lt;look&gt; <https://a.example|here>, <@U0GRACE> and <@U0GONE>"
    (one,) = listener(Slack(message(text))).since(TEAM, HERE, SINCE).messages
    assert one.text == "@channel <look> https://a.example, @Grace and @somebody"


def test_threads_bring_their_counts() -> None:
    raw = message("root", reply_count=3, reply_users_count=2, reactions=[{"name": "eyes"}])
    (one,) = listener(Slack(raw)).since(TEAM, HERE, SINCE).messages
    assert (one.replies, one.people, one.reactions) == (3, 2, 1)


def test_no_more_is_read_than_a_run_needs() -> None:
    """[P4] Of count and of size."""
    slack = Slack(*(message("x" * 50_000, float(n)) for n in range(MESSAGES_MAX * 2)))
    heard = listener(slack).since(TEAM, HERE, SINCE)
    assert slack.given == MESSAGES_MAX + 1
    assert len(heard.messages) == MESSAGES_MAX
    assert heard.more is True
    assert {len(m.text) for m in heard.messages} == {TEXT_MAX}


def test_what_slack_refuses_is_said_in_words() -> None:
    def refused() -> list[dict[str, Any]]:
        raise SlackFailure("not_in_channel")

    class Refusing(Slack):
        def history(self, channel: str, oldest: str) -> Iterator[dict[str, Any]]:
            yield from refused()

    with pytest.raises(NotHeard, match="Is Houston still in it") as told:
        listener(Refusing()).since(TEAM, HERE, SINCE)
    with speaking(Language.DE):
        assert retold(str(told.value)).endswith("Ist Houston noch darin?")
