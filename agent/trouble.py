"""What goes wrong with a language model, told apart alike for every provider, and said to people.

Providers' clients have errors of their own. What they share is read: the HTTP status, the name of
the kind of error, and for how long a provider asks to be left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain.agents.middleware.tool_call_limit import ToolCallLimitExceededError
from langchain_core.messages import AIMessage

from missions.errors import HoustonError
from missions.phrases import say


class Trouble(StrEnum):
    """The ways in which a language model fails."""

    BUSY = "busy"
    BROKEN = "broken"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    KEY = "key"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    TOO_LONG = "too_long"
    DECLINED = "declined"
    CUT = "cut"
    GARBLED = "garbled"
    EMPTY = "empty"
    LOST = "lost"
    FAILED = "failed"

    @property
    def passes(self) -> bool:
        """Whether the same call may succeed when it is repeated."""
        return self in _PASSING


_PASSING = {
    Trouble.BUSY, Trouble.BROKEN, Trouble.UNREACHABLE, Trouble.SLOW, Trouble.GARBLED, Trouble.EMPTY,
}  # fmt: skip

_ADVICE = {
    Trouble.BUSY: "advice-minute",
    Trouble.BROKEN: "advice-minute",
    Trouble.UNREACHABLE: "advice-unreachable",
    Trouble.SLOW: "advice-again-less",
    Trouble.KEY: "advice-key",
    Trouble.UNKNOWN: "advice-model",
    Trouble.REJECTED: "advice-rejected",
    Trouble.TOO_LONG: "advice-thread",
    Trouble.DECLINED: "advice-commands",
    Trouble.CUT: "advice-less",
}
_WORDS = {
    Trouble.BUSY: "trouble-busy",
    Trouble.BROKEN: "trouble-broken",
    Trouble.UNREACHABLE: "trouble-unreachable",
    Trouble.SLOW: "trouble-slow",
    Trouble.KEY: "trouble-key",
    Trouble.UNKNOWN: "trouble-unknown",
    Trouble.REJECTED: "trouble-rejected",
    Trouble.TOO_LONG: "trouble-too-long",
    Trouble.DECLINED: "trouble-declined",
    Trouble.CUT: "trouble-cut",
    Trouble.GARBLED: "trouble-garbled",
    Trouble.EMPTY: "trouble-empty",
    Trouble.LOST: "trouble-lost",
    Trouble.FAILED: "trouble-failed",
}


def trouble_in_words(trouble: Trouble) -> str:
    """What happened, as a part of a sentence."""
    return say(_WORDS[trouble])


def advice_on(trouble: Trouble) -> str:
    """What a person can do about it."""
    return say(_ADVICE.get(trouble, "advice-again"))


_BY_STATUS = {
    401: Trouble.KEY,
    402: Trouble.KEY,
    403: Trouble.KEY,
    404: Trouble.UNKNOWN,
    408: Trouble.SLOW,
    413: Trouble.TOO_LONG,
    429: Trouble.BUSY,
    504: Trouble.SLOW,
}
_UNPAID = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
"""Codes in an answer's body that say that the account must be paid for first."""
_BY_KIND = (
    ("ContextOverflowError", Trouble.TOO_LONG),
    ("TimeoutException", Trouble.SLOW),
    ("APITimeoutError", Trouble.SLOW),
    ("ModelTimeoutError", Trouble.SLOW),
    ("TimeoutError", Trouble.SLOW),
    ("TransportError", Trouble.UNREACHABLE),
    ("APIConnectionError", Trouble.UNREACHABLE),
    ("ModelConnectionError", Trouble.UNREACHABLE),
    ("ConnectionError", Trouble.UNREACHABLE),
    ("OutputParserException", Trouble.GARBLED),
    ("JSONDecodeError", Trouble.GARBLED),
    ("ValidationError", Trouble.GARBLED),
    ("APIResponseValidationError", Trouble.GARBLED),
)
"""Names of kinds of errors, the narrower ones first: clients bring their own HTTP libraries."""

_NOT_REACHED = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ConnectionRefusedError", "gaierror"}
)
"""Kinds of errors of a connection that never stood; Ollama's client says `ConnectionError`."""
_WAITED_NO_LONGER = frozenset({408, 504})

_MIDWAY = frozenset({"APIError", "APIStatusError", "ResponseError"})
"""Kinds of errors of OpenAI's, Anthropic's and Ollama's clients; without a status that is one of an
error, they came in the midst of an answer."""
_BY_TYPE = {
    "rate_limit_error": Trouble.BUSY,
    "rate_limit_exceeded": Trouble.BUSY,
    "timeout_error": Trouble.SLOW,
    "authentication_error": Trouble.KEY,
    "permission_error": Trouble.KEY,
    "billing_error": Trouble.KEY,
    "insufficient_quota": Trouble.KEY,
    "invalid_request_error": Trouble.REJECTED,
    "request_too_large": Trouble.TOO_LONG,
}
"""What such an error calls itself; all others are the provider's own."""

_CUT = {"length", "max_tokens", "model_context_window_exceeded"}
_DECLINED = {
    "refusal", "content_filter", "safety", "prohibited_content", "blocklist", "spii", "recitation",
    "language", "image_safety",
}  # fmt: skip
_GARBLED = {"malformed_function_call", "unexpected_tool_call", "missing_thought_signature"}


class ModelTrouble(HoustonError):
    """A model, and what stood in for it, gave no answer that can be used."""

    event = "model_trouble"

    def __init__(self, trouble: Trouble, cause: str = "") -> None:
        super().__init__(f"{trouble_in_words(trouble).capitalize()}.")
        self.trouble = trouble
        self.cause = cause or trouble.value


def trouble_of(error: BaseException) -> Trouble:
    """What an error of a provider's client means."""
    for one in _chain(error):
        if isinstance(one, ModelTrouble):
            return one.trouble
        if isinstance(one, ModelCallLimitExceededError | ToolCallLimitExceededError):
            return Trouble.LOST
        kinds = {kind.__name__ for kind in type(one).__mro__}
        found = next((t for name, t in _BY_KIND if name in kinds), None)
        if found is not None:
            return found
        status = _status(one)
        if status is not None and _unpaid(one):
            return Trouble.KEY
        if status is not None:
            return _BY_STATUS.get(status) or (Trouble.BROKEN if status >= 500 else Trouble.REJECTED)
        if kinds & _MIDWAY:
            return _BY_TYPE.get(_type(one), Trouble.BROKEN)
    return Trouble.FAILED


def may_be_billed(error: BaseException) -> bool:
    """Whether the provider may have done what it was asked, although no answer came of it.

    Not where nobody was reached, nor where it answered by an error: providers bill no failed
    request (https://ai.google.dev/gemini-api/docs/billing says it of 400 and 500). A gateway that
    waits no longer is no such answer: behind it the work goes on.
    """
    for one in _chain(error):
        if type(one) is ConnectionError or _NOT_REACHED & {k.__name__ for k in type(one).__mro__}:
            return False
        if (status := _status(one)) is not None:
            return status in _WAITED_NO_LONGER
    return True


def refuses_to_stream(error: BaseException) -> bool:
    """Whether a provider only gives whole answers: OpenAI streams some models to organisations
    that it verified only, and servers that speak its format may not know all that goes with it.
    """
    return any(getattr(one, "param", None) in ("stream", "stream_options") for one in _chain(error))


def trouble_in(answer: AIMessage) -> Trouble | None:
    """What is wrong with an answer that came; None if it can be used.

    Tool calls of an answer that was cut off are as unfinished as its words.
    """
    told = answer.response_metadata
    ends = [told.get(name) for name in ("finish_reason", "stop_reason", "done_reason")]
    ended = {str(end).rpartition(".")[2].lower() for end in ends if end}
    feedback = told.get("prompt_feedback") or {}
    if ended & _DECLINED or answer.additional_kwargs.get("refusal") or feedback.get("block_reason"):
        return Trouble.DECLINED
    if ended & _CUT:
        return Trouble.CUT
    if ended & _GARBLED or answer.invalid_tool_calls:
        return Trouble.GARBLED
    return None


def wait_asked(error: BaseException, now: datetime | None = None) -> float | None:
    """For how many seconds the provider asks to be left alone; None if it does not say."""
    for one in _chain(error):
        headers = getattr(getattr(one, "response", None), "headers", None)
        said = headers.get("retry-after") if headers is not None else None
        seconds = _seconds(said, now or datetime.now(UTC)) if said else _delay_in(one)
        if seconds is not None:
            return seconds
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from: clients wrap each other's errors."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__


def _unpaid(error: BaseException) -> bool:
    """OpenAI answers 429 as well when the account has nothing left: waiting does not mend that."""
    return getattr(error, "code", None) in _UNPAID or getattr(error, "type", None) in _UNPAID


def _type(error: BaseException) -> str:
    """What an error calls itself in its body."""
    body: Any = getattr(error, "body", None)
    told = body.get("error", body) if isinstance(body, dict) else {}
    return str(told.get("type") or "") if isinstance(told, dict) else ""


def _status(error: BaseException) -> int | None:
    for name in ("status_code", "code"):
        found = getattr(error, name, None)
        if isinstance(found, int) and 400 <= found < 600:
            return found
    return None


def _seconds(said: str, now: datetime) -> float | None:
    """The header's seconds, or how far its date is away."""
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def _delay_in(error: BaseException) -> float | None:
    """Google says in the body how long to wait: `"retryDelay": "3s"`."""
    body: Any = getattr(error, "details", None)
    told = body.get("error") if isinstance(body, dict) else None
    for detail in (told or {}).get("details") or () if isinstance(told, dict) else ():
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(delay, str) and delay.endswith("s"):
            return _seconds(delay[:-1], datetime.now(UTC))
    return None
