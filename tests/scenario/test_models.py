"""A language model that misbehaves: a sentence a person can act on, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from openai import APITimeoutError

from agent import model as models
from tests.support.answers import Say, calls, fails, says
from tests.support.dialects import KEY, OpenAI
from tests.support.modelserver import ModelServer
from tests.support.site import Site
from tests.support.story import Story, actions, mission_id, state_of, words
from tests.support.system import Houston, wait_for

Json = dict[str, Any]
SORRY = "I could not work out an answer"


@pytest.fixture(scope="module")
def provider() -> Iterator[ModelServer]:
    running = ModelServer(OpenAI())
    yield running
    running.close()


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, site_for_all: Site, provider: ModelServer
) -> Iterator[Houston]:
    """A Houston of its own, with a model by name."""
    running = Houston(
        tmp_path_factory.mktemp("model") / "data",
        HOUSTON_ALLOW_HOSTS=site_for_all.host,
        HOUSTON_MODEL="openai:scripted",
        HOUSTON_TURN_WORKERS="2",
        **provider.environment,
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def ada(served: Houston) -> Story:
    return Story(served.workspace)


def plan_of(url: str, **more: object) -> tuple[str, Json]:
    """The tool call of a model that understood."""
    when = {"cron": "0 9 * * 1-5", "zone": "Europe/Berlin"}
    return "propose_mission", {"tasks": [{"when": when, "checks": [{"url": url}]}], **more}


def test_a_tool_call_of_a_model_becomes_a_plan_card(
    served: Houston, ada: Story, provider: ModelServer, site: Site
) -> None:
    """[C2 C6] The model proposes; nothing is launched before the click, whatever it says."""
    provider.will(calls(plan_of(site.url(), name="From a model")), says("Launched it for you!"))
    root = ada.mention(f"please watch {site.url()} on weekdays at nine")
    plan = ada.offered(root, "launch")
    assert "From a model" in words(plan)
    assert "weekday at 09:00" in words(plan)
    ada.said(root, "Launched it for you!")
    assert json.loads(state_of(served)[mission_id(plan)])["state"] == "Draft"
    asked = provider.requests[0]
    assert {"propose_mission", "ask", "offer_delete"} <= {
        t["function"]["name"] for t in asked["tools"]
    }
    assert not {"launch", "delete", "apply"} & {t["function"]["name"] for t in asked["tools"]}
    ada.click(plan, "launch")
    ada.said(root, "Launched by")


NONSENSE: dict[str, tuple[tuple[Say, ...], Say]] = {
    "arguments that are no JSON": ((), calls(("propose_mission", '{"tasks": [{'))),
    "a tool that is none, for ever": ((), calls(("drop_tables", {}))),
    "the same tool, for ever": ((), calls(("list_missions", {}))),
    "wrong arguments, for ever": ((), calls(("propose_mission", {"tasks": "daily"}))),
    "an empty answer": ((), says("")),
    "blanks alone": ((), says(" \n ")),
    "no choices": ((), Say(raw='{"id": "x", "object": "chat.completion", "choices": []}')),
    "no JSON at all": ((), Say(raw="<html>Bad gateway</html>")),
    "server errors": ((), fails(500)),
    "too many requests": ((), fails(429)),
    "a wrong key": ((), fails(401)),
    "a connection that is cut": ((), Say(hangs_up=True)),
    "a failure after a good call": ((calls(plan_of("https://shop.example")),), fails(400)),
}


@pytest.mark.parametrize(("first", "then"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_ends_in_a_sentence_and_retry_works(
    served: Houston,
    ada: Story,
    provider: ModelServer,
    site: Site,
    first: tuple[Say, ...],
    then: Say,
) -> None:
    """[C10] Nothing changes, the message is kept, and Retry answers it once the model is well."""
    before = state_of(served)
    provider.will(*first, always=then)
    root = ada.mention("watch my shop, please")
    sorry = ada.offered(root, "retry", 40)
    assert SORRY in words(sorry)
    assert "Your message is kept" in words(sorry)
    assert "scripted" not in words(sorry)
    assert len(provider.requests) <= 10
    assert state_of(served) == before

    provider.will(calls(plan_of(site.url())), says("Here is the plan."))
    ada.click(sorry, "retry")
    plan = ada.offered(root, "launch")
    said = [m["content"] for m in provider.requests[0]["messages"] if m["role"] == "user"]
    assert [text for text in said if "watch my shop" in str(text)] == ["watch my shop, please"]
    ada.discard(plan)
    assert KEY not in json.dumps([*served.logs("worker-all"), *served.logs("bot")])


def test_a_message_is_sent_again_once_and_by_its_author(ada: Story, provider: ModelServer) -> None:
    """[C10 P2] Somebody else's Retry, and a second one, do nothing and say why."""
    provider.will(always=fails(400))
    root = ada.mention("watch it")
    sorry = ada.offered(root, "retry")
    provider.will(always=says("Which address?"))
    assert "Only who wrote" in ada.as_("grace").refused(sorry, "retry")
    assert provider.requests == []
    ada.click(sorry, "retry")
    ada.said(root, "Which address?")
    time.sleep(2.1)  # a double click within 2 s is ignored without a word
    assert "sent again already" in ada.refused(sorry, "retry")
    assert len([m for m in ada.answers(root) if "Which address?" in words(m)]) == 1


def test_a_slip_is_mended_within_the_turn(ada: Story, provider: ModelServer, site: Site) -> None:
    """[B7 C10] A refused tool call comes back to the model as words, and it tries again."""
    bad = calls(plan_of("http://10.1.2.3/"))
    good = calls(plan_of(site.url()))
    provider.will(calls(("no_such_tool", {})), bad, good, says(""))
    root = ada.mention("watch my shop")
    plan = ada.offered(root, "launch")
    tool_words = [m["content"] for m in provider.requests[2]["messages"] if m["role"] == "tool"]
    assert any("HOUSTON_ALLOW_HOSTS" in text for text in tool_words)
    ada.discard(plan)


def test_ids_that_repeat_break_nothing(ada: Story, provider: ModelServer, site: Site) -> None:
    """[C10] Within an answer, and from turn to turn; each provider call gets unique ones."""
    twice = calls(plan_of(site.url("/a")), plan_of(site.url("/b")), ids=("call_1", "call_1"))
    provider.will(twice, says("Two plans."))
    root = ada.mention("watch both")
    ada.said(root, "Two plans.")

    def offered() -> list[Json]:
        return [m for m in ada.answers(root) if "launch" in actions(m)]

    plans = wait_for(lambda: offered() if len(offered()) == 2 else [])
    provider.will(calls(("list_missions", {}), ids=("call_1",)), says("Those there are."))
    ada.reply("list them", root)
    ada.said(root, "Those there are.")
    sent = provider.requests[-1]["messages"]
    ids = [c["id"] for m in sent for c in m.get("tool_calls") or ()]
    assert len(ids) == len(set(ids)) == 3
    for plan in plans:
        ada.discard(plan)


def test_what_a_model_says_cannot_mention_or_act(
    served: Houston, ada: Story, provider: ModelServer
) -> None:
    """[P4 C6] Its words are shown as words."""
    provider.will(says("<!channel> *Done*, see <https://evil.example|your bank> & <@U0LOCALADA>"))
    root = ada.mention("hello")
    told = ada.next_answer(root)
    text = json.dumps(told["blocks"]) + told["text"]
    assert "<!channel>" not in text
    assert "<@U0LOCALADA>" not in text
    assert "|your bank>" not in text


def test_others_are_answered_while_one_turn_is_slow(ada: Story, provider: ModelServer) -> None:
    """[C10] A slow model holds up its own conversation only."""
    provider.will(Say("At last.", delay=3.0), always=says("At once."))
    slow = ada.mention("think hard")
    wait_for(lambda: provider.requests)
    quick = ada.mention("say something")
    ada.said(quick, "At once.", 3)
    assert ada.answers(slow) == []
    ada.said(slow, "At last.")


def test_a_report_is_made_although_the_model_fails(
    served: Houston, ada: Story, provider: ModelServer, site: Site
) -> None:
    """[B2 R4 X3] Code decides: the checks are reported without the model's words."""
    task = {
        "when": {"cron": "0 9 * * *", "zone": "UTC"},
        "checks": [{"url": site.url()}],
        "instructions": "Say how the shop feels.",
    }
    provider.will(calls(("propose_mission", {"tasks": [task]})), says(""))
    root = ada.mention("watch it and say how it feels")
    plan = ada.offered(root, "launch")
    provider.will(always=fails(400))
    ada.click(plan, "try_once")
    report = ada.offered(root, "view_plan", 30)
    assert "1 of 1" in words(report) or "all good" in words(report)
    assert "scripted" not in words(report)


def test_a_call_that_hangs_is_given_up(
    provider: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10] Each call has a time limit; the provider's client does not repeat it by itself."""
    monkeypatch.setattr(models, "CALL_SECONDS", 0.2)
    for name, value in provider.environment.items():
        monkeypatch.setenv(name, value)
    provider.will(always=Say("Too late.", delay=1.0))
    began = time.monotonic()
    with pytest.raises(APITimeoutError):
        models.make_model("openai:scripted").invoke([HumanMessage("hello")])
    assert time.monotonic() - began < 5
    assert len(provider.requests) == 1


def test_stop_ends_a_turn_at_once_and_nothing_is_staged(
    served: Houston, ada: Story, provider: ModelServer, site: Site
) -> None:
    """[C10] Within 5 s, although the model hangs; what it says later is not heard."""
    before = state_of(served)
    slow = replace(calls(plan_of(site.url())), delay=6.0)
    provider.will(slow, always=says("Here is the plan."))
    root = ada.mention("watch my shop, and take your time")
    wait_for(lambda: provider.requests and status_of(ada, root))
    ada.as_("grace").w.stop("grace", ada.channel, root)
    ada.as_("grace").whispered("can stop this")
    began = time.monotonic()
    ada.w.stop("ada", ada.channel, root)
    ada.said(root, "Stopped. Nothing was changed.", 5)
    wait_for(lambda: not status_of(ada, root), 5 - (time.monotonic() - began))
    ada.reply("are you there?", root)
    ada.said(root, "Here is the plan.")
    time.sleep(max(0.0, 6.5 - (time.monotonic() - began)))
    assert [words(m).split("\n")[0] for m in ada.answers(root) if "launch" in actions(m)] == []
    assert state_of(served) == before


def test_stop_cuts_off_an_answer_that_streams(
    served: Houston, ada: Story, provider: ModelServer, site: Site
) -> None:
    """[C10] In the midst of its words: it is hung up on, the card says so, nothing is staged, and
    the message is kept: Retry sends it again.
    """
    before = state_of(served)
    slow = replace(calls(plan_of(site.url())), text="Let me see. " * 40, drip=0.2)
    provider.will(slow, always=says("The shop, then."))
    root = ada.mention("watch my shop, and think aloud")
    wait_for(lambda: provider.sent > 5, 20)
    began = time.monotonic()
    ada.w.stop("ada", ada.channel, root)
    told = ada.said(root, "Stopped. Nothing was changed.", 5)
    wait_for(lambda: provider.left, max(0.1, 5 - (time.monotonic() - began)))
    assert provider.sent < 60
    assert len(provider.requests) == 1
    assert state_of(served) == before
    ada.click(told, "retry")
    ada.said(root, "The shop, then.")
    heard = json.dumps(provider.requests[-1]["messages"])
    assert "think aloud" in heard
    assert "Let me see" not in heard
    assert len(ada.answers(root)) == 2
    assert state_of(served) == before


def status_of(story: Story, root: str) -> str:
    """What a thread shows of the work on it."""
    return str(story.w.messages(story.channel, root, story.person)[0]["status"])


def test_a_worker_that_dies_in_a_turn_leaves_no_status(
    served: Houston, ada: Story, provider: ModelServer
) -> None:
    """[C10] The turn is repeated, and what is shown goes with its answer."""
    provider.will(Say("Lost.", delay=20.0), always=says("Answered."))
    root = ada.mention("think hard, and survive")
    wait_for(lambda: provider.requests and status_of(ada, root))
    for pid in horses(served):
        os.kill(pid, signal.SIGKILL)
    ada.said(root, "Answered.")
    wait_for(lambda: not status_of(ada, root), 5)
    assert not [m for m in ada.answers(root) if "Lost." in words(m)]


def horses(houston: Houston) -> list[int]:
    """The forked processes that carry out jobs: children of children of the pool."""
    parents = {pid: int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
               for pid in houston.processes()}  # fmt: skip
    pool = set(houston.pids("worker"))
    return [p for p, up in parents.items() if p in pool and up in pool and parents.get(up) in pool]
