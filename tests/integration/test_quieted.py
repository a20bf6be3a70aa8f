"""What was due in a pause of all that is over is not made up, whoever takes it when [M4 M10]."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from redis import Redis

from jobs.late import LateRows
from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import Overlap, Strategy
from missions.domain import Domain
from missions.events import Verdict
from missions.execution import Outcome, Reason
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.quieted import KEPT, MOST, Quieted
from tests.support.build import DAILY_9, actor, blueprint, launched, task
from tests.support.events import event, rule
from tests.support.fakes import MONDAY, OPS, TEAM, ManualClock, RecordingBell
from tests.support.runs import FAILED, GOOD, claimed, due, ended, not_claimed, row_of
from tests.support.stored import content, members

KEYS = TeamKeys(TEAM)
LATER = ChannelId("C-LATER")


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


def minute(of: float) -> datetime:
    return MONDAY + timedelta(minutes=of)


def pause(domain: Domain, clock: ManualClock, begin: float, end: float) -> None:
    """A person's pause of the channel from one minute to another."""
    clock.set(minute(begin))
    domain.quiet.begin(actor(), OPS, "freeze", None)
    clock.set(minute(end))
    domain.quiet.end(actor(), OPS)


def is_made_up(domain: Domain, mission: Mission, at: datetime) -> bool:
    """Whether what was due at that instant, and is taken now, runs; else it is skipped as quiet."""
    row = due(domain, mission, task(), at)
    claim = domain.claims.claim(TEAM, mission.id, row, str(row))
    if claim is not None:
        ended(domain, claim.execution, GOOD)
        return True
    closed = not_claimed(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.SKIPPED, Reason.QUIET)
    return False


def test_what_a_person_ended_held_from_its_beginning_to_its_end(
    domain: Domain, clock: ManualClock
) -> None:
    """[M4 M10] A worker that takes it after the end finds it skipped; what came later runs."""
    mission = launched(domain, blueprint(task(DAILY_9)))
    pause(domain, clock, 10, 20)
    clock.set(minute(21))
    runs = [is_made_up(domain, mission, minute(at)) for at in (9.9, 10, 15, 19.9, 20)]
    assert runs == [True, False, False, False, True]


def test_what_ended_by_itself_held_until_its_instant(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[M4 M10] Also while nobody has told its end, and however late that is told."""
    mission = launched(domain, blueprint(task(DAILY_9)))
    clock.set(minute(10))
    domain.quiet.begin(actor(), OPS, "freeze", minute(20))
    clock.set(minute(30))
    assert not is_made_up(domain, mission, minute(15))
    assert is_made_up(domain, mission, minute(20))
    sweeps.resumes()
    assert not domain.redis.exists(KEYS.channel_quiet(OPS))
    assert not is_made_up(domain, mission, minute(16))
    assert is_made_up(domain, mission, minute(21))


def test_one_that_another_replaced_is_not_forgotten(domain: Domain, clock: ManualClock) -> None:
    """[M10] The second begins where the first one ends."""
    mission = launched(domain, blueprint(task(DAILY_9)))
    clock.set(minute(10))
    domain.quiet.begin(actor(), OPS, "first", None)
    pause(domain, clock, 15, 20)
    clock.set(minute(40))
    pause(domain, clock, 40, 41)
    runs = [is_made_up(domain, mission, minute(at)) for at in (9, 12, 17, 25, 40.5, 41)]
    assert runs == [True, False, False, True, False, True]


def test_the_whole_workspaces_holds_for_each_channel(
    domain: Domain, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[M10]"""
    mission = launched(domain, blueprint(task(DAILY_9)))
    monkeypatch.setattr(domain.quiet, "_require", lambda *_, **__: None)
    clock.set(minute(10))
    domain.quiet.begin(actor(), None, "freeze", None)
    clock.set(minute(20))
    domain.quiet.end(actor(), None)
    assert not is_made_up(domain, mission, minute(12))
    assert is_made_up(domain, mission, minute(22))


def test_a_person_may_run_it_then_as_ever(domain: Domain, clock: ManualClock) -> None:
    """[M10] Asked for in the pause, taken after it."""
    mission = launched(domain, blueprint(task(DAILY_9)))
    clock.set(minute(10))
    domain.quiet.begin(actor(), OPS, "freeze", None)
    (clicked,) = domain.lifecycle.run_now(actor(), mission.id, "click", task().id)
    clock.set(minute(20))
    domain.quiet.end(actor(), OPS)
    assert claimed(domain, mission, clicked)


def test_a_retry_of_what_began_before_goes_on_after_it(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[B3 M10] Due in no pause; its second attempt waits in one."""
    made = task(DAILY_9, strategy=Strategy(retries=1, retry_seconds=600))
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    pause(domain, clock, 1, 30)
    sweeps.delayed()
    assert claimed(domain, mission, row).execution.attempt == 2


def test_what_waited_for_a_run_keeps_its_instant(domain: Domain, clock: ManualClock) -> None:
    """[B3 M10] Due before the pause it runs after it, due in it not."""
    made = task(DAILY_9, strategy=Strategy(overlap=Overlap.QUEUE_ONE))
    mission = launched(domain, blueprint(made))
    first = claimed(domain, mission, due(domain, mission, made)).execution
    clock.set(minute(5))
    waits = due(domain, mission, made)
    assert not_claimed(domain, mission, waits).waiting
    pause(domain, clock, 10, 20)
    ended(domain, first, GOOD)
    assert claimed(domain, mission, waits)


def test_an_event_that_came_in_it_starts_nothing_later(domain: Domain, clock: ManualClock) -> None:
    """[B6 M4 M10] Looked into after the end; one that came since does."""
    made = task(rule())
    mission = launched(domain, blueprint(made))
    pause(domain, clock, 10, 20)
    clock.set(minute(21))
    came = domain.events.offer(TEAM, mission.id, made.id, event(1, at=minute(15)))
    assert (came.verdict, came.reason) == (Verdict.SKIPPED, Reason.QUIET)
    later = domain.events.offer(TEAM, mission.id, made.id, event(2, at=minute(20.5)))
    assert later.verdict is Verdict.RUN


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("timed", [True, False])
def test_an_event_that_came_while_only_its_rule_was_paused(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, alone: bool, timed: bool
) -> None:
    """[B6 M3 M4 M9] A Mission's pause or a Task's own, in two parts, looked into after both."""
    made = task(rule())
    mission = launched(domain, blueprint(made))
    verbs, reason = domain.lifecycle, Reason.TASK_PAUSED if alone else Reason.PAUSED

    def paused(until: datetime | None) -> None:
        if alone:
            verbs.pause_task(actor(), mission.id, made.id, "", until)
        else:
            verbs.disable(actor(), mission.id, "", until)

    clock.set(minute(10))
    paused(minute(60))
    clock.set(minute(15))
    paused(minute(20) if timed else None)
    clock.set(minute(20))
    if not timed and alone:
        verbs.enable_task(actor(), mission.id, made.id)
    elif not timed:
        verbs.enable(actor(), mission.id)
    for number, at in enumerate((10, 12, 15, 19.9)):
        came = domain.events.offer(TEAM, mission.id, made.id, event(number, at=minute(at)))
        assert (came.verdict, came.reason) == (Verdict.SKIPPED, reason)
        clock.advance(seconds=20)
        sweeps.resumes()
    for number, at in ((8, 9.9), (9, 20)):
        came = domain.events.offer(TEAM, mission.id, made.id, event(number, at=minute(at)))
        assert came.verdict is Verdict.RUN


def test_what_its_jitter_puts_off_into_it_is_not_made_up(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[B3 M10] Its start lay in the pause."""
    made = task(rule(), strategy=Strategy(jitter_seconds=3_000))
    mission = launched(domain, blueprint(made))
    taken = domain.events.offer(TEAM, mission.id, made.id, event())
    assert taken.occurrence
    pause(domain, clock, 0.001, 51)
    sweeps.delayed()
    closed = not_claimed(domain, mission, taken.occurrence)
    assert (closed.outcome, closed.reason) == (Outcome.SKIPPED, Reason.QUIET)


def test_the_scheduler_closes_it_while_no_worker_comes(
    domain: Domain, clock: ManualClock, bell: RecordingBell, bytes_redis: Redis
) -> None:
    """[S1 M10] Too late to run: what was due in the pause is skipped, what was before is missed."""
    mission = launched(domain, blueprint(task(DAILY_9)))
    timer = Timer(domain, bytes_redis)
    assert timer.acquire_lock()
    before, within = (due(domain, mission, task(), minute(at)) for at in (9, 15))
    pause(domain, clock, 10, 20)
    clock.set(minute(10 * 60))
    for name in members(domain.redis, k.PENDING):
        domain.redis.zadd(k.PENDING, {name: 1})
    LateRows(domain, bell, timer.outages, timer.leading).sweep()  # type: ignore[arg-type]
    closed = [row_of(domain, mission, row) for row in (before, within)]
    assert [row.reason for row in closed] == [Reason.UNTAKEN, Reason.QUIET]
    assert domain.redis.zcard(k.PENDING) == 0


def test_a_channel_with_a_new_id_keeps_what_was(domain: Domain, clock: ManualClock) -> None:
    """[P3 M10]"""
    mission = launched(domain, blueprint(task(DAILY_9)))
    pause(domain, clock, 10, 20)
    domain.moves.move(TEAM, OPS, LATER)
    clock.set(minute(21))
    assert not is_made_up(domain, mission, minute(15))


def test_so_many_are_kept_for_a_day(domain: Domain, clock: ManualClock) -> None:
    """[M10] However often somebody pauses, and however long nobody does."""
    launched(domain)
    key = KEYS.channel_quieted(OPS)
    pause(domain, clock, 0, 1)
    assert 0 < int(domain.redis.pttl(key)) <= KEPT.total_seconds() * 1000
    for count in range(MOST + 5):
        pause(domain, clock, 10 + count, 10.5 + count)
    assert len(Quieted.load(str(domain.redis.get(key))).pauses) == MOST
    pause(domain, clock, 60 * 24 + 200, 60 * 24 + 201)
    assert len(Quieted.load(str(domain.redis.get(key))).pauses) == 1


@pytest.mark.parametrize("poison", ["{bad", '{"pauses":3}'])
def test_what_cannot_be_read_holds_up_nothing(
    domain: Domain, clock: ManualClock, poison: str
) -> None:
    """[M10 S1] It is set aside; the next pause is kept again."""
    mission = launched(domain, blueprint(task(DAILY_9)))
    key = KEYS.channel_quieted(OPS)
    domain.redis.set(key, poison)
    assert is_made_up(domain, mission, MONDAY)
    assert list(content(domain.redis, k.QUARANTINE)) == [key]
    pause(domain, clock, 10, 20)
    assert not is_made_up(domain, mission, minute(15))
