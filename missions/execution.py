"""Occurrences and Executions: what was due, what was attempted, what it found [S1 X1 X4]."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import Field

from missions.blueprint import EventSource, Finding, Scalar
from missions.ids import (
    ApprovalId,
    CheckId,
    ExecutionId,
    MissionId,
    OccurrenceId,
    PersonId,
    ProposalId,
    TaskId,
)
from missions.record import Record, Stored


class Cause(StrEnum):
    """Why a Task became due."""

    TIME = "time"
    RUN_NOW = "run_now"
    TRY_ONCE = "try_once"
    EVENT = "event"
    BACKFILL = "backfill"


class Outcome(StrEnum):
    """How an occurrence stands in the ledger; all but PENDING are final [S1]."""

    PENDING = "pending"
    RUN = "run"
    SKIPPED = "skipped"
    MISSED = "missed"


class Reason(StrEnum):
    """Why an occurrence was skipped or missed.

    OUTAGE: no scheduler looked when it was due; UNTAKEN: it was put up, and no worker took it.
    """

    OVERLAP = "overlap"
    PAUSED = "paused"
    PLAN_CHANGED = "plan_changed"
    TASK_PAUSED = "task_paused"
    QUIET = "quiet"
    EXCLUDED = "excluded"
    OUTAGE = "outage"
    UNTAKEN = "untaken"
    DRAFT_GONE = "draft_gone"
    COOLDOWN = "cooldown"
    CAP = "cap"
    FLOOD = "flood"
    UNREADABLE = "unreadable"
    OWNER_LEFT = "owner_left"


class EventNote(Record):
    """What is kept of an event with the occurrence that it caused: the chosen fields, as data.

    `marks` are what was noted so that the same event starts nothing twice: the event's own first,
    then that of its dedupe value (`missions.marks`).
    """

    source: EventSource
    summary: str = ""
    fields: dict[str, Scalar] = Field(default_factory=dict)
    marks: tuple[str, ...] = ()


class Occurrence(Stored):
    """One time, event or click at which a Task is due: one row of the ledger [S1].

    `due` is the instant (UTC). Missed occurrences in a row share one: `due` is the first, `last`
    the last, `count` how many. `trigger_rev` is the revision of the Task's trigger it was armed on.
    `attempt` counts up with retries, `execution` is then the attempt before; `not_before` puts the
    start off; `waiting` marks one that waits for a running Execution to end; `remark` is what a
    person said to this run only. `backfill` names the Proposal that a past one is run by; `held`
    says that another one of it goes first.
    """

    schema_version: int = 5
    id: OccurrenceId
    task: TaskId
    cause: Cause
    due: datetime
    trigger_rev: int
    outcome: Outcome = Outcome.PENDING
    reason: Reason | None = None
    execution: ExecutionId | None = None
    by: PersonId | None = None
    last: datetime | None = None
    count: int = 1
    attempt: int = 1
    not_before: datetime | None = None
    waiting: bool = False
    remark: str = ""
    event: EventNote | None = None
    backfill: ProposalId | None = None
    held: bool = False


class Status(StrEnum):
    """The four words for an Execution [X1]."""

    RUNNING = "Running"
    SUCCESS = "Success"
    CANCELLED = "Cancelled"
    FAILED = "Failed"


class News(StrEnum):
    """How a check's result relates to that of the previous Execution [R1]."""

    NEW = "new"
    CONTINUING = "continuing"
    RECOVERED = "recovered"


class ItemState(StrEnum):
    """How one thing stands in a report, in words; of a check code alone decides it."""

    PASSED = "passed"
    ANOMALOUS = "anomalous"
    NEEDS_ATTENTION = "needs_attention"
    NOT_APPLICABLE = "not_applicable"


JUDGED: Final = "model: "
"""What leads the key of something that a model judged; no check's ID has a space."""


class Measured(Record):
    """One expectation of a check beside what was measured."""

    field: str
    expected: str
    actual: Scalar | None = None
    holds: bool


class CheckResult(Record):
    """What one check gave. `note` is a sentence if something stood in the way (refused, DNS …)."""

    check: CheckId
    title: str
    finding: Finding
    measured: tuple[Measured, ...] = ()
    note: str = ""
    tried: int = 1
    duration_ms: float = 0.0
    news: News | None = None

    @property
    def state(self) -> ItemState:
        """Its finding; not applicable if it is none, and nothing could be measured."""
        if self.finding is Finding.CRITICAL:
            return ItemState.ANOMALOUS
        if self.finding is Finding.ATTENTION:
            return ItemState.NEEDS_ATTENTION
        return ItemState.NOT_APPLICABLE if self.is_unmeasured else ItemState.PASSED

    @property
    def is_unmeasured(self) -> bool:
        """Whether none of what it expects could be measured."""
        return bool(self.measured) and all(m.actual is None for m in self.measured)


class Noted(Record):
    """What a model said, as the report has it.

    `claimed` is the state that it said the `check` is in; if that is another than what the check
    found, the note is `replaced` by what was measured. `seen_with` is the tool of the same run that
    it was seen with.
    """

    text: str
    check: CheckId | None = None
    claimed: ItemState | None = None
    replaced: bool = False
    seen_with: str = ""


class Judged(Record):
    """What a model judged of something that is no check; nobody measured it.

    `text` says all of it in a line. A tool of the same run answered and showed it.
    """

    name: str
    state: ItemState
    text: str
    news: News | None = None

    @property
    def key(self) -> CheckId:
        """What the next run compares it by, beside the IDs of checks."""
        return CheckId(f"{JUDGED}{self.name.casefold()}")

    @property
    def finding(self) -> Finding:
        """How bad it is."""
        if self.state is ItemState.ANOMALOUS:
            return Finding.CRITICAL
        return Finding.ATTENTION if self.state is ItemState.NEEDS_ATTENTION else Finding.ALL_GOOD


class Moment(Record):
    """An instant that a report says in `words`; where it can be said to each reader, it is."""

    words: str
    at: datetime


class Report(Stored):
    """What an Execution found, for people [R1].

    `notes`, `judged` and `advice` are a model's; `gaps` are what could not be looked at. `times`
    are the instants of which headline, lines and text tell in words of the Task's zone.
    """

    schema_version: int = 4
    headline: str
    lines: tuple[str, ...] = ()
    results: tuple[CheckResult, ...] = ()
    text: str = ""
    notes: tuple[Noted, ...] = ()
    judged: tuple[Judged, ...] = ()
    advice: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    times: tuple[Moment, ...] = ()


class Execution(Stored):
    """One attempt at an occurrence [X4]. Final once `status` is not Running.

    One that succeeded without a `finding` looked or did something, and measured nothing: it has
    notes, and nobody says that all is good [X3].

    `mentions` are the people whom its report mentions [R1]. `waits_for` is the approval that it
    waits for, or that was answered and no worker has taken up yet [A3].
    """

    schema_version: int = 2
    id: ExecutionId
    mission: MissionId
    task: TaskId
    task_title: str
    occurrence: OccurrenceId
    cause: Cause
    by: PersonId | None = None
    version: int
    attempt: int = 1
    attempts: int = 1
    scheduled_at: datetime
    started_at: datetime
    deadline: datetime
    token: str
    ended_at: datetime | None = None
    status: Status = Status.RUNNING
    finding: Finding | None = None
    error: str | None = None
    stopped_by: PersonId | None = None
    session: str | None = None
    tokens: int = 0
    cost_usd: float = 0.0
    mentions: tuple[PersonId, ...] = ()
    waits_for: ApprovalId | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, or None while it runs."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


class Step(Record):
    """One step of a Session: a check, a tool call, or a model's turn.

    `size` is in bytes: of what was answered, as it came, before anything of it was cut; None where
    nothing was, or it was not counted. `result` is what Houston keeps of it.
    """

    at: datetime
    what: str
    tool: str | None = None
    arguments: dict[str, Scalar] = Field(default_factory=dict)
    result: str = ""
    duration_ms: float = 0.0
    tokens: int = 0
    size: int | None = None


class Session(Stored):
    """The transcript of an Execution: what was done, tool by tool."""

    schema_version: int = 2
    execution: ExecutionId
    steps: tuple[Step, ...]
