"""Old records go, what is under way stays."""

from __future__ import annotations

from datetime import timedelta

from missions import retention
from missions.blueprint import Keeping
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Status
from missions.keys import TeamKeys
from missions.mission import Mission
from tests.support.build import actor, blueprint, launched, proposed
from tests.support.fakes import TEAM, ManualClock


def ran(domain: Domain, mission: Mission, click: str, *, end: bool = True) -> str:
    due = domain.lifecycle.run_now(actor(), mission.id, click)
    claim = domain.claims.claim(TEAM, mission.id, due[0], click)
    assert claim
    if end:
        domain.endings.end(TEAM, claim.execution, Ending(status=Status.SUCCESS))
    return claim.execution.id


def test_records_older_than_90_days_go(domain: Domain, clock: ManualClock) -> None:
    """[S1 X4] Executions, reports and ledger rows go together; newer ones stay."""
    mission = launched(domain)
    old = ran(domain, mission, "a")
    clock.advance(days=89)
    new = ran(domain, mission, "b")
    assert not domain.retention.due(TEAM, mission.id, clock.now())
    clock.advance(days=2)
    assert domain.retention.trim(TEAM, mission.id, clock.now()) == (old,)
    viewer = actor().viewer
    assert [e.id for e in domain.reader.executions(viewer, mission.id)] == [new]
    assert [r.execution for r in domain.reader.ledger(viewer, mission.id)] == [new]


def test_what_runs_or_waits_stays(domain: Domain, clock: ManualClock) -> None:
    mission = launched(domain)
    running = ran(domain, mission, "a", end=False)
    clock.advance(days=200)
    assert not domain.retention.due(TEAM, mission.id, clock.now())
    assert domain.store.execution(TEAM, mission.id, running)  # type: ignore[arg-type]


def test_at_most_so_many_are_kept(domain: Domain, clock: ManualClock) -> None:
    """The oldest beyond the number go, in batches."""
    mission = launched(domain)
    keys = TeamKeys(TEAM).mission(mission.id)
    over = retention.BATCH + 30
    start = clock.now() - timedelta(days=1)
    names = [f"E-{n:05d}" for n in range(Keeping().records + over)]
    scores = {name: start.timestamp() + i for i, name in enumerate(names)}
    domain.redis.zadd(keys.history, scores)
    domain.redis.hset(keys.executions, mapping=dict.fromkeys(names, "{}"))
    gone: list[str] = []
    while domain.retention.due(TEAM, mission.id, clock.now()):
        gone += domain.retention.trim(TEAM, mission.id, clock.now())
    assert gone == names[:over]
    assert domain.redis.hlen(keys.executions) == Keeping().records


def test_a_plan_can_keep_records_for_another_time(domain: Domain, clock: ManualClock) -> None:
    """[B1 X4] As the current version says, from its Apply on."""
    mission = launched(domain)
    old = ran(domain, mission, "a")
    clock.advance(days=31)
    assert not domain.retention.due(TEAM, mission.id, clock.now())
    shorter = blueprint().model_copy(update={"keep": Keeping(days=30)})
    domain.lifecycle.apply(actor(), mission.id, proposed(domain, mission, shorter).id)
    assert domain.retention.trim(TEAM, mission.id, clock.now()) == (old,)
