"""Storage that an early Houston left behind is taken over by this one, and goes on [L5].

`tests/golden/storage-1.json` was written by the code of the first day, before retries, progress,
budgets and languages: an Active Mission with a run that ended, one that runs and one that waits, a
Proposal, an undelivered report, a message that nobody answered yet, a Paused Mission and a Draft.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from agent.effects.registry import Arguments, Outcome
from missions import keys as k
from missions.approval import Approval, ApprovalState, approval_of
from missions.blueprint import Finding
from missions.domain import Domain
from missions.endings import Ending
from missions.errors import NewerRecord
from missions.execution import Execution, Status
from missions.execution import Outcome as Ended
from missions.ids import ApprovalId, ExecutionId, MissionId, OccurrenceId, ProposalId, TaskId
from missions.indexing import Indexing
from missions.keys import TeamKeys
from missions.mission import MissionState
from missions.proposal import ProposalState
from missions.viewer import Viewer
from tests.integration.test_mailbox import head, incoming, take
from tests.support.approvals import run_of, state_of, works
from tests.support.build import actor, stored
from tests.support.fakes import ADA, GRACE, OPS, TEAM, ManualClock
from tests.support.golden import PLACE
from tests.support.stored import content

BEFORE: dict[str, Any] = json.loads((PLACE / "storage-1.json").read_text())
ABOUT: dict[str, str] = BEFORE["about"]
MISSION, PAUSED, DRAFT = (MissionId(ABOUT[name]) for name in ("mission", "paused", "draft"))
RUNNING, ENDED = ExecutionId(ABOUT["running"]), ExecutionId(ABOUT["ended"])
WAITING = OccurrenceId(ABOUT["waiting"])
KEYS = TeamKeys(TEAM).mission(MISSION)
ADAS = Viewer(team=TEAM, person=ADA)


def restore(redis: Redis, keys: dict[str, Any]) -> None:
    write: dict[str, Callable[[str, Any], Any]] = {
        "string": redis.set,
        "hash": lambda key, value: redis.hset(key, mapping=value),
        "set": lambda key, value: redis.sadd(key, *value),
        "zset": lambda key, value: redis.zadd(key, dict(value)),
        "list": lambda key, value: redis.rpush(key, *value),
    }
    for key, (kind, value) in keys.items():
        write[kind](key, value)


@pytest.fixture(autouse=True)
def _older(redis: Redis, clock: ManualClock) -> None:
    restore(redis, BEFORE["keys"])
    clock.set(datetime.fromisoformat(ABOUT["now"]))


def running(domain: Domain) -> Execution:
    found = domain.store.execution(TEAM, MISSION, RUNNING)
    assert found is not None
    return found


def raw(domain: Domain, key: str, field: str) -> dict[str, Any]:
    text = domain.redis.hget(key, field)
    assert text is not None
    found: dict[str, Any] = json.loads(text)
    return found


def list_all(domain: Domain) -> None:
    indexing = Indexing(domain.store)
    while indexing.go_on():
        pass


def dump(domain: Domain, key: str) -> str:
    return str(content(domain.redis, key))


def test_all_of_it_can_be_seen(domain: Domain) -> None:
    """[L5 R6] Lists, search, plan, history, reports, changes."""
    list_all(domain)
    see = domain.reader
    assert {m.id for m in see.missions(ADAS).items} == {MISSION, PAUSED, DRAFT}
    assert [m.id for m in see.find(ADAS, "Night shop")] == [MISSION]
    assert {m.id for m in see.missions(ADAS, search="check 1").items} == {MISSION, PAUSED}
    plan = see.blueprint(ADAS, MISSION)
    assert [t.title for t in plan.tasks] == ["Check 1", "Check 2"]
    assert plan.tasks[0].strategy.retries == 0
    assert {e.id for e in see.executions(ADAS, MISSION)} == {ENDED, RUNNING}
    report = see.report(ADAS, MISSION, ENDED)
    assert report is not None
    assert report.headline == "The shop is down"
    assert [c.what for c in see.changes(ADAS, MISSION)] == ["Renamed", "Launched", "Draft created"]
    assert see.mission(ADAS, PAUSED).pause is not None


def test_what_was_running_ends(domain: Domain) -> None:
    """[L5 X2] Its lease is renewed, and its end is written in the shape of today."""
    run = running(domain)
    assert domain.endings.renew(TEAM, run)
    final = domain.endings.end(TEAM, run, Ending(status=Status.SUCCESS, finding=Finding.ALL_GOOD))
    assert final is not None
    assert running(domain).status is Status.SUCCESS
    assert raw(domain, KEYS.executions, RUNNING)["schema_version"] > 1
    assert raw(domain, KEYS.executions, ENDED)["schema_version"] == 1  # nobody wrote it since
    assert domain.store.task_states(TEAM, MISSION)[TaskId("T1")].last_status is Status.SUCCESS


def test_what_was_due_runs(domain: Domain) -> None:
    """[L5 S1] The claim's guard holds for a row that has fields missing which came later."""
    domain.endings.end(TEAM, running(domain), Ending(status=Status.FAILED, error="It broke."))
    claim = domain.claims.claim(TEAM, MISSION, WAITING, "a worker of today")
    assert claim is not None
    row = domain.store.occurrence(TEAM, MISSION, WAITING)
    assert row is not None
    assert (row.outcome, row.execution) == (Ended.RUN, claim.execution.id)
    assert domain.endings.end(TEAM, claim.execution, Ending(status=Status.SUCCESS)) is not None


def test_what_overlaps_is_skipped(domain: Domain) -> None:
    """[L5 B3]"""
    assert domain.claims.claim(TEAM, MISSION, WAITING, "a worker of today") is None
    row = domain.store.occurrence(TEAM, MISSION, WAITING)
    assert row is not None
    assert row.outcome is Ended.SKIPPED


def test_an_open_proposal_is_applied_and_a_draft_launched(domain: Domain) -> None:
    """[L5 C5]"""
    change = ProposalId(ABOUT["change"])
    after = domain.lifecycle.apply(actor(), MISSION, change)
    assert after.version == 2
    applied = domain.store.proposal(TEAM, MISSION, change)
    assert applied is not None
    assert applied.state is ProposalState.APPLIED
    launch = ProposalId(ABOUT["launch"])
    assert domain.lifecycle.launch(actor(), DRAFT, launch).state is MissionState.ACTIVE


def test_states_change_and_are_written_in_the_shape_of_today(domain: Domain) -> None:
    """[L5 M1]"""
    assert raw(domain, TeamKeys(TEAM).mission(PAUSED).record, "doc")["schema_version"] == 1
    assert domain.lifecycle.enable(actor(), PAUSED).state is MissionState.ACTIVE
    assert raw(domain, TeamKeys(TEAM).mission(PAUSED).record, "doc")["schema_version"] > 1
    assert domain.lifecycle.disable(actor(), MISSION).state is MissionState.PAUSED
    assert domain.store.occurrence(TEAM, MISSION, WAITING).outcome is Ended.SKIPPED  # type: ignore[union-attr]


def test_what_was_to_be_said_is_said_in_order(domain: Domain) -> None:
    """[L5 R4] Each entry is read, intended and posted."""
    lane = domain.outbox.take(TEAM, OPS, "a worker of today")
    assert lane is not None
    said = []
    while entry := lane.head():
        said.append(entry.id)
        lane.posted(lane.intent(entry, domain.clock.now()), f"200.{len(said):06}")
    assert said == BEFORE["keys"][TeamKeys(TEAM).lane(OPS)][1]
    assert not domain.redis.exists(TeamKeys(TEAM).outbox)


def test_a_message_that_waits_is_answered(domain: Domain) -> None:
    """[L5 C10]"""
    box = take(domain)
    text, message = head(box)
    assert message == incoming()
    tx = box.held()
    box.write_answered(tx, text, message)
    tx.commit()
    assert box.head() is None


def test_a_delete_leaves_nothing(domain: Domain) -> None:
    """[L5 M6]"""
    list_all(domain)
    domain.lifecycle.delete(actor(), MISSION, MISSION)
    domain.remains.clear(TEAM, MISSION)
    assert domain.remains.left(TEAM, MISSION) == 0
    values = {key: dump(domain, key) for key in domain.redis.scan_iter("*")}
    left = {key for key, text in values.items() if MISSION in key or MISSION in text}
    assert left == {KEYS.tombstone, KEYS.deleter, TeamKeys(TEAM).audit, k.CLEANUPS}


def test_a_newer_mission_is_refused_and_stays(domain: Domain) -> None:
    """[L5] Whoever started an older Houston is told, and loses nothing."""
    doc = raw(domain, KEYS.record, "doc") | {"schema_version": 99, "colour": "red"}
    domain.redis.hset(KEYS.record, "doc", json.dumps(doc))
    for attempt in (
        lambda: domain.reader.mission(ADAS, MISSION),
        lambda: domain.lifecycle.disable(actor(), MISSION),
        lambda: domain.claims.claim(TEAM, MISSION, WAITING, "an older worker"),
    ):
        with pytest.raises(NewerRecord):
            attempt()
    assert raw(domain, KEYS.record, "doc") == doc
    assert domain.store.occurrence(TEAM, MISSION, WAITING).outcome is Ended.PENDING  # type: ignore[union-attr]
    assert not domain.redis.exists(k.QUARANTINE)
    assert stored(domain, PAUSED).state is MissionState.PAUSED


@dataclass
class Called:
    """Stands for the pager at the address that was planned."""

    host: str = "127.0.0.1:40000"
    bodies: list[str] = field(default_factory=list)

    def run(self, arguments: Arguments) -> Outcome:
        self.bodies.append(str(arguments["json"]))
        return Outcome(ApprovalState.DONE, "It answered 204.")


@pytest.fixture
def waits(redis: Redis, clock: ManualClock) -> dict[str, str]:
    """A run that asked before it did something outside: as the code of later that day left it."""
    kept = json.loads((PLACE / "storage-2.json").read_text())
    redis.flushdb()
    restore(redis, kept["keys"])
    about: dict[str, str] = kept["about"]
    clock.set(datetime.fromisoformat(about["now"]))
    return about


def approve(domain: Domain, about: dict[str, str]) -> Approval:
    keys = TeamKeys(TEAM).mission(MissionId(about["mission"]))
    asked = approval_of(domain.store, keys, ApprovalId(about["approval"]))
    assert asked is not None
    domain.lifecycle.approve(actor(GRACE), asked.mission, asked.id, asked.digest)
    return asked


def test_a_run_that_waits_goes_on_from_its_checkpoint(
    domain: Domain, waits: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L5 A3] The graph's state is read, its next step found, and what was approved done once."""
    pager = Called()
    at_work = works(domain, pager, tmp_path)  # type: ignore[arg-type]  # only its host counts
    monkeypatch.setattr(at_work.tool, "run", pager.run)
    asked = approve(domain, waits)
    at_work.resume(asked)
    assert pager.bodies == ['{"text":"down"}']
    assert state_of(domain, asked) is ApprovalState.DONE
    run = run_of(domain, asked)
    assert (run.status, run.finding) == (Status.SUCCESS, Finding.CRITICAL)


def test_a_checkpoint_of_a_newer_houston_is_not_guessed_at(
    domain: Domain, waits: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L5 A3] The run ends with that reason; nothing is done outside."""
    pager = Called()
    at_work = works(domain, pager, tmp_path)  # type: ignore[arg-type]
    monkeypatch.setattr(at_work.tool, "run", pager.run)
    asked = approve(domain, waits)
    key = TeamKeys(TEAM).mission(asked.mission).kept(asked.execution)
    for name, text in domain.redis.hgetall(key).items():
        domain.redis.hset(key, name, json.dumps(json.loads(text) | {"v": 99}))
    at_work.resume(asked)
    run = run_of(domain, asked)
    assert pager.bodies == []
    assert run.status is Status.FAILED
    assert "newer version of Houston" in (run.error or "")
