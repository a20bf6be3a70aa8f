"""All Missions are looked at, a bounded part each second [S1]."""

from __future__ import annotations

import pytest
from redis import Redis

from jobs import reconcile
from jobs.queues import RqBell
from jobs.reconcile import Reconcile
from jobs.reminding import ReminderRounds
from jobs.scheduler import SchedulerProcess
from missions import keys as k
from missions.blueprint import EventSource, EventTrigger, OnceTrigger
from missions.domain import Domain
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission
from missions.quarantine import counted
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import MONDAY, TEAM, ManualClock
from tests.support.runs import T1
from tests.support.stored import members


def member(mission: Mission) -> str:
    return TeamKeys(TEAM).mission(mission.id).timer_member(T1)


def test_a_round_goes_through_all_in_parts(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """[S1] No more than so many are looked at in a step, and none is forgotten."""
    monkeypatch.setattr(reconcile, "LEAST", 3)
    monkeypatch.setattr(reconcile, "PART", 2)
    monkeypatch.setattr(reconcile, "READ", 2)
    made = [launched(domain) for _ in range(8)]
    domain.redis.delete(k.TIMER)
    steps, going = [], Reconcile(domain)
    for _ in range(6):
        going.go_on()
        steps.append(domain.redis.zcard(k.TIMER))
    assert steps == [2, 3, 5, 6, 8, 8]
    assert set(members(domain.redis, k.TIMER)) == {member(mission) for mission in made}
    domain.redis.zrem(k.TIMER, member(made[0]))
    for _ in range(4):
        going.go_on()
    assert domain.redis.zcard(k.TIMER) == 8


def test_a_look_takes_no_more_however_many_there_are(
    domain: Domain, bytes_redis: Redis, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S1 S3] A scheduler that is idle needs the same; one that leads anew first hurries once."""
    monkeypatch.setattr(reconcile, "STEPS", 2)
    monkeypatch.setattr(reconcile, "LEAST", 1)
    monkeypatch.setattr(reconcile, "MOST", 2)
    for _ in range(8):
        launched(domain)
    process = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)

    def armed(looks: int) -> list[int]:
        domain.redis.delete(k.TIMER)
        found = []
        for _ in range(looks):
            clock.advance(seconds=1)
            process._step()
            found.append(domain.redis.zcard(k.TIMER))
        return found

    assert armed(2) == [4, 8]
    assert armed(5)[-4:] == [2, 4, 6, 8]
    clock.advance(minutes=1)
    assert armed(2) == [4, 8]


def test_who_rightly_lacks_an_entry_is_read_once(
    domain: Domain, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An Event Rule is never armed; it is looked at whole again when its Mission has changed."""
    rule = launched(domain, blueprint(task(EventTrigger(source=EventSource.WEBHOOK))))
    going = Reconcile(domain)
    read: list[str] = []
    known = going._arm_all

    def noted(keys: MissionKeys) -> bool:
        read.append(keys.mission)
        return known(keys)

    monkeypatch.setattr(going, "_arm_all", noted)
    for _ in range(3):
        going.go_on()
    assert read == [rule.id]
    domain.lifecycle.disable(actor(), rule.id)
    domain.lifecycle.enable(actor(), rule.id)
    for _ in range(3):
        going.go_on()
    assert read == [rule.id, rule.id]


def test_a_once_task_that_is_over_stays_over(domain: Domain, clock: ManualClock) -> None:
    """[B9 S1] Beside it, what was lost is armed again for the instant it was armed for."""
    once = task(OnceTrigger(at=MONDAY.replace(hour=23), zone="UTC"))
    mission = launched(domain, blueprint(once, task(number=2)))
    before = members(domain.redis, k.TIMER)
    domain.redis.zrem(k.TIMER, *before)
    Reconcile(domain).go_on()
    assert sorted(members(domain.redis, k.TIMER)) == sorted(before)
    assert mission.id in before[0]


def test_reminders_of_others_go_on(domain: Domain, redis: Redis) -> None:
    """[A2 C5] A name that is none, and a record of another kind, are set aside with a reason."""
    bad, good = launched(domain), launched(domain)
    keys = TeamKeys(TEAM).mission(bad.id)
    redis.delete(keys.record)
    redis.set(keys.record, "x")
    names = (
        "nonsense",
        k.member(TEAM, bad.id, "proposal:P-1"),
        k.member(TEAM, good.id, "strange:P-1"),
        k.member(TEAM, good.id, "proposal:P-1"),
    )
    redis.zadd(k.REMINDERS, dict.fromkeys(names, 1))
    ReminderRounds(domain).look()
    assert redis.zcard(k.REMINDERS) == 0
    assert counted(domain.store) == {"reminders": 3}
