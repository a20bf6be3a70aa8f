"""Answering what an Execution wants to do outside: approve, reject, edit the arguments [A1 A2]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from missions import keys as k
from missions.approval import Approval, ApprovalState, approval_of, call_title
from missions.approvals import write_changed
from missions.blueprint import Scalar
from missions.errors import Forbidden, HoustonError
from missions.execution import Execution, Status
from missions.ids import ApprovalId, MissionId
from missions.mission import Mission
from missions.phrases import say
from missions.recorded import kept
from missions.rights import APPROVERS_CAN, Right
from missions.tx import Transaction
from missions.verbs.base import Verb
from missions.viewer import Actor
from missions.waiting import write_approval_answered

REASON_MAX: Final = 300
"""Longest reason of a rejection, in characters."""

_SAID: Final = {
    ApprovalState.APPROVED: "approved-already",
    ApprovalState.REJECTED: "rejected-already",
    ApprovalState.SENDING: "approved-already",
    ApprovalState.DONE: "approved-already",
    ApprovalState.FAILED: "approved-already",
    ApprovalState.UNKNOWN: "approved-already",
    ApprovalState.REFUSED: "answered-already",
    ApprovalState.EXPIRED: "not-answered-in-time",
    ApprovalState.WITHDRAWN: "run-has-ended",
}
_SAID_BY: Final = {
    "approved-already": "approved-already-by",
    "rejected-already": "rejected-already-by",
}
_SINCE: Final = {
    ApprovalState.SENDING: "is-being-done",
    ApprovalState.DONE: "is-done",
    ApprovalState.FAILED: "was-tried",
    ApprovalState.UNKNOWN: "cannot-tell",
}
"""What became of an approved call."""


class ApprovalRefused(HoustonError):
    """What was clicked can be answered no more, or not as it was shown [A2]."""

    event = "approval_refused"


class ApprovalVerbs(Verb):
    """Clicks of approvers. Each answer counts once; whoever comes second is told who came first."""

    def approve(
        self, actor: Actor, mission: MissionId, approval: ApprovalId, digest: str
    ) -> Approval:
        """Have it done, exactly as it was shown."""
        change: dict[str, Any] = {"state": ApprovalState.APPROVED}
        return self._answered(actor, mission, approval, digest, "rec-approved", change)

    def reject(
        self, actor: Actor, mission: MissionId, approval: ApprovalId, digest: str, reason: str = ""
    ) -> Approval:
        """Have it not done; the Execution goes on and is told the reason."""
        said = " ".join(reason.split())[:REASON_MAX]
        change = {"state": ApprovalState.REJECTED, "reason": said}
        return self._answered(actor, mission, approval, digest, "rec-rejected", change)

    def edit_call(
        self,
        actor: Actor,
        mission: MissionId,
        approval: ApprovalId,
        digest: str,
        arguments: Mapping[str, Scalar],
    ) -> Approval:
        """Other arguments, which the tool has taken as fit: they are to be approved in turn."""
        return self._carry_out(
            mission, lambda: self._edit(actor, mission, approval, digest, arguments)
        )

    def open_approval(
        self, actor: Actor, mission: MissionId, approval: ApprovalId, digest: str
    ) -> Approval:
        """What waits for an answer, for one who may give it."""
        return self._answerable(actor, mission, approval, digest)[1]

    def _answered(
        self,
        actor: Actor,
        mission: MissionId,
        approval: ApprovalId,
        digest: str,
        word: str,
        change: dict[str, Any],
    ) -> Approval:
        answer = self._carry_out(
            mission, lambda: self._answer(actor, mission, approval, digest, word, change)
        )
        self._bell.resume(actor.team, mission, approval)
        return answer

    def _answer(
        self,
        actor: Actor,
        mission_id: MissionId,
        approval_id: ApprovalId,
        digest: str,
        word: str,
        change: dict[str, Any],
    ) -> Approval:
        mission, asked, run = self._answerable(actor, mission_id, approval_id, digest)
        now = self._clock.now()
        answer = asked.model_copy(update={**change, "by": actor.person, "answered_at": now})
        tx = self._guarded(mission, asked, run)
        tx.hset(self._keys(mission).approvals, {asked.id: answer.dump()})
        tx.zadd(k.APPROVALS, self._keys(mission).approval_member(asked.id), now.timestamp())
        write_approval_answered(tx, asked)
        title = call_title(asked.arguments, asked.tool)
        self._log(tx, mission, actor, now, kept(word, call=title), after=answer.reason or None)
        write_changed(tx, mission, answer)
        tx.commit()
        self._ring_delivery(mission)
        return answer

    def _edit(
        self,
        actor: Actor,
        mission_id: MissionId,
        approval_id: ApprovalId,
        digest: str,
        arguments: Mapping[str, Scalar],
    ) -> Approval:
        mission, asked, run = self._answerable(actor, mission_id, approval_id, digest)
        if dict(arguments) == asked.arguments:
            return asked
        first = asked.first or asked.arguments
        edit = {"arguments": dict(arguments), "first": first, "edited_by": actor.person}
        edited = asked.model_copy(update=edit)
        tx = self._guarded(mission, asked, run)
        tx.hset(self._keys(mission).approvals, {asked.id: edited.dump()})
        titles = [call_title(a.arguments, a.tool) for a in (asked, edited)]
        now = self._clock.now()
        self._log(tx, mission, actor, now, kept("log-arguments-changed"), *titles)
        write_changed(tx, mission, edited)
        tx.commit()
        self._ring_delivery(mission)
        return edited

    def _answerable(
        self, actor: Actor, mission_id: MissionId, approval_id: ApprovalId, digest: str
    ) -> tuple[Mission, Approval, Execution]:
        """What the click is about, if this person may answer it, now, as it was shown [A2]."""
        mission = self._permitted(actor, mission_id, Right.APPROVE, "to-approve")
        found = approval_of(self._store, self._keys(mission), approval_id)
        if found is None:
            raise ApprovalRefused(say("card-unknown-nothing"))
        if actor.person not in found.approvers:
            raise Forbidden(say("to-approve"), say(APPROVERS_CAN))
        if found.state is not ApprovalState.OPEN:
            raise ApprovalRefused(self._too_late(mission, found))
        run = self._store.execution(mission.team, mission.id, found.execution)
        waits = run is not None and run.status is Status.RUNNING and run.waits_for == found.id
        if run is None or not waits or run.version != found.version:
            raise ApprovalRefused(say(_SAID[ApprovalState.WITHDRAWN]))
        if self._clock.now() >= found.expires:
            raise ApprovalRefused(say(_SAID[ApprovalState.EXPIRED]))
        if digest != found.digest:
            by = self._editor(mission, found)
            raise ApprovalRefused(say("arguments-changed", who=by))
        return mission, found, run

    def _too_late(self, mission: Mission, found: Approval) -> str:
        by = self._rights.name(mission.team, found.by) if found.by else None
        said = _SAID[found.state]
        words = say(_SAID_BY[said], who=by) if by and said in _SAID_BY else say(said)
        since = _SINCE.get(found.state)
        return f"{words} {say(since)}" if since else words

    def _editor(self, mission: Mission, found: Approval) -> str:
        known = self._rights.name(mission.team, found.edited_by) if found.edited_by else None
        return known or say("that-person")

    def _guarded(self, mission: Mission, asked: Approval, run: Execution) -> Transaction:
        """A transaction that fails if anything changed that the answer rests on."""
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        tx.require_field("approval", keys.approvals, asked.id, asked.stored())
        tx.require_field("execution", keys.executions, run.id, run.stored())
        return tx
