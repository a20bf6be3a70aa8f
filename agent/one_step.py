"""One step at a time: a turn asks in one card, or stages something, never both [C2]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from langchain.agents.middleware import AgentMiddleware
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from agent.desk import Desk
from agent.tools.results import refused
from missions.cards import AskCard
from missions.effects import CreateDraft, Propose
from missions.phrases import say

_ASK: Final = "ask"
_STAGING: Final = (
    "propose_", "offer_", "restore_", "import_", "rename_", "stop_",
)  # fmt: skip


def stages(tool: str) -> bool:
    """Whether calls of a tool bring something about, or offer it."""
    return tool.startswith(_STAGING)


class OneStep(AgentMiddleware[Any, Desk]):
    """Refuses a second question, a plan beside a question, and a question beside a plan.

    The grammar of the offline interpreter makes its own turns.
    """

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Call the tool, or refuse it."""
        desk: Any = request.runtime.context
        call = request.tool_call
        reason = None if desk.offline else _refusal(desk, call["name"])
        if reason is None:
            return handler(request)
        return ToolMessage(
            content=refused(say(reason), asked=True), tool_call_id=call["id"], name=call["name"]
        )


def _refusal(desk: Desk, tool: str) -> str | None:
    asked = any(isinstance(card, AskCard) for card in desk.cards)
    if asked and (tool == _ASK or stages(tool)):
        return "turn-asked-already"
    planned = any(isinstance(effect, CreateDraft | Propose) for effect in desk.effects)
    if planned and tool == _ASK:
        return "turn-staged-already"
    return None
