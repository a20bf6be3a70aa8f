"""Reads records as they are and opens transactions. It asks no viewer: see `missions.reader`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from redis import Redis

from missions.blueprint import Blueprint
from missions.execution import Execution, Occurrence, Report, Status
from missions.ids import ExecutionId, MissionId, OccurrenceId, ProposalId, TaskId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Change, Mission
from missions.proposal import Proposal
from missions.taskstate import TaskState
from missions.tx import Committer, MissionTransaction, Transaction

DRAFT_VERSION = 0
"""The Blueprint version under which a Draft's plan is kept."""


class Store:
    """Records of all workspaces in one Redis database."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._committer = Committer(redis)

    def mission_tx(self, *missions: MissionKeys) -> MissionTransaction:
        """A transaction that may write for these Missions (one or more), none of them deleted."""
        return MissionTransaction(self._committer, *missions)

    def team_tx(self, team: TeamId) -> Transaction:
        """A transaction on what belongs to no Mission."""
        return Transaction(self._committer, TeamKeys(team))

    def mission(self, team: TeamId, mission: MissionId) -> Mission | None:
        """The Mission, or None."""
        text = self.hget(TeamKeys(team).mission(mission).record, "doc")
        return Mission.load(text) if text else None

    def missions(self, team: TeamId, ids: Iterable[MissionId]) -> list[Mission]:
        """The Missions with these ids, without those that are gone."""
        pipe = self.redis.pipeline(transaction=False)
        for mission in ids:
            pipe.hget(TeamKeys(team).mission(mission).record, "doc")
        return [Mission.load(text) for text in pipe.execute() if text]

    def blueprint(self, team: TeamId, mission: MissionId, version: int) -> Blueprint | None:
        """A version of the Mission's Blueprint, or None."""
        text = self.hget(TeamKeys(team).mission(mission).blueprints, str(version))
        return Blueprint.load(text) if text else None

    def proposal(self, team: TeamId, mission: MissionId, proposal: ProposalId) -> Proposal | None:
        """The Proposal, or None."""
        text = self.hget(TeamKeys(team).mission(mission).proposals, proposal)
        return Proposal.load(text) if text else None

    def occurrence(
        self, team: TeamId, mission: MissionId, occurrence: OccurrenceId
    ) -> Occurrence | None:
        """The ledger's row, or None."""
        text = self.hget(TeamKeys(team).mission(mission).occurrences, occurrence)
        return Occurrence.load(text) if text else None

    def execution(
        self, team: TeamId, mission: MissionId, execution: ExecutionId
    ) -> Execution | None:
        """The Execution, or None."""
        text = self.hget(TeamKeys(team).mission(mission).executions, execution)
        return Execution.load(text) if text else None

    def executions(
        self, team: TeamId, mission: MissionId, ids: Iterable[str]
    ) -> tuple[Execution, ...]:
        """The Executions with these ids, in that order."""
        found = self.hmget(TeamKeys(team).mission(mission).executions, ids)
        return tuple(Execution.load(text) for text in found if text)

    def running(self, team: TeamId, mission: MissionId) -> tuple[Execution, ...]:
        """The Executions of the Mission that are running."""
        keys = TeamKeys(team).mission(mission)
        pipe = self.redis.pipeline(transaction=False)
        for task in self.smembers(keys.ran):
            pipe.smembers(keys.running(TaskId(task)))
        ids = sorted(eid for members in pipe.execute() for eid in members)
        found = self.executions(team, mission, ids)
        # One may have ended between the two looks.
        return tuple(each for each in found if each.status is Status.RUNNING)

    def report(self, team: TeamId, mission: MissionId, execution: ExecutionId) -> Report | None:
        """The Report of an Execution, or None."""
        text = self.hget(TeamKeys(team).mission(mission).reports, execution)
        return Report.load(text) if text else None

    def changes(self, team: TeamId, mission: MissionId, limit: int) -> tuple[Change, ...]:
        """The newest entries of the change log."""
        key = TeamKeys(team).mission(mission).changes
        return tuple(Change.load(text) for text in self.lrange(key, limit))

    def task_states(self, team: TeamId, mission: MissionId) -> dict[TaskId, TaskState]:
        """What is known of each Task besides its plan."""
        return TaskState.read_all(self.hgetall(TeamKeys(team).mission(mission).tasks))

    # Typed access to Redis: the client's own types allow for both sync and async.

    def hget(self, key: str, field: str) -> str | None:
        """A field of a hash."""
        return cast("str | None", self.redis.hget(key, field))

    def hmget(self, key: str, fields: Iterable[str]) -> list[str | None]:
        """Fields of a hash, in that order."""
        wanted = list(fields)
        return cast("list[str | None]", self.redis.hmget(key, wanted)) if wanted else []

    def hgetall(self, key: str) -> dict[str, str]:
        """A whole hash."""
        return cast("dict[str, str]", self.redis.hgetall(key))

    def hkeys(self, key: str) -> list[str]:
        """The fields of a hash."""
        return cast("list[str]", self.redis.hkeys(key))

    def lrange(self, key: str, limit: int) -> list[str]:
        """The first `limit` elements of a list."""
        return cast("list[str]", self.redis.lrange(key, 0, limit - 1))

    def smembers(self, key: str) -> set[str]:
        """A whole set."""
        return cast("set[str]", self.redis.smembers(key))

    def zrange(self, key: str, start: int, end: int, *, desc: bool = False) -> list[str]:
        """Members of a sorted set by rank."""
        return cast("list[str]", self.redis.zrange(key, start, end, desc=desc))

    def scores(self, key: str, members: Iterable[str]) -> list[float | None]:
        """Scores of members of a sorted set, None for those that it does not hold."""
        return self.redis.zmscore(key, list(members))

    def count_within(self, key: str, above: int, until: int) -> int:
        """How many members of a sorted set have a score above the one, and not above the other."""
        return int(self.redis.zcount(key, f"({above}", until))

    def due(
        self, key: str, until: float, limit: int, above: float | None = None
    ) -> list[tuple[str, float]]:
        """The lowest members of a sorted set with a score not above `until`, with their scores.

        With `above` those with a higher score than that; else all, also one of minus infinity.
        """
        since = "-inf" if above is None else f"({above!r}"
        found = self.redis.zrangebyscore(key, since, until, start=0, num=limit, withscores=True)
        return cast("list[tuple[str, float]]", found)

    def beyond(self, key: str, after: float, limit: int) -> list[tuple[str, float]]:
        """The lowest members of a sorted set with a score above `after`, with their scores."""
        first = f"({after!r}"
        found = self.redis.zrangebyscore(key, first, "+inf", 0, limit, withscores=True)
        return cast("list[tuple[str, float]]", found)

    def earliest(self, *keys: str) -> dict[str, float]:
        """The lowest score of each sorted set that is not empty."""
        pipe = self.redis.pipeline(transaction=False)
        for key in keys:
            pipe.zrange(key, 0, 0, withscores=True)
        return {key: rows[0][1] for key, rows in zip(keys, pipe.execute(), strict=True) if rows}

    def zcard(self, key: str) -> int:
        """How many members a sorted set has."""
        return int(self.redis.zcard(key))

    def now_ms(self) -> int:
        """Redis time in ms: leases and waiting times are measured by it, on every machine."""
        seconds, micros = self.redis.time()
        return int(seconds) * 1000 + int(micros) // 1000
