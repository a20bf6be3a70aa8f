"""An answer as it comes: that a model still speaks, and what it left unfinished [C10].

Providers stream, and their clients put the pieces together. What they put together hides what is
missing: arguments that broke off are closed as if they were whole, and a stream that ended too
early ends like any other. So the pieces are looked at as they come. Where nobody waits any more the
next piece is refused: that closes the connection, and the provider stops writing, and billing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk

from agent.trouble import Trouble

_ENDS = ("finish_reason", "stop_reason", "done_reason", "done", "status")
"""What an answer that came to its end has one of: OpenAI and Google, Anthropic, Ollama twice, and
OpenAI's Responses."""


class LeftBehind(BaseException):
    """Nobody waits for this answer any more. No `Exception`: callbacks swallow those."""


def _always() -> bool:
    return True


@dataclass
class Pulse:
    """What came of one call so far. `last` is when something did, by the monotonic clock.

    `wanted` says whether anybody still waits. `characters` are those of text and arguments.
    """

    wanted: Callable[[], bool] = _always
    last: float = field(default_factory=time.monotonic)
    pieces: int = 0
    characters: int = 0
    _arguments: dict[object, str] = field(default_factory=dict)
    _left: bool = False

    def leave(self) -> None:
        """Nobody waits any more."""
        self._left = True

    @property
    def is_left(self) -> bool:
        """Whether nobody waits any more."""
        return self._left or not self.wanted()

    def beat(self, piece: object) -> None:
        """A piece came; raises `LeftBehind`."""
        if self.is_left:
            raise LeftBehind
        self.last = time.monotonic()
        self.pieces += 1
        if not isinstance(piece, AIMessageChunk):
            return
        self.characters += len(str(piece.text))
        for call in piece.tool_call_chunks:
            told, index = call["args"] or "", call["index"]
            key: object = len(self._arguments) if index is None else ("at", index)
            self._arguments[key] = self._arguments.get(key, "") + told
            self.characters += len(told)

    def unfinished(self, answer: AIMessage) -> Trouble | None:
        """What the pieces lack that were put together to this answer; None for nothing."""
        if not self.pieces:
            return None
        if not any(answer.response_metadata.get(name) for name in _ENDS):
            return Trouble.BROKEN
        return None if all(map(_is_whole, self._arguments.values())) else Trouble.GARBLED


_UNDER_WAY: ContextVar[Pulse | None] = ContextVar("pulse", default=None)


def listen(pulse: Pulse) -> None:
    """Have the call in this context told to that pulse."""
    _UNDER_WAY.set(pulse)


def left_behind() -> bool:
    """Whether nobody waits for the call in this context any more."""
    pulse = _UNDER_WAY.get()
    return pulse is not None and pulse.is_left


class Pulses(BaseCallbackHandler):
    """Tells the pulse of the call under way of each piece that comes. One serves all models."""

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, **kwargs: Any) -> None:
        """A piece came."""
        if pulse := _UNDER_WAY.get():
            pulse.beat(getattr(chunk, "message", None))


def _is_whole(arguments: str) -> bool:
    """Whether a call's arguments are an object of JSON; none at all are, too."""
    try:
        return not arguments.strip() or isinstance(json.loads(arguments), dict)
    except ValueError:
        return False
