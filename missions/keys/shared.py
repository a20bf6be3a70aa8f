"""The names of what all workspaces share: indexes and single values."""

from __future__ import annotations

from enum import Enum

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
STREAMING = f"{ROOT}:streaming"
"""Hash: `team|conversation` → JSON of the message that shows what is done for an answer."""
CLEANUPS = f"{ROOT}:cleanups"
"""Sorted set: `team|mission` whose delete is not finished → not before, Redis time in ms."""
APPROVALS = f"{ROOT}:approvals"
"""Sorted set: `team|mission|approval` → when it expires or is to be looked at, unix seconds."""
REMINDERS = f"{ROOT}:reminders"
"""Sorted set: `team|mission|kind:id` that waits for a person → when to look, unix seconds."""
REDRAWS = f"{ROOT}:redraws"
"""Sorted set: `team|mission` whose cards in Slack are to follow it → when, Redis time in ms."""
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
SET_BACK = f"{ROOT}:scheduler:set-back"
"""String: that the scheduler's clock was set back, and what it armed is to be looked through; which
time that was."""
OUTAGES = f"{ROOT}:outages"
"""Set: `team|channel` with missed occurrences that no notice has told yet [S4]."""
QUARANTINE = f"{ROOT}:quarantine"
"""Hash: a record that could not be handled → why; see `missions.quarantine`."""
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
    **dict.fromkeys((CLEANUPS, APPROVALS, REMINDERS, SUMMARIES, INBOXES, PLACES), Kind.SORTED),
    REDRAWS: Kind.SORTED,
    OUTAGES: Kind.SET,
    WORKING: Kind.HASH,
    STREAMING: Kind.HASH,
    QUARANTINE: Kind.HASH,
    HOOKS: Kind.VALUES,
}
"""Every index in which workspaces stand side by side, each member after its workspace's id."""


def oauth_state(digest: str) -> str:
    """String with a time to live: a state of an installation was used, by its SHA-256."""
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
