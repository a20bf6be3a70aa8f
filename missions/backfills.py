"""Backfill: running past occurrences again on a person's click, one after another [S6].

Each occurrence has a ledger row of its own kind, named by Task and instant: it counts once, however
often it is asked for. All rows of a backfill are written by the click; the end of one puts up the
next in the same step, so that a worker that dies neither loses nor doubles any.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from missions import keys as k
from missions.blueprint import Blueprint, EventTrigger, Task
from missions.calendar import zone
from missions.cards import BackfillRunsCard
from missions.errors import HoustonError
from missions.execution import Cause, Occurrence, Outcome, Reason
from missions.ids import OccurrenceId, OutboxId, PersonId, ProposalId, TaskId
from missions.keys import MissionKeys
from missions.ledger import occurrence_id, write_closed
from missions.mission import Mission
from missions.outbox import entry, put
from missions.phrases import grouped, say
from missions.proposal import Backfill, PastRun, Proposal
from missions.retention import remembered_since
from missions.schedule import excluded, past_instants
from missions.store import Store
from missions.taskstate import TaskState
from missions.tx import Transaction, redis_now
from missions.words import instant_in_words

MOST = 100
"""Past occurrences that one backfill runs; the oldest first."""
LOOKED_AT = 5_000
"""Instants of a Task in a range; a longer one is refused, as counting would take long."""
TOLD_EVERY = 5
"""After how many runs the summary is brought up to date, besides the end."""

_DONE = (Outcome.RUN, Outcome.PENDING)
_OF_ALL = (Reason.PAUSED, Reason.QUIET)
"""Reasons that hold for every Task: they end a backfill at once."""


class NothingToBackfill(HoustonError):
    """The range holds no occurrence that could be run."""

    event = "nothing_to_backfill"


def backfill_id(task: TaskId, due: datetime) -> OccurrenceId:
    """The id of a backfilled occurrence: the same instant of a Task counts once."""
    return occurrence_id(task, Cause.BACKFILL, f"{due.timestamp():.3f}")


def summary_id(proposal: ProposalId) -> OutboxId:
    """The id of the outbox entry that sums a backfill up; its message is updated."""
    return OutboxId(f"{proposal}-runs")


def plan_backfill(
    store: Store,
    mission: Mission,
    plan: Blueprint,
    first: datetime,
    last: datetime,
    now: datetime,
    only: TaskId | None = None,
) -> Backfill:
    """What a backfill from `first` up to but without `last` would run, by the current timetable.

    Raises `NothingToBackfill` with the reason in words.
    """
    keys = MissionKeys(mission.team, mission.id)
    since = max(first, remembered_since(store, keys, plan.keep, now))
    until = min(last, now) - timedelta(microseconds=1)
    tasks = _tasks(store, mission, plan, now, only)
    found = [PastRun(task=t.id, due=at) for t in tasks for at in _instants(t, since, until)]
    planned = {t.id: t for t in tasks}
    kept = [run for run in found if not excluded(plan, planned[run.task], run.due)]
    todo = sorted(_undone(store, keys, kept), key=lambda run: (run.due, run.task))
    made = Backfill(
        first=first,
        last=last,
        runs=tuple(todo[:MOST]),
        done=len(kept) - len(todo),
        left_out=len(found) - len(kept),
        beyond=max(0, len(todo) - MOST),
        since=since if since > first else None,
    )
    if not made.runs:
        raise NothingToBackfill(_why_nothing(made))
    return made


def _tasks(
    store: Store, mission: Mission, plan: Blueprint, now: datetime, only: TaskId | None
) -> list[Task]:
    """The Tasks with a timetable that are not paused alone."""
    states = store.task_states(mission.team, mission.id)
    tasks = [
        t for t in plan.tasks if only in (None, t.id) and not isinstance(t.trigger, EventTrigger)
    ]
    if not tasks:
        raise NothingToBackfill(say("backfill-no-timetable"))
    awake = [t for t in tasks if not states.get(t.id, TaskState()).paused(now)]
    if not awake:
        raise NothingToBackfill(say("backfill-task-paused"))
    return awake


def _instants(task: Task, since: datetime, until: datetime) -> Sequence[datetime]:
    found = past_instants(task.trigger, since, until, LOOKED_AT + 1)
    if len(found) > LOOKED_AT:
        raise NothingToBackfill(say("backfill-too-many", most=grouped(LOOKED_AT), task=task.title))
    return found


def _undone(store: Store, keys: MissionKeys, runs: Sequence[PastRun]) -> list[PastRun]:
    """Those that neither ran at their instant nor in an earlier backfill."""
    return [
        run
        for run, rows in zip(runs, _rows(store, keys, runs), strict=True)
        if not any(row and row.outcome in _DONE for row in rows)
    ]


def _rows(
    store: Store, keys: MissionKeys, runs: Sequence[PastRun]
) -> list[tuple[Occurrence | None, Occurrence | None]]:
    """The ledger's rows of each: by time, and by an earlier backfill."""
    if not runs:
        return []
    times = [occurrence_id(r.task, Cause.TIME, f"{r.due.timestamp():.3f}") for r in runs]
    again = [backfill_id(r.task, r.due) for r in runs]
    texts = store.hmget(keys.occurrences, [*times, *again])
    rows = [Occurrence.load(text) if text else None for text in texts]
    return list(zip(rows[: len(runs)], rows[len(runs) :], strict=True))


def _why_nothing(made: Backfill) -> str:
    if made.done:
        return say("backfill-all-done", done=made.done)
    if made.left_out:
        return say("backfill-left-out")
    if made.since is not None and made.since >= made.last:
        return say("backfill-too-long-ago")
    return say("backfill-nothing-due")


def write_backfill(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    mission: Mission,
    proposal: Proposal,
    by: PersonId,
    now: datetime,
) -> tuple[OccurrenceId, ...]:
    """Have the transaction write the rows that are still undone, the first of them put up.

    The summary follows in the Mission's channel.
    """
    runs = proposal.backfill.runs if proposal.backfill else ()
    states = store.task_states(mission.team, mission.id)
    written: list[Occurrence] = []
    for run, (timed, earlier) in zip(runs, _rows(store, keys, runs), strict=True):
        if any(row and row.outcome in _DONE for row in (timed, earlier)):
            continue
        row = Occurrence(
            id=backfill_id(run.task, run.due),
            task=run.task,
            cause=Cause.BACKFILL,
            due=run.due,
            trigger_rev=states.get(run.task, TaskState()).trigger_rev,
            by=by,
            remark=_remark(proposal.blueprint, run, now),
            backfill=proposal.id,
            held=bool(written),
        )
        at = occurrence_id(run.task, Cause.TIME, f"{run.due.timestamp():.3f}")
        tx.require_field("ran", keys.occurrences, at, timed.stored() if timed else None)
        old = earlier.stored() if earlier else None
        tx.require_field("backfilled", keys.occurrences, row.id, old)
        written.append(row)
    if not written:
        raise NothingToBackfill(say("backfill-ran-meanwhile"))
    tx.hset(keys.occurrences, {row.id: row.dump() for row in written})
    tx.sadd(keys.queued, *(row.id for row in written))
    for row in written:
        tx.zadd(keys.ledger, row.id, row.due.timestamp())
    tx.zadd(k.PENDING, keys.pending_member(written[0].id), redis_now())
    card = BackfillRunsCard(mission=mission.id, proposal=proposal.id)
    summary = entry(mission.team, mission.channel, card)
    put(tx, summary.model_copy(update={"id": summary_id(proposal.id)}))
    return tuple(row.id for row in written)


def _remark(plan: Blueprint, run: PastRun, now: datetime) -> str:
    """What the run is told: which past occurrence it makes up for."""
    task = plan.task(run.task)
    tz = zone(task.trigger.zone if task else "UTC")
    return say("rec-makes-up", when=instant_in_words(run.due, tz, now))


def write_onward(
    tx: Transaction, keys: MissionKeys, store: Store, mission: Mission, row: Occurrence
) -> None:
    """Have the transaction that ends a backfilled occurrence put up the next one."""
    if row.backfill is None:
        return
    left = [o for o in _queued(store, keys) if o.backfill == row.backfill and o.id != row.id]
    _put_up(tx, keys, left)
    if len(left) % TOLD_EVERY == 0:
        write_summary(tx, mission, row.backfill)


def write_next(tx: Transaction, keys: MissionKeys, store: Store, unreadable: OccurrenceId) -> None:
    """Have the transaction put up the next rows of the Mission's backfills, past a row that cannot
    be read: which of them that one belonged to is not known."""
    left = [o for o in _readable(store, keys) if o.backfill and o.id != unreadable]
    for backfill in sorted({o.backfill for o in left if o.backfill}):
        _put_up(tx, keys, [o for o in left if o.backfill == backfill])


def write_abandoned(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    mission: Mission,
    row: Occurrence,
    outcome: Outcome,
    reason: Reason,
) -> None:
    """Have the transaction that refuses a backfilled occurrence refuse what it holds for, too."""
    if row.backfill is None:
        return
    rest = [o for o in _queued(store, keys) if o.backfill == row.backfill and o.id != row.id]
    gone = [o for o in rest if reason in _OF_ALL or o.task == row.task]
    for other in gone:
        write_closed(tx, keys, other, outcome, reason)
    _put_up(tx, keys, [o for o in rest if o not in gone])
    write_summary(tx, mission, row.backfill)


def write_summary(tx: Transaction, mission: Mission, backfill: ProposalId) -> None:
    """Have the transaction bring the summary of a backfill up to date."""
    card = BackfillRunsCard(mission=mission.id, proposal=backfill)
    put(tx, entry(mission.team, mission.channel, card, update=summary_id(backfill)))


def gives_way(store: Store, keys: MissionKeys, row: Occurrence) -> bool:
    """Whether a backfilled occurrence lets another one of its Task go first, which waits."""
    return row.cause is Cause.BACKFILL and any(
        o.waiting and o.task == row.task and o.cause is not Cause.BACKFILL
        for o in _queued(store, keys)
    )


def _put_up(tx: Transaction, keys: MissionKeys, left: Sequence[Occurrence]) -> None:
    """The oldest goes next, unless one of them is up already."""
    if not left or not all(o.held for o in left):
        return
    coming = min(left, key=lambda o: (o.due, o.task))
    up = coming.model_copy(update={"held": False})
    tx.require_field("next", keys.occurrences, coming.id, coming.stored())
    tx.hset(keys.occurrences, {coming.id: up.dump()})
    tx.zadd(k.PENDING, keys.pending_member(coming.id), redis_now())


def _readable(store: Store, keys: MissionKeys) -> list[Occurrence]:
    """Those of the pending occurrences that can be read."""
    found = []
    for text in store.hmget(keys.occurrences, sorted(store.smembers(keys.queued))):
        with suppress(ValueError):
            found += [Occurrence.load(text)] if text else []
    return [row for row in found if row.outcome is Outcome.PENDING]


def _queued(store: Store, keys: MissionKeys) -> list[Occurrence]:
    texts = store.hmget(keys.occurrences, sorted(store.smembers(keys.queued)))
    rows = (Occurrence.load(text) for text in texts if text)
    return [row for row in rows if row.outcome is Outcome.PENDING]
