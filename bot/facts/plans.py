"""Facts about plans and proposed changes [C3 C5 R8]."""

from __future__ import annotations

from datetime import datetime

from bot.blocks.change_card import ChangeFacts
from bot.blocks.plan_card import PlanFacts
from bot.blocks.plan_view import PlanViewFacts
from bot.blocks.tasks import coming_of
from bot.facts.gather import NEXT_RUNS, Gather, standing_people
from missions.ahead import has_ahead
from missions.calendar import CronError
from missions.diff import MENTIONS, FieldChange, diff
from missions.ids import MissionId, PersonId, ProposalId
from missions.proposal import Proposal


def plan_facts(
    gather: Gather, mission_id: MissionId, proposal_id: ProposalId, alike: str = ""
) -> PlanFacts:
    """A launch Proposal; `UnknownMission` or `ProposalRefused` if it is not there."""
    mission = gather.mission(mission_id)
    proposal = gather.domain.reader.proposal(gather.viewer, mission_id, proposal_id)
    quiet = gather.quiet(mission)
    holds = mission.version == proposal.base_version + 1
    return PlanFacts(
        mission=mission,
        proposal=proposal,
        tasks=gather.tasks(proposal.blueprint, mission=mission if holds else None),
        now=gather.now,
        zone=gather.zone(mission),
        people=gather.people(
            [
                *standing_people(mission, quiet),
                *(m.person for m in proposal.blueprint.mentions),
                *mission.approvers,
            ]
        ),
        budget=gather.domain.spending.in_words(proposal.blueprint.budget),
        alike=alike,
        quiet=quiet,
    )


def change_facts(gather: Gather, mission_id: MissionId, proposal_id: ProposalId) -> ChangeFacts:
    """A change Proposal with what it changes in the version that it was made on."""
    mission = gather.mission(mission_id)
    reader = gather.domain.reader
    proposal = reader.proposal(gather.viewer, mission_id, proposal_id)
    before = reader.blueprint(gather.viewer, mission_id, proposal.base_version)
    runs = sorted(coming_of(gather.tasks(proposal.blueprint)), key=lambda run: run.at)
    quiet = gather.quiet(mission)
    return ChangeFacts(
        mission=mission,
        proposal=proposal,
        changes=_named(gather, diff(before, proposal.blueprint, gather.now)),
        next=tuple(runs[:NEXT_RUNS]),
        now=gather.now,
        zone=gather.zone(mission),
        people=gather.people([proposal.by, *standing_people(mission, quiet)]),
        quiet=quiet,
        over=not (runs or _has_ahead(proposal, gather.now)),
    )


def _has_ahead(proposal: Proposal, now: datetime) -> bool:
    """Whether the plan would start anything; what cannot be told is not called over."""
    try:
        return has_ahead(proposal.blueprint, now)
    except CronError:
        return True


def _named(gather: Gather, changes: tuple[FieldChange, ...]) -> tuple[FieldChange, ...]:
    """The changes with the names of people whom the domain knows by their ids."""
    ids = {word for c in changes if c.path == MENTIONS for word in (c.before, c.after) if word}
    names = gather.people(PersonId(word.split(" ", 1)[0]) for word in ids)

    def named(words: str | None) -> str | None:
        person, _, rest = (words or "").partition(" ")
        return f"{names.get(PersonId(person), person)} {rest}" if words else None

    return tuple(
        c.model_copy(update={"before": named(c.before), "after": named(c.after)})
        if c.path == MENTIONS
        else c
        for c in changes
    )


def plan_view_facts(gather: Gather, mission_id: MissionId) -> PlanViewFacts:
    """The current plan, or of a Draft the proposed one."""
    mission = gather.mission(mission_id)
    blueprint = gather.domain.reader.blueprint(gather.viewer, mission_id)
    quiet = gather.quiet(mission)
    return PlanViewFacts(
        mission=mission,
        blueprint=blueprint,
        version=mission.version,
        tasks=gather.tasks(blueprint, mission=mission),
        people=gather.people(
            [
                *standing_people(mission, quiet),
                *(m.person for m in blueprint.mentions),
                *mission.approvers,
            ]
        ),
        zone=gather.zone(mission),
        quiet=quiet,
        budget=gather.domain.spending.in_words(blueprint.budget),
        launch=gather.launch_of(mission),
    )
