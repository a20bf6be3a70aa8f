"""Spans around models and tools, in the words of OpenTelemetry's conventions for generative AI.

https://opentelemetry.io/docs/specs/semconv/gen-ai/ : names, models, tokens; never what was said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.types import Command

from agent.dialects import provider_of
from agent.usage import tokens_of
from missions.tracing import Span, span

NAME_MAX = 64
"""Characters of a tool's name: a model may call one that is none."""


def model_span(model: BaseChatModel) -> AbstractContextManager[Span]:
    """Around one call of a model."""
    name = str(model._get_ls_params().get("ls_model_name", "")) or "model"
    return span(
        f"chat {name}",
        gen_ai__operation__name="chat",
        gen_ai__provider__name=provider_of(model),
        gen_ai__request__model=name,
    )


def note_answer(under_way: Span, answers: Sequence[AIMessage]) -> None:
    """The tokens that a call took."""
    for answer in answers:
        if answer.usage_metadata:
            used = tokens_of(answer.usage_metadata)
            under_way.note(
                gen_ai__usage__input_tokens=used.prompt,
                gen_ai__usage__output_tokens=used.answer,
                gen_ai__usage__cache_read__input_tokens=used.cached,
                gen_ai__usage__cache_creation__input_tokens=used.written,
            )


class ToolSpans(AgentMiddleware[Any, Any]):
    """A span around each tool that a model calls."""

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Call the tool."""
        name = request.tool_call["name"][:NAME_MAX]
        with span(
            f"execute_tool {name}",
            gen_ai__operation__name="execute_tool",
            gen_ai__tool__name=name,
        ):
            return handler(request)
