"""The offline interpreter as a chat model: it needs no key and says plainly what it understands."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from agent.offline.intents import Call, ask, tell
from agent.offline.mending import more_than_a_name, names_several, not_this_one
from agent.offline.reading import LONGEST, Context, read
from agent.offline.timing import Doubt
from agent.surroundings import read_facts
from missions.phrases import say

ANSWERS_MAX = 6
"""How many answers in a row are read together with the question they answer."""


class OfflineInterpreter(BaseChatModel):
    """A chat model whose reply depends on the messages only: a grammar instead of weights."""

    @property
    def _llm_type(self) -> str:
        return "houston-offline"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The interpreter itself: it knows the tools by heart."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        last = messages[-1]
        reply = _after_tools(messages) if isinstance(last, ToolMessage) else _to_person(messages)
        free = UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0)
        told = reply.model_copy(update={"usage_metadata": free})
        return ChatResult(generations=[ChatGeneration(message=told)])


def _to_person(messages: Sequence[BaseMessage]) -> AIMessage:
    """The answer to a person's message: tool calls."""
    facts = read_facts(next((str(m.text) for m in messages if isinstance(m, SystemMessage)), ""))
    mission = facts.get("mission")
    context = Context(
        now=datetime.fromisoformat(facts["now"]),
        zone=facts["zone"],
        focus=mission["id"] if mission else None,
        viewed=bool(facts.get("mission_is_only_looked_at")),
        asked=_asked(messages),
    )
    return _calling(read(str(messages[-1].text), context))


def _calling(calls: Sequence[Call]) -> AIMessage:
    return AIMessage(
        content="",
        tool_calls=[
            {"name": c.tool, "args": c.arguments, "id": f"call_{uuid.uuid4().hex}"} for c in calls
        ],
    )


def _asked(messages: Sequence[BaseMessage]) -> tuple[str, ...]:
    """The person's latest messages that were each answered by a question about a new Mission."""
    found: list[str] = []
    turns = _turns(messages[:-1])
    for text, tools in reversed(turns):
        if tools != ["ask"] or len(found) == ANSWERS_MAX or len(text) > LONGEST:
            break
        found.insert(0, text)
    return tuple(found)


def _turns(messages: Sequence[BaseMessage]) -> list[tuple[str, list[str]]]:
    """Each message of the person with the tools that answered it."""
    turns: list[tuple[str, list[str]]] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            turns.append((str(message.text), []))
        elif isinstance(message, AIMessage) and turns:
            turns[-1][1].extend(call["name"] for call in message.tool_calls)
    return turns


def _after_tools(messages: Sequence[BaseMessage]) -> AIMessage:
    """Nothing to add if the tools did it; otherwise what stood in the way, in their words."""
    results: list[ToolMessage] = []
    for message in reversed(messages):
        if not isinstance(message, ToolMessage):
            break
        results.insert(0, message)
    sentences: list[str] = []
    more: list[Call] = []
    made = (c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls)
    calls = {c["id"]: Call(c["name"], c["args"]) for c in made}
    for result in results:
        answer = _parsed(result)
        if not answer.get("ok") and not answer.get("asked"):
            if tasks := [o for o in answer.get("options", ()) if o[:1] == "T"]:
                return _calling([_which_task(tasks, messages)])
            findings = answer.get("findings", [])
            call = calls[result.tool_call_id]
            if several := names_several(call, findings):
                more += several
            elif question := more_than_a_name(call, findings) or (
                not_this_one(call, findings) if _in_thread(messages) else None
            ):
                more.append(question)
            else:
                sentences += findings
    if more:
        return _calling(
            [*more, *([tell("\n".join(dict.fromkeys(sentences)))] if sentences else [])]
        )
    return AIMessage(content="\n".join(dict.fromkeys(sentences)))


def _in_thread(messages: Sequence[BaseMessage]) -> bool:
    """Whether the conversation is about a Mission."""
    prompt = next((str(m.text) for m in messages if isinstance(m, SystemMessage)), "")
    return bool(read_facts(prompt).get("mission"))


def _which_task(options: Sequence[str], messages: Sequence[BaseMessage]) -> Call:
    """Ask which Task is meant; the choice repeats the person's words for it."""
    said = next(str(m.text) for m in reversed(messages) if isinstance(m, HumanMessage))
    doubt = Doubt(say("op-which-task"), tuple(o.split(" ", 1)[0] for o in options))
    return ask(
        say("ask-there-is", options=say("semicolon").join(options)),
        [doubt],
        lambda task: f"{said} in {task}",
    )


def _parsed(message: ToolMessage) -> dict[str, Any]:
    """A tool's answer; one that is no JSON comes from the graph, about arguments it refused."""
    try:
        answer = json.loads(str(message.text))
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        return answer
    return {"ok": False, "findings": [say("ask-shape")]}
