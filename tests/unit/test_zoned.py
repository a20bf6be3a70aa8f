"""Whose clocks count where none was said: those of the person who asks [B5]."""

from __future__ import annotations

from agent import plan
from agent.operations import EventSpec, SetTrigger, TaskSpec, When
from agent.zoned import zoned
from missions.blueprint import EventSource

WEBHOOK = EventSpec(source=EventSource.WEBHOOK)
SPEC = TaskSpec(when=When(event=WEBHOOK), instructions="Look at it.")


def test_an_event_rule_has_the_zone_of_who_asks_for_it() -> None:
    """[B5 B6] Days that its plan leaves out begin at midnight there, not in UTC."""
    made = plan.create("", zoned((SPEC,), "Asia/Tokyo"), ())
    assert made.tasks[0].trigger.zone == "Asia/Tokyo"


def test_a_task_that_becomes_an_event_rule_too() -> None:
    """[B5 B6]"""
    (change,) = zoned((SetTrigger(op="set_trigger", when=SPEC.when),), "Asia/Tokyo")
    assert change.when.zone == "Asia/Tokyo"


def test_a_zone_that_was_said_stays() -> None:
    """[B5]"""
    said = SPEC.model_copy(update={"when": When(event=WEBHOOK, zone="Europe/Berlin")})
    assert (
        plan.create("", zoned((said,), "Asia/Tokyo"), ()).tasks[0].trigger.zone == "Europe/Berlin"
    )
