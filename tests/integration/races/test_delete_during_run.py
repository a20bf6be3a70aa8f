"""A person deletes the Mission while its run renews, ends and speaks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from missions import keys as k
from missions.cards import MissionCard
from missions.domain import Domain
from missions.execution import Execution
from missions.keys import TeamKeys
from missions.outbox import entry
from missions.tx import DELETED, Lost
from tests.integration.races.kit import ROUNDS, at_once, between
from tests.support.build import actor, launched, task
from tests.support.fakes import GRACE, OPS, TEAM
from tests.support.runs import GOOD, claimed, due


def test_what_finishes_late_writes_nothing_back(domain: Domain) -> None:
    """[M6] Whoever comes first: after the clearing nothing is left."""
    for _ in range(ROUNDS):
        mission = launched(domain)
        running = claimed(domain, mission, due(domain, mission, task())).execution
        said = entry(TEAM, OPS, MissionCard(mission=mission.id))
        at_once(
            partial(domain.lifecycle.delete, actor(), mission.id, mission.id),
            partial(domain.endings.renew, TEAM, running),
            partial(domain.endings.end, TEAM, running, GOOD),
            partial(domain.lifecycle.stop, actor(GRACE), mission.id),
            partial(domain.outbox.say, said),
        )
        assert domain.store.mission(TEAM, mission.id) is None
        domain.remains.clear(TEAM, mission.id)
        at_once(
            partial(domain.endings.renew, TEAM, running),
            partial(domain.endings.end, TEAM, running, GOOD),
            partial(domain.remains.clear, TEAM, mission.id),
        )
        assert domain.remains.left(TEAM, mission.id) == 0
        assert domain.redis.zcard(k.LEASES) == domain.redis.zcard(k.PENDING) == 0
        waiting = domain.redis.hvals(TeamKeys(TEAM).outbox)
        assert not [text for text in waiting if mission.id in text]


LATE: dict[str, Callable[[Domain, Execution], Any]] = {
    "renew": lambda domain, run: domain.endings.renew(TEAM, run),
    "end": lambda domain, run: domain.endings.end(TEAM, run, GOOD),
    "say": lambda domain, run: domain.outbox.say(
        entry(TEAM, OPS, MissionCard(mission=run.mission))
    ),
}


@pytest.mark.parametrize("what", LATE)
def test_a_delete_between_look_and_write(domain: Domain, what: str) -> None:
    """[M6] The worker has read it as it was; what it writes then does not come back."""
    mission = launched(domain)
    run = claimed(domain, mission, due(domain, mission, task())).execution

    def gone() -> None:
        domain.lifecycle.delete(actor(), mission.id, mission.id)
        domain.remains.clear(TEAM, mission.id)

    try:
        between(lambda: LATE[what](domain, run), gone)
    except Lost as lost:
        assert lost.guard == DELETED
    assert domain.remains.left(TEAM, mission.id) == 0
    assert domain.redis.zcard(k.LEASES) == domain.redis.zcard(k.PENDING) == 0
    waiting = domain.redis.hvals(TeamKeys(TEAM).outbox)
    assert not [text for text in waiting if mission.id in text]


def test_an_end_between_look_and_delete_is_deleted_too(domain: Domain) -> None:
    """[M6] The report that the run put out meanwhile goes as well."""
    mission = launched(domain)
    run = claimed(domain, mission, due(domain, mission, task())).execution
    delete = partial(domain.lifecycle.delete, actor(), mission.id, mission.id)
    between(delete, partial(domain.endings.end, TEAM, run, GOOD))
    assert domain.store.mission(TEAM, mission.id) is None
    domain.remains.clear(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) == 0
    assert not [text for text in domain.redis.hvals(TeamKeys(TEAM).outbox) if mission.id in text]
