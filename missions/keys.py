"""The one module that builds Redis keys and the members of shared indexes.

Everything that belongs to one Mission has the prefix `houston:<team>:m:<mission>:`, so that a
delete can prove that nothing is left [M6]. Indexes shared by all workspaces (timer, pending,
leases, lanes) hold members that begin with the workspace's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from missions.ids import (
    ApprovalId,
    ChannelId,
    ConversationId,
    ExecutionId,
    MissionId,
    OccurrenceId,
    PersonId,
    TaskId,
    TeamId,
)

ROOT = "houston"
SEPARATOR = "|"

TIMER = f"{ROOT}:timer"
"""Sorted set: `team|mission|task` → due instant, unix seconds with fractions."""
PENDING = f"{ROOT}:pending"
"""Sorted set: `team|mission|occurrence` → since, Redis time in ms."""
DELAYED = f"{ROOT}:delayed"
"""Sorted set: `team|mission|occurrence` that waits for a retry or its jitter → unix seconds."""
RESUMES = f"{ROOT}:resumes"
"""Sorted set: `team|mission` that is Paused until an instant → unix seconds."""
LEASES = f"{ROOT}:leases"
"""Sorted set: `team|mission|execution` → end of the lease, Redis time in ms."""
LANES = f"{ROOT}:lanes"
"""Sorted set: `team|channel` with something to deliver → not before, Redis time in ms."""
MAILBOXES = f"{ROOT}:mailboxes"
"""Sorted set: `team|conversation` with something to answer → since, Redis time in ms."""
WORKING = f"{ROOT}:working"
"""Hash: `team|conversation` that shows that Houston works → when it was said, Redis time in ms."""
CLEANUPS = f"{ROOT}:cleanups"
"""Sorted set: `team|mission` whose delete is not finished → not before, Redis time in ms."""
APPROVALS = f"{ROOT}:approvals"
"""Sorted set: `team|mission|approval` → when it expires or is to be looked at, unix seconds."""
SUMMARIES = f"{ROOT}:summaries"
"""Sorted set: `team|mission` → when its next Mission report is due, unix seconds."""
INBOXES = f"{ROOT}:inboxes"
"""Sorted set: `team|mission` with deliveries for Event Rules → since, Redis time in ms."""
HOOKS = f"{ROOT}:hooks"
"""Hash: SHA-256 of a webhook's token → `team|mission|task|source`."""
HTTP_ADDRESS = f"{ROOT}:http"
"""String: the address under which webhooks reach this Houston, for telling people."""
COUNTERS = f"{ROOT}:counters"
"""Hash: `name|label` → how often; for the metrics."""
PLACES = f"{ROOT}:places"
"""Sorted set: `team|channel` whose standing Slack is to be asked for → since, Redis time in ms."""
SCHEDULER_LEASE = f"{ROOT}:scheduler:lease"
"""String: token of the scheduler that leads."""
ARMED = f"{ROOT}:armed"
"""Channel on which each commit that arms something says so: it may be due sooner than all else."""
SCHEDULER_SEEN = f"{ROOT}:scheduler:seen"
"""String: when a scheduler last looked, unix seconds; tells an outage from a quiet time."""
OUTAGES = f"{ROOT}:outages"
"""Set: `team|channel` with missed occurrences that no notice has told yet [S4]."""
QUARANTINE = f"{ROOT}:quarantine"
"""Hash: a record that could not be read → why; the others go on."""
INSTALLED = f"{ROOT}:installed"
"""Hash: a workspace or organisation in which the app is installed → id of its bot user there."""
STALE = f"{ROOT}:stale"
"""Hash: a workspace whose token can no longer be renewed → Slack's word for why."""
LEAVING = f"{ROOT}:leaving"
"""Sorted set: a workspace that may have removed the app → not before, Redis time in ms."""
LEFT = f"{ROOT}:left"
"""Hash: a workspace that has removed the app → when all that was under way there has ended, ms."""
TEAMS = f"{ROOT}:teams"
"""Set of workspaces that have records."""


class Kind(Enum):
    """How a shared index holds what belongs to a workspace."""

    SORTED = "members of a sorted set"
    SET = "members of a set"
    HASH = "fields of a hash"
    VALUES = "values of a hash"


INDEXES = {
    **dict.fromkeys((TIMER, PENDING, DELAYED, RESUMES, LEASES, LANES, MAILBOXES), Kind.SORTED),
    **dict.fromkeys((CLEANUPS, APPROVALS, SUMMARIES, INBOXES, PLACES), Kind.SORTED),
    OUTAGES: Kind.SET,
    WORKING: Kind.HASH,
    QUARANTINE: Kind.HASH,
    HOOKS: Kind.VALUES,
}
"""Every index in which workspaces stand side by side, each member after its workspace's id."""


def oauth_state(digest: str) -> str:
    """String with a time to live: somebody began to install, SHA-256 of state and browser."""
    return f"{ROOT}:oauth:{digest}"


def member(*parts: str) -> str:
    """A member of a shared index."""
    return SEPARATOR.join(parts)


def split_member(text: str, parts: int) -> list[str]:
    """The parts of a member; ValueError if there are not exactly `parts`."""
    found = text.split(SEPARATOR)
    if len(found) != parts:
        raise ValueError(f"expected {parts} parts")
    return found


@dataclass(frozen=True)
class TeamKeys:
    """Keys of one workspace."""

    team: TeamId

    def _key(self, *parts: str) -> str:
        return ":".join((ROOT, self.team, *parts))

    @property
    def prefix(self) -> str:
        """How every key of the workspace begins, and no other key."""
        return self._key("")

    @property
    def missions(self) -> str:
        """Sorted set: Mission id → when created, unix seconds."""
        return self._key("missions")

    @property
    def audit(self) -> str:
        """List of content-free JSON lines about deletes [M7]."""
        return self._key("audit")

    @property
    def channels(self) -> str:
        """Set of the channels in which there are Missions."""
        return self._key("channels")

    def listed(self, channel: ChannelId, state: str) -> str:
        """Sorted set: a Mission of that state in a channel → when created, unix seconds."""
        return self._key("channel", channel, "missions", state)

    def owned(self, channel: ChannelId, state: str, owner: PersonId) -> str:
        """Sorted set: a person's own Mission of that state in a channel → when created."""
        return self._key("channel", channel, "missions", state, "of", owner)

    def waiting(self, person: PersonId) -> str:
        """Sorted set: what waits for a person's answer → since, unix seconds; a week long.

        A member is `proposal|mission|id`, `approval|mission|id` or `question|conversation`.
        """
        return self._key("waiting", person)

    def channel_words(self, channel: ChannelId) -> str:
        """Hash: a Mission of a channel → its name, and with `:tasks` its Tasks' titles."""
        return self._key("channel", channel, "words")

    def channel_index(self, channel: ChannelId) -> tuple[str, str]:
        """Two sorted sets by name: what a channel's Missions are found by; see `commit.lua`."""
        return self._key("channel", channel, "terms"), self._key("channel", channel, "parts")

    def channel_rules(self, channel: ChannelId) -> str:
        """Hash: `mission|task` → source, of Event Rules on what happens in a channel."""
        return self._key("channel", channel, "rules")

    def away(self, channel: ChannelId) -> str:
        """Hash: `-` → why Houston cannot speak in a channel; a Mission → JSON of whom to tell."""
        return self._key("channel", channel, "away")

    def channel_refs(self, channel: ChannelId) -> str:
        """Hash: ts of a message of the bot → JSON of what it is about."""
        return self._key("channel", channel, "refs")

    def lane(self, channel: ChannelId) -> str:
        """List of outbox ids, oldest first."""
        return self._key("lane", channel)

    def lane_lease(self, channel: ChannelId) -> str:
        """String: token of the worker that empties the lane."""
        return self._key("lane", channel, "lease")

    @property
    def outbox(self) -> str:
        """Hash: outbox id → JSON entry."""
        return self._key("outbox")

    @property
    def parked(self) -> str:
        """Hash: outbox id → JSON entry that Slack refused for good."""
        return self._key("parked")

    def seen(self, event: str) -> str:
        """String with a time to live: this event or message was accepted."""
        return self._key("seen", event)

    def mailbox(self, conversation: ConversationId) -> str:
        """List of JSON messages of a conversation, oldest first."""
        return self._key("mailbox", conversation)

    def mailbox_lease(self, conversation: ConversationId) -> str:
        """String: token of the worker that empties the mailbox."""
        return self._key("mailbox", conversation, "lease")

    def conversation(self, conversation: ConversationId) -> str:
        """Hash: what a conversation remembers besides its checkpoints (focus, attempts, done)."""
        return self._key("conversation", conversation)

    def checkpoints(self, thread: str) -> str:
        """Prefix of the keys in which LangGraph keeps a thread."""
        return self._key("checkpoints", thread)

    @property
    def spending(self) -> str:
        """Hash: `day|what` → what the workspace spent on the language model [X6]."""
        return self._key("spending")

    @property
    def installation(self) -> str:
        """String: the app's installation with its tokens, encrypted."""
        return self._key("installation")

    @property
    def renewal(self) -> str:
        """String: token of the process that renews the workspace's token at Slack."""
        return self._key("renewal")

    @property
    def quiet(self) -> str:
        """String: JSON `Pause` of everything in the workspace [M10]."""
        return self._key("quiet")

    def channel_quiet(self, channel: ChannelId) -> str:
        """String: JSON `Pause` of everything in a channel [M10]."""
        return self._key("channel", channel, "quiet")

    def outage(self, channel: ChannelId) -> str:
        """Hash: `mission|task` → JSON of what was missed, until one notice has told it [S4]."""
        return self._key("outage", channel)

    def cache(self, *parts: str) -> str:
        """String with a time to live: an answer of Slack."""
        return self._key("cache", *parts)

    def mission(self, mission: MissionId) -> MissionKeys:
        """Keys of one Mission."""
        return MissionKeys(self.team, mission)


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
        """Hash: `doc` (JSON of the Mission), `state`, `rev`, `version`."""
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
