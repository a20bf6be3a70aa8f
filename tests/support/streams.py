"""Scripted answers as providers stream them: frame by frame, with deltas of text and of calls.

As the providers' documentation has it: OpenAI
https://platform.openai.com/docs/api-reference/chat-streaming, Anthropic
https://platform.claude.com/docs/en/build-with-claude/streaming, Google
https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent, Ollama
https://github.com/ollama/ollama/blob/main/docs/api.md.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence

from tests.support.answers import Json, Say, Usage

Frames = list[str]
_PIECE = 4
"""Characters of a delta."""
_NUMBERS = itertools.count(1)


def openai(say: Say, usage: Usage, request: Json) -> Frames:
    """Deltas of one choice; those of parallel calls take turns. Usage only if it is asked for."""
    head = {
        "id": f"chatcmpl-s{next(_NUMBERS)}",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "scripted",
    }

    def chunk(delta: Json, ends: str | None = None) -> Json:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": ends}]}

    kind = "refusal" if say.ends == "declined" else "content"
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{kind: piece} for piece in _pieces(say.text)]
    for i, (name, _) in enumerate(say.calls):
        made = {"name": name, "arguments": ""}
        call = {"index": i, "id": _id(say, i, "call_"), "type": "function", "function": made}
        deltas.append({"tool_calls": [call]})
    deltas += [
        {"tool_calls": [{"index": i, "function": {"arguments": piece}}]}
        for i, piece in _in_turns([_text(arguments) for _, arguments in say.calls])
    ]
    ends = "length" if say.ends == "cut" else "tool_calls" if say.calls else "stop"
    chunks = [*map(chunk, deltas), chunk({}, ends)]
    if request.get("stream_options", {}).get("include_usage"):
        told = {
            "prompt_tokens": usage.prompt,
            "completion_tokens": usage.answer,
            "total_tokens": usage.prompt + usage.answer,
            "prompt_tokens_details": {"cached_tokens": usage.cached},
        }
        chunks.append({**head, "choices": [], "usage": told})
    return [*(f"data: {json.dumps(c)}\n\n" for c in chunks), "data: [DONE]\n\n"]


def anthropic(say: Say, usage: Usage, request: Json) -> Frames:
    """Named events: a message, its blocks with their deltas, and the usage at both ends."""
    taken = {
        "input_tokens": usage.prompt - usage.cached - usage.written,
        "cache_read_input_tokens": usage.cached,
        "cache_creation_input_tokens": usage.written,
        "output_tokens": 1,
    }
    message: Json = {
        "id": f"msg_s{next(_NUMBERS)}",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": taken,
    }
    events: list[Json] = [{"type": "message_start", "message": message}, {"type": "ping"}]
    blocks: list[tuple[Json, list[Json]]] = []
    if say.text:
        text = [{"type": "text_delta", "text": p} for p in _pieces(say.text)]
        blocks.append(({"type": "text", "text": ""}, text))
    for i, (name, arguments) in enumerate(say.calls):
        block = {"type": "tool_use", "id": _id(say, i, "toolu_"), "name": name, "input": {}}
        pieces = _pieces(_text(arguments))
        blocks.append((block, [{"type": "input_json_delta", "partial_json": p} for p in pieces]))
    for index, (block, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        events += [{"type": "content_block_delta", "index": index, "delta": d} for d in deltas]
        events.append({"type": "content_block_stop", "index": index})
    ends = {"cut": "max_tokens", "declined": "refusal"}.get(say.ends)
    ends = ends or ("tool_use" if say.calls else "end_turn")
    end = {"stop_reason": ends, "stop_sequence": None}
    events.append(
        {"type": "message_delta", "delta": end, "usage": {**taken, "output_tokens": usage.answer}}
    )
    events.append({"type": "message_stop"})
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]


def google(say: Say, usage: Usage, request: Json) -> Frames:
    """Answers in part: text in pieces, calls whole; the last one says how it ended."""
    told: Json = {"modelVersion": "scripted", "responseId": f"r-s{next(_NUMBERS)}"}
    taken = {
        "usageMetadata": {
            "promptTokenCount": usage.prompt,
            "candidatesTokenCount": usage.answer,
            "totalTokenCount": usage.prompt + usage.answer,
            "cachedContentTokenCount": usage.cached,
        }
    }
    if say.ends == "declined":
        return _events([{"promptFeedback": {"blockReason": "SAFETY"}, **taken, **told}])
    parts: list[Json] = [{"text": piece} for piece in _pieces(say.text)]
    ends = "MAX_TOKENS" if say.ends == "cut" else "STOP"
    for i, (name, arguments) in enumerate(say.calls):
        if isinstance(arguments, str):
            ends = "MALFORMED_FUNCTION_CALL"
            continue
        ident = {"id": say.ids[i]} if i < len(say.ids) else {}
        parts.append({"functionCall": {"name": name, "args": arguments, **ident}})
    found: list[Json] = [
        {"candidates": [{"content": {"role": "model", "parts": [p]}, "index": 0}], **told}
        for p in parts
    ]
    content = {} if ends.startswith("MALFORMED") else {"content": {"role": "model", "parts": []}}
    last = {"finishReason": ends, "index": 0, **content}
    return _events([*found, {"candidates": [last], **taken, **told}])


def ollama(say: Say, usage: Usage, request: Json) -> Frames:
    """Lines of JSON; a call is whole, arguments that are none stand as a text."""
    frame = {"model": "scripted", "created_at": "2026-11-23T10:00:00Z"}
    said: list[Json] = [{"role": "assistant", "content": p} for p in _pieces(say.text)]
    if say.calls:
        made = [{"function": {"name": n, "arguments": a}} for n, a in say.calls]
        said.append({"role": "assistant", "content": "", "tool_calls": made})
    lines: list[Json] = [{**frame, "message": m, "done": False} for m in said]
    end = {
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "length" if say.ends == "cut" else "stop",
        "total_duration": 1_000_000,
        "prompt_eval_count": usage.prompt,
        "eval_count": usage.answer,
    }
    return [f"{json.dumps(line)}\n" for line in [*lines, {**frame, **end}]]


def _events(chunks: Sequence[Json]) -> Frames:
    return [f"data: {json.dumps(chunk)}\r\n\r\n" for chunk in chunks]


FRAMES: dict[str, Callable[[Say, Usage, Json], Frames]] = {
    "openai": openai, "anthropic": anthropic, "google_genai": google, "ollama": ollama,
}  # fmt: skip
"""Provider → the frames of an answer."""

_OVERLOADED = "scripted failure"
ERRORS: dict[str, str] = {
    "openai": "data: "
    + json.dumps({"error": {"message": _OVERLOADED, "type": "server_error", "code": None}})
    + "\n\n",
    "anthropic": "event: error\ndata: "
    + json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": _OVERLOADED}})
    + "\n\n",
    "google_genai": json.dumps(
        {"error": {"code": 503, "message": _OVERLOADED, "status": "UNAVAILABLE"}}
    )
    + "\n",
    "ollama": json.dumps({"error": _OVERLOADED}) + "\n",
}
"""Provider → the frame by which it says, in the midst of an answer, that it cannot go on."""


def _pieces(text: str) -> Iterator[str]:
    return (text[i : i + _PIECE] for i in range(0, len(text), _PIECE))


def _in_turns(texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """A piece of each, then the next of each."""
    for pieces in itertools.zip_longest(*map(_pieces, texts)):
        yield from ((i, piece) for i, piece in enumerate(pieces) if piece is not None)


def _id(say: Say, number: int, prefix: str) -> str:
    return say.ids[number] if number < len(say.ids) else f"{prefix}s{next(_NUMBERS)}"


def _text(arguments: object) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)
