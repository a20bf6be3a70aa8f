"""Proposing a Mission or a change: staged for a person's click, after the plan is verified [B7]."""

from __future__ import annotations

from langchain.tools import tool

from agent import plan
from agent.desk import Desk
from agent.names import clean_name
from agent.operations import TaskSpec
from agent.tools.likeness import alike
from agent.tools.own_crons import cron_problems
from agent.tools.own_grants import ASKS_FIRST, own_grants
from agent.tools.people import own_people, person_named
from agent.tools.resolve import require_edit, resolve
from agent.tools.results import done, outside, refused
from agent.tools.runtime import AtDesk
from agent.unions import Operation, Setting
from agent.zoned import zoned
from missions.blueprint import Blueprint
from missions.cards import ChangeCard, PlanCard
from missions.effects import CreateDraft, Propose
from missions.ids import PersonId, new_proposal_id
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.proposal import Backfill, Proposal, ProposalKind
from missions.verify import approver_problems

REQUEST_MAX = 2000
"""Characters of the person's words kept with a Proposal, so that a stale card can be redone."""
NOT_HERE = "say-not-here"
CARD_FOLLOWS = "The card with the plan follows."
BEFORE_AFTER = "The card with before and after follows."
LOOKED_BACK = 50
"""Executions looked through for Tasks that a Draft has tried and dropped."""


@tool
def propose_mission(
    tasks: tuple[TaskSpec, ...],
    runtime: AtDesk,
    goal: str = "",
    name: str | None = None,
    objectives: tuple[str, ...] = (),
    settings: tuple[Setting, ...] = (),
    approvers: tuple[str, ...] = (),
) -> str:
    """Propose a new Mission; the person launches it by a click.

    Needs at least one Task with a time or an event, and an address to check or instructions. If the
    person did not say when or what, `ask` instead of guessing. Leave out name, goal and objectives
    unless the person gave them. Schedules that cron cannot say evenly (every 7 or 90 minutes, every
    second Friday) are asked back. `settings` are what else was asked for, for every Task unless one
    names its own. `approvers` may approve what it does outside: people named with @ in this
    message; without any, the person.
    """
    desk: Desk = runtime.context
    own = own_grants(desk, settings)
    asked = zoned(own_people(desk, own), desk.zone)
    made = plan.create(goal, zoned(tasks, desk.zone), objectives)
    blueprint = plan.with_settings(made, asked)
    said = tuple(dict.fromkeys(person_named(desk, words) for words in approvers))
    title = name if name is not None else plan.default_name(blueprint)
    return stage_draft(desk, title, blueprint, said, "" if own == settings else ASKS_FIRST)


def stage_draft(
    desk: Desk,
    name: str,
    blueprint: Blueprint,
    approvers: tuple[PersonId, ...] = (),
    remark: str = "",
) -> str:
    """Stage a new Mission with its plan card, after the plan is verified; the tool's answer.

    Without `approvers` it is the person who may approve what it does outside. The model is told
    the `remark`.
    """
    if any(isinstance(e, CreateDraft) and _same(e, blueprint) for e in desk.effects):
        return refused(say("say-proposed-already"))
    if not desk.may_create():
        return refused(say(NOT_HERE))
    channel = desk.channel.id
    problems = desk.unmentionable(blueprint, channel) + cron_problems(desk, blueprint)
    if findings := desk.verify(blueprint, None) + problems:
        return refused(*findings)
    title = clean_name(name)
    proposal = proposal_of(desk, desk.new_id(), ProposalKind.LAUNCH, 0, blueprint)
    mission = Mission(
        id=proposal.mission,
        team=desk.team,
        name=title,
        state=MissionState.DRAFT,
        channel=desk.channel.id,
        owner=desk.person.id,
        created_at=desk.now,
        thread_ts=desk.thread_ts,
        draft=proposal.id,
        approvers=approvers or (desk.person.id,),
    )
    known = alike(desk, blueprint, title)
    card = PlanCard(mission=mission.id, proposal=proposal.id, alike=known)
    desk.stage(CreateDraft(mission=mission, proposal=proposal), card)
    if known:
        return done(
            mission=mission.id, name=title, alike=outside(known), note=CARD_FOLLOWS + remark
        )
    return done(mission=mission.id, name=title, note=CARD_FOLLOWS + remark)


@tool
def propose_change(
    changes: tuple[Operation, ...], runtime: AtDesk, mission: str | None = None
) -> str:
    """Propose changes to a Mission's plan; the person applies them by a click.

    Put all that one message asks for into one call. Prefer small operations (set_time, set_days,
    add_check) over rewriting. They go on top of a change that waits for a click.
    """
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    require_edit(desk, target, "to-change")
    own = own_grants(desk, changes)
    asked = zoned(own_people(desk, own), desk.zone)
    after = plan.apply(desk.planned(target.id), asked, _used(desk, target))
    return propose_plan(desk, target, after, "" if own == changes else ASKS_FIRST)


def propose_plan(desk: Desk, target: Mission, after: Blueprint, remark: str = "") -> str:
    """Stage a whole new plan for a Mission, if it passes verification [B7]; see `stage_draft`."""
    problems = desk.unmentionable(after, target.channel) + approver_problems(after, target)
    problems += cron_problems(desk, after, target)
    if findings := desk.verify(after, confirmed(desk, target)) + problems:
        return refused(*findings)
    if earlier := desk.proposed(target.id):
        desk.withdraw(earlier)
    is_draft = target.state is MissionState.DRAFT
    kind = ProposalKind.LAUNCH if is_draft else ProposalKind.CHANGE
    proposal = proposal_of(desk, target.id, kind, target.version, after)
    card = PlanCard if is_draft else ChangeCard
    waiting = desk.waiting(target.id)
    effect = Propose(proposal=proposal, on=waiting.id if waiting else None)
    desk.stage(effect, card(mission=target.id, proposal=proposal.id))
    return done(mission=target.id, note=BEFORE_AFTER + remark)


def confirmed(desk: Desk, mission: Mission) -> Blueprint | None:
    """The plan that a change is held against; a Draft's is not confirmed yet."""
    if mission.state is MissionState.DRAFT:
        return None
    return desk.reader.blueprint(desk.viewer, mission.id)


def _same(effect: CreateDraft, blueprint: Blueprint) -> bool:
    return effect.proposal.blueprint == blueprint


def proposal_of(
    desk: Desk,
    mission: str,
    kind: ProposalKind,
    base_version: int,
    blueprint: Blueprint,
    backfill: Backfill | None = None,
) -> Proposal:
    """A new Proposal of the person, with the words that it came from."""
    return Proposal.model_validate(
        {
            "id": new_proposal_id(),
            "mission": mission,
            "kind": kind,
            "base_version": base_version,
            "blueprint": blueprint,
            "by": desk.person.id,
            "at": desk.now,
            "request": desk.text[:REQUEST_MAX],
            "backfill": backfill,
        }
    )


def _used(desk: Desk, mission: Mission) -> plan.Used:
    """The ids that any version of the Mission has used, and those of Tasks that were tried."""
    reader, viewer = desk.reader, desk.viewer
    versions = [
        reader.blueprint(viewer, mission.id, v) for v in reader.versions(viewer, mission.id)
    ]
    tried = [e.task for e in reader.executions(viewer, mission.id, limit=LOOKED_BACK)]
    return plan.Used.by(versions, tried)
