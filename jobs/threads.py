"""LangGraph's thread ids for conversations, and the keys under which their checkpoints live."""

from __future__ import annotations

from missions.ids import ConversationId, TeamId
from missions.keys import TeamKeys


def thread_id(team: TeamId, conversation: ConversationId) -> str:
    """The thread of a conversation; it names the workspace too."""
    return f"{team}/{conversation}"


def checkpoint_prefix(thread: str) -> str:
    """The prefix of a thread's keys."""
    team, _, conversation = thread.partition("/")
    return TeamKeys(TeamId(team)).checkpoints(conversation)
