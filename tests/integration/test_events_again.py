"""An event that was put up and did not start counts anew when its sender repeats it [B6]."""

from __future__ import annotations

from redis import Redis

from jobs.late import LateRows
from jobs.queues import RqBell
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import EventTrigger, Overlap, Strategy
from missions.domain import Domain
from missions.events import Taken, Verdict
from missions.execution import Outcome, Reason
from missions.mission import Mission
from tests.support.build import actor, blueprint, launched, task
from tests.support.events import event, rule
from tests.support.fakes import TEAM, ManualClock
from tests.support.runs import FAILED, GOOD, T1, claimed, ended, ledger, not_claimed, row_of
from tests.support.stored import members


def offered(domain: Domain, mission: Mission, number: int, host: str = "web1") -> Taken:
    found = event(number, at=domain.clock.now())
    named = found.model_copy(update={"fields": {"labels.host": host}})
    return domain.events.offer(TEAM, mission.id, T1, named)


def behind_another(domain: Domain, trigger: EventTrigger) -> Mission:
    """A Mission of which one event runs and another, put up beside it, was skipped."""
    mission = launched(domain, blueprint(task(trigger)))
    first, second = offered(domain, mission, 1, "web1"), offered(domain, mission, 2, "web2")
    assert first.occurrence
    assert second.occurrence
    run = claimed(domain, mission, first.occurrence).execution
    assert not_claimed(domain, mission, second.occurrence).reason is Reason.OVERLAP
    ended(domain, run, GOOD)
    return mission


def test_an_alert_that_came_with_another_runs_when_it_is_repeated(
    domain: Domain, clock: ManualClock
) -> None:
    """[B6] Two alerts in one post: the one that was skipped still burns hours later."""
    mission = behind_another(domain, rule())
    clock.advance(minutes=4)
    again = [offered(domain, mission, number).verdict for number in (1, 2)]
    assert again == [Verdict.DUPLICATE, Verdict.DUPLICATE]
    clock.advance(hours=4)
    assert offered(domain, mission, 1).verdict is Verdict.DUPLICATE
    taken = offered(domain, mission, 2)
    assert taken.verdict is Verdict.RUN
    assert taken.occurrence
    assert claimed(domain, mission, taken.occurrence)


def test_the_value_of_its_dedupe_field_counts_anew_at_once(
    domain: Domain, clock: ManualClock
) -> None:
    """[B6] As where the cap or the pause kept it from running; that of what ran does not."""
    mission = behind_another(domain, rule(dedupe="labels.host"))
    assert offered(domain, mission, 3, "web1").verdict is Verdict.DUPLICATE
    assert offered(domain, mission, 4, "web2").verdict is Verdict.RUN


def test_a_storm_beside_a_long_run_is_put_up_as_often_as_the_cap_says(domain: Domain) -> None:
    """[B6] What is skipped gives no place of the hour back."""
    mission = launched(domain, blueprint(task(rule(per_hour=5, dedupe="labels.host"))))
    first = offered(domain, mission, 0).occurrence
    assert first
    claimed(domain, mission, first)
    verdicts = []
    for number in range(1, 20):
        taken = offered(domain, mission, number, "web2")
        verdicts.append(taken.reason)
        if taken.verdict is Verdict.RUN and taken.occurrence:
            not_claimed(domain, mission, taken.occurrence)
    assert verdicts == [None] * 4 + [Reason.CAP] * 15


def disabled(domain: Domain, mission: Mission) -> None:
    domain.lifecycle.disable(actor(), mission.id)
    domain.lifecycle.enable(actor(), mission.id)


def test_what_a_disable_took_from_the_queue_runs_when_it_is_repeated(
    domain: Domain, clock: ManualClock
) -> None:
    """[S5 M4]"""
    mission = launched(domain, blueprint(task(rule())))
    taken = offered(domain, mission, 1)
    assert taken.occurrence
    clock.advance(seconds=1)
    disabled(domain, mission)
    assert row_of(domain, mission, taken.occurrence).reason is Reason.PAUSED
    clock.advance(hours=4)
    assert offered(domain, mission, 1).verdict is Verdict.RUN


def test_what_nobody_took_in_time_runs_when_it_is_repeated(
    domain: Domain, clock: ManualClock, bytes_redis: Redis
) -> None:
    """[S1 S4] An alert that was missed while workers were away."""
    mission = launched(domain, blueprint(task(rule())))
    assert offered(domain, mission, 1).verdict is Verdict.RUN
    clock.advance(hours=3)
    domain.redis.zincrby(k.PENDING, -60_000, members(domain.redis, k.PENDING)[0])
    timer = Timer(domain, bytes_redis)
    assert timer.acquire_lock()
    LateRows(domain, RqBell(bytes_redis), timer.outages, timer.leading).sweep()
    assert [row.outcome for row in ledger(domain, mission)] == [Outcome.MISSED]
    assert offered(domain, mission, 1).verdict is Verdict.RUN


def test_what_ran_and_failed_was_looked_into(domain: Domain, clock: ManualClock) -> None:
    """[B3 B6] Also if its next attempt does not start."""
    strategy = Strategy(retries=1, retry_seconds=60, overlap=Overlap.SKIP)
    mission = launched(domain, blueprint(task(rule(), strategy=strategy)))
    taken = offered(domain, mission, 1)
    assert taken.occurrence
    ended(domain, claimed(domain, mission, taken.occurrence).execution, FAILED)
    assert row_of(domain, mission, taken.occurrence).outcome is Outcome.PENDING
    disabled(domain, mission)
    assert row_of(domain, mission, taken.occurrence).outcome is Outcome.RUN
    clock.advance(hours=4)
    assert offered(domain, mission, 1).verdict is Verdict.DUPLICATE
