"""Which Slack client speaks to which workspace: one token, or one per installation."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from redis import Redis

from bot.client import SlackClient
from bot.oauth.installations import RedisInstallationStore
from bot.oauth.tokens import Tokens
from bot.pace import Pace
from missions.counting import Counting
from missions.ids import TeamId


class Clients(Protocol):
    """The clients of all workspaces that are served."""

    def of(self, team: TeamId) -> SlackClient:
        """The workspace's client. Where Houston is not installed its calls are `TokenRefused`."""
        ...

    def teams(self) -> tuple[TeamId, ...]:
        """Every workspace in which Houston is installed."""
        ...


class OneClient:
    """The client of the only token that is set; it speaks for every record that there is."""

    def __init__(self, client: SlackClient) -> None:
        self.only = client

    def of(self, team: TeamId) -> SlackClient:
        """The one client."""
        return self.only

    def teams(self) -> tuple[TeamId, ...]:
        """The token's workspace; Slack is asked once which that is."""
        return (self.only.identity.team,)


class InstalledClients:
    """A client per installation; who it is comes from storage, not from Slack."""

    def __init__(
        self, store: RedisInstallationStore, tokens: Tokens, base_url: str, redis: Redis
    ) -> None:
        self.store = store
        self._tokens = tokens
        self._base_url = base_url
        self._pace, self._counting = Pace(redis), Counting(redis)
        self._made: dict[TeamId, SlackClient] = {}

    def of(self, team: TeamId) -> SlackClient:
        """The workspace's client, the same one until the app is installed there anew."""
        kept = self.store.read(team)
        known = kept.grant.identity if kept else None
        made = self._made.get(team)
        if made is None or made.known != known:
            token = partial(self._tokens.token, team)
            made = SlackClient(token, self._base_url, self._pace, self._counting, known)
            self._made[team] = made
        return made

    def teams(self) -> tuple[TeamId, ...]:
        """Every workspace in which Houston is installed."""
        return tuple(sorted(self.store.teams()))
