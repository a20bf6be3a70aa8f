"""What one provider needs otherwise than the others.

The system prompt of a request may be in parts: the first is the same for every turn, the rest is
not. Providers keep what a request begins with (tools, then the system prompt) for a while and
charge less for it the next time. OpenAI, Google and Ollama find that by themselves; Anthropic
wants it marked (its documentation: `cache_control`, at most four marks, kept for five minutes).
"""

from __future__ import annotations

from typing import Any

from langchain.agents.middleware import ModelRequest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, SystemMessage

ANTHROPIC = "anthropic"
_MARK = {"type": "ephemeral"}


def provider_of(model: BaseChatModel) -> str:
    """The provider's name as LangChain tells it, e.g. "openai"."""
    return str(model._get_ls_params().get("ls_provider", ""))


def system_of(*parts: str) -> SystemMessage:
    """A system prompt in parts, the lasting one first."""
    return SystemMessage([{"type": "text", "text": part} for part in parts])


def dressed_for(request: ModelRequest[Any]) -> ModelRequest[Any]:
    """The request in the words of its model's provider; one without tools is not asked again, so
    there is nothing to keep.
    """
    provider = provider_of(request.model)
    messages: list[AnyMessage] = [_bare(m, provider) for m in request.messages]
    system = request.system_message
    if provider == ANTHROPIC and request.tools:
        settings = {**request.model_settings, "cache_control": _MARK}
        marked = _marked(system) if system else None
        return request.override(messages=messages, system_message=marked, model_settings=settings)
    if system is not None:
        system = SystemMessage("\n\n".join(_texts(system)))
    return request.override(messages=messages, system_message=system)


def _marked(system: SystemMessage) -> SystemMessage:
    """The first part marked: it, and the tools before it, are kept from turn to turn.

    What comes after is kept by the mark that the whole request has, from call to call of a turn.
    """
    first, *rest = _texts(system)
    blocks: list[str | dict[str, Any]] = [{"type": "text", "text": first, "cache_control": _MARK}]
    return SystemMessage([*blocks, *({"type": "text", "text": text} for text in rest)])


def _texts(system: SystemMessage) -> list[str]:
    if isinstance(system.content, str):
        return [system.content]
    return [str(b["text"]) if isinstance(b, dict) else b for b in system.content]


def _bare(message: AnyMessage, provider: str) -> AnyMessage:
    """An answer of another provider as words and calls: its own blocks mean nothing here."""
    if not isinstance(message, AIMessage):
        return message
    wrote = message.response_metadata.get("model_provider")
    if wrote in (None, provider) or isinstance(message.content, str):
        return message
    return AIMessage(content=str(message.text), tool_calls=message.tool_calls, id=message.id)
