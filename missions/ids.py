"""Ids: their types, and how new ones are made.

Mission IDs are meant to be typed [M8]: `M-` and 6 of 30 characters without look-alikes
(no 0/O, 1/I/L, U), which gives 729 million; they are compared without regard to case.
"""

from __future__ import annotations

import re
import secrets
from typing import Final, NewType

TeamId = NewType("TeamId", str)
"""A Slack workspace (`T…`), or enterprise (`E…`) for installations on an organisation."""
ChannelId = NewType("ChannelId", str)
"""A Slack channel, group or direct message (`C…`, `G…`, `D…`)."""
PersonId = NewType("PersonId", str)
"""A Slack user (`U…`, `W…`)."""
MissionId = NewType("MissionId", str)
TaskId = NewType("TaskId", str)
"""`T1`, `T2` … within a Mission; never used again within it."""
CheckId = NewType("CheckId", str)
"""`C1`, `C2` … within a Task."""
ActId = NewType("ActId", str)
"""`A1`, `A2` … within a Task."""
OccurrenceId = NewType("OccurrenceId", str)
"""`<task>.<cause>.<instant | click>`: the same cause gives the same id, so it counts once."""
ExecutionId = NewType("ExecutionId", str)
ApprovalId = NewType("ApprovalId", str)
"""`<Execution>-1`, `-2` …: what an Execution wants to do outside, in that order."""
ProposalId = NewType("ProposalId", str)
ConversationId = NewType("ConversationId", str)
"""`<channel>:<ts of the thread's root>`."""
OutboxId = NewType("OutboxId", str)

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
MISSION_ID = re.compile(rf"M-[{ALPHABET}]{{6}}", re.IGNORECASE)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_mission_id() -> MissionId:
    """A random Mission ID; the store makes sure that it was never used [M8]."""
    return MissionId(f"M-{_random(6)}")


def new_execution_id() -> ExecutionId:
    """A random Execution id."""
    return ExecutionId(f"E-{_random(10)}")


def approval_id(execution: ExecutionId, number: int) -> ApprovalId:
    """The id of the so manieth thing that an Execution wants to do outside, from 1."""
    return ApprovalId(f"{execution}-{number}")


def execution_of(approval: ApprovalId) -> ExecutionId:
    """The Execution that an approval belongs to."""
    return ExecutionId(approval.rpartition("-")[0])


def new_proposal_id() -> ProposalId:
    """A random Proposal id."""
    return ProposalId(f"P-{_random(10)}")


def new_outbox_id() -> OutboxId:
    """A random outbox id; it becomes the `block_id` of the message's first block."""
    return OutboxId(f"O-{_random(14)}")


def new_token() -> str:
    """A secret-free random token that tells one holder of a lease or claim from another."""
    return secrets.token_hex(12)


AROUND_ID: Final = "`\"'“”„‘’«»()[]<>#*_.,;:!?"
"""What stands around an ID that was copied out of a sentence."""


def as_mission_id(text: str) -> MissionId | None:
    """`text` as a Mission ID in canonical case, or None if it does not look like one."""
    text = text.strip().strip(AROUND_ID).upper()
    return MissionId(text) if MISSION_ID.fullmatch(text) else None
