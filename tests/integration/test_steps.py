"""What a turn with a real model's client does is written down as it comes, for who waits [C10]."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.calling import Terms
from agent.stepping import kind_of
from agent.tools.kit import TOOLS
from jobs.turn import answer
from missions.domain import Domain
from missions.ids import ChannelId
from missions.live import StepKind, Steps, show_steps
from missions.mailbox import Box, Incoming
from tests.integration.model_kit import PLAN, QUICK, led_to, talking
from tests.support.answers import calls, says
from tests.support.dialects import DIALECTS
from tests.support.fakes import ADA, MONDAY, OPS, TEAM
from tests.support.modelserver import ModelServer

DM = ChannelId("D-ADA")
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    running = ModelServer(next(iter(DIALECTS.values())))
    yield running
    running.close()


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[Steps]:
    """The steps as they were written down."""
    found: list[Steps] = []

    def writes(box: Box, text: str, incoming: Incoming, steps: Steps) -> bool:
        written = show_steps(box, text, incoming, steps)
        found.extend([steps] if written else [])
        return written

    monkeypatch.setattr("jobs.noting.show_steps", writes)
    return found


def asks(domain: Domain, channel: ChannelId) -> Incoming:
    incoming = Incoming(
        id="I-1",
        team=TEAM,
        channel=channel,
        thread_ts="100.000001",
        ts="100.000001",
        person=ADA,
        text="check the shop every weekday at 9",
        direct=channel == DM,
        event_id="Ev1",
        at=MONDAY,
    )
    assert domain.mailboxes.accept(incoming)
    return incoming


@pytest.mark.parametrize("channel", [DM, OPS])
def test_the_steps_of_a_direct_message_are_noted(
    domain: Domain,
    server: ModelServer,
    noted: list[Steps],
    channel: ChannelId,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[C10] In their order; nobody sees those of a channel, so none are written."""
    server.will(calls(("list_missions", {})), calls(PLAN), says("There it is."))
    model = led_to(server, monkeypatch)
    with talking(domain, model, tmp_path, Terms(patience=QUICK)):
        incoming = asks(domain, channel)
        answer(TEAM, incoming.conversation)
    assert domain.mailboxes.head(TEAM, incoming.conversation) is None
    if channel == OPS:
        assert noted == []
        return
    assert [steps.kinds[-1] for steps in noted] == [
        StepKind.THINK,
        StepKind.LOOK,
        StepKind.WRITE,
        StepKind.PLAN,
        StepKind.WRITE,
    ]
    assert domain.lives.steps(TEAM, incoming.conversation, incoming) is None


def test_every_tool_is_some_step() -> None:
    """[C10] One that changes a plan says so; one that looks says that."""
    kinds = {tool.name: kind_of(tool.name) for tool in TOOLS}
    assert kinds["propose_change"] is StepKind.PLAN
    assert kinds["who_did"] is StepKind.LOOK
    assert kinds["offer_delete"] is StepKind.PREPARE
