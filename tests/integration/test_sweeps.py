"""Sweeps: what was rung in vain is rung again, what died is ended, what is not armed is armed."""

from __future__ import annotations

import pytest
from redis import Redis

from jobs.queues import QueueName, RqBell
from jobs.scheduler import SchedulerProcess
from jobs.sweeps import FULL, MOST, WAITING_MS, Sweeps
from missions import keys as k
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Status
from missions.ids import ChannelId, ConversationId, MissionId, TaskId
from missions.keys import TeamKeys
from tests.integration.test_claims import claim, due
from tests.integration.test_mailbox import incoming
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import OPS, TEAM, ManualClock, RecordingBell
from tests.support.stored import content, scores

T1 = TaskId("T1")


class QueueBell(RecordingBell):
    """Remembers rings, and says how many jobs wait."""

    jobs = 0

    def waiting(self, name: QueueName) -> int:
        return self.jobs


@pytest.fixture
def bell() -> QueueBell:
    return QueueBell()


@pytest.fixture
def sweeps(domain: Domain, bell: QueueBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


def age(domain: Domain, index: str, ms: int) -> None:
    """Make every member of an index that much older."""
    for name, score in scores(domain.redis, index).items():
        domain.redis.zadd(index, {name: score - ms})


def test_a_pending_row_is_rung_again_after_ten_seconds_not_before(
    domain: Domain, sweeps: Sweeps, bell: QueueBell
) -> None:
    """[S1] A lost job is harmless."""
    mission = launched(domain)
    occurrence = due(domain, mission)
    age(domain, k.PENDING, WAITING_MS - 1_000)
    sweeps.pending()
    assert bell.executions == []
    age(domain, k.PENDING, 1_000)
    sweeps.pending()
    sweeps.pending()
    assert bell.executions == [(mission.id, occurrence)]


def test_busy_workers_are_not_flooded(domain: Domain, sweeps: Sweeps, bell: QueueBell) -> None:
    launched_ = launched(domain)
    due(domain, launched_)
    bell.jobs = 3
    age(domain, k.PENDING, 59_000)
    sweeps.pending()
    assert bell.executions == []
    age(domain, k.PENDING, 1_000)
    sweeps.pending()
    assert len(bell.executions) == 1


def test_a_waiting_message_is_rung_for_unless_somebody_answers(
    domain: Domain, sweeps: Sweeps, bell: QueueBell
) -> None:
    """[C10]"""
    message = incoming()
    domain.mailboxes.accept(message)
    sweeps.mailboxes()
    assert bell.turns == []
    age(domain, k.MAILBOXES, WAITING_MS)
    box = domain.mailboxes.take(TEAM, message.conversation, "a")
    assert box is not None
    sweeps.mailboxes()
    assert bell.turns == []
    domain.mailboxes.abandon(TEAM, message.conversation, "a")
    age(domain, k.MAILBOXES, WAITING_MS)
    sweeps.mailboxes()
    assert bell.turns == [message.conversation]


def test_a_lane_is_rung_when_its_time_has_come(
    domain: Domain, sweeps: Sweeps, bell: QueueBell
) -> None:
    """[R4]"""
    name = k.member(TEAM, OPS)
    domain.redis.zadd(k.LANES, {name: domain.store.now_ms() + 5_000})
    sweeps.lanes()
    assert bell.deliveries == []
    domain.redis.zadd(k.LANES, {name: domain.store.now_ms()})
    domain.redis.set(TeamKeys(TEAM).lane_lease(OPS), "held")
    sweeps.lanes()
    assert bell.deliveries == []
    domain.redis.delete(TeamKeys(TEAM).lane_lease(OPS))
    sweeps.lanes()
    sweeps.lanes()
    assert bell.deliveries == [OPS]


def test_a_delete_that_is_not_finished_is_rung_for(
    domain: Domain, sweeps: Sweeps, bell: QueueBell
) -> None:
    """[M6] It survives restarts."""
    mission = launched(domain)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    bell.cleanups.clear()
    sweeps.cleanups()
    sweeps.cleanups()
    assert bell.cleanups == [mission.id]
    domain.remains.finish(TEAM, mission.id)
    age(domain, k.CLEANUPS, 60_000)
    sweeps.cleanups()
    assert bell.cleanups == [mission.id]


def test_an_execution_without_a_sign_of_life_is_failed_with_the_reason(
    domain: Domain, sweeps: Sweeps, bell: QueueBell
) -> None:
    """[X2] And the old holder's late end is refused."""
    mission = launched(domain)
    held = claim(domain, mission, due(domain, mission))
    sweeps.leases()
    assert domain.store.running(TEAM, mission.id) == (held.execution,)
    age(domain, k.LEASES, 21_000)
    sweeps.leases()
    dead = domain.store.execution(TEAM, mission.id, held.execution.id)
    assert dead is not None
    assert (dead.status, dead.error) == (
        Status.FAILED,
        "The worker that ran it stopped responding.",
    )
    assert bell.deliveries == [OPS]
    assert not domain.endings.renew(TEAM, held.execution)
    assert domain.endings.end(TEAM, held.execution, Ending(status=Status.SUCCESS)) is None
    assert domain.store.execution(TEAM, mission.id, held.execution.id) == dead
    assert domain.redis.zcard(k.PENDING) == domain.redis.zcard(k.LEASES) == 0


def test_a_renewal_beside_the_sweep_saves_the_execution(
    domain: Domain, sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission = launched(domain)
    held = claim(domain, mission, due(domain, mission))
    age(domain, k.LEASES, 21_000)
    read = domain.store.execution

    def renewed(*ids: object) -> object:
        assert domain.endings.renew(TEAM, held.execution)
        return read(*ids)  # type: ignore[arg-type]

    monkeypatch.setattr(type(domain.store), "execution", lambda self, *ids: renewed(*ids))
    sweeps.leases()
    monkeypatch.undo()
    assert domain.store.running(TEAM, mission.id) == (held.execution,)


def test_a_lease_of_nothing_goes(domain: Domain, sweeps: Sweeps) -> None:
    domain.redis.zadd(k.LEASES, {"T1|M-AAAAAA|E-1": 1})
    sweeps.leases()
    assert domain.redis.zcard(k.LEASES) == 0


def test_a_task_that_is_not_armed_is_armed(
    domain: Domain, sweeps: Sweeps, clock: ManualClock
) -> None:
    """[S1] For the instant it was armed for, so that what was due is not lost."""
    mission = launched(domain, blueprint(task(), task(number=2)))
    before = scores(domain.redis, k.TIMER)
    domain.redis.delete(k.TIMER)
    clock.advance(minutes=30)
    sweeps.reconcile()
    assert scores(domain.redis, k.TIMER) == before
    assert len(before) == 2
    assert mission.id in next(iter(before))


def test_paused_and_deleted_missions_are_not_armed(domain: Domain, sweeps: Sweeps) -> None:
    """[M1]"""
    paused, deleted = launched(domain), launched(domain)
    domain.lifecycle.disable(actor(), paused.id)
    domain.lifecycle.delete(actor(), deleted.id, deleted.id)
    sweeps.reconcile()
    assert domain.redis.zcard(k.TIMER) == 0


def test_a_record_that_cannot_be_read_does_not_stop_reconcile(
    domain: Domain, sweeps: Sweeps
) -> None:
    broken, zoneless, healthy = (launched(domain) for _ in range(3))
    domain.redis.hset(TeamKeys(TEAM).mission(broken.id).record, "doc", "{")
    plans = TeamKeys(TEAM).mission(zoneless.id).blueprints
    domain.redis.hset(plans, "1", content(domain.redis, plans)["1"].replace('"UTC"', '"Nowhere"'))
    domain.redis.hdel(TeamKeys(TEAM).mission(zoneless.id).tasks, "T1:next")
    domain.redis.delete(k.TIMER)
    sweeps.reconcile()
    member = TeamKeys(TEAM).mission(healthy.id).timer_member(T1)
    assert domain.redis.zrange(k.TIMER, 0, -1) == [member]


INDEXES = [k.PENDING, k.DELAYED, k.RESUMES, k.MAILBOXES, k.LANES, k.CLEANUPS, k.LEASES]


@pytest.mark.parametrize("index", INDEXES)
def test_a_member_that_is_none_of_ours_is_set_aside(
    domain: Domain, sweeps: Sweeps, bell: QueueBell, index: str
) -> None:
    """One bad entry never stops the sweeps, nor what comes after it."""
    domain.redis.zadd(index, {"a|b|c|d|e": 1, "nonsense": 1})
    three = (k.PENDING, k.DELAYED, k.RESUMES, k.LEASES)
    domain.redis.zadd(index, {"T1|M|x" if index in three else "T1|x": 1})
    each = (sweeps.pending, sweeps.delayed, sweeps.resumes, sweeps.mailboxes, sweeps.lanes)
    for sweep in (*each, sweeps.cleanups, sweeps.leases):
        sweep()
    assert set(domain.redis.hgetall(k.QUARANTINE)) == {"a|b|c|d|e", "nonsense"}
    assert domain.redis.zscore(index, "nonsense") is None
    rung = (bell.executions, bell.turns, bell.deliveries, bell.cleanups)
    assert any(rung) or index in (k.LEASES, k.RESUMES)


def test_one_sweep_looks_at_a_bounded_number(
    domain: Domain, sweeps: Sweeps, bell: QueueBell
) -> None:
    domain.redis.zadd(k.PENDING, {f"T1|M|{n}": n + 1 for n in range(MOST + 5)})
    sweeps.pending()
    assert len(bell.executions) == MOST
    sweeps.pending()
    assert len(bell.executions) == MOST + 5


def test_a_new_leader_spares_leases_for_one_lease(
    domain: Domain, bytes_redis: Redis, clock: ManualClock
) -> None:
    """[X2] After an outage or a change of leader nobody is declared dead for one lease."""
    mission = launched(domain)
    claim(domain, mission, due(domain, mission))
    age(domain, k.LEASES, 60_000)
    process = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
    for _ in range(9):
        process._step()
        clock.advance(seconds=2)
    assert len(domain.store.running(TEAM, mission.id)) == 1
    clock.advance(seconds=3)
    process._step()
    assert domain.store.running(TEAM, mission.id) == ()


def test_a_leader_that_was_frozen_spares_leases_too(
    domain: Domain, bytes_redis: Redis, clock: ManualClock
) -> None:
    """[X2] As by a machine that slept with all its workers."""
    process = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
    for _ in range(13):
        process._step()
        clock.advance(seconds=2)
    mission = launched(domain)
    claim(domain, mission, due(domain, mission))
    domain.redis.delete(k.SCHEDULER_LEASE)
    age(domain, k.LEASES, 3_600_000)
    clock.advance(hours=1)
    process._step()
    clock.advance(seconds=3)
    process._step()
    assert len(domain.store.running(TEAM, mission.id)) == 1


def test_a_chore_that_fails_does_not_stop_the_timer(
    domain: Domain, bytes_redis: Redis, clock: ManualClock
) -> None:
    """[S1]"""
    mission = launched(domain)
    domain.redis.sadd(k.OUTAGES, "nonsense")
    process = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
    clock.advance(minutes=5)
    process._step()
    clock.advance(minutes=5)
    process._step()
    assert len(domain.reader.ledger(actor().viewer, mission.id)) == 2


def test_the_heart_of_the_leader_is_seen(
    domain: Domain, bytes_redis: Redis, clock: ManualClock
) -> None:
    process = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
    process._step()
    assert domain.redis.get(k.SCHEDULER_SEEN) == repr(clock.now().timestamp())


def test_ids_survive_the_way_through_an_index() -> None:
    assert k.split_member(k.member(TEAM, MissionId("M-1"), "x.y:z"), 3) == ["T1", "M-1", "x.y:z"]
    assert ChannelId(k.split_member(k.member(TEAM, OPS), 2)[1]) == OPS
    assert ConversationId("C:1.2") == k.split_member(k.member(TEAM, "C:1.2"), 2)[1]


def test_jobs_do_not_pile_up_while_workers_are_away(domain: Domain, bytes_redis: Redis) -> None:
    """[S4] Ten minutes without any: what waits is rung for, and not again and again."""
    bell = RqBell(bytes_redis)
    sweeps = Sweeps(domain, bell)
    mission = launched(domain)
    for n in range(30):
        due(domain, mission, late=n)
    domain.redis.zadd(k.LANES, {f"T1|C{n}": 0 for n in range(30)})
    for _ in range(10):
        age(domain, k.PENDING, 61_000)
        sweeps.pending()
        for key in domain.redis.keys("*rung*"):
            domain.redis.delete(key)
        sweeps.lanes()
    assert 30 <= bell.waiting(QueueName.EXECUTIONS) <= FULL + 30
    assert 30 <= bell.waiting(QueueName.DELIVERIES) <= FULL + 30
