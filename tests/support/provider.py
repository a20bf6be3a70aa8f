"""A model provider on loopback that speaks OpenAI's chat completions and follows a script."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
KEY = "sk-scripted-0123456789"


@dataclass(frozen=True)
class Reply:
    """One answer of the provider. `raw` takes the place of the message; `cut` answers nothing."""

    message: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    delay: float = 0.0
    raw: str | None = None
    cut: bool = False


def says(text: str) -> Reply:
    """Plain words."""
    return Reply({"content": text})


def calls(*wanted: tuple[str, object], ids: tuple[str, ...] = ()) -> Reply:
    """Tool calls: each a name and its arguments; text arguments are sent as they are."""
    made = [
        {
            "id": ids[i] if i < len(ids) else f"call_{next(_NUMBERS)}",
            "type": "function",
            "function": {
                "name": name,
                "arguments": given if isinstance(given, str) else json.dumps(given),
            },
        }
        for i, (name, given) in enumerate(wanted)
    ]
    return Reply({"content": None, "tool_calls": made})


def fails(status: int = 500) -> Reply:
    """An error of the provider."""
    return Reply(status=status)


_NUMBERS = itertools.count(1)


class Provider:
    """Answers each request with the script's next reply; after its end, with `always`.

    `usage` is what each answer says it took: tokens in and out.
    """

    def __init__(self) -> None:
        self.requests: list[Json] = []
        self.always = says("Yes.")
        self.usage = (10, 5)
        self._script: deque[Reply] = deque()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["content-length"]))
                provider.requests.append(json.loads(sent))
                provider._answer(self, provider._next())

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        """What makes a client of OpenAI come here."""
        port = self._server.server_address[1]
        return {
            "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "OPENAI_API_KEY": KEY,
            "NO_PROXY": "127.0.0.1",
        }

    def will(self, *replies: Reply, always: Reply | None = None) -> None:
        """Begin a new script."""
        self._script = deque(replies)
        self.always = always or says("Yes.")
        self.requests.clear()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def _next(self) -> Reply:
        return self._script.popleft() if self._script else self.always

    def _answer(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        time.sleep(reply.delay)
        if reply.cut:
            handler.close_connection = True
            return
        data = (
            reply.raw if reply.raw is not None else json.dumps(_completion(reply, *self.usage))
        ).encode()
        handler.send_response(reply.status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        try:
            handler.wfile.write(data)
        except OSError:  # the client did not wait
            return


def _completion(reply: Reply, prompt: int, answer: int) -> Json:
    if reply.status != 200:
        return {"error": {"message": "scripted failure", "type": "server_error", "code": None}}
    finish = "tool_calls" if reply.message.get("tool_calls") else "stop"
    return {
        "id": f"chatcmpl-{next(_NUMBERS)}",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "scripted",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": None, **reply.message},
                "finish_reason": finish,
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": answer,
            "total_tokens": prompt + answer,
        },
    }
