"""The tool that changes something outside: what it takes, what it grants, which secrets it uses."""

from __future__ import annotations

import pytest

from agent.address import AllowedHosts
from agent.checks.registry import check_problems
from agent.effects.http_request import BODY_MAX, HttpRequestTool
from agent.effects.registry import Arguments, act_problems, grant_problems
from agent.effects.secrets import Secrets
from bot.checking import effect_tools
from bot.settings import Settings, SettingsError
from missions.approval import ApprovalState
from missions.blueprint import EFFECTS, Act, Check, Expectation, Grant, Op
from missions.ids import ActId, CheckId

URL = "https://pager.example/hook"
PAGER = Secrets({"pager": "v4lue"}, {"pager": frozenset({"pager.example"})})
TOOL = HttpRequestTool(AllowedHosts(), PAGER)


def test_its_name_is_among_those_that_change_something() -> None:
    """[A1] What asks is told by the names in the domain."""
    assert set(effect_tools(Settings())) == set(EFFECTS)


def test_it_is_no_tool_of_checks() -> None:
    """[A1 B7] A check that names it is refused before the launch."""
    expect = (Expectation(field="status", op=Op.EQ, value=200),)
    check = Check(id=CheckId("C1"), tool=TOOL.name, arguments={"url": URL}, expect=expect)
    assert check_problems(check, {}) != ()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "“url” is missing"),
        ({"url": "ftp://x.example"}, "does not begin with http"),
        ({"url": "https://u:p@x.example"}, "name or password"),
        ({"url": URL, "method": "GET"}, "POST, PUT, PATCH or DELETE"),
        ({"url": URL, "verify": False}, "is not an argument"),
        ({"url": URL, "json": "{no"}, "not JSON"),
        ({"url": URL, "json": '{"a": NaN}'}, "not JSON"),
        ({"url": URL, "json": "[" * 100_000}, "longer than"),
        ({"url": URL, "json": "[" * 2_000}, "not JSON"),
        ({"url": URL, "json": f'"{"x" * BODY_MAX}"'}, "longer than"),
        ({"url": URL, "json": '"{secret:pager}"'}, "goes into a header"),
        ({"url": URL, "headers": "no header"}, "is no header"),
        ({"url": URL, "headers": "X-A: b\r\nHost: evil"}, "mine to set"),
        ({"url": URL, "headers": "A: {secret:other}"}, "no secret called “other”"),
        ({"url": "https://evil.example", "headers": "A: {secret:pager}"}, "may not be sent to"),
        ({"url": "http://pager.example", "headers": "A: {secret:pager}"}, "over https"),
        ({"url": "http://127.0.0.1/x"}, "not a public address"),
        ({"url": "http://169.254.169.254/x"}, "cloud credentials"),
    ],
)
def test_what_it_does_not_take(arguments: Arguments, words: str) -> None:
    """[B7 P5 P7] In words, before anybody is asked."""
    assert words in " ".join(TOOL.problems(arguments))


def test_what_is_shown_is_what_is_sent() -> None:
    """[A1 P7] With defaults, secrets by their names, the address as it is asked for."""
    wanted = {
        "url": "https://PAGER.example/a b",
        "headers": "A:  {secret:pager} ",
        "json": "[1, 2]",
    }
    wanted["url"] = "https://PAGER.example/a%20b"
    assert TOOL.problems(wanted) == ()
    assert TOOL.effective(wanted) == {
        "method": "POST",
        "url": "https://pager.example/a%20b",
        "headers": "A: {secret:pager}\nContent-Type: application/json",
        "json": "[1,2]",
    }


@pytest.mark.parametrize(
    ("url", "method", "granted"),
    [
        ("https://pager.example/hook", "POST", True),
        ("https://pager.example/hook/7?x=1", "POST", True),
        ("https://pager.example/hooked", "POST", False),
        ("https://pager.example/hook/../admin", "POST", False),
        ("https://pager.example/hook/%2E%2e/admin", "POST", False),
        ("https://pager.example/hook/a%2f..%2f..%2fadmin", "POST", False),
        ("https://pager.example/hook//admin", "POST", False),
        ("https://pager.example/hook", "DELETE", False),
        ("http://pager.example/hook", "POST", False),
        ("https://pager.example:8443/hook", "POST", False),
        ("https://pager.example.evil.example/hook", "POST", False),
    ],
)
def test_a_grant_is_the_beginning_of_an_address(url: str, method: str, granted: bool) -> None:
    """[A1] As far as whole parts of the path; no way around."""
    grant = Grant(tool=TOOL.name, methods=("POST", "PUT"), url=URL)
    assert TOOL.granted((grant,), TOOL.effective({"url": url, "method": method})) is granted


def test_strange_grants_and_tools_are_found_before_the_launch() -> None:
    """[B7]"""
    bent = Grant(tool=TOOL.name, methods=("POST",), url="https://x.example/a/../b")
    strange = Grant(tool=TOOL.name, methods=("TRACE",), url=URL)
    tools = {TOOL.name: TOOL}
    assert grant_problems(bent, tools) != ()
    assert grant_problems(strange, tools) != ()
    assert act_problems(Act(id=ActId("A1"), tool="shell", arguments={}), tools) != ()


def test_what_cannot_be_reached_was_surely_not_sent() -> None:
    """[P5 A2] A name that does not resolve, or leads inside, is a failure, not an unknown."""
    for addresses in ([], ["10.0.0.1"]):

        def resolve(host: str, port: int, found: list[str] = addresses) -> list[str]:
            if not found:
                raise OSError
            return found

        tool = HttpRequestTool(AllowedHosts(), resolver=resolve)
        outcome = tool.run(tool.effective({"url": URL}))
        assert outcome.state is ApprovalState.FAILED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pager", "name=host.example"),
        ("Pa ger=x.example", "name=host.example"),
        ("pager=x.example", "HOUSTON_SECRET_PAGER"),
    ],
)
def test_a_secret_needs_a_name_hosts_and_a_value(text: str, words: str) -> None:
    """[P7] The setting says what is wrong with it."""
    with pytest.raises(SettingsError, match=words):
        Settings.read({"HOUSTON_SECRETS": text})


def test_secrets_are_read_from_the_environment_and_hidden_in_answers() -> None:
    """[P7]"""
    environ = {"HOUSTON_SECRET_PAGER": "v4lue"}
    made = Secrets.read("pager=events.pager.example+pager.example", environ)
    assert made.filled("Bearer {secret:pager}") == "Bearer v4lue"
    assert made.hidden("you sent v4lue") == "you sent {secret:pager}"
    assert "v4lue" not in repr(made)
    Settings.read({"HOUSTON_SECRETS": "pager=x.example", **environ})
