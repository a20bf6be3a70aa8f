"""Arguments that do not fit a tool, as findings that a model mends from [B7].

The graph's own words for it are the validator's, with all that was sent once more. These are short,
in the language of the other findings, and for the model alone: they name arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from langchain.agents.middleware import AgentMiddleware
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import ToolMessage
from langchain_core.messages.tool import ToolCall
from langchain_core.tools import BaseTool
from langgraph.types import Command
from pydantic import TypeAdapter, ValidationError

from agent.checks.words import plain
from agent.tools.results import misshapen
from missions.mistakes import mistakes_in_words
from missions.phrases import say

FINDINGS_MAX: Final = 5
"""Findings of one call: the rest follows when these are mended."""
_NAME_MAX: Final = 60


_FORMS: Final[dict[object, type | tuple[type, ...]]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list,
    "object": dict,
}  # fmt: skip
"""What JSON schema calls the forms of a value."""


class Misfits(AgentMiddleware[Any, Any]):
    """Refuses a call whose arguments do not fit, and says in words which.

    `told` hears of each refused call, with what it was answered.
    """

    def __init__(self, told: Callable[[ToolCall, str], None] | None = None) -> None:
        super().__init__()
        self._told = told

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
        answer = misshapen(*found)
        if self._told:
            self._told(call, answer)
        return ToolMessage(content=answer, tool_call_id=call["id"], name=call["name"])


def misfits(tool: BaseTool, arguments: dict[str, Any]) -> tuple[str, ...]:
    """What of the arguments does not fit, in sentences; () if all does."""
    schema: Any = tool.tool_call_schema
    if isinstance(schema, dict):
        return tuple(dict.fromkeys(_by_schema(tool.name, schema, arguments)))[:FINDINGS_MAX]
    try:
        TypeAdapter(schema).validate_python(arguments)
    except ValidationError as misfit:
        return mistakes_in_words(misfit.errors(include_url=False))[:FINDINGS_MAX]
    return ()


def _by_schema(tool: str, schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[str]:
    """What does not fit a JSON schema of named values; a null stands for what is left out."""
    known: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    needed = schema.get("required", ())
    for name in needed:
        if arguments.get(name) is None:
            yield say("misfit-missing", name=name)
    for name, value in arguments.items():
        if name not in known:
            listed = ", ".join(known)
            yield say("no-such-argument", name=plain(name, _NAME_MAX), tool=tool, known=listed)
        elif value is None:
            continue
        elif (choices := known[name].get("enum")) and value not in choices:
            yield say("misfit-choice", name=name, choices=", ".join(map(str, choices)))
        elif not _has_form(value, known[name].get("type")):
            yield say("misfit-form", name=name)


def _has_form(value: object, form: object) -> bool:
    """Whether a value has a form; a truth value is no number."""
    if isinstance(value, bool):
        return form in (None, "boolean")
    return isinstance(value, _FORMS.get(form, object))
