"""Deletes from Slack what the bot had said about a deleted Mission, at Slack's rate [M6]."""

from __future__ import annotations

from typing import Final

import structlog

from bot import wiring
from bot.client import SlackClient
from bot.directs import direct_with
from bot.slack_errors import FileGone, MessageGone, RateLimited, SlackFailure
from jobs import runtime
from missions.cards import DeletedCard
from missions.domain import Domain
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.leaving import UNINSTALLED
from missions.outbox import entry, is_file
from missions.tx import Lost

BATCH: Final = 40
"""Messages deleted by one job, so that deliveries go on in between; Slack: 50 a minute."""
PAUSE_SECONDS: Final = 1.0
WAIT_SECONDS: Final = 30.0
"""How long to wait when Slack cannot be reached."""
COUNTED_MS: Final = 7 * 24 * 60 * 60 * 1000
"""How long the count of deleted messages is kept if the cleanup does not finish."""

log = structlog.get_logger("bot.cleanup")


def clean(team: str, mission: str) -> None:
    """The job: delete the next messages; the sweep rings again until all are gone."""
    domain = runtime.current().domain
    Cleanup(domain, wiring.client(TeamId(team)), TeamId(team), MissionId(mission)).run()


class Cleanup:
    """The messages about one deleted Mission."""

    def __init__(
        self, domain: Domain, client: SlackClient, team: TeamId, mission: MissionId
    ) -> None:
        self._domain = domain
        self._client = client
        self._team, self._mission = team, mission
        self._count = TeamKeys(team).cache("cleaned", mission)

    def run(self) -> None:
        """Delete a batch; when nothing is left, say so to the person who deleted the Mission."""
        places = self._domain.remains.places(self._team, self._mission)
        for channel, ts in places[:BATCH]:
            wait = self._delete(channel, ts)
            if wait:
                self._again_in(wait)
                return
        if len(places) > BATCH:
            self._again_in(PAUSE_SECONDS)
            return
        self._finish()

    def _delete(self, channel: ChannelId, ts: str) -> float:
        """Delete one message or file; how many seconds to wait if Slack does not do it now."""
        remains = self._domain.remains
        try:
            if is_file(ts):
                self._client.delete_file(ts)
            else:
                self._client.delete(channel, ts)
        except (MessageGone, FileGone):
            remains.gone(self._team, self._mission, channel, ts)
        except RateLimited as limited:
            return max(limited.retry_after, PAUSE_SECONDS)
        except SlackFailure as failure:
            if not failure.permanent:
                return WAIT_SECONDS
            log.warning("message_kept", mission=self._mission, channel=channel, code=failure.code)
            remains.refused(self._team, self._mission, channel, ts)
        else:
            remains.gone(self._team, self._mission, channel, ts)
            if not is_file(ts):
                self._domain.redis.incr(self._count)
                self._domain.redis.pexpire(self._count, COUNTED_MS)
        return 0.0

    def _again_in(self, seconds: float) -> None:
        try:
            self._domain.remains.not_before(self._team, self._mission, seconds)
        except Lost:
            log.info("cleanup_closed", mission=self._mission)

    def _finish(self) -> None:
        deleted = int(self._domain.redis.getdel(self._count) or 0)
        ended = self._domain.remains.finish(self._team, self._mission)
        if ended is None:
            return
        by, channel, refused = ended
        log.info("cleanup_done", mission=self._mission, messages=deleted, refused=len(refused))
        if by == UNINSTALLED:
            return
        card = DeletedCard(mission=self._mission, messages=deleted, refused=len(refused))
        self._tell(by, channel, card)

    def _tell(self, by: PersonId, channel: ChannelId, card: DeletedCard) -> None:
        """In a direct message, or to that person alone in the channel."""
        try:
            direct = direct_with(self._client, self._domain.redis, by)
            said = entry(self._team, direct, card)
        except SlackFailure:
            said = entry(self._team, channel, card, to=by)
        self._domain.outbox.say(said)
        self._domain.bell.delivery(self._team, said.channel)
