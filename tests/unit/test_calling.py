"""What a call of a model is counted as, and what is not laid at the model's door."""

from __future__ import annotations

import json
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


def test_what_a_provider_leaves_out_is_estimated() -> None:
    """[X6] Some tell in a stream what came out only."""
    till = Till()
    usage: Any = {"input_tokens": 0, "output_tokens": 50, "total_tokens": 50}
    said = AIMessage("Fine.", usage_metadata=usage)
    call_model(request(), lambda _: ModelResponse(result=[said]), line(till))
    (used,) = till.counted
    assert (used.prompt >= 300, used.answer) == (True, 50)


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


def test_the_tools_that_are_sent_are_counted() -> None:
    """[X6] They are most of what a short question sends."""
    tool = {"name": "look", "description": "Looks. " * 200, "input_schema": {"type": "object"}}
    counted = []
    for asked in (request(), request().override(tools=[tool])):
        till = Till()
        call_model(asked, lambda _: ModelResponse(result=[AIMessage("Fine.")]), line(till))
        counted += [used.prompt for used in till.counted]
    assert 250 <= counted[1] - counted[0] <= 600


class Status(Exception):
    """As a provider's client raises an answer that is an error."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status}")
        self.status_code = status


class ConnectError(Exception):
    """As the clients' HTTP library calls it."""


class RemoteProtocolError(Exception):
    """The server hung up after the request was sent."""


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (json.JSONDecodeError("x", "y", 0), True),
        (TimeoutError(), True),
        (RemoteProtocolError(), True),
        (ConnectionResetError(), True),
        (Status(504), True),
        (Status(408), True),
        (Status(429), False),
        (Status(401), False),
        (Status(500), False),
        (ConnectError(), False),
        (ConnectionRefusedError(), False),
        (ConnectionError("Ollama is not there"), False),
    ],
    ids=repr,
)
def test_a_call_without_an_answer_is_counted_if_it_may_be_billed(
    error: Exception, counts: bool
) -> None:
    """[X6] Not where nobody was reached, or where the provider refused it."""
    till = Till()

    def fails(_: ModelRequest[Any]) -> ModelResponse[Any]:
        raise error

    with pytest.raises(ModelTrouble):
        call_model(request(), fails, Line(Terms(patience=Patience(retries=0)), cast("Meter", till)))
    assert [used.prompt >= 300 and used.answer == 0 for used in till.counted] == [True] * counts


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
