"""The timer: armed instants become ledger rows, once each, whatever happens in between."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from redis.exceptions import RedisError

from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import CronTrigger, OnceTrigger
from missions.cards import OutageCard
from missions.cron import Cron, Tally, tally
from missions.domain import Domain
from missions.execution import Occurrence, Outcome, Reason
from missions.firing import Firing, Firings
from missions.ids import TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.store import Store
from missions.tx import Lost, Transaction, commit_all
from tests.support.build import DAILY_9, actor, blueprint, launched, task
from tests.support.fakes import MONDAY, OPS, SECRET, TEAM, ManualClock, RecordingBell
from tests.support.stored import content, outbox, scores

T1 = TaskId("T1")
HOURLY = CronTrigger(cron="0 * * * *", zone="UTC")


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


def rows(domain: Domain, mission: Mission) -> list[Occurrence]:
    return list(reversed(domain.reader.ledger(actor().viewer, mission.id)))


def armed(domain: Domain, mission: Mission, of: TaskId = T1) -> datetime | None:
    score = domain.redis.zscore(k.TIMER, TeamKeys(TEAM).mission(mission.id).timer_member(of))
    return datetime.fromtimestamp(score, UTC) if score is not None else None


def notices(domain: Domain) -> list[OutageCard]:
    return [e.card for e in outbox(domain) if isinstance(e.card, OutageCard)]


def once(**after: float) -> OnceTrigger:
    return OnceTrigger(at=MONDAY + timedelta(**after), zone="UTC")


def test_an_instant_becomes_a_row_and_the_next_is_armed(
    domain: Domain, clock: ManualClock, timer: Timer, bell: RecordingBell
) -> None:
    """[S1 B5] The next one is strictly later."""
    mission = launched(domain)
    clock.advance(minutes=4, seconds=59.9)
    assert timer.enqueue_jobs() == []
    clock.advance(seconds=0.1)
    timer.enqueue_jobs()
    (row,) = rows(domain, mission)
    assert (row.outcome, row.due) == (Outcome.PENDING, MONDAY + timedelta(minutes=5))
    assert bell.executions == [(mission.id, row.id)]
    assert domain.redis.zcard(k.PENDING) == 1
    assert armed(domain, mission) == MONDAY + timedelta(minutes=10)
    assert timer.next_due() == (MONDAY + timedelta(minutes=10)).timestamp()
    assert timer.enqueue_jobs() == []


def test_what_is_late_within_the_window_still_runs(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[B3] Half the period."""
    mission = launched(domain)
    clock.advance(minutes=7, seconds=29)
    timer.enqueue_jobs()
    (row,) = rows(domain, mission)
    assert (row.outcome, row.due) == (Outcome.PENDING, MONDAY + timedelta(minutes=5))
    timer.outages.tell()
    assert notices(domain) == []


def test_after_an_outage_one_run_is_made_up_and_one_row_holds_the_rest(
    domain: Domain, clock: ManualClock, timer: Timer, bell: RecordingBell
) -> None:
    """[S1 S4] No flood; the missed ones share one row with first, last and count."""
    mission = launched(domain)
    clock.advance(hours=1, minutes=1)
    timer.enqueue_jobs()
    missed, run = rows(domain, mission)
    assert (missed.outcome, missed.reason, missed.count) == (Outcome.MISSED, Reason.OUTAGE, 11)
    assert (missed.due, missed.last) == (
        MONDAY + timedelta(minutes=5),
        MONDAY + timedelta(minutes=55),
    )
    assert (run.outcome, run.due) == (Outcome.PENDING, MONDAY + timedelta(hours=1))
    assert len(bell.executions) == 1
    assert armed(domain, mission) == MONDAY + timedelta(hours=1, minutes=5)


def test_missed_runs_that_follow_one_another_extend_the_row(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[S1]"""
    mission = launched(domain, blueprint(task(HOURLY)))
    for hours in (2, 3):
        clock.advance(hours=hours, minutes=50 if hours == 2 else 0)
        timer.enqueue_jobs()
    (row,) = rows(domain, mission)
    assert (row.count, row.due.hour, row.last and row.last.hour) == (5, 11, 15)
    clock.set(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    timer.enqueue_jobs()
    clock.advance(hours=1, minutes=45)
    timer.enqueue_jobs()
    assert [r.outcome for r in rows(domain, mission)] == [
        Outcome.MISSED,
        Outcome.PENDING,
        Outcome.MISSED,
    ]


def test_a_once_task_fires_once_and_stays_quiet(
    domain: Domain, clock: ManualClock, timer: Timer, bell: RecordingBell
) -> None:
    """[B9] Reconcile does not arm it again, not even after the clock was set back."""
    mission = launched(domain, blueprint(task(once(minutes=1, seconds=0.25))))
    clock.advance(minutes=1, seconds=0.3)
    timer.enqueue_jobs()
    assert len(rows(domain, mission)) == 1
    assert armed(domain, mission) is None
    for back in (0, 3600):
        clock.advance(seconds=-back)
        Sweeps(domain, bell).reconcile()  # type: ignore[arg-type]
        assert armed(domain, mission) is None
    assert timer.next_due() is None


@pytest.mark.parametrize(("late", "outcome"), [(119, Outcome.PENDING), (121, Outcome.MISSED)])
def test_a_once_task_is_made_up_for_two_hours(
    domain: Domain, clock: ManualClock, timer: Timer, late: float, outcome: Outcome
) -> None:
    """[B3]"""
    mission = launched(domain, blueprint(task(once(minutes=1))))
    clock.advance(minutes=1 + late)
    timer.enqueue_jobs()
    (row,) = rows(domain, mission)
    assert (row.outcome, row.count) == (outcome, 1)
    assert armed(domain, mission) is None


POISON = {
    "no member at all": ("nonsense", 0.0),
    "too many parts": ("T1|M-AAAAAA|T1|x", 0.0),
    "minus infinity": ("T1|M-AAAAAA|T1", float("-inf")),
    "an empty one": ("", 0.0),
}


@pytest.mark.parametrize("kind", POISON)
def test_an_entry_of_nobody_goes_and_the_others_go_on(
    domain: Domain, clock: ManualClock, timer: Timer, kind: str
) -> None:
    mission = launched(domain)
    name, score = POISON[kind]
    domain.redis.zadd(k.TIMER, {name: score})
    clock.advance(minutes=5)
    timer.enqueue_jobs()
    assert len(rows(domain, mission)) == 1
    assert domain.redis.zscore(k.TIMER, name) is None


@pytest.mark.parametrize(
    ("hash_", "field", "text"),
    [
        ("blueprints", "1", "{"),
        ("record", "doc", '{"schema_version": 99}'),
        ("tasks", "T1:carry", "[["),
        ("tasks", "T1:next", "yesterday"),
        ("tasks", "T1:streak", "many"),
    ],
)
def test_a_record_that_cannot_be_read_is_set_aside(
    domain: Domain, clock: ManualClock, timer: Timer, hash_: str, field: str, text: str
) -> None:
    """[S1] The others go on; an administrator finds its name."""
    broken, healthy = launched(domain), launched(domain)
    keys = TeamKeys(TEAM).mission(broken.id)
    domain.redis.hset(getattr(keys, hash_), field, text)
    clock.advance(minutes=5)
    timer.enqueue_jobs()
    assert len(rows(domain, healthy)) == 1
    assert list(domain.redis.hgetall(k.QUARANTINE)) == [keys.timer_member(T1)]
    assert timer.enqueue_jobs() == []


def test_a_trigger_that_cannot_be_reckoned_is_set_aside(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    broken = launched(domain)
    keys = TeamKeys(TEAM).mission(broken.id)
    text = content(domain.redis, keys.blueprints)["1"]
    domain.redis.hset(keys.blueprints, "1", text.replace('"UTC"', '"Mars/Olympus"'))
    clock.advance(minutes=5)
    timer.enqueue_jobs()
    assert domain.redis.hlen(k.QUARANTINE) == 1


def test_a_record_of_the_wrong_kind_fails_alone(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[S1] Storage refuses to read or to write it; the others go on, also in later batches."""
    no_hash, no_set, healthy = (launched(domain) for _ in range(3))
    keys = [TeamKeys(TEAM).mission(m.id) for m in (no_hash, no_set)]
    for key in (keys[0].record, keys[1].queued):
        domain.redis.delete(key)
        domain.redis.set(key, "x")
    clock.advance(minutes=5)
    timer.enqueue_jobs()
    assert len(rows(domain, healthy)) == 1
    assert set(domain.redis.hgetall(k.QUARANTINE)) == {each.timer_member(T1) for each in keys}
    assert timer.enqueue_jobs() == []


@pytest.mark.parametrize("gone", ["disabled", "deleted", "task removed"])
def test_an_entry_that_nothing_stands_behind_is_removed(
    domain: Domain, clock: ManualClock, timer: Timer, gone: str, bell: RecordingBell
) -> None:
    """[M1 S5]"""
    mission = launched(domain)
    name = TeamKeys(TEAM).mission(mission.id).timer_member(T1)
    if gone == "disabled":
        domain.lifecycle.disable(actor(), mission.id)
    elif gone == "deleted":
        domain.lifecycle.delete(actor(), mission.id, mission.id)
    else:
        name = TeamKeys(TEAM).mission(mission.id).timer_member(TaskId("T9"))
    domain.redis.zadd(k.TIMER, {name: MONDAY.timestamp()})
    clock.advance(minutes=1)
    assert timer.enqueue_jobs() == [name]
    assert domain.redis.zscore(k.TIMER, name) is None
    assert bell.executions == []


def test_two_schedulers_that_fire_the_same_batch_write_one_row(
    domain: Domain, clock: ManualClock, timer: Timer, bytes_redis: Redis, bell: RecordingBell
) -> None:
    """[S3] Two never act on the same occurrence: the second does not lead."""
    mission = launched(domain)
    other = Timer(domain, bytes_redis)
    assert not other.acquire_lock()
    clock.advance(minutes=5)
    with pytest.raises(Lost, match="lead"):
        other.enqueue_jobs()
    timer.enqueue_jobs()
    assert len(rows(domain, mission)) == len(bell.executions) == 1


def test_a_lead_lost_in_the_middle_of_a_batch_ends_the_batch(
    domain: Domain,
    clock: ManualClock,
    timer: Timer,
    bytes_redis: Redis,
    bell: RecordingBell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[S3] The other one finds the rest, each once."""
    missions = [launched(domain) for _ in range(6)]
    clock.advance(hours=1, minutes=1)
    other = Timer(domain, bytes_redis)

    def frozen(transactions: list[Transaction]) -> list[Lost | RedisError | None]:
        answers = commit_all(transactions[:3])
        domain.redis.delete(k.SCHEDULER_LEASE)
        assert other.acquire_lock()
        return answers + commit_all(transactions[3:])

    monkeypatch.setattr("jobs.timer.commit_all", frozen)
    with pytest.raises(Lost, match="lead"):
        timer.enqueue_jobs()
    monkeypatch.undo()
    assert len(bell.executions) == 3
    assert len(other.enqueue_jobs()) == 3
    assert sorted(m for m, _ in bell.executions) == sorted(m.id for m in missions)


def test_a_lead_lost_before_a_batch_is_fired_leaves_it_to_the_other(
    domain: Domain,
    clock: ManualClock,
    timer: Timer,
    bytes_redis: Redis,
    bell: RecordingBell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[S3] Looked at while it led, written when it did not any more: nothing is written."""
    missions = [launched(domain) for _ in range(6)]
    clock.advance(minutes=5)
    other = Timer(domain, bytes_redis)
    carry_out = Firings.carry_out

    def frozen(self: Firings, token: str, firings: list[Firing]) -> list[str]:
        domain.redis.delete(k.SCHEDULER_LEASE)
        assert other.acquire_lock()
        return carry_out(self, token, firings)

    monkeypatch.setattr(Firings, "carry_out", frozen)
    with pytest.raises(Lost, match="lead"):
        timer.enqueue_jobs()
    monkeypatch.undo()
    assert bell.executions == []
    assert [rows(domain, mission) for mission in missions] == [[]] * 6
    assert len(other.enqueue_jobs()) == len(bell.executions) == 6


def test_the_lead_is_renewed_handed_over_and_never_shared(
    domain: Domain, timer: Timer, bytes_redis: Redis
) -> None:
    other = Timer(domain, bytes_redis)
    assert timer.acquire_lock()
    assert 9_000 < domain.redis.pttl(k.SCHEDULER_LEASE) <= 10_000
    other.remove_lock()
    assert not other.acquire_lock()
    timer.remove_lock()
    assert other.acquire_lock()
    assert not timer.acquire_lock()


def test_an_instant_that_the_ledger_has_is_not_run_again(
    domain: Domain, clock: ManualClock, timer: Timer, bell: RecordingBell
) -> None:
    """[B5] Another machine's clock is behind, or the clock was set back: strictly later."""
    mission = launched(domain)
    clock.advance(minutes=5)
    timer.enqueue_jobs()
    clock.advance(seconds=-2)
    domain.lifecycle.disable(actor(), mission.id)
    domain.lifecycle.enable(actor(), mission.id)
    assert armed(domain, mission) == MONDAY + timedelta(minutes=10)
    name = TeamKeys(TEAM).mission(mission.id).timer_member(T1)
    tasks, at = TeamKeys(TEAM).mission(mission.id).tasks, MONDAY + timedelta(minutes=5)
    domain.redis.hset(tasks, "T1:next", at.isoformat())
    domain.redis.zadd(k.TIMER, {name: (MONDAY + timedelta(minutes=5)).timestamp()})
    clock.advance(seconds=3)
    assert timer.enqueue_jobs() == [name]
    assert timer.enqueue_jobs() == []
    assert len(bell.executions) == len(rows(domain, mission)) == 1
    assert armed(domain, mission) == MONDAY + timedelta(minutes=10)


def test_a_change_of_the_trigger_keeps_to_the_ledger(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[B5] Strictly later than the last one in the ledger, whatever the plan says now."""
    mission = launched(domain)
    clock.advance(hours=2)
    timer.enqueue_jobs()
    clock.advance(hours=-1)
    domain.lifecycle.disable(actor(), mission.id)
    domain.lifecycle.enable(actor(), mission.id)
    assert armed(domain, mission) == MONDAY + timedelta(hours=2, minutes=5)


def test_a_large_batch_is_fired_whole_in_several_looks(
    domain: Domain, clock: ManualClock, timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S1] A batch is carried out in parts, each while the next one is decided about."""
    monkeypatch.setattr("jobs.timer.BATCH", 100)
    monkeypatch.setattr("jobs.timer.PART", 30)
    missions = [launched(domain) for _ in range(103)]
    clock.advance(minutes=5)
    assert [len(timer.enqueue_jobs()) for _ in range(3)] == [100, 3, 0]
    assert domain.redis.zcard(k.PENDING) == len(missions)


def test_a_batch_ends_where_the_lead_is_lost(
    domain: Domain, clock: ManualClock, timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S3] Also between its parts: nothing is fired by a scheduler that leads no more."""
    monkeypatch.setattr("jobs.timer.PART", 2)
    missions = [launched(domain) for _ in range(7)]
    clock.advance(minutes=5)
    domain.redis.set(k.SCHEDULER_LEASE, "another")
    with pytest.raises(Lost, match="lead"):
        timer.enqueue_jobs()
    assert not domain.redis.zcard(k.PENDING)
    assert domain.redis.zcard(k.TIMER) == len(missions)


def test_one_notice_per_channel_tells_of_an_outage(
    domain: Domain, clock: ManualClock, timer: Timer, bell: RecordingBell
) -> None:
    """[S4] From when to when, and which runs were missed."""
    first, second = launched(domain), launched(domain, blueprint(task(HOURLY)))
    secret = launched(domain, channel=SECRET)
    quiet = launched(domain, blueprint(task(DAILY_9)))
    clock.advance(hours=2, minutes=45)
    timer.enqueue_jobs()
    assert notices(domain) == []
    timer.outages.tell()
    timer.outages.tell()
    cards = {frozenset(m.mission for m in card.missed): card for card in notices(domain)}
    assert set(cards) == {frozenset({first.id, second.id}), frozenset({secret.id})}
    card = cards[frozenset({first.id, second.id})]
    assert (card.since, card.until) == (MONDAY + timedelta(minutes=5), clock.now())
    told = {m.mission: (m.count, m.made_up) for m in card.missed}
    assert told == {first.id: (32, True), second.id: (2, False)}
    assert quiet.id not in told
    assert sorted(bell.deliveries[-2:]) == sorted([OPS, SECRET])
    assert not list(domain.redis.scan_iter("houston:*outage*"))


def test_a_notice_is_told_also_after_a_crash_between_firing_and_telling(
    domain: Domain, clock: ManualClock, timer: Timer, bytes_redis: Redis
) -> None:
    """[S4] What was gathered is in storage; the next leader tells it."""
    mission = launched(domain)
    clock.advance(hours=1)
    timer.enqueue_jobs()
    timer.remove_lock()
    other = Timer(domain, bytes_redis)
    assert other.acquire_lock()
    clock.advance(hours=1)
    other.enqueue_jobs()
    other.outages.tell()
    (card,) = notices(domain)
    assert card.since == MONDAY + timedelta(minutes=5)
    assert [(m.mission, m.count) for m in card.missed] == [(mission.id, 22)]


def test_only_the_leader_tells(
    domain: Domain, clock: ManualClock, timer: Timer, bytes_redis: Redis
) -> None:
    launched(domain)
    clock.advance(hours=1)
    timer.enqueue_jobs()
    Timer(domain, bytes_redis).outages.tell()
    assert notices(domain) == []
    timer.outages.tell()
    assert len(notices(domain)) == 1


def test_a_deleted_mission_is_in_no_notice(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[M6]"""
    mission = launched(domain)
    clock.advance(hours=1)
    timer.enqueue_jobs()
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    timer.outages.tell()
    assert notices(domain) == []
    assert not domain.redis.exists(k.OUTAGES)


def test_a_gathered_row_is_json_of_a_few_facts(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    mission = launched(domain)
    clock.advance(hours=1)
    timer.enqueue_jobs()
    text = content(domain.redis, TeamKeys(TEAM).outage(OPS))[k.member(mission.id, T1)]
    assert set(json.loads(text)) == {"count", "since", "made_up", "untaken"}


def test_what_is_behind_is_read_for_all_tasks_at_once(
    domain: Domain, clock: ManualClock, timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S2 S4] After an outage: storage is not asked of each, and a timetable is summed up once."""
    missions = [launched(domain) for _ in range(20)]
    reckoned: list[datetime] = []

    def counted(cron: Cron, tz: ZoneInfo, after: datetime, until: datetime) -> Tally | None:
        reckoned.append(until)
        return tally(cron, tz, after, until)

    def asked(*args: object) -> None:
        raise AssertionError("storage was asked of one Task alone")

    monkeypatch.setattr("missions.schedule.tally", counted)
    for hours in (1, 2):
        clock.advance(hours=1, microseconds=7)
        with monkeypatch.context() as only:
            only.setattr(Store, "hget", asked)
            only.setattr(Store, "occurrence", asked)
            assert len(timer.enqueue_jobs()) == 20
        assert len(reckoned) <= 2 * hours
    timer.outages.tell()
    (card,) = notices(domain)
    assert {m.mission: m.count for m in card.missed} == {m.id: 22 for m in missions}


def test_the_lead_is_renewed_between_the_parts_of_a_batch(
    domain: Domain, clock: ManualClock, timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S3] Whoever lost it meanwhile goes on with no further part, and what is left is not lost."""
    monkeypatch.setattr("jobs.timer.PART", 2)
    for _ in range(6):
        launched(domain)
    clock.advance(hours=1)
    armed = scores(domain.redis, k.TIMER)
    known, asked = timer.acquire_lock, 0

    def lost_at_the_second() -> bool:
        nonlocal asked
        asked += 1
        return asked < 2 and known()

    monkeypatch.setattr(timer, "acquire_lock", lost_at_the_second)
    with pytest.raises(Lost):
        timer.enqueue_jobs()
    after = scores(domain.redis, k.TIMER)
    assert sum(armed[name] == after[name] for name in armed) == 2
    monkeypatch.setattr(timer, "acquire_lock", known)
    assert len(timer.enqueue_jobs()) == 2


def test_a_far_outage_is_counted_fast(domain: Domain, clock: ManualClock, timer: Timer) -> None:
    """[S4] A year of a five-minute Task is one row."""
    mission = launched(domain)
    clock.advance(days=365)
    timer.enqueue_jobs()
    missed, _ = rows(domain, mission)
    assert missed.count == 365 * 288 - 1
