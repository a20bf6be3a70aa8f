"""Arguments that do not fit a tool, as findings that a model mends from [B7].

The graph's own words for it are the validator's, with all that was sent once more. These are short,
in the language of the other findings, and for the model alone: they name arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from langchain.agents.middleware import AgentMiddleware
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool
from langgraph.types import Command
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from agent.tools.results import misshapen
from missions.phrases import say

FINDINGS_MAX: Final = 5
"""Findings of one call: the rest follows when these are mended."""
_LEAST: Final = ("ge", "gt", "min_length")
_MOST: Final = ("le", "lt", "max_length")
_NAME_MAX: Final = 60


class Misfits(AgentMiddleware[Any, Any]):
    """Refuses a call whose arguments do not fit, and says in words which."""

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Call the tool, or refuse the call."""
        call = request.tool_call
        found = misfits(request.tool, call["args"]) if request.tool else ()
        if not found:
            return handler(request)
        return ToolMessage(content=misshapen(*found), tool_call_id=call["id"], name=call["name"])


def misfits(tool: BaseTool, arguments: dict[str, Any]) -> tuple[str, ...]:
    """What of the arguments does not fit, in sentences; () if all does."""
    schema: Any = tool.tool_call_schema
    if isinstance(schema, dict):
        return ()
    try:
        TypeAdapter(schema).validate_python(arguments)
    except ValidationError as misfit:
        told = dict.fromkeys(_sentence(e) for e in misfit.errors(include_url=False))
        return tuple(told)[:FINDINGS_MAX]
    return ()


def _sentence(error: ErrorDetails) -> str:
    place = ".".join(str(part) for part in error["loc"])
    name = place[-_NAME_MAX:] or "?"
    limits = error.get("ctx") or {}
    if error["type"] == "missing":
        return say("misfit-missing", name=name)
    if (least := next((limits[key] for key in _LEAST if key in limits), None)) is not None:
        return say("misfit-least", name=name, n=least)
    if (most := next((limits[key] for key in _MOST if key in limits), None)) is not None:
        return say("misfit-most", name=name, n=most)
    if error["type"] in ("literal_error", "enum"):
        choices = str(limits.get("expected", "")).replace(" or ", ", ").replace("'", "")
        return say("misfit-choice", name=name, choices=choices)
    if error["type"] == "value_error":
        return say("bad-arguments", why=str(limits.get("error", ""))[:200].rstrip("."))
    return say("misfit-form", name=name)
