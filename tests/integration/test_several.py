"""Several workspaces end to end: installed by themselves, served side by side, never mixed up."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis

from bot.doctor.installations import look_at_installations
from bot.metrics import exposed
from bot.oauth.states import States
from missions import keys as k
from missions.cards import ListCard, MissionCard, TextCard
from missions.ids import MissionId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from tests.integration.edge_kit import ADA, OPS
from tests.integration.several_kit import Several, several
from tests.support.fakes import ManualClock
from tests.support.slacks import Browser, until
from tests.support.storage import StorageServer
from tests.support.stored import members


@pytest.fixture(scope="module", params=["http", "socket"])
def running(storage: StorageServer, request: pytest.FixtureRequest) -> Iterator[Several]:
    by_socket = request.param == "socket"
    with (
        Redis.from_url(storage.url, decode_responses=True) as redis,
        several(redis, by_socket=by_socket) as made,
    ):
        assert made.pulse.called is not by_socket
        yield made


@pytest.fixture
def system(running: Several, redis: Redis) -> Several:
    """An empty database, and nobody has installed anything."""
    for number in (0, 1):
        running.people(number).admin("rotate")
    running.bell.turns.clear()
    running.bell.deliveries.clear()
    return running


def messages(system: Several, number: int) -> str:
    return json.dumps(system.people(number).messages(OPS))


def test_two_workspaces_install_and_neither_sees_the_other(system: Several) -> None:
    """[P1 L4] The channel, the people and the Mission's name are the same in both."""
    one, two = system.install(0), system.install(1)
    assert one != two
    first = system.launched(one, "Shop watch")
    second = system.launched(two, "Shop watch")
    for mission in (first, second):
        system.show(mission.team, MissionCard(mission=mission.id))
    assert first.id in messages(system, 0)
    assert second.id not in messages(system, 0)
    assert second.id in messages(system, 1)
    assert first.id not in messages(system, 1)
    for number, own, other in ((0, first, second), (1, second, first)):
        people = system.people(number)
        people.open_home("ada")
        people.wait_for(lambda: own.id in json.dumps(people.home("ada")))  # noqa: B023 - used here
        assert other.id not in json.dumps(people.home("ada"))
        people.command("ada", OPS, "/mission list")
        shown = json.dumps(people.ephemerals("ada", OPS)[-1])
        assert own.id in shown
        assert other.id not in shown
        people.command("ada", OPS, f"/mission show {other.id}")
        people.command("ada", OPS, "/mission show M-222222")
        hidden, unknown = (json.dumps(m) for m in people.ephemerals("ada", OPS)[-2:])
        assert _words(hidden, other.id) == _words(unknown, "M-222222")


def _words(shown: str, mission: str) -> str:
    """What was said, without its own ids."""
    said: dict[str, Any] = json.loads(shown.replace(mission, "ID"))
    return str(said["text"])


def test_a_click_acts_in_its_own_workspace_only(system: Several) -> None:
    """[P1 P2] Also if somebody sends one workspace's button from the other."""
    one, two = system.install(0), system.install(1)
    mission = system.launched(one, "Shop watch")
    system.show(one, MissionCard(mission=mission.id))
    system.show(two, TextCard(text="nothing here"))
    ts = system.people(0).messages(OPS)[-1]["ts"]
    assert system.people(0).click("ada", OPS, ts, "open_disable")["ok"]
    (view,) = system.people(0).wait_for(lambda: system.people(0).views("ada"))
    system.people(0).close("ada", view["id"])
    system.people(1).command("ada", OPS, f"/mission delete {mission.id}")
    assert system.people(1).views("ada") == []
    assert _stored(system, mission).state is MissionState.ACTIVE


def _stored(system: Several, mission: Mission) -> Mission:
    found = system.domain.store.mission(mission.team, mission.id)
    assert found
    return found


def test_words_are_heard_in_the_workspace_where_they_are_said(system: Several) -> None:
    """[C1 P1] The same channel, person and moment in both."""
    one, two = system.install(0), system.install(1)
    for number in (0, 1):
        system.people(number).post("ada", OPS, "@Houston list")
    until(lambda: len(system.bell.turns) == 2)
    for team in (one, two):
        boxes = [n for n in members(system.domain.redis, k.MAILBOXES) if n.startswith(team)]
        assert len(boxes) == 1


def test_what_is_cached_of_one_workspace_is_not_told_of_the_other(system: Several) -> None:
    """[P1] Ada is deactivated in one of them only."""
    one, two = system.install(0), system.install(1)
    directory = system.domain.directory
    assert directory.access(one, ADA, OPS) == directory.access(two, ADA, OPS)
    system.people(0).admin("person", user=ADA, deleted=True)
    try:
        until(lambda: int(directory.access(one, ADA, OPS, fresh=True)) == 0)
        assert int(directory.access(two, ADA, OPS, fresh=True)) > 0
        assert int(directory.access(one, ADA, OPS)) == 0
    finally:
        system.people(0).admin("person", user=ADA, deleted=False)
        system.people(0).admin("join", channel=OPS, user="ada")


def test_every_key_of_a_workspace_carries_its_id(system: Several) -> None:
    """[L5 P1] Nothing that one workspace stored names the other."""
    one, two = system.install(0), system.install(1)
    system.launched(one, "Shop watch")
    system.show(one, TextCard(text="hello"))
    for name in system.domain.redis.scan_iter("houston:*"):
        if name.startswith(f"houston:{two}:"):
            assert name == TeamKeys(two).installation, name
        else:
            assert name.startswith(f"houston:{one}:") or _is_shared(name), name


def _is_shared(name: str) -> bool:
    known = {*k.INDEXES, k.INSTALLED, k.TEAMS, k.COUNTERS, k.HTTP_ADDRESS}
    return name in known or name.startswith((f"{k.ROOT}:receipt:", k.oauth_state("")))


def test_tokens_are_stored_encrypted_and_not_logged(
    system: Several, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """[P7] Neither the token, nor the code, nor the app's secret."""
    system.people(0).admin("rotate", seconds=40_000)
    with caplog.at_level(logging.DEBUG):
        team = system.install(0)
        system.show(team, TextCard(text="hello"))
    kept = system.clients.store.read(team)
    assert kept
    assert kept.grant.refresh_token
    dump = json.dumps({n: str(_value(system, n)) for n in _names(system)})
    written = caplog.text + capsys.readouterr().out
    for secret in (
        kept.grant.bot_token,
        kept.grant.refresh_token,
        system.slack.app["client_secret"],
    ):
        assert secret not in dump
        assert secret not in written


def _names(system: Several) -> list[str]:
    return sorted(system.domain.redis.scan_iter("houston:*"))


def _value(system: Several, name: str) -> Any:
    redis = system.domain.redis
    match redis.type(name):
        case "string":
            return redis.get(name)
        case "hash":
            return redis.hgetall(name)
        case "set":
            return redis.smembers(name)
        case "list":
            return redis.lrange(name, 0, -1)
        case _:
            return redis.zrange(name, 0, -1)


def test_a_workspace_that_has_not_installed_is_not_served(system: Several) -> None:
    """[P1]"""
    system.install(0)
    assert system.people(1).command("ada", OPS, "/mission list")["ok"]
    assert "not installed in this workspace" in json.dumps(system.people(1).ephemerals("ada", OPS))
    system.people(1).post("ada", OPS, "@Houston list")
    system.people(0).post("ada", OPS, "@Houston list")
    until(lambda: system.bell.turns)
    assert len(system.bell.turns) == 1


# --- installing ---------------------------------------------------------------------------------


def test_the_first_page_leads_to_slack(system: Several) -> None:
    """[L4] With the manifest's scopes, our address, and a state."""
    asked = system.browser().begin()
    assert asked["client_id"] == system.slack.app["client_id"]
    assert asked["redirect_uri"] == f"{system.address}/slack/oauth_redirect"
    assert "chat:write" in asked["scope"].split(",")
    assert len(asked["state"]) > 30


def test_a_state_counts_once(system: Several) -> None:
    """[P6]"""
    browser, people = system.browser(), system.people(0)
    asked = browser.begin()
    code = people.admin("approve", redirect_uri=asked["redirect_uri"])["code"]
    assert browser.back(code=code, state=asked["state"])[0] == 200
    code = people.admin("approve", redirect_uri=asked["redirect_uri"])["code"]
    status, text = browser.back(code=code, state=asked["state"])
    assert status == 400
    assert "That took too long" in text


def test_a_state_counts_in_the_browser_that_began(system: Several) -> None:
    """[P6] Nobody finishes what somebody else began."""
    began, other, people = system.browser(), system.browser(), system.people(0)
    asked = began.begin()
    other.begin()
    code = people.admin("approve", redirect_uri=asked["redirect_uri"])["code"]
    for browser in (other, Browser(system.address)):
        status, text = browser.back(code=code, state=asked["state"])
        assert status == 400
        assert "That took too long" in text
    assert system.clients.teams() == ()
    assert began.back(code=code, state=asked["state"])[0] == 200


def test_a_state_expires(system: Several) -> None:
    """[P6]"""
    browser, clock = system.browser(), system.domain.clock
    assert isinstance(clock, ManualClock)
    asked = browser.begin()
    clock.advance(minutes=10)
    try:
        status, text = browser.back(code="x", state=asked["state"])
    finally:
        clock.advance(minutes=-10)
    assert status == 400
    assert "That took too long" in text


def test_nobody_can_use_up_what_others_may_begin(system: Several) -> None:
    """[P6] Nothing is stored of an installation before Slack sends somebody back with it."""
    before = _names(system)
    for _ in range(50):
        system.browser().begin()
    assert _names(system) == before
    states = States(system.clients.store.vault, system.domain.redis, system.domain.clock.now)
    assert len({states.begin(None) for _ in range(2_000)}) == 2_000
    assert _names(system) == before
    assert system.install(0)


def test_saying_no_is_told_kindly(system: Several) -> None:
    browser = system.browser()
    asked = browser.begin()
    status, text = browser.back(error="access_denied", state=asked["state"])
    assert status == 200
    assert "Nothing was installed" in text
    assert system.clients.teams() == ()


def test_another_workspace_than_the_link_is_for_is_refused(system: Several) -> None:
    browser = system.browser()
    asked = browser.begin(team=system.slack.team(0))
    assert asked["team"] == system.slack.team(0)
    code = system.people(1).admin("approve", redirect_uri=asked["redirect_uri"])["code"]
    status, text = browser.back(code=code, state=asked["state"])
    assert status == 400
    assert "That is another workspace" in text
    assert system.clients.teams() == ()


def test_a_code_that_slack_does_not_know_is_told_in_words(system: Several) -> None:
    """[P4] And what Slack or a browser sends is not believed to be text for a page."""
    browser = system.browser()
    asked = browser.begin()
    status, text = browser.back(code="<script>alert(1)</script>", state=asked["state"])
    assert status == 502
    assert "used already, or is too old" in text
    assert "invalid_code" not in text
    assert "<script>" not in text


def test_the_pages_may_not_be_framed_cached_or_leak_their_address(system: Several) -> None:
    """[P6]"""
    import urllib.request

    with urllib.request.urlopen(f"{system.address}/slack/install") as answer:
        headers = answer.headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=lax" in headers["Set-Cookie"]


# --- tokens that expire -------------------------------------------------------------------------


def test_a_token_that_slack_calls_expired_is_renewed_and_the_call_made_again(
    system: Several,
) -> None:
    """[L4] Whatever our clock says."""
    system.people(0).admin("rotate", seconds=40_000)
    team = system.install(0)
    system.people(0).admin("expire")
    system.show(team, TextCard(text="after all"))
    assert "after all" in messages(system, 0)
    assert system.people(0).admin("renewals")["count"] == 1


def test_a_token_near_its_end_is_renewed_before(system: Several) -> None:
    system.people(0).admin("rotate", seconds=600)
    team = system.install(0)
    before = system.clients.store.read(team)
    system.people(0).admin("rotate", seconds=40_000)
    system.show(team, TextCard(text="one"))
    system.show(team, TextCard(text="two"))
    after = system.clients.store.read(team)
    assert before
    assert after
    assert after.grant.bot_token != before.grant.bot_token
    assert (after.grant.expires_at or 0) > time.time() + 30_000
    assert system.people(0).admin("renewals")["count"] >= 1


def test_a_refused_renewal_is_marked_and_a_new_installation_mends_it(system: Several) -> None:
    """[L3 L4] What is to be said waits meanwhile."""
    system.people(0).admin("rotate", seconds=40_000)
    team = system.install(0)
    mission = system.launched(team, "Shop watch")
    system.people(0).admin("uninstall")
    until(lambda: system.domain.redis.zscore(k.LEAVING, team))
    system.domain.redis.delete(k.LEAVING)  # as if the event had not come
    system.people(0).admin("rotate", seconds=40_000)
    _age(system, team)
    system.domain.outbox.say(_hello(team))
    system.deliver(team)
    assert system.clients.store.stale() == {team: "invalid_refresh_token"}
    assert _stored(system, mission), "nothing is removed without Slack's word for it"
    system.install(0)
    assert system.clients.store.stale() == {}

    def arrived() -> bool:
        system.domain.redis.zadd(k.LANES, {k.member(team, OPS): 0})
        system.deliver(team)
        return "it waited" in messages(system, 0)

    until(arrived)


def _hello(team: Any) -> Any:
    from missions.outbox import entry

    return entry(team, OPS, TextCard(text="it waited"))


def _age(system: Several, team: Any) -> None:
    """Let the stored token be over."""
    kept = system.clients.store.read(team)
    assert kept
    over = kept.grant.model_copy(update={"expires_at": int(time.time()) - 1})
    assert system.clients.store.renew(kept, over)


def test_ids_of_missions_are_looked_for_in_the_own_workspace(system: Several) -> None:
    """[M8 P1] The same ID may be there twice."""
    one, two = system.install(0), system.install(1)
    mission = system.launched(one, "Shop watch")
    assert system.domain.store.mission(two, MissionId(mission.id)) is None
    system.show(two, ListCard())
    assert mission.id not in messages(system, 1)


# --- looking at it ------------------------------------------------------------------------------


def test_doctor_names_workspaces_that_cannot_be_spoken_to(
    system: Several, storage: StorageServer
) -> None:
    """[L3] Whose token Slack refuses, and whose record no key opens."""
    one, two = system.install(0), system.install(1)
    settings = system.settings.model_copy(update={"redis_url": SecretStr(storage.url)})
    assert all(found.well for found in look_at_installations(settings))
    system.domain.redis.hset(k.STALE, one, "invalid_refresh_token")
    system.domain.redis.copy(TeamKeys(one).installation, TeamKeys(two).installation, replace=True)
    problems = [found.said for found in look_at_installations(settings) if not found.well]
    assert sorted(problems) == sorted(
        [
            f"Slack refuses {one}'s token (invalid_refresh_token)",
            f"{two} cannot be opened with these keys",
        ]
    )
    assert 'houston_installations{state="stale"} 1' in exposed(system.domain, system.pulse)
