"""What a provider says that a call took, as tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from langchain.agents.middleware import ModelRequest
from langchain.agents.structured_output import ToolStrategy
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.utils import count_tokens_approximately

from missions.spending import Tokens

_WRITTEN = ("cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
"""What Anthropic's client calls the tokens that went into the provider's cache."""

_CHARACTERS = 4
"""About so many are a token."""


def tokens_of(usage: UsageMetadata) -> Tokens:
    """The tokens of one call; providers that cache nothing tell of no cached ones."""
    details: dict[str, object] = dict(usage.get("input_token_details") or {})

    def number(name: str) -> int:
        found = details.get(name)
        return found if isinstance(found, int) else 0

    return Tokens(
        prompt=usage["input_tokens"],
        answer=usage["output_tokens"],
        cached=number("cache_read"),
        written=sum(number(name) for name in _WRITTEN),
    )


def taken(request: ModelRequest[Any], answer: AIMessage) -> Tokens:
    """What a call took; what the provider leaves out of it is estimated.

    Some leave out of a stream what went in.
    """
    if (told := answer.usage_metadata) is None:
        return estimated(request, answer)
    used = tokens_of(told)
    if used.answer and not used.prompt:
        return replace(used, prompt=estimated(request, answer).prompt)
    return used


def estimated(request: ModelRequest[Any], answer: AIMessage | None, said: int = 0) -> Tokens:
    """About what a call took of which the provider says nothing: budgets hold for it, too.

    What is sent are the tools as well, and the form in which an answer is wanted. Without an
    answer it was given up: what it was asked is billed all the same, and the characters that it
    had `said`.
    """
    system = [request.system_message] if request.system_message else []
    tools = [*request.tools, *_form_of(request)]
    return Tokens(
        prompt=count_tokens_approximately([*system, *request.messages], tools=tools or None),
        answer=count_tokens_approximately([answer]) if answer else said // _CHARACTERS,
        cached=0,
        written=0,
    )


def _form_of(request: ModelRequest[Any]) -> list[dict[str, Any]]:
    """The tools by which a model gives an answer in a form."""
    form = request.response_format
    return (
        [spec.json_schema for spec in form.schema_specs] if isinstance(form, ToolStrategy) else []
    )
