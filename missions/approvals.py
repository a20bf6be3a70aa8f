"""Waiting for an approval, going on after it, and doing what was approved, once [A1 A2 A3].

An Execution that waits is held by nobody: it has no lease, and its token is nobody's. Whoever takes
it up after the answer holds it like any other. What may have been sent is never sent again.
"""

from __future__ import annotations

from dataclasses import dataclass

from missions import keys as k
from missions.approval import (
    MOST,
    UNDECIDED,
    Approval,
    ApprovalState,
    Wanted,
    approval_of,
    approvals_of,
    call_title,
    ids_of,
    still_planned,
)
from missions.blueprint import Task
from missions.cards import ApprovalCard, ProgressCard, ReminderCard
from missions.claims import LEASE_MS, Claim
from missions.errors import HoustonError
from missions.execution import Execution, Status
from missions.ids import (
    ApprovalId,
    MissionId,
    OutboxId,
    TeamId,
    approval_id,
    execution_of,
    new_token,
)
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission
from missions.outbox import entry, put
from missions.ports import Clock
from missions.progress import Progress, ProgressStep, StepState, message_of
from missions.recorded import kept
from missions.rights import Rights
from missions.running_out import write_reminder_over
from missions.store import DRAFT_VERSION, Store
from missions.taskstate import TaskState
from missions.tx import Lost, Transaction, redis_now, retrying
from missions.waiting import write_approval_answered, write_approval_asked

NOBODY = "rec-nobody-approves"
OWNER_GONE = "rec-owner-gone"
APPROVER_GONE = "rec-approver-gone"
PLAN_CHANGED = "rec-plan-changed"
TOO_MANY = "rec-too-many-acts"
WAIT = "step-wait"
BROKEN_OFF = "outcome-broken-off"
NOT_SENT = "outcome-not-sent"
NOT_ANSWERED = "outcome-not-answered"
NOT_IN_TIME = "outcome-not-in-time"
STOPPED = "outcome-stopped"


class NotAllowed(HoustonError):
    """What an Execution wants to do outside is not allowed; it completes "Not done: …"."""

    event = "effect_not_allowed"


@dataclass(frozen=True)
class SoFar:
    """What a run that begins to wait has spent on the model, the steps that it has done, and where
    its Session up to there is kept."""

    tokens: int = 0
    usd: float = 0.0
    steps: tuple[ProgressStep, ...] = ()
    session: str | None = None


@dataclass(frozen=True)
class Answered:
    """A waiting Execution that this process has taken up, and the answer."""

    claim: Claim
    approval: Approval


class Approvals:
    """The worker's side of approvals."""

    def __init__(self, store: Store, clock: Clock, rights: Rights) -> None:
        self._store = store
        self._clock = clock
        self._rights = rights

    def require_askable(self, team: TeamId, run: Execution, wanted: Wanted) -> None:
        """Raises `NotAllowed` if asking would be in vain."""
        mission = self._mission(team, run)
        if wanted.number > MOST:
            raise NotAllowed(kept(TOO_MANY, most=MOST))
        if not wanted.granted and not mission.approvers:
            raise NotAllowed(kept(NOBODY))

    def ask(
        self, team: TeamId, run: Execution, wanted: Wanted, so_far: SoFar | None = None
    ) -> Approval:
        """Have the Execution wait: its card is posted, and this process lets go of it [A3].

        Raises `Lost` if the Execution is no longer ours, or its Mission was deleted.
        """
        return retrying(lambda: self._ask(team, run, wanted, so_far or SoFar()), "execution")

    def _ask(self, team: TeamId, run: Execution, wanted: Wanted, so_far: SoFar) -> Approval:
        mission, keys = self._mission(team, run), TeamKeys(team).mission(run.mission)
        asked = self._record(mission, run, wanted)
        nobodys = {"waits_for": asked.id, "token": new_token()}
        done = {"tokens": so_far.tokens, "cost_usd": so_far.usd, "session": so_far.session}
        waits = run.model_copy(update={**nobodys, **done})
        tx = self._store.mission_tx(keys)
        tx.require_field("execution", keys.executions, run.id, run.stored())
        tx.require_field("execution", keys.approvals, asked.id, None)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        tx.hset(keys.executions, {run.id: waits.dump()})
        tx.hset(keys.approvals, {asked.id: asked.dump()})
        tx.zrem(k.LEASES, keys.lease_member(run.id))
        tx.zadd(k.APPROVALS, keys.approval_member(asked.id), asked.expires.timestamp())
        write_approval_asked(tx, asked)
        thread = mission.thread_ts if mission.version == 0 else None
        said = entry(team, mission.channel, _card(asked), thread_ts=thread)
        put(tx, said.model_copy(update={"id": message_for(asked.id)}))
        self._write_progress(tx, keys, mission, waits, so_far.steps)
        tx.commit()
        return asked

    def take(
        self, team: TeamId, mission_id: MissionId, approval: ApprovalId, token: str
    ) -> Answered | None:
        """Take up the Execution that was answered, for the process with that token.

        None if there is nothing to go on with: another one did, or it has ended. A repeat by the
        same token after a lost reply gives the same again.
        """
        try:
            return retrying(lambda: self._take(team, mission_id, approval, token))
        except Lost:
            return None

    def _take(
        self, team: TeamId, mission_id: MissionId, approval: ApprovalId, token: str
    ) -> Answered | None:
        keys = TeamKeys(team).mission(mission_id)
        mission = self._store.mission(team, mission_id)
        found = approval_of(self._store, keys, approval)
        run = self._store.execution(team, mission_id, execution_of(approval))
        if mission is None or found is None or run is None or run.status is not Status.RUNNING:
            return None
        if found.state not in (ApprovalState.APPROVED, ApprovalState.REJECTED):
            return None
        plan = self._store.blueprint(team, mission_id, run.version)
        task = plan.task(run.task) if plan else None
        if task is None or (run.waits_for is None and run.token != token):
            return None
        if run.waits_for == approval:
            taken = run.model_copy(update={"waits_for": None, "token": token})
            tx = self._store.mission_tx(keys)
            tx.require_field("changed", keys.executions, run.id, run.stored())
            tx.require_field("answer", keys.approvals, approval, found.stored())
            tx.hset(keys.executions, {run.id: taken.dump()})
            tx.zadd(k.LEASES, keys.lease_member(run.id), redis_now(LEASE_MS))
            tx.zrem(k.APPROVALS, keys.approval_member(approval))
            tx.commit()
            run = taken
        elif run.token != token:
            return None
        return Answered(self._claim(mission, task, run), found)

    def _claim(self, mission: Mission, task: Task, run: Execution) -> Claim:
        row = self._store.occurrence(mission.team, mission.id, run.occurrence)
        state = self._store.task_states(mission.team, mission.id).get(run.task, TaskState())
        remark, event = (row.remark, row.event) if row else ("", None)
        return Claim(mission, task, state, run, remark, event)

    def begin(self, team: TeamId, run: Execution, wanted: Wanted) -> Approval:
        """Say that it is being sent, after all rights were asked once more [A2 P3].

        What is to be sent is what the answer says. Raises `NotAllowed`; `Lost` if the Execution is
        no longer ours, was asked to stop, or this call was begun before.
        """
        keys = TeamKeys(team).mission(run.mission)
        mission = self._mission(team, run)
        known = approval_of(self._store, keys, approval_id(run.id, wanted.number))
        made = known or self._record(mission, run, wanted)
        if known is None and not wanted.granted:
            raise Lost("approval")
        if known is not None and known.state is not ApprovalState.APPROVED:
            raise Lost("approval")
        why_not = self._why_not(mission, made)
        state = ApprovalState.REFUSED if why_not else ApprovalState.SENDING
        begun = made.model_copy(update={"state": state, "outcome": why_not})
        tx = self._store.mission_tx(keys)
        tx.require_field("execution", keys.executions, run.id, run.stored())
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        tx.require_field("stopped", keys.stops, run.id, None)
        tx.require_field("approval", keys.approvals, made.id, known.stored() if known else None)
        tx.hset(keys.approvals, {made.id: begun.dump()})
        if why_not:
            write_changed(tx, mission, begun)
        tx.commit()
        if why_not:
            raise NotAllowed(why_not)
        return begun

    def finish(
        self, team: TeamId, approval: Approval, state: ApprovalState, outcome: str
    ) -> Approval:
        """Write down what came of it; if the Execution has ended first, that said so already."""
        keys = TeamKeys(team).mission(approval.mission)
        mission = self._store.mission(team, approval.mission)
        done = approval.model_copy(update={"state": state, "outcome": outcome})
        if mission is None:
            return done
        tx = self._store.mission_tx(keys)
        tx.require_field("approval", keys.approvals, approval.id, approval.stored())
        tx.hset(keys.approvals, {approval.id: done.dump()})
        write_changed(tx, mission, done)
        try:
            tx.commit()
        except Lost:
            return approval_of(self._store, keys, approval.id) or done
        return done

    def _why_not(self, mission: Mission, wanted: Approval) -> str:
        """Why what was approved, or granted beforehand, may not be done now; "" if it may [P3]."""
        plan = self._store.blueprint(mission.team, mission.id, mission.version or DRAFT_VERSION)
        if not still_planned(plan, wanted):
            return kept(PLAN_CHANGED)
        if mission.away or not self._rights.reads(mission.team, mission.owner, mission.channel):
            return kept(OWNER_GONE)
        if wanted.granted:
            return ""
        by = wanted.by if wanted.by in mission.approvers else None
        if by is None or not self._rights.reads(mission.team, by, mission.channel):
            return kept(APPROVER_GONE)
        return ""

    def _record(self, mission: Mission, run: Execution, wanted: Wanted) -> Approval:
        state = ApprovalState.APPROVED if wanted.granted else ApprovalState.OPEN
        return Approval(
            id=approval_id(run.id, wanted.number),
            mission=mission.id,
            execution=run.id,
            task=run.task,
            task_title=run.task_title,
            version=run.version,
            tool=wanted.tool,
            arguments=wanted.arguments,
            act=wanted.act,
            granted=wanted.granted,
            why=wanted.why,
            at=self._clock.now(),
            expires=run.deadline,
            approvers=mission.approvers,
            state=state,
        )

    def _mission(self, team: TeamId, run: Execution) -> Mission:
        found = self._store.mission(team, run.mission)
        if found is None:
            raise Lost("execution")
        return found

    def _write_progress(
        self,
        tx: Transaction,
        keys: MissionKeys,
        mission: Mission,
        run: Execution,
        steps: tuple[ProgressStep, ...],
    ) -> None:
        """Have the message that shows the progress say what is waited for."""
        text = self._store.hget(keys.progress, run.id)
        tx.require_field("progress", keys.progress, run.id, text)
        if text:
            last = steps[-1:] and (steps[-1].model_copy(update={"state": StepState.WAITING}),)
            wait = ProgressStep(title=kept(WAIT), state=StepState.RUNNING)
            shown = Progress.load(text).model_copy(update={"steps": (*steps[:-1], wait, *last)})
            tx.hset(keys.progress, {run.id: shown.dump()})
            card = ProgressCard(mission=mission.id, execution=run.id)
            put(tx, entry(mission.team, mission.channel, card, update=message_of(run.id)))


def message_for(approval: ApprovalId) -> OutboxId:
    """The entry that posts an approval's card; the others change its message."""
    return OutboxId(f"{approval}-ask")


def write_changed(tx: Transaction, mission: Mission, approval: Approval) -> None:
    """Have the transaction show on the card what came of it."""
    if not approval.granted:
        update = message_for(approval.id)
        put(tx, entry(mission.team, mission.channel, _card(approval), update=update))
        if approval.state is not ApprovalState.OPEN:
            card = ReminderCard(mission=mission.id, approval=approval.id)
            write_reminder_over(tx, card, approval.reminded_in)


@dataclass(frozen=True)
class Over:
    """What became of what an Execution wanted outside: whether there was anything, and a sentence
    for its error if something may have been done.
    """

    acted: bool = False
    said: str = ""


def write_acts_over(
    tx: Transaction, keys: MissionKeys, store: Store, mission: Mission, run: Execution
) -> Over:
    """Have the transaction settle what the Execution that ends wanted to do outside; it fails if
    any of it changes meanwhile.
    """
    texts = store.hmget(keys.approvals, ids_of(run.id))
    tx.unlink(keys.kept(run.id)).unlink(f"{keys.kept(run.id)}:writes")
    said = ""
    for one_id, text in zip(ids_of(run.id), texts, strict=True):
        if text is None:
            tx.require_field("changed", keys.approvals, one_id, None)
            break
        one = Approval.load(text)
        if one.state not in UNDECIDED:
            continue
        tx.require_field("changed", keys.approvals, one_id, text)
        over = _over(one, run)
        tx.hset(keys.approvals, {one_id: over.dump()})
        tx.zrem(k.APPROVALS, keys.approval_member(one_id))
        write_approval_answered(tx, one)
        write_changed(tx, mission, over)
        if over.state is ApprovalState.UNKNOWN:
            said = kept("rec-maybe-done", call=call_title(one.arguments, one.tool))
    return Over(texts[0] is not None, said)


def _over(one: Approval, run: Execution) -> Approval:
    """The approval of an Execution that has ended."""
    if one.state is ApprovalState.SENDING:
        state, said = ApprovalState.UNKNOWN, BROKEN_OFF
    elif one.state is ApprovalState.APPROVED:
        state, said = ApprovalState.WITHDRAWN, NOT_SENT
    elif run.status is Status.FAILED and run.ended_at and run.ended_at >= one.expires:
        state, said = ApprovalState.EXPIRED, NOT_IN_TIME
    else:
        said = STOPPED if run.status is Status.CANCELLED else NOT_ANSWERED
        state = ApprovalState.WITHDRAWN
    return one.model_copy(update={"state": state, "outcome": kept(said)})


def waiting_for(store: Store, keys: MissionKeys, run: Execution) -> Approval | None:
    """What a waiting Execution waits for."""
    return approval_of(store, keys, run.waits_for) if run.waits_for else None


def _card(approval: Approval) -> ApprovalCard:
    return ApprovalCard(
        mission=approval.mission, execution=approval.execution, approval=approval.id
    )


__all__ = ["Answered", "Approvals", "NotAllowed", "approvals_of", "waiting_for", "write_acts_over"]
