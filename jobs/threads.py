"""LangGraph's thread ids for conversations and for Executions that wait, and the keys of each."""

from __future__ import annotations

from missions.ids import ConversationId, ExecutionId, MissionId, TeamId
from missions.keys import TeamKeys


def thread_id(team: TeamId, conversation: ConversationId) -> str:
    """The thread of a conversation; it names the workspace too."""
    return f"{team}/{conversation}"


def checkpoint_prefix(thread: str) -> str:
    """The prefix of a thread's keys."""
    team, _, conversation = thread.partition("/")
    return TeamKeys(TeamId(team)).checkpoints(conversation)


def run_thread(team: TeamId, mission: MissionId, execution: ExecutionId) -> str:
    """The thread of an Execution; it names the workspace and the Mission too."""
    return f"{team}/{mission}/{execution}"


def run_prefix(thread: str) -> str:
    """The prefix of the keys of an Execution's thread: they are the Mission's own."""
    team, mission, execution = thread.split("/", 2)
    return TeamKeys(TeamId(team)).mission(MissionId(mission)).kept(ExecutionId(execution))
