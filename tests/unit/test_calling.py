"""What a call of a model is counted as, and what is not laid at the model's door."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from langchain.agents.middleware import ModelRequest, ModelResponse
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage
from redis.exceptions import ConnectionError as RedisAway

from agent.calling import Line, Terms, call_model
from agent.patience import Patience
from agent.trouble import ModelTrouble, Trouble, trouble_of
from missions.errors import StorageUnavailable
from missions.spending import Meter, Price, Tokens

WISH = "check the shop " * 100


@dataclass
class Till:
    """Keeps what is counted; may be away."""

    away: bool = False
    counted: list[Tokens] = field(default_factory=list)

    def allow(self) -> None:
        """No cap."""

    def count(self, used: Tokens, price: Price | None) -> None:
        """Remember it."""
        if self.away:
            raise RedisAway
        self.counted.append(used)


def request() -> ModelRequest[Any]:
    """A request of about 400 tokens."""
    model = FakeListChatModel(responses=["x"])
    return ModelRequest(
        model=model,
        messages=[HumanMessage(WISH)],
        tools=[],
        tool_choice=None,
        response_format=None,
        system_message=None,
        state={"messages": []},
        runtime=cast("Any", None),
        model_settings={},
    )


def line(till: Till, seconds: float = 5) -> Line:
    """A line of that till that waits for one call no longer than that."""
    return Line(Terms(patience=Patience(call=seconds, total=seconds)), cast("Meter", till))


def test_an_answer_without_usage_is_counted_by_its_length() -> None:
    """[X6] A provider that says nothing of tokens is not free."""
    till = Till()
    call_model(request(), lambda _: ModelResponse(result=[AIMessage("Fine. " * 40)]), line(till))
    (used,) = till.counted
    assert 300 <= used.prompt <= 600
    assert 40 <= used.answer <= 120


def test_a_call_that_is_given_up_is_counted_for_what_it_was_asked() -> None:
    """[X6] It goes on at the provider, and is billed."""
    till = Till()

    def late(_: ModelRequest[Any]) -> ModelResponse[Any]:
        time.sleep(1)
        return ModelResponse(result=[AIMessage("late")])

    with pytest.raises(ModelTrouble) as failed:
        call_model(request(), late, line(till, 0.1))
    assert failed.value.trouble is Trouble.SLOW
    assert till.counted
    assert all(used.prompt >= 300 and used.answer == 0 for used in till.counted)


def test_storage_that_is_away_is_no_trouble_of_the_model() -> None:
    """[X6 C10] The model answered: it is not asked, and paid, again."""
    asked: list[int] = []

    def answers(_: ModelRequest[Any]) -> ModelResponse[Any]:
        asked.append(1)
        return ModelResponse(result=[AIMessage("Fine.")])

    with pytest.raises(StorageUnavailable):
        call_model(request(), answers, line(Till(away=True)))
    assert asked == [1]


class OutOfQuota(Exception):
    """As OpenAI's client raises it."""

    status_code = 429
    code = "insufficient_quota"


def test_an_account_without_money_is_not_busy() -> None:
    """[C10] Waiting a minute does not mend it; an administrator does."""
    assert trouble_of(OutOfQuota()) is Trouble.KEY
