"""What goes into the task graph and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.task.outside import Outside
from missions.blueprint import Finding, Scalar, Task
from missions.errors import HoustonError
from missions.execution import Report, Step
from missions.ids import CheckId, ExecutionId, MissionId
from missions.recorded import kept
from missions.said import Listen
from missions.spending import BudgetSpent, Meter


class Stopped(HoustonError):
    """The Execution was asked to stop [X5]."""

    event = "stopped"

    def __init__(self) -> None:
        super().__init__(kept("rec-was-stopped"))


def _no_end() -> float:
    """Nobody ends it."""
    return float("inf")


def _unnoticed(check: CheckId, finding: Finding | None) -> None:
    """Nobody looks on."""


def _unkept(step: Step) -> None:
    """Nobody writes it down."""


@dataclass(frozen=True)
class TaskInput:
    """One Execution's work. `carry` holds what the checks of the last Execution found.

    `zone` is the IANA zone in which times are said; `stopped` is asked about twice a second. `past`
    tells whether checks that look back passed lately, newest last; `remark` is what a person said
    to this run only. `event` are the fields of the event that it runs on, which are data. `noticed`
    is told, by any thread, that a check begins, and what it found; `kept` of every step of the
    Session once it is done, so that it is known of a run that fails, too. `meter` counts what the
    model costs and stops it at a cap; `outside` is the way to what changes something; without it
    nothing does. `thread` names the run's checkpoints, for a run that may have to wait;
    `seconds_left` says what remains of the Task's timeout. `listen` reads the Mission's own channel
    and no other.
    """

    mission: MissionId
    mission_name: str
    execution: ExecutionId
    task: Task
    carry: Mapping[CheckId, Finding]
    zone: str
    stopped: Callable[[], bool]
    past: Mapping[CheckId, tuple[bool, ...]] = field(default_factory=dict)
    remark: str = ""
    event: Mapping[str, Scalar] = field(default_factory=dict)
    event_summary: str = ""
    noticed: Callable[[CheckId, Finding | None], None] = _unnoticed
    kept: Callable[[Step], None] = _unkept
    listen: Listen | None = None
    meter: Meter | None = None
    outside: Outside | None = None
    thread: str = ""
    seconds_left: Callable[[], float] = _no_end


@dataclass(frozen=True)
class TaskResult:
    """What an Execution found; no finding if nothing was measured, judged or missed [X3].

    `carry` is for the next one. `changed` says whether anything is new or recovered, `said` whether
    it has words of its own, of which nothing was measured. `spent` says that the model was stopped
    at a cap.
    """

    finding: Finding | None
    report: Report
    session: tuple[Step, ...]
    carry: dict[CheckId, Finding]
    changed: bool
    said: bool = False
    spent: BudgetSpent | None = None
    past: dict[CheckId, tuple[bool, ...]] = field(default_factory=dict)
