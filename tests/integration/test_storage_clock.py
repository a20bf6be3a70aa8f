"""The clock of storage is set: who died is found all the same, who lives is not called dead."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from jobs.queues import RqBell
from jobs.scheduler import SchedulerProcess
from jobs.storage_clock import StorageClock
from jobs.sweeps import Sweeps
from jobs.timer import LEASE_MS as LEAD_MS
from jobs.timer import Timer
from missions import keys as k
from missions.claims import LEASE_MS
from missions.domain import Domain
from missions.execution import Status
from missions.ids import ConversationId
from missions.keys import TeamKeys
from missions.mission import Mission
from tests.support.build import launched, task
from tests.support.fakes import OPS, TEAM, ManualClock
from tests.support.runs import claimed, due
from tests.support.stored import scores

HOUR_MS = 3_600_000


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain)


def set_back(domain: Domain) -> None:
    """What storage's clock leaves behind when it is set back by an hour: all is an hour ahead."""
    for index in (k.LEASES, k.PENDING, k.MAILBOXES, k.INBOXES, k.LANES):
        for name in scores(domain.redis, index):
            domain.redis.zincrby(index, HOUR_MS, name)
    for key in domain.redis.scan_iter("houston:*lease"):
        left = domain.redis.pttl(key)
        if left > 0:
            domain.redis.pexpire(key, left + HOUR_MS)


def seen_before(clock: StorageClock) -> StorageClock:
    """One that saw the clock an hour later than it shows now."""
    clock.look()
    clock._seen += HOUR_MS
    return clock


def test_a_scheduler_that_died_is_replaced(domain: Domain, bytes_redis: Redis) -> None:
    """[S3] Its lease is worth no more than a whole one from then on."""
    assert Timer(domain, bytes_redis).acquire_lock()
    set_back(domain)
    assert not Timer(domain, bytes_redis).acquire_lock()
    assert 0 < domain.redis.pttl(k.SCHEDULER_LEASE) <= LEAD_MS


def test_who_leads_goes_on_leading(domain: Domain, bytes_redis: Redis) -> None:
    """[S3] Also while another one asks."""
    leads, other = Timer(domain, bytes_redis), Timer(domain, bytes_redis)
    assert leads.acquire_lock()
    set_back(domain)
    assert not other.acquire_lock()
    assert leads.acquire_lock()
    assert not other.acquire_lock()


def test_an_execution_whose_worker_died_fails_within_a_lease(
    domain: Domain, mission: Mission, bytes_redis: Redis
) -> None:
    """[X2]"""
    run = claimed(domain, mission, due(domain, mission, task())).execution
    set_back(domain)
    StorageClock(domain).look()
    (ends,) = scores(domain.redis, k.LEASES).values()
    assert abs(ends - domain.store.now_ms() - LEASE_MS) < 2_000
    domain.redis.zincrby(k.LEASES, -LEASE_MS - 2_000, next(iter(scores(domain.redis, k.LEASES))))
    Sweeps(domain, RqBell(bytes_redis)).leases()
    ended = domain.store.execution(TEAM, mission.id, run.id)
    assert ended
    assert ended.status is Status.FAILED


def test_a_lease_that_is_renewed_is_left_alone(domain: Domain, mission: Mission) -> None:
    claimed(domain, mission, due(domain, mission, task()))
    before = scores(domain.redis, k.LEASES)
    StorageClock(domain).look()
    assert scores(domain.redis, k.LEASES) == before


def test_what_nobody_heard_of_is_rung_for(domain: Domain, mission: Mission) -> None:
    """[S1]"""
    due(domain, mission, task())
    set_back(domain)
    StorageClock(domain).look()
    (since,) = scores(domain.redis, k.PENDING).values()
    assert since <= time.time() * 1000


def test_what_the_dead_held_is_free_within_a_lease(domain: Domain, mission: Mission) -> None:
    """[C10 B6 R4] A conversation, an inbox, a channel's lane; what is put off comes at once."""
    team = TeamKeys(TEAM)
    talk = ConversationId("C-OPS:1.0")
    leases = {
        k.MAILBOXES: (k.member(TEAM, talk), team.mailbox_lease(talk)),
        k.INBOXES: (k.member(TEAM, mission.id), team.mission(mission.id).inbox_lease),
        k.LANES: (k.member(TEAM, OPS), team.lane_lease(OPS)),
    }
    for index, (name, lease) in leases.items():
        domain.redis.zadd(index, {name: domain.store.now_ms()})
        domain.redis.set(lease, "dead", px=LEASE_MS)
    domain.redis.zadd(k.LANES, {"nonsense": domain.store.now_ms()})
    clock = seen_before(StorageClock(domain))
    set_back(domain)
    clock.look()
    for _, lease in leases.values():
        assert 0 < domain.redis.pttl(lease) <= LEASE_MS
    assert max(scores(domain.redis, k.LANES).values()) <= domain.store.now_ms()
    domain.redis.zrem(k.LANES, "nonsense")


def test_the_scheduler_looks(domain: Domain, mission: Mission, bytes_redis: Redis) -> None:
    """[X2]"""
    claimed(domain, mission, due(domain, mission, task()))
    set_back(domain)
    SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)._step()
    assert max(scores(domain.redis, k.LEASES).values()) <= domain.store.now_ms() + LEASE_MS


@pytest.mark.parametrize("dead", [False, True])
def test_who_lives_is_not_called_dead_when_it_is_set_forward(
    domain: Domain,
    mission: Mission,
    bytes_redis: Redis,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    dead: bool,
) -> None:
    """[X2] A lease later everybody alive has renewed theirs; who has not is dead."""
    process = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
    for _ in range(13):
        process._step()
        clock.advance(seconds=2)
    run = claimed(domain, mission, due(domain, mission, task())).execution
    now_ms = domain.store.now_ms
    monkeypatch.setattr(type(domain.store), "now_ms", lambda self: now_ms() + HOUR_MS)
    domain.redis.zincrby(k.LEASES, -HOUR_MS, next(iter(scores(domain.redis, k.LEASES))))
    process._step()
    assert len(domain.store.running(TEAM, mission.id)) == 1
    if not dead:
        domain.endings.renew(TEAM, run)
        domain.redis.zincrby(k.LEASES, HOUR_MS, next(iter(scores(domain.redis, k.LEASES))))
    for _ in range(12):
        clock.advance(seconds=2)
        process._step()
    assert len(domain.store.running(TEAM, mission.id)) == (0 if dead else 1)
