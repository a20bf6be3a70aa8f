"""Facts about Missions as they are listed and looked at [R6 R7]."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.blocks.history import HistoryFacts, HistoryItem, NotRun
from bot.blocks.list_card import ListFacts, ListItem
from bot.blocks.mission_card import MissionFacts, TaskLine
from bot.blocks.tasks import Coming
from bot.facts.gather import NEXT_RUNS, Gather, standing_people
from bot.facts.ledger import with_not_run
from bot.facts.reports import report_links
from missions.ahead import has_ahead
from missions.approval import is_waiting
from missions.execution import Execution
from missions.feedback import feedback_of
from missions.ids import MissionId, PersonId
from missions.mission import Change, Mission, MissionState, Pause
from missions.overview import Result
from missions.taskstate import TaskState

PER_PAGE = 10
"""Missions, and Executions, on one page."""
RESULTS = 10
"""How many of a Mission's latest results a list shows."""
COMING = 10
"""Coming runs when they are asked for by themselves."""
STRETCH = 40
"""Coming runs of a stretch of time that a card shows: 50 blocks hold that many."""
_CHANGES = 3


def list_facts(gather: Gather, state: MissionState | None, search: str, page: int) -> ListFacts:
    """One page of the Missions that the viewer may see.

    To one person alone their own come first; what all in a channel read is in one order for all.
    """
    viewer = gather.viewer
    found = gather.domain.reader.missions(
        viewer,
        state=state,
        search=search,
        page=page,
        per_page=PER_PAGE,
        own_first=viewer.place is None,
    )
    names = gather.people(m.owner for m in found.items)
    results = gather.domain.overview.results(viewer, found.items, RESULTS)
    return ListFacts(
        items=tuple(_item(gather, one, names, results.get(one.id, ())) for one in found.items),
        total=found.total,
        more=found.more,
        unsure=found.unsure,
        page=found.page,
        pages=found.pages,
        state=state,
        search=search,
        counts=found.counts,
    )


def mission_facts(gather: Gather, mission_id: MissionId) -> MissionFacts:
    """A Mission with what goes on in it."""
    mission = gather.mission(mission_id)
    reader = gather.domain.reader
    blueprint = reader.blueprint(gather.viewer, mission_id)
    states = reader.task_states(gather.viewer, mission_id)
    changes = reader.changes(gather.viewer, mission_id, limit=_CHANGES)
    coming = next_runs_facts(gather, mission_id, NEXT_RUNS)
    running = reader.running(gather.viewer, mission_id)
    lines = []
    for facts in gather.tasks(blueprint, count=0):
        state = states.get(facts.task.id, TaskState())
        pause = state.pause if state.paused(gather.now) else None
        finding = state.last_finding
        title, task = facts.task.title, facts.task.id
        line = TaskLine(title, facts.trigger, state.last_status, finding, pause, task)
        lines.append(line)
    quiet = gather.quiet(mission)
    pauses = [line.pause for line in lines]
    by = [pause.by for pause in pauses if pause]
    under_way = {execution.task for execution in running}
    over = not (coming or any(pauses)) and not has_ahead(blueprint, gather.now, under_way)
    return MissionFacts(
        mission=mission,
        goal=blueprint.goal,
        tasks=tuple(lines),
        next=coming,
        running=len(running),
        waiting=sum(map(is_waiting, running)),
        changes=changes,
        past=mission.state is MissionState.ACTIVE and over,
        people=gather.people([*_named(mission, changes), *standing_people(mission, quiet), *by]),
        zone=gather.zone(mission),
        quiet=quiet,
        launch=gather.launch_of(mission),
    )


def history_facts(gather: Gather, mission_id: MissionId, page: int) -> HistoryFacts:
    """One page of Executions, newest first."""
    mission = gather.mission(mission_id)
    reader = gather.domain.reader
    total = reader.count_executions(gather.viewer, mission_id)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    runs = reader.executions(
        gather.viewer, mission_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    links = report_links(gather, mission, {run.id for run in runs})
    return HistoryFacts(
        mission=mission,
        items=with_feedback(
            gather, mission, with_not_run(gather, mission, runs, links, page, pages)
        ),
        total=total,
        people=gather.people(_who(runs)),
        zone=gather.zone(mission),
    )


def with_feedback(
    gather: Gather, mission: Mission, items: tuple[HistoryItem | NotRun, ...]
) -> tuple[HistoryItem | NotRun, ...]:
    """The items, each Execution with what people think of its report [R1]."""
    runs = [item.execution.id for item in items if isinstance(item, HistoryItem)]
    given = feedback_of(gather.domain.store, mission.team, mission.id, runs)
    return tuple(
        replace(item, feedback=given[item.execution.id])
        if isinstance(item, HistoryItem) and item.execution.id in given
        else item
        for item in items
    )


def next_runs_facts(
    gather: Gather,
    mission: MissionId | None,
    count: int = COMING,
    after: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Coming, ...]:
    """Coming runs of one Mission, or of all that the viewer may see."""
    reader = gather.domain.reader
    runs = reader.next_runs(gather.viewer, mission, count, after=after, until=until)
    return gather.coming(runs)


def _item(
    gather: Gather, mission: Mission, names: dict[PersonId, str], results: tuple[Result, ...]
) -> ListItem:
    states = gather.domain.reader.task_states(gather.viewer, mission.id).values()
    armed = sorted(s.next_at for s in states if s.next_at and not s.paused(gather.now))
    paused = sorted((s.pause for s in states if s.pause and s.paused(gather.now)), key=_since)
    active = mission.state is MissionState.ACTIVE
    alone = paused[-1] if active and paused and not armed else None
    latest = results[-1] if results else None
    quiet = gather.quiet(mission)
    if quiet:
        armed = [at for at in armed if quiet.until and at >= quiet.until]
    return ListItem(
        mission=gather.as_now(mission),
        owner=names.get(mission.owner, "somebody"),
        next_at=armed[0] if armed else None,
        zone=gather.zone(mission),
        status=latest.status if latest else None,
        finding=latest.finding if latest else None,
        own=mission.owner == gather.viewer.person,
        results=results,
        quiet=quiet is not None,
        waits=any(result.waits for result in results),
        alone=alone,
        people=gather.people([alone.by]) if alone else {},
    )


def _since(pause: Pause) -> datetime:
    return pause.at


def _named(mission: Mission, changes: tuple[Change, ...]) -> list[PersonId | None]:
    return [mission.owner, *(change.by for change in changes)]


def _who(runs: tuple[Execution, ...]) -> list[PersonId | None]:
    return [run.by for run in runs]
