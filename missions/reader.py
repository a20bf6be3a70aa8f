"""Reads for people: every read has a viewer, and hides what the viewer may not know of [P1]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from missions.blueprint import Blueprint
from missions.errors import ProposalRefused, UnknownMission
from missions.execution import Execution, Occurrence, Report
from missions.ids import ExecutionId, MissionId, ProposalId, TaskId, as_mission_id
from missions.keys import TeamKeys
from missions.mission import Change, Mission, MissionState
from missions.ports import Clock
from missions.proposal import Proposal
from missions.record import Record
from missions.rights import Rights
from missions.schedule import coming_instants
from missions.store import DRAFT_VERSION, Store
from missions.taskstate import TaskState
from missions.viewer import Viewer


class NextRun(Record):
    """A coming run."""

    mission: MissionId
    name: str
    task: TaskId
    title: str
    at: datetime


class Page(Record):
    """One page of Missions, newest first."""

    items: tuple[Mission, ...]
    page: int
    pages: int
    total: int


class Reader:
    """Missions and all that belongs to them, as far as a viewer may see."""

    def __init__(self, store: Store, clock: Clock, rights: Rights) -> None:
        self._store = store
        self._clock = clock
        self._rights = rights

    def mission(self, viewer: Viewer, mission: MissionId) -> Mission:
        """The Mission; `UnknownMission` if there is none or the viewer may not know of it."""
        found = self._store.mission(viewer.team, mission)
        if found is None or not self._rights.can_see(viewer, found):
            raise UnknownMission(mission)
        return found

    def missions(
        self,
        viewer: Viewer,
        *,
        state: MissionState | None = None,
        search: str = "",
        page: int = 1,
        per_page: int = 10,
    ) -> Page:
        """Missions by state and by words of their name or a Task's title [R6]."""
        words = search.casefold().split()
        found = [m for m in self._visible(viewer) if state in (None, m.state)]
        if words:
            found = [m for m in found if self._matches(m, words)]
        pages = max(1, -(-len(found) // per_page))
        page = min(max(page, 1), pages)
        items = found[(page - 1) * per_page : page * per_page]
        return Page(items=tuple(items), page=page, pages=pages, total=len(found))

    def find(self, viewer: Viewer, words: str) -> tuple[Mission, ...]:
        """Missions meant by `words`: an ID, else an exact name, else all words in the name."""
        mission_id = as_mission_id(words)
        if mission_id:
            try:
                return (self.mission(viewer, mission_id),)
            except UnknownMission:
                return ()
        wanted = words.casefold().split()
        visible = self._visible(viewer)
        exact = [m for m in visible if m.name.casefold().split() == wanted]
        if exact:
            return tuple(exact)
        return tuple(
            m for m in visible if wanted and all(w in m.name.casefold().split() for w in wanted)
        )

    def blueprint(
        self, viewer: Viewer, mission: MissionId, version: int | None = None
    ) -> Blueprint:
        """A version of the plan; by default the current one, of a Draft the proposed one."""
        found = self.mission(viewer, mission)
        wanted = (found.version or DRAFT_VERSION) if version is None else version
        blueprint = self._store.blueprint(viewer.team, mission, wanted)
        if blueprint is None:
            raise UnknownMission(mission)
        return blueprint

    def versions(self, viewer: Viewer, mission: MissionId) -> tuple[int, ...]:
        """Numbers of all confirmed versions."""
        self.mission(viewer, mission)
        found = self._store.hgetall(TeamKeys(viewer.team).mission(mission).blueprints)
        return tuple(sorted(int(v) for v in found if int(v) != DRAFT_VERSION))

    def proposal(self, viewer: Viewer, mission: MissionId, proposal: ProposalId) -> Proposal:
        """A Proposal; `ProposalRefused` if it is not known."""
        self.mission(viewer, mission)
        found = self._store.proposal(viewer.team, mission, proposal)
        if found is None:
            raise ProposalRefused("This card is no longer known; ask me again.", "unknown")
        return found

    def executions(
        self, viewer: Viewer, mission: MissionId, *, limit: int = 10, offset: int = 0
    ) -> tuple[Execution, ...]:
        """Executions, newest first."""
        self.mission(viewer, mission)
        key = TeamKeys(viewer.team).mission(mission).history
        ids = self._store.zrange(key, start=offset, end=offset + limit - 1, desc=True)
        return self._store.executions(viewer.team, mission, ids)

    def count_executions(self, viewer: Viewer, mission: MissionId) -> int:
        """How many Executions are on record."""
        self.mission(viewer, mission)
        return self._store.zcard(TeamKeys(viewer.team).mission(mission).history)

    def running(self, viewer: Viewer, mission: MissionId) -> tuple[Execution, ...]:
        """Executions that are running."""
        self.mission(viewer, mission)
        return self._store.running(viewer.team, mission)

    def execution(self, viewer: Viewer, mission: MissionId, execution: ExecutionId) -> Execution:
        """One Execution; `UnknownMission` if it is not there."""
        self.mission(viewer, mission)
        found = self._store.execution(viewer.team, mission, execution)
        if found is None:
            raise UnknownMission(mission)
        return found

    def report(self, viewer: Viewer, mission: MissionId, execution: ExecutionId) -> Report | None:
        """The Report of an Execution, if it has one."""
        self.mission(viewer, mission)
        return self._store.report(viewer.team, mission, execution)

    def task_states(self, viewer: Viewer, mission: MissionId) -> dict[TaskId, TaskState]:
        """What is known of each Task besides its plan."""
        self.mission(viewer, mission)
        return self._store.task_states(viewer.team, mission)

    def next_runs(
        self, viewer: Viewer, mission: MissionId | None, count: int = 3
    ) -> tuple[NextRun, ...]:
        """Coming runs of one Mission, or of all Active ones that the viewer may see.

        Of a Draft, those that it would have if it were launched now.
        """
        now = self._clock.now()
        if mission is None:
            wanted = [m for m in self._visible(viewer) if m.state is MissionState.ACTIVE]
        else:
            wanted = [self.mission(viewer, mission)]
        runs = [r for m in wanted for r in self._coming(m, now, count)]
        return tuple(sorted(runs, key=lambda r: (r.at, r.mission, r.task))[:count])

    def changes(self, viewer: Viewer, mission: MissionId, limit: int = 20) -> tuple[Change, ...]:
        """The newest entries of the change log [M7]."""
        self.mission(viewer, mission)
        return self._store.changes(viewer.team, mission, limit)

    def ledger(self, viewer: Viewer, mission: MissionId, limit: int = 50) -> tuple[Occurrence, ...]:
        """The newest rows of the ledger."""
        self.mission(viewer, mission)
        keys = TeamKeys(viewer.team).mission(mission)
        ids = self._store.zrange(keys.ledger, start=0, end=limit - 1, desc=True)
        rows = self._store.hmget(keys.occurrences, ids)
        return tuple(Occurrence.load(text) for text in rows if text)

    def _visible(self, viewer: Viewer) -> list[Mission]:
        """Missions that the viewer may see, newest first; rights are asked once per channel."""
        keys = TeamKeys(viewer.team)
        if viewer.place is not None:
            ids: Iterable[str] = self._store.smembers(keys.channel_missions(viewer.place))
        else:
            ids = self._store.zrange(keys.missions, start=0, end=-1)
        found = self._store.missions(viewer.team, [MissionId(i) for i in ids])
        readable = {
            channel: self._rights.can_read(viewer.team, viewer.person, channel)
            for channel in {m.channel for m in found}
        }
        seen = [m for m in found if readable[m.channel]]
        return sorted(seen, key=lambda m: (m.created_at, m.id), reverse=True)

    def _matches(self, mission: Mission, words: list[str]) -> bool:
        text = mission.name.casefold()
        if all(w in text for w in words):
            return True
        version = mission.version or DRAFT_VERSION
        plan = self._store.blueprint(mission.team, mission.id, version)
        titles = " ".join(t.title for t in plan.tasks).casefold() if plan else ""
        return all(w in f"{text} {titles}" for w in words)

    def _coming(self, mission: Mission, now: datetime, count: int) -> list[NextRun]:
        if mission.state is MissionState.PAUSED:
            return []
        version = mission.version or DRAFT_VERSION
        plan = self._store.blueprint(mission.team, mission.id, version)
        if plan is None:
            return []
        states = self._store.task_states(mission.team, mission.id)
        return [
            NextRun(mission=mission.id, name=mission.name, task=t.id, title=t.title, at=at)
            for t in plan.tasks
            if not states.get(t.id, TaskState()).paused(now)
            for at in coming_instants(plan, t.trigger, now, count)
        ]
