"""The difference between two plans, field by field, in words [C5 B8]."""

from __future__ import annotations

from typing import Any

import pytest

from missions.blueprint import (
    Blueprint,
    CronTrigger,
    Exclusion,
    Expectation,
    Grant,
    Notify,
    Op,
    Strategy,
    Window,
)
from missions.diff import FieldChange, diff
from tests.support.approvals import act
from tests.support.build import DAILY_9, blueprint, check, task
from tests.support.fakes import MONDAY

PLAN = blueprint(task())


def changes(after: Blueprint, before: Blueprint = PLAN) -> list[tuple[str, str | None, str | None]]:
    return [(c.path, c.before, c.after) for c in diff(before, after, MONDAY)]


def test_the_same_plan_has_no_difference() -> None:
    assert diff(PLAN, blueprint(task()), MONDAY) == ()


def test_a_changed_time_is_shown_in_words() -> None:
    """[C5] "8:30 instead of 9"."""
    at_nine = blueprint(task(DAILY_9))
    half_past = CronTrigger(cron="30 8 * * *", zone="Europe/Berlin")
    ((path, before, after),) = changes(blueprint(task(half_past)), at_nine)
    assert path == "T1.trigger"
    assert (before, after) == (
        "Every day at 09:00 (Europe/Berlin)",
        "Every day at 08:30 (Europe/Berlin)",
    )


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("T1.title", {"title": "Other"}),
        ("T1.instructions", {"instructions": "Look at p95 too"}),
        ("T1.expected_output", {"expected_output": "One line"}),
        ("T1.notify", {"notify": Notify.NEVER}),
        ("T1.tools", {"tools": ("http", "prom")}),
        ("T1.acts", {"acts": (act(),)}),
        ("T1.acts", {"grants": (Grant(tool="x", methods=("POST",), url="https://x.example"),)}),
        ("T1.strategy", {"strategy": Strategy(timeout_seconds=60)}),
        ("T1.exclusions", {"windows": (Window(begin="22:00", end="06:00", later=1),)}),
        ("T1.exclusions", {"exclusions": (Exclusion(first=MONDAY.date(), last=MONDAY.date()),)}),
    ],
)
def test_every_field_of_a_task_is_compared(path: str, change: dict[str, Any]) -> None:
    """[B1] Nothing changes unseen."""
    assert [c[0] for c in changes(blueprint(task(**change)))] == [path]


def test_of_a_strategy_only_what_changes_is_said() -> None:
    """[C5] Not all that stays as it is."""
    retries = Strategy(retries=2, timeout_seconds=60)
    (change,) = changes(blueprint(task(strategy=retries)))
    assert change[1] == "Fails after 3 h"
    assert change[2] is not None
    assert change[2].startswith("Fails after 1 min; A failed run is tried again up to 2 times")


def test_no_field_of_a_plan_is_forgotten() -> None:
    """[C5] A new field must be shown, or named here with a reason."""
    shown = {"title", "trigger", "instructions", "checks", "tools", "strategy"}
    shown |= {"expected_output", "notify", "id", "acts", "grants", "exclusions", "windows"}
    assert set(type(task()).model_fields) == shown
    assert set(Blueprint.model_fields) - {"schema_version"} == {
        *("goal", "objectives", "tasks", "exclusions", "windows", "mentions", "summary", "keep"),
        "budget",
    }


def test_goal_and_objectives() -> None:
    after = PLAN.model_copy(update={"goal": "Other", "objectives": ("It is fast",)})
    assert changes(after) == [
        ("goal", "Keep the shop up", "Other"),
        ("objectives", "It answers", None),
        ("objectives", None, "It is fast"),
    ]


def test_a_check_that_comes_changes_or_goes() -> None:
    """[C5] "also check p95"."""
    two = blueprint(task(checks=(check(), check("https://shop.example/cart", 2))))
    ((path, before, after),) = changes(two)
    assert (path, before) == ("T1.C2", None)
    assert after is not None
    assert "https://shop.example/cart" in after
    ((path, _, after),) = changes(PLAN, two)
    assert (path, after) == ("T1.C2", None)
    faster = check().model_copy(
        update={"expect": (*check().expect, Expectation(field="latency_ms", op=Op.LT, value=800))}
    )
    ((path, before, after),) = changes(blueprint(task(checks=(faster,))))
    assert path == "T1.C1"
    assert after == f"{before} in under 800 ms"


def test_a_task_that_comes_or_goes() -> None:
    """[C5] "split it": a new Task is shown with its checks."""
    two = blueprint(task(), task(DAILY_9, number=2))
    found = changes(two)
    assert [c[0] for c in found] == ["T2", "T2.C1"]
    assert found[0][2] == "Check 2: Every day at 09:00 (Europe/Berlin)"
    ((path, before, after),) = changes(PLAN, two)
    assert (path, after) == ("T2", None)
    assert before == "Check 2: Every day at 09:00 (Europe/Berlin)"


def test_with_several_tasks_each_line_says_which() -> None:
    two = blueprint(task(), task(number=2))
    other = blueprint(task(), task(number=2, notify=Notify.NEVER))
    (change,) = diff(two, other, MONDAY)
    assert change.label == "Speaks of “Check 2”"
    (change,) = diff(PLAN, blueprint(task(notify=Notify.NEVER)), MONDAY)
    assert change.label == "Speaks"


def test_a_difference_is_the_mirror_of_its_reverse() -> None:
    """[B8] Between any two versions, in either order."""
    other = blueprint(task(DAILY_9, title="Other"), task(number=3)).model_copy(
        update={"goal": "Other"}
    )

    def plain(found: tuple[FieldChange, ...]) -> set[tuple[str, str | None, str | None]]:
        return {(c.path, c.before, c.after) for c in found if "." not in c.path or "T1" in c.path}

    there, back = diff(PLAN, other, MONDAY), diff(other, PLAN, MONDAY)
    assert plain(there) == {(p, b, a) for p, a, b in plain(back)}
