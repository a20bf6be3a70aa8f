"""A desk with a small reader in memory, for tests of the conversation side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.address import AllowedHosts
from agent.checks.http import HttpTool
from agent.checks.registry import check_problems
from agent.desk import Desk
from agent.operations import HttpCheck, TaskSpec, When
from agent.plan import create
from missions.blueprint import Blueprint, Finding
from missions.errors import UnknownMission
from missions.execution import Cause, CheckResult, Execution, Measured, Report, Status
from missions.ids import (
    ChannelId,
    CheckId,
    ExecutionId,
    MissionId,
    OccurrenceId,
    PersonId,
    TaskId,
    TeamId,
)
from missions.mission import Mission, MissionState
from missions.ports import Channel, Person
from missions.proposal import Proposal
from missions.reader import NextRun, Page
from missions.verify import VerifyContext, verify
from missions.viewer import Viewer

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TEAM, CHANNEL, ANNA = TeamId("T1"), ChannelId("C1"), PersonId("U1")
SHOP, STORE = MissionId("M-ABC234"), MissionId("M-XYZ789")
NEW = MissionId("M-NEW222")


class StoppedClock:
    """A clock that shows NOW."""

    def now(self) -> datetime:
        return NOW


HTTP = HttpTool(StoppedClock(), AllowedHosts())


def blueprint(cron: str = "0 9 * * *", *urls: str, **limits: Any) -> Blueprint:
    """A plan of one Task that checks the addresses."""
    checks = tuple(HttpCheck(url=u, **limits) for u in urls or ("https://shop.example",))
    when = When(cron=cron, zone="Europe/Berlin")
    return create("", (TaskSpec(when=when, checks=checks),))


def mission(
    mission_id: MissionId = SHOP,
    name: str = "Shop watch",
    state: MissionState = MissionState.ACTIVE,
) -> Mission:
    """A Mission in the test's channel."""
    return Mission(
        id=mission_id,
        team=TEAM,
        name=name,
        state=state,
        channel=CHANNEL,
        owner=ANNA,
        created_at=NOW,
        version=0 if state is MissionState.DRAFT else 1,
    )


def execution(
    status: Status = Status.SUCCESS, finding: Finding | None = Finding.CRITICAL, number: int = 1
) -> Execution:
    """An Execution of the shop's Mission."""
    return Execution(
        id=ExecutionId(f"E-{number}"),
        mission=SHOP,
        task=TaskId("T1"),
        task_title="Check shop.example",
        occurrence=OccurrenceId(f"T1.time.{number}"),
        cause=Cause.TIME,
        version=1,
        scheduled_at=NOW,
        started_at=NOW,
        deadline=NOW + timedelta(hours=3),
        token="t",
        status=status,
        finding=None if status is Status.RUNNING else finding,
    )


REPORT = Report(
    headline="1 of 1 checks failed",
    results=(
        CheckResult(
            check=CheckId("C1"),
            title="GET https://shop.example",
            finding=Finding.CRITICAL,
            measured=(Measured(field="status", expected="200", actual=503, holds=False),),
        ),
    ),
)


@dataclass
class FakeReader:
    """The reads that tools make, over dictionaries."""

    all: list[Mission] = field(default_factory=list)
    plans: dict[MissionId, Blueprint] = field(default_factory=dict)
    older: dict[MissionId, list[Blueprint]] = field(default_factory=dict)
    runs: list[Execution] = field(default_factory=list)

    def mission(self, viewer: Viewer, wanted: MissionId) -> Mission:
        found = next((m for m in self.all if m.id == wanted), None)
        if found is None:
            raise UnknownMission(wanted)
        return found

    def missions(
        self,
        viewer: Viewer,
        *,
        state: MissionState | None = None,
        search: str = "",
        page: int = 1,
        per_page: int = 10,
    ) -> Page:
        items = tuple(m for m in self.all if state in (None, m.state))
        return Page(items=items, page=1, pages=1, total=len(items))

    def find(self, viewer: Viewer, words: str) -> tuple[Mission, ...]:
        wanted = words.casefold().split()
        return tuple(m for m in self.all if all(w in m.name.casefold().split() for w in wanted))

    def open_change(
        self, viewer: Viewer, wanted: MissionId, channel: ChannelId, thread: str
    ) -> Proposal | None:
        """No change waits."""
        self.mission(viewer, wanted)
        return None

    def blueprint(self, viewer: Viewer, wanted: MissionId, version: int | None = None) -> Blueprint:
        if version is None:
            return self.plans[wanted]
        return [*self.older.get(wanted, []), self.plans[wanted]][version - 1]

    def versions(self, viewer: Viewer, wanted: MissionId) -> tuple[int, ...]:
        return tuple(range(1, len(self.older.get(wanted, [])) + 2))

    def executions(
        self, viewer: Viewer, wanted: MissionId, *, limit: int = 10, offset: int = 0
    ) -> tuple[Execution, ...]:
        return tuple(e for e in self.runs if e.mission == wanted)

    def running(self, viewer: Viewer, wanted: MissionId) -> tuple[Execution, ...]:
        runs = self.executions(viewer, wanted)
        return tuple(e for e in runs if e.status is Status.RUNNING)

    def execution(self, viewer: Viewer, wanted: MissionId, run: ExecutionId) -> Execution:
        return next(e for e in self.runs if e.id == run)

    def report(self, viewer: Viewer, wanted: MissionId, run: ExecutionId) -> Report | None:
        return REPORT

    def next_runs(
        self,
        viewer: Viewer,
        wanted: MissionId | None,
        count: int = 3,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[NextRun, ...]:
        return ()


def findings(plan: Blueprint, before: Blueprint | None = None) -> tuple[str, ...]:
    """The real verification, with the HTTP tool and a floor of 5 minutes."""
    context = VerifyContext(
        now=NOW,
        floor=timedelta(minutes=5),
        tools=frozenset({"http"}),
        problems=lambda check: check_problems(check, {"http": HTTP}),
        channel=Channel(id=CHANNEL, name="ops"),
        before=before,
    )
    return verify(plan, context)


def reader(*missions: Mission, runs: Sequence[Execution] = ()) -> FakeReader:
    """A reader of these Missions, each with a plan at 9:00."""
    return FakeReader(list(missions), {m.id: blueprint() for m in missions}, {}, list(runs))


def desk(
    text: str,
    source: FakeReader | None = None,
    *,
    focus: MissionId | None = None,
    run: ExecutionId | None = None,
    may_edit: bool = True,
    focus_viewed: bool = False,
) -> Desk:
    """Anna writes `text` in #ops; it is 11:00 in Berlin."""
    return Desk(
        team=TEAM,
        person=Person(id=ANNA, name="Anna", zone="Europe/Berlin"),
        channel=Channel(id=CHANNEL, name="ops"),
        thread_ts="1.1",
        text=text,
        link=None,
        now=NOW,
        reader=source or FakeReader(),  # type: ignore[arg-type]
        viewer=Viewer(team=TEAM, person=ANNA, place=CHANNEL),
        focus=focus,
        focus_execution=run,
        unmentionable=lambda *_: (),
        verify=findings,
        new_id=lambda: NEW,
        floor=timedelta(minutes=5),
        default_zone="UTC",
        can_edit=lambda _: may_edit,
        focus_viewed=focus_viewed,
    )
