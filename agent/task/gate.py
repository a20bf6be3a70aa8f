"""Where a model's wish to change something outside stops: the gate before effects [A1 A2].

The agent's own loop never calls such a tool. It ends at the call; the task graph asks a person or
finds a grant, does it or not, and the loop goes on with what came of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain.agents.middleware import AgentMiddleware, hook_config
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.messages.tool import ToolCall
from langchain_core.tools import BaseTool, StructuredTool

from agent.effects.registry import EffectTool
from agent.task.outside import Deed
from agent.tools.results import done, outside, refused
from missions.approval import ApprovalState
from missions.blueprint import Scalar

ALONE = "Not done: call one tool that changes something at a time, by itself. Call this one again."


@dataclass(frozen=True)
class Asked:
    """A call that a model wants to make, and the talk so far, in which only it is unanswered.

    It is not fit if its arguments are none: then the talk has the answer to it.
    """

    talk: list[BaseMessage]
    call_id: str
    tool: str
    arguments: dict[str, Scalar]
    is_fit: bool


class Gate(AgentMiddleware[Any, Any]):
    """Ends the agent's loop where the model calls one of these tools: those that change something
    outside, and the one by which it hands in what it adds.
    """

    def __init__(self, tools: Collection[str]) -> None:
        super().__init__()
        self._tools = tools

    @hook_config(can_jump_to=["end"])
    def after_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """Leave the loop before any tool of this turn is called."""
        return {"jump_to": "end"} if _calls(state["messages"], self._tools) else None


def offered(tool: EffectTool) -> BaseTool:
    """The tool as a model sees it; the gate keeps it from being called."""

    def closed(**arguments: Any) -> str:
        return refused(ALONE)

    return StructuredTool(
        name=tool.name, description=tool.advice, args_schema=dict(tool.parameters), func=closed
    )


def asked_in(messages: Sequence[BaseMessage], effects: Mapping[str, EffectTool]) -> Asked | None:
    """The call at which the loop ended; other calls of the same turn are answered that they wait.

    None if it ended for another reason.
    """
    calls = _calls(messages, effects)
    if not calls:
        return None
    wanted = calls[0]
    tool, arguments = effects[wanted["name"]], _scalars(wanted["args"])
    problems = tool.problems(arguments)
    answered = {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
    last = _last(messages)
    others = [c for c in last.tool_calls if c["id"] not in answered and c["id"] != wanted["id"]]
    talk = [*messages, *(_answer(c["id"], refused(ALONE)) for c in others)]
    if problems:
        talk.append(_answer(wanted["id"], refused(*problems)))
    effective = {} if problems else tool.effective(arguments)
    return Asked(talk, wanted["id"] or "", tool.name, effective, not problems)


def told(call_id: str, deed: Deed) -> ToolMessage:
    """What came of a call, for the model."""
    if deed.state is ApprovalState.DONE:
        return _answer(call_id, done(note=deed.sentence, seen=outside(deed.seen)))
    why = f"{deed.word}. {outside(deed.sentence)} Do not call it again for this."
    return _answer(call_id, refused(why))


def _calls(messages: Sequence[BaseMessage], tools: Collection[str]) -> list[ToolCall]:
    """The calls of the last turn that the gate holds up."""
    answered = {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
    calls = _last(messages).tool_calls
    return [c for c in calls if c["name"] in tools and c["id"] not in answered]


def _last(messages: Sequence[BaseMessage]) -> AIMessage:
    return next((m for m in reversed(messages) if isinstance(m, AIMessage)), AIMessage(""))


def _answer(call_id: str | None, text: str) -> ToolMessage:
    return ToolMessage(text, tool_call_id=call_id or "")


def _scalars(arguments: Mapping[str, Any]) -> dict[str, Scalar]:
    """A model's arguments; what it nests is taken as the JSON text that it should have written."""
    flat = {k: v for k, v in arguments.items() if v is not None}
    return {
        name: value if isinstance(value, str | int | float | bool) else json.dumps(value)
        for name, value in flat.items()
    }
