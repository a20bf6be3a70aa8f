"""Backfill: past occurrences, proposed with a count, run once by a person's click [S6]."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from jobs.after import ring_after
from missions import keys as k
from missions.backfills import MOST, NothingToBackfill
from missions.blueprint import CronTrigger, Exclusion, Notify, Overlap, Strategy
from missions.cards import BackfillRunsCard, ReportCard
from missions.domain import Domain
from missions.endings import Ending
from missions.errors import Forbidden, HoustonError, ProposalRefused, TransitionRefused
from missions.execution import Cause, Execution, Occurrence, Outcome, Reason, Status
from missions.ids import OccurrenceId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.proposal import Proposal
from missions.removal import Remains
from tests.support.build import EVERY_5, actor, blueprint, launched, proposed, stored, task
from tests.support.fakes import MALLORY, TEAM, ManualClock, RecordingBell
from tests.support.runs import FAILED, FOUND, GOOD, cards, claimed, due, ended, not_claimed, row_of

HOURLY = CronTrigger(cron="0 * * * *", zone="UTC")
PLAN = blueprint(task(HOURLY, notify=Notify.ALWAYS))


def past(domain: Domain, mission: Mission, hours: float = 6) -> Proposal:
    """A Proposal for the hours before now."""
    now = domain.clock.now()
    return domain.lifecycle.propose_backfill(actor(), mission.id, now - timedelta(hours=hours), now)


def start(domain: Domain, mission: Mission, hours: float = 6) -> Proposal:
    proposal = past(domain, mission, hours)
    domain.lifecycle.backfill(actor(), mission.id, proposal.id)
    return proposal


def rows(domain: Domain, mission: Mission) -> list[Occurrence]:
    """The ledger's rows by backfill, oldest first."""
    found = domain.reader.ledger(actor().viewer, mission.id, 500)
    return sorted((r for r in found if r.cause is Cause.BACKFILL), key=lambda r: r.due)


def coming(bell: RecordingBell) -> OccurrenceId:
    """What was rung for last."""
    return bell.executions[-1][1]


def run_all(
    domain: Domain, mission: Mission, bell: RecordingBell, ending: Ending = GOOD
) -> list[Execution]:
    """Work off what is rung for until nothing is."""
    done = []
    while bell.executions:
        occurrence = bell.executions.pop(0)[1]
        claim = domain.claims.claim(TEAM, mission.id, occurrence, f"w {occurrence}")
        if claim:
            assert len(domain.store.running(TEAM, mission.id)) == 1
            done.append(ended(domain, claim.execution, ending))
            ring_after(domain, TEAM, mission.id)
    return done


def test_a_proposal_counts_and_runs_nothing(domain: Domain, bell: RecordingBell) -> None:
    """[S6 C6] The count, and what is left out; nothing happens before the click."""
    mission = launched(domain, PLAN)
    proposal = past(domain, mission)
    assert proposal.backfill is not None
    now = domain.clock.now()
    dues = [r.due for r in proposal.backfill.runs]
    assert dues == [now - timedelta(hours=h) for h in range(6, 0, -1)]
    assert rows(domain, mission) == []
    assert bell.executions == []


def test_runs_follow_one_another_oldest_first(domain: Domain, bell: RecordingBell) -> None:
    """[S6 S1] One ledger row each, with its past instant; never two at once."""
    mission = launched(domain, PLAN)
    armed = domain.store.task_states(TEAM, mission.id)
    start(domain, mission)
    assert len(bell.executions) == 1
    done = run_all(domain, mission, bell)
    assert len(done) == 6
    assert [e.scheduled_at for e in done] == sorted(e.scheduled_at for e in done)
    assert {e.cause for e in done} == {Cause.BACKFILL}
    assert [r.outcome for r in rows(domain, mission)] == [Outcome.RUN] * 6
    assert all(e.scheduled_at < domain.clock.now() for e in done)
    after = domain.store.task_states(TEAM, mission.id)
    assert {t: s.next_at for t, s in after.items()} == {t: s.next_at for t, s in armed.items()}


def test_one_message_sums_all_runs_up(domain: Domain, bell: RecordingBell) -> None:
    """[R2 S6] No report each: the channel is not flooded, whatever they find."""
    mission = launched(domain, PLAN)
    proposal = start(domain, mission, 24)
    run_all(domain, mission, bell, FOUND)
    said = cards(domain)
    assert not [c for c in said if isinstance(c, ReportCard)]
    summary = BackfillRunsCard(mission=mission.id, proposal=proposal.id)
    assert 2 <= said.count(summary) <= 7


def test_what_a_backfill_finds_is_news_to_the_next_regular_run(
    domain: Domain, bell: RecordingBell
) -> None:
    """[R1 R2 S7] It neither swallows a finding nor counts towards a pause."""
    mission = launched(domain, PLAN)
    start(domain, mission)
    run_all(domain, mission, bell, FOUND)
    state = domain.store.task_states(TEAM, mission.id)[PLAN.tasks[0].id]
    assert (state.carry, state.streak, state.report) == ({}, 0, None)
    assert state.last_finding == FOUND.finding


def test_failures_do_not_pause_the_task(domain: Domain, bell: RecordingBell) -> None:
    """[S7] Ten failed past runs say nothing of the timetable."""
    mission = launched(domain, PLAN)
    start(domain, mission, 12)
    run_all(domain, mission, bell, FAILED)
    state = domain.store.task_states(TEAM, mission.id)[PLAN.tasks[0].id]
    assert (state.streak, state.pause) == (0, None)


def test_what_ran_is_left_out(domain: Domain, clock: ManualClock, bell: RecordingBell) -> None:
    """[S6] At its instant, or by an earlier backfill; missed ones are run."""
    mission = launched(domain, PLAN)
    clock.set(clock.now().replace(minute=30, second=0, microsecond=0))
    at = clock.now().replace(minute=0)
    ended(domain, claimed(domain, mission, due(domain, mission, PLAN.tasks[0], at)).execution, GOOD)
    first = past(domain, mission).backfill
    assert first is not None
    assert (len(first.runs), first.done) == (5, 1)
    start(domain, mission, 3)
    run_all(domain, mission, bell)
    second = past(domain, mission).backfill
    assert second is not None
    assert (len(second.runs), second.done) == (3, 3)
    start(domain, mission)
    run_all(domain, mission, bell)
    with pytest.raises(NothingToBackfill, match="done already"):
        past(domain, mission)


def test_left_out_days_and_the_limit_are_said(domain: Domain, clock: ManualClock) -> None:
    """[S6 B5] At most a hundred at a time, the oldest first."""
    today = clock.now().date()
    day = today - timedelta(days=1)
    mission = launched(
        domain, PLAN.model_copy(update={"exclusions": (Exclusion(first=day, last=day),)})
    )
    found = past(domain, mission, 24 * 7).backfill
    assert found is not None
    assert found.left_out == 24
    assert len(found.runs) == MOST
    assert found.beyond == 24 * 7 - 24 - MOST
    with pytest.raises(NothingToBackfill, match="Nothing was due"):
        past(domain, mission, 0.001)


def test_a_range_without_bounds_is_refused(domain: Domain) -> None:
    """[S6] Counting must not take long."""
    mission = launched(domain, blueprint(task(EVERY_5)))
    with pytest.raises(NothingToBackfill, match="shorter"):
        past(domain, mission, 24 * 60)


def test_older_than_the_records_is_left_out(domain: Domain) -> None:
    """[S6] What ran then is not known any more, so it is not run twice."""
    mission = launched(domain, blueprint(task(CronTrigger(cron="0 9 * * *", zone="UTC"))))
    found = past(domain, mission, 24 * 120).backfill
    assert found is not None
    assert found.since is not None
    assert found.runs[0].due >= domain.clock.now() - timedelta(days=90)


def test_it_starts_once(domain: Domain) -> None:
    """[C6 S6] Two people click at the same moment."""
    mission = launched(domain, PLAN)
    proposal = past(domain, mission)

    def click(_: int) -> str:
        try:
            return str(domain.lifecycle.backfill(actor(), mission.id, proposal.id))
        except ProposalRefused as refusal:
            return refusal.why

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == ["6", "applied", "applied", "applied"]
    assert len(rows(domain, mission)) == 6
    assert len([m for m in domain.redis.zrange(k.PENDING, 0, -1) if mission.id in m]) == 1


def test_it_is_bound_to_the_version(domain: Domain) -> None:
    """[C5 S6]"""
    mission = launched(domain, PLAN)
    proposal = past(domain, mission)
    change = proposed(domain, mission, blueprint(task(EVERY_5)))
    domain.lifecycle.apply(actor(), mission.id, change.id)
    with pytest.raises(ProposalRefused, match="version 1") as refused:
        domain.lifecycle.backfill(actor(), mission.id, proposal.id)
    assert refused.value.why == "stale"
    assert rows(domain, mission) == []


def test_it_expires(domain: Domain, clock: ManualClock) -> None:
    """[C5 S6]"""
    mission = launched(domain, PLAN)
    proposal = past(domain, mission)
    clock.advance(hours=25)
    with pytest.raises(ProposalRefused) as refused:
        domain.lifecycle.backfill(actor(), mission.id, proposal.id)
    assert refused.value.why == "expired"


def test_only_an_editor_can(domain: Domain) -> None:
    """[P2 S6]"""
    mission = launched(domain, PLAN)
    proposal = past(domain, mission)
    with pytest.raises(Forbidden):
        domain.lifecycle.backfill(actor(MALLORY), mission.id, proposal.id)
    now = domain.clock.now()
    with pytest.raises(Forbidden):
        domain.lifecycle.propose_backfill(actor(MALLORY), mission.id, now - timedelta(hours=2), now)


def test_only_an_active_mission_can(domain: Domain) -> None:
    """[M1 S6]"""
    mission = launched(domain, PLAN)
    proposal = past(domain, mission)
    domain.lifecycle.disable(actor(), mission.id)
    with pytest.raises(TransitionRefused, match="Paused"):
        domain.lifecycle.backfill(actor(), mission.id, proposal.id)
    with pytest.raises(TransitionRefused, match="Paused"):
        past(domain, mission)


def test_disable_in_the_middle_stops_it(
    domain: Domain, bell: RecordingBell, clock: ManualClock
) -> None:
    """[M1 S5 S6] What runs goes on to its end; the rest is skipped, with the reason."""
    mission = launched(domain, PLAN)
    proposal = start(domain, mission)
    running = claimed(domain, mission, coming(bell)).execution
    domain.lifecycle.disable(actor(), mission.id)
    bell.executions.clear()
    ended(domain, running, GOOD)
    ring_after(domain, TEAM, mission.id)
    assert bell.executions == []
    found = rows(domain, mission)
    assert [r.outcome for r in found] == [Outcome.RUN] + [Outcome.SKIPPED] * 5
    assert {r.reason for r in found[1:]} == {Reason.PAUSED}
    assert domain.redis.zcard(k.PENDING) == 0
    assert cards(domain)[-1] == BackfillRunsCard(mission=mission.id, proposal=proposal.id)
    domain.lifecycle.enable(actor(), mission.id)
    again = past(domain, stored(domain, mission.id)).backfill
    assert again is not None
    assert (len(again.runs), again.done) == (5, 1)
    start(domain, stored(domain, mission.id))
    assert len(run_all(domain, mission, bell)) == 5


def test_delete_in_the_middle_removes_it(domain: Domain, bell: RecordingBell) -> None:
    """[M6 S6] What finishes late writes nothing back."""
    mission = launched(domain, PLAN)
    start(domain, mission)
    running = claimed(domain, mission, coming(bell)).execution
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    assert domain.endings.end(TEAM, running, GOOD) is None
    remains = Remains(domain.store)
    remains.clear(TEAM, mission.id)
    assert remains.left(TEAM, mission.id) == 0
    assert domain.redis.zcard(k.PENDING) == 0


@pytest.mark.parametrize("verb", ["disable", "delete"])
def test_an_end_races_with_a_person(domain: Domain, bell: RecordingBell, verb: str) -> None:
    """[S5 S6 M6] Whichever comes first, nothing is put up that nobody may start."""
    mission = launched(domain, PLAN)
    start(domain, mission)
    running = claimed(domain, mission, coming(bell)).execution
    verbs: dict[str, Callable[[], object]] = {
        "disable": lambda: domain.lifecycle.disable(actor(), mission.id),
        "delete": lambda: domain.lifecycle.delete(actor(), mission.id, mission.id),
    }
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(verbs[verb])
        other = pool.submit(lambda: domain.endings.end(TEAM, running, GOOD))
        one.result()
        other.result()
    assert domain.redis.zcard(k.PENDING) == 0


def test_a_worker_that_dies_loses_and_doubles_nothing(domain: Domain, bell: RecordingBell) -> None:
    """[S1 S6 X2] Its run is Failed; the next one follows, put up by whoever ends it."""
    mission = launched(domain, PLAN)
    start(domain, mission)
    dead = claimed(domain, mission, coming(bell)).execution
    domain.redis.zadd(k.LEASES, {TeamKeys(TEAM).mission(mission.id).lease_member(dead.id): 1})
    bell.executions.clear()
    ending = Ending(status=Status.FAILED, error="The worker died.")
    assert domain.endings.end(TEAM, dead, ending, only_expired=True)
    assert domain.endings.end(TEAM, dead, GOOD) is None
    ring_after(domain, TEAM, mission.id)
    assert len(run_all(domain, mission, bell)) == 5
    assert len({r.execution for r in rows(domain, mission)}) == 6


def test_a_ring_out_of_turn_runs_nothing(domain: Domain, bell: RecordingBell) -> None:
    """[S6] A job is only a doorbell."""
    mission = launched(domain, PLAN)
    start(domain, mission)
    last = rows(domain, mission)[-1]
    assert last.held
    assert not_claimed(domain, mission, last.id) == last


@pytest.mark.parametrize("overlap", [Overlap.SKIP, Overlap.QUEUE_ONE, Overlap.REPLACE])
def test_a_regular_run_goes_first(
    domain: Domain, clock: ManualClock, bell: RecordingBell, overlap: Overlap
) -> None:
    """[B3 S6] A run that falls due meanwhile is neither skipped nor does it stop the past one."""
    plan = blueprint(task(HOURLY, strategy=Strategy(overlap=overlap)))
    mission = launched(domain, plan)
    start(domain, mission)
    running = claimed(domain, mission, coming(bell)).execution
    regular = due(domain, mission, plan.tasks[0])
    assert not_claimed(domain, mission, regular).waiting
    assert domain.endings.stop_asked(TEAM, mission.id, running.id) is None
    ended(domain, running, GOOD)
    bell.executions.clear()
    ring_after(domain, TEAM, mission.id)
    rung = [o for _, o in bell.executions]
    assert regular in rung
    nexts = next(o for o in rung if o != regular)
    assert not_claimed(domain, mission, nexts).outcome is Outcome.PENDING
    run = claimed(domain, mission, regular).execution
    assert not_claimed(domain, mission, nexts).waiting
    ended(domain, run, GOOD)
    ring_after(domain, TEAM, mission.id)
    assert len(run_all(domain, mission, bell)) == 5


def test_a_paused_task_ends_it(domain: Domain, bell: RecordingBell) -> None:
    """[M9 S6] All that is left of that Task, at once."""
    mission = launched(domain, PLAN)
    start(domain, mission)
    domain.lifecycle.pause_task(actor(), mission.id, PLAN.tasks[0].id)
    row = not_claimed(domain, mission, coming(bell))
    assert row.reason is Reason.TASK_PAUSED
    assert {r.outcome for r in rows(domain, mission)} == {Outcome.SKIPPED}
    with pytest.raises(NothingToBackfill, match="paused"):
        past(domain, mission)


def test_two_tasks_are_run_in_the_order_of_their_instants(
    domain: Domain, bell: RecordingBell
) -> None:
    """[S6]"""
    half = CronTrigger(cron="30 * * * *", zone="UTC")
    mission = launched(domain, blueprint(task(HOURLY), task(half, number=2)))
    start(domain, mission, 3)
    done = run_all(domain, mission, bell)
    assert [e.scheduled_at for e in done] == sorted(e.scheduled_at for e in done)
    assert {e.task for e in done} == {"T1", "T2"}
    assert row_of(domain, mission, done[0].occurrence).remark.startswith("This run makes up for")


def test_a_failed_past_run_is_tried_again_before_the_next(
    domain: Domain, clock: ManualClock, bell: RecordingBell
) -> None:
    """[B3 S6] The strategy holds: the next one waits until the attempts are over."""
    mission = launched(
        domain, blueprint(task(HOURLY, strategy=Strategy(retries=1, retry_seconds=5)))
    )
    start(domain, mission, 2)
    first = claimed(domain, mission, coming(bell)).execution
    ended(domain, first, FAILED)
    held = [r for r in rows(domain, mission) if r.held]
    assert len(held) == 1
    clock.advance(minutes=1)
    domain.redis.zrem(k.DELAYED, *domain.redis.zrange(k.DELAYED, 0, -1))
    ended(domain, claimed(domain, mission, first.occurrence).execution, FAILED)
    assert not [r for r in rows(domain, mission) if r.held]


def test_a_refusal_names_what_is_missing(domain: Domain) -> None:
    """[M2]"""
    mission = launched(domain, PLAN)
    now: datetime = domain.clock.now()
    with pytest.raises(HoustonError):
        domain.lifecycle.propose_backfill(actor(), mission.id, now, now - timedelta(hours=1))
