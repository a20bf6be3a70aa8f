"""A Session as pages and as a file: each step with its time, its size and its duration."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.blocks.records import Scope
from bot.blocks.session import SessionFacts, session_card, session_text, session_view
from missions.execution import Session, Step
from missions.ids import ExecutionId
from tests.unit.block_samples import ID, execution, mission

AT = datetime(2026, 11, 24, 8, 30, 5, tzinfo=UTC)
LOOK = Step(
    at=AT, what="Looked with http", tool="http", result="x" * 70, duration_ms=412.3, size=48_200
)
TURN = Step(at=AT, what="Model answered", tokens=120, duration_ms=3_400.0, size=640)


def facts(*steps: Step) -> SessionFacts:
    return SessionFacts(mission("Shop"), Scope(ID), execution("Shop"), steps, zone="Europe/Berlin")


def test_pages_and_file_say_how_long_a_step_took_and_how_much_was_answered() -> None:
    """[X4] The size is what came, whatever is kept of it; less than a second is said in ms."""
    one = facts(LOOK, TURN)
    for shown in (str(session_view(one)), str(session_card(one)), session_text(one)):
        assert "412 ms" in shown
        assert "answered 48.2 KB" in shown
        assert "3.4 s" in shown
        assert "answered 640 bytes" in shown
        assert "0.0 s" not in shown


@pytest.mark.parametrize("shown", [session_view, session_card])
def test_pages_say_times_in_the_zone_of_each_reader(shown: object) -> None:
    """[C9] The thread has readers in several zones."""
    assert callable(shown)
    told = str(shown(facts(LOOK)))
    assert f"<!date^{int(AT.timestamp())}^{{time_secs}}|" in told
    assert "Times in" not in told


def test_a_file_says_times_in_plain_words_with_their_zone() -> None:
    """[X4] Nothing turns a date token of Slack's into words there."""
    text = session_text(facts(LOOK))
    assert "2026-11-24 09:30:05" in text
    assert "Europe/Berlin" in text
    assert "<!date" not in text


def test_a_session_of_an_older_houston_is_read_and_claims_no_size() -> None:
    """[L5] It had counted what was kept."""
    step = {"at": AT.isoformat(), "what": "Looked with http", "tool": "http", "result": "x" * 70}
    text = json.dumps({"schema_version": 1, "execution": "E-1", "steps": [step]})
    session = Session.load(text)
    assert session.execution == ExecutionId("E-1")
    assert session.steps[0].size is None
    for shown in (str(session_view(facts(*session.steps))), session_text(facts(*session.steps))):
        assert "answered" not in shown
        assert "0.0 s" not in shown
