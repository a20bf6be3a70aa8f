"""A person deletes the Mission while its run renews, ends and speaks."""

from __future__ import annotations

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
            lambda m=mission: domain.lifecycle.delete(actor(), m.id, m.id),
            lambda e=running: domain.endings.renew(TEAM, e),
            lambda e=running: domain.endings.end(TEAM, e, GOOD),
            lambda m=mission: domain.lifecycle.stop(actor(GRACE), m.id),
            lambda s=said: domain.outbox.say(s),
        )
        assert domain.store.mission(TEAM, mission.id) is None
        domain.remains.clear(TEAM, mission.id)
        at_once(
            lambda e=running: domain.endings.renew(TEAM, e),
            lambda e=running: domain.endings.end(TEAM, e, GOOD),
            lambda m=mission: domain.remains.clear(TEAM, m.id),
        )
        assert domain.remains.left(TEAM, mission.id) == 0
        assert domain.redis.zcard(k.LEASES) == domain.redis.zcard(k.PENDING) == 0
        waiting = domain.redis.hvals(TeamKeys(TEAM).outbox)
        assert not [text for text in waiting if mission.id in text]
