"""Missions in bulk, made by the product's own transactions, and a domain on a clock that stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench.storage import Storage
from jobs.queues import RqBell
from missions import keys as k
from missions.blueprint import Blueprint, Check, CronTrigger, Expectation, Op, Task
from missions.domain import Domain
from missions.ids import ChannelId, CheckId, MissionId, PersonId, TaskId, TeamId
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


class World:
    """A domain on a storage server of its own."""

    def __init__(self, made: Storage) -> None:
        self.clock = StandingClock()
        self.domain = Domain.build(made.text, self.clock, EverybodyReads(), RqBell(made.raw))

    def missions(
        self, count: int, *, due: datetime, channels: int = 50, first: int = 0
    ) -> list[MissionId]:
        """So many Active Missions, each with a plan of its own and one Task armed for `due`."""
        made = [_mission(number, channels) for number in range(first, first + count)]
        for start in range(0, count, BATCH):
            batch = range(start, min(start + BATCH, count))
            answers = commit_all([self._written(made[i], first + i, due) for i in batch])
            for problem in filter(None, answers):
                raise problem
        return [mission.id for mission in made]

    def _written(self, mission: Mission, number: int, due: datetime) -> Transaction:
        keys = TeamKeys(TEAM).mission(mission.id)
        tx = self.domain.store.mission_tx(keys)
        plan = _plan(number)
        tx.hset(keys.record, {"doc": mission.dump(), "rev": mission.rev})
        tx.hset(keys.blueprints, {"1": plan.dump()})
        tx.sadd(k.TEAMS, TEAM).zadd(tx.team.missions, mission.id, mission.created_at.timestamp())
        write_listed(tx, mission)
        write_titles(tx, mission, plan)
        write_armed(tx, keys, plan.tasks[0].id, due)
        return tx


def _mission(number: int, channels: int) -> Mission:
    return Mission(
        id=MissionId(f"M-{number:06d}"),
        team=TEAM,
        name=f"Watch number {number}",
        state=MissionState.ACTIVE,
        channel=ChannelId(f"C0{number % channels:03d}"),
        owner=ADA,
        created_at=NOON - timedelta(days=30) + timedelta(seconds=number),
        version=1,
    )


def _plan(number: int) -> Blueprint:
    cron, zone = SCHEDULES[number % len(SCHEDULES)]
    check = Check(
        id=CheckId("C1"),
        tool="http",
        arguments={"url": f"https://shop.example/{number}/health"},
        expect=(Expectation(field="status", op=Op.EQ, value=200),),
    )
    task = Task(
        id=TaskId("T1"),
        title=f"Check the shop {number}",
        trigger=CronTrigger(cron=cron, zone=zone),
        checks=(check,),
        tools=("http",),
    )
    return Blueprint(goal=f"Keep shop {number} up", objectives=("It answers",), tasks=(task,))
