"""What people think of reports: one word per person and Execution, the last one counts [R1]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from missions.errors import HoustonError
from missions.execution import Status
from missions.ids import ExecutionId, MissionId, TeamId
from missions.keys import SEPARATOR, MissionKeys, TeamKeys, member
from missions.phrases import say
from missions.rights import Right
from missions.store import Store
from missions.verbs.base import Verb
from missions.viewer import Actor


class Opinion(StrEnum):
    """Whether a report helped."""

    GOOD = "good"
    BAD = "bad"


class NoReport(HoustonError):
    """There is no such report any more."""

    event = "no_report"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people think what of a report."""

    good: int = 0
    bad: int = 0


class Feedbacks(Verb):
    """Takes what readers think."""

    def feedback(
        self, actor: Actor, mission: MissionId, execution: ExecutionId, opinion: Opinion
    ) -> None:
        """Note what a reader thinks of a report; their earlier word on it goes."""
        self._carry_out(mission, lambda: self._feedback(actor, mission, execution, opinion))

    def _feedback(
        self, actor: Actor, mission_id: MissionId, execution: ExecutionId, opinion: Opinion
    ) -> None:
        mission = self._permitted(actor, mission_id, Right.VIEW, "to-see")
        run = self._store.execution(mission.team, mission.id, execution)
        if run is None or run.status is Status.RUNNING:
            raise NoReport(say("report-gone"))
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        tx.require_field("execution", keys.executions, run.id, run.stored())
        tx.hset(keys.feedback, {member(run.id, actor.person): opinion.value}).commit()


def feedback_of(
    store: Store, team: TeamId, mission: MissionId, executions: Iterable[ExecutionId]
) -> dict[ExecutionId, Counts]:
    """What people think of these reports; those without any word are left out."""
    wanted = set(executions)
    given: dict[ExecutionId, Counter[str]] = {}
    for name, opinion in store.hgetall(TeamKeys(team).mission(mission).feedback).items():
        execution = ExecutionId(name.partition(SEPARATOR)[0])
        if execution in wanted:
            given.setdefault(execution, Counter())[opinion] += 1
    return {e: Counts(n[Opinion.GOOD], n[Opinion.BAD]) for e, n in given.items()}


def fields_about(store: Store, keys: MissionKeys, executions: Iterable[str]) -> list[str]:
    """The fields that hold words on these Executions, for removing them."""
    gone = set(executions)
    names = store.hgetall(keys.feedback)
    return sorted(name for name in names if name.partition(SEPARATOR)[0] in gone)
