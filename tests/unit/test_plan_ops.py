"""Typed operations on a Blueprint: what they change, and that everything else stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from agent import plan
from agent.names import clean_name
from agent.operations import HttpCheck, TaskSpec, When
from agent.picking import WhichOne
from agent.triggers import OperationRefused, default_notify
from agent.unions import Operation
from missions.blueprint import Blueprint, CronTrigger, Expectation, Finding, Notify, OnceTrigger, Op
from missions.errors import InvalidName
from missions.ids import CheckId, TaskId
from tests.unit.desk_kit import blueprint, findings

OPERATIONS: TypeAdapter[list[Operation]] = TypeAdapter(list[Operation])
NOTHING = plan.Used()
LOGIN = "https://shop.example/login"


def after(before: Blueprint, *changes: dict[str, Any], used: plan.Used = NOTHING) -> Blueprint:
    return plan.apply(before, OPERATIONS.validate_python(list(changes)), used)


def cron(text: str, *urls: str, **more: Any) -> TaskSpec:
    checks = tuple(HttpCheck(url=u) for u in urls or ("https://shop.example",))
    return TaskSpec(when=When(cron=text, zone="Europe/Berlin"), checks=checks, **more)


def expectations(made: Blueprint) -> list[tuple[str, Op, object]]:
    return [(e.field, e.op, e.value) for e in made.tasks[0].checks[0].expect]


def test_a_plan_made_of_a_check_has_a_goal_a_title_and_objectives() -> None:
    """[B1] What the person did not say is made by code, and passes verification [B7]."""
    made = plan.create("", (cron("0 9 * * *"),))
    (task,) = made.tasks
    assert task.title == "Check shop.example"
    assert "shop.example" in made.goal
    assert made.objectives == ("https://shop.example answers 200",)
    assert task.tools == ("http",)
    assert plan.default_name(made) == "shop.example watch"
    assert findings(made) == ()


def test_a_bare_check_expects_status_200() -> None:
    """[B2]"""
    assert expectations(plan.create("", (cron("0 9 * * *"),))) == [("status", Op.EQ, 200)]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"under_ms": 800}, [("status", Op.EQ, 200), ("latency_ms", Op.LT, 800)]),
        ({"contains": "Hi"}, [("status", Op.EQ, 200), ("body", Op.CONTAINS, "Hi")]),
        (
            {"status": "404", "matches": "no+"},
            [("status", Op.EQ, 404), ("body", Op.MATCHES, "no+")],
        ),
        ({"status": "200-299"}, [("status", Op.GE, 200), ("status", Op.LE, 299)]),
        ({"cert_days": 14}, [("certificate_days", Op.GE, 14)]),
    ],
)
def test_expectations_follow_what_was_said(
    limits: dict[str, Any], expected: list[tuple[str, Op, object]]
) -> None:
    """[B2] All of them are known to the HTTP tool [B7]."""
    made = blueprint("0 9 * * *", **limits)
    assert expectations(made) == expected
    assert findings(made) == ()


def test_slowness_needs_attention_and_a_wrong_answer_is_critical() -> None:
    """[X3]"""
    made = blueprint("0 9 * * *", under_ms=800, cert_days=14)
    severities = {e.field: e.severity for e in made.tasks[0].checks[0].expect}
    assert severities == {
        "status": Finding.CRITICAL,
        "latency_ms": Finding.ATTENTION,
        "certificate_days": Finding.ATTENTION,
    }


@pytest.mark.parametrize(
    ("text", "notify"),
    [
        ("0 9 * * *", Notify.ALWAYS),
        ("0 */6 * * *", Notify.ALWAYS),
        ("0 1,2,3,4,5 * * *", Notify.ON_CHANGE),
        ("*/15 * * * *", Notify.ON_CHANGE),
    ],
)
def test_a_task_reports_always_up_to_four_runs_a_day(text: str, notify: Notify) -> None:
    """[R2]"""
    assert default_notify(CronTrigger(cron=text, zone="UTC")) is notify


def test_a_default_notify_follows_the_schedule_and_a_chosen_one_stays() -> None:
    """[R2]"""
    often = {"op": "set_trigger", "when": {"cron": "*/15 * * * *", "zone": "UTC"}}
    assert after(blueprint(), often).tasks[0].notify is Notify.ON_CHANGE
    chosen = after(blueprint(), {"op": "set_notify", "notify": "never"})
    assert after(chosen, often).tasks[0].notify is Notify.NEVER


def trigger_after(text: str, *changes: dict[str, Any]) -> object:
    return after(blueprint(text), *changes).tasks[0].trigger


@pytest.mark.parametrize(
    ("text", "change", "expected"),
    [
        ("0 9 * * 1-5", {"op": "set_time", "time": "08:30"}, "30 8 * * 1-5"),
        (
            "0 9 * * 1-5",
            {"op": "set_time", "time": "08:30", "instead_of": "09:00"},
            "30 8 * * 1-5",
        ),
        (
            "0 9,17 * * *",
            {"op": "set_time", "time": "18:00", "instead_of": "17:00"},
            "0 9,18 * * *",
        ),
        ("0 9 * * *", {"op": "set_days", "days": "1-5"}, "0 9 * * 1-5"),
        ("0 9 * * 1-5", {"op": "set_days", "days": "*"}, "0 9 * * *"),
        ("*/15 * * * *", {"op": "set_days", "days": "6,0"}, "*/15 * * * 6,0"),
        ("0 9 * * *", {"op": "skip_days", "days": [0]}, "0 9 * * 1-6"),
        ("0 9 * * 1-5", {"op": "skip_days", "days": [3]}, "0 9 * * 1,2,4,5"),
        ("0 9 * * *", {"op": "skip_days", "days": [6, 0]}, "0 9 * * 1-5"),
    ],
)
def test_times_and_days_change_one_at_a_time(
    text: str, change: dict[str, Any], expected: str
) -> None:
    """[C5] “8:30 instead of 9” leaves the days alone, “not on Sundays” the time."""
    assert trigger_after(text, change) == CronTrigger(cron=expected, zone="Europe/Berlin")


def test_another_zone_keeps_the_time_on_the_clock() -> None:
    """[B5]"""
    change = {"op": "set_zone", "zone": "america/new york"}
    assert trigger_after("0 9 * * *", change) == CronTrigger(
        cron="0 9 * * *", zone="America/New_York"
    )


def once(at: str) -> Blueprint:
    spec = TaskSpec(
        when=When(at=at, zone="Europe/Berlin"), checks=(HttpCheck(url="https://shop.example"),)
    )
    return plan.create("", (spec,))


def test_a_once_task_is_an_instant_in_utc() -> None:
    """[B5] Noon in Berlin in winter is 11:00 UTC; a time in a gap is the gap's end."""
    assert once("2026-12-03T12:00").tasks[0].trigger == OnceTrigger(
        at=datetime(2026, 12, 3, 11, tzinfo=UTC), zone="Europe/Berlin"
    )
    assert once("2027-03-28T02:30").tasks[0].trigger == OnceTrigger(
        at=datetime(2027, 3, 28, 1, tzinfo=UTC), zone="Europe/Berlin"
    )


def test_a_once_task_moves_to_another_time_of_its_day() -> None:
    """[C5]"""
    moved = after(once("2026-12-03T12:00"), {"op": "set_time", "time": "18:00"})
    assert moved.tasks[0].trigger == OnceTrigger(
        at=datetime(2026, 12, 3, 17, tzinfo=UTC), zone="Europe/Berlin"
    )


@pytest.mark.parametrize(
    ("text", "change", "words"),
    [
        ("*/15 * * * *", {"op": "set_time", "time": "08:30"}, "whole new schedule"),
        ("0 9,17 * * *", {"op": "set_time", "time": "08:00"}, "Say which one"),
        ("0 9,17 * * *", {"op": "set_time", "time": "8:00", "instead_of": "10:00"}, "pattern"),
        ("0 9 * * *", {"op": "set_time", "time": "08:00", "instead_of": "10:00"}, "not run at"),
        (
            "0 9,17 * * *",
            {"op": "set_time", "time": "08:30", "instead_of": "09:00"},
            "minutes differ",
        ),
        ("0 9 * * 0", {"op": "skip_days", "days": [0]}, "never run"),
        ("0 9 * * 1-5", {"op": "skip_days", "days": [0]}, "anyway"),
        ("0 9 1 * *", {"op": "skip_days", "days": [0]}, "days of the month"),
        ("0 9 * * *", {"op": "set_zone", "zone": "Atlantis"}, "not a time zone"),
        ("0 9 * * *", {"op": "set_days", "days": "9"}, "day-of-week"),
        ("0 9 * * *", {"op": "set_time", "time": "09:00"}, "nothing to change"),
        ("0 9 * * *", {"op": "remove_task", "task": "T1"}, "only Task"),
        ("0 9 * * *", {"op": "remove_task", "task": "T7"}, "No Task fits"),
        ("0 9 * * *", {"op": "remove_check", "check": "C1"}, "only check"),
        ("0 9 * * *", {"op": "remove_check", "check": "cart"}, "No check fits"),
        ("0 9 * * *", {"op": "drop_limit", "what": "certificate"}, "does not look at"),
        ("0 9 * * *", {"op": "drop_limit", "what": "status"}, "nothing would be left"),
        ("0 9 * * *", {"op": "set_limits", "limits": {}}, "Say what"),
        ("0 9 * * *", {"op": "set_instructions", "instructions": ""}, "nothing to change"),
        (
            "0 9 * * *",
            {"op": "add_check", "check": {"url": "https://shop.example"}},
            "for that already",
        ),
        ("0 9 * * *", {"op": "add_check", "check": {"url": "ftp://x"}}, "not an address"),
        ("0 9 * * *", {"op": "add_check", "check": {"url": "https://a:b@x"}}, "not an address"),
        (
            "0 9 * * *",
            {"op": "set_trigger", "when": {"cron": "61 * * * *", "zone": "UTC"}},
            "minutes go from 0 to 59",
        ),
        (
            "0 9 * * *",
            {"op": "set_trigger", "when": {"cron": "0 0 9 * * *", "zone": "UTC"}},
            "five fields",
        ),
        (
            "0 9 * * *",
            {"op": "set_trigger", "when": {"at": "2026-02-31T09:00", "zone": "UTC"}},
            "no such date",
        ),
        (
            "0 9 * * *",
            {"op": "remove_objective", "objective": "nothing like it"},
            "Which objective",
        ),
    ],
)
def test_a_change_that_cannot_be_made_says_what_would_work(
    text: str, change: dict[str, Any], words: str
) -> None:
    """[B7 C5]"""
    with pytest.raises((OperationRefused, ValidationError)) as refusal:
        after(blueprint(text), change)
    assert words in str(refusal.value)


def two_tasks() -> Blueprint:
    return plan.create(
        "", (cron("0 9 * * *", "https://a.example"), cron("0 17 * * *", "https://b.example"))
    )


def test_with_several_tasks_the_one_meant_is_named_or_asked_for() -> None:
    """[C7] Never guessed."""
    with pytest.raises(WhichOne) as asked:
        after(two_tasks(), {"op": "set_time", "time": "08:30"})
    assert asked.value.options == ("T1 “Check a.example”", "T2 “Check b.example”")
    by_time = {"op": "set_time", "time": "18:30", "instead_of": "17:00"}
    by_title = {"op": "set_time", "time": "18:30", "task": "b.example"}
    for change in (by_time, by_title):
        first, second = after(two_tasks(), change).tasks
        assert first == two_tasks().tasks[0]
        assert second.trigger == CronTrigger(cron="30 18 * * *", zone="Europe/Berlin")


def test_a_check_is_found_in_whichever_task_has_it() -> None:
    """[C5]"""
    both = after(two_tasks(), {"op": "add_check", "check": {"url": LOGIN}, "task": "T2"})
    assert after(both, {"op": "remove_check", "check": LOGIN}) == two_tasks()


def test_unchanged_tasks_and_checks_keep_their_ids() -> None:
    """[S5] A Task's timetable hangs on its id."""
    added = after(two_tasks(), {"op": "add_task", **cron("0 3 * * *").model_dump()})
    assert [t.id for t in added.tasks] == ["T1", "T2", "T3"]
    left = after(added, {"op": "remove_task", "task": "T1"})
    assert [t.id for t in left.tasks] == ["T2", "T3"]
    assert left.tasks == added.tasks[1:]


def test_ids_are_never_used_again_within_a_mission() -> None:
    """[B1] Not even after the Task or check is gone, in any version, or only tried."""
    versions = [two_tasks()]
    left = after(two_tasks(), {"op": "remove_task", "task": "T2"})
    spec = {"op": "add_task", **cron("0 3 * * *").model_dump()}
    assert after(left, spec, used=plan.Used.by(versions)).tasks[-1].id == "T3"
    assert after(left, spec, used=plan.Used.by(versions, [TaskId("T7")])).tasks[-1].id == "T8"
    one_go = after(two_tasks(), {"op": "remove_task", "task": "T2"}, spec)
    assert one_go.tasks[-1].id == "T3"


def test_check_ids_are_never_used_again_within_a_task() -> None:
    """[B2]"""
    add: dict[str, Any] = {"op": "add_check", "check": {"url": LOGIN}}
    two = after(blueprint(), add)
    assert [c.id for c in two.tasks[0].checks] == ["C1", "C2"]
    one = after(two, {"op": "remove_check", "check": "C2"})
    again = after(one, add, used=plan.Used.by([two]))
    assert [c.id for c in again.tasks[0].checks] == ["C1", "C3"]


def test_expectations_change_one_by_one() -> None:
    """[C5] The others stay; the certificate can be left out alone."""
    before = blueprint("0 9 * * *", under_ms=800, cert_days=14)
    faster = after(before, {"op": "set_limits", "limits": {"under_ms": 500}})
    assert expectations(faster) == [
        ("status", Op.EQ, 200),
        ("latency_ms", Op.LT, 500),
        ("certificate_days", Op.GE, 14),
    ]
    plain = after(faster, {"op": "drop_limit", "what": "certificate"})
    assert expectations(plain) == [("status", Op.EQ, 200), ("latency_ms", Op.LT, 500)]


def test_objectives_that_code_wrote_follow_the_checks_and_a_persons_stay() -> None:
    """[B1]"""
    added = after(blueprint(), {"op": "add_check", "check": {"url": LOGIN}})
    assert added.objectives[-1] == f"{LOGIN} answers 200"
    own = after(
        blueprint(),
        {"op": "add_objective", "objective": "Checkout works"},
        {"op": "remove_objective", "objective": "1"},
        {"op": "add_check", "check": {"url": LOGIN}},
    )
    assert own.objectives == ("Checkout works",)


def test_goal_title_instructions_and_timeout_change_alone() -> None:
    """[C5]"""
    made = after(
        blueprint(),
        {"op": "set_goal", "goal": "Sell"},
        {"op": "set_title", "title": "Look at the shop"},
        {"op": "set_instructions", "instructions": "Look at the cart, too."},
        {"op": "set_timeout", "minutes": 10},
    )
    (task,) = made.tasks
    assert made.goal == "Sell"
    assert (task.title, task.instructions) == ("Look at the shop", "Look at the cart, too.")
    assert task.strategy.timeout_seconds == 600
    assert task.checks == blueprint().tasks[0].checks


def test_nothing_changes_if_one_of_several_changes_is_refused() -> None:
    """[C6] A Blueprint is a frozen value."""
    before = blueprint()
    with pytest.raises(OperationRefused):
        after(before, {"op": "set_goal", "goal": "x"}, {"op": "remove_check", "check": "cart"})
    assert before == blueprint()


def test_a_plan_holds_at_most_twenty_tasks_and_ten_objectives() -> None:
    """[B1]"""
    full = plan.create("", [cron("0 9 * * *")] * 20, [f"objective {i}" for i in range(10)])
    for change in (
        {"op": "add_task", **cron("0 3 * * *").model_dump()},
        {"op": "add_objective", "objective": "more"},
    ):
        with pytest.raises(OperationRefused, match="at most"):
            after(full, change)
    with pytest.raises(OperationRefused, match="at most"):
        plan.create("", [cron("0 9 * * *")] * 21)
    with pytest.raises(OperationRefused, match="at least one"):
        plan.create("", ())


def test_a_check_of_a_certificate_needs_https() -> None:
    """[B7]"""
    with pytest.raises(OperationRefused, match="no certificate"):
        blueprint("0 9 * * *", "http://shop.example", cert_days=14)


def test_times_are_either_cron_or_an_instant() -> None:
    """[B5]"""
    for given in ({}, {"cron": "0 9 * * *", "at": "2026-12-03T18:00"}):
        with pytest.raises(ValidationError):
            When(zone="UTC", **given)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Shop watch", "Shop watch"),
        ("  Shop\n watch\t", "Shop watch"),
        ("*“Shop watch”*", "Shop watch"),
        ("Shop\u202e\u200b watch\x07", "Shop watch"),
        ("🚀 Shop", "🚀 Shop"),
        (":rocket: 24/7", ":rocket: 24/7"),
        ("x" * 80, "x" * 80),
        ("9:00", "9:00"),
    ],
)
def test_a_name_is_cleaned(raw: str, name: str) -> None:
    """[C4]"""
    assert clean_name(raw) == name


@pytest.mark.parametrize(
    "raw", ["", "   ", "🚀🎉", ":rocket::tada:", "***", "<!channel>", "<@U123>", "x" * 81, "\u202e"]
)
def test_a_name_that_cannot_be_used_is_refused_with_a_sentence(raw: str) -> None:
    """[C4 P4] A name can neither be empty nor mention anybody."""
    with pytest.raises(InvalidName) as refusal:
        clean_name(raw)
    assert refusal.value.sentence.endswith(".")


def test_a_blueprints_check_ids_start_at_one() -> None:
    """[B2]"""
    (task,) = blueprint("0 9 * * *", "https://a.example", "https://b.example").tasks
    assert [c.id for c in task.checks] == [CheckId("C1"), CheckId("C2")]
    assert isinstance(task.checks[0].expect[0], Expectation)
