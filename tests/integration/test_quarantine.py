"""A record that is spoilt stops nothing but itself: whatever looks at it sets it aside and goes on.

Spoilt is a text that is no JSON, or a key of another type.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from bot.doctor.storage import _quarantine
from bot.edge.pulse import Pulse
from bot.http.intake import Answer, Intake
from bot.http.posts import Post
from bot.metrics import exposed
from jobs.events import take
from jobs.execute import execute
from jobs.late import BUDGET_SECONDS, LateRows
from jobs.queues import RqBell
from jobs.runtime import Runtime, install
from jobs.scheduler import SchedulerProcess
from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.artifacts import Artifacts
from missions.backfills import plan_backfill
from missions.blueprint import EventSource
from missions.domain import Domain
from missions.execution import Occurrence, Outcome, Reason, Status
from missions.hooks import digest, hooks_of
from missions.ids import MissionId, OccurrenceId, TaskId, TeamId, new_proposal_id
from missions.keys import MissionKeys, TeamKeys
from missions.mended import release
from missions.mission import Mission, MissionState
from missions.payloads import Delivery
from missions.proposal import Proposal, ProposalKind
from missions.proposals import write_proposal
from missions.quarantine import counted
from tests.support.build import actor, blueprint, launched, stored, task
from tests.support.events import rule
from tests.support.fakes import ADA, SECRET, TEAM, ManualClock, RecordingBell
from tests.support.runs import GOOD, T1, claimed, due, ran, row_of
from tests.support.stored import members


@pytest.fixture
def worker(domain: Domain, tmp_path: Path) -> None:
    parts: dict[str, Any] = {"tools": {}, "checkpointer": None}
    install(Runtime(domain=domain, artifacts=Artifacts(str(tmp_path)), **parts))


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


@pytest.fixture
def rung(bytes_redis: Redis) -> RqBell:
    return RqBell(bytes_redis)


def keys_of(mission: Mission) -> MissionKeys:
    return TeamKeys(TEAM).mission(mission.id)


def retype(redis: Redis, key: str) -> None:
    redis.delete(key)
    redis.set(key, "x")


def spoil_record(redis: Redis, keys: MissionKeys) -> None:
    redis.hset(keys.record, "doc", "{")


def retype_record(redis: Redis, keys: MissionKeys) -> None:
    retype(redis, keys.record)


def retype_tasks(redis: Redis, keys: MissionKeys) -> None:
    retype(redis, keys.tasks)


def spoil_state(redis: Redis, keys: MissionKeys) -> None:
    redis.hset(keys.tasks, "T1:carry", "{")


def spoil_plan(redis: Redis, keys: MissionKeys) -> None:
    redis.hset(keys.blueprints, "1", "{")


Spoil = Callable[[Redis, MissionKeys], None]


@pytest.mark.parametrize("spoil", [spoil_record, retype_record])
def test_the_pauses_of_others_end(
    domain: Domain, redis: Redis, clock: ManualClock, rung: RqBell, spoil: Spoil
) -> None:
    """[M3]"""
    bad, good = launched(domain), launched(domain)
    for minutes, mission in ((1, bad), (2, good)):
        until = clock.now() + timedelta(minutes=minutes)
        domain.lifecycle.disable(actor(), mission.id, "n", until)
    spoil(redis, keys_of(bad))
    clock.advance(minutes=3)
    Sweeps(domain, rung).resumes()
    assert stored(domain, good.id).state is MissionState.ACTIVE
    assert redis.zcard(k.RESUMES) == 0
    assert counted(domain.store) == {"resumes": 1}


def test_others_are_armed(domain: Domain, redis: Redis, rung: RqBell) -> None:
    """[S1] The bad one stays in the list, is noted once, and does not cost the lead."""
    bad, good = launched(domain), launched(domain)
    retype_tasks(redis, keys_of(bad))
    redis.delete(k.TIMER)
    for _ in range(3):
        Sweeps(domain, rung).reconcile()
    assert redis.zscore(k.TIMER, keys_of(good).timer_member(T1)) is not None
    assert counted(domain.store) == {"mission": 1}
    assert bad.id in domain.store.zrange(TeamKeys(TEAM).missions, 0, -1)


@pytest.mark.parametrize("spoil", [spoil_record, retype_record, retype_tasks])
def test_a_scheduler_beside_it_ends_what_died(
    domain: Domain, redis: Redis, clock: ManualClock, bytes_redis: Redis, spoil: Spoil
) -> None:
    """[X2] Only an outage of storage spares leases anew, no bad record."""
    bad, good = launched(domain), launched(domain)
    run = claimed(domain, good, due(domain, good, task())).execution
    domain.lifecycle.disable(actor(), bad.id, "n", clock.now() + timedelta(seconds=5))
    spoil(redis, keys_of(bad))
    process = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
    redis.zadd(k.LEASES, {keys_of(good).lease_member(run.id): 1})
    for _ in range(40):
        clock.advance(seconds=1)
        process._step()
    ended = domain.store.execution(TEAM, good.id, run.id)
    assert ended
    assert ended.status is Status.FAILED


@pytest.mark.parametrize("spoil", [spoil_state, retype_tasks, spoil_plan])
def test_what_others_missed_is_closed(
    domain: Domain, redis: Redis, clock: ManualClock, timer: Timer, rung: RqBell, spoil: Spoil
) -> None:
    """[S1] And the one that cannot be judged is skipped with that reason."""
    bad, good = launched(domain), launched(domain)
    first = due(domain, bad, task(), clock.now() - timedelta(seconds=1))
    second = due(domain, good, task())
    spoil(redis, keys_of(bad))
    for name in members(redis, k.PENDING):
        redis.zadd(k.PENDING, {name: 1})
    clock.advance(hours=3)
    LateRows(domain, rung, timer.outages, timer.leading).sweep()
    assert row_of(domain, good, second).outcome is Outcome.MISSED
    row = row_of(domain, bad, first)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.UNREADABLE)
    assert redis.zcard(k.PENDING) == 0


def test_a_look_at_many_late_ones_is_short_and_goes_on(
    domain: Domain, clock: ManualClock, timer: Timer, rung: RqBell, redis: Redis
) -> None:
    """[S2 S3] What is due meanwhile starts, and the lead is renewed."""
    missions = [launched(domain) for _ in range(15)]
    rows = [
        due(domain, m, task(), clock.now() - timedelta(seconds=n))
        for m in missions
        for n in range(5)
    ]
    for name in members(redis, k.PENDING):
        redis.zadd(k.PENDING, {name: 1})
    clock.advance(hours=3)
    late = LateRows(domain, rung, timer.outages, timer.leading)
    longest = 0.0
    for _ in range(len(rows)):
        if not redis.zcard(k.PENDING):
            break
        began = time.perf_counter()
        late.go_on()
        longest = max(longest, time.perf_counter() - began)
        assert late.caught_up() is (redis.zcard(k.PENDING) == 0)
    assert redis.zcard(k.PENDING) == 0
    assert longest < BUDGET_SECONDS + 2


def test_the_oldest_records_of_others_are_rung_for(
    domain: Domain, redis: Redis, clock: ManualClock, bytes_redis: Redis
) -> None:
    """[X4]"""
    bad, good = launched(domain), launched(domain)
    ran(domain, good, task(), GOOD)
    retained: list[MissionId] = []

    class Bell(RqBell):
        def retain(self, team: TeamId, mission: MissionId) -> None:
            retained.append(mission)

    spoil_plan(redis, keys_of(bad))
    retype(redis, keys_of(bad).ledger)
    clock.advance(days=100)
    Sweeps(domain, Bell(bytes_redis)).retention()
    assert good.id in retained


def test_other_channels_have_their_notice(
    domain: Domain, redis: Redis, clock: ManualClock, timer: Timer
) -> None:
    """[S4]"""
    bad, good = launched(domain), launched(domain, channel=SECRET)
    clock.advance(hours=5)
    timer.enqueue_jobs()
    spoil_record(redis, keys_of(bad))
    (first,) = redis.hkeys(TeamKeys(TEAM).outage(bad.channel))
    redis.hset(TeamKeys(TEAM).outage(bad.channel), first, "{")
    timer.outages.tell()
    assert redis.llen(TeamKeys(TEAM).lane(good.channel)) == 1
    assert redis.scard(k.OUTAGES) == 0


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("spoil", [spoil_state, retype_tasks, spoil_plan, spoil_record])
def test_an_inbox_is_emptied(domain: Domain, redis: Redis, spoil: Spoil) -> None:
    """[B6] Each event that reaches no rule has its row."""
    mission = launched(domain, blueprint(task(rule()), task(rule(), number=2)))
    keys = keys_of(mission)
    spoil(redis, keys)
    for n in (1, 2):
        one = Delivery(
            task=TaskId(f"T{n}"), source=EventSource.WEBHOOK, at=domain.clock.now(), body="{}"
        )
        domain.inboxes.prepare(keys, one).commit()
    take(TEAM, mission.id)
    assert redis.llen(keys.inbox) == 0
    rows = [Occurrence.load(str(text)) for text in redis.hvals(keys.occurrences)]
    assert {row.task for row in rows} == {"T1", "T2"}
    assert {row.reason for row in rows} <= {Reason.UNREADABLE, None}
    assert counted(domain.store)["event"] >= 1


@pytest.mark.parametrize("what", ["hook", "pointer", "hooks"])
def test_posts_to_others_are_taken(domain: Domain, redis: Redis, what: str) -> None:
    """[B6] Whatever is wrong with the address of one."""
    bad, good = (launched(domain, blueprint(task(rule()))) for _ in range(2))
    hooks = [hooks_of(domain.store, keys_of(m))[T1] for m in (bad, good)]
    if what == "hook":
        redis.hset(keys_of(bad).hooks, T1, "{")
    elif what == "pointer":
        redis.hset(k.HOOKS, digest(hooks[0].token), "garbage")
    else:
        retype(redis, keys_of(bad).hooks)

    async def posted() -> list[Answer]:
        intake = Intake(domain)
        waiting = [intake.take(post(hook.token)) for hook in hooks]
        try:
            return await asyncio.wait_for(asyncio.gather(*waiting), 15)
        finally:
            intake.close()

    assert asyncio.run(posted()) == [Answer.UNKNOWN, Answer.TAKEN]


def post(token: str) -> Post:
    return Post(source=EventSource.WEBHOOK, token=token, body=b"{}")


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("which", ["running", "tasks", "record", "occurrences", "queued"])
def test_nobody_is_rung_for_what_cannot_be_claimed(
    domain: Domain, redis: Redis, which: str
) -> None:
    """[S1]"""
    mission = launched(domain)
    row = due(domain, mission, task())
    keys = keys_of(mission)
    retype(redis, keys.running(T1) if which == "running" else getattr(keys, which))
    execute(TEAM, mission.id, row)
    assert redis.zcard(k.PENDING) == 0
    assert redis.hget(k.QUARANTINE, keys.pending_member(row)) == "occurrence"


@pytest.mark.usefixtures("worker")
def test_a_backfill_goes_on_past_a_bad_row(
    domain: Domain, redis: Redis, clock: ManualClock
) -> None:
    """[S6]"""
    mission = launched(domain)
    clock.advance(minutes=31)
    plan = domain.store.blueprint(TEAM, mission.id, 1)
    assert plan
    now = clock.now()
    found = plan_backfill(domain.store, mission, plan, now - timedelta(minutes=30), now, now)
    kind, new = ProposalKind.BACKFILL, new_proposal_id()
    proposal = Proposal(
        id=new,
        mission=mission.id,
        kind=kind,
        base_version=1,
        blueprint=plan,
        by=ADA,
        at=now,
        backfill=found,
    )
    keys = keys_of(mission)
    tx = domain.store.mission_tx(keys)
    write_proposal(tx, keys, domain.store, mission, proposal)
    tx.commit()
    domain.lifecycle.backfill(actor(), mission.id, proposal.id)
    rows = sorted(r for r in domain.store.hgetall(keys.occurrences) if ".backfill." in r)
    redis.hset(keys.occurrences, rows[0], "{")
    execute(TEAM, mission.id, OccurrenceId(rows[0]))
    assert domain.store.zrange(k.PENDING, 0, -1) == [keys.pending_member(OccurrenceId(rows[1]))]


def test_an_administrator_sees_what_was_set_aside(domain: Domain, redis: Redis) -> None:
    """[L3 L4] In the metrics and in `houston doctor`, which says what to do."""
    assert _quarantine(counted(domain.store)).well
    redis.zadd(k.RESUMES, {"nonsense": 0})
    Sweeps(domain, RecordingBell()).resumes()  # type: ignore[arg-type]
    assert 'houston_quarantined{record="resumes"} 1' in exposed(domain, Pulse())
    result = _quarantine(counted(domain.store))
    assert not result.well
    assert "1 × resumes" in result.in_words()
    assert k.QUARANTINE in result.in_words()


def test_what_can_be_read_again_leaves_the_quarantine(domain: Domain, redis: Redis) -> None:
    """[L3] `houston doctor` counts what is wrong, not what was."""
    mission = launched(domain)
    row = due(domain, mission, task())
    keys = keys_of(mission)
    good = redis.hget(keys.occurrences, row)
    redis.hset(keys.occurrences, row, "{bad")
    domain.claims.set_aside(TEAM, mission.id, row)
    release(domain.store)
    assert redis.hexists(k.QUARANTINE, keys.pending_member(row))
    redis.hset(keys.occurrences, row, str(good))
    release(domain.store)
    assert not redis.exists(k.QUARANTINE)


def test_a_delete_takes_the_mission_out_of_the_quarantine(domain: Domain, redis: Redis) -> None:
    """[M6] Also what was set aside late."""
    mission, other = launched(domain), launched(domain, name="Another")
    names = [k.member(TEAM, m.id, *more) for m in (mission, other) for more in ((), ("T1.time.1",))]
    redis.hset(k.QUARANTINE, mapping=dict.fromkeys(names, "occurrence"))
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    domain.remains.clear(TEAM, mission.id)
    assert sorted(redis.hgetall(k.QUARANTINE)) == sorted(names[2:])
    redis.hset(k.QUARANTINE, names[1], "occurrence")
    redis.hset(keys_of(other).record, "data", "{")
    release(domain.store)
    assert names[1] not in redis.hgetall(k.QUARANTINE)


def test_a_bad_pause_of_all_is_set_aside_and_stops_no_run(domain: Domain, redis: Redis) -> None:
    """[S1 M10] It alone is to blame: every other Mission of the workspace goes on."""
    mission = launched(domain)
    row = due(domain, mission, task())
    redis.set(TeamKeys(TEAM).quiet, "{bad")
    assert claimed(domain, mission, row)
    assert redis.hgetall(k.QUARANTINE) == {TeamKeys(TEAM).quiet: "quiet: ValueError"}
    assert not redis.exists(TeamKeys(TEAM).quiet)
