"""Ready-made domain objects for tests."""

from __future__ import annotations

from datetime import datetime

from missions.blueprint import (
    Blueprint,
    Check,
    CronTrigger,
    Expectation,
    Op,
    Task,
    Trigger,
)
from missions.domain import Domain
from missions.ids import (
    ChannelId,
    CheckId,
    MissionId,
    PersonId,
    ProposalId,
    TaskId,
    TeamId,
    new_mission_id,
    new_proposal_id,
)
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from missions.proposal import Proposal, ProposalKind
from missions.proposals import write_draft, write_proposal
from missions.viewer import Actor
from tests.support.fakes import ADA, OPS, TEAM

EVERY_5 = CronTrigger(cron="*/5 * * * *", zone="UTC")
DAILY_9 = CronTrigger(cron="0 9 * * *", zone="Europe/Berlin")


def check(url: str = "https://shop.example/health", number: int = 1) -> Check:
    return Check(
        id=CheckId(f"C{number}"),
        tool="http",
        arguments={"url": url},
        expect=(Expectation(field="status", op=Op.EQ, value=200),),
    )


def task(trigger: Trigger = EVERY_5, number: int = 1, **changes: object) -> Task:
    made = Task(
        id=TaskId(f"T{number}"),
        title=f"Check {number}",
        trigger=trigger,
        checks=(check(),),
        tools=("http",),
    )
    return made.model_copy(update=changes)


def blueprint(*tasks: Task) -> Blueprint:
    return Blueprint(goal="Keep the shop up", objectives=("It answers",), tasks=tasks or (task(),))


def actor(person: PersonId = ADA) -> Actor:
    return Actor(team=TEAM, person=person)


def draft(
    domain: Domain,
    plan: Blueprint | None = None,
    *,
    name: str = "Shop watch",
    channel: ChannelId = OPS,
    owner: PersonId = ADA,
    findings: tuple[str, ...] = (),
    team: TeamId = TEAM,
    thread_ts: str | None = "100.000100",
    request: str = "",
) -> tuple[Mission, Proposal]:
    """A Draft with an open launch Proposal."""
    now: datetime = domain.clock.now()
    mission = Mission(
        id=new_mission_id(),
        team=team,
        name=name,
        state=MissionState.DRAFT,
        channel=channel,
        owner=owner,
        created_at=now,
        thread_ts=thread_ts,
    )
    proposal = Proposal(
        id=new_proposal_id(),
        mission=mission.id,
        kind=ProposalKind.LAUNCH,
        base_version=0,
        blueprint=plan or blueprint(),
        by=owner,
        at=now,
        findings=findings,
        request=request,
    )
    keys = TeamKeys(team).mission(mission.id)
    tx = domain.store.mission_tx(keys)
    write_draft(tx, keys, mission, proposal)
    tx.commit()
    return stored(domain, mission.id, team), proposal


def launched(domain: Domain, plan: Blueprint | None = None, **options: object) -> Mission:
    mission, proposal = draft(domain, plan, **options)  # type: ignore[arg-type]
    return domain.lifecycle.launch(actor(mission.owner), mission.id, proposal.id)


def proposed(
    domain: Domain,
    mission: Mission,
    plan: Blueprint,
    by: PersonId = ADA,
    on: ProposalId | None = None,
) -> Proposal:
    """A change Proposal on the Mission's current version."""
    proposal = Proposal(
        id=new_proposal_id(),
        mission=mission.id,
        kind=ProposalKind.CHANGE,
        base_version=mission.version,
        blueprint=plan,
        by=by,
        at=domain.clock.now(),
    )
    keys = TeamKeys(mission.team).mission(mission.id)
    tx = domain.store.mission_tx(keys)
    write_proposal(tx, keys, domain.store, mission, proposal, on)
    tx.commit()
    return proposal


def stored(domain: Domain, mission: MissionId, team: TeamId = TEAM) -> Mission:
    found = domain.store.mission(team, mission)
    assert found is not None
    return found
