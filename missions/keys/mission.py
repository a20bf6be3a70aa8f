"""The keys of one Mission, which a delete removes [M6]."""

from __future__ import annotations

from dataclasses import dataclass

from missions.ids import (
    ApprovalId,
    ExecutionId,
    MissionId,
    OccurrenceId,
    TaskId,
    TeamId,
)
from missions.keys.shared import ROOT, member


@dataclass(frozen=True)
class MissionKeys:
    """Keys of one Mission."""

    team: TeamId
    mission: MissionId

    def _key(self, *parts: str) -> str:
        return ":".join((ROOT, self.team, "m", self.mission, *parts))

    @property
    def tombstone(self) -> str:
        """String: this Mission was deleted; it holds only the ID."""
        return ":".join((ROOT, self.team, "tombstone", self.mission))

    @property
    def cleanup(self) -> str:
        """Hash: outbox id → JSON [channel, ts] of messages that a delete still has to clear."""
        return ":".join((ROOT, self.team, "cleanup", self.mission))

    @property
    def refused(self) -> str:
        """Hash: outbox id → JSON [channel, ts] of messages that Slack would not delete."""
        return ":".join((ROOT, self.team, "refused", self.mission))

    @property
    def deleter(self) -> str:
        """String: who deleted the Mission, until they were told that all is gone."""
        return ":".join((ROOT, self.team, "deleter", self.mission))

    @property
    def pattern(self) -> str:
        """Glob of every key of the Mission."""
        return self._key("*")

    @property
    def record(self) -> str:
        """Hash: `doc` (JSON of the Mission), `state`, `rev`, `version`, `held` (pauses before)."""
        return self._key("record")

    @property
    def blueprints(self) -> str:
        """Hash: version → JSON Blueprint; `0` is the Draft's."""
        return self._key("blueprints")

    @property
    def proposals(self) -> str:
        """Hash: Proposal id → JSON."""
        return self._key("proposals")

    @property
    def tasks(self) -> str:
        """Hash: `<task>:<field>` → value; see `missions.taskstate`."""
        return self._key("tasks")

    @property
    def ran(self) -> str:
        """Set of the Tasks that ever ran or had an event, for finding their own keys."""
        return self._key("ran")

    def running(self, task: TaskId) -> str:
        """Set of the Executions of a Task that are running."""
        return self._key("running", task)

    @property
    def queued(self) -> str:
        """Set of occurrence ids that are due and not yet claimed."""
        return self._key("queued")

    @property
    def occurrences(self) -> str:
        """Hash: occurrence id → JSON row of the ledger."""
        return self._key("occurrences")

    @property
    def ledger(self) -> str:
        """Sorted set: occurrence id → due instant, unix seconds."""
        return self._key("ledger")

    @property
    def executions(self) -> str:
        """Hash: Execution id → JSON."""
        return self._key("executions")

    @property
    def history(self) -> str:
        """Sorted set: Execution id → start, unix seconds."""
        return self._key("history")

    @property
    def stops(self) -> str:
        """Hash: Execution id → who asked it to stop."""
        return self._key("stops")

    @property
    def progress(self) -> str:
        """Hash: running Execution id → JSON of the steps that a message shows."""
        return self._key("progress")

    @property
    def approvals(self) -> str:
        """Hash: approval id → JSON of what an Execution wants to do, or did, outside [A2]."""
        return self._key("approvals")

    def kept(self, execution: ExecutionId) -> str:
        """Prefix of the keys in which LangGraph keeps the state of a waiting Execution [A3]."""
        return self._key("kept", execution)

    def kept_pattern(self) -> str:
        """Glob of the keys in which LangGraph keeps the state of any Execution."""
        return self._key("kept", "*")

    @property
    def reports(self) -> str:
        """Hash: Execution id → JSON Report."""
        return self._key("reports")

    @property
    def feedback(self) -> str:
        """Hash: `execution|person` → what they think of its report."""
        return self._key("feedback")

    @property
    def series(self) -> str:
        """Hash: `task|check|field` → JSON of what was measured over time [R1]."""
        return self._key("series")

    @property
    def changes(self) -> str:
        """List of JSON entries of the change log, newest first."""
        return self._key("changes")

    @property
    def outbox(self) -> str:
        """Set of ids of outbox entries about the Mission that are not posted yet."""
        return self._key("outbox")

    @property
    def posts(self) -> str:
        """Hash: outbox id → JSON [channel, ts] of what was posted about the Mission."""
        return self._key("posts")

    @property
    def shown(self) -> str:
        """Hash: outbox id → JSON of a posted card that follows the Mission [M3]."""
        return self._key("shown")

    @property
    def parked(self) -> str:
        """Hash: outbox id → why Slack refused it for good."""
        return self._key("parked")

    @property
    def inbox(self) -> str:
        """List of JSON deliveries for Event Rules that were not looked into yet, oldest first."""
        return self._key("inbox")

    @property
    def inbox_lease(self) -> str:
        """String: token of the worker that looks into the inbox."""
        return self._key("inbox", "lease")

    @property
    def hooks(self) -> str:
        """Hash: Task → JSON of its address for webhooks."""
        return self._key("hooks")

    @property
    def events_seen(self) -> str:
        """Sorted set: `task|what|digest` of events → when taken, unix ms; a day long."""
        return self._key("events", "seen")

    @property
    def event_counts(self) -> str:
        """Hash: `task|verdict` → how many events came to it."""
        return self._key("events", "counts")

    def event_runs(self, task: TaskId) -> str:
        """Sorted set: occurrence ids that events made due → when, unix ms; an hour long."""
        return self._key("events", "runs", task)

    def event_skips(self, task: TaskId) -> str:
        """Sorted set: occurrence ids of skipped events → when, unix ms; an hour long."""
        return self._key("events", "skips", task)

    @property
    def spending(self) -> str:
        """Hash: `day|what` → what the Mission spent on the language model [X6]."""
        return self._key("spending")

    @property
    def conversations(self) -> str:
        """Set of conversations in which the Mission was named."""
        return self._key("conversations")

    def of_task(self, task: TaskId) -> tuple[str, ...]:
        """The keys that exist once per Task."""
        return (self.running(task), self.event_runs(task), self.event_skips(task))

    def all_but_running(self) -> tuple[str, ...]:
        """Every key of the Mission, but for those per Task."""
        return (
            self.record,
            self.blueprints,
            self.proposals,
            self.tasks,
            self.queued,
            self.occurrences,
            self.ledger,
            self.executions,
            self.history,
            self.stops,
            self.progress,
            self.approvals,
            self.reports,
            self.feedback,
            self.series,
            self.changes,
            self.outbox,
            self.posts,
            self.shown,
            self.parked,
            self.conversations,
            self.inbox,
            self.inbox_lease,
            self.hooks,
            self.events_seen,
            self.event_counts,
            self.spending,
            self.ran,
        )

    def timer_member(self, task: TaskId) -> str:
        """The Task's member of the timer."""
        return member(self.team, self.mission, task)

    def pending_member(self, occurrence: OccurrenceId) -> str:
        """The occurrence's member of the pending index."""
        return member(self.team, self.mission, occurrence)

    def approval_member(self, approval: ApprovalId) -> str:
        """The approval's member of the index of approvals."""
        return member(self.team, self.mission, approval)

    def lease_member(self, execution: ExecutionId) -> str:
        """The Execution's member of the lease index."""
        return member(self.team, self.mission, execution)
