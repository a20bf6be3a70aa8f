"""What must hold of overlaps, retries, events, dependents, pauses and backfills after a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from missions.backfills import summary_id
from missions.blueprint import Blueprint, Notify
from missions.execution import Cause, Execution, Occurrence, Outcome, Status
from missions.ids import MissionId, OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.outbox import Ref
from tests.chaos.facts import executions, reports, rows
from tests.chaos.kit import System
from tests.chaos.strategies import (
    AFTER_ANY,
    AFTER_SUCCESS,
    BESIDE,
    CAP,
    CAPPED,
    HEARD,
    QUEUED,
    REPLACING,
    RETRIES,
    Strategies,
)

Attempts = dict[OccurrenceId, list[Execution]]


def check_strategies(work: Strategies) -> str:
    """Everything, of a system that has settled; a line about what there was."""
    told: Counter[str] = Counter()
    for mission in work.missions:
        tried = attempts(work.system, mission)
        check_attempts(work.system, mission, tried)
        check_reports(work.system, mission, tried)
        told["runs"] += sum(map(len, tried.values()))
        told["retries"] += sum(len(runs) - 1 for runs in tried.values())
    ran = executions(work.system, work.overlaps)
    told["replaced or stopped"] = len([e for e in ran if e.status is Status.CANCELLED])
    for task in (QUEUED, REPLACING):
        check_alone(e for e in ran if e.task == task)
    check_events(work)
    told["plans applied"] = sum(check_old_plans(work.system, mission) for mission in work.missions)
    told["dependent runs"] = check_dependents(work)
    told["past runs"] = check_backfills(work)
    told["events taken"] = sum(sum(sent.values()) for sent in work.posted.values())
    told["timed pauses"] = work.pauses
    return ", ".join(f"{n} {what}" for what, n in told.items())


def attempts(system: System, mission: MissionId) -> Attempts:
    """The Executions of each occurrence, in order."""
    found: Attempts = defaultdict(list)
    for execution in executions(system, mission):
        found[execution.occurrence].append(execution)
    return {row: sorted(runs, key=lambda e: e.attempt) for row, runs in found.items()}


def check_attempts(system: System, mission: MissionId, tried: Attempts) -> None:
    """[S1 X1 X2 B3] One final row per occurrence; its attempts follow one another after failures,
    as many as the plan says, unless somebody gave the rest up."""
    ledger = {row.id: row for row in rows(system, mission)}
    assert set(tried) <= set(ledger), set(tried) - set(ledger)
    due = [(row.task, row.due) for row in ledger.values() if row.cause is Cause.TIME]
    assert len(due) == len(set(due)), due
    for row in ledger.values():
        runs = tried.get(row.id, [])
        assert row.outcome is not Outcome.PENDING, row
        assert (row.outcome is Outcome.RUN) == bool(runs), (row, runs)
        assert runs or row.reason, row
        assert [e.attempt for e in runs] == list(range(1, len(runs) + 1)), runs
        _check_statuses(row, runs)


def _check_statuses(row: Occurrence, runs: list[Execution]) -> None:
    for run in runs:
        assert run.ended_at, run
        assert run.status is not Status.RUNNING, run
        assert (run.status is Status.SUCCESS) == bool(run.finding), run
        assert run.status is not Status.FAILED or run.error, run
        assert run.status is not Status.CANCELLED or run.stopped_by or run.error, run
    for run, coming in pairwise(runs):
        assert run.status is Status.FAILED, (run, coming)
        assert run.ended_at
        assert coming.started_at >= run.ended_at, (run, coming)
    if runs:
        assert row.execution == runs[-1].id, (row, runs)
        again = runs[-1].status is Status.FAILED and len(runs) < runs[-1].attempts
        assert not again or row.reason, f"the next attempt never came: {row} {runs}"
        assert len(runs) <= 1 + RETRIES


def check_reports(system: System, mission: MissionId, tried: Attempts) -> None:
    """[R4 B3] One report, with its detail, of each occurrence that ran: of its last attempt."""
    found = system.domain.store.mission(system.team, mission)
    plan = system.domain.store.blueprint(system.team, mission, found.version) if found else None
    assert plan
    silent = {task.id for task in plan.tasks if task.notify is Notify.NEVER}
    wanted = Counter(
        f"{runs[-1].id} {what}"
        for runs in tried.values()
        for what in ("root", "detail")
        if runs[-1].cause is not Cause.BACKFILL
        if runs[-1].cause is Cause.RUN_NOW or runs[-1].task not in silent
    )
    there = reports(system, mission, BESIDE)
    assert there == wanted, f"missing {wanted - there}, too many {there - wanted}"


def check_old_plans(system: System, mission: MissionId) -> int:
    """[S5] What came due by a trigger began under no version that has another; versions since."""
    keys = TeamKeys(system.team).mission(mission)
    texts = system.domain.store.hgetall(keys.blueprints)
    plans = {int(n): Blueprint.load(text) for n, text in texts.items() if int(n)}
    revisions: dict[tuple[TaskId, int], int] = {}
    for version in sorted(plans):
        for task in plans[version].tasks:
            before = plans[version - 1].task(task.id) if version - 1 in plans else None
            raised = before is not None and before.trigger != task.trigger
            known = revisions.get((task.id, version - 1), 1)
            revisions[task.id, version] = known + raised
    began = {e.occurrence: e.version for e in executions(system, mission) if e.attempt == 1}
    for row in rows(system, mission):
        if row.id in began and row.cause in (Cause.TIME, Cause.EVENT):
            assert revisions[row.task, began[row.id]] == row.trigger_rev, (row, began[row.id])
    return len(plans) - 1


def check_alone(runs: Iterable[Execution]) -> None:
    """[B3] Of a Task that waits for its turn, or takes it, never two run at once."""
    for before, coming in pairwise(sorted(runs, key=lambda e: e.started_at)):
        assert before.ended_at
        assert coming.started_at >= before.ended_at, (before, coming)


def check_events(work: Strategies) -> None:
    """[B6 P6] Each event that was answered 202 is in one row, no other in more; the cap holds."""
    ledger = rows(work.system, work.chain)
    for task, sent in work.posted.items():
        mine = [row for row in ledger if row.task == task and row.cause is Cause.EVENT]
        assert all(row.count == 1 for row in mine), mine
        seen = Counter(row.event.fields["n"] for row in mine if row.event)
        lost = [n for n, taken in sent.items() if taken and not seen[n]]
        assert not lost, f"events lost after their 202: {lost}"
        assert set(seen) <= set(sent)
        assert set(seen.values()) <= {1}, seen
    started = [r for r in ledger if r.task == CAPPED and r.cause is Cause.EVENT]
    assert len([r for r in started if r.outcome is Outcome.RUN]) <= CAP, started


def check_dependents(work: Strategies) -> int:
    """[B4] The end of each occurrence's last attempt woke who waits for it, once; how often."""
    tried = attempts(work.system, work.chain)
    ends = [runs[-1] for runs in tried.values()]
    any_end = [e for e in ends if e.task == HEARD]
    success = [e for e in ends if e.task == AFTER_ANY and e.status is Status.SUCCESS]
    woken = [*_woken(work, AFTER_ANY, any_end), *_woken(work, AFTER_SUCCESS, success)]
    return len([row for row in woken if row.outcome is Outcome.RUN])


def _woken(work: Strategies, task: TaskId, ends: list[Execution]) -> list[Occurrence]:
    woken = [
        row
        for row in rows(work.system, work.chain)
        if row.task == task and row.cause is Cause.EVENT
    ]
    seen = Counter(str(row.event.fields["execution"]) for row in woken if row.event)
    assert seen == Counter(str(e.id) for e in ends), (task, seen, ends)
    return woken


def check_backfills(work: Strategies) -> int:
    """[S6] Each past instant ran once, one after another, and one summary tells of each click."""
    ledger = [r for r in rows(work.system, work.past) if r.cause is Cause.BACKFILL]
    due = Counter(row.due for row in ledger)
    assert set(due.values()) <= {1}, due
    refs = work.system.domain.store.hgetall(TeamKeys(work.system.team).channel_refs(BESIDE))
    entries = Counter(Ref.load(text).entry for text in refs.values())
    ran = executions(work.system, work.past)
    for backfill in work.backfills:
        mine = {row.execution for row in ledger if row.backfill == backfill}
        if not mine:
            continue  # the click was refused, or a part was away
        assert entries[summary_id(backfill)] == 1, backfill
        check_alone(e for e in ran if e.id in mine)
    return len([row for row in ledger if row.outcome is Outcome.RUN])
