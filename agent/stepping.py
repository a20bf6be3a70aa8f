"""Says what a turn is being worked on with, as it comes: for whom the answer takes long [C10]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from agent.desk import Desk
from missions.live import StepKind

_PLANS: Final = ("propose_", "restore_", "import_")
_LOOKS: Final = ("list_", "show_", "explain_", "what_", "who_", "last_", "export_")


class Stepping(AgentMiddleware[Any, Desk]):
    """Tells the desk's `step` of each call of the model and of a tool before it is made."""

    def wrap_model_call(
        self,
        request: ModelRequest[Desk],
        handler: Callable[[ModelRequest[Desk]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Call the model."""
        again = request.messages and isinstance(request.messages[-1], ToolMessage)
        request.runtime.context.step(StepKind.WRITE if again else StepKind.THINK)
        return handler(request)

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Call the tool."""
        desk: Any = request.runtime.context
        desk.step(kind_of(request.tool_call["name"]))
        return handler(request)


def kind_of(tool: str) -> StepKind:
    """What a call of the tool does, for people."""
    if tool.startswith(_PLANS):
        return StepKind.PLAN
    return StepKind.LOOK if tool.startswith(_LOOKS) else StepKind.PREPARE
