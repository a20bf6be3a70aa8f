"""What cron cannot say evenly is asked back, unless the person typed it [B5]."""

from __future__ import annotations

from dataclasses import replace

import pytest
from langchain_core.messages import AIMessage

from agent.conversation import TurnResult
from agent.desk import Desk
from missions.blueprint import Blueprint, CronTrigger
from missions.cards import TextCard
from missions.cron import Cron
from missions.effects import Propose
from missions.evenness import types, uneven
from tests.unit.desk_kit import SHOP, desk, mission, reader
from tests.unit.test_conversation import THREAD, calls, scripted, with_model

UNEVEN = [
    ("*/25 * * * *", "Every 25 minutes cannot be kept evenly"),
    ("*/40 * * * *", "every 30 minutes"),
    ("*/7 8-10 * * *", "every 6 or 10 minutes"),
    ("*/45 9-17 * * 1-5", "Every 45 minutes"),
    ("3/25 * * * *", "Every 25 minutes"),
    ("0-59/25 * * * *", "Every 25 minutes"),
    ("0,25,50 * * * *", "every 20 or 30 minutes"),
    ("0 */5 * * *", "every 4 or 6 hours"),
    ("0 */7 * * *", "every 6 or 8 hours"),
    ("0 0-23/5 * * *", "Every 5 hours"),
    ("0 9 */2 * *", "Every 2 days"),
    ("0 9 */14 * *", "Every 14 days"),
    ("0 9 1-31/2 * *", "Every 2 days"),
    ("0 9 1 */5 *", "every 4 or 6 months"),
    ("0 9 * * */2", "Every 2 weekdays"),
    ("0 9 8-14 * 5", "days of the month and weekdays"),
]
EVEN = (
    *("*/20 * * * *", "5/15 * * * *", "10,40 * * * *", "5,20,35,50 * * * *", "0 8-18/5 * * *"),
    *("0 */6 * * *", "0 9 1 */3 *", "0 9 * * 1-5/2", "0 9 8-14 * *", "0 9 * * 5#2", "@daily"),
)


@pytest.mark.parametrize(("text", "says"), UNEVEN)
def test_a_step_that_does_not_divide_its_field_is_found(text: str, says: str) -> None:
    """[B5]"""
    assert says in (uneven(Cron.parse(text)) or "")


@pytest.mark.parametrize("text", EVEN)
def test_what_runs_evenly_is_not(text: str) -> None:
    """[B5]"""
    assert uneven(Cron.parse(text)) is None


@pytest.mark.parametrize(
    ("message", "cron"),
    [
        ("run it with cron `*/25 * * * *` please", "*/25 * * * *"),
        ("0 9 8-14 * fri, that is meant", "0 9 8-14 * FRI"),
        ("at :00, :25 and :50 of each hour", "0,25,50 * * * *"),
    ],
)
def test_a_person_may_type_it(message: str, cron: str) -> None:
    """[B5]"""
    assert types(message, Cron.parse(cron))


@pytest.mark.parametrize(
    ("message", "cron"),
    [
        ("every 25 minutes", "*/25 * * * *"),
        ("every 25 minutes", "0,25,50 * * * *"),
        ("cron */20 * * * *", "*/25 * * * *"),
    ],
)
def test_other_words_are_not_that_expression(message: str, cron: str) -> None:
    """[B5]"""
    assert not types(message, Cron.parse(cron))


def timed(at: Desk, cron: str) -> TurnResult:
    """A turn in which a model sets that schedule."""
    when = {"cron": cron, "zone": "Europe/Berlin"}
    return changed(at, {"op": "set_trigger", "when": when})


def changed(at: Desk, change: dict[str, object]) -> TurnResult:
    """A turn in which a model proposes a change."""
    call = calls(("propose_change", {"mission": SHOP, "changes": [change]}))
    return with_model(scripted(call, AIMessage("Done."))).turn(at, THREAD, None)


@pytest.mark.parametrize("cron", [cron for cron, _ in UNEVEN])
def test_a_model_cannot_approximate(cron: str) -> None:
    """[B5] Refused as a finding, which reaches the person if the model does not mend it."""
    result = timed(desk(f"{SHOP}: every so often", reader(mission())), cron)
    assert not result.effects
    found = result.cards[0]
    assert isinstance(found, TextCard)
    assert "yourself" in found.text


def test_a_model_may_repeat_what_was_typed() -> None:
    """[B5]"""
    result = timed(desk("set it to 0 9 8-14 * 5", reader(mission())), "0 9 8-14 * 5")
    assert isinstance(result.effects[0], Propose)


def test_words_that_were_clicked_or_are_anothers_do_not_count_as_typed() -> None:
    """[B5 P4] A model writes the answers behind buttons itself."""
    at = desk("set it to 0 9 8-14 * 5", reader(mission()))
    assert not timed(replace(at, proposed_words=True), "0 9 8-14 * 5").effects
    assert not timed(replace(at, quoted=True), "0 9 8-14 * 5").effects


def test_a_schedule_that_the_mission_has_stays() -> None:
    """[B5] A person typed it once: another change does not ask for it again."""
    source = reader(mission())
    source.plans[SHOP] = _with_cron(source.plans[SHOP], "0 9 8-14 * 5")
    at = desk("the goal is to know early", source)
    result = changed(at, {"op": "set_goal", "goal": "Know early"})
    assert isinstance(result.effects[0], Propose)


def _with_cron(plan: Blueprint, cron: str) -> Blueprint:
    task = plan.tasks[0]
    trigger = CronTrigger(cron=cron, zone="UTC")
    return plan.model_copy(update={"tasks": (task.model_copy(update={"trigger": trigger}),)})
