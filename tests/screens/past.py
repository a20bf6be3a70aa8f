"""A Mission with a past: runs of weeks, by the steps of a worker and a clock that is passed in.

The Task says nothing of them, so that the channel is not flooded with what is long over.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.checks.expectations import holds
from agent.checks.words import expected_in_words
from agent.task.compare import carry_of, with_news, worst
from agent.task.template import write_report
from agent.task.values import TaskInput
from missions import keys as k
from missions.blueprint import (
    Blueprint,
    Check,
    CronTrigger,
    Every,
    Expectation,
    Finding,
    Notify,
    Op,
    Summary,
    Task,
)
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import CheckResult, Execution, Measured, News, Status
from missions.ids import (
    ChannelId,
    CheckId,
    MissionId,
    PersonId,
    TaskId,
    TeamId,
    new_mission_id,
    new_proposal_id,
    new_token,
)
from missions.keys import TeamKeys
from missions.ledger import time_occurrence, write_pending
from missions.mission import Mission, MissionState
from missions.ports import Access
from missions.proposal import Proposal, ProposalKind
from missions.proposals import write_draft, write_proposal
from missions.viewer import Actor
from tests.support.fakes import FakeDirectory, ManualClock, RecordingBell
from tests.support.system import Houston

BERLIN = ZoneInfo("Europe/Berlin")
NAME = "Storefront"
HOST = "https://shop.example"
WEEKS = 5
_HEALTH = (182, 164, 201, 190, 173, 244, 210, 187, 176, 232, 268, 221, 198, 206, 189, 254, 231)
_LOGIN = (310, 296, 342, 325, 301, 377, 344, 318, 309, 392, 421, 365, 333, 347, 322, 408, 371)
_BAD = {4: "slow", 9: "down", 10: "down", 15: "failed", 19: "slow"}
"""Which runs found something, counted from the first."""


@dataclass
class Past:
    """The domain of a running Houston, by a clock of our own."""

    domain: Domain
    clock: ManualClock
    team: TeamId
    channel: ChannelId
    owner: PersonId

    @classmethod
    def of(cls, houston: Houston, channel: str, owner: str) -> Past:
        """On the storage of that Houston, for a channel (`#ops`) and a person by name."""
        w = houston.workspace
        where = {one["name"]: ChannelId(one["id"]) for one in w.state(owner)["channels"]}
        place, person = where[channel[1:]], PersonId(w.person(owner))
        clock = ManualClock(datetime.now(UTC))
        directory = FakeDirectory({(person, place): Access.MEMBER}, {person: BERLIN.key})
        domain = Domain.build(houston.redis, clock, directory, RecordingBell())
        return cls(domain, clock, TeamId(houston.told["team_id"]), place, person)

    def mission(self) -> MissionId:
        """An Active Mission that ran each weekday for weeks, and speaks from now on."""
        mission = self._launched(_plan(Notify.NEVER))
        now = self.clock.now()
        for number, at in enumerate(_weekdays(now)):
            self.clock.set(at)
            self.run(mission, _BAD.get(number, ""), number, at)
        self.clock.set(now)
        self._applied(mission, _plan(Notify.ALWAYS))
        return mission

    def run(self, mission: MissionId, what: str, number: int, due: datetime) -> Execution:
        """One run that was due then and found what the word says."""
        keys = TeamKeys(self.team).mission(mission)
        tx = self.domain.store.mission_tx(keys)
        row = time_occurrence(_plan(Notify.NEVER).tasks[0], due, 1)
        write_pending(tx, keys, row)
        tx.commit()
        claim = self.domain.claims.claim(self.team, mission, row.id, new_token())
        assert claim, row
        ending = _ending(
            claim.execution, claim.mission, claim.task, claim.state.carry, what, number
        )
        self.clock.advance(seconds=2.4 + number % 5 / 3)
        ended = self.domain.endings.end(self.team, claim.execution, ending)
        assert ended
        return ended

    def summed_up(self, mission: MissionId) -> None:
        """Have its Mission report be due."""
        member = k.member(self.team, mission)
        self.domain.store.team_tx(self.team).zadd(k.SUMMARIES, member, time.time() - 1).commit()

    def missed(self, mission: MissionId, count: int, since: datetime) -> None:
        """Have runs of it be missed by an outage that was just over."""
        told = json.dumps({"count": count, "since": since.isoformat(), "made_up": True})
        tx = self.domain.store.team_tx(self.team)
        tx.hset(TeamKeys(self.team).outage(self.channel), {k.member(mission, "T1"): told})
        tx.sadd(k.OUTAGES, k.member(self.team, self.channel)).commit()

    def _launched(self, plan: Blueprint) -> MissionId:
        mission = Mission(
            id=new_mission_id(),
            team=self.team,
            name=NAME,
            state=MissionState.DRAFT,
            channel=self.channel,
            owner=self.owner,
            created_at=self.clock.now() - timedelta(weeks=WEEKS),
        )
        keys = TeamKeys(self.team).mission(mission.id)
        proposal = self._proposal(mission.id, ProposalKind.LAUNCH, 0, plan)
        tx = self.domain.store.mission_tx(keys)
        write_draft(tx, keys, mission, proposal)
        tx.commit()
        self.domain.lifecycle.launch(self._actor(), mission.id, proposal.id)
        return mission.id

    def _applied(self, mission: MissionId, plan: Blueprint) -> None:
        stored = self.domain.store.mission(self.team, mission)
        assert stored
        keys = TeamKeys(self.team).mission(mission)
        change = self._proposal(mission, ProposalKind.CHANGE, stored.version, plan)
        tx = self.domain.store.mission_tx(keys)
        write_proposal(tx, keys, self.domain.store, stored, change)
        tx.commit()
        self.domain.lifecycle.apply(self._actor(), mission, change.id)

    def _proposal(
        self, mission: MissionId, kind: ProposalKind, base: int, plan: Blueprint
    ) -> Proposal:
        return Proposal(
            id=new_proposal_id(),
            mission=mission,
            kind=kind,
            base_version=base,
            blueprint=plan,
            by=self.owner,
            at=self.clock.now(),
        )

    def _actor(self) -> Actor:
        return Actor(team=self.team, person=self.owner)


def _plan(notify: Notify) -> Blueprint:
    task = Task(
        id=TaskId("T1"),
        title="Check shop.example/health and 1 more",
        trigger=CronTrigger(cron="0 9 * * 1-5", zone=BERLIN.key),
        checks=(_check(1, "/health", 250), _check(2, "/login", 500)),
        tools=("http",),
        notify=notify,
    )
    return Blueprint(
        goal="Know at once when the shop is slow or down",
        objectives=("The shop answers in under 250 ms", "People can log in"),
        tasks=(task,),
        summary=Summary(every=Every.WEEK, zone=BERLIN.key),
    )


def _check(number: int, path: str, under: int) -> Check:
    return Check(
        id=CheckId(f"C{number}"),
        tool="http",
        arguments={"url": HOST + path},
        expect=(
            Expectation(field="status", op=Op.EQ, value=200),
            Expectation(field="latency_ms", op=Op.LT, value=under, severity=Finding.ATTENTION),
        ),
    )


def _weekdays(now: datetime) -> Iterator[datetime]:
    """Nine o'clock of each weekday of the last weeks, yesterday's the last."""
    today = now.astimezone(BERLIN).replace(hour=9, minute=0, second=0, microsecond=0)
    days = (today - timedelta(days=n) for n in range(7 * WEEKS, 0, -1))
    return (day.astimezone(UTC) for day in days if day.weekday() < 5)


def _ending(
    run: Execution,
    mission: Mission,
    task: Task,
    carry: dict[CheckId, Finding],
    what: str,
    number: int,
) -> Ending:
    """What a run comes to: `slow`, `down`, `failed`, or all is well."""
    if what == "failed":
        return Ending(status=Status.FAILED, error="The worker that carried it out was lost.")
    status, factor = (503, 0.1) if what == "down" else (200, 3.1 if what == "slow" else 1.0)
    took = (_HEALTH[number % len(_HEALTH)] * factor, _LOGIN[number % len(_LOGIN)])
    each = zip(task.checks, (status, 200), took, strict=True)
    results = with_news([_result(check, code, ms) for check, code, ms in each], carry)
    given = TaskInput(
        mission=mission.id,
        mission_name=mission.name,
        execution=run.id,
        task=task,
        carry=carry,
        zone=BERLIN.key,
        stopped=lambda: False,
    )
    return Ending(
        status=Status.SUCCESS,
        finding=worst(results),
        report=write_report(given, results, run.started_at),
        carry=carry_of(results),
        changed=any(r.news in (News.NEW, News.RECOVERED) for r in results),
    )


def _result(check: Check, status: int, latency: float) -> CheckResult:
    actual = {"status": status, "latency_ms": latency if status == 200 else 31.0}
    pairs = [(e, holds(e, actual[e.field])) for e in check.expect]
    unmet = [e.severity for e, held in pairs if not held]
    return CheckResult(
        check=check.id,
        title=f"GET {str(check.arguments['url']).removeprefix('https://')}",
        finding=max(unmet, key=lambda f: f.rank, default=Finding.ALL_GOOD),
        measured=tuple(
            Measured(
                field=e.field, expected=expected_in_words(e), actual=actual[e.field], holds=held
            )
            for e, held in pairs
        ),
        duration_ms=latency,
    )
