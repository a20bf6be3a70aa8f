"""A workspace that removes the app: nothing of it is left, and others do not notice."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from redis import Redis

from agent.checkpointer import RedisCheckpointer
from agent.checks.registry import Measurement
from agent.task.graph import TaskRunner
from bot import wiring
from bot.leaving import leave
from jobs import runtime
from jobs.execute import execute
from jobs.runtime import Runtime
from jobs.threads import checkpoint_prefix
from jobs.watch import ENDED
from missions import keys as k
from missions.artifacts import Artifacts
from missions.blueprint import Check
from missions.cards import MissionCard
from missions.ids import ExecutionId, TeamId
from missions.keys import TeamKeys
from missions.leaving import TOMBSTONE_MS, Leaving
from missions.mission import Mission
from missions.outbox import entry
from missions.tx import Lost
from tests.integration.edge_kit import OPS
from tests.integration.several_kit import Several, several
from tests.support.slacks import until
from tests.support.storage import StorageServer


@pytest.fixture(scope="module")
def running(storage: StorageServer) -> Iterator[Several]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, several(redis) as made:
        yield made


@pytest.fixture
def system(running: Several, redis: Redis, tmp_path: Path) -> Iterator[Several]:
    """Two workspaces that installed Houston, and what jobs work with."""
    saver = RedisCheckpointer(redis, checkpoint_prefix, ttl_seconds=60)
    files = Artifacts(tmp_path.as_uri())
    runtime.install(Runtime(running.domain, {}, saver, files))
    wiring.install(running.clients)
    for number in (0, 1):
        running.people(number).admin("rotate")
        running.install(number)
    yield running
    runtime._installed.clear()
    wiring._installed.clear()


def filled(system: Several, team: TeamId) -> Mission:
    """A Mission with runs, messages and files in a workspace."""
    mission = system.launched(team, "Shop watch")
    system.show(team, MissionCard(mission=mission.id))
    system.domain.lifecycle.run_now(system.actor(team), mission.id, "click")
    system.domain.outbox.say(entry(team, OPS, MissionCard(mission=mission.id)))
    runtime.current().artifacts.put(team, mission.id, ExecutionId("E-1"), "a.txt", b"a")
    return mission


def names(system: Several, team: TeamId) -> list[str]:
    found = cast("Iterator[str]", system.domain.redis.scan_iter(f"houston:{team}:*"))
    return sorted(found)


def members(system: Several, team: TeamId) -> list[str]:
    """What stands under the workspace's id in indexes that all share."""
    redis, found = system.domain.redis, []
    for index in (*k.INDEXES, k.INSTALLED, k.STALE, k.LEAVING, k.LEFT, k.TEAMS):
        kind = redis.type(index)
        if kind == "zset":
            found += [f"{index} {m}" for m in redis.zrange(index, 0, -1)]
        elif kind == "set":
            found += [f"{index} {m}" for m in redis.smembers(index)]
        elif kind == "hash":
            found += [f"{index} {n} {v}" for n, v in redis.hgetall(index).items()]
    return [one for one in found if team in one]


def gone(system: Several, team: TeamId) -> None:
    """Carry the job out as often as the sweep rings for it."""
    for _ in range(20):
        leave(team)
        if system.domain.redis.hexists(k.LEFT, team):
            system.domain.redis.hset(k.LEFT, team, "1")  # what was under way has ended
        elif not system.domain.redis.zscore(k.LEAVING, team):
            return
    raise AssertionError("it never ends")


def test_nothing_is_left_of_a_workspace_that_left(system: Several) -> None:
    """[M6 P1 P7] But for tombstones that hold an ID for a day; the other workspace keeps all."""
    one, two = system.slack.team(0), system.slack.team(1)
    lost, kept = filled(system, one), filled(system, two)
    before = (names(system, two), members(system, two))
    system.people(0).admin("uninstall")
    until(lambda: system.domain.redis.zscore(k.LEAVING, one))
    gone(system, one)
    left = names(system, one)
    assert left == [TeamKeys(one).mission(lost.id).tombstone]
    assert 0 < system.domain.redis.pttl(left[0]) <= TOMBSTONE_MS
    assert members(system, one) == []
    assert runtime.current().artifacts.list(one, lost.id) == ()
    after = (names(system, two), members(system, two))
    assert [n for n in before[0] if n not in after[0] and ":cache:" not in n] == []
    assert before[1] == after[1]
    assert runtime.current().artifacts.list(two, kept.id)


def test_what_was_under_way_writes_nothing_back(system: Several) -> None:
    """[M6] A run's words about its Mission, an hour late."""
    one = system.slack.team(0)
    mission = filled(system, one)
    system.people(0).admin("uninstall")
    until(lambda: system.domain.redis.zscore(k.LEAVING, one))
    gone(system, one)
    late = entry(one, OPS, MissionCard(mission=mission.id))
    with pytest.raises(Lost, match="deleted"):
        system.domain.outbox.say(late)
    assert names(system, one) == [TeamKeys(one).mission(mission.id).tombstone]


class Uninstalls:
    """A check during which the app is removed; a `slow` one would last for longer than that."""

    name = "http"

    def __init__(self, system: Several, team: TeamId, *, slow: bool) -> None:
        self._system, self._team, self._slow = system, team, slow

    def problems(self, check: Check) -> tuple[str, ...]:
        return ()

    def run(self, check: Check) -> Measurement:
        self._system.people(0).admin("uninstall")
        until(lambda: self._system.domain.redis.zscore(k.LEAVING, self._team))
        for _ in range(4):
            leave(self._team)
        if self._slow:
            threading.Event().wait(30)
        return Measurement({"status": 200})


@pytest.mark.parametrize("slow", [False, True], ids=["ends then", "goes on"])
def test_an_execution_in_flight_ends_and_leaves_nothing(system: Several, slow: bool) -> None:
    """[M6 X2] It is stopped, its report is said nowhere, and neither record nor file is left."""
    one = system.slack.team(0)
    mission = filled(system, one)
    (row,) = map(str, system.domain.redis.smembers(TeamKeys(one).mission(mission.id).queued))
    tools = {"http": Uninstalls(system, one, slow=slow)}
    runner = TaskRunner(tools, None, system.domain.clock, pause=lambda seconds: None)
    runtime.install(replace(runtime.current(), runner=runner))
    began = time.monotonic()
    horse = os.fork()
    if not horse:  # a run whose lease is refused ends its process
        try:
            execute(one, mission.id, row)
        finally:
            os._exit(0)
    _, status = os.waitpid(horse, 0)
    assert os.waitstatus_to_exitcode(status) == (ENDED if slow else 0)
    assert time.monotonic() - began < 25
    gone(system, one)
    assert names(system, one) == [TeamKeys(one).mission(mission.id).tombstone]
    assert members(system, one) == []
    assert runtime.current().artifacts.list(one, mission.id) == ()


def test_a_workspace_may_come_back_when_all_is_gone(system: Several) -> None:
    """[M6] Not before, and it begins with nothing."""
    one = system.slack.team(0)
    filled(system, one)
    system.people(0).admin("uninstall")
    until(lambda: system.domain.redis.zscore(k.LEAVING, one))
    status, text = system.browser().install(system.people(0))
    assert status == 409
    assert "Not just yet" in text
    system.people(0).admin("uninstall")
    gone(system, one)
    assert system.install(0) == one
    system.people(0).command("ada", OPS, "/mission list")
    assert "Shop watch" not in str(system.people(0).ephemerals("ada", OPS)[-1])


def test_a_late_event_removes_nothing_where_the_app_is_installed(system: Several) -> None:
    """[M6] Slack is asked before anything goes."""
    one = system.slack.team(0)
    mission = filled(system, one)
    leaving = Leaving(system.domain.store)
    leaving.doubt(one)
    leave(one)
    assert system.domain.redis.zscore(k.LEAVING, one) is None
    assert system.domain.store.mission(one, mission.id)
    assert one in system.clients.teams()


def test_every_index_that_workspaces_share_is_cleared(system: Several) -> None:
    """[M6] A new one in `missions.keys` must be listed, or named here."""
    own = {k.INSTALLED, k.STALE, k.LEAVING, k.LEFT, k.TEAMS}
    of_no_workspace = {
        *(k.HTTP_ADDRESS, k.COUNTERS, k.SCHEDULER_LEASE, k.ARMED, k.SCHEDULER_SEEN, k.SET_BACK),
    }
    every = {
        value
        for name, value in vars(k).items()
        if name.isupper() and isinstance(value, str) and value.startswith(f"{k.ROOT}:")
    }
    assert every == {*k.INDEXES, *own, *of_no_workspace}
