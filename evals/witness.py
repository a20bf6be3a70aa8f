"""What the model was asked and answered, seen from its callbacks: calls, faults, cached tokens.

What all of it cost is counted by the product's own meter: calls that were given up are in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from agent.pulse import left_behind
from agent.usage import tokens_of

TOO_SLOW = "TooSlow"
"""The fault of a call that was given up."""


@dataclass(frozen=True)
class Called:
    """A tool call of the model. `answer` is what the tool said, "" if nobody heard it."""

    tool: str
    arguments: dict[str, Any]
    answer: str = ""


@dataclass
class Witness(BaseCallbackHandler):
    """Listens to one model. `faults` are errors of the provider: no answer, so no wrong one.

    What was asked in an earlier case, and ends in this one as nobody waited for it, is not heard.
    """

    calls: list[Called] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cached: int = 0
    _asked: set[UUID] = field(default_factory=set)
    _pending: list[str] = field(default_factory=list)

    def __hash__(self) -> int:
        return id(self)

    def reset(self) -> None:
        """Forget what was seen: a new case begins."""
        self.__init__()  # type: ignore[misc]

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        **kwargs: Any,
    ) -> None:
        """A question goes out; it holds what the tools answered to the calls before."""
        self._asked.add(run_id)
        answers = {m.tool_call_id: str(m.text) for m in messages[0] if isinstance(m, ToolMessage)}
        self._hear(answers)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """An answer came; one that took longer than anybody waits is none."""
        if run_id not in self._asked:
            return
        self._asked.discard(run_id)
        if left_behind():
            self.faults.append(TOO_SLOW)
            return
        for generation in response.generations[0]:
            if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
                self._note(generation.message)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """The provider failed: refused, too slow, unreachable."""
        if run_id in self._asked:
            self._asked.discard(run_id)
            self.faults.append(type(error).__name__)

    def given_up(self) -> None:
        """The case is over: what has not answered yet was too slow."""
        self.faults += [TOO_SLOW] * len(self._asked)
        self._asked.clear()

    def _note(self, message: AIMessage) -> None:
        if usage := message.usage_metadata:
            self.cached += tokens_of(usage).cached
        for call in message.tool_calls:
            self.calls.append(Called(call["name"], dict(call["args"])))
            self._pending.append(call["id"] or "")

    def _hear(self, answers: dict[str, str]) -> None:
        """Put the tools' answers to their calls: the latest calls are the pending ones.

        The graph may have given a call another id; then the answers come in the calls' order.
        """
        count = len(self._pending)
        if not count:
            return
        late = list(answers.values())[-count:]
        start = len(self.calls) - count
        for at, identifier in enumerate(self._pending):
            told = answers.get(identifier, late[at] if at < len(late) else "")
            seen = self.calls[start + at]
            self.calls[start + at] = Called(seen.tool, seen.arguments, told)
        self._pending.clear()
