"""Which Slack client speaks to which workspace: one token, or one per installation."""

from __future__ import annotations

from typing import Protocol

from bot.client import SlackClient
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
