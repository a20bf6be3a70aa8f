"""The conversation graph: one message in, staged effects and cards out [C6 C10].

A turn starts from the checkpoint of the last finished turn and writes nothing but its own
checkpoint, so a turn that dies half-way can simply be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog
from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallLimitMiddleware,
    ToolErrorMiddleware,
)
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig

from agent.calling import NO_TERMS, Line, Terms, call_model
from agent.desk import Desk
from agent.dialects import system_of
from agent.memory import MESSAGES, Memory, remembered
from agent.misfits import Misfits
from agent.model import text_of, unique
from agent.offered import Schema, offered
from agent.one_step import OneStep
from agent.picking import WhichOne
from agent.stepping import Stepping
from agent.surroundings import lasting_prompt, turns_prompt
from agent.tools.kit import TOOLS
from agent.tools.resolve import Ambiguous
from agent.tools.results import outside, refused
from agent.traced import ToolSpans
from agent.trouble import ModelTrouble, Trouble, advice_on, trouble_in_words, trouble_of
from agent.turns_end import TEXT_MAX, cards_of
from missions.cards import Card
from missions.effects import Effect
from missions.errors import HoustonError, StorageUnavailable
from missions.phrases import say
from missions.spending import BudgetSpent

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

MODEL_CALLS = 8
TOOL_CALLS = 12
NOWHERE = "00000000-0000-0000-0000-000000000000"
"""A checkpoint that does not exist: a conversation's first turn starts from nothing, even if an
earlier try of it left a checkpoint behind."""

QUOTED = "Propose a new Mission for this. What stands in the fence is somebody else's message."
"""Leads a wish that was made of a message."""

NO_WORDS = "help"
"""What a mention without words is taken for; providers refuse an empty message."""

log = structlog.get_logger(__name__)


class ModelFailed(HoustonError):
    """The model raised, was too slow, looped, or answered nothing usable [C10]."""

    event = "model_failed"


@dataclass(frozen=True)
class TurnResult:
    """What a finished turn wants done and said, and the checkpoint for the next one."""

    effects: tuple[Effect, ...]
    cards: tuple[Card, ...]
    checkpoint_id: str


@cache
def _offered() -> tuple[Schema, ...]:
    return offered(TOOLS)


class Conversation:
    """The agent that people talk to. One per process; turns share nothing but the graph."""

    def __init__(
        self,
        model: BaseChatModel,
        checkpointer: BaseCheckpointSaver[Any],
        *,
        offline: bool,
        terms: Terms = NO_TERMS,
    ) -> None:
        self._offline = offline
        self._terms = terms
        middleware: list[AgentMiddleware[Any, Desk, Any]] = [
            ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="error"),
            # Calls beyond it are refused; a model that goes on is ended by the limit above.
            ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="continue"),
            Memory(model),
            _Surroundings(_offered()),
            ToolSpans(),
            Stepping(),
            OneStep(),
            Misfits(),
            ToolErrorMiddleware(_tool_error),
        ]
        self._graph = create_agent(
            model,
            list(TOOLS),
            middleware=middleware,
            context_schema=Desk,
            checkpointer=checkpointer,
        )

    def turn(self, desk: Desk, thread_id: str, checkpoint_id: str | None) -> TurnResult:
        """Let the model answer `desk.text`.

        Raises `ModelFailed`, `BudgetSpent`, and `StorageUnavailable`.

        `checkpoint_id` is that of the conversation's last finished turn.
        """
        desk.offline = self._offline
        desk.line = Line(self._terms, desk.meter)
        thread = RunnableConfig(configurable={"thread_id": thread_id})
        begin = {"thread_id": thread_id, "checkpoint_id": checkpoint_id or NOWHERE}
        try:
            state = self._worked_out(desk, begin)
        except StorageUnavailable:
            raise
        except BudgetSpent as spent:
            raise BudgetSpent(say("out-of-budget", spent=spent.sentence), spent.until) from None
        except Exception as error:
            trouble = trouble_of(error)
            log.warning("model_failed", thread=thread_id, trouble=trouble.value, error=_kind(error))
            raise ModelFailed(_sorry(trouble)) from error
        last = state["messages"][-1]
        words = text_of(last) if isinstance(last, AIMessage) else ""
        cards = cards_of(desk, words, state["messages"])
        if not cards:
            log.warning("model_failed", thread=thread_id, trouble=Trouble.EMPTY.value)
            raise ModelFailed(_sorry(Trouble.EMPTY))
        saved = self._graph.get_state(thread).config["configurable"]["checkpoint_id"]
        return TurnResult(tuple(desk.effects), cards, saved)

    def _worked_out(self, desk: Desk, begin: dict[str, str]) -> Any:
        """The state after the turn. Where the model goes round in circles, the one that stands in
        for it begins anew.
        """
        try:
            return self._invoked(desk, begin)
        except Exception as error:
            if trouble_of(error) is not Trouble.LOST or not desk.line.hand_over():
                raise
            log.warning("model_fallback", trouble=Trouble.LOST.value, error=_kind(error))
        desk.clear()
        return self._invoked(desk, begin)

    def _invoked(self, desk: Desk, begin: dict[str, str]) -> Any:
        return self._graph.invoke(
            {"messages": [HumanMessage(_said(desk) or NO_WORDS)]},
            # One tool at a time: what they stage is shown in the order of the calls.
            RunnableConfig(configurable=begin, max_concurrency=1),
            context=desk,
            durability="exit",
        )


class _Surroundings(AgentMiddleware[Any, Desk]):
    """Gives each model call the turn's prompt, the latest messages and the tools in short; makes
    tool call ids unique.
    """

    def __init__(self, tools: Sequence[dict[str, Any]]) -> None:
        super().__init__()
        self._offered = tools

    def wrap_model_call(
        self,
        request: ModelRequest[Desk],
        handler: Callable[[ModelRequest[Desk]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Call the model within the surroundings of the turn."""
        history = request.messages
        desk = request.runtime.context
        earlier = remembered(request.state)
        prompt = system_of(lasting_prompt(), *([earlier] if earlier else []), turns_prompt(desk))
        dressed = request.override(
            system_message=prompt, messages=_latest(history), tools=list(self._offered)
        )
        response = call_model(dressed, handler, desk.line, speaks=not desk.cards)
        result = [unique(m, history) if isinstance(m, AIMessage) else m for m in response.result]
        return ModelResponse(result=result, structured_response=response.structured_response)


def _latest(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The end of a long history, beginning with a person's message: tool calls stay paired."""
    if len(messages) <= MESSAGES:
        return messages
    starts = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage)]
    begin = next((i for i in starts if len(messages) - i <= MESSAGES), starts[-1])
    return messages[begin:]


def _said(desk: Desk) -> str:
    """The person's words; a wish made of somebody else's message is fenced for a model [P4]."""
    if desk.offline or not desk.quoted:
        return desk.text
    return f"{QUOTED}\n{outside(desk.text, TEXT_MAX)}"


def _tool_error(error: Exception, request: ToolCallRequest) -> str | None:
    """A refusal becomes a result that the model mends from; storage trouble ends the turn."""
    if isinstance(error, StorageUnavailable):
        return None
    if isinstance(error, HoustonError):
        options = error.options if isinstance(error, WhichOne) else ()
        return refused(error.sentence, options=options, asked=isinstance(error, Ambiguous))
    if isinstance(error, ValueError):
        return refused(say("bad-arguments", why=str(error).splitlines()[0][:200]))
    return None


def _sorry(trouble: Trouble) -> str:
    return say("trouble-sorry", what=trouble_in_words(trouble), advice=advice_on(trouble))


def _kind(error: Exception) -> str:
    return error.cause if isinstance(error, ModelTrouble) else type(error).__name__
