"""Reads for people: every read has a viewer, and hides what the viewer may not know of [P1]."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from typing import cast

from pydantic import Field

from missions.approval import Approval, approvals_of
from missions.backfills import plan_backfill
from missions.blueprint import Blueprint
from missions.closed import owned_in_closed
from missions.errors import ProposalRefused, UnknownMission
from missions.execution import Execution, Occurrence, Outcome, Report
from missions.ids import (
    ChannelId,
    ExecutionId,
    MissionId,
    OccurrenceId,
    PersonId,
    ProposalId,
    TaskId,
    TeamId,
    as_mission_id,
)
from missions.keys import TeamKeys
from missions.listing import Listing
from missions.mission import Change, Mission, MissionState, Pause
from missions.phrases import say
from missions.ports import Clock
from missions.proposal import Backfill, Proposal
from missions.proposals import Asking, open_change
from missions.quiet import Quiet
from missions.record import Record
from missions.rights import Rights
from missions.saving import CHANGES_KEPT
from missions.schedule import coming_instants
from missions.search import Found, Search
from missions.store import DRAFT_VERSION, Store
from missions.taskstate import TaskState
from missions.versions import Version, with_makers
from missions.viewer import Viewer


class NextRun(Record):
    """A coming run."""

    mission: MissionId
    name: str
    task: TaskId
    title: str
    at: datetime


class Page(Record):
    """One page of Missions, newest first; `counts` is how many there are of each state.

    `more` says that a search may have found others, older ones, had it gone on; `unsure` that of
    some channel nobody said whether the viewer may read it, so that Missions may be missing.
    """

    items: tuple[Mission, ...]
    page: int
    pages: int
    total: int
    more: bool = False
    unsure: bool = False
    counts: dict[MissionState, int] = Field(default_factory=dict)


class Reader:
    """Missions and all that belongs to them, as far as a viewer may see."""

    def __init__(self, store: Store, clock: Clock, rights: Rights, quiet: Quiet) -> None:
        self._store = store
        self._clock = clock
        self._rights = rights
        self._quiet = quiet
        self._listing = Listing(store)
        self._search = Search(store)

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
        own_first: bool = False,
    ) -> Page:
        """Missions by state and by an ID, or words of their name or a Task's title [R6].

        With `own_first` the viewer's own come before all others.
        """
        words = search.casefold().split()
        channels, unsure, kept = self._told_readable(viewer)
        owner = viewer.person if own_first else None
        search_in = self._search.containing
        found = search_in(viewer.team, channels, state, words, owner) if words else None
        if found is not None:
            found = found.with_more(m.id for m in _named(kept, words) if state in (None, m.state))
        if mission_id := as_mission_id(search):
            seen = {*channels, *(m.channel for m in kept if m.id == mission_id)}
            found = self._of_id(viewer.team, mission_id, seen, state)
        shut = tuple({m.channel: None for m in kept})
        ranks = self._listing.page(
            viewer.team, channels, state, owner, page, per_page, own_in=(viewer.person, shut)
        )
        listed = ranks.counts.get(state, 0) if state else sum(ranks.counts.values())
        total = listed if found is None else len(found.missions)
        pages = max(1, -(-total // per_page))
        page = min(max(page, 1), pages)
        first = (page - 1) * per_page
        ids = ranks.missions if found is None else found.missions[first : first + per_page]
        return Page(
            items=tuple(self._store.missions(viewer.team, ids)),
            page=page,
            pages=pages,
            total=total,
            more=found is not None and found.more,
            unsure=unsure,
            counts=ranks.counts,
        )

    def _of_id(
        self,
        team: TeamId,
        mission_id: MissionId,
        channels: Set[ChannelId],
        state: MissionState | None,
    ) -> Found:
        """The Mission of that ID, if it lives in one of the channels and is in that state."""
        found = self._store.mission(team, mission_id)
        fits = found and found.channel in channels and state in (None, found.state)
        return Found([mission_id] if fits else [], more=False)

    def find(self, viewer: Viewer, words: str) -> tuple[Mission, ...]:
        """Missions meant by `words`: an ID, else an exact name, else all words in the name."""
        mission_id = as_mission_id(words)
        if mission_id:
            try:
                return (self.mission(viewer, mission_id),)
            except UnknownMission:
                return ()
        wanted = words.casefold().split()
        if not wanted:
            return ()
        channels, _, kept = self._told_readable(viewer)
        ids = self._search.named(viewer.team, channels, wanted)
        return (*self._store.missions(viewer.team, ids), *_named(kept, wanted))

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

    def version_list(self, viewer: Viewer, mission: MissionId) -> tuple[Version, ...]:
        """All confirmed versions with who made each and when, newest first [B8]."""
        numbers = self.versions(viewer, mission)
        return with_makers(numbers, self.changes(viewer, mission, CHANGES_KEPT))

    def proposal(self, viewer: Viewer, mission: MissionId, proposal: ProposalId) -> Proposal:
        """A Proposal; `ProposalRefused` if it is not known."""
        self.mission(viewer, mission)
        found = self._store.proposal(viewer.team, mission, proposal)
        if found is None:
            raise ProposalRefused(say("card-unknown"), "unknown")
        return found

    def open_change(
        self, viewer: Viewer, mission: MissionId, channel: ChannelId, thread: str
    ) -> Proposal | None:
        """The change that waits for a click and on which the viewer builds in that thread."""
        found = self.mission(viewer, mission)
        keys = TeamKeys(viewer.team).mission(mission)
        asking = Asking(viewer.person, channel, thread)
        return open_change(self._store, keys, found, asking, self._clock.now())

    def executions(
        self, viewer: Viewer, mission: MissionId, *, limit: int = 10, offset: int = 0
    ) -> tuple[Execution, ...]:
        """Executions, newest first."""
        self.mission(viewer, mission)
        key = TeamKeys(viewer.team).mission(mission).history
        ids = self._store.zrange(key, start=offset, end=offset + limit - 1, desc=True)
        return self._store.executions(viewer.team, mission, ids)

    def approvals(
        self, viewer: Viewer, mission: MissionId, execution: ExecutionId
    ) -> tuple[Approval, ...]:
        """What an Execution wanted to do outside, and who answered [A1]."""
        self.mission(viewer, mission)
        return approvals_of(self._store, TeamKeys(viewer.team).mission(mission), execution)

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
        self,
        viewer: Viewer,
        mission: MissionId | None,
        count: int = 3,
        *,
        after: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[NextRun, ...]:
        """Coming runs of one Mission, or of all Active ones that the viewer may see.

        Of a Draft, those that it would have if it were launched now. Of several Missions each has
        its next one, before the others have their second. Only those later than `after`
        and before `until`, if these are given. What a pause of all keeps from starting is none of
        them [M10].
        """
        now = max(self._clock.now(), after or self._clock.now())
        wanted = self._active(viewer) if mission is None else [self.mission(viewer, mission)]
        paused = {c: self._quiet.now(viewer.team, c) for c in {m.channel for m in wanted}}
        starts = {c: _end_of(pause, now) for c, pause in paused.items()}
        runs = [
            run
            for m in wanted
            if (start := starts[m.channel]) is not None
            for run in self._coming(m, start, count)
            if until is None or run.at < until
        ]
        runs.sort(key=lambda r: (r.at, r.mission, r.task))
        if until is None and len(runs) > count:
            runs = _each_first(runs)[:count]
        return tuple(sorted(runs, key=lambda r: (r.at, r.mission, r.task))[:count])

    def name(self, viewer: Viewer, person: PersonId) -> str | None:
        """The display name of somebody of the viewer's workspace."""
        return self._rights.name(viewer.team, person)

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

    def occurrences(
        self, viewer: Viewer, mission: MissionId, ids: Sequence[OccurrenceId]
    ) -> tuple[Occurrence | None, ...]:
        """Rows of the ledger by their ids, in that order; None for one that is not there."""
        self.mission(viewer, mission)
        texts = self._store.hmget(TeamKeys(viewer.team).mission(mission).occurrences, ids)
        return tuple(Occurrence.load(text) if text else None for text in texts)

    def executions_of(
        self, viewer: Viewer, mission: MissionId, ids: Sequence[ExecutionId]
    ) -> tuple[Execution, ...]:
        """The Executions with these ids that are on record."""
        self.mission(viewer, mission)
        return self._store.executions(viewer.team, mission, ids)

    def past_runs(
        self,
        viewer: Viewer,
        mission: MissionId,
        first: datetime,
        last: datetime,
        task: TaskId | None = None,
    ) -> Backfill:
        """What a backfill of that time would run [S6]; raises `NothingToBackfill`."""
        plan = self.blueprint(viewer, mission)
        found = self.mission(viewer, mission)
        return plan_backfill(self._store, found, plan, first, last, self._clock.now(), task)

    def not_run(
        self,
        viewer: Viewer,
        mission: MissionId,
        *,
        after: datetime | None,
        before: datetime | None,
        limit: int = 1_000,
    ) -> tuple[Occurrence, ...]:
        """Rows of the ledger between two instants that ended without a run, newest first [S1]."""
        self.mission(viewer, mission)
        keys = TeamKeys(viewer.team).mission(mission)
        low = f"({after.timestamp()}" if after else "-inf"
        high = f"({before.timestamp()}" if before else "+inf"
        ids = self._store.redis.zrevrangebyscore(keys.ledger, high, low, start=0, num=limit)
        rows = self._store.hmget(keys.occurrences, cast("list[str]", ids))
        found = (Occurrence.load(text) for text in rows if text)
        return tuple(row for row in found if row.outcome in (Outcome.SKIPPED, Outcome.MISSED))

    def _readable(self, viewer: Viewer) -> tuple[ChannelId, ...]:
        """Channels with Missions that the viewer may see."""
        return self._told_readable(viewer)[0]

    def _told_readable(
        self, viewer: Viewer
    ) -> tuple[tuple[ChannelId, ...], bool, tuple[Mission, ...]]:
        """The same, and whether it is not known of some; rights are asked once per channel.

        Last the viewer's own Missions in channels that Houston cannot see any more.
        """
        channels = self._listing.channels(viewer.team)
        if viewer.place is not None:
            channels = tuple(c for c in channels if c == viewer.place)
        told = {c: self._rights.may_read(viewer.team, viewer.person, c) for c in channels}
        readable = tuple(c for c, may in told.items() if may)
        closed = [c for c in channels if not told[c]] if viewer.place is None else []
        own = owned_in_closed(self._store, viewer.team, viewer.person, closed)
        kept = tuple(m for m in own if self._rights.keeps(viewer.person, m))
        shut = {m.channel for m in kept}
        return readable, any(may is None and c not in shut for c, may in told.items()), kept

    def _active(self, viewer: Viewer) -> list[Mission]:
        """Active Missions that the viewer may see."""
        channels = self._readable(viewer)
        ids = self._listing.every(viewer.team, channels, MissionState.ACTIVE)
        return self._store.missions(viewer.team, ids)

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
            for at in coming_instants(plan, t, now, count)
        ]


def _named(missions: Sequence[Mission], words: Sequence[str]) -> list[Mission]:
    """Those whose names have all the words, which are in lower case."""
    return [m for m in missions if all(word in m.name.casefold() for word in words)]


def _end_of(pause: Pause | None, now: datetime) -> datetime | None:
    """From when on something runs again, the end of the pause included; None if it has no end."""
    if pause is None:
        return now
    return max(now, pause.until - timedelta.resolution) if pause.until else None


def _each_first(runs: Sequence[NextRun]) -> list[NextRun]:
    """The next run of each Mission, then the rest; both in order of time."""
    firsts: dict[MissionId, NextRun] = {}
    for run in runs:
        firsts.setdefault(run.mission, run)
    chosen = list(firsts.values())
    return chosen + [run for run in runs if run not in chosen]
