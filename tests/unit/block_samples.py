"""Every message and dialog that Houston shows, filled with any text and any number of things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View as SdkView

from agent.templates import Template
from bot import limits
from bot.block_rules import validate_message, validate_view
from bot.blocks import approval_dialogs, dialogs, new_mission, notices, owners
from bot.blocks.action_card import action_card
from bot.blocks.approval_card import ApprovalFacts, approval_card
from bot.blocks.ask_card import ask_card
from bot.blocks.away_card import away_card
from bot.blocks.calendar import Day, Mark, MonthFacts, calendar_view, days_of, month_of
from bot.blocks.change_card import ChangeFacts, change_card
from bot.blocks.charts import Chart, ChartLine
from bot.blocks.choose_card import choose_card
from bot.blocks.execution import ExecutionFacts, execution_view
from bot.blocks.executions import PER_PAGE, ExecutionsFacts, executions_view
from bot.blocks.history import HistoryFacts, HistoryItem, NotRun, history
from bot.blocks.layout import Message
from bot.blocks.list_card import ListFacts, ListItem, list_card
from bot.blocks.mission_card import MissionFacts, TaskLine, mission_card
from bot.blocks.next_runs import next_runs
from bot.blocks.outage_card import Missed, outage_card
from bot.blocks.pauses import quiet_card, quiet_offer, task_paused_card
from bot.blocks.plan_card import PlanFacts, plan_card
from bot.blocks.plan_view import PlanViewFacts, plan_view
from bot.blocks.progress import ProgressFacts, progress
from bot.blocks.records import Scope
from bot.blocks.reminder import ReminderFacts, reminder
from bot.blocks.report import ReportFacts, report
from bot.blocks.report_detail import DetailFacts, report_detail
from bot.blocks.session import SessionFacts, session_card, session_view
from bot.blocks.tasks import Coming, TaskFacts
from bot.blocks.ways import Waits
from bot.blocks.wish_card import said_card, wish_card
from bot.mrkdwn import clean
from missions.approval import Approval, ApprovalState
from missions.blueprint import Blueprint, CronTrigger, Finding, OnceTrigger, Scalar, Task
from missions.cards import (
    Action,
    ActionCard,
    ApproversCard,
    AskCard,
    AwayCard,
    Choice,
    Question,
    QuietCard,
    QuietOfferCard,
    SaidCard,
    WishCard,
)
from missions.diff import FieldChange
from missions.execution import (
    Cause,
    CheckResult,
    Execution,
    Measured,
    News,
    Outcome,
    Reason,
    Report,
    Session,
    Status,
    Step,
)
from missions.ids import (
    ApprovalId,
    ChannelId,
    CheckId,
    ExecutionId,
    MissionId,
    OccurrenceId,
    OutboxId,
    PersonId,
    ProposalId,
    TaskId,
    TeamId,
)
from missions.mission import Away, Change, Mission, MissionState, Mute, Pause
from missions.progress import Progress, ProgressStep, StepState
from missions.proposal import Proposal, ProposalKind, ProposalState
from missions.verbs.deletes import DeletePreview
from missions.verbs.switches import DisablePreview

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
ANN = PersonId("U0ANN")
ID = MissionId("M-7K2PQF")
RUN = ExecutionId("E-23456789AB")
REPORT_URL = "https://example.slack.com/archives/C1/p1"

HOSTILE = (
    "",
    "   \n\t ",
    "<!channel> <!here> <!everyone> <@U0BOSS> <!subteam^S1|x> <#C1> <https://evil.example|ok>",
    "@channel @here https://evil.example/x?a=1&b=2 & &amp; &lt;!channel&gt; <",
    "*bold* _it_ ~no~ `code` ```fence\n> quote\n• bullet",
    "\u202eoverride \u2066isolate\u2069 שלום עליכם مرحبا",
    "e" + "\u0301" * 500,
    "👩‍👩‍👧‍👦🇩🇪👍🏽" * 40,
    "&" * 20_000,
    "<!channel>" * 2_000,
    "x" * 20_000,
    "Zeile\n" * 4_000,
    "\x00\x07\ud800\u2028end",
)


def difference(label: str, before: str | None, after: str | None) -> FieldChange:
    return FieldChange(path="T1.trigger", label=label, before=before, after=after)


def mission(text: str = "Nightly Watch", state: MissionState = MissionState.ACTIVE) -> Mission:
    """A Mission whose name is `text`, even if the domain would refuse that name."""
    pause = Pause(by=ANN, at=NOW, note=text) if state is MissionState.PAUSED else None
    return Mission.model_construct(
        id=ID,
        team=TeamId("T1"),
        name=text,
        state=state,
        channel=ChannelId("C1"),
        owner=ANN,
        created_at=NOW,
        version=0 if state is MissionState.DRAFT else 3,
        pause=pause,
    )


def task(text: str = "Check the shop", number: int = 1) -> Task:
    cron = CronTrigger.model_construct(cron=text, zone=ZONE)
    once = OnceTrigger.model_construct(at=NOW + timedelta(days=number), zone=text)
    return Task.model_construct(
        id=TaskId(f"T{number}"),
        title=text,
        trigger=cron if number % 2 else once,
        instructions=text,
        checks=(),
        tools=(text,) * (number % 12),
        expected_output=text,
    )


def task_facts(text: str, number: int, checks: int) -> TaskFacts:
    instants = tuple(NOW + timedelta(hours=number + day * 24) for day in range(3))
    return TaskFacts(task(text, number), text, (text,) * checks, (text,) * 3, text, instants)


def blueprint(text: str = "Watch the shop", count: int = 1) -> Blueprint:
    tasks = tuple(task(text, number) for number in range(1, count + 1))
    return Blueprint.model_construct(goal=text, objectives=(text,) * count, tasks=tasks)


def proposal(
    text: str = "Watch the shop",
    count: int = 1,
    *,
    kind: ProposalKind = ProposalKind.LAUNCH,
    state: ProposalState = ProposalState.OPEN,
    base: int = 0,
    findings: int = 0,
    at: datetime = NOW,
) -> Proposal:
    answered = state in (ProposalState.APPLIED, ProposalState.DISCARDED)
    return Proposal(
        id=ProposalId("P-23456789AB"),
        mission=ID,
        kind=kind,
        base_version=base,
        blueprint=blueprint(text, count),
        by=ANN,
        at=at,
        findings=(text,) * findings,
        state=state,
        answered_by=ANN if answered else None,
        answered_at=NOW if answered else None,
    )


def execution(
    text: str = "Check the shop",
    status: Status = Status.SUCCESS,
    finding: Finding | None = Finding.ALL_GOOD,
) -> Execution:
    running, failed = status is Status.RUNNING, status is Status.FAILED
    return Execution(
        id=RUN,
        mission=ID,
        task=TaskId("T1"),
        task_title=text,
        occurrence=OccurrenceId("T1.time.1"),
        cause=Cause.RUN_NOW,
        by=ANN,
        version=3,
        scheduled_at=NOW,
        started_at=NOW + timedelta(seconds=1),
        deadline=NOW + timedelta(hours=3),
        token="t",
        ended_at=None if running else NOW + timedelta(seconds=4),
        status=status,
        finding=finding if status is Status.SUCCESS else None,
        error=text if failed else None,
        stopped_by=ANN if status is Status.CANCELLED else None,
        tokens=1200,
        cost_usd=0.02,
    )


def check_result(
    text: str, finding: Finding = Finding.CRITICAL, news: News | None = News.NEW
) -> CheckResult:
    measured = Measured(field="status", expected=text, actual=text, holds=False)
    return CheckResult(
        check=CheckId("C1"),
        title=text,
        finding=finding,
        measured=(measured,),
        note=text,
        news=news,
    )


def found(text: str, count: int) -> Report:
    return Report(
        headline=text,
        lines=(text,) * count,
        results=tuple(check_result(text) for _ in range(count)),
        text=text,
    )


def runs(text: str, count: int) -> tuple[Coming, ...]:
    return tuple(Coming(NOW + timedelta(hours=n), text, text, ID, text) for n in range(count))


def plans(text: str, count: int) -> Iterator[Message]:
    """Plan and change cards in all their standings."""
    tasks = tuple(task_facts(text, n, count) for n in range(1, count + 1))
    old = NOW - timedelta(hours=25)
    draft, active = mission(text, MissionState.DRAFT), mission(text)
    changes = (
        *(difference(text, text, text) for _ in range(count)),
        difference(text, None, text),
        difference(text, text, None),
    )
    for state in ProposalState:
        for findings, at in ((0, NOW), (count, NOW), (0, old)):
            launch = proposal(text, count, state=state, findings=findings, at=at)
            yield plan_card(PlanFacts(draft, launch, tasks, NOW, text))
            yield reminder(ReminderFacts(draft, launch, (ANN,), NOW, "https://slack.example/p1"))
            for base in (2, 3):
                change = proposal(
                    *(text, count),
                    kind=ProposalKind.CHANGE,
                    state=state,
                    findings=findings,
                    base=base,
                    at=at,
                )
                yield change_card(
                    ChangeFacts(active, change, changes, runs(text, count), NOW, text)
                )


def views_of_missions(text: str, count: int) -> Iterator[Message]:
    """Lists, details, plans, histories and coming runs."""
    people = {ANN: text}
    logged = Change(at=NOW, by=ANN, what=text, link=REPORT_URL, before=text, after=text)
    for state in MissionState:
        one = mission(text, state)
        tasks = tuple(task_facts(text, n, count) for n in range(1, count + 1))
        lines = (TaskLine(text, text, Status.SUCCESS, Finding.ATTENTION),) * count
        yield mission_card(
            MissionFacts(
                *(one, text, lines, runs(text, count), count, (logged,) * count),
                past=bool(count % 2),
                people=people,
                zone=text,
            )
        )
        yield plan_view(PlanViewFacts(one, blueprint(text, count), 3, tasks, people, text))
        waits = Waits(proposal(text, count, base=one.version), NOW)
        yield mission_card(MissionFacts(one, text, lines, people=people, launch=waits))
        yield plan_view(
            PlanViewFacts(one, blueprint(text, count), 0, tasks, people, text, launch=waits)
        )
        item = ListItem(one, text, NOW, text, Status.SUCCESS, Finding.CRITICAL)
        yield list_card(ListFacts((item,) * count, count, 2, 3, state, text))
        yield list_card(ListFacts((item,) * count, count))
        yield choose_card((one,) * count, text + "{id}")
        for action in Action:
            card = ActionCard(mission=ID, action=action, note=text, until=NOW, task=TaskId("T1"))
            yield action_card(one, card, text, text)
        yield notices.state_card(one, text, ANN, NOW, text, text, NOW)
        for still in (True, False):
            yield task_paused_card(one, TaskId("T1"), text, ANN, text, NOW, text, still=still)
        muted = one.model_copy(update={"mute": Mute(by=ANN, at=NOW)})
        quiet = Pause(by=ANN, at=NOW, note=text, until=NOW)
        yield mission_card(MissionFacts(muted, text, lines, people=people, quiet=quiet))
    steps, scope = session(text, count).steps, Scope(ID)
    yield session_card(SessionFacts(mission(text), scope, execution(text), steps, 2, ZONE))
    for begun in (True, False):
        yield quiet_card(QuietCard(begun=begun, by=ANN, note=text, until=NOW), text)
        yield quiet_offer(QuietOfferCard(begin=begun, note=text, until=NOW), text)
        for why in Away:
            away = AwayCard(channel=text or "x", why=why, over=begun, missions=())
            yield away_card(away, [mission(text)] * count)
    items = [HistoryItem(execution(text, status), REPORT_URL) for status in Status]
    idle = [
        NotRun(text, outcome, reason, NOW, NOW, 2)
        for outcome in (Outcome.SKIPPED, Outcome.MISSED)
        for reason in (*Reason, None)
    ]
    rows: list[HistoryItem | NotRun] = [*items, *idle]
    shown = tuple(rows * count)
    yield history(HistoryFacts(mission(text), shown, count, people, text))
    yield next_runs(runs(text, count))
    yield next_runs(runs(text, count), mission(text))


def messages(text: str, count: int) -> Iterator[Message]:
    """Every message, filled with this text and `count` of whatever can be many."""
    yield from plans(text, count)
    yield from views_of_missions(text, count)
    yield from approvals(text, count)
    for status in Status:
        for state in (MissionState.DRAFT, MissionState.ACTIVE, MissionState.PAUSED):
            run = execution(text, status, Finding.CRITICAL)
            for told in (None, found(text, count)):
                charts = (chart(text, count),) * min(count, 4)
                one = mission(text, state)
                yield report(ReportFacts(one, run, told, {ANN: text}, ZONE, charts=charts))
                yield report(ReportFacts(one, run, told, {ANN: text}, text))
                yield report_detail(DetailFacts(run, told, charts, zone=ZONE))
    questions = (Question(text=text, choices=(Choice(label=text, say=text),) * count),) * count
    yield ask_card(AskCard(lead=text, questions=questions))
    yield notices.sentence(text)
    yield notices.renamed_card(ID, text, text)
    yield notices.sorry_card(text, "turn-1")
    yield notices.help_card(offline=bool(count))
    yield notices.deleted_card(ID, count, count)
    yield wish_card(WishCard(by=ANN, text=text, link=REPORT_URL if count else None))
    yield said_card(mission(text), SaidCard(mission=ID, by=ANN, text=text))
    steps = tuple(ProgressStep(title=text, state=s) for s in StepState) * max(count, 1)
    doing = Progress(steps=steps, said=OutboxId("O-2"))
    run = execution(text, Status.RUNNING)
    yield progress(ProgressFacts(mission(text), run, doing, NOW, {ANN: text}, text))
    missed = (Missed(ID, text, text, count, True),) * count
    yield outage_card(NOW, NOW + timedelta(hours=1), missed, text)


def asked(text: str, count: int, state: ApprovalState = ApprovalState.OPEN) -> Approval:
    arguments: dict[str, Scalar] = {
        "method": "POST",
        "url": text[:2_000] or "x",
        "headers": f"{text[:1_900]} {{secret:x}}",
        "json": json.dumps({"text": clean(text)[:900]}),
    }
    answered = state is not ApprovalState.OPEN
    return Approval.model_construct(
        id=ApprovalId(f"{RUN}-1"),
        mission=ID,
        execution=RUN,
        task=TaskId("T1"),
        task_title=text,
        version=count % 2,
        tool=text,
        arguments=arguments,
        first=arguments,
        why=text,
        at=NOW,
        expires=NOW + timedelta(hours=3),
        approvers=(ANN,) * count,
        state=state,
        edited_by=ANN if count else None,
        by=ANN if answered else None,
        answered_at=NOW if answered else None,
        reason=text,
        outcome=text.strip(),
    )


def approvals(text: str, count: int) -> Iterator[Message]:
    """Cards of calls in all their states, and of who may approve."""
    yield owners.approvers(ApproversCard(mission=ID, people=(ANN,) * count), mission(text), {})
    for state in ApprovalState:
        one = asked(text, count, state)
        yield approval_card(
            ApprovalFacts(mission(text), one, (ANN,) * min(count, 50), {ANN: text}, text)
        )
        yield reminder(ReminderFacts(mission(text), one, (ANN,) * count, NOW, None, {}, text))


def chart(text: str, count: int) -> Chart:
    at = tuple(NOW + timedelta(seconds=n) for n in range(count + 2))
    return Chart(text, text, at, (ChartLine(text, tuple(map(float, range(count + 2)))),) * count)


def session(text: str, count: int) -> Session:
    step = Step(at=NOW, what=text, tool=text, result=text, duration_ms=12.0)
    return Session(execution=RUN, steps=(step,) * count)


def views(text: str, count: int) -> Iterator[dict[str, Any]]:
    """Every dialog, filled likewise."""
    one, running = mission(text), (execution(text, Status.RUNNING),) * count
    origin = dialogs.Origin(mission=ID, channel=ChannelId("C1"), thread_ts="1.2")
    stopped = DisablePreview.model_construct(
        mission=one, scheduled_tasks=count, next_at=NOW, queued=count, running=running
    )
    yield dialogs.disable_dialog(stopped, origin, text, text)
    gone = DeletePreview.model_construct(
        mission=one,
        executions=count,
        reports=count,
        versions=count,
        messages=count,
        running=running,
    )
    yield dialogs.delete_dialog(gone, origin)
    yield dialogs.change_dialog(one, origin)
    yield from records(text, count)
    yield approval_dialogs.reject_dialog(one, asked(text, count), origin)
    yield approval_dialogs.edit_dialog(one, asked(text, count), origin)
    yield dialogs.loading_dialog()
    yield dialogs.error_dialog(text)
    spot = new_mission.Spot(ChannelId("C1"), text or "#ops")
    begin = new_mission.Beginning(link=REPORT_URL)
    yield new_mission.wish_dialog(spot, text * max(count, 1), begin)
    for template in Template:
        yield new_mission.template_dialog(template, spot if count else None)


def records(text: str, count: int) -> Iterator[dict[str, Any]]:
    """The dialogs about past and coming runs."""
    one, people, scope = mission(text), {ANN: text}, Scope(ID, day=NOW.date())
    rows = [HistoryItem(execution(text, status), REPORT_URL) for status in Status] * count
    idle = NotRun(text, Outcome.MISSED, Reason.OUTAGE, NOW, NOW, count)
    items: tuple[HistoryItem | NotRun, ...] = (*rows[: PER_PAGE - 1], idle) if count else ()
    tasks = tuple((TaskId(f"T{n}"), text) for n in range(count))
    yield executions_view(ExecutionsFacts(one, scope, items, count, 3, tasks, people, text))
    for status in Status:
        run = execution(text, status)
        attempts = (run,) * count
        told = found(text, count)
        yield execution_view(ExecutionFacts(one, scope, run, told, REPORT_URL, attempts, people))
    steps = session(text, count).steps
    for status in Status:
        kept = SessionFacts(one, scope, execution(text, status), steps, count, ZONE)
        yield session_view(kept)
    for month in ("2026-02", "2026-10", "2026-11"):
        days = days_of(month_of(month, NOW.date()))
        each = tuple(Day(day, dict.fromkeys(Mark, count), count) for day in days)
        yield calendar_view(MonthFacts(one, each, NOW.date(), text))


# --- what must hold of all of them ------------------------------------------------------------

OURS = re.compile(
    r"<!date\^\d+\^[^|<>^]+\|[^<>]+>"
    rf"|<@{ANN}>"
    r"|<#C1>"
    rf"|<{re.escape(REPORT_URL)}\|[^<>]*>"
    r"|(?m:^> )"
    r"|&(?:amp|lt|gt);"
)


def strings(value: object, kind: str) -> Iterator[str]:
    """The text of every text object of that type."""
    if isinstance(value, dict):
        if value.get("type") == kind and isinstance(value.get("text"), str):
            yield value["text"]
        for item in value.values():
            yield from strings(item, kind)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item, kind)


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Every object inside, itself included."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from objects(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from objects(item)


def acts(text: str) -> bool:
    """Whether the mrkdwn holds a token that is none of ours."""
    return any(mark in OURS.sub("", text) for mark in "<>&")


UNKNOWN_TO_THE_SDK = frozenset({"data_visualization", "data_table"})
"""Blocks that Slack takes and slack_sdk 3.47 has no class for."""


def assert_sendable(message: Message) -> None:
    """Slack would take it, the SDK would take it, and nothing in it acts."""
    assert message.blocks
    assert validate_message(list(message.blocks), message.text) == []
    assert 0 < len(message.text) <= limits.UPDATE_TEXT
    assert not acts(message.text), OURS.sub("", message.text)[:200]
    assert_quiet(message.blocks)
    for block in message.blocks:
        if block["type"] in UNKNOWN_TO_THE_SDK:
            continue
        parsed = SdkBlock.parse(block)
        assert parsed is not None
        parsed.validate_json()


def assert_openable(view: dict[str, Any]) -> None:
    """Slack would open it, the SDK would take it, and nothing in it acts."""
    assert validate_view(view) == []
    assert_quiet(view)
    SdkView(**view).validate_json()


def assert_quiet(value: object) -> None:
    """Nothing in it mentions, links or unfurls but what we put there."""
    assert not [text for text in strings(value, "mrkdwn") if acts(text)]
    for part in objects(value):
        if part.get("type") == "mrkdwn":
            assert part["verbatim"] is True
        assert part.get("type") not in {"link", "user", "usergroup", "broadcast", "channel"}
