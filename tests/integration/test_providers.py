"""Each provider's own client against a stub that speaks its wire format: what can go wrong, does.

Whatever that is, a conversation ends in a sentence that a person can act on, with the message kept
and a Retry; an Execution ends with what its checks found, and says what is missing.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from agent.calling import Terms
from agent.model import make_model
from agent.trouble import Trouble, advice_on, trouble_in_words
from missions.cards import ListCard, PlanCard, SorryCard, TextCard
from missions.domain import Domain
from tests.integration.model_kit import (
    EXPLAINED,
    HASTE,
    LATE,
    PLAN,
    QUICK,
    Talk,
    impatient,
    led_to,
    run_task,
    talking,
)
from tests.support.answers import Say, calls, fails, says
from tests.support.dialects import DIALECTS, KEY
from tests.support.modelserver import ModelServer
from tests.support.site import Site

EXPLAINING_MAX = 2_500
"""Characters of an Execution's tools, with one to look with: they go with every call."""
TERMS = Terms(patience=QUICK)
ENDLESS = 2.0
"""Seconds that are waited in all for an answer that never ends."""
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
"""As `make_model` has it: Anthropic's client warns of arguments that are no object."""


@pytest.fixture(scope="module", params=list(DIALECTS))
def server(request: pytest.FixtureRequest) -> Iterator[ModelServer]:
    running = ModelServer(DIALECTS[request.param])
    yield running
    running.close()


@pytest.fixture(scope="module")
def model(server: ModelServer) -> Iterator[BaseChatModel]:
    """One client for all: each reads all authorities that the system trusts."""
    with pytest.MonkeyPatch.context() as patch:
        yield led_to(server, patch)


@pytest.fixture
def talk(domain: Domain, model: BaseChatModel, tmp_path: Path) -> Iterator[Talk]:
    with talking(domain, model, tmp_path, TERMS) as begun:
        yield begun


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    served = Site()
    served.status = 503
    yield served
    served.close()


NO_JSON = "arguments that are no JSON"
HALF_JSON = "one of two calls is no JSON"
FAILURES: dict[str, tuple[Say, Trouble]] = {
    "declines": (Say("I cannot help with that.", ends="declined"), Trouble.DECLINED),
    "words cut off": (Say("The plan that I prop", ends="cut"), Trouble.CUT),
    "a call cut off": (calls(PLAN, ends="cut"), Trouble.CUT),
    NO_JSON: (calls((PLAN[0], '{"tasks": [{')), Trouble.GARBLED),
    "no JSON at all": (Say(raw="<html>Bad gateway</html>"), Trouble.GARBLED),
    "nothing": (says(""), Trouble.EMPTY),
    "the same tool for ever": (calls(("list_missions", {})), Trouble.LOST),
    "429": (fails(429), Trouble.BUSY),
    "429, come back in an hour": (fails(429, "3600"), Trouble.BUSY),
    "500": (fails(500), Trouble.BROKEN),
    "503": (fails(503), Trouble.BROKEN),
    "529, overloaded": (fails(529), Trouble.BROKEN),
    "401": (fails(401), Trouble.KEY),
    "404": (fails(404), Trouble.UNKNOWN),
    "400": (fails(400), Trouble.REJECTED),
    "hangs up": (Say(hangs_up=True), Trouble.UNREACHABLE),
    "answers too late": (Say("At last.", delay=LATE), Trouble.SLOW),
    "trickles for ever": (Say("Word by word. " * 500, drip=HASTE / 4), Trouble.SLOW),
}
IN_A_TURN: dict[str, tuple[Say, Trouble]] = {
    **FAILURES,
    "arguments that do not fit, for ever": (
        calls((PLAN[0], {"tasks": "every day"})), Trouble.LOST,
    ),
    "a tool that is none, for ever": (calls(("drop_tables", {})), Trouble.LOST),
    HALF_JSON: (calls(("list_missions", {}), (PLAN[0], '{"tasks": [{')), Trouble.GARBLED),
    "both calls of one id, for ever": (
        calls(("list_missions", {}), ("help", {}), ids=("call_1", "call_1")), Trouble.LOST,
    ),
}  # fmt: skip
"""What a turn can meet besides: the tools of a run are others."""
TRIES = {Trouble.LOST: 8, **dict.fromkeys((t for t in Trouble if t.passes), 1 + QUICK.retries)}
"""How often a provider is asked at most, where that is more than once."""


def terms_for(failure: str) -> Terms:
    """Not much time for who takes too long, enough for all others."""
    if failure == "trickles for ever":  # it is waited for as long as pieces come: till the end
        return Terms(patience=replace(QUICK, total=ENDLESS))
    slow = IN_A_TURN[failure][1] is Trouble.SLOW
    return Terms(patience=impatient(HASTE, HASTE)) if slow else TERMS


def all_came(server: ModelServer, failure: str) -> None:
    """Wait for requests that nobody waits for any more: they are to find the old script."""
    if IN_A_TURN[failure][1] is not Trouble.SLOW or failure == "trickles for ever":
        return
    await_requests(server, TRIES[Trouble.SLOW])


def await_requests(server: ModelServer, asked: int) -> None:
    """Wait until so many requests came."""
    until = time.monotonic() + 20
    while len(server.requests) < asked:
        assert time.monotonic() < until
        time.sleep(0.01)


def fits(server: ModelServer, failure: str) -> None:
    """Ollama has no way to decline but in words."""
    nowhere = {("declines", "ollama")}
    if (failure, server.dialect.name) in nowhere:
        pytest.skip("not in this format")


@pytest.mark.parametrize("failure", IN_A_TURN)
def test_a_turn_ends_in_a_sentence_and_retry_answers_it(
    server: ModelServer, model: BaseChatModel, domain: Domain, tmp_path: Path, failure: str
) -> None:
    """[C10] Nothing is staged, the message is kept, and Retry answers it once the model is well."""
    fits(server, failure)
    say, trouble = IN_A_TURN[failure]
    server.will(always=say)
    with talking(domain, model, tmp_path, terms_for(failure)) as talk:
        (sorry,) = talk.say("watch my shop")
        assert isinstance(sorry, SorryCard)
        what, advice = trouble_in_words(trouble), advice_on(trouble)
        assert sorry.text == f"I could not work out an answer: {what}. Nothing changed. {advice}"
        assert len(server.requests) <= TRIES.get(trouble, 1)
        if failure == "429, come back in an hour" and server.dialect.name != "ollama":
            assert len(server.requests) == 1

        all_came(server, failure)
        server.will(calls(PLAN), says("Here is the plan."))
        words, plan = talk.retry()
    assert isinstance(words, TextCard)
    assert isinstance(plan, PlanCard)
    assert server.dialect.said(server.requests[0])[-1] == "watch my shop"
    assert server.refused == []


@pytest.mark.parametrize("failure", FAILURES)
def test_an_execution_reports_its_checks_and_names_the_gap(
    server: ModelServer, model: BaseChatModel, site: Site, failure: str
) -> None:
    """[X3 X7 C10] Code decides; that the model's words are missing is said, and why."""
    fits(server, failure)
    say, trouble = FAILURES[failure]
    server.will(always=say)
    result = run_task(site, model, terms_for(failure))
    all_came(server, failure)
    assert result.finding == "critical"
    assert result.report.headline == "Critical: /health answers 503"
    if failure == "nothing":
        assert result.report.lines[-1].endswith("without its words.")
    elif failure != "the same tool for ever":
        what = trouble_in_words(trouble)
        expected = f"{what[0].upper()}{what[1:]}, so this is what the checks found, without its"
        assert result.report.lines[-1].startswith(expected)
    assert KEY not in result.report.text + str(result.session)
    assert "scripted" not in result.report.text


def test_a_provider_that_is_not_there(
    server: ModelServer, domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10] Nobody listens: Ollama not started, a proxy down."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        for name, value in server.dialect.environment(address).items():
            monkeypatch.setenv(name, value)
        nobody = make_model(server.dialect.model)
        with talking(domain, nobody, tmp_path, TERMS) as talk:
            (sorry,) = talk.say("watch my shop")
    assert isinstance(sorry, SorryCard)
    assert "cannot be reached" in sorry.text


def test_a_call_becomes_a_card_and_its_words_lead(server: ModelServer, talk: Talk) -> None:
    """[C2 C6] In the words of each provider, with results that belong to their calls."""
    server.will(calls(PLAN), says("Launched it for you!"))
    words, plan = talk.say("watch my shop on weekdays at nine")
    assert isinstance(words, TextCard)
    assert words.text == "Launched it for you!"
    assert isinstance(plan, PlanCard)
    assert server.refused == []


def test_calls_side_by_side_are_all_carried_out(server: ModelServer, talk: Talk) -> None:
    """[C10] In their order; each has its own answer."""
    server.will(calls(("list_missions", {}), PLAN, ("list_missions", {})), says("There."))
    words, *cards = talk.say("watch my shop, and what is there?")
    assert isinstance(words, TextCard)
    assert [c.kind for c in cards] == ["list", "plan"]
    assert len(server.requests) == 2
    assert server.refused == []


def test_ids_that_repeat_break_nothing(server: ModelServer, talk: Talk) -> None:
    """[C10] Within an answer, and from turn to turn: the provider gets unique ones back."""
    same = ("call_1", "call_1")
    server.will(calls(("list_missions", {}), PLAN, ids=same), says("There."))
    assert len(talk.say("watch my shop, and what is there?")) == 3
    server.will(calls(("list_missions", {}), ids=same), says("Again."))
    assert len(talk.say("and now?")) == 2
    assert server.refused == []


def test_a_call_that_names_no_tool_is_mended(server: ModelServer, talk: Talk) -> None:
    """[B7 C10]"""
    server.will(calls(("drop_tables", {})), calls(PLAN), says(""))
    (plan,) = talk.say("watch my shop")
    assert isinstance(plan, PlanCard)
    assert server.refused == []


@pytest.mark.parametrize(
    "first",
    [fails(429, "0.2"), fails(500), Say(hangs_up=True), Say(delay=LATE), calls((PLAN[0], "{"))],
    ids=["429", "500", "hangs up", "late", "garbled"],
)
def test_what_passes_is_tried_again(
    server: ModelServer, model: BaseChatModel, domain: Domain, tmp_path: Path, first: Say
) -> None:
    """[C10] After the pause that the provider asks for; Ollama's client does not tell of it."""
    if first.calls:
        fits(server, NO_JSON)
    server.will(first, says("Hello."))
    terms = Terms(patience=impatient(2.0)) if first.delay else TERMS
    began = time.monotonic()
    with talking(domain, model, tmp_path, terms) as talk:
        (words,) = talk.say("hello")
    assert isinstance(words, TextCard)
    if server.dialect.name != "ollama":
        assert time.monotonic() - began >= float(first.retry_after or 0)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "first",
    [fails(401), fails(500), Say(delay=LATE), Say("The pl", ends="cut"), calls((PLAN[0], "{"))],
    ids=["401", "500", "late", "cut off", "garbled"],
)
def test_another_provider_stands_in(
    server: ModelServer, model: BaseChatModel, domain: Domain, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, first: Say,
) -> None:  # fmt: skip
    """[C10 X6] In the middle of a turn: it reads what the first one called, and its results."""
    name = "anthropic" if server.dialect.name != "anthropic" else "google_genai"
    other = ModelServer(DIALECTS[name])
    try:
        patience = impatient(QUICK.call, HASTE, QUICK.call, HASTE) if first.delay else QUICK
        terms = Terms(fallback=led_to(other, monkeypatch), patience=patience)
        with talking(domain, model, tmp_path, terms) as talk:
            server.will(calls(("list_missions", {})), always=first)
            other.will(calls(PLAN), says("Here it is."))
            words, listed, plan = talk.say("watch my shop")
            assert (type(words), type(listed), type(plan)) == (TextCard, ListCard, PlanCard)
            await_requests(server, 3)
            server.will(always=says("You are welcome."))
            (thanks,) = talk.say("thank you")
            assert isinstance(thanks, TextCard)
            assert other.refused == server.refused == []
    finally:
        other.close()


def test_who_declines_is_not_stood_in_for(
    server: ModelServer, model: BaseChatModel, domain: Domain, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """[C10] Nobody goes shopping for a model that does not mind."""
    fits(server, "declines")
    other = ModelServer(DIALECTS["ollama"])
    try:
        terms = Terms(fallback=led_to(other, monkeypatch), patience=QUICK)
        with talking(domain, model, tmp_path, terms) as talk:
            server.will(always=FAILURES["declines"][0])
            (sorry,) = talk.say("watch my shop")
            assert isinstance(sorry, SorryCard)
            assert other.requests == []
    finally:
        other.close()


def test_an_execution_has_its_words_where_all_is_well(
    server: ModelServer, model: BaseChatModel, site: Site
) -> None:
    """[B2] The model looks further and writes; side by side as well."""
    look = ("http", {"url": site.url()})
    server.will(calls(look, look, ids=("call_1", "call_1")), calls(EXPLAINED))
    result = run_task(site, model, TERMS)
    assert result.report.notes[-1].text == "The page says why. (it looked with http)"
    sent = json.dumps(server.requests[0]["tools"], separators=(",", ":"))
    assert len(sent) < EXPLAINING_MAX
    assert "$ref" not in sent
    for told in ("needs_attention", "seen_with", "advice", "gaps"):
        assert f'"{told}"' in sent
    assert server.refused == []
