"""Whose workspace it is that something comes from: each event, click and command finds its edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from agent.checks.registry import CheckTool
from agent.effects.registry import EffectTool
from bot.checking import check_tools, effect_tools
from bot.clients import Clients, InstalledClients, OneClient
from bot.compose import artifacts_url
from bot.edge.context import Edge
from bot.edge.tenancy import channel_of, is_shared, tenants_of
from bot.facts.sessions import files_of, sessions_of
from bot.settings import Settings
from missions.artifacts import Artifacts
from missions.domain import Domain
from missions.ids import ChannelId, TeamId
from missions.keys import TeamKeys

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


class InstalledWorkspaces:
    """The workspaces with an installation, as storage says at this moment."""

    only = None

    def __init__(
        self,
        domain: Domain,
        clients: InstalledClients,
        tools: Mapping[str, CheckTool],
        artifacts: Artifacts,
        effects: Mapping[str, EffectTool],
    ) -> None:
        self._domain = domain
        self._clients = clients
        self._tools = tools
        self._session, self._files = sessions_of(artifacts), files_of(artifacts)
        self._effects = effects

    def of(self, body: Json) -> tuple[Edge, ...]:
        """Whose it is, by the installation that Slack names and the messages that it is about."""
        installed = self._clients.store.teams()
        found = tenants_of(body, installed)
        if is_shared(body):
            found = (*found, *self._living_in(channel_of(body), installed))
        edges = (self.at(team) for team in dict.fromkeys(found))
        return tuple(edge for edge in edges if edge)

    def at(self, team: TeamId) -> Edge | None:
        """The workspace, if Houston is installed there."""
        client = self._clients.of(team)
        if client.known is None:
            return None
        edge = Edge.build(self._domain, client, self._tools)
        found = replace(edge, session=self._session, files=self._files)
        return replace(found, effects=self._effects, installed=True)

    def _living_in(self, channel: ChannelId, installed: Iterable[TeamId]) -> list[TeamId]:
        """Workspaces with Missions in a channel that several organisations share.

        Slack sends what is said there once, and names one of the workspaces for all.
        """
        teams = sorted(installed)
        pipe = self._domain.redis.pipeline(transaction=False)
        for team in teams:
            pipe.sismember(TeamKeys(team).channels, channel)
        return [team for team, lives in zip(teams, pipe.execute(), strict=True) if lives]


def workspaces_of(settings: Settings, domain: Domain, clients: Clients) -> Workspaces:
    """The workspaces that these clients speak to; with one token Slack is asked who that is."""
    tools = check_tools(settings, domain.clock)
    effects = effect_tools(settings)
    artifacts = Artifacts(artifacts_url(settings))
    if isinstance(clients, InstalledClients):
        clients.store.seal_anew()
        return InstalledWorkspaces(domain, clients, tools, artifacts, effects)
    if isinstance(clients, OneClient):
        edge = Edge.build(domain, clients.only, tools)
        found = replace(edge, session=sessions_of(artifacts), files=files_of(artifacts))
        return OneWorkspace(replace(found, effects=effects))
    raise TypeError(type(clients).__name__)
