"""Occurrences that are due, claims and ends, for tests of what a strategy does to them."""

from __future__ import annotations

from datetime import datetime

from missions.blueprint import Finding, Task
from missions.cards import Card
from missions.claims import Claim
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Execution, Occurrence, Status
from missions.ids import CheckId, OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.ledger import time_occurrence, write_pending
from missions.mission import Mission
from missions.taskstate import TaskState
from tests.support.build import actor
from tests.support.fakes import TEAM
from tests.support.stored import lane

T1 = TaskId("T1")
C1 = CheckId("C1")
GOOD = Ending(status=Status.SUCCESS, finding=Finding.ALL_GOOD, carry={C1: Finding.ALL_GOOD})
FOUND = Ending(status=Status.SUCCESS, finding=Finding.CRITICAL, carry={C1: Finding.CRITICAL})
NEW = Ending(
    status=Status.SUCCESS, finding=Finding.CRITICAL, carry={C1: Finding.CRITICAL}, changed=True
)
RECOVERED = Ending(
    status=Status.SUCCESS, finding=Finding.ALL_GOOD, carry={C1: Finding.ALL_GOOD}, changed=True
)
FAILED = Ending(status=Status.FAILED, error="It broke.")
HOPELESS = Ending(status=Status.FAILED, error="The tool is not granted.", hopeless=True)


def due(domain: Domain, mission: Mission, task: Task, at: datetime | None = None) -> OccurrenceId:
    """An occurrence by time, as the timer writes it; by default it is due now."""
    row = time_occurrence(task, at or domain.clock.now(), 1)
    keys = TeamKeys(TEAM).mission(mission.id)
    tx = domain.store.mission_tx(keys)
    write_pending(tx, keys, row)
    tx.commit()
    return row.id


def claimed(domain: Domain, mission: Mission, row: OccurrenceId) -> Claim:
    """The Execution of a due occurrence; its token is the row's and the moment's."""
    made = domain.claims.claim(TEAM, mission.id, row, f"{row} {domain.clock.now()}")
    assert made is not None, row_of(domain, mission, row)
    return made


def not_claimed(domain: Domain, mission: Mission, row: OccurrenceId) -> Occurrence:
    """The row of an occurrence that nobody can claim now."""
    assert domain.claims.claim(TEAM, mission.id, row, "nobody") is None
    return row_of(domain, mission, row)


def ended(domain: Domain, execution: Execution, ending: Ending) -> Execution:
    final = domain.endings.end(TEAM, execution, ending)
    assert final is not None
    return final


def ran(domain: Domain, mission: Mission, task: Task, ending: Ending) -> Execution:
    """One whole run by time."""
    return ended(domain, claimed(domain, mission, due(domain, mission, task)).execution, ending)


def row_of(domain: Domain, mission: Mission, row: OccurrenceId) -> Occurrence:
    found = domain.store.occurrence(TEAM, mission.id, row)
    assert found is not None
    return found


def state_of(domain: Domain, mission: Mission, task: TaskId = T1) -> TaskState:
    return domain.store.task_states(TEAM, mission.id).get(task, TaskState())


def cards(domain: Domain) -> list[Card]:
    """What waits in the channel's lane, in order."""
    return [entry.card for entry in lane(domain)]


def kinds(domain: Domain) -> list[str]:
    return [card.kind for card in cards(domain)]


def ledger(domain: Domain, mission: Mission) -> list[Occurrence]:
    """Oldest first."""
    return list(reversed(domain.reader.ledger(actor().viewer, mission.id)))
