"""People and channels that the person's own message names: no others can be meant [P4 C6].

A model may be fooled by what it reads. So it is code that takes the ids out of the message of the
turn; what the model writes only says which of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agent.desk import Desk
from agent.operations import MentionPeople, StopMentioning
from agent.unions import Operation
from missions.errors import HoustonError
from missions.ids import ChannelId, PersonId
from missions.phrases import say

_GROUPS = frozenset({"here", "channel", "everyone", "group", "all"})
_ONESELF = frozenset({"me", "@me", "myself"})
_SAID = re.compile(r"[@#]([UWCG][A-Z0-9]{2,40})")


class NotNamed(HoustonError):
    """Somebody, or a channel, that the person's own message does not name."""

    event = "not_named"


def person_named(desk: Desk, words: str) -> PersonId:
    """The person whom the message names with @, or who wrote it. Raises `NotNamed`."""
    if words.strip().casefold() in _ONESELF:
        return desk.person.id
    if words.strip().lstrip("@").casefold() in _GROUPS:
        raise NotNamed(say("say-people-only"))
    found = _find(desk, words, desk.people)
    if found is None:
        raise NotNamed(say("say-name-people"))
    return PersonId(found)


def channel_named(desk: Desk, words: str) -> ChannelId:
    """The channel that the message names with #. Raises `NotNamed`."""
    found = _find(desk, words, desk.channels)
    if found is None:
        raise NotNamed(say("say-name-channel"))
    return ChannelId(found)


def own_people(desk: Desk, changes: Sequence[Operation]) -> tuple[Operation, ...]:
    """The changes, with the ids of people whom the message names. Raises `NotNamed`."""
    return tuple(_with_ids(desk, change) for change in changes)


def _with_ids(desk: Desk, change: Operation) -> Operation:
    if not isinstance(change, MentionPeople | StopMentioning):
        return change
    ids = tuple(person_named(desk, words) for words in change.people)
    return change.model_copy(update={"people": ids})


def _find(desk: Desk, words: str, named: Mapping[str, str]) -> str | None:
    """By how the message writes it, or by its id.

    The interpreter is code that repeats what people said, maybe some messages ago: its ids count.
    """
    known = dict(named)
    if desk.offline and not desk.quoted and (said := _SAID.fullmatch(words.strip())):
        known[said.group()] = said.group(1)
    wanted = words.strip().lstrip("@#").casefold()
    fits = {i for how, i in known.items() if wanted in (how.lstrip("@#").casefold(), i.casefold())}
    return fits.pop() if len(fits) == 1 else None
