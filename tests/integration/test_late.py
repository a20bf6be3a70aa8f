"""Workers are away while the scheduler lives: what waits too long is missed and told once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from redis import Redis

from jobs.late import LateRows
from jobs.queues import QueueName, RqBell
from jobs.scheduler import HELD_SECONDS, SchedulerProcess
from jobs.sweeps import WAITING_MS, Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import CronTrigger, Exclusion, OnceTrigger, Strategy
from missions.cards import OutageCard
from missions.domain import Domain
from missions.execution import Occurrence, Outcome, Reason
from missions.ids import OccurrenceId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.schedule import Missed, Settlement, settle, spared
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import MONDAY, TEAM, ManualClock, RecordingBell
from tests.support.runs import (
    FAILED,
    GOOD,
    T1,
    cards,
    claimed,
    due,
    ended,
    ledger,
    row_of,
    state_of,
)
from tests.support.stored import members, outbox, scores


class LaggingBell(RecordingBell):
    """Says how long the next job has waited."""

    lag = 0.0
    served = True

    def is_served(self, name: QueueName) -> bool:
        return self.served

    def behind(self, name: QueueName) -> float:
        return self.lag

    def waiting(self, name: QueueName) -> int:
        return 0


@pytest.fixture
def bell() -> LaggingBell:
    return LaggingBell()


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


@pytest.fixture
def late(domain: Domain, bell: LaggingBell, timer: Timer) -> LateRows:
    return LateRows(domain, bell, timer.outages, timer.leading)  # type: ignore[arg-type]


def at(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def look(domain: Domain, late: LateRows) -> None:
    """As the scheduler does, when everything has waited for a while."""
    for name in members(domain.redis, k.PENDING):
        domain.redis.zadd(k.PENDING, {name: 1})
    late.sweep()


def shown(rows: list[Occurrence]) -> list[tuple[Outcome, datetime, datetime | None, int]]:
    return [(row.outcome, row.due, row.last, row.count) for row in rows]


def notices(domain: Domain) -> list[OutageCard]:
    return [e.card for e in outbox(domain) if isinstance(e.card, OutageCard)]


def hour_without_workers(clock: ManualClock, timer: Timer, domain: Domain, late: LateRows) -> None:
    for minutes in range(5, 60, 5):
        clock.set(at(minutes))
        timer.enqueue_jobs()
        clock.advance(minutes=3)
        look(domain, late)


def test_what_nobody_claims_in_time_shares_one_row(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows
) -> None:
    """[S1] First, last and count; the one that is still in time is claimed and runs."""
    mission = launched(domain)
    hour_without_workers(clock, timer, domain, late)
    assert shown(ledger(domain, mission)) == [(Outcome.MISSED, at(5), at(55), 11)]
    clock.set(at(60))
    timer.enqueue_jobs()
    clock.advance(minutes=2)
    look(domain, late)
    missed, due = ledger(domain, mission)
    assert claimed(domain, mission, due.id).execution.scheduled_at == at(60)
    assert (missed.reason, missed.count) == (Reason.UNTAKEN, 11)
    assert domain.redis.zcard(k.PENDING) == 0
    assert len(domain.redis.zrange(TeamKeys(TEAM).mission(mission.id).ledger, 0, -1)) == 2


def test_a_worker_that_finds_one_too_late_leaves_it_to_the_scheduler(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows
) -> None:
    """[S1 B3] It starts nothing, and the next look closes it."""
    mission = launched(domain)
    clock.set(at(5))
    timer.enqueue_jobs()
    clock.advance(minutes=4)
    (row,) = ledger(domain, mission)
    assert domain.claims.claim(TEAM, mission.id, row.id, "a") is None
    assert not late.caught_up()
    late.sweep()
    assert shown(ledger(domain, mission)) == [(Outcome.MISSED, at(5), at(5), 1)]
    assert late.caught_up()


def found_too_late(domain: Domain, clock: ManualClock, timer: Timer) -> tuple[Mission, str]:
    """A Mission whose occurrence a worker found too late, and the occurrence's entry."""
    mission = launched(domain)
    clock.set(at(5))
    timer.enqueue_jobs()
    clock.advance(minutes=4)
    (row,) = ledger(domain, mission)
    assert domain.claims.claim(TEAM, mission.id, row.id, "a") is None
    return mission, TeamKeys(TEAM).mission(mission.id).pending_member(row.id)


def test_what_was_found_too_late_is_not_rung_for_before_it_is_closed(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows, bell: LaggingBell
) -> None:
    """[S1] A ring would have it wait as if nobody had looked, and again at the next one."""
    mission, entry = found_too_late(domain, clock, timer)
    bell.executions.clear()
    Sweeps(domain, bell).pending()  # type: ignore[arg-type]
    assert bell.executions == []
    assert scores(domain.redis, k.PENDING) == {entry: 0}
    late.sweep()
    assert [row.outcome for row in ledger(domain, mission)] == [Outcome.MISSED]


@pytest.mark.parametrize("gone", [False, True])
def test_what_is_too_late_no_longer_is_rung_for_again(
    domain: Domain,
    clock: ManualClock,
    timer: Timer,
    late: LateRows,
    bell: LaggingBell,
    gone: bool,
) -> None:
    """[S1] The clock was set back, or the row is gone: neither is lost, nor holds up a notice."""
    mission, entry = found_too_late(domain, clock, timer)
    clock.set(at(6))
    if gone:
        keys = TeamKeys(TEAM).mission(mission.id)
        domain.redis.hdel(keys.occurrences, *domain.redis.hkeys(keys.occurrences))
    assert not late.caught_up()
    late.sweep()
    assert late.caught_up()
    bell.executions.clear()
    domain.redis.zincrby(k.PENDING, -WAITING_MS, entry)
    Sweeps(domain, bell).pending()  # type: ignore[arg-type]
    assert [m for m, _ in bell.executions] == [mission.id]


def test_nothing_is_told_while_a_worker_has_one_in_hand_that_is_too_late(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows
) -> None:
    """[S4] Its ring is taken and nothing else waits, but nobody has looked at its row yet."""
    mission = launched(domain)
    clock.set(at(5))
    timer.enqueue_jobs()
    assert late.caught_up()
    clock.advance(minutes=4)
    assert not late.caught_up()
    (row,) = ledger(domain, mission)
    assert domain.claims.claim(TEAM, mission.id, row.id, "a") is None
    late.sweep()
    assert late.caught_up()


def test_one_notice_per_channel_when_the_workers_have_caught_up(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows, bell: LaggingBell
) -> None:
    """[S4] Not one for each missed run, and not before it is over."""
    first, second = launched(domain), launched(domain)
    bell.lag = 300
    hour_without_workers(clock, timer, domain, late)
    assert not late.caught_up()
    bell.lag = 1
    assert late.caught_up()
    timer.outages.tell()
    timer.outages.tell()
    (card,) = notices(domain)
    assert (card.since, card.until) == (at(5), clock.now())
    assert {m.mission: m.count for m in card.missed} == {first.id: 11, second.id: 11}


def test_people_are_told_while_the_workers_stay_busy(
    domain: Domain,
    clock: ManualClock,
    bell: LaggingBell,
    bytes_redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[S4] Workers that live and do not catch up: once, after two minutes, not when they do."""
    launched(domain)
    scheduler = SchedulerProcess(domain, bell, bytes_redis)  # type: ignore[arg-type]
    timer, late = scheduler._timer, scheduler._late
    assert timer.acquire_lock()
    bell.lag = 300
    hour_without_workers(clock, timer, domain, late)
    seconds = [0.0]
    monkeypatch.setattr("jobs.scheduler.time.monotonic", lambda: seconds[0])

    def told_within(more: float) -> int:
        until = seconds[0] + more
        while seconds[0] < until:
            seconds[0] += 2
            scheduler._tell_outages()
        return len(notices(domain))

    bell.served = False
    assert told_within(1_000) == 0
    bell.served = True
    assert told_within(HELD_SECONDS - 4) == 0
    assert told_within(8) == 1
    assert told_within(1_000) == 1


def test_the_order_in_which_they_are_closed_does_not_matter(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows
) -> None:
    """[S1] The one in the middle last: it joins both of its neighbours."""
    mission = launched(domain)
    for minutes in (5, 10, 15, 20):
        clock.set(at(minutes))
        timer.enqueue_jobs()
    clock.set(at(30))
    rows = {row.due: row for row in ledger(domain, mission)}
    for minutes in (5, 20, 15, 10):
        assert domain.claims.miss(TEAM, mission.id, rows[at(minutes)].id, lambda *_: None)
    assert shown(ledger(domain, mission)) == [(Outcome.MISSED, at(5), at(20), 4)]
    assert state_of(domain, mission).missed == ledger(domain, mission)[0].id


def test_a_run_in_between_parts_them(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows
) -> None:
    """[S1] They do not follow one another."""
    mission = launched(domain)
    for minutes in (5, 10, 15):
        clock.set(at(minutes))
        timer.enqueue_jobs()
        if minutes == 10:
            claimed(domain, mission, ledger(domain, mission)[-1].id)
    clock.set(at(19))
    look(domain, late)
    assert [(row.outcome, row.count) for row in ledger(domain, mission)] == [
        (Outcome.MISSED, 1),
        (Outcome.RUN, 1),
        (Outcome.MISSED, 1),
    ]


def test_the_scheduler_being_away_too_is_another_row_and_one_notice(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows
) -> None:
    """[S1 S4] First the workers were away, then the scheduler: each row says which it was."""
    mission = launched(domain)
    for minutes in (5, 10):
        clock.set(at(minutes))
        timer.enqueue_jobs()
    clock.set(at(14))
    look(domain, late)
    clock.set(at(62))
    timer.enqueue_jobs()
    assert [(r.reason, r.due, r.last, r.count) for r in ledger(domain, mission)[:2]] == [
        (Reason.UNTAKEN, at(5), at(10), 2),
        (Reason.OUTAGE, at(15), at(55), 9),
    ]
    timer.outages.tell()
    (notice,) = notices(domain)
    assert [(m.count, m.untaken) for m in notice.missed] == [(11, 2)]


@pytest.mark.parametrize("made_up", [True, False])
def test_two_outages_in_a_row_keep_their_dates(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows, made_up: bool
) -> None:
    """[S1 R7] A row that is closed late is joined by none but what follows it in time."""
    mission = launched(domain)
    clock.set(at(5))
    timer.enqueue_jobs()  # put up, and all stops
    clock.set(at(36))
    timer.enqueue_jobs()  # back: the latest is made up
    if made_up:
        (row,) = [row for row in ledger(domain, mission) if row.due == at(35)]
        ended(domain, claimed(domain, mission, row.id).execution, GOOD)
    look(domain, late)
    clock.set(at(49))
    timer.enqueue_jobs()  # and once more
    look(domain, late)
    rows = ledger(domain, mission)
    assert {row.reason for row in rows} - {None} == {Reason.OUTAGE}
    if not made_up:
        assert shown(rows) == [(Outcome.MISSED, at(5), at(45), 9)]
        return
    assert shown(rows) == [
        (Outcome.MISSED, at(5), at(30), 6),
        (Outcome.RUN, at(35), None, 1),
        (Outcome.MISSED, at(40), at(45), 2),
    ]


def test_who_does_not_lead_closes_nothing(
    domain: Domain, clock: ManualClock, timer: Timer, bell: LaggingBell, bytes_redis: Redis
) -> None:
    """[S3]"""
    mission = launched(domain)
    clock.set(at(5))
    timer.enqueue_jobs()
    clock.set(at(9))
    other = Timer(domain, bytes_redis)
    row = ledger(domain, mission)[0]

    def note(tx: object, *_: object) -> None:
        other.leading(tx)  # type: ignore[arg-type]

    with pytest.raises(Exception, match="lead"):
        domain.claims.miss(TEAM, mission.id, row.id, note)
    assert ledger(domain, mission) == [row]


def test_what_a_person_paused_is_skipped_not_missed(
    domain: Domain, clock: ManualClock, timer: Timer, late: LateRows
) -> None:
    """[M1]"""
    mission = launched(domain)
    clock.set(at(5))
    timer.enqueue_jobs()
    domain.lifecycle.disable(actor(), mission.id)
    clock.set(at(9))
    look(domain, late)
    assert [row.outcome for row in ledger(domain, mission)] == [Outcome.SKIPPED]


@pytest.mark.parametrize("in_bulk", [False, True])
def test_the_bell_knows_how_far_workers_are_behind(
    domain: Domain, bytes_redis: Redis, in_bulk: bool
) -> None:
    rung = RqBell(bytes_redis)
    assert rung.behind(QueueName.EXECUTIONS) == 0
    mission = launched(domain)
    row = OccurrenceId("T1.time.1")
    if in_bulk:
        rung.each_execution([(TEAM, mission.id, row)])
    else:
        rung.execution(TEAM, mission.id, row)
    (job,) = bytes_redis.keys("rq:job:*")
    assert bytes_redis.hget(job, "enqueued_at")
    bytes_redis.hset(job, "enqueued_at", "2026-01-01T00:00:00.000000Z")
    assert rung.behind(QueueName.EXECUTIONS) > 60


# --- days left out ------------------------------------------------------------------------------

DAILY = CronTrigger(cron="0 9 * * *", zone="UTC")
HOLIDAYS = (
    Exclusion(first=date(2026, 12, 24), last=date(2026, 12, 27), label="holidays"),
    Exclusion(first=date(2026, 12, 25), last=date(2026, 12, 26), label="Christmas"),
    Exclusion(first=date(2026, 12, 31), last=date(2027, 1, 1), label="New Year"),
)


def day(month: int, number: int) -> datetime:
    return datetime(2026 if month == 12 else 2027, month, number, 9, tzinfo=UTC)


def after_an_outage(first: datetime, now: datetime, window: float = 0) -> Settlement:
    plan = blueprint(task(DAILY)).model_copy(update={"exclusions": HOLIDAYS})
    within = timedelta(hours=window)
    return spared(plan, task(DAILY), settle(DAILY, first, now, within), now, within)


def test_days_left_out_are_not_counted_as_missed() -> None:
    """[S1 B5] They were never to run; overlapping ones count once."""
    made = after_an_outage(day(12, 22), day(1, 3) + timedelta(hours=1))
    assert made.missed == Missed(7, day(12, 22), day(1, 3))
    assert made.left_out == (
        Missed(4, day(12, 24), day(12, 27)),
        Missed(2, day(12, 31), day(1, 1)),
    )


def test_the_row_of_missed_ones_begins_and_ends_with_a_day_that_counts() -> None:
    """[S1 B5]"""
    made = after_an_outage(day(12, 25), day(1, 1) + timedelta(hours=1))
    assert made.missed == Missed(3, day(12, 28), day(12, 30))
    assert made.settled == day(1, 1)
    alone = after_an_outage(day(12, 24), day(12, 27) + timedelta(hours=1))
    assert (alone.missed, alone.settled) == (None, day(12, 27))


def test_a_once_task_on_a_day_left_out_is_not_missed() -> None:
    """[B5]"""
    once = OnceTrigger(at=day(12, 25), zone="UTC")
    plan = blueprint(task(once)).model_copy(update={"exclusions": HOLIDAYS})
    now = day(12, 28)
    made = spared(plan, task(once), settle(once, day(12, 25), now), now, None)
    assert made == Settlement(None, None, None, (Missed(1, day(12, 25), day(12, 25)),))


def test_after_an_outage_the_ledger_holds_both(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[S1 S4 B5] The notice counts only what was to run."""
    clock.set(day(12, 22) - timedelta(hours=1))
    plan = blueprint(task(DAILY)).model_copy(update={"exclusions": HOLIDAYS})
    mission: Mission = launched(domain, plan)
    clock.set(day(12, 29) + timedelta(hours=12))
    timer.enqueue_jobs()
    timer.outages.tell()
    assert [(r.outcome, r.reason, r.count) for r in ledger(domain, mission)] == [
        (Outcome.MISSED, Reason.OUTAGE, 4),
        (Outcome.SKIPPED, Reason.EXCLUDED, 4),
    ]
    (card,) = notices(domain)
    assert [(m.task, m.count) for m in card.missed] == [(T1, 4)]
    assert state_of(domain, mission).settled == day(12, 29)


# --- retries and clicks -------------------------------------------------------------------------


def test_a_retry_that_waited_for_days_is_given_up(
    domain: Domain, clock: ManualClock, late: LateRows, bell: LaggingBell
) -> None:
    """[B3 S4] It is late from when it was put off to; the failure before it is the end."""
    made = task(strategy=Strategy(retries=1, retry_seconds=30))
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    clock.advance(days=5)
    Sweeps(domain, bell).delayed()  # type: ignore[arg-type]
    assert domain.claims.claim(TEAM, mission.id, row, "w") is None
    late.sweep()
    found = row_of(domain, mission, row)
    assert (found.outcome, found.reason) == (Outcome.RUN, Reason.UNTAKEN)
    assert state_of(domain, mission).streak == 1
    assert domain.redis.zcard(k.PENDING) == 0


def test_a_retry_that_waited_a_little_runs(
    domain: Domain, clock: ManualClock, bell: LaggingBell
) -> None:
    """[B3]"""
    made = task(strategy=Strategy(retries=1, retry_seconds=600))
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    put_off = row_of(domain, mission, row).not_before
    assert put_off
    clock.set(put_off + timedelta(minutes=1))
    Sweeps(domain, bell).delayed()  # type: ignore[arg-type]
    assert claimed(domain, mission, row).execution.attempt == 2


def test_a_click_that_nobody_heard_for_hours_starts_nothing(
    domain: Domain, clock: ManualClock, late: LateRows
) -> None:
    """[B3 S1] Who asked is told; the channel's notice counts only what was planned."""
    mission = launched(domain)
    (row,) = domain.lifecycle.run_now(actor(), mission.id, "c1")
    clock.advance(hours=2, seconds=1)
    assert domain.claims.claim(TEAM, mission.id, row, "w") is None
    late.sweep()
    found = row_of(domain, mission, row)
    assert (found.outcome, found.reason) == (Outcome.MISSED, Reason.UNTAKEN)
    assert [card.kind for card in cards(domain)] == ["text"]
    assert not domain.redis.exists(k.OUTAGES)
