"""Reads the domain for one viewer: the surroundings that all facts share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.blocks.pauses import task_pause
from bot.blocks.tasks import Coming, TaskFacts
from bot.blocks.ways import Waits
from bot.directory import HOUSTON
from missions.artifacts import Artifact
from missions.blueprint import Blueprint, Task
from missions.calendar import CronError
from missions.describe import (
    check_in_words,
    notify_in_words,
    outside_in_words,
    strategy_in_words,
    trigger_in_words,
)
from missions.domain import Domain
from missions.event_words import counts_in_words
from missions.execution import Execution, Session
from missions.ids import ChannelId, MissionId, PersonId, TaskId
from missions.mission import Mission, Pause
from missions.reader import NextRun
from missions.schedule import coming_instants
from missions.viewer import Viewer

NEXT_RUNS = 3
"""How many coming runs a card shows [C3 C5]."""


def no_files(mission: Mission, execution: Execution) -> tuple[Artifact, ...]:
    """Where no files are kept."""
    return ()


@dataclass(frozen=True)
class Gather:
    """The domain as one viewer sees it.

    `link` makes the address of a message in Slack, `session` finds an Execution's Session, `files`
    all files that it left.
    """

    domain: Domain
    viewer: Viewer
    link: Callable[[ChannelId, str], str]
    session: Callable[[Mission, Execution], Session | None]
    files: Callable[[Mission, Execution], tuple[Artifact, ...]] = no_files

    @property
    def now(self) -> datetime:
        """The current instant."""
        return self.domain.clock.now()

    def mission(self, mission: MissionId) -> Mission:
        """The Mission; `UnknownMission` if the viewer may not know of it.

        A mute that has ended by itself is not shown any more.
        """
        return self.as_now(self.domain.reader.mission(self.viewer, mission))

    def as_now(self, mission: Mission) -> Mission:
        """The Mission without a mute that has ended by itself."""
        return mission if mission.muted(self.now) else mission.model_copy(update={"mute": None})

    def launch_of(self, mission: Mission) -> Waits | None:
        """What launches a Draft; None of what was launched."""
        if mission.draft is None:
            return None
        found = self.domain.store.proposal(mission.team, mission.id, mission.draft)
        return Waits(found, self.now) if found else None

    def quiet(self, mission: Mission) -> Pause | None:
        """The pause of all that holds where the Mission lives [M10]."""
        return self.domain.quiet.now(mission.team, mission.channel)

    def zone(self, mission: Mission | None = None) -> str:
        """The zone for text that Slack cannot put in each reader's own: the viewer's, else the
        owner's of the Mission."""
        directory = self.domain.directory
        people = [self.viewer.person, *([mission.owner] if mission else [])]
        for person in people:
            found = None if person == HOUSTON else directory.person(self.viewer.team, person)
            if found:
                return found.zone
        return "UTC"

    def people(self, ids: Iterable[PersonId | None]) -> dict[PersonId, str]:
        """Display names of those that Slack knows."""
        found = {}
        for person in {one for one in ids if one}:
            known = self.domain.directory.person(self.viewer.team, person)
            if known:
                found[person] = known.name
        return found

    def tasks(
        self, blueprint: Blueprint, count: int = NEXT_RUNS, mission: Mission | None = None
    ) -> tuple[TaskFacts, ...]:
        """The Tasks of a plan in words, with their coming instants; of a Mission with pauses."""
        pauses = self.pauses(mission) if mission else {}
        people = self.people(pause.by for pause in pauses.values())
        zone = self.zone(mission)
        counts = self.domain.events.counts(mission.team, mission.id) if mission else {}
        found = []
        for task in blueprint.tasks:
            pause = pauses.get(task.id)
            facts = self._task(blueprint, task, 0 if pause else count)
            events = counts_in_words(counts.get(task.id, {}))
            found.append(replace(facts, paused=task_pause(pause, people, zone), events=events))
        return tuple(found)

    def pauses(self, mission: Mission) -> dict[TaskId, Pause]:
        """The Tasks that are paused alone now [M9]."""
        states = self.domain.reader.task_states(self.viewer, mission.id)
        return {t: s.pause for t, s in states.items() if s.pause and s.paused(self.now)}

    def coming(self, runs: Iterable[NextRun]) -> tuple[Coming, ...]:
        """Coming runs with the zone in which each was said, and where its Mission is talked of."""
        zones: dict[MissionId, dict[TaskId, str]] = {}
        urls: dict[MissionId, str] = {}
        found = []
        for run in runs:
            if run.mission not in zones:
                plan = self.domain.reader.blueprint(self.viewer, run.mission)
                zones[run.mission] = {task.id: task.trigger.zone for task in plan.tasks}
                urls[run.mission] = self.thread_url(self.mission(run.mission))
            zone = zones[run.mission].get(run.task, "UTC")
            url = urls[run.mission]
            found.append(Coming(run.at, zone, run.title, run.mission, run.name, url))
        return tuple(found)

    def thread_url(self, mission: Mission) -> str:
        """The address of the thread that a Mission was made in; "" if it has none."""
        return self.link(mission.channel, mission.thread_ts) if mission.thread_ts else ""

    def _task(self, plan: Blueprint, task: Task, count: int) -> TaskFacts:
        """A plan that verification refused may hold a cron that is none: it is shown as it is."""
        now = self.now
        try:
            coming = coming_instants(plan, task, now, count)
            trigger = trigger_in_words(task.trigger, now, plan)
            strategy = strategy_in_words(task, now)
        except CronError:
            coming, strategy = (), ()
            trigger = task.trigger.cron if task.trigger.kind == "cron" else "?"
        return TaskFacts(
            task=task,
            trigger=trigger,
            checks=tuple(map(check_in_words, task.checks)),
            strategy=strategy,
            notify=notify_in_words(task.notify),
            next=coming,
            outside=outside_in_words(task),
        )


def standing_people(mission: Mission, quiet: Pause | None) -> list[PersonId | None]:
    """Who paused or muted a Mission, or all in its place."""
    return [
        mission.pause.by if mission.pause else None,
        mission.mute.by if mission.mute else None,
        quiet.by if quiet else None,
    ]
