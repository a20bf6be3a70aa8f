"""A plan is verified before anybody is asked to confirm it [B7]."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from missions.blueprint import Blueprint, Budget, CronTrigger, Exclusion, OnceTrigger, Task
from missions.ports import Channel
from missions.verify import VerifyContext, verify
from tests.support.build import blueprint, check, task
from tests.support.fakes import MONDAY, OPS

CONTEXT = VerifyContext(
    now=MONDAY,
    floor=timedelta(minutes=5),
    tools=frozenset({"http"}),
    problems=lambda check: (),
    channel=Channel(id=OPS, name="ops"),
)


def cron(text: str, zone: str = "UTC") -> Task:
    return task(CronTrigger(cron=text, zone=zone))


def finding(plan: Blueprint, context: VerifyContext = CONTEXT) -> str:
    (found,) = verify(plan, context)
    return found


def test_a_good_plan_has_no_findings() -> None:
    assert verify(blueprint(task(), task(number=2)), CONTEXT) == ()


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (cron("*/4 * * * *"), "would run every 4 min; the shortest allowed here is 5 min"),
        (cron("0,3 9 * * *"), "would run every 3 min"),
        (cron("0,59 0,23 * * *"), "would run every 1 min"),
        (cron("61 * * * *"), "minutes go from 0 to 59"),
        (cron("0 0 30 2 *"), "never run"),
        (cron("0 9 * * *", "Europe/Berln"), "Did you mean Europe/Berlin"),
        (task(OnceTrigger(at=MONDAY, zone="UTC")), "in the past"),
        (task(tools=("http", "shell")), "There is no tool called “shell”"),
        (task(tools=()), "uses the tool “http” without a grant"),
        (task(checks=()), "nothing to check and no instructions"),
        (task(checks=(check(), check())), "Two checks of “Check 1” have the same id"),
    ],
)
def test_what_is_wrong_is_said_in_words(of: Task, says: str) -> None:
    """[B7 B5]"""
    assert says in finding(blueprint(of))


def test_a_limit_in_dollars_needs_the_price_of_the_model() -> None:
    """[B7 X6]"""
    unpriced = replace(CONTEXT, unpriced="openai:x")
    capped = blueprint(task()).model_copy(update={"budget": Budget(day_usd=2.0)})
    assert "what openai:x costs is not known here" in finding(capped, unpriced)
    assert verify(capped, CONTEXT) == verify(blueprint(task()), unpriced) == ()


def test_a_tool_that_does_not_exist_is_named_once() -> None:
    unknown = check().model_copy(update={"tool": "prom"})
    both = (unknown, unknown.model_copy(update={"id": "C2"}))
    found = verify(blueprint(task(checks=both)), CONTEXT)
    assert found == ("There is no tool called “prom”.",)


def test_the_floor_is_met_exactly_or_lowered() -> None:
    """[B5] Unless the administrator lowers it."""
    assert verify(blueprint(cron("*/5 * * * *")), CONTEXT) == ()
    lowered = replace(CONTEXT, floor=timedelta(minutes=1))
    assert verify(blueprint(cron("* * * * *")), lowered) == ()


def test_a_once_task_in_the_future_is_fine() -> None:
    at = MONDAY + timedelta(microseconds=1)
    assert verify(blueprint(task(OnceTrigger(at=at, zone="UTC"))), CONTEXT) == ()


def test_problems_with_a_checks_arguments_are_passed_on() -> None:
    context = replace(CONTEXT, problems=lambda check: (f"{check.id}: no url.",))
    assert finding(blueprint(task()), context) == "C1: no url."


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (None, "Invite me to it: `/invite @Houston`"),
        (Channel(id=OPS, name="ops", is_archived=True), "#ops is archived"),
        (Channel(id=OPS, name="ops", bot_is_member=False), "not a member of #ops"),
    ],
)
def test_the_channel_must_be_reachable(channel: Channel | None, says: str) -> None:
    """[B7 C11] With the cure."""
    assert says in finding(blueprint(task()), replace(CONTEXT, channel=channel))


def test_a_direct_message_needs_no_membership() -> None:
    direct = Channel(id=OPS, name="ada", is_direct=True, bot_is_member=False)
    assert verify(blueprint(task()), replace(CONTEXT, channel=direct)) == ()


def test_two_tasks_of_one_id_are_refused() -> None:
    assert finding(blueprint(task(), task())) == "Two Tasks have the id T1."


def test_all_findings_come_at_once() -> None:
    """[B7] As a list, so that nobody mends one after the other."""
    plan = blueprint(cron("* * * * *"), task(number=2, checks=()), task(number=3, tools=()))
    assert len(verify(plan, replace(CONTEXT, channel=None))) == 4


def test_a_once_task_that_ran_does_not_stand_in_the_way_of_other_changes() -> None:
    """[B7 C5] Only a new instant, or another one, must lie ahead."""
    ran = task(OnceTrigger(at=MONDAY - timedelta(days=1), zone="UTC"))
    before = blueprint(ran, task(number=2))
    after = blueprint(ran, task(number=2, title="Another title"))
    assert len(verify(after, CONTEXT)) == 1
    assert verify(after, replace(CONTEXT, before=before)) == ()
    moved = blueprint(task(OnceTrigger(at=MONDAY - timedelta(hours=1), zone="UTC")))
    assert len(verify(moved, replace(CONTEXT, before=before))) == 1


def test_a_once_task_on_a_day_left_out_would_never_run() -> None:
    """[B7 B5] It is refused: asked for so, moved there, or the day left out since.

    One that was left out before stands in no other change's way.
    """
    once = task(OnceTrigger(at=MONDAY + timedelta(days=1), zone="UTC"))
    day = Exclusion(first=MONDAY.date(), last=MONDAY.date() + timedelta(days=2))
    plan = blueprint(once).model_copy(update={"exclusions": (day,)})
    assert "would never run" in finding(plan)
    assert "would never run" in finding(plan, replace(CONTEXT, before=blueprint(once)))
    later = task(OnceTrigger(at=MONDAY + timedelta(days=5), zone="UTC"))
    without = plan.model_copy(update={"tasks": (later,)})
    assert verify(without, CONTEXT) == ()
    assert "would never run" in finding(plan, replace(CONTEXT, before=without))
    assert verify(plan, replace(CONTEXT, before=plan)) == ()
    own = blueprint(once.model_copy(update={"exclusions": (day,)}))
    assert "would never run" in finding(own, replace(CONTEXT, before=blueprint(once)))
