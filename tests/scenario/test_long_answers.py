"""An answer that takes long, in a direct message: its steps are seen, and it comes once [C10]."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from missions import keys as k
from tests.scenario.test_models import horses
from tests.support.answers import calls, says
from tests.support.dialects import OpenAI
from tests.support.modelserver import ModelServer
from tests.support.system import Houston, wait_for

Json = dict[str, Any]
DM = "D0LOCALADA"
ANSWER = "Here is what I found."
SLOW = 5.0
"""Seconds that the model thinks: longer than a moment."""
LISTS = calls(("list_missions", {}))


@pytest.fixture(scope="module")
def provider() -> Iterator[ModelServer]:
    running = ModelServer(OpenAI())
    yield running
    running.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, provider: ModelServer) -> Iterator[Houston]:
    """A Houston of its own, with a model by name."""
    running = Houston(
        tmp_path_factory.mktemp("long") / "data",
        HOUSTON_MODEL="openai:scripted",
        HOUSTON_TURN_WORKERS="2",
        **provider.environment,
    )
    running.start()
    yield running
    running.stop()


def thread(served: Houston, root: str) -> list[Json]:
    """What Houston said in the thread."""
    return served.workspace.messages(DM, root)[1:]


def grows(served: Houston, root: str) -> Json:
    """The message that shows the steps, once it does."""
    (message,) = wait_for(lambda: thread(served, root), 30)
    assert message["stream"] == "in_progress"
    found: Json = message["blocks"][0]
    return found


def answered(served: Houston, root: str, has: str = ANSWER) -> list[Json]:
    """The thread, once nothing grows any more and the answer is there."""

    def find() -> list[Json]:
        said = thread(served, root)
        done = all(m["stream"] != "in_progress" for m in said)
        text = json.dumps([m["blocks"] for m in said], ensure_ascii=False)
        return said if done and has in text and not served.redis.exists(k.STREAMING) else []

    said = wait_for(find, 60)
    assert sum(has in json.dumps(m["blocks"], ensure_ascii=False) for m in said) == 1
    return said


def test_the_steps_are_seen_then_the_answer_in_their_place(
    served: Houston, provider: ModelServer
) -> None:
    """[C10] What comes in several cards begins there and goes on below."""
    provider.will(LISTS, replace(says(ANSWER), delay=SLOW))
    root = served.workspace.post("ada", DM, "what do you watch for me?")
    plan = grows(served, root)
    wait_for(lambda: len(thread(served, root)[0]["blocks"][0]["tasks"]) == 3, 15)
    assert plan["title"] == "Working on it"
    first, *_ = answered(served, root)
    assert ANSWER in json.dumps(first["blocks"])
    assert first["blocks"][0]["type"] == "plan"
    assert first["stream"] == "completed"


def test_stop_ends_it_there(served: Houston, provider: ModelServer) -> None:
    """[C10] The message that grew says that it was stopped."""
    provider.will(replace(says(ANSWER), delay=20.0))
    root = served.workspace.post("ada", DM, "what do you watch for me?")
    grows(served, root)
    served.workspace.stop("ada", DM, root)
    (message,) = answered(served, root, "Stopped. Nothing was changed.")
    assert message["stream"] is None


@pytest.mark.parametrize("part", ["worker", "bot"])
def test_a_process_that_is_killed_meanwhile_costs_no_answer(
    served: Houston, provider: ModelServer, part: str
) -> None:
    """[C10 R4] Whoever takes over: one answer, and nothing is left that grows."""
    provider.will(replace(says(ANSWER), delay=SLOW), always=says(ANSWER))
    root = served.workspace.post("ada", DM, "what do you watch for me?")
    grows(served, root)
    for pid in horses(served) if part == "worker" else served.pids("bot.cli bot"):
        os.kill(pid, signal.SIGKILL)
    assert len(answered(served, root)) == 1
