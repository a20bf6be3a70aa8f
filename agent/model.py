"""The chat model by name, and what any model's answer goes through before the graph sees it."""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolCall

from agent.patience import CALL_SECONDS
from agent.pulse import Pulses
from missions.errors import HoustonError

OLLAMA_CONTEXT = 32_768
"""Tokens that Ollama makes room for. Its own default is 4,096, and of what is longer it silently
forgets the beginning, which is where the tools are."""

_INTEGER = 2**63 - 1
"""The largest integer that a checkpoint holds."""
_SERIALIZER_WARNS = "Pydantic serializer warnings"

_EXTRAS = {
    "openai": ("langchain_openai", "openai"),
    "anthropic": ("langchain_anthropic", "anthropic"),
    "google_genai": ("langchain_google_genai", "google"),
    "ollama": ("langchain_ollama", "ollama"),
}
"""Provider in a model's name → the module it needs, and the extra that brings it."""


class ModelUnavailable(HoustonError):
    """The model that the settings name cannot be made; the sentence says what to do."""

    event = "model_unavailable"


def make_model(name: str | None) -> BaseChatModel:
    """The model `provider:model`, or the offline interpreter if there is no name.

    Raises `ModelUnavailable`.
    """
    if name is None:
        from agent.offline.interpreter import OfflineInterpreter

        return OfflineInterpreter()
    provider, colon, rest = name.partition(":")
    if not colon or not rest:
        raise ModelUnavailable(
            f"HOUSTON_MODEL is “{name}”. Write it as provider:model, with one of "
            f"{', '.join(_EXTRAS)} as the provider."
        )
    if provider in _EXTRAS and find_spec(_EXTRAS[provider][0]) is None:
        raise ModelUnavailable(
            f"The model {name} needs a package that is not installed. "
            f"Install it with: pip install 'houston[{_EXTRAS[provider][1]}]'"
        )
    if provider == "anthropic":
        # Of arguments that are no object pydantic would warn with all their words.
        warnings.filterwarnings("ignore", _SERIALIZER_WARNS, UserWarning)
    try:
        model = _made(provider, name)
    except (ImportError, ValueError) as error:
        raise ModelUnavailable(f"The model {name} cannot be used: {_first_line(error)}") from error
    except Exception as error:  # each provider has its own kind for a missing key
        raise ModelUnavailable(
            f"The model {name} cannot be used ({type(error).__name__}). "
            "Is the provider's API key set in the environment?"
        ) from error
    model.callbacks = [Pulses()]
    return model


def _made(provider: str, name: str) -> BaseChatModel:
    if provider == "openai":
        from agent.refusals import Refusing

        return Refusing(model=name.partition(":")[2], **_limits(provider))
    model: BaseChatModel = init_chat_model(name, **_limits(provider))
    return model


def unique(message: AIMessage, history: Sequence[BaseMessage]) -> AIMessage:
    """The answer without ids that the conversation has already.

    Small models and scripts repeat ids: `create_agent` breaks on a repeated tool call, and a
    repeated message would take the place of the earlier one. An answer whose ids are all new is
    left as the provider gave it.
    """
    earlier = [m for m in history if isinstance(m, AIMessage)]
    taken = {call["id"] for m in earlier for call in m.tool_calls}
    calls: list[ToolCall] = []
    for call in message.tool_calls:
        identifier = call["id"]
        if not identifier or identifier in taken:
            identifier = f"call_{uuid.uuid4().hex}"
        taken.add(identifier)
        calls.append({**call, "args": _kept(call["args"]), "id": identifier})
    is_new = message.id is None or all(m.id != message.id for m in history)
    if is_new and calls == message.tool_calls:
        return message
    # Only text is kept of the content: blocks of the provider would name the old ids.
    return AIMessage(
        content=str(message.text),
        tool_calls=calls,
        invalid_tool_calls=message.invalid_tool_calls,
        id=message.id if is_new else None,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
    )


def _kept(value: Any) -> Any:
    """Arguments with integers that can be stored: 64 bits, as far as those go."""
    match value:
        case bool():
            return value
        case int():
            return max(-_INTEGER, min(_INTEGER, value))
        case dict():
            return {name: _kept(inside) for name, inside in value.items()}
        case list():
            return [_kept(inside) for inside in value]
        case _:
            return value


def text_of(message: AIMessage) -> str:
    """The text of an answer, whatever shape the provider gave it."""
    return str(message.text).strip()


def _limits(provider: str) -> dict[str, Any]:
    """No silence is longer than a call may take, and no client asks again by itself: see
    `agent.calling`, which repeats alike for all of them and keeps to one total. All stream, so that
    a slow answer is told from none, and can be stopped; Ollama's client does so unasked.
    """
    if provider == "ollama":
        return {"client_kwargs": {"timeout": CALL_SECONDS}, "num_ctx": OLLAMA_CONTEXT}
    if provider == "google_genai":  # its client counts tries, not repeats
        return {"timeout": CALL_SECONDS, "max_retries": 1, "streaming": True}
    streams = {"streaming": True, "stream_usage": True} if provider in _EXTRAS else {}
    return {"timeout": CALL_SECONDS, "max_retries": 0, **streams}


def _first_line(error: Exception) -> str:
    """The first line of a provider's message; the rest is advice for developers."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
