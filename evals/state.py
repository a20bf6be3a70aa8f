"""What is stored at a moment of a case: the facts that cases are judged by."""

from __future__ import annotations

from dataclasses import dataclass

from evals.people import TEAM
from evals.world import World
from missions import keys as k
from missions.blueprint import Blueprint
from missions.ids import MissionId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.proposal import Proposal, ProposalKind, ProposalState
from missions.store import DRAFT_VERSION


@dataclass(frozen=True)
class Stored:
    """A Mission with its current plan and the change of it that waits for a click."""

    mission: Mission
    blueprint: Blueprint
    change: Proposal | None
    stopped: frozenset[str]

    @property
    def standing(self) -> tuple[object, ...]:
        """What no words may change."""
        m = self.mission
        return (m.state, m.version, m.owner, m.channel, m.pause, m.mute, self._confirmed)

    @property
    def _confirmed(self) -> Blueprint | None:
        return self.blueprint if self.mission.version else None


@dataclass(frozen=True)
class State:
    """All Missions, by their ids; which were to run; and what the timer waits for."""

    missions: dict[MissionId, Stored]
    ran: frozenset[str]
    timers: frozenset[str]


def state_of(world: World) -> State:
    """What is stored now."""
    store = world.domain.store
    ids = [MissionId(i) for i in store.zrange(TeamKeys(TEAM).missions, 0, -1)]
    found = {m.id: _stored(world, m) for m in store.missions(TEAM, ids)}
    pending = {k.split_member(member, 3)[1] for member in store.zrange(k.PENDING, 0, -1)}
    timers = {k.split_member(member, 3)[1] for member in store.zrange(k.TIMER, 0, -1)}
    return State(found, frozenset(pending), frozenset(timers))


def open_launch(world: World, mission: Mission) -> Proposal | None:
    """The plan of a Draft that waits for a click."""
    if mission.draft is None:
        return None
    return world.domain.store.proposal(TEAM, mission.id, mission.draft)


def open_backfill(world: World, mission: Mission) -> Proposal | None:
    """The backfill that waits for a click."""
    return next((p for p in _open(world, mission) if p.kind is ProposalKind.BACKFILL), None)


def _open(world: World, mission: Mission) -> list[Proposal]:
    keys = TeamKeys(TEAM).mission(mission.id)
    texts = [t for f, t in world.domain.store.hgetall(keys.proposals).items() if f.startswith("P-")]
    return [p for p in map(Proposal.load, texts) if p.state is ProposalState.OPEN]


def _stored(world: World, mission: Mission) -> Stored:
    store, keys = world.domain.store, TeamKeys(TEAM).mission(mission.id)
    blueprint = store.blueprint(TEAM, mission.id, mission.version or DRAFT_VERSION)
    if blueprint is None:
        raise RuntimeError(f"{mission.id} has no plan")
    waiting = [p for p in _open(world, mission) if p.kind is ProposalKind.CHANGE]
    stopped = frozenset(store.hgetall(keys.stops))
    return Stored(mission, blueprint, waiting[0] if waiting else None, stopped)
