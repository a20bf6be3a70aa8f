"""The Session of a run that fails, is stopped, or waits: kept as far as it went [X4]."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.transcript import PATIENCE_SECONDS, Transcript
from jobs.waits import settle
from missions.approvals import SoFar
from missions.artifacts import Artifacts
from missions.claims import Claim
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Session, Status, Step
from tests.support.approvals import approvable, run_of, running, wanted
from tests.support.build import actor
from tests.support.fakes import GRACE, TEAM, ManualClock


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(str(tmp_path))


def transcript(domain: Domain, artifacts: Artifacts, claim: Claim) -> Transcript:
    meter = domain.spending.meter(TEAM, claim.mission.id)
    return Transcript(artifacts, claim, domain.clock, meter)


def step(domain: Domain, what: str) -> Step:
    return Step(at=domain.clock.now(), what=what)


def kept(artifacts: Artifacts, claim: Claim) -> list[str]:
    run = claim.execution
    text = artifacts.get(TEAM, run.mission, run.id, "session.json").decode()
    return [one.what for one in Session.load(text).steps]


def test_what_waited_keeps_its_session_when_nobody_answers(
    domain: Domain, clock: ManualClock, artifacts: Artifacts
) -> None:
    """[X4 A3] No process is there that knew it."""
    claim = running(domain, approvable(domain))
    told = transcript(domain, artifacts, claim)
    told.add(step(domain, "Check C1: GET shop.example"))
    so_far = SoFar(session=told.paused())
    asked = domain.approvals.ask(TEAM, claim.execution, wanted(), so_far)
    clock.advance(hours=3)
    settle(domain, TEAM, asked.mission, asked.id)
    run = run_of(domain, asked)
    assert (run.status, run.session) == (Status.FAILED, "session.json")
    assert kept(artifacts, claim) == ["Check C1: GET shop.example"]


def test_what_went_on_after_an_answer_and_failed_tells_all_of_it(
    domain: Domain, clock: ManualClock, artifacts: Artifacts
) -> None:
    """[X4 A3] Also what another process did before it waited."""
    claim = running(domain, approvable(domain))
    told = transcript(domain, artifacts, claim)
    told.add(step(domain, "before"))
    asked = domain.approvals.ask(TEAM, claim.execution, wanted(), SoFar(session=told.paused()))
    domain.lifecycle.approve(actor(GRACE), asked.mission, asked.id, asked.digest)
    taken = domain.approvals.take(TEAM, asked.mission, asked.id, "another")
    assert taken is not None
    clock.advance(minutes=1)
    told = transcript(domain, artifacts, taken.claim)
    told.add(step(domain, "after"))
    ended = told.closed(Ending(status=Status.FAILED, error="It broke."))
    assert ended.session == "session.json"
    assert kept(artifacts, taken.claim) == ["before", "after", "Ended: Failed"]


def test_the_first_end_is_the_end(domain: Domain, artifacts: Artifacts) -> None:
    """[X4] The work and its watch may end it at once: record and Session tell the same."""
    claim = running(domain, approvable(domain))
    told = transcript(domain, artifacts, claim)
    first = told.closed(Ending(status=Status.CANCELLED, stopped_by=GRACE))
    late = told.closed(Ending(status=Status.SUCCESS), (step(domain, "all of it"),))
    assert late == first
    assert kept(artifacts, claim) == ["Ended: Cancelled"]


def test_a_slow_place_for_files_does_not_put_off_a_stop(
    domain: Domain, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[X5] The Session is given up then, the end is not."""
    claim, go_on = running(domain, approvable(domain)), threading.Event()
    monkeypatch.setattr(artifacts, "put", lambda *_: go_on.wait(30))
    told, began = transcript(domain, artifacts, claim), time.monotonic()
    try:
        ended = told.closed(Ending(status=Status.CANCELLED, stopped_by=GRACE))
    finally:
        go_on.set()
    assert (ended.status, ended.session) == (Status.CANCELLED, None)
    assert timedelta(seconds=time.monotonic() - began) < timedelta(seconds=PATIENCE_SECONDS + 1.5)
