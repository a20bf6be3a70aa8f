"""The agent of an Execution: granted tools only, call limits always set [X8]."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.resources import files
from typing import Any, Protocol, runtime_checkable

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallLimitMiddleware,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool

from agent.calling import Line, call_model
from agent.checks.registry import CheckTool, Seen
from agent.checks.url import BadUrl, parse_url
from agent.checks.words import plain
from agent.effects.registry import EffectTool
from agent.misfits import Misfits, misfits
from agent.model import unique
from agent.task.explanation import UNREAD, Explanation
from agent.task.gate import Asked, Gate, asked_in, offered
from agent.task.judged import Look
from agent.task.reading import read, read_words
from agent.tools.results import done, outside, refused, why_not
from agent.traced import ToolSpans
from agent.trouble import ModelTrouble, Trouble, trouble_of
from missions.blueprint import Task
from missions.execution import Step
from missions.phrases import say
from missions.ports import Clock

MODEL_CALLS = 6
TOOL_CALLS = 8
BAD_TRIES = 2
"""Answers of which nothing can be made out before it is given up: each of them is paid for."""
EXPLAIN = Explanation.__name__
"""The tool by which a model hands in what it adds; its first call ends the agent's loop."""
_URL = re.compile(r"https?://[^\s<>\"'“”]+")


@dataclass(frozen=True)
class Said:
    """What a model adds to a report, and what it looked at in this run."""

    explanation: Explanation
    looks: tuple[Look, ...] = ()


@runtime_checkable
class LookTool(Protocol):
    """A tool that a model may use to look further. `parameters` is a JSON schema."""

    name: str
    advice: str
    parameters: Mapping[str, object]

    def look(self, arguments: Mapping[str, object], hosts: Collection[str]) -> Seen:
        """What was seen; ValueError says why not."""
        ...


@dataclass(frozen=True)
class Writer:
    """The model that writes, and what its calls share."""

    model: BaseChatModel
    line: Line = field(default_factory=Line)


@dataclass
class Trail:
    """What an agent did, kept as it goes, so that it is known of a run that failed too."""

    clock: Clock
    kept: Callable[[Step], None]
    steps: list[Step] = field(default_factory=list)

    def note(self, what: str, since: datetime | None = None, **facts: Any) -> None:
        """Add a step: one that took from `since` until now, if that is said."""
        now = self.clock.now()
        began = since or now
        took = max((now - began).total_seconds() * 1000, 0.0)
        self.steps.append(Step(at=began, what=what, duration_ms=took, **facts))
        self.kept(self.steps[-1])


def explain(
    writer: Writer,
    task: Task,
    talk: Sequence[BaseMessage],
    tools: Mapping[str, CheckTool],
    trail: Trail,
    effects: Mapping[str, EffectTool] | None = None,
) -> Said | Asked:
    """Let the model look further and write; whatever it or its provider raises goes through.

    It stops where it calls one of `effects`: those are not called here [A1]. Where it goes round in
    circles, the model that stands in for it begins anew.
    """
    work = partial(_explained, writer, task, talk, tools, trail, effects or {})
    try:
        return work()
    except Exception as error:
        if trouble_of(error) is not Trouble.LOST or not writer.line.hand_over():
            raise
    return work()


def _explained(
    writer: Writer,
    task: Task,
    talk: Sequence[BaseMessage],
    tools: Mapping[str, CheckTool],
    trail: Trail,
    effects: Mapping[str, EffectTool],
) -> Said | Asked:
    middleware: list[AgentMiddleware[Any, Any, Any]] = [
        ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="error"),
        # Calls beyond it are refused; a model that goes on is ended by the limit above.
        ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="continue"),
        _Witness(trail, writer),
        Misfits(partial(_note_look, trail)),
        Gate({*effects, EXPLAIN}),
        ToolSpans(),
    ]
    agent = create_agent(
        writer.model,
        [*_granted(task, tools, trail), *map(offered, effects.values()), _explain_tool()],
        system_prompt=files("agent").joinpath("prompts", "task.md").read_text("utf-8"),
        middleware=middleware,
    )
    said: Any = list(talk)
    bad = 0
    for _ in range(MODEL_CALLS):
        state = agent.invoke({"messages": said})
        found = asked_in(state["messages"], effects) or _handed_in(state["messages"])
        if isinstance(found, Explanation):
            return Said(found, _looks(state["messages"]))
        if isinstance(found, Asked):
            if found.is_fit:
                return found
            said = found.talk
            continue
        bad += 1
        if bad == BAD_TRIES:
            raise ModelTrouble(Trouble.GARBLED)
        said = [*state["messages"], *_mend(state["messages"])]
    raise ModelTrouble(Trouble.LOST)


def _explain_tool() -> BaseTool:
    """The explanation as a tool; the loop ends where it is called, so that it never is."""

    def closed(**arguments: Any) -> str:
        return refused(UNREAD)

    return StructuredTool(
        name=EXPLAIN,
        description=Explanation.__doc__ or EXPLAIN,
        args_schema=Explanation.model_json_schema(),
        func=closed,
    )


def _handed_in(messages: Sequence[BaseMessage]) -> Explanation | None:
    """The first explanation of the last answer, or its plain words; None if neither is one."""
    last = _last(messages)
    calls = [call for call in last.tool_calls if call["name"] == EXPLAIN]
    return read(calls[0]["args"]) if calls else read_words(str(last.text))


def _mend(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """What a model is told of an answer of which nothing can be made out."""
    calls = _last(messages).tool_calls
    if not calls:
        return [HumanMessage(UNREAD)]
    form = _explain_tool()
    told = [refused(UNREAD, *misfits(form, call["args"])) for call in calls]
    return [
        ToolMessage(answer, tool_call_id=call["id"] or "")
        for answer, call in zip(told, calls, strict=True)
    ]


def _last(messages: Sequence[BaseMessage]) -> AIMessage:
    return next((m for m in reversed(messages) if isinstance(m, AIMessage)), AIMessage(""))


def _looks(messages: Sequence[BaseMessage]) -> tuple[Look, ...]:
    """The calls that were answered, as the answers that code wrote to them say."""
    calls = {c["id"]: c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls}
    answers = [m for m in messages if isinstance(m, ToolMessage) and m.tool_call_id in calls]
    return tuple(
        Look(call["name"], call["args"], str(m.content), why_not(str(m.content)))
        for m in answers
        if (call := calls[m.tool_call_id])["name"] != EXPLAIN
    )


def hosts_of(task: Task) -> frozenset[str]:
    """The hosts that a Task names in its checks and instructions: a model may look at no other,
    so that no page can send it elsewhere with what it has seen.
    """
    texts = [str(check.arguments.get("url", "")) for check in task.checks]
    texts += [url.rstrip(".,;:!?)") for url in _URL.findall(task.instructions)]
    found = set()
    for text in texts:
        try:
            found.add(parse_url(text).host)
        except BadUrl:
            continue
    return frozenset(found)


def _granted(task: Task, tools: Mapping[str, CheckTool], trail: Trail) -> list[BaseTool]:
    hosts = hosts_of(task)
    named = [tools[name] for name in dict.fromkeys(task.tools) if name in tools]
    return [_as_tool(tool, hosts, trail) for tool in named if isinstance(tool, LookTool)]


def _as_tool(tool: LookTool, hosts: Collection[str], trail: Trail) -> BaseTool:
    def look(**given: Any) -> str:
        arguments = {name: value for name, value in given.items() if value is not None}
        since, size = trail.clock.now(), None
        try:
            seen = tool.look(arguments, hosts)
            answer, size = done(seen=[*map(outside, seen.text.splitlines())]), seen.size
        except ValueError as why_not:
            answer = refused(str(why_not))
        _note_look(trail, {"name": tool.name, "args": arguments}, answer, since, size)
        return answer

    return StructuredTool(
        name=tool.name, description=tool.advice, args_schema=dict(tool.parameters), func=look
    )


def _note_look(
    trail: Trail,
    call: Mapping[str, Any],
    answer: str,
    since: datetime | None = None,
    size: int | None = None,
) -> None:
    """A step for a look, or for the wish for one that was refused."""
    name = plain(str(call["name"]), 40)
    said = {plain(str(arg), 40): plain(str(value)) for arg, value in call["args"].items()}
    what, result = say("did-look", tool=name), plain(answer)
    trail.note(what, since, tool=name, arguments=said, result=result, size=size)


class _Witness(AgentMiddleware[Any, Any]):
    """Notes each turn of the model with its tokens, and makes its tool call ids unique."""

    def __init__(self, trail: Trail, writer: Writer) -> None:
        super().__init__()
        self._trail = trail
        self._writer = writer

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Call the model and write down what it cost."""
        called = request.override(tool_choice="any")
        since = self._trail.clock.now()
        response = call_model(called, handler, self._writer.line, speaks=True)
        result = _renamed(response.result, request.messages)
        for message in result:
            if isinstance(message, AIMessage):
                self._note(message, since)
        return ModelResponse(result=result, structured_response=response.structured_response)

    def _note(self, message: AIMessage, since: datetime) -> None:
        usage = message.usage_metadata
        tokens = usage["total_tokens"] if usage else 0
        calls = ", ".join(plain(call["name"], 40) for call in message.tool_calls)
        result = plain(str(message.text)) or calls
        self._trail.note(say("did-model"), since, result=result, tokens=tokens, size=_size(message))


def _size(message: AIMessage) -> int:
    """Bytes of what a model said and of what it called with."""
    arguments = [json.dumps(call["args"], ensure_ascii=False) for call in message.tool_calls]
    return sum(len(text.encode()) for text in (str(message.text), *arguments))


def _renamed(messages: list[BaseMessage], history: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages with unique tool call ids, in the answers to the calls as well."""
    renamed: list[BaseMessage] = []
    new_ids: dict[str, str] = {}
    for message in messages:
        if isinstance(message, AIMessage):
            own = unique(message, history)
            for old, new in zip(message.tool_calls, own.tool_calls, strict=True):
                new_ids[old["id"] or ""] = new["id"] or ""
            renamed.append(own)
        elif isinstance(message, ToolMessage) and message.tool_call_id in new_ids:
            renamed.append(
                message.model_copy(update={"tool_call_id": new_ids[message.tool_call_id]})
            )
        else:
            renamed.append(message)
    return renamed
