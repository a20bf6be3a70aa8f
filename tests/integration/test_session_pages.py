"""A Session as pages in the thread of its report: asked for, once, and turned in place [X4]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import actions, button, section
from bot.blocks.layout import Message
from bot.deliveries import Delivery
from bot.facts.sessions import without_secrets
from bot.mrkdwn import Mrkdwn
from missions.cards import ReportCard
from missions.execution import Execution, Session, Step
from missions.ids import ChannelId
from missions.mission import Mission
from tests.integration.edge_kit import OPS, System, connected
from tests.integration.test_records import ran
from tests.support.story import actions as offered
from tests.support.story import words

Json = dict[str, Any]
STEPS = 7


@pytest.fixture
def system(redis: Redis) -> Iterator[System]:
    with connected(redis) as running:
        yield running


def session(run: Execution) -> Session:
    """Seven steps, one with a secret in its arguments and something that would mention."""
    steps = [
        Step(
            at=run.started_at,
            what=f"Look at page {number}",
            tool="http",
            arguments={"url": "https://shop.example/?token=hush-hush"},
            result="all good; <!channel>",
        )
        for number in range(1, STEPS + 1)
    ]
    return without_secrets(Session(execution=run.id, steps=tuple(steps)), ())


def deliver(system: System, channel: ChannelId = OPS) -> None:
    Delivery(system.domain, system.client, lambda _, run: session(run), "test").run(
        system.team, channel
    )


def reported(system: System) -> tuple[Mission, Execution, str]:
    """A run whose report was posted: its Mission, itself, the report's ts."""
    mission = system.launched(OPS)
    run = ran(system, mission)
    system.say(OPS, ReportCard(mission=mission.id, execution=run.id))
    deliver(system)
    report = next(m for m in system.people.messages(OPS) if "feedback" in offered(m))
    return mission, run, str(report["ts"])


def ask(system: System, run: Execution) -> None:
    """Press the button of the dialog, as a message of the bot offers it."""
    value = Value(mission=run.mission, execution=run.id)
    go = actions(button("Go", ActionId.SESSION_THREAD, value))
    ts = system.client.post(OPS, Message(Mrkdwn("Here"), (section(Mrkdwn("Here")), go)))
    system.people.click("grace", OPS, ts, str(ActionId.SESSION_THREAD))


def pages(system: System, report: str) -> list[Json]:
    return [m for m in system.people.messages(OPS, report) if "Look at page" in words(m)]


def turned(system: System, report: str, has: str) -> Json:
    """The message with the pages once it has these words."""

    def find() -> Json | None:
        deliver(system)
        found = pages(system, report)
        return found[0] if found and has in words(found[0]) else None

    return system.people.wait_for(find, 15) or {}


def test_a_session_is_read_in_the_thread_page_by_page(system: System) -> None:
    """[X4 P7 P4] One message, that its buttons turn; secrets hidden, and nothing in it acts."""
    _, run, report = reported(system)
    ask(system, run)
    first = turned(system, report, "Look at page 1")
    assert "Look at page 4" not in words(first)
    assert "page 1 of 3" in words(first).lower()
    assert "hush-hush" not in str(first)
    system.people.click("linus", OPS, first["ts"], "session_page:2")
    second = turned(system, report, "Look at page 4")
    assert second["ts"] == first["ts"]
    system.people.click("ada", OPS, first["ts"], "session_page:3")
    last = turned(system, report, f"Look at page {STEPS}")
    assert "session_page:4" not in str(last["blocks"])
    assert len(pages(system, report)) == 1


def test_a_session_is_posted_once_however_many_ask(system: System) -> None:
    """[X4 R4] The next one is told that it is there."""
    _, run, report = reported(system)
    ask(system, run)
    turned(system, report, "Look at page 1")
    ask(system, run)

    def told() -> bool:
        return "already" in str(system.people.ephemerals("grace", OPS))

    system.people.wait_for(told, 15)
    deliver(system)
    assert len(pages(system, report)) == 1
