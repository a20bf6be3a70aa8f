"""The tools as each provider's own client sends them: small, and in a form that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agent.calling import Terms
from agent.offered import AS_IN, offered
from agent.tools.kit import TOOLS
from missions.domain import Domain
from tests.integration.model_kit import PLAN, QUICK, led_to, talking
from tests.support.answers import Json, calls, says
from tests.support.dialects import DIALECTS
from tests.support.modelserver import ModelServer

BYTES_MAX = 25_000
"""Of all tools together, in every provider's form."""
DESCRIPTION_MAX = 1024
"""Characters of a function's description. OpenAI: "string too long" beyond."""
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""Names of functions and fields that OpenAI, Anthropic and Google take."""
WORDS = {"type", "description", "enum", "properties", "required", "items", "anyOf"}
"""Keywords that are in OpenAI's, Anthropic's and Google's part of JSON Schema alike."""


@pytest.fixture(scope="module", params=list(DIALECTS))
def server(request: pytest.FixtureRequest) -> Iterator[ModelServer]:
    running = ModelServer(DIALECTS[request.param])
    yield running
    running.close()


def parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schema and all that it is made of."""
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from parts(inner)
    if "items" in schema:
        yield from parts(schema["items"])
    for inner in schema.get("anyOf", ()):
        yield from parts(inner)


def test_all_tools_are_small_in_every_form(
    server: ModelServer, domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[X6] They go with every call; nothing of a nested field is lost on the way."""
    server.will(says("Hello."))
    with talking(domain, led_to(server, monkeypatch), tmp_path, Terms(patience=QUICK)) as talk:
        talk.say("hello")
    sent: list[Json] = server.requests[0]["tools"]
    text = json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
    assert len(text.encode()) < BYTES_MAX
    for told in ("propose_mission", "set_overlap", "without_asking", "alertmanager", "cert_days"):
        assert f'"{told}"' in text
    assert "set_time(time, instead_of?): Another time of day; the days stay." in text
    assert server.refused == []


def test_only_what_every_provider_takes_is_used() -> None:
    """[L1] No references, no null, no empty object within another; enums are text."""
    for tool in offered(TOOLS):
        function = tool["function"]
        assert NAME.fullmatch(function["name"])
        assert 0 < len(function["description"]) <= DESCRIPTION_MAX
        whole = function["parameters"]
        assert whole["type"] == "object"
        for part in parts(whole):
            assert part.keys() <= WORDS
            assert ("anyOf" in part) != ("type" in part)
            assert part.get("type") != "null"
            assert not ("anyOf" in part and len(part) > 1)
            if part.get("type") == "object":
                assert part is whole or part["properties"]
                assert set(part.get("required", ())) <= part["properties"].keys()
                assert all(NAME.fullmatch(name) for name in part["properties"])
            if part.get("type") == "array":
                assert part["items"]
            assert all(isinstance(one, str) for one in part.get("enum", ()))


def test_every_advice_is_given_once() -> None:
    """[C2] What is not explained where it stands says where it is."""
    seen: set[str] = set()
    for tool in offered(TOOLS):
        for part in parts(tool["function"]["parameters"]):
            advice = part.get("description", "")
            if advice and not advice.startswith(AS_IN):
                assert advice not in seen
                seen.add(advice)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"op": "set_time", "time": "8:30 am"}, "time"),
        ({"op": "set_time", "time": "08:30", "days": "1-5"}, "days"),
        ({"op": "set_retries", "times": 99}, "times"),
        ({"op": "launch"}, "op"),
        ({"op": "set_trigger", "when": {"cron": "0 9 * * *"}}, "zone"),
    ],
)
def test_what_is_not_offered_is_still_checked(change: Json, wrong: str) -> None:
    """[B7] Patterns, bounds and strange fields come back by name."""
    tool = next(t for t in TOOLS if t.name == "propose_change")
    with pytest.raises(ValidationError) as refused:
        tool.tool_call_schema.model_validate({"changes": [change]})  # type: ignore[union-attr]
    assert wrong in str(refused.value)


def test_fields_of_other_operations_may_be_null() -> None:
    """[C10] Models fill in all fields that an object has; null is what is left out."""
    tool = next(t for t in TOOLS if t.name == "propose_change")
    change = {"op": "set_time", "time": "08:30", "days": None, "when": None, "task": None}
    read: Any = tool.tool_call_schema.model_validate({"changes": [change]})  # type: ignore[union-attr]
    assert read.changes[0].time == "08:30"


def test_arguments_that_do_not_fit_are_mended(
    server: ModelServer, domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B7 C10] The model reads which field is wrong, and calls again."""
    unfit = ("propose_mission", {"tasks": [{"when": {"cron": "0 9 * * 1-5"}}], "settings": []})
    server.will(calls(unfit), calls(PLAN), says(""))
    with talking(domain, led_to(server, monkeypatch), tmp_path, Terms(patience=QUICK)) as talk:
        assert len(talk.say("watch my shop")) == 1
    assert "a time needs its zone" in json.dumps(server.requests[1])
    assert server.refused == []
