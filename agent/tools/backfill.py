"""Offering a backfill: past occurrences, counted, run only by a person's click [S6 C7]."""

from __future__ import annotations

from langchain.tools import tool

from agent.desk import Desk
from agent.picking import pick_task
from agent.tools.facts import when_words
from agent.tools.moments import past_instant
from agent.tools.plans import proposal_of
from agent.tools.resolve import require_edit, resolve
from agent.tools.results import done
from agent.tools.runtime import AtDesk
from agent.triggers import OperationRefused
from missions.cards import BackfillCard
from missions.effects import Propose
from missions.errors import TransitionRefused
from missions.mission import MissionState
from missions.phrases import say
from missions.proposal import ProposalKind


@tool
def offer_backfill(
    first: str,
    last: str,
    runtime: AtDesk,
    mission: str | None = None,
    task: str | None = None,
) -> str:
    """Offer to run past occurrences of a Mission that did not run: "backfill", "make up for".

    The range ends before `last`, local. `task` is for one Task only.
    """
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    require_edit(desk, target, "to-backfill")
    if target.state is not MissionState.ACTIVE:
        raise TransitionRefused(
            say(
                "say-state",
                mission=target.name,
                state=target.state,
                then=say("then-backfill-active"),
            ),
            target.state,
        )
    plan = desk.reader.blueprint(desk.viewer, target.id)
    only = pick_task(plan, task).id if task else None
    begin, end = past_instant(desk, first), past_instant(desk, last)
    if begin is None or end is None:
        raise OperationRefused(say("say-from-to"))
    made = desk.reader.past_runs(desk.viewer, target.id, begin, end, only)
    kind = ProposalKind.BACKFILL
    proposal = proposal_of(desk, target.id, kind, target.version, plan, made)
    if earlier := desk.proposed(target.id, kind):
        desk.withdraw(earlier)
    desk.stage(Propose(proposal=proposal), BackfillCard(mission=target.id, proposal=proposal.id))
    runs = [when_words(run.due, desk) for run in (made.runs[0], made.runs[-1])]
    return done(count=len(made.runs), first=runs[0], last=runs[-1], note="The card follows.")
