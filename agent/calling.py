"""One call of a language model: within the budget, counted, and by another model if one fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from langchain.agents.middleware import ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage

from missions.errors import HoustonError
from missions.spending import Meter, Price

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Terms:
    """On what terms a model is called: what it costs, and what stands in for it when it fails.

    Without a price tokens are counted, money is not.
    """

    price: Price | None = None
    fallback: BaseChatModel | None = None
    fallback_price: Price | None = None


NO_TERMS = Terms()
"""No price is known and nothing stands in."""


def call_model(
    request: ModelRequest[Any],
    handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    terms: Terms,
    meter: Meter | None,
) -> ModelResponse[Any]:
    """The answer of the model, or of its fallback; what that raises goes through.

    Raises `BudgetSpent` before the call that would go beyond a cap.
    """
    if meter:
        meter.allow()
    price = terms.price
    try:
        response = handler(request)
    except HoustonError:
        raise
    except Exception as error:  # each provider has its own errors
        if terms.fallback is None:
            raise
        log.warning("model_fallback", error=type(error).__name__)
        response, price = handler(request.override(model=terms.fallback)), terms.fallback_price
    if meter:
        for message in response.result:
            if isinstance(message, AIMessage) and message.usage_metadata:
                usage = message.usage_metadata
                meter.count(usage["input_tokens"], usage["output_tokens"], price)
    return response
