"""The wire formats of model providers, as their documentation and their own clients have them.

Each dialect says how a client is led here, refuses what the provider refuses (no key, a tool result
without its call, a call without its result, repeated ids), and puts a scripted answer in its words.
"""

from __future__ import annotations

import itertools
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping

from tests.support.answers import Json, Say, Usage

KEY = "sk-scripted-0123456789"
_NUMBERS = itertools.count(1)


class Refused(Exception):
    """The provider would answer this request by an error 400 that says so."""


class Dialect(ABC):
    """One provider's way of speaking."""

    name: str
    path: str
    type = "application/json"
    stream_type = "text/event-stream"

    @property
    def model(self) -> str:
        return f"{self.name}:scripted"

    @property
    def stream_path(self) -> str:
        return self.path

    def streams(self, path: str, request: Json) -> bool:
        """Whether a request wants its answer in frames."""
        return bool(request.get("stream"))

    @abstractmethod
    def environment(self, address: str) -> dict[str, str]:
        """What makes the provider's client come to `address`."""

    @abstractmethod
    def key(self, headers: Mapping[str, str]) -> str:
        """The key that a request brings."""

    @abstractmethod
    def check(self, request: Json) -> None:
        """Raises `Refused`."""

    @abstractmethod
    def answer(self, say: Say, usage: Usage) -> str:
        """The body of an answer."""

    @abstractmethod
    def error(self, say: Say) -> Json:
        """The body of an error."""

    @abstractmethod
    def said(self, request: Json) -> list[str]:
        """What the person said, as the request has it."""

    @abstractmethod
    def lasting(self, request: Json) -> str:
        """What the request begins with: the tools, then the system prompt."""


class OpenAI(Dialect):
    """https://platform.openai.com/docs/api-reference/chat"""

    name, path = "openai", "/v1/chat/completions"

    def environment(self, address: str) -> dict[str, str]:
        return {"OPENAI_BASE_URL": f"{address}/v1", "OPENAI_API_KEY": KEY}

    def key(self, headers: Mapping[str, str]) -> str:
        return headers.get("authorization", "").removeprefix("Bearer ")

    def check(self, request: Json) -> None:
        waiting: list[str] = []
        for message in request["messages"]:
            if message["role"] == "tool":
                if message["tool_call_id"] not in waiting:
                    raise Refused("tool result without a call")
                waiting.remove(message["tool_call_id"])
            elif waiting:
                raise Refused("a call has no result")
            else:
                waiting = [call["id"] for call in message.get("tool_calls") or ()]
                _unique(waiting)
        if waiting:
            raise Refused("a call has no result")

    def answer(self, say: Say, usage: Usage) -> str:
        made = [
            {
                "id": _id(say, i, "call_"),
                "type": "function",
                "function": {"name": name, "arguments": _text(arguments)},
            }
            for i, (name, arguments) in enumerate(say.calls)
        ]
        declined = say.ends == "declined"
        message = {
            "role": "assistant",
            "content": None if declined or not say.text else say.text,
            "refusal": say.text if declined else None,
            **({"tool_calls": made} if made else {}),
        }
        ends = "length" if say.ends == "cut" else "tool_calls" if made else "stop"
        return json.dumps(
            {
                "id": f"chatcmpl-{next(_NUMBERS)}",
                "object": "chat.completion",
                "created": 1_700_000_000,
                "model": "scripted",
                "choices": [{"index": 0, "message": message, "finish_reason": ends}],
                "usage": {
                    "prompt_tokens": usage.prompt,
                    "completion_tokens": usage.answer,
                    "total_tokens": usage.prompt + usage.answer,
                    "prompt_tokens_details": {"cached_tokens": usage.cached},
                },
            }
        )

    def error(self, say: Say) -> Json:
        return {"error": {"message": "scripted failure", "type": "server_error", "code": None}}

    def said(self, request: Json) -> list[str]:
        return [str(m["content"]) for m in request["messages"] if m["role"] == "user"]

    def lasting(self, request: Json) -> str:
        system = [m["content"] for m in request["messages"] if m["role"] == "system"]
        return json.dumps(request.get("tools", [])) + "".join(map(_text, system))


class Anthropic(Dialect):
    """https://platform.claude.com/docs/en/api/messages"""

    name, path = "anthropic", "/v1/messages"

    def environment(self, address: str) -> dict[str, str]:
        return {"ANTHROPIC_BASE_URL": address, "ANTHROPIC_API_KEY": KEY}

    def key(self, headers: Mapping[str, str]) -> str:
        if not headers.get("anthropic-version"):
            return ""
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        return headers.get("x-api-key") or bearer

    def check(self, request: Json) -> None:
        waiting: list[str] = []
        for message in request["messages"]:
            if message["role"] not in ("user", "assistant"):
                raise Refused("no such role")
            blocks = message["content"]
            blocks = [{"type": "text", "text": blocks}] if isinstance(blocks, str) else blocks
            if any(b["type"] == "text" and not b["text"].strip() for b in blocks):
                raise Refused("text content blocks must contain non-whitespace text")
            results = [b["tool_use_id"] for b in blocks if b["type"] == "tool_result"]
            if sorted(results) != sorted(waiting):
                raise Refused("tool_use ids without tool_result blocks immediately after")
            waiting = [b["id"] for b in blocks if b["type"] == "tool_use"]
            _unique(waiting)
        if json.dumps(request).count('"cache_control"') > 4:
            raise Refused("A maximum of 4 blocks with cache_control may be provided")

    def answer(self, say: Say, usage: Usage) -> str:
        blocks: list[Json] = [{"type": "text", "text": say.text}] if say.text else []
        blocks += [
            {"type": "tool_use", "id": _id(say, i, "toolu_"), "name": name, "input": arguments}
            for i, (name, arguments) in enumerate(say.calls)
        ]
        ends = {"cut": "max_tokens", "declined": "refusal"}.get(say.ends)
        return json.dumps(
            {
                "id": f"msg_{next(_NUMBERS)}",
                "type": "message",
                "role": "assistant",
                "model": "scripted",
                "content": blocks,
                "stop_reason": ends or ("tool_use" if say.calls else "end_turn"),
                "stop_sequence": None,
                "usage": {
                    "input_tokens": usage.prompt - usage.cached - usage.written,
                    "cache_read_input_tokens": usage.cached,
                    "cache_creation_input_tokens": usage.written,
                    "cache_creation": {
                        "ephemeral_5m_input_tokens": usage.written,
                        "ephemeral_1h_input_tokens": 0,
                    },
                    "output_tokens": usage.answer,
                },
            }
        )

    def error(self, say: Say) -> Json:
        kinds = {401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error"}
        kind = kinds.get(say.status, "api_error" if say.status >= 500 else "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": "scripted failure"}}

    def said(self, request: Json) -> list[str]:
        found: list[str] = []
        for message in request["messages"]:
            if message["role"] == "user":
                blocks = message["content"]
                blocks = [{"type": "text", "text": blocks}] if isinstance(blocks, str) else blocks
                found += [b["text"] for b in blocks if b["type"] == "text"]
        return found

    def lasting(self, request: Json) -> str:
        """Up to the system prompt's mark, as it says what is kept."""
        blocks = request["system"]
        ends = max(i for i, b in enumerate(blocks) if "cache_control" in b)
        return json.dumps(request.get("tools", [])) + json.dumps(blocks[: ends + 1])


class Google(Dialect):
    """https://ai.google.dev/api/generate-content"""

    name, path = "google_genai", "/v1beta/models/scripted:generateContent"

    @property
    def stream_path(self) -> str:
        return "/v1beta/models/scripted:streamGenerateContent"

    def streams(self, path: str, request: Json) -> bool:
        return path.partition("?")[0] == self.stream_path

    def environment(self, address: str) -> dict[str, str]:
        return {"GOOGLE_GEMINI_BASE_URL": address, "GOOGLE_API_KEY": KEY}

    def key(self, headers: Mapping[str, str]) -> str:
        return headers.get("x-goog-api-key", "")

    def check(self, request: Json) -> None:
        waiting: list[str] = []
        for content in request["contents"]:
            if content.get("role", "user") not in ("user", "model"):
                raise Refused("Please use a valid role: user, model.")
            parts = content["parts"]
            answered = [p["functionResponse"]["name"] for p in parts if "functionResponse" in p]
            if Counter(answered) != Counter(waiting):
                raise Refused("function response parts must equal the function call parts")
            waiting = [p["functionCall"]["name"] for p in parts if "functionCall" in p]

    def answer(self, say: Say, usage: Usage) -> str:
        told: Json = {
            "usageMetadata": {
                "promptTokenCount": usage.prompt,
                "candidatesTokenCount": usage.answer,
                "totalTokenCount": usage.prompt + usage.answer,
                "cachedContentTokenCount": usage.cached,
            },
            "modelVersion": "scripted",
            "responseId": f"r-{next(_NUMBERS)}",
        }
        if say.ends == "declined":
            return json.dumps({"promptFeedback": {"blockReason": "SAFETY"}, **told})
        if any(isinstance(arguments, str) for _, arguments in say.calls):
            ended: Json = {"finishReason": "MALFORMED_FUNCTION_CALL", "index": 0}
            return json.dumps({"candidates": [ended], **told})
        parts: list[Json] = [{"text": say.text}] if say.text else []
        for i, (name, arguments) in enumerate(say.calls):
            ident = {"id": say.ids[i]} if i < len(say.ids) else {}
            parts.append({"functionCall": {"name": name, "args": arguments, **ident}})
        candidate = {
            "content": {"role": "model", "parts": parts},
            "finishReason": "MAX_TOKENS" if say.ends == "cut" else "STOP",
            "index": 0,
        }
        return json.dumps({"candidates": [candidate], **told})

    def error(self, say: Say) -> Json:
        kinds = {400: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL"}
        told: Json = {
            "code": say.status,
            "message": "scripted failure",
            "status": kinds.get(say.status, "UNAVAILABLE"),
        }
        if say.retry_after:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            told["details"] = [{"@type": kind, "retryDelay": f"{say.retry_after}s"}]
        return {"error": told}

    def said(self, request: Json) -> list[str]:
        contents = [c for c in request["contents"] if c.get("role", "user") == "user"]
        return [p["text"] for c in contents for p in c["parts"] if "text" in p]

    def lasting(self, request: Json) -> str:
        system = "".join(p["text"] for p in request["systemInstruction"]["parts"])
        return json.dumps(request.get("tools", [])) + system


class Ollama(Dialect):
    """https://github.com/ollama/ollama/blob/main/docs/api.md: lines of JSON, as they are made."""

    name, path, type = "ollama", "/api/chat", "application/x-ndjson"
    stream_type = "application/x-ndjson"

    def environment(self, address: str) -> dict[str, str]:
        return {"OLLAMA_HOST": address, "OLLAMA_API_KEY": KEY}

    def key(self, headers: Mapping[str, str]) -> str:
        return headers.get("authorization", "").removeprefix("Bearer ")

    def check(self, request: Json) -> None:
        if not request["messages"]:
            raise Refused("no messages")

    def answer(self, say: Say, usage: Usage) -> str:
        frame = {"model": "scripted", "created_at": "2026-11-23T10:00:00Z"}
        pieces = [say.text[i : i + 4] for i in range(0, len(say.text), 4)]
        lines: list[Json] = [
            {**frame, "message": {"role": "assistant", "content": p}, "done": False} for p in pieces
        ]
        if say.calls:
            made = [{"function": {"name": n, "arguments": a}} for n, a in say.calls]
            message = {"role": "assistant", "content": "", "tool_calls": made}
            lines.append({**frame, "message": message, "done": False})
        end = {
            "message": {"role": "assistant", "content": ""},
            "done": True,
            "done_reason": "length" if say.ends == "cut" else "stop",
            "total_duration": 1_000_000,
            "prompt_eval_count": usage.prompt,
            "eval_count": usage.answer,
        }
        return "".join(f"{json.dumps(line)}\n" for line in [*lines, {**frame, **end}])

    def error(self, say: Say) -> Json:
        return {"error": "scripted failure"}

    def said(self, request: Json) -> list[str]:
        return [str(m["content"]) for m in request["messages"] if m["role"] == "user"]

    def lasting(self, request: Json) -> str:
        system = [m["content"] for m in request["messages"] if m["role"] == "system"]
        return json.dumps(request.get("tools", [])) + "".join(system)


DIALECTS: dict[str, Dialect] = {d.name: d for d in (OpenAI(), Anthropic(), Google(), Ollama())}


def _id(say: Say, number: int, prefix: str) -> str:
    return say.ids[number] if number < len(say.ids) else f"{prefix}{next(_NUMBERS)}"


def _text(arguments: object) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _unique(ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        raise Refused("ids must be unique")
