"""What an Execution is doing while it runs: one message at most, gone or turned into the report.

It is shown only where a report will follow, and lost updates are harmless: the card is drawn from
what stands here when it is delivered.
"""

from __future__ import annotations

from enum import StrEnum

from missions.blueprint import Notify, Task
from missions.cards import ProgressCard, WithdrawnCard
from missions.claims import Claim
from missions.execution import Cause, Execution, Status
from missions.ids import ExecutionId, MissionId, OutboxId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission
from missions.muting import BY_HAND
from missions.outbox import entry, put
from missions.ports import Bell, Clock
from missions.record import Record, Stored
from missions.recorded import kept
from missions.store import Store
from missions.tx import Lost, Transaction

WRITE = "step-write"
WORK_OUT = "step-work-out"


class StepState(StrEnum):
    """How far a step is; FAILED is a check that found something."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ProgressStep(Record):
    """One thing that the Execution does, in words."""

    title: str
    state: StepState = StepState.WAITING


class Progress(Stored):
    """The steps, and the latest entry that shows them."""

    steps: tuple[ProgressStep, ...]
    said: OutboxId


class Progresses:
    """Shows what Executions do."""

    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def worth(self, claim: Claim) -> bool:
        """Whether a report will follow for certain: a silent run shows nothing [R2]."""
        if claim.execution.cause is Cause.BACKFILL:
            return False
        if claim.execution.cause in BY_HAND:
            return True
        return claim.task.notify is Notify.ALWAYS and not claim.mission.muted(self._clock.now())

    def show(self, claim: Claim, steps: tuple[ProgressStep, ...]) -> bool:
        """Show the steps, or change what is shown; False once the Execution has ended.

        While the change before still waits to be posted, nothing is added to it.
        """
        mission, run = claim.mission, claim.execution
        keys = TeamKeys(mission.team).mission(mission.id)
        before = self._store.hget(keys.progress, run.id)
        last = Progress.load(before).said if before else None
        waits = last is not None and last in self._store.smembers(keys.outbox)
        thread = mission.thread_ts if mission.version == 0 else None
        card = ProgressCard(mission=mission.id, execution=run.id)
        said = entry(mission.team, mission.channel, card, thread_ts=thread)
        first = message_of(run.id)
        said = said.model_copy(update={"update": first} if before else {"id": first})
        now = Progress(steps=steps, said=last if waits and last else said.id)
        tx = self._store.mission_tx(keys)
        tx.require_field("execution", keys.executions, run.id, run.stored())
        tx.require_field("progress", keys.progress, run.id, before)
        tx.hset(keys.progress, {run.id: now.dump()})
        if not waits:
            put(tx, said)
        try:
            tx.commit()
        except Lost:
            return False
        if not waits:
            self._bell.delivery(mission.team, mission.channel)
        return True

    def of(self, team: TeamId, mission: MissionId, execution: ExecutionId) -> Progress | None:
        """What is shown of a running Execution; None if nothing is, or it has ended."""
        text = self._store.hget(TeamKeys(team).mission(mission).progress, execution)
        return Progress.load(text) if text else None


def message_of(execution: ExecutionId) -> OutboxId:
    """The entry that posts an Execution's progress; the others change its message."""
    return OutboxId(f"{execution}-progress")


def steps_of(task: Task, titles: tuple[str, ...]) -> tuple[ProgressStep, ...]:
    """The steps of a Task that begins: its checks, by their titles, and the report."""
    last = kept(WRITE if task.checks else WORK_OUT)
    return tuple(ProgressStep(title=title) for title in (*titles, last))


def write_over(tx: Transaction, keys: MissionKeys, store: Store, run: Execution) -> OutboxId | None:
    """Have the transaction end the progress of an Execution; the entry that posted it, if any."""
    text = store.hget(keys.progress, run.id)
    tx.require_field("progress", keys.progress, run.id, text)
    if text is None:
        return None
    tx.hdel(keys.progress, run.id)
    return message_of(run.id)


def becomes_report(run: Execution) -> bool:
    """Whether the message may turn into the report: an edit notifies nobody."""
    calm = run.status is not Status.FAILED and not (run.finding and run.finding.rank)
    return calm and not run.mentions


def write_withdrawn(tx: Transaction, mission: Mission, run: Execution) -> None:
    """Have the transaction take the message away."""
    card = WithdrawnCard(mission=mission.id, execution=run.id)
    put(tx, entry(mission.team, mission.channel, card, update=message_of(run.id)))
