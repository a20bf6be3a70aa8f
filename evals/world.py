"""The world of a case: real storage and domain, the product's own conversation, people as told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta

from langchain_core.language_models import BaseChatModel
from redis import Redis

from agent.address import AllowedHosts
from agent.calling import NO_TERMS, Terms
from agent.checkpointer import RedisCheckpointer
from agent.checks.http import HttpTool
from agent.conversation import Conversation
from agent.effects.http_request import HttpRequestTool
from evals.case import MONDAY, Case, Past, Standing
from evals.notation import task_of
from evals.people import TEAM, CaseClock, CaseDirectory, SilentBell, channel_id, person_id
from evals.people import place_of as place_of_case
from jobs import runtime
from jobs.threads import checkpoint_prefix
from missions.artifacts import Artifacts
from missions.blueprint import Blueprint, Finding
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import CheckResult, Execution, Measured, Report, Status
from missions.ids import ChannelId, MissionId, new_proposal_id, new_token
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from missions.proposal import Proposal, ProposalKind
from missions.proposals import write_draft
from missions.spending import Spent
from missions.store import Store
from missions.viewer import Actor

MEMORY_SECONDS = 3600
DEFAULT_ZONE = "UTC"


@dataclass(frozen=True)
class Brain:
    """What is under test: the product's conversation around a model, and what it can plan.

    No check and no act is carried out in a case, so the tools serve all of them.
    """

    conversation: Conversation
    http: HttpTool
    acts: HttpRequestTool
    checkpointer: RedisCheckpointer
    redis: Redis


@dataclass(frozen=True)
class World:
    """One case's storage, filled."""

    case: Case
    domain: Domain
    clock: CaseClock
    place: ChannelId


@contextmanager
def brain(
    address: str, model: BaseChatModel, *, offline: bool, terms: Terms = NO_TERMS
) -> Iterator[Brain]:
    """The conversation with its memory in the storage at that address."""
    with Redis.from_url(address, decode_responses=True) as redis:
        memory = RedisCheckpointer(redis, checkpoint_prefix, ttl_seconds=MEMORY_SECONDS)
        http = HttpTool(CaseClock(MONDAY), AllowedHosts.parse(""), None)
        talk = Conversation(model, memory, offline=offline, terms=terms)
        acts = HttpRequestTool(AllowedHosts.parse(""))
        yield Brain(talk, http, acts, memory, redis)


def world_of(case: Case, thinking: Brain) -> World:
    """The world at the start of a case; what the storage held before is gone."""
    thinking.redis.flushdb()
    clock = CaseClock(case.clock)
    domain = Domain.build(thinking.redis, clock, CaseDirectory(case), SilentBell())
    runtime.install(
        runtime.Runtime(
            domain=domain,
            tools={thinking.http.name: thinking.http},
            checkpointer=thinking.checkpointer,
            artifacts=Artifacts("memory://evals"),
            effects={thinking.acts.name: thinking.acts},
            default_zone=DEFAULT_ZONE,
            conversation=thinking.conversation,
        )
    )
    world = World(case, domain, clock, place_of_case(case))
    for standing in case.missions:
        _found(world, standing)
    _quiet(domain.store, world)
    return world


def spent_in(world: World) -> Spent:
    """What a case cost, however many days it took, as the product counted it."""
    days = (world.clock.now() - world.case.clock).days + 2
    spending = world.domain.spending
    each = (world.case.clock + timedelta(days=n) for n in range(days))
    return sum((spending.of_team(TEAM, at.astimezone(UTC).date()) for at in each), Spent())


def actor(name: str) -> Actor:
    """A person of the case as one who acts."""
    return Actor(team=TEAM, person=person_id(name))


def _found(world: World, standing: Standing) -> None:
    """Bring a Mission to where it stands at the start."""
    domain = world.domain
    mission, proposal = _drafted(world, standing)
    if standing.state is not MissionState.DRAFT:
        domain.lifecycle.launch(actor(standing.owner), mission.id, proposal.id)
    if standing.past is not None:
        _ran(world, standing, mission.id, standing.past)
    if standing.state is MissionState.PAUSED:
        domain.lifecycle.disable(actor(standing.owner), mission.id, standing.note)


def _drafted(world: World, standing: Standing) -> tuple[Mission, Proposal]:
    now = world.clock.now() - timedelta(days=2)
    tasks = tuple(task_of(line, i, standing.title) for i, line in enumerate(standing.tasks, 1))
    blueprint = Blueprint(
        goal=standing.goal or f"Know how {standing.name} is doing",
        objectives=("It answers",),
        tasks=tasks,
    )
    mission = Mission(
        id=MissionId(standing.id),
        team=TEAM,
        name=standing.name,
        state=MissionState.DRAFT,
        channel=channel_id(standing.channel) if standing.channel else world.place,
        owner=person_id(standing.owner),
        created_at=now,
    )
    proposal = Proposal(
        id=new_proposal_id(),
        mission=mission.id,
        kind=ProposalKind.LAUNCH,
        base_version=0,
        blueprint=blueprint,
        by=mission.owner,
        at=world.clock.now(),
    )
    keys = TeamKeys(TEAM).mission(mission.id)
    tx = world.domain.store.mission_tx(keys)
    write_draft(tx, keys, mission, proposal)
    tx.commit()
    return mission, proposal


def _ran(world: World, standing: Standing, mission: MissionId, past: Past) -> None:
    """One Execution of its first Task, by the steps that a worker takes."""
    domain = world.domain
    due = domain.lifecycle.run_now(actor(standing.owner), mission, "before")
    claim = domain.claims.claim(TEAM, mission, due[0], new_token())
    if claim is None:
        raise RuntimeError(f"{standing.name} could not be run")
    if past is not Past.RUNNING:
        domain.endings.end(TEAM, claim.execution, _ending(claim.execution, standing, past))


def _ending(execution: Execution, standing: Standing, past: Past) -> Ending:
    if past is Past.FAILED:
        return Ending(status=Status.FAILED, error=standing.note or "The worker was stopped.")
    bad = past is Past.CRITICAL
    finding = Finding.CRITICAL if bad else Finding.ALL_GOOD
    url = standing.tasks[0].split("|")[1].split()[0]
    status = Measured(field="status", expected="200", actual=503 if bad else 200, holds=not bad)
    result = CheckResult(
        check="C1",
        title=f"GET {url}",
        finding=finding,
        measured=(status,),
        note=standing.note,
    )
    headline = f"{execution.task_title}: {'critical' if bad else 'all good'}"
    report = Report(headline=headline, lines=(standing.note or headline,), results=(result,))
    return Ending(status=Status.SUCCESS, finding=finding, report=report)


def _quiet(store: Store, world: World) -> None:
    """Forget what the setting up had to say."""
    keys = TeamKeys(TEAM)
    channels = {place_of_case(world.case), *map(channel_id, world.case.channels)}
    store.redis.delete(keys.outbox, *map(keys.lane, channels))
