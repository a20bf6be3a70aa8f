"""The language model's budget: a run stops between two calls, reports, and the Mission pauses."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.scenario.test_models import plan_of
from tests.support.answers import Usage, calls, says
from tests.support.dialects import OpenAI
from tests.support.modelserver import ModelServer
from tests.support.site import Site
from tests.support.story import Story, mission_id, state_of, words
from tests.support.system import Houston


@pytest.fixture(scope="module")
def provider() -> Iterator[ModelServer]:
    running = ModelServer(OpenAI())
    yield running
    running.close()


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, site_for_all: Site, provider: ModelServer
) -> Iterator[Houston]:
    running = Houston(
        tmp_path_factory.mktemp("budget") / "data",
        HOUSTON_ALLOW_HOSTS=site_for_all.host,
        HOUSTON_MODEL="openai:scripted",
        HOUSTON_PRICES="openai:scripted=10/100",
        HOUSTON_RUN_TOKENS="1000",
        HOUSTON_DAY_USD="0.1",
        **provider.environment,
    )
    running.start()
    yield running
    running.stop()


@pytest.fixture
def ada(served: Houston) -> Story:
    return Story(served.workspace)


def test_a_run_at_its_cap_reports_and_pauses_the_mission(
    served: Houston, ada: Story, provider: ModelServer, site: Site
) -> None:
    """[X6] Then the workspace's day is spent: a conversation is told so, its message is kept."""
    tool, plan = plan_of(site.url(), name="Dear watch")
    plan["tasks"][0]["instructions"] = "Look around."
    provider.will(calls((tool, plan)), says(""))
    root = ada.mention(f"please watch {site.url()} on weekdays at nine")
    card = ada.offered(root, "launch")
    assert "at most 1,000 tokens a run and 2,000,000 a day" in words(card)
    ada.click(card, "launch")
    ada.said(root, "Launched by")

    provider.usage = Usage(1000, 0)
    provider.will(always=calls(("http", {"url": site.url()})))
    ada.command(f"/mission run {mission_id(card)}")
    assert "paused" in words(ada.said(None, "used its 1,000 tokens")).lower()
    report = ada.said(None, "model was stopped there")
    assert "all good" in words(report).lower()
    assert len(provider.requests) == 1
    kept = json.loads(state_of(served)[mission_id(card)])
    assert kept["state"] == "Paused"
    assert "by" not in kept["pause"]

    provider.usage = Usage(9_000, 0)
    provider.will(always=says("Hello."))
    ada.said(ada.mention("hello"), "Hello.")
    told = ada.offered(ada.mention("hello again"), "retry")
    assert "spent its $0.10 of today (UTC)" in words(told)
    assert len(provider.requests) == 1
