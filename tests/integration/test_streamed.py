"""Answers that come piece by piece, and those that stop doing so, from each provider's own client.

Whatever breaks off ends in a sentence that a person can act on, with the message kept and a Retry;
nothing that came in part is taken for the whole.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from langchain.agents.middleware import ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from agent.calling import Line, Terms, call_model
from agent.conversation import Conversation
from agent.patience import Patience
from agent.trouble import ModelTrouble, Trouble, advice_on, trouble_in_words
from missions.cards import PlanCard, SorryCard, TextCard
from missions.domain import Domain
from missions.spending import Meter, Price, Tokens
from tests.integration.model_kit import (
    LATE,
    PLAN,
    QUICK,
    Talk,
    impatient,
    led_to,
    run_task,
    talking,
)
from tests.support.answers import Say, Usage, calls, says
from tests.support.dialects import DIALECTS
from tests.support.modelserver import ModelServer
from tests.support.site import Site
from tests.unit.desk_kit import desk, reader

TERMS = Terms(patience=QUICK)
LONG = "This is the plan that I propose, and there is more to say of it."
CALLED = {"google_genai": 1, "ollama": 1}
"""Frames after which a call is there but not the answer's end; the others send it in pieces."""
THREAD = "C1:1"
WAIT = 20.0
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


@pytest.fixture(scope="module", params=list(DIALECTS))
def server(request: pytest.FixtureRequest) -> Iterator[ModelServer]:
    running = ModelServer(DIALECTS[request.param])
    yield running
    running.close()


@pytest.fixture(scope="module")
def model(server: ModelServer) -> Iterator[BaseChatModel]:
    with pytest.MonkeyPatch.context() as patch:
        yield led_to(server, patch)


@pytest.fixture
def talk(domain: Domain, model: BaseChatModel, tmp_path: Path) -> Iterator[Talk]:
    with talking(domain, model, tmp_path, TERMS) as begun:
        yield begun


@dataclass
class Till:
    """Keeps what is counted."""

    counted: list[Tokens] = field(default_factory=list)

    def allow(self) -> None:
        """No cap."""

    def count(self, used: Tokens, price: Price | None) -> None:
        """Remember it."""
        self.counted.append(used)


def eventually(is_so: Callable[[], object]) -> None:
    """Wait until it is so."""
    until = time.monotonic() + WAIT
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


BROKEN = {Trouble.BROKEN, Trouble.UNREACHABLE, Trouble.GARBLED}
FAILURES: dict[str, tuple[Say, set[Trouble]]] = {
    "words end early": (Say(LONG, frames=5), BROKEN),
    "words break off": (Say(LONG, frames=5, then="breaks"), BROKEN),
    "an error in the midst of words": (Say(LONG, frames=5, then="fails"), BROKEN),
    "a call ends early": (Say(calls=(PLAN,), frames=6), BROKEN),
    "a call breaks off": (Say(calls=(PLAN,), frames=6, then="breaks"), BROKEN),
    "an error in the midst of a call": (Say(calls=(PLAN,), frames=6, then="fails"), BROKEN),
    "nothing at all": (Say(LONG, frames=0), BROKEN),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_what_breaks_off_is_told_from_what_ends(
    server: ModelServer, talk: Talk, failure: str
) -> None:
    """[C10] It is asked again, then said; nothing is staged, and Retry answers the message."""
    say, troubles = FAILURES[failure]
    if say.calls and server.dialect.name in CALLED:
        say = Say(calls=say.calls, frames=CALLED[server.dialect.name], then=say.then)
    server.will(always=say)
    (sorry,) = talk.say("watch my shop")
    assert isinstance(sorry, SorryCard)
    assert sorry.text in {
        f"I could not work out an answer: {trouble_in_words(t)}. Nothing changed. {advice_on(t)}"
        for t in troubles
    }
    assert len(server.requests) == 1 + QUICK.retries
    server.will(calls(PLAN), says("Here is the plan."))
    words, plan = talk.retry()
    assert isinstance(words, TextCard)
    assert isinstance(plan, PlanCard)
    assert server.dialect.said(server.requests[0])[-1] == "watch my shop"
    assert server.refused == []


def test_what_breaks_off_once_is_answered_at_the_second_try(
    server: ModelServer, talk: Talk
) -> None:
    """[C10]"""
    server.will(Say(LONG, frames=5), says("Hello."))
    (words,) = talk.say("hello")
    assert isinstance(words, TextCard)
    assert words.text == "Hello."


@dataclass(frozen=True)
class Waited:
    """What came of an answer that takes its time."""

    server: ModelServer
    seconds: float
    said: str = ""
    troubles: tuple[Trouble, ...] = ()
    counted: tuple[Tokens, ...] = ()


Waiting = Callable[[ModelServer, BaseChatModel, Site], Waited]
SLOWLY = "Slowly, but it comes. All of it, in the end."


def _told(server: ModelServer, model: BaseChatModel, patience: Patience) -> Waited:
    began = time.monotonic()
    talk = Conversation(model, InMemorySaver(), offline=False, terms=Terms(patience=patience))
    (words,) = talk.turn(desk("hello", reader()), THREAD, None).cards
    assert isinstance(words, TextCard)
    return Waited(server, time.monotonic() - began, said=words.text)


def keeps_coming(server: ModelServer, model: BaseChatModel, site: Site) -> Waited:
    server.will(Say(SLOWLY, drip=0.3))
    return _told(server, model, impatient(2.5))


def falls_silent(server: ModelServer, model: BaseChatModel, site: Site) -> Waited:
    server.will(Say(LONG, drip=LATE), says("Here again."))
    return _told(server, model, impatient(1.0))


def never_ends(server: ModelServer, model: BaseChatModel, site: Site) -> Waited:
    server.will(always=Say(LONG * 20, drip=0.2))
    till, began = Till(), time.monotonic()
    terms = Terms(patience=Patience(total=2.0, retries=0))
    result = run_task(site, model, terms, cast("Meter", till))
    took = time.monotonic() - began
    eventually(lambda: server.left and till.counted)
    return Waited(server, took, said=result.report.lines[-1], counted=tuple(till.counted))


def is_stopped(server: ModelServer, model: BaseChatModel, site: Site) -> Waited:
    server.will(always=Say(LONG * 20, drip=0.1))
    line, began = Line(TERMS), time.monotonic()
    ended: list[Trouble] = []

    def ask() -> None:
        request = ModelRequest(model=model, messages=[HumanMessage("hello")])
        try:
            call_model(request, lambda r: ModelResponse([r.model.invoke(r.messages)]), line)
        except ModelTrouble as trouble:
            ended.append(trouble.trouble)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    eventually(lambda: server.sent > 3)
    line.close()
    asking.join(WAIT)
    took = time.monotonic() - began
    eventually(lambda: server.left)
    return Waited(server, took, troubles=tuple(ended))


WAITINGS: tuple[Waiting, ...] = (keeps_coming, falls_silent, never_ends, is_stopped)


@pytest.fixture(scope="module")
def waited(site: Site) -> Iterator[dict[tuple[str, str], Future[Waited]]]:
    """What came of each, by provider and by how the answer came: all of them waited for at once."""
    wanted = [(dialect, waiting) for waiting in WAITINGS for dialect in DIALECTS]
    servers = {each: ModelServer(DIALECTS[each[0]]) for each in wanted}
    models = {}
    for each, server in servers.items():
        with pytest.MonkeyPatch.context() as patch:
            models[each] = led_to(server, patch)
    with ThreadPoolExecutor(len(wanted)) as pool:
        yield {
            (dialect, waiting.__name__): pool.submit(
                waiting, servers[dialect, waiting], models[dialect, waiting], site
            )
            for dialect, waiting in wanted
        }
    for server in servers.values():
        server.close()


@pytest.fixture(params=list(DIALECTS))
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Outcomes = dict[tuple[str, str], "Future[Waited]"]


def test_an_answer_that_keeps_coming_is_waited_for(waited: Outcomes, provider: str) -> None:
    """[C10] However long it takes in all: no single silence is long."""
    found = waited[provider, "keeps_coming"].result()
    assert found.said == SLOWLY
    assert found.seconds > 2.5
    assert len(found.server.requests) == 1


def test_one_that_falls_silent_is_not(waited: Outcomes, provider: str) -> None:
    """[C10]"""
    found = waited[provider, "falls_silent"].result()
    assert found.said == "Here again."
    assert len(found.server.requests) == 2


def test_who_is_not_waited_for_is_cut_off(waited: Outcomes, provider: str) -> None:
    """[C10 X6] The connection closes, so the provider stops; what it had said is counted."""
    found = waited[provider, "never_ends"].result()
    assert "took too long" in found.said
    assert 0 < found.server.sent < 100
    assert found.counted[0].prompt > 100
    assert 0 < found.counted[0].answer < 100


def test_stop_cuts_an_answer_off(waited: Outcomes, provider: str) -> None:
    """[C10] Whoever pressed Stop does not pay for the rest."""
    found = waited[provider, "is_stopped"].result()
    assert found.troubles == (Trouble.SLOW,)
    assert len(found.server.requests) == 1


def test_the_usage_of_a_streamed_answer_is_counted(
    server: ModelServer, model: BaseChatModel, site: Site
) -> None:
    """[X6] It comes with the last frame, or at both ends."""
    caches = server.dialect.name != "ollama"
    server.usage = Usage(prompt=1_000, answer=50, cached=600 if caches else 0)
    try:
        server.will(always=calls(("Explanation", {"comments": [{"text": "Seen."}]})))
        till = Till()
        run_task(site, model, TERMS, cast("Meter", till))
        assert till.counted == [Tokens(1_000, 50, cached=600 if caches else 0)]
    finally:
        server.usage = Usage()


def test_a_provider_that_streams_to_verified_accounts_only_is_asked_for_whole_answers(
    domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10] OpenAI refuses it by a 400 that names the parameter; nobody notices."""
    server = ModelServer(DIALECTS["openai"])
    why = {"message": "scripted", "type": "invalid_request_error", "param": "stream", "code": None}
    try:
        server.will(Say(status=400, raw=json.dumps({"error": why})), says("Hello."), says("Again."))
        model = led_to(server, monkeypatch)
        with talking(domain, model, tmp_path, TERMS) as talk:
            assert isinstance(talk.say("hello")[0], TextCard)
            assert isinstance(talk.say("and again")[0], TextCard)
        assert [bool(r.get("stream")) for r in server.requests] == [True, False, False]
    finally:
        server.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    served = Site()
    served.status = 503
    yield served
    served.close()
