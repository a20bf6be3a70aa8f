"""One call of a language model: within the budget and the time, repeated, counted, stood in for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from langchain.agents.middleware import ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from redis.exceptions import RedisError

from agent.dialects import dressed_for
from agent.patience import PATIENCE, Patience, within
from agent.pulse import Pulse
from agent.traced import model_span, note_answer
from agent.trouble import (
    ModelTrouble,
    Trouble,
    may_be_billed,
    refuses_to_stream,
    trouble_in,
    trouble_of,
    wait_asked,
)
from agent.usage import estimated, taken
from missions.errors import HoustonError, StorageUnavailable
from missions.spending import Meter, Price, Tokens

log = structlog.get_logger(__name__)

Handler = Callable[[ModelRequest[Any]], ModelResponse[Any]]
Once = Callable[..., ModelResponse[Any]]
"""Asks once, given the request and the price."""


@dataclass(frozen=True)
class Terms:
    """On what terms a model is called: what it costs, what stands in for it, how long to wait.

    Without a price tokens are counted, money is not.
    """

    price: Price | None = None
    fallback: BaseChatModel | None = None
    fallback_price: Price | None = None
    patience: Patience = PATIENCE


STREAMING = "streaming"
"""What clients call the field that says whether they stream."""

NO_TERMS = Terms()
"""No price is known and nothing stands in."""


@dataclass
class Line:
    """What the calls of one turn, or of one Execution, share: the meter and the time.

    The time begins with the line.
    """

    terms: Terms = NO_TERMS
    meter: Meter | None = None
    seconds: float | None = None
    _began: float = field(default_factory=time.monotonic)
    _closed: bool = False
    _handed_over: bool = False

    def close(self) -> None:
        """Nobody waits any more: what is under way comes to nothing, and nothing else begins."""
        self._closed = True

    def hand_over(self) -> bool:
        """From now on only the stand-in is asked; False if there is none, or it is asked already.

        For a model that goes round in circles: each of its calls is answered, and none is the last.
        """
        begun, self._handed_over = self._handed_over, True
        return self.terms.fallback is not None and not begun

    @property
    def handed_over(self) -> bool:
        """Whether only the stand-in is asked."""
        return self._handed_over

    @property
    def left(self) -> float:
        """Seconds that remain of the total."""
        if self._closed:
            return 0.0
        total = self.terms.patience.total
        if self.seconds is not None:
            total = min(total, self.seconds)
        return self._began + total - time.monotonic()


def call_model(
    request: ModelRequest[Any], handler: Handler, line: Line, *, speaks: bool = False
) -> ModelResponse[Any]:
    """The answer of the model, or of its fallback.

    One that `speaks` has to say or call something: an empty answer is none.

    Raises `BudgetSpent` before the call that would go beyond a cap, and `ModelTrouble` if neither
    gave an answer that can be used. A model that declines is not stood in for.
    """
    terms = line.terms
    once = partial(_once, handler=handler, line=line, speaks=speaks)
    if terms.fallback is None or not line.handed_over:
        try:
            return _asked(request, once, line, terms.price, alone=terms.fallback is None)
        except ModelTrouble as failed:
            if terms.fallback is None or failed.trouble is Trouble.DECLINED:
                raise
            log.warning("model_fallback", trouble=failed.trouble.value, error=failed.cause)
    standing_in = request.override(model=terms.fallback)
    return _asked(standing_in, once, line, terms.fallback_price, alone=True)


def _asked(
    request: ModelRequest[Any], once: Once, line: Line, price: Price | None, *, alone: bool
) -> ModelResponse[Any]:
    """The answer of this model, asked a few times if need be.

    One that is not `alone` is not asked again once it took too long: the time is for the other.
    """
    patience = line.terms.patience
    dressed = dressed_for(request)
    done = 0
    while True:
        try:
            return once(dressed, price=price)
        except ModelTrouble as failed:
            trouble, cause, asked = failed.trouble, failed.cause, None
        except HoustonError:
            raise
        except Exception as error:  # noqa: BLE001 - each provider has its own errors
            if _streams_no_more(request.model, error):
                continue
            trouble, cause, asked = _trouble_of(error), type(error).__name__, wait_asked(error)
        again = trouble.passes and (alone or trouble is not Trouble.SLOW)
        pause = patience.before_retry(done, asked, line.left) if again else None
        if pause is None:
            raise ModelTrouble(trouble, cause)
        log.info("model_again", trouble=trouble.value, error=cause, n=done + 1)
        time.sleep(pause)
        done += 1


def _trouble_of(error: Exception) -> Trouble:
    """Of a provider's client; its plain `ValueError` is an answer in which it found nothing."""
    return Trouble.GARBLED if type(error) is ValueError else trouble_of(error)


def _streams_no_more(model: BaseChatModel, error: Exception) -> bool:
    """Whether a provider that does not stream is asked for whole answers from now on."""
    if not getattr(model, STREAMING, False) or not refuses_to_stream(error):
        return False
    log.info("model_streams_not", error=type(error).__name__)
    setattr(model, STREAMING, False)
    return True


def _once(
    request: ModelRequest[Any],
    *,
    handler: Handler,
    line: Line,
    price: Price | None,
    speaks: bool,
) -> ModelResponse[Any]:
    with _storage_answers():
        if line.meter:
            line.meter.allow()
    left = line.left
    if left <= 0:
        raise ModelTrouble(Trouble.SLOW)
    pulse = Pulse(lambda: line.left > 0)
    with model_span(request.model) as traced:
        try:
            silence = line.terms.patience.of_call(left)
            response = within(silence, partial(handler, request), pulse, left)
        except Exception as error:
            if pulse.pieces or may_be_billed(error):
                _count(line, estimated(request, None, pulse.characters), price)
            raise
        answers = [m for m in response.result if isinstance(m, AIMessage)]
        note_answer(traced, answers)
        for answer in answers:
            _count(line, taken(request, answer), price)
        for answer in answers:
            if trouble := trouble_in(answer) or pulse.unfinished(answer):
                raise ModelTrouble(trouble)
        if speaks and not any(a.tool_calls or str(a.text).strip() for a in answers):
            raise ModelTrouble(Trouble.EMPTY)
    return response


def _count(line: Line, used: Tokens, price: Price | None) -> None:
    """Count what a call took; one that gave no answer is billed for what it was asked, too."""
    with _storage_answers():
        if line.meter and (used.prompt or used.answer):
            line.meter.count(used, price)


@contextmanager
def _storage_answers() -> Iterator[None]:
    """Storage that is away is no trouble of the model: that is not asked, and paid, once more."""
    try:
        yield
    except RedisError as error:
        raise StorageUnavailable from error
