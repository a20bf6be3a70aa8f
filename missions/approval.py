"""What an Execution wants to do outside, and how it stands with that: one record per call [A1 A2].

The record is what counts: cards are drawn from it, and what is done is what it says, whatever a
model or a checkpoint remembers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import Field

from missions import keys as k
from missions.blueprint import Blueprint, Scalar
from missions.execution import Execution
from missions.ids import (
    ActId,
    ApprovalId,
    ChannelId,
    ExecutionId,
    MissionId,
    PersonId,
    TaskId,
    approval_id,
)
from missions.keys import MissionKeys
from missions.record import Record, Stored
from missions.store import Store
from missions.tx import Transaction

MOST: Final = 5
"""How many things one Execution may want to do outside."""


class ApprovalState(StrEnum):
    """How it stands. OPEN waits for a person, APPROVED and REJECTED for a worker.

    SENDING: it may have been done from here on. FAILED: the other side said no, or was not reached.
    UNKNOWN: nobody can say whether it was done, and it is not sent again. REFUSED: rights or plan
    did not allow it any more. WITHDRAWN: its Execution ended first.
    """

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


UNDECIDED: Final = (ApprovalState.OPEN, ApprovalState.APPROVED, ApprovalState.SENDING)
"""States in which the end of the Execution decides what becomes of it."""


class Wanted(Record):
    """A call that an Execution wants to make: the tool with its arguments, defaults filled in.

    `act` is the planned one, None for a model's own wish. `granted` says that the Blueprint allows
    it beforehand. `why` is a sentence for who approves.
    """

    number: int
    tool: str
    arguments: dict[str, Scalar]
    act: ActId | None = None
    granted: bool = False
    why: str = ""


class Approval(Stored):
    """One call, bound to Mission, Execution, version, tool and arguments; used once [A2].

    `approvers` may answer it, if they still may then. `first` holds the arguments before
    `edited_by` changed them. `outcome` is a sentence about what came of it. `reminded_in` is
    where they were told, near its end, that it still waits.
    """

    id: ApprovalId
    mission: MissionId
    execution: ExecutionId
    task: TaskId
    task_title: str
    version: int
    tool: str
    arguments: dict[str, Scalar]
    act: ActId | None = None
    granted: bool = False
    why: str = ""
    at: datetime
    expires: datetime
    approvers: tuple[PersonId, ...] = ()
    state: ApprovalState = ApprovalState.OPEN
    edited_by: PersonId | None = None
    first: dict[str, Scalar] = Field(default_factory=dict)
    by: PersonId | None = None
    answered_at: datetime | None = None
    reason: str = ""
    outcome: str = ""
    reminded_in: ChannelId | None = None

    @property
    def digest(self) -> str:
        """What a click must show: it changes with anything that it is bound to."""
        bound = [self.mission, self.execution, self.version, self.tool, self.arguments]
        text = json.dumps([self.id, *bound], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def ids_of(execution: ExecutionId) -> tuple[ApprovalId, ...]:
    """The ids that the calls of an Execution can have."""
    return tuple(approval_id(execution, number) for number in range(1, MOST + 1))


def approval_of(store: Store, keys: MissionKeys, approval: ApprovalId) -> Approval | None:
    """The record, or None."""
    text = store.hget(keys.approvals, approval)
    return Approval.load(text) if text else None


def approvals_of(store: Store, keys: MissionKeys, execution: ExecutionId) -> tuple[Approval, ...]:
    """All that the Execution wanted to do outside, in that order."""
    found = store.hmget(keys.approvals, ids_of(execution))
    return tuple(Approval.load(text) for text in found if text)


def call_title(arguments: Mapping[str, Scalar], tool: str) -> str:
    """A call's short name, e.g. "POST https://pager.example/hook"."""
    url = arguments.get("url")
    return f"{arguments.get('method', 'POST')} {url}" if url else tool


def still_planned(plan: Blueprint | None, wanted: Approval) -> bool:
    """Whether a plan lets the Task do this: it has that very act, or grants the model its tool."""
    task = plan.task(wanted.task) if plan else None
    if task is None:
        return False
    if wanted.act is None:
        return wanted.tool in task.tools
    acts = [a for a in task.acts if (a.id, a.tool) == (wanted.act, wanted.tool)]
    return any(a.granted or not wanted.granted for a in acts)


def write_woken(
    tx: Transaction, keys: MissionKeys, store: Store, executions: Iterable[ExecutionId | str]
) -> None:
    """Have the transaction put those of the Executions that wait up to be looked at: one is to
    stop, and no worker of its own would see it."""
    for run in store.executions(keys.team, keys.mission, executions):
        if run.waits_for:
            tx.zadd(k.APPROVALS, keys.approval_member(run.waits_for), 0.0)


def is_waiting(run: Execution) -> bool:
    """Whether the Execution waits, and no worker holds it."""
    return run.waits_for is not None and run.ended_at is None
