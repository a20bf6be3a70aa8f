"""What people said in a channel, for a Task that is granted to read it: only its Mission's own.

Whoever reads the channel may read what is told of it there; text is data [P1 P4].
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from missions.errors import HoustonError
from missions.ids import PersonId
from missions.record import Record

CHANNEL: str = "channel"
"""The tool by which a Task reads its Mission's channel: it is granted like any other [X8]."""
MESSAGES_MAX = 1_000
"""Messages that one run reads: 5 pages of Slack."""
TEXT_MAX = 600
"""Characters of a message that are kept for a run."""


class Said(Record):
    """A message of a person at a channel's root. `people` are those who replied in its thread.

    `name` is the author's, `text` is plain, without markup.
    """

    at: datetime
    by: PersonId
    name: str
    text: str
    replies: int = 0
    people: int = 0
    reactions: int = 0


class Heard(Record):
    """What was said, oldest first; `more` says that there was more than one run reads."""

    messages: tuple[Said, ...] = ()
    more: bool = False


Listen = Callable[[datetime], Heard]
"""What was said since then in the Mission's channel; raises `NotHeard`."""


class NotHeard(HoustonError):
    """The channel could not be read; the sentence says why."""

    event = "not_heard"
