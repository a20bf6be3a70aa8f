"""What went on in a channel: facts that code counts, and the report that tells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.checks.channel import ChannelTool
from agent.digest import digest
from agent.task.graph import TaskRunner
from agent.task.values import TaskInput, TaskResult
from agent.templates import Blank, Every, Form, Template, blueprint
from missions.blueprint import CronTrigger, Notify, Task
from missions.errors import HoustonError
from missions.execution import Step
from missions.ids import ExecutionId, MissionId, PersonId, TaskId
from missions.said import CHANNEL, Heard, Said
from tests.support.fakes import ManualClock
from tests.support.taskrun import finished

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ADA, GRACE = PersonId("U0ADA"), PersonId("U0GRACE")


def said(text: str, minutes: float = 120, by: PersonId = ADA, **more: int) -> Said:
    name = {ADA: "Ada", GRACE: "Grace"}[by]
    return Said(at=NOW - timedelta(minutes=minutes), by=by, name=name, text=text, **more)


def heard(*messages: Said) -> Heard:
    return Heard(messages=messages)


def counted(*messages: Said) -> dict[str, object]:
    found = digest(heard(*messages), NOW - timedelta(days=1), NOW)
    return {
        "messages": found.messages,
        "people": found.people,
        "replies": found.replies,
        "threads": [m.text for m in found.threads],
        "questions": [m.text for m in found.questions],
        "links": list(found.links),
        "hosts": list(found.hosts),
    }


def test_messages_people_and_threads_are_counted() -> None:
    found = counted(
        said("Deploying now", replies=2, people=1),
        said("Deploy is stuck", by=GRACE, replies=9, people=3),
        said("ok", by=GRACE),
    )
    assert (found["messages"], found["people"], found["replies"]) == (3, 2, 11)
    assert found["threads"] == ["Deploy is stuck", "Deploying now"]


@pytest.mark.parametrize(
    ("message", "open_"),
    [
        (said("Who has the keys?"), True),
        (said("谁有钥匙？"), True),
        (said("هل يعمل؟"), True),
        (said("Who has the keys?\nThanks!"), True),
        (said("Who has the keys?", replies=1), False),
        (said("Who has the keys?", reactions=1), False),
        (said("Who has the keys?", minutes=29), False),
        (said("See https://shop.example/?a=1"), False),
        (said("Really? No."), False),
        (said("Done."), False),
    ],
)
def test_a_question_that_nobody_answered_is_open(message: Said, open_: bool) -> None:
    """Half an hour is time to answer; a reply or a reaction is an answer."""
    assert bool(counted(message)["questions"]) is open_


def test_links_are_counted_once_a_message_and_by_host() -> None:
    found = counted(
        said("https://a.example/x, https://a.example/x and (https://b.example/y)."),
        said("again: https://a.example/x"),
    )
    assert found["links"] == [("https://a.example/x", 2), ("https://b.example/y", 1)]
    assert found["hosts"] == [("a.example", 2), ("b.example", 1)]


DIGEST = Task(
    id=TaskId("T1"),
    title="Sum up the channel",
    trigger=CronTrigger(cron="0 9 * * 1-5", zone="Europe/Berlin"),
    instructions="Say what was decided.",
    tools=(CHANNEL,),
)


def run(
    *messages: Said, task: Task = DIGEST, asked: list[datetime] | None = None, at: datetime = NOW
) -> tuple[TaskResult, list[Step]]:
    """A run without a model; the steps that were kept as it went."""
    kept: list[Step] = []

    def listen(since: datetime) -> Heard:
        if asked is not None:
            asked.append(since)
        return heard(*messages)

    given = TaskInput(
        mission=MissionId("M-7K2PQF"),
        mission_name="Digest",
        execution=ExecutionId("E-1"),
        task=task,
        carry={},
        zone="Europe/Berlin",
        stopped=lambda: False,
        kept=kept.append,
        listen=listen,
    )
    clock = ManualClock(at)
    return finished(TaskRunner({CHANNEL: ChannelTool()}, None, clock), given), kept


def test_the_report_states_the_facts_without_a_model() -> None:
    """[R1 X3] Useful by itself: counts, the busiest threads, open questions, links."""
    result, kept = run(
        said("Deploy is stuck", by=GRACE, replies=9, people=3),
        said("Who has the keys?"),
        said("look at https://grafana.example/d/1"),
    )
    report = result.report
    assert report.headline == "3 messages by 2 people, with 9 replies, since Mon 23 Nov 09:00"
    assert report.lines == (
        "9 replies by 3 people: “Deploy is stuck” (Grace, Tue 24 Nov 07:00)",
        "1 question without an answer: “Who has the keys?” (Ada, Tue 24 Nov 07:00)",
        "1 link: grafana.example",
    )
    assert "- https://grafana.example/d/1" in report.text
    assert (result.finding, result.said, result.changed) == (None, True, False)
    assert [step.what for step in kept] == ["Read the Mission's channel"]
    assert result.session == tuple(kept)


def test_a_silent_channel_is_said_to_be_silent() -> None:
    result, _ = run()
    assert result.report.headline == "Nobody wrote anything here since Mon 23 Nov 09:00"


@pytest.mark.parametrize(
    ("at", "since"),
    [
        (datetime(2026, 11, 24, 8, 0, 2, tzinfo=UTC), datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 8, 0, 2, tzinfo=UTC), datetime(2026, 11, 20, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 24, 15, 0, tzinfo=UTC), datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
    ],
)
def test_it_goes_back_to_the_run_before(at: datetime, since: datetime) -> None:
    """On Monday over the weekend; a run by hand to the last one of the timetable."""
    asked: list[datetime] = []
    run(asked=asked, at=at)
    assert asked == [since]


def test_only_a_task_that_is_granted_the_channel_reads_it() -> None:
    """[X8]"""
    asked: list[datetime] = []
    result, _ = run(said("secret"), task=DIGEST.model_copy(update={"tools": ()}), asked=asked)
    assert asked == []
    assert "secret" not in result.report.text


def test_where_the_channel_cannot_be_read_the_run_says_so() -> None:
    clock = ManualClock(NOW)
    given = TaskInput(
        mission=MissionId("M-7K2PQF"),
        mission_name="Digest",
        execution=ExecutionId("E-1"),
        task=DIGEST,
        carry={},
        zone="UTC",
        stopped=lambda: False,
    )
    with pytest.raises(HoustonError, match="cannot read channels"):
        TaskRunner({CHANNEL: ChannelTool()}, None, clock).run(given)


def test_the_form_makes_a_plan_that_reads_its_channel_and_no_more() -> None:
    """[C2 X8] It always reports, at the person's time."""
    filled = {Blank.DAYS_OF: Every.WEEKDAY.value, Blank.AT: "17:30"}
    (task,) = blueprint(Form(Template.DIGEST, "Europe/Berlin", filled)).tasks
    assert task.tools == (CHANNEL,)
    assert task.checks == ()
    assert task.notify is Notify.ALWAYS
    assert task.trigger.model_dump()["cron"] == "30 17 * * 1-5"
