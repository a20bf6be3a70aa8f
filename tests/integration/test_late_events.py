"""Events that nobody looked into in time, clocks set back, and starts that are put off."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from redis import Redis

from bot.edge.rules import take_notice
from jobs.events import take
from jobs.late import LateRows
from jobs.queues import RqBell
from jobs.runtime import Runtime, install
from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.artifacts import Artifacts
from missions.blueprint import EventSource, EventTrigger, Overlap, Strategy
from missions.cards import OutageCard
from missions.domain import Domain
from missions.events import Verdict
from missions.execution import Occurrence, Outcome, Reason
from missions.inbox import INBOX_MAX
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.payloads import Delivery, events_of
from tests.support.build import blueprint, launched, task
from tests.support.events import after, event, rule
from tests.support.fakes import TEAM, ManualClock, RecordingBell
from tests.support.runs import GOOD, T1, claimed, due, ended, ledger, row_of
from tests.support.stored import outbox


@pytest.fixture
def worker(domain: Domain, tmp_path: Path) -> None:
    parts: dict[str, Any] = {"tools": {}, "checkpointer": None}
    install(Runtime(domain=domain, artifacts=Artifacts(str(tmp_path)), **parts))


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


def waiting(trigger: EventTrigger, domain: Domain, count: int = 1) -> Mission:
    """A Mission with deliveries in its inbox that nobody has looked into."""
    made = task(trigger, strategy=Strategy(overlap=Overlap.PARALLEL))
    mission = launched(domain, blueprint(made))
    arrive(domain, mission, count)
    return mission


def arrive(domain: Domain, mission: Mission, count: int) -> None:
    for n in range(count):
        now = domain.clock.now()
        one = Delivery(task=T1, source=EventSource.WEBHOOK, at=now, body=f'{{"a": {n}}}')
        domain.inboxes.prepare(TeamKeys(TEAM).mission(mission.id), one).commit()


def notices(domain: Domain) -> list[OutageCard]:
    return [e.card for e in outbox(domain) if isinstance(e.card, OutageCard)]


@pytest.mark.usefixtures("worker")
def test_an_event_that_waited_too_long_is_missed_and_told(
    domain: Domain, clock: ManualClock, timer: Timer, bytes_redis: Redis
) -> None:
    """[B3 S1 S4] Two hours after it arrived nothing starts; a flood of them shares one row."""
    mission = waiting(rule(per_hour=720), domain, 20)
    began = clock.now()
    clock.advance(hours=30)
    take(TEAM, mission.id)
    assert not any(
        domain.claims.claim(TEAM, mission.id, r.id, "w") for r in ledger(domain, mission)
    )
    late = LateRows(domain, RqBell(bytes_redis), timer.outages, timer.leading)
    while not late.caught_up():  # a look takes a short time only
        late.sweep()
    (row,) = ledger(domain, mission)
    assert (row.outcome, row.reason, row.count) == (Outcome.MISSED, Reason.UNTAKEN, 20)
    assert (row.due, row.last) == (began, began)
    assert domain.events.counts(TEAM, mission.id)[T1] == {Verdict.MISSED: 20}
    timer.outages.tell()
    (card,) = notices(domain)
    assert (card.since, [m.count for m in card.missed]) == (began, [20])
    assert domain.redis.zcard(k.PENDING) == 0


@pytest.mark.usefixtures("worker")
def test_late_events_use_up_no_cap_and_begin_no_pause(domain: Domain, clock: ManualClock) -> None:
    """[B6] What comes now runs."""
    mission = waiting(rule(per_hour=1, cooldown_seconds=600), domain, 3)
    clock.advance(hours=30)
    arrive(domain, mission, 1)
    take(TEAM, mission.id)
    outcomes = [row.reason for row in ledger(domain, mission)]
    assert outcomes == [None] * 4
    started = [domain.claims.claim(TEAM, mission.id, r.id, "w") for r in ledger(domain, mission)]
    assert sum(claim is not None for claim in started) == 1


@pytest.mark.usefixtures("worker")
def test_an_event_that_waited_a_little_is_due_since_it_arrived(
    domain: Domain, clock: ManualClock
) -> None:
    """[B3]"""
    mission = waiting(rule(), domain)
    began = clock.now()
    clock.advance(minutes=90)
    take(TEAM, mission.id)
    (row,) = ledger(domain, mission)
    assert row.due == began
    assert claimed(domain, mission, row.id).execution.scheduled_at == began
    clock.advance(hours=1)


@pytest.mark.parametrize("limit", [rule(cooldown_seconds=60), rule(per_hour=1)])
def test_a_clock_set_back_does_not_silence_a_rule(
    domain: Domain, clock: ManualClock, limit: EventTrigger
) -> None:
    """[B6] What was noted for a time to come holds nothing up; the limits hold from now on."""
    mission = launched(domain, blueprint(task(limit)))
    now = clock.now()
    clock.advance(days=30)
    offer(domain, mission, "a", clock.now())
    clock.set(now)
    assert offer(domain, mission, "b", now) is Verdict.RUN
    assert offer(domain, mission, "c", now) is Verdict.SKIPPED
    clock.advance(days=1)
    assert offer(domain, mission, "d", clock.now()) is Verdict.RUN
    assert offer(domain, mission, "a", clock.now()) is Verdict.SKIPPED


def offer(domain: Domain, mission: Mission, name: str, at: datetime) -> Verdict:
    return domain.events.offer(TEAM, mission.id, T1, event(name, at=at)).verdict


def test_an_alert_that_was_skipped_runs_when_it_is_repeated(
    domain: Domain, clock: ManualClock
) -> None:
    """[B6] The same within five minutes is a second try; hours later it is still burning."""
    mission = launched(domain, blueprint(task(rule(cooldown_seconds=600))))
    start = clock.now()
    said = []
    for name, minutes in (("x", 0), ("a", 1), ("a", 2), ("a", 240), ("a", 480)):
        clock.set(start + timedelta(minutes=minutes))
        said.append(offer(domain, mission, name, clock.now()))
    duplicate = Verdict.DUPLICATE
    assert said == [Verdict.RUN, Verdict.SKIPPED, duplicate, Verdict.RUN, duplicate]


def test_jitter_puts_off_what_an_event_starts(
    domain: Domain, clock: ManualClock, bytes_redis: Redis
) -> None:
    """[B3] The plan says so, and so it is."""
    made = task(rule(), strategy=Strategy(jitter_seconds=600))
    mission = launched(domain, blueprint(made))
    taken = domain.events.offer(TEAM, mission.id, T1, event(1))
    assert taken.occurrence
    put_off = row_of(domain, mission, taken.occurrence).not_before
    assert put_off
    assert timedelta() < put_off - clock.now() <= timedelta(seconds=600)
    assert domain.claims.claim(TEAM, mission.id, taken.occurrence, "early") is None
    clock.set(put_off)
    Sweeps(domain, RqBell(bytes_redis)).delayed()
    claimed(domain, mission, taken.occurrence)


def test_a_task_that_waits_for_another_runs_as_often(domain: Domain, clock: ManualClock) -> None:
    """[B4] A Task every 5 minutes and the one after it: no run is skipped by a cap nobody set."""
    made = task()
    mission = launched(domain, blueprint(made, after(1)))
    for _ in range(20):
        clock.advance(seconds=230)
        ended(domain, claimed(domain, mission, due(domain, mission, made)).execution, GOOD)
        for row in ledger(domain, mission):
            if row.task == "T2" and row.outcome is Outcome.PENDING:
                ended(domain, claimed(domain, mission, row.id).execution, GOOD)
    rows = [row for row in ledger(domain, mission) if row.task == "T2"]
    assert [row.outcome for row in rows] == [Outcome.RUN] * 20


@pytest.mark.usefixtures("worker")
def test_alerts_beyond_what_is_looked_at_are_told(domain: Domain) -> None:
    """[B6 S1] 150 in one group: a hundred are looked into, one row counts the others."""
    made = task(rule(EventSource.ALERTMANAGER, per_hour=720))
    mission = launched(domain, blueprint(made))
    keys = TeamKeys(TEAM).mission(mission.id)
    alerts = [{"status": "firing", "fingerprint": str(n)} for n in range(150)]
    one = Delivery(
        task=T1,
        source=EventSource.ALERTMANAGER,
        at=domain.clock.now(),
        body=json.dumps({"version": "4", "alerts": alerts}),
    )
    domain.inboxes.prepare(keys, one).commit()
    take(TEAM, mission.id)
    rows = [Occurrence.load(text) for text in domain.store.hgetall(keys.occurrences).values()]
    assert sum(row.count for row in rows) == 150
    assert [row.count for row in rows if row.reason is Reason.FLOOD] == [50]


def test_messages_that_find_no_room_are_told(domain: Domain) -> None:
    """[B6 S1] More were written in the channel than wait for anybody: one row counts them."""
    mission = launched(domain, blueprint(task(rule(EventSource.SLACK_MESSAGE))))
    keys = TeamKeys(TEAM).mission(mission.id)
    edge: Any = SimpleNamespace(domain=domain, team=TEAM)
    for n in range(INBOX_MAX + 5):
        said: Any = SimpleNamespace(
            channel=mission.channel,
            source=EventSource.SLACK_MESSAGE,
            body=f'{{"text": "x{n}"}}',
            id=f"e{n}",
        )
        take_notice(edge, said)
    assert domain.redis.llen(keys.inbox) == INBOX_MAX
    (row,) = ledger(domain, mission)
    assert (row.outcome, row.reason, row.count) == (Outcome.SKIPPED, Reason.FLOOD, 5)


def test_an_id_in_a_body_makes_nothing_the_same(domain: Domain, clock: ManualClock) -> None:
    """[B6] A check's id stays while its state changes; only a sender's own header counts."""
    mission = launched(domain, blueprint(task(rule())))
    said = []
    for status in ("down", "up", "down"):
        clock.advance(hours=1)
        body = json.dumps({"id": "check-42", "status": status})
        one = Delivery(task=T1, source=EventSource.WEBHOOK, at=clock.now(), body=body)
        (found,) = events_of(one)
        said.append(domain.events.offer(TEAM, mission.id, T1, found).verdict)
    assert said == [Verdict.RUN] * 3


@pytest.mark.usefixtures("worker")
def test_a_flood_lets_those_who_wait_go_first(
    domain: Domain, bell: RecordingBell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10] After its time a Mission is rung for again, and its inbox is free for the next."""
    monkeypatch.setattr("jobs.events.BUDGET_SECONDS", 0.0)
    mission = waiting(rule(EventSource.WEBHOOK), domain, 3)
    for looked_into in (1, 2, 3):
        bell.inboxes.clear()
        take(TEAM, mission.id)
        assert len(ledger(domain, mission)) == looked_into
        assert bell.inboxes == [mission.id]
    take(TEAM, mission.id)
    assert not domain.redis.exists(k.INBOXES)
