"""Answering Proposals: launch, apply, discard [C3 C5 C6]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from missions import keys as k
from missions.blueprint import Blueprint, OnceTrigger, Task
from missions.calendar import zone
from missions.errors import PlanRefused, ProposalRefused, TransitionRefused
from missions.events import write_forgotten
from missions.execution import Reason
from missions.hooks import write_hooks
from missions.ids import MissionId, ProposalId, new_proposal_id
from missions.keys import MissionKeys
from missions.ledger import write_armed
from missions.listing import write_titles
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.proposal import Proposal, ProposalState
from missions.proposals import answerable, stale, write_answer, write_proposal
from missions.recorded import kept
from missions.removal import write_removed
from missions.rights import Right
from missions.saving import write_mission
from missions.schedule import next_instant
from missions.settling import write_due
from missions.store import DRAFT_VERSION
from missions.summary import write_summary_armed
from missions.taskstate import MISSED, TRIGGER_REV, TaskState, field, passing
from missions.tx import Transaction
from missions.verbs.base import Verb, refuse
from missions.verify import in_the_past
from missions.viewer import Actor
from missions.words import instant_in_words


class Plans(Verb):
    """Clicks on plan cards and change cards."""

    def launch(self, actor: Actor, mission: MissionId, proposal: ProposalId) -> Mission:
        """Draft → Active [M1]: the plan becomes version 1 and its Tasks are armed."""
        return self._carry_out(mission, lambda: self._launch(actor, mission, proposal))

    def apply(self, actor: Actor, mission: MissionId, proposal: ProposalId) -> Mission:
        """The changed plan becomes the next version; only changed triggers are armed anew [C5]."""
        return self._carry_out(mission, lambda: self._apply(actor, mission, proposal))

    def discard(self, actor: Actor, mission: MissionId, proposal: ProposalId) -> None:
        """Discard a change; a launch Proposal's discard removes the Draft wholly [M1]."""
        self._carry_out(mission, lambda: self._discard(actor, mission, proposal))

    def renew(self, actor: Actor, mission: MissionId, proposal: ProposalId) -> Proposal:
        """Put an expired plan up again as it was, as a new Proposal with its own 24 hours [C5].

        `ProposalRefused` if the Mission has moved on since: then it must be made anew.
        """
        return self._carry_out(mission, lambda: self._renew(actor, mission, proposal))

    def _renew(self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId) -> Proposal:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-change")
        now = self._clock.now()
        stored = self._store.proposal(mission.team, mission.id, proposal_id)
        old = answerable(mission, stored, now, applying=False)
        if stale(mission, old):
            raise ProposalRefused(say("plan-changed-since"), "stale")
        fresh = {"id": new_proposal_id(), "by": actor.person, "at": now}
        new = old.model_copy(update=fresh)
        _refuse_past(self._new_triggers(mission, new), now)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        write_proposal(tx, keys, self._store, mission, new)
        self._log(tx, mission, actor, now, kept("log-plan-up-again"))
        tx.commit()
        return new

    def _new_triggers(self, mission: Mission, proposal: Proposal) -> tuple[Task, ...]:
        """The Tasks that applying a Proposal would arm."""
        before = self._store.blueprint(mission.team, mission.id, mission.version)
        tasks = proposal.blueprint.tasks
        return tuple(t for t in tasks if before is None or _armed_anew(before, t))

    def _launch(self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-launch")
        now = self._clock.now()
        proposal = answerable(
            mission,
            self._store.proposal(mission.team, mission.id, proposal_id),
            now,
            applying=True,
        )
        if mission.state is not MissionState.DRAFT:
            raise refuse(mission, "v-launch")
        _refuse_past(proposal.blueprint.tasks, now)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        write_answer(tx, keys, proposal, ProposalState.APPLIED, actor.person, now)
        launched = write_mission(
            tx, keys, mission, state=MissionState.ACTIVE, version=1, draft=None
        )
        tx.hset(keys.blueprints, {"1": proposal.blueprint.dump()})
        write_titles(tx, launched, proposal.blueprint)
        tx.hdel(keys.blueprints, str(DRAFT_VERSION))
        write_hooks(tx, keys, self._store, mission, proposal.blueprint)
        write_summary_armed(tx, keys, proposal.blueprint, None, now)
        for task in proposal.blueprint.tasks:
            tx.hset(keys.tasks, {field(task.id, TRIGGER_REV): "1"})
            write_armed(tx, keys, task.id, next_instant(task.trigger, now))
        self._log(tx, mission, actor, now, kept("log-launched"), after=kept("rec-version", n=1))
        tx.commit()
        return launched

    def _apply(self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-change")
        now = self._clock.now()
        proposal = answerable(
            mission,
            self._store.proposal(mission.team, mission.id, proposal_id),
            now,
            applying=True,
        )
        if mission.state is MissionState.DRAFT:
            raise refuse(mission, "v-apply")
        before = self._store.blueprint(mission.team, mission.id, mission.version)
        if before is None:
            raise TransitionRefused(say("plan-unreadable"), mission.state)
        _refuse_past((t for t in proposal.blueprint.tasks if _armed_anew(before, t)), now)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        version = mission.version + 1
        write_answer(tx, keys, proposal, ProposalState.APPLIED, actor.person, now)
        changed = write_mission(tx, keys, mission, version=version)
        tx.hset(keys.blueprints, {str(version): proposal.blueprint.dump()})
        write_titles(tx, changed, proposal.blueprint)
        write_hooks(tx, keys, self._store, mission, proposal.blueprint)
        write_summary_armed(tx, keys, proposal.blueprint, before, now)
        self._rearm(tx, keys, mission, before, proposal.blueprint, now)
        self._log(
            tx,
            mission,
            actor,
            now,
            kept("log-plan-changed"),
            before=kept("rec-version", n=mission.version),
            after=kept("rec-version", n=version),
        )
        tx.commit()
        return changed

    def _rearm(
        self,
        tx: Transaction,
        keys: MissionKeys,
        mission: Mission,
        before: Blueprint,
        after: Blueprint,
        now: datetime,
    ) -> None:
        """Raise the trigger revision of each Task whose trigger changed, and arm it anew [S5].

        `PlanRefused` if the ledger has come past the instant of a Once Task, as after a clock that
        was ahead: it would never run [B5].
        """
        fields = self._store.hgetall(keys.tasks)
        over = [t for t in before.tasks if _leaves(t, after)]
        why = Reason.PLAN_CHANGED
        write_due(tx, keys, self._store, mission, before, over, fields, why, now)
        states = TaskState.read_all(fields)
        for task in after.tasks:
            if not _armed_anew(before, task):
                continue
            state = states.get(task.id, TaskState(trigger_rev=0))
            tx.hset(keys.tasks, {field(task.id, TRIGGER_REV): str(state.trigger_rev + 1)})
            tx.hdel(keys.tasks, field(task.id, MISSED))
            at = state.coming(task.trigger, now)
            if at is None and isinstance(task.trigger, OnceTrigger):
                raise PlanRefused((_settled(task, task.trigger, now),))
            write_armed(tx, keys, task.id, at if mission.state is MissionState.ACTIVE else None)
        for task in before.tasks:
            if after.task(task.id) is None:
                tx.zrem(k.TIMER, keys.timer_member(task.id))
                tx.zrem(k.RESUMES, k.member(mission.team, mission.id, task.id))
                tx.hdel(keys.tasks, *passing(task.id))
                write_forgotten(tx, keys, task.id)

    def _discard(self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId) -> None:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-discard")
        now = self._clock.now()
        stored: Proposal | None = self._store.proposal(mission.team, mission.id, proposal_id)
        proposal = answerable(mission, stored, now, applying=False)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        write_answer(tx, keys, proposal, ProposalState.DISCARDED, actor.person, now)
        if mission.state is MissionState.DRAFT:
            write_removed(tx, keys, self._store, mission, actor.person, now)
        else:
            self._log(tx, mission, actor, now, kept("log-change-discarded"))
        tx.commit()
        if mission.state is MissionState.DRAFT:
            self._bell.cleanup(mission.team, mission.id)


def _armed_anew(before: Blueprint, task: Task) -> bool:
    """Whether a Task is new, or its trigger changed."""
    old = before.task(task.id)
    return old is None or old.trigger != task.trigger


def _leaves(task: Task, after: Blueprint) -> bool:
    """Whether a Task of the plan before leaves it, or its trigger does."""
    new = after.task(task.id)
    return new is None or new.trigger != task.trigger


def _refuse_past(tasks: Iterable[Task], now: datetime) -> None:
    """A Once Task whose instant passed while its card was waiting would never run [B7]."""
    findings = in_the_past(tasks, now)
    if findings:
        raise PlanRefused(findings)


def _settled(task: Task, trigger: OnceTrigger, now: datetime) -> str:
    """What is said of a Once Task up to whose instant the ledger is closed."""
    when = instant_in_words(trigger.at, zone(trigger.zone), now)
    return say("fact-settled", task=task.title, when=when)
