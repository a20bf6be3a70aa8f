"""Facts about backfills: what one would run, and what became of its runs [S6]."""

from __future__ import annotations

from bot.blocks.backfill_card import BackfillFacts, BackfillRunsFacts, Cost, PastResult
from bot.facts.gather import Gather, standing_people
from missions.backfills import backfill_id
from missions.errors import ProposalRefused
from missions.execution import Execution, Occurrence
from missions.ids import ExecutionId, MissionId, ProposalId
from missions.phrases import say
from missions.proposal import Backfill, Proposal

COUNTED = 10
"""The latest runs that a cost goes by."""


def backfill_facts(gather: Gather, mission_id: MissionId, proposal_id: ProposalId) -> BackfillFacts:
    """A Proposal to backfill; `UnknownMission` or `ProposalRefused` if it is not there."""
    mission = gather.mission(mission_id)
    proposal, made = _proposal(gather, mission_id, proposal_id)
    tasks = {run.task for run in made.runs}
    runs = gather.domain.reader.executions(gather.viewer, mission_id, limit=5 * COUNTED)
    latest = [r for r in runs if r.task in tasks and r.ended_at is not None][:COUNTED]
    return BackfillFacts(
        mission=mission,
        proposal=proposal,
        backfill=made,
        titles={t.id: t.title for t in proposal.blueprint.tasks},
        cost=_cost(latest),
        now=gather.now,
        zone=gather.zone(mission),
        depends=any(t.trigger.kind == "event" for t in proposal.blueprint.tasks),
        people=gather.people(standing_people(mission, None)),
    )


def backfill_runs_facts(
    gather: Gather, mission_id: MissionId, proposal_id: ProposalId
) -> BackfillRunsFacts:
    """A backfill that was started, with what became of each run."""
    mission = gather.mission(mission_id)
    proposal, made = _proposal(gather, mission_id, proposal_id)
    reader = gather.domain.reader
    rows = reader.occurrences(
        gather.viewer, mission_id, [backfill_id(r.task, r.due) for r in made.runs]
    )
    own = [row if row and row.backfill == proposal_id else None for row in rows]
    ids = [row.execution for row in own if row and row.execution]
    executions = {e.id: e for e in reader.executions_of(gather.viewer, mission_id, ids)}
    titles = {t.id: t.title for t in proposal.blueprint.tasks}
    results = tuple(
        PastResult(run, titles.get(run.task, run.task), row, _execution(row, executions))
        for run, row in zip(made.runs, own, strict=True)
    )
    return BackfillRunsFacts(mission, proposal, results, gather.zone(mission))


def _proposal(
    gather: Gather, mission: MissionId, proposal_id: ProposalId
) -> tuple[Proposal, Backfill]:
    proposal = gather.domain.reader.proposal(gather.viewer, mission, proposal_id)
    if proposal.backfill is None:
        raise ProposalRefused(say("card-unknown"), "unknown")
    return proposal, proposal.backfill


def _execution(row: Occurrence | None, known: dict[ExecutionId, Execution]) -> Execution | None:
    return known.get(row.execution) if row and row.execution else None


def _cost(latest: list[Execution]) -> Cost:
    count = len(latest)
    if not count:
        return Cost(0)
    return Cost(
        runs=count,
        tokens=sum(e.tokens for e in latest) / count,
        dollars=sum(e.cost_usd for e in latest) / count,
    )
