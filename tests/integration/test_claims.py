"""The claim: one occurrence becomes one Execution, or a row that says why not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from missions import keys as k
from missions.claims import Claim
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Cause, Outcome, Reason, Status
from missions.ids import OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.ledger import time_occurrence, write_pending
from missions.mission import Mission
from missions.verbs.runs import REMARK_MAX, RemarkTooLong
from tests.support.build import DAILY_9, actor, blueprint, draft, launched, proposed, stored, task
from tests.support.fakes import ADA, TEAM, ManualClock
from tests.support.runs import ledger, row_of
from tests.support.stored import outbox_texts

T1 = TaskId("T1")


def due(domain: Domain, mission: Mission, rev: int = 1, late: float = 0.0) -> OccurrenceId:
    """An occurrence by time, as the timer writes it."""
    keys = TeamKeys(TEAM).mission(mission.id)
    instant = domain.clock.now() - timedelta(seconds=late)
    row = time_occurrence(task(), instant, rev)
    tx = domain.store.mission_tx(keys)
    write_pending(tx, keys, row)
    tx.commit()
    return row.id


def claim(domain: Domain, mission: Mission, occurrence: OccurrenceId, token: str = "a") -> Claim:
    made = domain.claims.claim(TEAM, mission.id, occurrence, token)
    assert made is not None
    return made


def test_a_claim_makes_a_running_execution(domain: Domain, clock: ManualClock) -> None:
    """[X4 S1] The record says when it was due, when it began and by when it must end."""
    mission = launched(domain)
    occurrence = due(domain, mission)
    clock.advance(seconds=1.25)
    execution = claim(domain, mission, occurrence).execution
    assert execution.status is Status.RUNNING
    assert execution.started_at - execution.scheduled_at == timedelta(seconds=1.25)
    assert execution.deadline - execution.started_at == timedelta(hours=3)
    assert (execution.version, execution.cause, execution.attempt) == (1, Cause.TIME, 1)
    row = row_of(domain, mission, occurrence)
    assert (row.outcome, row.execution) == (Outcome.RUN, execution.id)
    assert domain.redis.zcard(k.PENDING) == 0
    assert domain.store.running(TEAM, mission.id) == (execution,)
    left = domain.store.due(k.LEASES, float("inf"), 9)[0][1] - domain.store.now_ms()
    assert 15_000 < left <= 20_000
    state = domain.store.task_states(TEAM, mission.id)[T1]
    assert state.last_status is Status.RUNNING


def test_two_workers_race_and_one_runs(domain: Domain) -> None:
    """[S1] No occurrence is run by two workers."""
    mission = launched(domain)
    occurrence = due(domain, mission)

    def go(token: str) -> Claim | None:
        return domain.claims.claim(TEAM, mission.id, occurrence, token)

    with ThreadPoolExecutor(6) as pool:
        made = [c for c in pool.map(go, "abcdef") if c]
    assert len(made) == 1
    assert domain.redis.hlen(TeamKeys(TEAM).mission(mission.id).executions) == 1


def test_the_same_token_gets_the_same_claim_again(domain: Domain) -> None:
    """A claim whose reply was lost is repeated, and is the same one."""
    mission = launched(domain)
    occurrence = due(domain, mission)
    first = claim(domain, mission, occurrence, "a")
    assert claim(domain, mission, occurrence, "a").execution == first.execution
    assert domain.claims.claim(TEAM, mission.id, occurrence, "b") is None
    domain.endings.end(TEAM, first.execution, Ending(status=Status.SUCCESS))
    assert domain.claims.claim(TEAM, mission.id, occurrence, "a") is None


def test_two_occurrences_of_one_task_never_run_at_once(domain: Domain) -> None:
    """[B3] The second is skipped for overlap, whoever comes first."""
    mission = launched(domain)
    both = [due(domain, mission), due(domain, mission, late=1)]

    def go(occurrence: OccurrenceId) -> Claim | None:
        return domain.claims.claim(TEAM, mission.id, occurrence, f"token {occurrence}")

    with ThreadPoolExecutor(2) as pool:
        made = [c for c in pool.map(go, both) if c]
    assert len(made) == 1
    (other,) = (o for o in both if o != made[0].execution.occurrence)
    row = row_of(domain, mission, other)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.OVERLAP)
    assert outbox_texts(domain) == []


def test_overlap_is_said_to_a_person_who_asked(domain: Domain) -> None:
    mission = launched(domain)
    clicked = domain.lifecycle.run_now(actor(), mission.id, "click")
    claim(domain, mission, due(domain, mission))
    assert domain.claims.claim(TEAM, mission.id, clicked[0], "b") is None
    assert "previous run is still going" in outbox_texts(domain)[0]


def test_a_disabled_mission_starts_nothing(domain: Domain) -> None:
    """[M1 S5] Also what was rung for before the disable."""
    mission = launched(domain)
    occurrence = due(domain, mission)
    domain.lifecycle.disable(actor(), mission.id)
    assert domain.claims.claim(TEAM, mission.id, occurrence, "a") is None
    row = row_of(domain, mission, occurrence)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.PAUSED)


def test_what_became_due_beside_a_disable_is_skipped_at_the_claim(domain: Domain) -> None:
    """[S5] The claim itself re-checks the state."""
    mission = launched(domain)
    domain.lifecycle.disable(actor(), mission.id)
    occurrence = due(domain, mission)
    assert domain.claims.claim(TEAM, mission.id, occurrence, "a") is None
    assert row_of(domain, mission, occurrence).reason is Reason.PAUSED
    assert domain.redis.zcard(k.PENDING) == 0


def test_a_person_may_run_a_paused_mission(domain: Domain) -> None:
    """[M1] In Paused only a person's run now."""
    mission = launched(domain)
    domain.lifecycle.disable(actor(), mission.id)
    clicked = domain.lifecycle.run_now(actor(), mission.id, "click")
    assert claim(domain, mission, clicked[0]).execution.by == ADA


def test_a_deleted_mission_starts_nothing_and_leaves_nothing(domain: Domain) -> None:
    """[M1 M6]"""
    mission = launched(domain)
    occurrence = due(domain, mission)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    domain.redis.zadd(k.PENDING, {TeamKeys(TEAM).mission(mission.id).pending_member(occurrence): 1})
    assert domain.claims.claim(TEAM, mission.id, occurrence, "a") is None
    assert domain.redis.zcard(k.PENDING) == 0
    assert domain.redis.zcard(k.LEASES) == 0


def test_a_changed_trigger_voids_what_was_armed_on_the_old_one(domain: Domain) -> None:
    """[S5] The Task's trigger revision is re-checked."""
    mission = launched(domain)
    occurrence = due(domain, mission)
    change = proposed(domain, mission, blueprint(task(DAILY_9)))
    domain.lifecycle.apply(actor(), mission.id, change.id)
    assert domain.claims.claim(TEAM, mission.id, occurrence, "a") is None
    row = row_of(domain, mission, occurrence)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.PLAN_CHANGED)


def test_an_unchanged_trigger_runs_on_the_version_of_the_claim(domain: Domain) -> None:
    """[S5] The claim pins the version that is current at that moment."""
    mission = launched(domain)
    occurrence = due(domain, mission)
    change = proposed(domain, mission, blueprint(task(title="Renamed")))
    domain.lifecycle.apply(actor(), mission.id, change.id)
    made = claim(domain, mission, occurrence)
    assert (made.execution.version, made.execution.task_title) == (2, "Renamed")
    later = proposed(domain, stored(domain, mission.id), blueprint(task(title="Third")))
    domain.lifecycle.apply(actor(), mission.id, later.id)
    assert claim(domain, mission, occurrence).task.title == "Renamed"


def test_a_task_that_the_plan_lost_does_not_start(domain: Domain) -> None:
    mission = launched(domain, blueprint(task(), task(number=2)))
    clicked = domain.lifecycle.run_now(actor(), mission.id, "click", T1)
    change = proposed(domain, mission, blueprint(task(number=2)))
    domain.lifecycle.apply(actor(), mission.id, change.id)
    assert domain.claims.claim(TEAM, mission.id, clicked[0], "a") is None
    assert row_of(domain, mission, clicked[0]).reason is Reason.PLAN_CHANGED
    assert "no longer part of the plan" in outbox_texts(domain)[0]


@pytest.mark.parametrize(("late", "starts"), [(149, True), (151, False)])
def test_a_late_occurrence_starts_within_its_window_only(
    domain: Domain, clock: ManualClock, late: float, starts: bool
) -> None:
    """[B3] Half the period of five minutes."""
    mission = launched(domain)
    clock.advance(minutes=5)
    occurrence = due(domain, mission)
    clock.advance(seconds=late)
    made = domain.claims.claim(TEAM, mission.id, occurrence, "a")
    assert (made is not None) is starts
    if not starts:
        assert row_of(domain, mission, occurrence).outcome is Outcome.PENDING
        assert domain.claims.miss(TEAM, mission.id, occurrence, lambda *_: None)
        row = row_of(domain, mission, occurrence)
        assert (row.outcome, row.reason) == (Outcome.MISSED, Reason.UNTAKEN)


def test_a_click_waits_for_two_hours(domain: Domain, clock: ManualClock) -> None:
    """[B3] However often the Task is due; later it would surprise who clicked."""
    mission = launched(domain)
    clicked = domain.lifecycle.run_now(actor(), mission.id, "click")
    clock.advance(hours=2)
    assert claim(domain, mission, clicked[0]).execution.cause is Cause.RUN_NOW


def test_a_draft_starts_try_once_and_nothing_else(domain: Domain) -> None:
    """[M1 C3] Without scheduling anything."""
    mission, proposal = draft(domain)
    clicked = domain.lifecycle.try_once(actor(), mission.id, proposal.id, "click")
    made = claim(domain, mission, clicked[0])
    assert (made.execution.version, made.execution.cause) == (0, Cause.TRY_ONCE)
    assert domain.redis.zcard(k.TIMER) == 0
    by_time = due(domain, mission)
    assert domain.claims.claim(TEAM, mission.id, by_time, "b") is None
    assert row_of(domain, mission, by_time).reason is Reason.PAUSED


def test_a_discarded_draft_starts_nothing(domain: Domain) -> None:
    mission, proposal = draft(domain)
    clicked = domain.lifecycle.try_once(actor(), mission.id, proposal.id, "click")
    domain.lifecycle.discard(actor(), mission.id, proposal.id)
    assert domain.claims.claim(TEAM, mission.id, clicked[0], "a") is None
    assert domain.redis.zcard(k.PENDING) == 0


def test_a_rename_in_between_does_not_lose_the_claim(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim decided on an older revision of the Mission is decided again."""
    mission = launched(domain)
    occurrence = due(domain, mission)
    read = domain.store.task_states
    raced: list[int] = []

    def race(*ids: object) -> object:
        if not raced:
            raced.append(1)
            domain.lifecycle.rename(actor(), mission.id, "Other name")
        return read(*ids)  # type: ignore[arg-type]

    monkeypatch.setattr(type(domain.store), "task_states", lambda self, *ids: race(*ids))
    assert claim(domain, mission, occurrence).mission.name == "Other name"


def test_a_disable_in_between_wins(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """[S5] State and start are decided in one step."""
    mission = launched(domain)
    occurrence = due(domain, mission)
    read = domain.store.task_states
    raced: list[int] = []

    def race(*ids: object) -> object:
        found = read(*ids)  # type: ignore[arg-type]
        if not raced:
            raced.append(1)
            domain.lifecycle.disable(actor(), mission.id)
        return found

    monkeypatch.setattr(type(domain.store), "task_states", lambda self, *ids: race(*ids))
    assert domain.claims.claim(TEAM, mission.id, occurrence, "a") is None
    assert domain.store.running(TEAM, mission.id) == ()
    assert row_of(domain, mission, occurrence).reason is Reason.PAUSED


def test_a_remark_is_said_whole_or_not_at_all(domain: Domain) -> None:
    """[S6] Its end may be what matters: nothing starts with half of it."""
    mission = launched(domain)
    with pytest.raises(RemarkTooLong, match="301"):
        domain.lifecycle.run_now(actor(), mission.id, "a", remark="x" * (REMARK_MAX + 1))
    assert ledger(domain, mission) == []
    (row,) = domain.lifecycle.run_now(actor(), mission.id, "b", remark="x" * REMARK_MAX)
    assert row_of(domain, mission, row).remark == "x" * REMARK_MAX
