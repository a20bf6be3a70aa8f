"""What the interpreter understands of strategy, pauses and mutes, and what the plan then is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from agent import operations as ops
from agent import plan
from agent.offline.intents import Call
from agent.offline.moments import split_until
from agent.offline.reading import Context, read
from agent.plan import Used
from agent.triggers import OperationRefused
from agent.unions import Operation
from missions.blueprint import Blueprint, Budget, Exclusion, Notify, Overlap
from missions.describe import exclusion_in_words, strategy_in_words
from missions.diff import diff
from tests.support.build import blueprint, task

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
SHOP = "M-ABC234"
OPERATION: TypeAdapter[Any] = TypeAdapter(Operation)


def answer(text: str, focus: str | None = SHOP) -> Call:
    (call,) = read(text, Context(NOW, ZONE, focus))
    return call


def changed(text: str, before: Blueprint | None = None) -> Blueprint:
    """The plan after words said in its thread."""
    call = answer(text)
    assert call.tool == "propose_change", call
    changes = [OPERATION.validate_python(c) for c in call.arguments["changes"]]
    return plan.apply(before or blueprint(), changes, Used())


@pytest.mark.parametrize(
    ("text", "overlap"),
    [
        ("queue one if the previous run is still going", Overlap.QUEUE_ONE),
        ("if the last run is still running, queue it", Overlap.QUEUE_ONE),
        ("wait while the previous run is still going", Overlap.QUEUE_ONE),
        ("run in parallel if the previous run is still going", Overlap.PARALLEL),
        ("allow overlapping runs", Overlap.PARALLEL),
        ("replace the previous run if it is still going", Overlap.REPLACE),
        ("stop the previous run if it is still going", Overlap.REPLACE),
    ],
)
def test_overlap(text: str, overlap: Overlap) -> None:
    """[B3]"""
    assert changed(text).tasks[0].strategy.overlap is overlap


def test_skipping_is_the_default_and_can_be_said_again() -> None:
    """[B3]"""
    queued = changed("queue one if the previous run is still going")
    after = changed("skip it if the previous run is still going", queued)
    assert after.tasks[0].strategy.overlap is Overlap.SKIP


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("retry twice", "retries", 2),
        ("retry once", "retries", 1),
        ("retry it up to 3 times if it fails", "retries", 3),
        ("try again twice after 1 minute", "retry_seconds", 60),
        ("with 2 retries", "retries", 2),
        ("time out after 10 minutes", "timeout_seconds", 600),
        ("set a timeout of 1 hour", "timeout_seconds", 3600),
        ("start up to 5 minutes late at random", "jitter_seconds", 300),
        ("with a jitter of 30 seconds", "jitter_seconds", 30),
        ("pause it after 5 failures", "pause_after", 5),
        ("pause the task if it fails 5 times in a row", "pause_after", 5),
        ("announce it after 2 failures in a row", "announce_after", 2),
    ],
)
def test_strategy(text: str, field: str, value: int) -> None:
    """[B3 S7]"""
    assert getattr(changed(text).tasks[0].strategy, field) == value


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("only if it fails 2 of the last 3 runs", (2, 3)),
        ("only if it fails 2 of 3 runs", (2, 3)),
        ("only if it fails 3 times in a row", (3, 3)),
        ("if it fails 2 times in a row", (2, 2)),
    ],
)
def test_patience(text: str, of: tuple[int, int]) -> None:
    """[B2]"""
    check = changed(text).tasks[0].checks[0]
    assert (check.fails, check.of_last) == of


def test_telling_only_then_also_changes_when_it_speaks() -> None:
    """[B2 R2]"""
    after = changed("tell me only if it fails 3 times in a row").tasks[0]
    assert (after.checks[0].fails, after.notify) == (3, Notify.ON_FINDING)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not on 24 December", "24 Dec 2026"),
        ("skip 24 December", "24 Dec 2026"),
        ("not on 2027-01-06", "6 Jan 2027"),
        ("not from 24 Dec to 1 Jan (freeze)", "24 Dec 2026 to 1 Jan 2027 (freeze)"),
        ("not between 24 December and 1 January", "24 Dec 2026 to 1 Jan 2027"),
        ("not from 24 to 26 December", "24 Dec 2026 to 26 Dec 2026"),
        ("not on 1 March", "1 Mar 2027"),
    ],
)
def test_days_left_out(text: str, words: str) -> None:
    """[B5] Without a year the next such day; shown in the diff in words [C5]."""
    after = changed(text)
    (left_out,) = after.exclusions
    assert exclusion_in_words(left_out) == words
    (change,) = diff(blueprint(), after, NOW)
    assert (change.label, change.before, change.after) == ("Left out", None, words)


def test_weekdays_change_the_cron_where_it_can_say_so_and_else_are_asked_back() -> None:
    """[B5 C5] Never approximated."""
    assert changed("not on Sundays").tasks[0].trigger.cron == "*/5 * * * 1-6"  # type: ignore[union-attr]
    monthly = task().trigger.model_copy(update={"cron": "0 9 1 * *"})
    with pytest.raises(OperationRefused, match="days of the month"):
        changed("not on Sundays", blueprint(task(monthly)))


def test_several_settings_in_one_sentence() -> None:
    """[C5]"""
    after = changed("not on 24 December and retry twice after 1 minute, and not on Sundays")
    assert len(after.exclusions) == 1
    assert after.tasks[0].strategy.retries == 2
    assert after.tasks[0].trigger.cron.endswith("1-6")  # type: ignore[union-attr]


def test_they_can_be_said_along_with_a_new_mission() -> None:
    """[C2 B3]"""
    call = answer(
        "check https://shop.example every 5 minutes, retry twice after 1 minute, "
        "not on 24 December, skip it if the previous run is still going",
        focus=None,
    )
    assert call.tool == "propose_mission"
    assert [s["op"] for s in call.arguments["settings"]] == [
        "set_overlap",
        "set_retries",
        "leave_out",
    ]


def test_what_is_missing_is_asked_and_the_answer_keeps_the_settings() -> None:
    """[C2]"""
    call = answer("check https://shop.example and retry twice", focus=None)
    assert call.tool == "ask"
    say = call.arguments["questions"][0]["choices"][0]["say"]
    again = answer(say, focus=None)
    assert again.tool == "propose_mission"
    assert again.arguments["settings"] == [{"op": "set_retries", "times": 2}]


@pytest.mark.parametrize(
    "text", ["retry", "retry 50 times", "time out after 5 hours", "not on 31 February"]
)
def test_what_cannot_be_is_asked_back(text: str) -> None:
    """[C2 B3]"""
    assert answer(text).tool == "ask"


def test_a_stretch_of_days_is_checked() -> None:
    """[B5]"""
    first, last = date(2026, 12, 24), date(2027, 1, 1)
    freeze = ops.LeaveOut(op="leave_out", first=first, last=last, label="freeze")
    after = plan.apply(blueprint(), [freeze], Used())
    assert after.exclusions == (Exclusion(first=first, last=last, label="freeze"),)
    with pytest.raises(OperationRefused, match="already"):
        plan.apply(after, [ops.LeaveOut(op="leave_out", first=last)], Used())
    with pytest.raises(OperationRefused, match="before"):
        plan.apply(after, [ops.LeaveOut(op="leave_out", first=last, last=first)], Used())
    with pytest.raises(OperationRefused, match="more than a year"):
        far = ops.LeaveOut(op="leave_out", first=first, last=date(2028, 1, 1))
        plan.apply(after, [far], Used())
    kept = plan.apply(after, [ops.KeepIn(op="keep_in", day=date(2026, 12, 25))], Used())
    assert kept.exclusions == ()
    with pytest.raises(OperationRefused, match="not left out"):
        plan.apply(kept, [ops.KeepIn(op="keep_in", day=first)], Used())


def test_more_failures_than_runs_are_refused() -> None:
    """[B2]"""
    with pytest.raises(ValidationError):
        ops.SetPatience(op="set_patience", fails=3, of_last=2)


def test_the_plan_shows_only_what_is_enforced_in_words() -> None:
    """[B3]"""
    after = changed("retry twice after 1 minute, start up to 5 minutes late at random").tasks[0]
    words = "; ".join(strategy_in_words(after, NOW))
    for said in ("tried again up to 2 times", "first after 1 min", "up to 5 min later, at random"):
        assert said in words
    before = strategy_in_words(task(), NOW)
    assert not any("tried again" in line or "random" in line for line in before)


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("pause it until tomorrow 9:00", "offer_disable", {"until": "2026-11-24T09:00"}),
        (
            "pause it until Monday, code freeze",
            "offer_disable",
            {"until": "2026-11-30T08:00", "note": "code freeze"},
        ),
        ("pause it for 2 hours", "offer_disable", {"until": "2026-11-23T13:00"}),
        ("pause it for maintenance", "offer_disable", {"note": "maintenance"}),
        ("pause T1", "offer_disable", {"task": "T1"}),
        ("enable T1 of Shop watch", "offer_enable", {"mission": "Shop watch", "task": "T1"}),
        ("pause everything here", "offer_pause_all", {}),
        (
            "pause everything here until Monday: fire drill",
            "offer_pause_all",
            {"until": "2026-11-30T08:00", "note": "fire drill"},
        ),
        ("resume everything", "offer_resume_all", {}),
        ("mute it", "offer_mute", {}),
        ("mute it until it recovers", "offer_mute", {}),
        ("mute it until tomorrow", "offer_mute", {"until": "2026-11-24T08:00"}),
        (
            "mute Shop watch for 2 hours",
            "offer_mute",
            {"mission": "Shop watch", "until": "2026-11-23T13:00"},
        ),
        ("unmute it", "offer_unmute", {}),
        ("run it now, only for eu-west", "offer_run", {"remark": "only for eu-west"}),
    ],
)
def test_pauses_mutes_and_remarks(text: str, tool: str, arguments: dict[str, str]) -> None:
    """[C7 M3 M9 M10 R1] Each is answered by a card whose button acts."""
    call = answer(text)
    assert (call.tool, call.arguments) == (tool, arguments)


@pytest.mark.parametrize("text", ["pause it until whenever", "mute it until 5"])
def test_an_unclear_end_is_asked_back(text: str) -> None:
    """[C7] Nothing is guessed."""
    assert answer(text).tool == "ask"


@pytest.mark.parametrize(
    ("text", "note", "ends"),
    [
        ("until tomorrow 9:00 code freeze", "code freeze", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("for 2 hours", "", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("until 9:00", "", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("until 18:00", "", datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("freeze until 24 December", "freeze", datetime(2026, 12, 24, 7, tzinfo=UTC)),
        ("until further notice", "", None),
        ("code freeze", "code freeze", None),
    ],
)
def test_until_when_on_the_persons_clock(text: str, note: str, ends: datetime | None) -> None:
    """[M3 M10] What a slash command takes."""
    assert split_until(text, NOW, ZONE) == (note, ends, None)


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("use at most 50k tokens a run", Budget(run_tokens=50_000)),
        ("at most 5,000 tokens per run and at most 2 million tokens a day",
         Budget(run_tokens=5_000, day_tokens=2_000_000)),
        ("set the budget to 200000 tokens per day", Budget(day_tokens=200_000)),
        ("give it at most two dollars a day", Budget(day_usd=2)),
        ("let it spend no more than $0.50 per run", Budget(run_usd=0.5)),
        ("spend at most 2.50 usd a day and at most 50 cents a run",
         Budget(run_usd=0.5, day_usd=2.5)),
        ("at most 5000 tokens a run and at most $1 a day", Budget(run_tokens=5_000, day_usd=1)),
    ],
)  # fmt: skip
def test_a_budget(text: str, budget: Budget) -> None:
    """[X6] And the card of the change says it."""
    after = changed(text)
    assert after.budget == budget
    (change,) = diff(blueprint(), after, NOW)
    assert (change.label, change.before) == ("Budget", None)
    assert (change.after or "").startswith("at most ")


def test_a_budget_that_does_not_say_for_what_is_asked_back() -> None:
    """[C2 X6]"""
    assert answer("at most 50k tokens").tool == "ask"
    assert answer("at most 500 tokens a run").tool == "ask"
    asked = answer("give it at most two dollars")
    assert asked.tool == "ask"
    assert "Make it at most two dollars a day" in str(asked)
    assert answer("at most $0.001 a run").tool == "ask"
    with pytest.raises(OperationRefused, match="how many tokens"):
        plan.apply(blueprint(), [ops.SetBudget(op="set_budget")], Used())
