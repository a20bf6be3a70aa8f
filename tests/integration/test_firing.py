"""Firing in bulk leaves behind exactly what firing one by one does, and never more than it may."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from jobs.decide import Decision
from jobs.queues import EXECUTE, RqBell
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import Blueprint, CronTrigger, Exclusion, OnceTrigger, Strategy, Task
from missions.domain import Domain
from missions.firing import FIRED, Firing, Firings
from missions.ids import MissionId, OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.ledger import time_occurrence
from missions.mission import Mission
from missions.outbox import Entry
from missions.schedule import next_instant
from missions.tx import Lost
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import MONDAY, OPS, TEAM, ManualClock, RecordingBell
from tests.support.stored import content

T1 = TaskId("T1")
CRONS = (
    CronTrigger(cron="*/5 * * * *", zone="UTC"),
    CronTrigger(cron="0 * * * *", zone="Europe/Berlin"),
    CronTrigger(cron="30 2 * * *", zone="America/New_York"),
    CronTrigger(cron="7 */2 * * 1-5", zone="Asia/Kolkata"),
)
FREEZE = Exclusion(first=date(2026, 11, 23), last=date(2026, 11, 23), label="freeze")
STANDINGS = ("as it is", "settled ahead", "paused", "disabled", "trigger raised", "unarmed")


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    seconds = draw(st.integers(1, 7200))
    once = OnceTrigger(at=MONDAY + timedelta(seconds=seconds), zone="UTC")
    strategy = Strategy(
        catch_up_seconds=draw(st.sampled_from([None, None, 0, 60, 86_400])),
        jitter_seconds=draw(st.sampled_from([0, 0, 0, 30])),
    )
    triggers: list[CronTrigger | OnceTrigger] = [*CRONS, once]
    return task(draw(st.sampled_from(triggers)), strategy=strategy)


@st.composite
def plans(draw: st.DrawFn) -> Blueprint:
    plan = blueprint(draw(tasks()))
    return plan.model_copy(update={"exclusions": draw(st.sampled_from([(), (), (FREEZE,)]))})


def stands(domain: Domain, mission: Mission, standing: str) -> None:
    """Bring what surrounds an armed Task into a state in which the timer may find it."""
    keys = TeamKeys(TEAM).mission(mission.id)
    if standing == "settled ahead":
        ahead = (MONDAY + timedelta(minutes=30)).isoformat()
        domain.redis.hset(keys.tasks, "T1:settled", ahead)
    elif standing == "paused":
        score = domain.redis.zscore(k.TIMER, keys.timer_member(T1))
        domain.lifecycle.pause_task(actor(), mission.id, T1)
        domain.redis.zadd(k.TIMER, {keys.timer_member(T1): score or MONDAY.timestamp()})
    elif standing == "disabled":
        domain.lifecycle.disable(actor(), mission.id)
        domain.redis.zadd(k.TIMER, {keys.timer_member(T1): MONDAY.timestamp()})
    elif standing == "trigger raised":
        domain.redis.hset(keys.tasks, "T1:trev", "7")
    elif standing == "unarmed":
        domain.redis.hdel(keys.tasks, "T1:next")


def snapshot(redis: Redis) -> dict[str, Any]:
    """All that is stored, but for receipts, the lease, Redis time, and the ids of what is said."""
    found = {key: content(redis, key) for key in redis.scan_iter("houston:*")}
    found[k.PENDING] = set(found.get(k.PENDING, ()))
    said = found.pop(TeamKeys(TEAM).outbox, {}).values()
    found["said"] = sorted(Entry.load(text).card.dump() for text in said)
    ours = (f"{k.ROOT}:receipt:", k.SCHEDULER_LEASE, k.LANES, TeamKeys(TEAM).lane(OPS))
    kept = {key: value for key, value in found.items() if not key.startswith(ours)}
    return {key: len(v) if key.endswith(":outbox") else v for key, v in kept.items()}


def fire_all(timer: Timer, seed: int) -> None:
    random.seed(seed)
    for _ in range(3):
        timer.enqueue_jobs()


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    made=st.lists(st.tuples(plans(), st.sampled_from(STANDINGS)), min_size=1, max_size=6),
    seconds=st.lists(st.integers(1, 10_000), min_size=1, max_size=3),
)
def test_bulk_and_one_by_one_leave_the_same_behind(
    domain: Domain,
    clock: ManualClock,
    timer: Timer,
    bell: RecordingBell,
    made: list[tuple[Blueprint, str]],
    seconds: list[int],
) -> None:
    """[S1 B5] Whatever was due, missed, excluded, paused, put off or changed: the same rows."""
    domain.redis.flushdb()
    clock.set(MONDAY)
    assert timer.acquire_lock()
    for plan, standing in made:
        stands(domain, launched(domain, plan), standing)
    before = {key: domain.redis.dump(key) or b"" for key in domain.redis.scan_iter()}
    results = []
    for bulk in (True, False):
        domain.redis.flushdb()
        for key, value in before.items():
            domain.redis.restore(key, 0, value)
        clock.set(MONDAY)
        bell.executions.clear()
        with pytest.MonkeyPatch.context() as patch:
            if not bulk:
                patch.setattr(Decision, "firing", lambda self: None)
            for number, step in enumerate(seconds):
                clock.advance(seconds=step)
                fire_all(timer, number)
        results.append((snapshot(domain.redis), sorted(bell.executions)))
    assert results[0] == results[1]


def firing(domain: Domain, mission: Mission) -> Firing:
    """What a scheduler would fire for the Mission's armed Task."""
    keys = TeamKeys(TEAM).mission(mission.id)
    score = domain.redis.zscore(k.TIMER, keys.timer_member(T1))
    assert score is not None
    due = datetime.fromtimestamp(score, UTC)
    plan = domain.reader.blueprint(actor().viewer, mission.id)
    found = domain.store.mission(TEAM, mission.id)
    assert found is not None
    row = time_occurrence(plan.tasks[0], due, 1)
    return Firing(
        entry=keys.timer_member(T1),
        score=score,
        keys=keys,
        rev=str(found.rev),
        trigger=domain.store.hget(keys.tasks, "T1:trev"),
        row=row,
        text=row.dump(),
        next=next_instant(plan.tasks[0].trigger, due),
    )


def deleted(domain: Domain, mission: Mission) -> None:
    domain.redis.set(TeamKeys(TEAM).mission(mission.id).tombstone, mission.id)


def armed_anew(domain: Domain, mission: Mission) -> None:
    domain.redis.zadd(k.TIMER, {TeamKeys(TEAM).mission(mission.id).timer_member(T1): 5})


def renamed(domain: Domain, mission: Mission) -> None:
    domain.lifecycle.rename(actor(), mission.id, "Other name")


def reshaped(domain: Domain, mission: Mission) -> None:
    domain.redis.hset(TeamKeys(TEAM).mission(mission.id).tasks, "T1:trev", "9")


def known_already(domain: Domain, mission: Mission) -> None:
    keys, row = TeamKeys(TEAM).mission(mission.id), firing(domain, mission).row
    domain.redis.hset(keys.occurrences, row.id, row.dump())


def spoilt(domain: Domain, mission: Mission) -> None:
    domain.redis.set(TeamKeys(TEAM).mission(mission.id).queued, "x")


@pytest.mark.parametrize(
    ("meanwhile", "answer"),
    [
        (deleted, "deleted"),
        (armed_anew, "entry"),
        (renamed, "mission"),
        (reshaped, "trigger"),
        (known_already, "occurrence"),
        (spoilt, "unreadable"),
    ],
)
def test_what_changed_meanwhile_is_left_alone_and_the_others_are_fired(
    domain: Domain,
    timer: Timer,
    meanwhile: Callable[[Domain, Mission], None],
    answer: str,
) -> None:
    """[M6 S1 S5] Nothing of it is written, whatever it is."""
    changed, other = launched(domain), launched(domain)
    batch = [firing(domain, changed), firing(domain, other)]
    meanwhile(domain, changed)
    pattern = TeamKeys(TEAM).mission(changed.id).pattern
    before = {key: domain.redis.dump(key) for key in domain.redis.scan_iter(pattern)}
    assert Firings(domain.redis).carry_out(timer.token, batch) == [answer, FIRED]
    after = {key: domain.redis.dump(key) for key in domain.redis.scan_iter(pattern)}
    assert after == before
    assert domain.redis.zrange(k.PENDING, 0, -1) == [batch[1].keys.pending_member(batch[1].row.id)]


def test_a_batch_that_came_twice_has_one_answer_and_one_row_each(
    domain: Domain, timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S1] Its reply was lost, and the client sent it again."""
    monkeypatch.setattr("missions.firing.new_token", lambda: "same")
    batch = [firing(domain, launched(domain)) for _ in range(3)]
    firings = Firings(domain.redis)
    first = firings.carry_out(timer.token, batch)
    once = snapshot(domain.redis)
    assert firings.carry_out(timer.token, batch) == first == [FIRED] * 3
    assert snapshot(domain.redis) == once


def test_only_the_leader_fires(domain: Domain, timer: Timer) -> None:
    """[S3]"""
    batch = [firing(domain, launched(domain))]
    before = snapshot(domain.redis)
    with pytest.raises(Lost, match="lead"):
        Firings(domain.redis).carry_out("somebody else's", batch)
    assert snapshot(domain.redis) == before


def test_jobs_rung_together_are_what_rq_would_have_written(bytes_redis: Redis) -> None:
    """A worker of RQ finds the same job, whichever way it was rung for."""
    bell = RqBell(bytes_redis)
    queue = Queue("executions", connection=bytes_redis, serializer=JSONSerializer)
    rung = [(TEAM, MissionId(f"M-{n}"), OccurrenceId(f"T1.time.{n}")) for n in range(3)]
    bell.execution(*rung[0])
    bell.each_execution(rung)
    one, *many = [job.to_dict() for job in queue.jobs]
    assert [tuple(job.args) for job in queue.jobs[1:]] == rung
    assert Queue.all(bytes_redis) == [queue]
    told_apart = {"created_at", "enqueued_at", "description", "data"}
    for job in many:
        assert {n: v for n, v in job.items() if n not in told_apart} == {
            n: v for n, v in one.items() if n not in told_apart
        }
    assert queue.jobs[1].func_name == queue.jobs[0].func_name == EXECUTE
