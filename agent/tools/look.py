"""Looking: lists, plans, history, coming runs, and the facts of an Execution [C7 C8]."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from langchain.tools import tool

from agent.desk import Desk
from agent.tools.facts import execution_facts, in_words, when_words
from agent.tools.moments import past_instant
from agent.tools.resolve import resolve
from agent.tools.results import done, outside, refused
from agent.tools.runtime import AtDesk
from agent.tools.stretches import is_bad, stretch_facts
from missions.cards import HistoryCard, ListCard, MissionCard, NextRunsCard, PlanViewCard
from missions.execution import Execution
from missions.mission import Mission, MissionState
from missions.phrases import say

LOOKED_BACK = 200
"""Runs among which that of a time of day is looked for."""
SHOWN = 10
"""Rows of a list or history that a model gets to see; the person sees the card."""


@tool
def list_missions(runtime: AtDesk, state: MissionState | None = None, search: str = "") -> str:
    """Show the Missions here, by state and words of their names if wanted."""
    desk: Desk = runtime.context
    page = desk.reader.missions(desk.viewer, state=state, search=search, per_page=SHOWN)
    desk.show(ListCard(state=state, search=search))
    rows = [{"id": m.id, "name": outside(m.name), "state": m.state} for m in page.items]
    return done(total=page.total, missions=rows)


@tool
def show_mission(mission: str | None, runtime: AtDesk) -> str:
    """Show a Mission's details: state, schedule, last result."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    desk.show(MissionCard(mission=target.id))
    return done(id=target.id, name=outside(target.name), state=target.state)


@tool
def show_plan(runtime: AtDesk, mission: str | None = None) -> str:
    """Show a Mission's plan; the result holds it, too."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    desk.show(PlanViewCard(mission=target.id))
    blueprint = desk.reader.blueprint(desk.viewer, target.id)
    return done(id=target.id, plan=blueprint.model_dump(mode="json"))


@tool
def show_history(runtime: AtDesk, mission: str | None = None) -> str:
    """Show a Mission's latest runs and what they found."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    desk.show(HistoryCard(mission=target.id))
    runs = desk.reader.executions(desk.viewer, target.id, limit=SHOWN)
    rows = [
        {"when": when_words(e.started_at, desk), "status": e.status, "finding": e.finding}
        for e in runs
    ]
    return done(id=target.id, runs=rows)


@tool
def show_next_runs(
    runtime: AtDesk,
    mission: str | None = None,
    everywhere: bool = False,
    after: str | None = None,
    until: str | None = None,
) -> str:
    """Show when a Mission runs next; `everywhere` is for all Missions here.

    For a stretch such as tonight give `after` and `until`, local.
    """
    desk: Desk = runtime.context
    begin, end = past_instant(desk, after), past_instant(desk, until)
    everywhere = everywhere or (mission is None and desk.focus is None)
    target = None if everywhere else resolve(desk, mission).id
    desk.show(NextRunsCard(mission=target, after=begin, until=end))
    coming = desk.reader.next_runs(desk.viewer, target, after=begin, until=end)
    rows = [{"mission": n.mission, "task": n.title, "at": when_words(n.at, desk)} for n in coming]
    return done(next=rows)


@tool
def explain_last(
    runtime: AtDesk,
    mission: str | None = None,
    failed: bool = False,
    at: str | None = None,
    after: str | None = None,
    until: str | None = None,
) -> str:
    """Facts of the run that this thread's report is about, else of a Mission's latest. `failed`
    looks for the latest that failed or found something, `at` for that of a time of day, 02:00;
    `after`, `until` (local) count all between. They are shown; add only what they do not say.
    """
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    if begin := past_instant(desk, after):
        return _counted(desk, target, begin, past_instant(desk, until))
    execution = _execution_at(desk, target, at) if at else _execution_meant(desk, target, failed)
    if execution is None and at:
        return refused(say("say-no-run-at", mission=target.name, at=at))
    if execution is None:
        return refused(say("say-not-run-yet", mission=target.name))
    report = desk.reader.report(desk.viewer, target.id, execution.id)
    desk.tell(in_words(target, execution, report, desk))
    return done(facts=execution_facts(execution, report, desk), shown=True)


def _counted(desk: Desk, target: Mission, begin: datetime, end: datetime | None) -> str:
    # A run of this very minute is not left out by a model that says until when in minutes.
    passed = end and end < desk.now.replace(second=0, microsecond=0)
    told = stretch_facts(desk, target, begin, end if passed else None)
    desk.tell(told)
    return done(facts=[outside(fact.line) for fact in told], shown=True)


def _execution_meant(desk: Desk, mission: Mission, failed: bool) -> Execution | None:
    if desk.focus_execution is not None and mission.id == desk.focus:
        return desk.reader.execution(desk.viewer, mission.id, desk.focus_execution)
    runs = desk.reader.executions(desk.viewer, mission.id, limit=SHOWN)
    bad = next((e for e in runs if failed and is_bad(e)), None)
    return bad or (runs[0] if runs else None)


def _execution_at(desk: Desk, mission: Mission, clock: str) -> Execution | None:
    """The latest run that was due at a time of day, on the person's clock."""
    runs = desk.reader.executions(desk.viewer, mission.id, limit=LOOKED_BACK)
    tz = ZoneInfo(desk.zone)
    return next((r for r in runs if f"{r.scheduled_at.astimezone(tz):%H:%M}" == clock), None)
