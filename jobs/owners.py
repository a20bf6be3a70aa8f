"""Do the owners of Missions still read their channels? Asked every hour, and on events [P3].

A job asks Slack, so that a slow answer keeps no timer waiting; without an answer nothing changes.
"""

from __future__ import annotations

import structlog
from redis import Redis

from jobs.queues import RqBell
from jobs.rounds import Rounds
from jobs.runtime import current
from missions.domain import Domain
from missions.errors import HoustonError
from missions.ids import ChannelId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.listing import Listing
from missions.mission import Mission
from missions.ports import Access
from missions.quarantine import noted

log = structlog.get_logger(__name__)

EVERY_MS = 60 * 60 * 1000
"""How often an owner is asked for in a channel."""

MOST = 300
"""How many Missions are looked at in one part of the round."""


class OwnerRounds:
    """Goes round all Missions and rings for owners who were not asked for within the hour."""

    def __init__(self, domain: Domain, bell: RqBell) -> None:
        self._domain = domain
        self._bell = bell
        self._rounds = Rounds(domain.store)

    def ring(self) -> None:
        """One part of the round."""
        store = self._domain.store
        for keys in self._rounds.next(MOST):
            with noted(store, keys):
                mission = store.mission(keys.team, keys.mission)
                if mission and _not_lately(self._domain.redis, mission):
                    self._bell.owner(keys.team, mission.channel, mission.owner)


def check(team: str, channel: str, person: str) -> None:
    """The job: what Slack says of a person's right to read, noted with the Missions they own.

    Without a channel, those in all channels.
    """
    domain = current().domain
    listing = Listing(domain.store)
    channels = (ChannelId(channel),) if channel else listing.channels(TeamId(team))
    for place in channels:
        owned = _owned(domain, listing, TeamId(team), place, PersonId(person))
        if owned:
            _note(domain, place, PersonId(person), owned)


def _note(domain: Domain, channel: ChannelId, person: PersonId, owned: list[Mission]) -> None:
    access = domain.directory.known_access(owned[0].team, person, channel)
    if access is None:
        log.info("owner_unknown", channel=channel, person=person)
        return
    for mission in owned:
        try:
            domain.lifecycle.owner_known(
                mission.team, mission.id, person, reads=access >= Access.READ
            )
        except HoustonError as refusal:
            log.warning("owner_not_noted", mission=mission.id, error=refusal.event)


def _owned(
    domain: Domain, listing: Listing, team: TeamId, channel: ChannelId, person: PersonId
) -> list[Mission]:
    ids = listing.every(team, (channel,), None)
    return [m for m in domain.store.missions(team, ids) if m.owner == person]


def _not_lately(redis: Redis, mission: Mission) -> bool:
    key = TeamKeys(mission.team).cache("owner", mission.channel, mission.owner)
    return bool(redis.set(key, "1", nx=True, px=EVERY_MS))
