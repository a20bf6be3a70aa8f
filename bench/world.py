"""Missions in bulk, made by the product's own transactions, and a domain on a clock that stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from bench.storage import Storage
from jobs.queues import RqBell
from missions import keys as k
from missions.blueprint import (
    Blueprint,
    Check,
    Comparison,
    Condition,
    CronTrigger,
    EventSource,
    EventTrigger,
    Exclusion,
    Expectation,
    OnceTrigger,
    Op,
    Strategy,
    Task,
    Trigger,
)
from missions.domain import Domain
from missions.execution import Cause, Execution, Occurrence, Outcome, Report, Status
from missions.hooks import new_hook, write_hooked
from missions.ids import (
    ALPHABET,
    ChannelId,
    CheckId,
    ExecutionId,
    MissionId,
    OccurrenceId,
    PersonId,
    TaskId,
    TeamId,
    new_token,
)
from missions.keys import TeamKeys
from missions.ledger import write_armed
from missions.listing import write_listed, write_titles
from missions.mission import Mission, MissionState
from missions.ports import Access, Channel, Person
from missions.tx import Transaction, commit_all

TEAM = TeamId("T0BENCH")
ADA = PersonId("U0ADA")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday. All triggers of `SCHEDULES` are due then."""

SCHEDULES = (
    ("*/5 * * * *", "UTC"),
    ("0 * * * *", "Europe/Berlin"),
    ("0 7 * * 1-5", "America/New_York"),
    ("0 12 * * *", "UTC"),
)
BATCH = 500


def mission_id(number: int) -> MissionId:
    """The ID of the Mission with that number."""
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return MissionId(f"M-{digits}")


class StandingClock:
    """A clock that shows one instant until it is set."""

    def __init__(self, now: datetime = NOON) -> None:
        self.shown = now

    def now(self) -> datetime:
        """The instant it shows."""
        return self.shown


class EverybodyReads:
    """A directory in which everybody is a member everywhere."""

    def person(self, team: TeamId, person: PersonId) -> Person | None:
        """A person of that id."""
        return Person(id=person, name="ada")

    def channel(self, team: TeamId, channel: ChannelId) -> Channel | None:
        """A channel of that id."""
        return Channel(id=channel, name="ops")

    def access(
        self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool = False
    ) -> Access:
        """Always a member."""
        return Access.MEMBER

    def known_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """Always a member."""
        return Access.MEMBER

    def told_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """Always a member."""
        return Access.MEMBER

    def has_left(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool:
        """Nobody ever has."""
        return False


class World:
    """A domain on a storage server of its own.

    With a `channel` all Missions live there; they run only where their `owner` may be.
    """

    _owner: PersonId = ADA
    _channel: str = ""

    def __init__(
        self, made: Storage, team: TeamId = TEAM, owner: PersonId = ADA, channel: str = ""
    ) -> None:
        self.clock = StandingClock()
        self.team = team
        self._owner = owner
        self._channel = channel
        self.domain = Domain.build(made.text, self.clock, EverybodyReads(), RqBell(made.raw))

    def missions(
        self,
        count: int,
        *,
        due: datetime,
        channels: int = 50,
        first: int = 0,
        jitter: int = 0,
        left_out: tuple[Exclusion, ...] = (),
    ) -> list[MissionId]:
        """So many Active Missions, each with a plan of its own and one Task armed for `due`.

        Their starts are put off by up to `jitter` seconds, and `left_out` is left out of the plans.
        """
        made = [self._mission(number, channels) for number in range(first, first + count)]
        for start in range(0, count, BATCH):
            batch = range(start, min(start + BATCH, count))
            plain = [_plan(first + i, _cron(first + i)) for i in batch]
            plans = [_with(plan, jitter, left_out) for plan in plain]
            writes = [self._write(made[i], p, due) for i, p in zip(batch, plans, strict=True)]
            for problem in filter(None, commit_all(writes)):
                raise problem
        return [mission.id for mission in made]

    def once(self, number: int, at: datetime) -> MissionId:
        """One Active Mission with a Once Task for that instant, which checks nothing."""
        mission = self._mission(number, channels=1)
        plan = _plan(number, OnceTrigger(at=at, zone="UTC"))
        bare = plan.tasks[0].model_copy(update={"checks": (), "tools": ()})
        self._write(mission, plan.model_copy(update={"tasks": (bare,)}), at).commit()
        return mission.id

    def hooked(self, number: int) -> str:
        """The path to which an Active Mission's Event Rule has its events posted."""
        mission, hook = self._mission(number, channels=1), new_hook(EventSource.WEBHOOK)
        never = Comparison(field="status", op=Op.EQ, value="never")
        trigger = EventTrigger(
            source=EventSource.WEBHOOK, condition=Condition(comparisons=(never,))
        )
        plan = _plan(number, trigger)
        tx = self._write(mission, plan, NOON + timedelta(days=10_000))
        write_hooked(tx, TeamKeys(self.team).mission(mission.id), plan.tasks[0].id, hook)
        tx.commit()
        return hook.path

    def executions(self, mission: MissionId, count: int) -> None:
        """So many finished Executions of a Mission, with their reports, rows and posts."""
        keys = TeamKeys(self.team).mission(mission)
        pipe = self.domain.redis.pipeline(transaction=False)
        report = Report(headline="All good", text="It answered in time. " * 20).dump()
        for number in range(count):
            run, row = _execution(mission, number)
            at = run.scheduled_at.timestamp()
            pipe.hset(keys.executions, run.id, run.dump())
            pipe.zadd(keys.history, {run.id: at})
            pipe.hset(keys.reports, run.id, report)
            pipe.hset(keys.occurrences, row.id, row.dump())
            pipe.zadd(keys.ledger, {row.id: at})
            pipe.hset(keys.posts, f"O-{number}", json.dumps(["C0000", f"{number}.000100"]))
            pipe.hset(
                TeamKeys(self.team).channel_refs(ChannelId("C0000")), f"{number}.000100", "{}"
            )
            if number % BATCH == 0:
                pipe.execute()
        pipe.sadd(keys.ran, "T1")
        pipe.execute()

    def _write(self, mission: Mission, plan: Blueprint, due: datetime) -> Transaction:
        keys = TeamKeys(self.team).mission(mission.id)
        tx = self.domain.store.mission_tx(keys)
        tx.hset(keys.record, {"doc": mission.dump(), "rev": mission.rev})
        tx.hset(keys.blueprints, {"1": plan.dump()})
        tx.sadd(k.TEAMS, self.team).zadd(
            tx.team.missions, mission.id, mission.created_at.timestamp()
        )
        write_listed(tx, mission)
        write_titles(tx, mission, plan)
        write_armed(tx, keys, plan.tasks[0].id, due)
        return tx

    def _mission(self, number: int, channels: int) -> Mission:
        return Mission(
            id=mission_id(number),
            team=self.team,
            name=f"Watch number {number}",
            state=MissionState.ACTIVE,
            channel=ChannelId(self._channel or f"C0{number % channels:03d}"),
            owner=self._owner,
            created_at=NOON - timedelta(days=30) + timedelta(seconds=number),
            version=1,
        )


def _execution(mission: MissionId, number: int) -> tuple[Execution, Occurrence]:
    due = NOON - timedelta(minutes=5 * number)
    row = Occurrence(
        id=OccurrenceId(f"T1.time.{due.timestamp():.3f}"),
        task=TaskId("T1"),
        cause=Cause.TIME,
        due=due,
        trigger_rev=1,
        outcome=Outcome.RUN,
        execution=ExecutionId(f"E-{number:010d}"),
    )
    run = Execution(
        id=ExecutionId(f"E-{number:010d}"),
        mission=mission,
        task=row.task,
        task_title="Check the shop",
        occurrence=row.id,
        cause=Cause.TIME,
        version=1,
        scheduled_at=due,
        started_at=due,
        deadline=due + timedelta(hours=3),
        token=new_token(),
        status=Status.SUCCESS,
        ended_at=due + timedelta(seconds=1),
    )
    return run, row


def _with(plan: Blueprint, jitter: int, left_out: tuple[Exclusion, ...]) -> Blueprint:
    strategy = Strategy(jitter_seconds=jitter)
    tasks = tuple(task.model_copy(update={"strategy": strategy}) for task in plan.tasks)
    return plan.model_copy(update={"tasks": tasks, "exclusions": left_out})


def _cron(number: int) -> CronTrigger:
    cron, zone = SCHEDULES[number % len(SCHEDULES)]
    return CronTrigger(cron=cron, zone=zone)


def _plan(number: int, trigger: Trigger) -> Blueprint:
    check = Check(
        id=CheckId("C1"),
        tool="http",
        arguments={"url": f"https://shop.example/{number}/health"},
        expect=(Expectation(field="status", op=Op.EQ, value=200),),
    )
    task = Task(
        id=TaskId("T1"),
        title=f"Check the shop {number}",
        trigger=trigger,
        checks=(check,),
        tools=("http",),
    )
    return Blueprint(goal=f"Keep shop {number} up", objectives=("It answers",), tasks=(task,))
