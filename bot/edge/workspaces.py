"""Whose workspace it is that something comes from: each event, click and command finds its edge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from bot.checking import check_tools
from bot.clients import Clients, OneClient
from bot.compose import artifacts_url
from bot.edge.context import Edge
from bot.facts.sessions import sessions_of
from bot.settings import Settings
from missions.artifacts import Artifacts
from missions.domain import Domain
from missions.ids import TeamId

Json = dict[str, Any]


class Workspaces(Protocol):
    """The workspaces that are served."""

    @property
    def only(self) -> Edge | None:
        """The one workspace that everything is from; None if there may be several."""
        ...

    def of(self, body: Json) -> tuple[Edge, ...]:
        """Whose it is that Slack sends. None if Houston is not installed there."""
        ...

    def at(self, team: TeamId) -> Edge | None:
        """The workspace of that id, if it is served."""
        ...


class OneWorkspace:
    """The workspace of the only token; everything that comes is meant for it."""

    def __init__(self, edge: Edge) -> None:
        self.only = edge

    def of(self, body: Json) -> tuple[Edge, ...]:
        """The one workspace, also for what somebody from elsewhere does in a shared channel."""
        return (self.only,)

    def at(self, team: TeamId) -> Edge | None:
        """The one workspace; records of others, left by another token, are not touched."""
        return self.only if team == self.only.team else None


def workspaces_of(settings: Settings, domain: Domain, clients: Clients) -> Workspaces:
    """The workspaces that these clients speak to; with one token Slack is asked who that is."""
    tools = check_tools(settings, domain.clock)
    session = sessions_of(Artifacts(artifacts_url(settings)))
    if not isinstance(clients, OneClient):
        raise NotImplementedError
    return OneWorkspace(replace(Edge.build(domain, clients.only, tools), session=session))
