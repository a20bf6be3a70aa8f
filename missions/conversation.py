"""What a conversation remembers besides its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping

from missions.ids import ChannelId, ConversationId, OutboxId, PersonId

FOCUS = "focus"
"""The Mission the thread is about."""
CHECKPOINT = "checkpoint"
"""The checkpoint of the last finished turn; the next turn starts from there."""
ASKED = "asked"
"""The people whom Houston asked something; they may answer without a mention [C1]."""
KEPT_MS = 7 * 24 * 60 * 60 * 1000
"""How long an unanswered message can be retried, and a conversation is remembered."""

_PERSON = "person:"
_STOP = "stop:"
_QUESTION = "question:"
_SAID = "said:"


def conversation_id(channel: ChannelId, root_ts: str) -> ConversationId:
    """A thread, named by the ts of its root."""
    return ConversationId(f"{channel}:{root_ts}")


def place_of(conversation: ConversationId) -> tuple[ChannelId, str]:
    """The channel and root ts of a conversation."""
    channel, _, ts = conversation.partition(":")
    return ChannelId(channel), ts


def person_field(person: PersonId) -> str:
    """The field that says that the person wrote in the thread."""
    return f"{_PERSON}{person}"


def people(memory: Mapping[str, str]) -> frozenset[PersonId]:
    """Who wrote in the thread; with two or more people Houston answers when mentioned [C1]."""
    return frozenset(PersonId(f[len(_PERSON) :]) for f in memory if f.startswith(_PERSON))


def stop_field(incoming: str) -> str:
    """The field that says who wants the answer to a message to stop."""
    return f"{_STOP}{incoming}"


def asked(memory: Mapping[str, str]) -> frozenset[PersonId]:
    """Whom Houston asked something that they have not answered yet."""
    return frozenset(map(PersonId, memory.get(ASKED, "").split()))


def question_field(person: PersonId) -> str:
    """The field that holds what Houston asked a person last, in a line."""
    return f"{_QUESTION}{person}"


def said_field(entry: OutboxId) -> str:
    """The field that says where an answer that is about no Mission was posted."""
    return f"{_SAID}{entry}"


def said(memory: Mapping[str, str]) -> dict[OutboxId, str]:
    """Outbox id → JSON [channel, ts] of the answers that are about no Mission."""
    return {OutboxId(f[len(_SAID) :]): v for f, v in memory.items() if f.startswith(_SAID)}
