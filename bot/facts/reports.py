"""Facts about Executions and what they found [R1]."""

from __future__ import annotations

from collections.abc import Set
from typing import cast

from pydantic import TypeAdapter

from bot.blocks.outage_card import Missed
from bot.blocks.progress import ProgressFacts
from bot.blocks.report import ReportFacts
from bot.blocks.report_detail import DetailFacts
from bot.facts.charts import charts_of, draws_charts
from bot.facts.gather import Gather, standing_people
from missions.cards import MissedRuns
from missions.errors import UnknownMission
from missions.execution import Execution
from missions.ids import ChannelId, ExecutionId, MissionId, PersonId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outbox import Ref
from missions.store import Store

_PLACE = TypeAdapter(tuple[ChannelId, str])


def report_facts(gather: Gather, mission_id: MissionId, execution: ExecutionId) -> ReportFacts:
    """An Execution that ended, and its Report if it has one."""
    mission = gather.mission(mission_id)
    reader = gather.domain.reader
    run = reader.execution(gather.viewer, mission_id, execution)
    quiet = gather.quiet(mission)
    found = reader.report(gather.viewer, mission_id, execution)
    plan = reader.blueprint(gather.viewer, mission_id, run.version)
    return ReportFacts(
        mission=mission,
        execution=run,
        report=found,
        people=gather.people([run.by, *run.mentions, *standing_people(mission, quiet)]),
        mentioned=mentionable(gather, mission, run),
        zone=gather.zone(mission),
        quiet=quiet,
        charts=charts_of(gather, run, found),
        drawn=draws_charts(gather),
        tasks=len(plan.tasks),
    )


def mentionable(gather: Gather, mission: Mission, run: Execution) -> tuple[PersonId, ...]:
    """Whom the report may mention now: people who cannot read the channel any more are left out."""
    rights = gather.domain.rights
    return tuple(p for p in run.mentions if rights.can_read(mission.team, p, mission.channel))


def detail_facts(gather: Gather, mission_id: MissionId, execution: ExecutionId) -> DetailFacts:
    """What stands in the thread of a report."""
    mission = gather.mission(mission_id)
    run = gather.domain.reader.execution(gather.viewer, mission_id, execution)
    found = gather.domain.reader.report(gather.viewer, mission_id, execution)
    return DetailFacts(
        execution=run,
        report=found,
        charts=charts_of(gather, run, found),
        drawn=draws_charts(gather),
        zone=gather.zone(mission),
    )


def progress_facts(gather: Gather, mission_id: MissionId, execution: ExecutionId) -> ProgressFacts:
    """A running Execution and its steps; `UnknownMission` if it has ended."""
    mission = gather.mission(mission_id)
    run = gather.domain.reader.execution(gather.viewer, mission_id, execution)
    shown = gather.domain.progress.of(mission.team, mission_id, execution)
    if shown is None:
        raise UnknownMission(mission_id)
    return ProgressFacts(
        mission=mission,
        execution=run,
        progress=shown,
        now=gather.now,
        people=gather.people([run.by]),
        zone=gather.zone(mission),
    )


def missed_facts(gather: Gather, missed: tuple[MissedRuns, ...]) -> tuple[Missed, ...]:
    """Missed runs with names; Missions that are gone meanwhile are left out."""
    found = []
    for runs in missed:
        try:
            mission = gather.mission(runs.mission)
            blueprint = gather.domain.reader.blueprint(gather.viewer, runs.mission)
        except UnknownMission:
            continue
        task = blueprint.task(runs.task)
        title = task.title if task else runs.task
        of = (mission.id, mission.name, title, runs.count, runs.made_up, runs.untaken)
        found.append(Missed(*of))
    return tuple(found)


def report_links(
    gather: Gather, mission: Mission, executions: Set[ExecutionId]
) -> dict[ExecutionId, str]:
    """The addresses of the reports of these Executions that are in Slack."""
    return {
        execution: gather.link(channel, ts)
        for execution, (channel, ts) in _roots(gather.domain.store, mission, executions).items()
    }


def report_root(store: Store, mission: Mission, execution: ExecutionId) -> str | None:
    """The ts of the report of an Execution in the Mission's channel, if it is there."""
    found = _roots(store, mission, {execution}).get(execution)
    return found[1] if found and found[0] == mission.channel else None


def _roots(
    store: Store, mission: Mission, executions: Set[ExecutionId]
) -> dict[ExecutionId, tuple[ChannelId, str]]:
    """Of each Execution the first message about it."""
    keys = TeamKeys(mission.team)
    places = map(_PLACE.validate_json, store.hgetall(keys.mission(mission.id).posts).values())
    by_channel: dict[ChannelId, list[str]] = {}
    for channel, ts in places:
        by_channel.setdefault(channel, []).append(ts)
    roots: dict[ExecutionId, tuple[ChannelId, str]] = {}
    for channel, stamps in by_channel.items():
        stamps.sort()
        for ts, text in zip(stamps, store.hmget(keys.channel_refs(channel), stamps), strict=True):
            execution = Ref.load(text).execution if text else None
            if execution in executions:
                roots.setdefault(cast(ExecutionId, execution), (channel, ts))
    return roots
