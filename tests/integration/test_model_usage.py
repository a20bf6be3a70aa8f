"""What providers say a call took is counted, and what they keep of a request costs less [X6]."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from agent.calling import Terms
from missions.domain import Domain
from missions.spending import Caps, Price, Spending
from tests.integration.model_kit import EXPLAINED, PLAN, QUICK, led_to, run_task, talking
from tests.support.answers import Usage, calls, says
from tests.support.build import launched
from tests.support.dialects import DIALECTS
from tests.support.fakes import TEAM, ManualClock
from tests.support.modelserver import ModelServer
from tests.support.site import Site

PRICE = Price(prompt=3.0, answer=15.0, cached=0.3, written=3.75)
TERMS = Terms(price=PRICE, patience=QUICK)


@pytest.fixture(scope="module", params=list(DIALECTS))
def server(request: pytest.FixtureRequest) -> Iterator[ModelServer]:
    running = ModelServer(DIALECTS[request.param])
    yield running
    running.close()


@pytest.fixture
def model(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> BaseChatModel:
    return led_to(server, monkeypatch)


def expected(server: ModelServer, used: Usage) -> int:
    """Millionths of a dollar, by what the provider's format can tell."""
    cached = 0 if server.dialect.name == "ollama" else used.cached
    written = used.written if server.dialect.name == "anthropic" else 0
    plain = used.prompt - cached - written
    return round(3 * plain + 0.3 * cached + 3.75 * written + 15 * used.answer)


def test_a_turns_tokens_are_counted(
    server: ModelServer, model: BaseChatModel, domain: Domain, clock: ManualClock, tmp_path: Path
) -> None:
    """[X6] In, out, from the cache and into it, each at its price."""
    server.usage = Usage(prompt=1_000, answer=20, cached=700, written=100)
    server.will(calls(PLAN), says("Here is the plan."))
    with talking(domain, model, tmp_path, TERMS) as talk:
        talk.say("watch my shop")
    spent = domain.spending.of_team(TEAM, clock.now().date())
    assert spent.tokens == 2 * 1_020
    assert spent.micros == 2 * expected(server, server.usage)
    assert spent.priced


def test_an_executions_tokens_are_counted_on_its_mission(
    server: ModelServer, model: BaseChatModel, domain: Domain, clock: ManualClock
) -> None:
    """[X6 X4]"""
    mission = launched(domain)
    meter = Spending(domain.store, clock, Caps()).meter(TEAM, mission.id)
    server.usage = Usage(prompt=500, answer=50)
    server.will(calls(EXPLAINED))
    site = Site()
    run_task(site, model, TERMS, meter)
    site.close()
    assert meter.spent.tokens == 550
    assert meter.spent.micros == expected(server, server.usage)
    kept = domain.spending.of_mission(TEAM, mission.id, clock.now().date())
    assert kept.tokens == 550


def test_a_request_begins_as_the_one_before(
    server: ModelServer, model: BaseChatModel, domain: Domain, clock: ManualClock, tmp_path: Path
) -> None:
    """[X6] Tools and the lasting part of the prompt come first, byte for byte, an hour later too;
    the time, the person and the Mission in focus come after them."""
    server.will(calls(PLAN), says("Here is the plan."), always=says("Yes."))
    with talking(domain, model, tmp_path, TERMS) as talk:
        talk.say("watch my shop")
        clock.advance(hours=1)
        talk.say("and now?")
    first, second = (server.dialect.lasting(server.requests[n]) for n in (0, -1))
    assert json.dumps(server.requests[0]) != json.dumps(server.requests[-1])
    same = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first)
    )
    timeless = first[:same].partition("2026-11-23")[0]
    assert len(timeless) > 0.85 * min(len(first), len(second))
    assert "You are Houston" in timeless


def test_anthropic_is_told_what_to_keep(
    domain: Domain, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[X6] The lasting part, with the tools before it, from turn to turn; all of it within one."""
    server = ModelServer(DIALECTS["anthropic"])
    try:
        server.will(calls(PLAN), says("Here is the plan."), always=says("Yes."))
        with talking(domain, led_to(server, monkeypatch), tmp_path, TERMS) as talk:
            talk.say("watch my shop")
            clock.advance(hours=1)
            talk.say("and now?")
        kept = [server.dialect.lasting(r) for r in server.requests]
        assert len(kept) == 3
        assert len(set(kept)) == 1
        for request in server.requests:
            assert request["cache_control"] == {"type": "ephemeral"}
            assert [("cache_control" in block) for block in request["system"]] == [True, False]
    finally:
        server.close()
