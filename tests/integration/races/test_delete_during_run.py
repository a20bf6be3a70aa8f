"""A person deletes the Mission while its run renews, ends and speaks."""

from __future__ import annotations

from functools import partial

from missions import keys as k
from missions.cards import MissionCard
from missions.domain import Domain
from missions.keys import TeamKeys
from missions.outbox import entry
from tests.integration.races.kit import ROUNDS, at_once
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
