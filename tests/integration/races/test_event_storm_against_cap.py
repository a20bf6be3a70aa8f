"""Event Rules under storms: every setting holds also when all events arrive at once [B6]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from missions.blueprint import EventSource, EventTrigger, Op
from missions.domain import Domain
from missions.endings import Ending
from missions.events import SKIPS_AN_HOUR, Taken, Verdict
from missions.execution import Cause, Occurrence, Outcome, Reason, Status
from missions.ids import OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.payloads import Event
from tests.integration.races.kit import between
from tests.support.build import actor, blueprint, launched, proposed, stored, task
from tests.support.events import event, rule
from tests.support.fakes import TEAM, ManualClock, RecordingBell

T1 = TaskId("T1")


def offered(domain: Domain, mission: Mission, one: Event) -> Taken:
    return domain.events.offer(TEAM, mission.id, T1, one)


def storm(domain: Domain, mission: Mission, events: list[Event]) -> Counter[Verdict]:
    with ThreadPoolExecutor(len(events)) as pool:
        taken = list(pool.map(lambda e: offered(domain, mission, e), events))
    return Counter(t.verdict for t in taken)


def claimed(domain: Domain, mission: Mission) -> None:
    """What the sweep and a worker do about all that is pending: none of it may start."""
    for member in domain.redis.zrange("houston:pending", 0, -1):
        due = OccurrenceId(str(member).split("|")[2])
        assert domain.claims.claim(TEAM, mission.id, due, "t") is None


def rows(domain: Domain, mission: Mission) -> list[tuple[Outcome, Reason | None]]:
    found = domain.store.hgetall(TeamKeys(TEAM).mission(mission.id).occurrences)
    every = (domain.store.occurrence(TEAM, mission.id, OccurrenceId(i)) for i in found)
    return sorted((r.outcome, r.reason) for r in every if r)


def test_a_cap_holds_under_fifty_parallel_events(domain: Domain, bell: RecordingBell) -> None:
    """[B6] Never more runs in an hour than the cap, whoever races; the others have a row each."""
    mission = launched(domain, blueprint(task(rule(per_hour=7))))
    verdicts = storm(domain, mission, [event(n) for n in range(50)])
    assert verdicts == {Verdict.RUN: 7, Verdict.SKIPPED: 43}
    assert Counter(rows(domain, mission)) == {
        (Outcome.PENDING, None): 7,
        (Outcome.SKIPPED, Reason.CAP): 43,
    }
    assert len(bell.executions) == 7


def test_the_same_event_delivered_fifty_times_is_one(domain: Domain) -> None:
    """[B6 P6] An event's own id counts once."""
    mission = launched(domain, blueprint(task(rule(per_hour=100))))
    assert storm(domain, mission, [event(1)] * 50) == {Verdict.RUN: 1, Verdict.DUPLICATE: 49}


def test_a_dedupe_field_makes_different_events_one(domain: Domain) -> None:
    """[B6] Fifty events with two values of the dedupe field are two."""
    mission = launched(domain, blueprint(task(rule(per_hour=100, dedupe="host"))))
    events = [event(n, host=f"web{n % 2}") for n in range(50)]
    assert storm(domain, mission, events) == {Verdict.RUN: 2, Verdict.DUPLICATE: 48}


def test_a_cooldown_lets_one_of_fifty_through(domain: Domain) -> None:
    """[B6] While the pause lasts, nothing starts; each skipped event says so."""
    mission = launched(domain, blueprint(task(rule(cooldown_seconds=600, per_hour=100))))
    verdicts = storm(domain, mission, [event(n) for n in range(50)])
    assert verdicts == {Verdict.RUN: 1, Verdict.SKIPPED: 49}
    assert (Outcome.SKIPPED, Reason.COOLDOWN) in rows(domain, mission)


def test_windows_slide(domain: Domain, clock: ManualClock) -> None:
    """[B6] After an hour the cap is free again, after a day the value of a field counts again."""
    mission = launched(domain, blueprint(task(rule(per_hour=1, dedupe="host"))))
    assert offered(domain, mission, event(1, host="a")).verdict is Verdict.RUN
    assert offered(domain, mission, event(2, host="b")).reason is Reason.CAP
    clock.advance(hours=1, seconds=1)
    assert offered(domain, mission, event(3, host="a")).verdict is Verdict.DUPLICATE
    assert offered(domain, mission, event(4, host="b")).verdict is Verdict.RUN
    clock.advance(hours=24)
    now = clock.now()
    assert offered(domain, mission, event(1, at=now, host="a")).verdict is Verdict.RUN
    assert offered(domain, mission, event(2, at=now, host="b")).reason is Reason.CAP


def test_a_skipped_event_may_come_again_as_another(domain: Domain, clock: ManualClock) -> None:
    """[B6] What the cap kept from running does not make the next of its kind a duplicate."""
    mission = launched(domain, blueprint(task(rule(cooldown_seconds=60, dedupe="host"))))
    offered(domain, mission, event(1, host="a"))
    assert offered(domain, mission, event(2, host="b")).reason is Reason.COOLDOWN
    clock.advance(seconds=61)
    assert offered(domain, mission, event(3, host="b")).verdict is Verdict.RUN


def test_the_pause_begins_again_when_the_run_ends(domain: Domain, clock: ManualClock) -> None:
    """[B6] "10 minutes between runs" counts from the end of the run."""
    mission = launched(domain, blueprint(task(rule(cooldown_seconds=600))))
    due = offered(domain, mission, event(1)).occurrence
    assert due
    claim = domain.claims.claim(TEAM, mission.id, due, "t")
    assert claim
    clock.advance(minutes=8)
    domain.endings.end(TEAM, claim.execution, Ending(status=Status.SUCCESS))
    clock.advance(minutes=8)
    assert offered(domain, mission, event(2)).reason is Reason.COOLDOWN
    clock.advance(minutes=3)
    assert offered(domain, mission, event(3)).verdict is Verdict.RUN


def test_only_events_that_meet_the_condition_count(domain: Domain) -> None:
    """[B6] Others leave no row; they are counted."""
    wanted = rule(EventSource.WEBHOOK, ("severity", Op.EQ, "critical"))
    mission = launched(domain, blueprint(task(wanted)))
    assert offered(domain, mission, event(1, severity="info")).verdict is Verdict.UNMATCHED
    assert offered(domain, mission, event(2, other=1)).verdict is Verdict.UNMATCHED
    assert offered(domain, mission, event(3)).verdict is Verdict.RUN
    assert domain.events.counts(TEAM, mission.id) == {T1: {Verdict.UNMATCHED: 2, Verdict.RUN: 1}}
    assert len(rows(domain, mission)) == 1


def test_the_chosen_fields_stay_with_the_occurrence(domain: Domain) -> None:
    """[B6 P4] Bounded: the named fields only, each cut."""
    mission = launched(domain, blueprint(task(rule(fields=("host", "missing")))))
    due = offered(domain, mission, event(1, host="x" * 400, noise="n")).occurrence
    assert due
    claim = domain.claims.claim(TEAM, mission.id, due, "t")
    assert claim
    assert claim.event
    assert claim.event.fields == {"host": "x" * 200}
    assert claim.execution.cause is Cause.EVENT


@pytest.mark.parametrize(
    ("hold", "reason"),
    [
        (lambda d, m: d.lifecycle.disable(actor(), m.id), Reason.PAUSED),
        (lambda d, m: d.lifecycle.pause_task(actor(), m.id, T1, "noisy"), Reason.TASK_PAUSED),
        (lambda d, m: d.quiet.begin(actor(), m.channel, "freeze", None), Reason.QUIET),
    ],
)
def test_what_is_paused_skips_events(
    domain: Domain, hold: Callable[[Domain, Mission], object], reason: Reason
) -> None:
    """[B6 M1 M9 M10] With a row that says why."""
    mission = launched(domain, blueprint(task(rule())))
    hold(domain, mission)
    assert offered(domain, mission, event(1)).reason is reason
    assert rows(domain, mission) == [(Outcome.SKIPPED, reason)]


def test_a_claim_looks_again(domain: Domain) -> None:
    """[S5] An event that was taken before the trigger changed no longer runs."""
    mission = launched(domain, blueprint(task(rule())))
    due = offered(domain, mission, event(1)).occurrence
    assert due
    plan = blueprint(task(rule(per_hour=3)))
    domain.lifecycle.apply(actor(), mission.id, proposed(domain, mission, plan).id)
    assert domain.claims.claim(TEAM, mission.id, due, "t") is None
    assert rows(domain, mission) == [(Outcome.SKIPPED, Reason.PLAN_CHANGED)]


def test_a_disable_races_with_a_storm(domain: Domain) -> None:
    """[S5 B6] Whatever the order, nothing stays pending in a Paused Mission."""
    mission = launched(domain, blueprint(task(rule(per_hour=100))))
    with ThreadPoolExecutor(21) as pool:
        storming = [pool.submit(offered, domain, mission, event(n)) for n in range(20)]
        pool.submit(domain.lifecycle.disable, actor(), mission.id).result()
        assert len([s.result() for s in storming]) == 20
    claimed(domain, mission)
    assert set(rows(domain, stored(domain, mission.id))) == {(Outcome.SKIPPED, Reason.PAUSED)}
    assert len(rows(domain, mission)) == 20


def test_a_flood_of_skips_is_bounded(domain: Domain) -> None:
    """[P6 S1] A storm fills no storage: beyond a number, skipped events share one row."""
    mission = launched(domain, blueprint(task(rule(per_hour=1))))
    for n in range(SKIPS_AN_HOUR + 20):
        offered(domain, mission, event(n))
    assert len(rows(domain, mission)) == SKIPS_AN_HOUR + 2
    found = domain.store.hgetall(TeamKeys(TEAM).mission(mission.id).occurrences).values()
    assert sorted(row.count for row in map(Occurrence.load, found))[-2:] == [1, 19]
    counted = domain.events.counts(TEAM, mission.id)[T1]
    assert counted == {Verdict.RUN: 1, Verdict.SKIPPED: SKIPS_AN_HOUR + 19}


def test_a_delete_in_a_storm_leaves_nothing(domain: Domain) -> None:
    """[M6 B6] Nothing of the events, the addresses or the listening is left."""
    mission = launched(domain, blueprint(task(rule(dedupe="host"))))
    with ThreadPoolExecutor(21) as pool:
        for n in range(20):
            pool.submit(offered, domain, mission, event(n))
        domain.lifecycle.delete(actor(), mission.id, mission.id)
    domain.remains.clear(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) == 0
    assert domain.redis.hlen("houston:hooks") == 0
    assert offered(domain, mission, event(99)).verdict is Verdict.IGNORED
    claimed(domain, mission)
    assert domain.redis.zcard("houston:pending") == 0


def test_a_task_that_leaves_the_plan_takes_its_events_along(domain: Domain) -> None:
    """[B6] Its address is closed and its counts are gone."""
    mission = launched(domain, blueprint(task(rule()), task(number=2)))
    offered(domain, mission, event(1))
    assert domain.redis.hlen("houston:hooks") == 1
    plan = blueprint(task(number=2))
    domain.lifecycle.apply(actor(), mission.id, proposed(domain, mission, plan).id)
    assert domain.redis.hlen("houston:hooks") == 0
    assert domain.events.counts(TEAM, mission.id) == {}
    assert offered(domain, mission, event(2)).verdict is Verdict.IGNORED


LIMITS: dict[str, tuple[EventTrigger, tuple[Event, Event], Taken]] = {
    "cap": (
        rule(per_hour=1),
        (event(1), event(2)),
        Taken(Verdict.SKIPPED, reason=Reason.CAP),
    ),
    "cooldown": (
        rule(cooldown_seconds=60),
        (event(1), event(2)),
        Taken(Verdict.SKIPPED, reason=Reason.COOLDOWN),
    ),
    "dedupe": (
        rule(dedupe="host"),
        (event(1, host="a"), event(2, host="a")),
        Taken(Verdict.DUPLICATE),
    ),
    "the same": (rule(), (event(1), event(1)), Taken(Verdict.DUPLICATE)),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_another_event_between_look_and_take(domain: Domain, limit: str) -> None:
    """[B6] It has seen that there is room; another one took it: each setting is looked at anew."""
    trigger, (first, second), wanted = LIMITS[limit]
    mission = launched(domain, blueprint(task(trigger)))
    found = between(
        lambda: offered(domain, mission, first), lambda: offered(domain, mission, second)
    )
    assert (found.verdict, found.reason) == (wanted.verdict, wanted.reason)
    assert [r for r in rows(domain, mission) if r[0] is Outcome.PENDING] == [
        (Outcome.PENDING, None)
    ]
