"""One Houston in two workspaces at once: installed by OAuth, answered apart, left by one of them.

Channels and people have the same ids in both, so that whatever is mixed up shows.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.workspace.webhooks import signature
from missions.ids import MissionId, TeamId
from missions.keys import TeamKeys
from tests.support.organisation import Organisation
from tests.support.site import Site
from tests.support.stored import content
from tests.support.story import Story, buttons, mission_id, words
from tests.support.system import wait_for
from tests.support.together import Together, together

Json = dict[str, Any]
UNKNOWN = "M-ZZZZZZ"
OPS = "C0LOCALOPS"
ORG, SHOP, LAB = TeamId("E0ACME"), "T0SHOP", "T0LAB"
VERBS = (
    *("show", "plan", "history", "next", "run", "stop", "enable", "rename", "disable", "delete"),
    *("pause", "export", "changes", "cost"),
)
TALKS = 4
"""How many ask at once in each workspace."""


@dataclass
class Both:
    """The two workspaces, a Mission of the same name in each, and Ada in both."""

    houston: Together
    teams: tuple[TeamId, TeamId]
    adas: tuple[Story, Story]
    roots: tuple[str, str]
    plans: tuple[Json, Json]
    missions: tuple[MissionId, MissionId]


@pytest.fixture(scope="module")
def houston(tmp_path_factory: pytest.TempPathFactory, site_for_all: Site) -> Iterator[Together]:
    folder = tmp_path_factory.mktemp("together") / "data"
    with together(
        folder, HOUSTON_ALLOW_HOSTS=site_for_all.host, HOUSTON_TURN_WORKERS="2"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def both(houston: Together, site_for_all: Site) -> Both:
    """Said, launched and run in both at the same time."""
    teams = houston.install(0), houston.install(1)
    adas = houston.story(0), houston.story(1)
    wish = f"check {site_for_all.url('/two')} every hour, call it Shop watch"
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda ada: ada.launched(wish), adas)
    return Both(houston, teams, adas, (one[0], two[0]), (one[1], two[1]), (one[2], two[2]))


def all_said(story: Story) -> str:
    """All that is seen in the channel, threads and what only this person sees included."""
    roots = story.w.messages(story.channel, None, story.person)
    threads = [story.w.messages(story.channel, m["ts"], story.person) for m in roots]
    hidden = story.w.ephemerals(story.person, story.channel)
    return json.dumps([roots, threads, hidden])


def test_each_is_answered_in_its_own_workspace_alone(both: Both) -> None:
    """[P1 L4 R4] Plan, launch, run and report of both at once: each by its own token."""
    for ada, mission in zip(both.adas, both.missions, strict=True):
        ada.w.command("ada", ada.channel, f"/mission run {mission}")
    for ada, mission, other in zip(both.adas, both.missions, both.missions[::-1], strict=True):
        report = ada.offered(None, "view_plan")
        assert mission_id(report) == mission
        ada.w.open_home("ada")
        wait_for(lambda: mission in json.dumps(ada.w.home("ada")))  # noqa: B023 - used here
        assert other not in json.dumps(ada.w.home("ada"))
        assert other not in all_said(ada)
    assert both.missions[0] != both.missions[1]


def test_nothing_that_is_asked_of_the_other_is_told(both: Both) -> None:
    """[P1 M8] By ID it is as unknown as what never was: by every command, and by words."""
    _, ada = both.adas
    other, own = both.missions
    for verb in VERBS:
        told = words(ada.command(f"/mission {verb} {other}"))
        unknown = words(ada.command(f"/mission {verb} {UNKNOWN}"))
        assert told.replace(other, UNKNOWN) == unknown, verb
    assert ada.w.views("ada") == []
    for line in ("list", "list Shop watch"):
        told = words(ada.command(f"/mission {line}"))
        assert own in told
        assert other not in told
    for said in (f"show {other}", f"disable {other}", f"run {other}"):
        told = words(ada.ask(said))
        assert told.replace(other, UNKNOWN) == words(ada.ask(said.replace(other, UNKNOWN))), said


def test_no_button_of_the_other_acts_here(both: Both) -> None:
    """[P1 C6] Each button of the one workspace's cards, sent from the other: no such Mission."""
    ada, stranger = both.adas
    mission = both.missions[0]
    cards = [
        ada.said(both.roots[0], "Launched by"),
        ada.offered(None, "view_plan"),
        ada.ask(f"disable {mission}", both.roots[0]),
        ada.ask(f"delete {mission}", both.roots[0]),
    ]
    redis, keys = both.houston.redis, TeamKeys(both.teams[0])
    before = redis.hgetall(keys.mission(mission).record)
    pressed = set()
    for card in cards:
        for label, block, element in buttons(card):
            seen = len(stranger.own())
            press(both, card, block, element)
            told = words(wait_for(lambda: stranger.own()[seen:], 15)[-1])  # noqa: B023
            assert "no Mission" in told, (label, told)
            assert "Shop watch" not in told, label
            pressed.add(element["action_id"])
    assert {"run_now", "open_disable", "open_delete", "view_plan"} <= pressed
    assert redis.hgetall(keys.mission(mission).record) == before
    assert stranger.w.views("ada") == []


def press(both: Both, card: Json, block: Json, element: Json) -> None:
    """A card's button as if it stood in the second workspace, signed as Slack signs it."""
    slack, there = both.houston.slack, both.houston.slack.teams[1]
    action = {n: element[n] for n in ("action_id", "type", "text", "value") if n in element}
    message = {n: card[n] for n in ("ts", "thread_ts", "text", "blocks")}
    payload: Json = {
        "type": "block_actions",
        "user": {"id": "U0LOCALADA", "name": "ada", "team_id": there.team_id},
        "team": {"id": there.team_id, "domain": "local"},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": slack.app["app_id"],
        "token": "t",
        "trigger_id": "1.2.3",
        "container": {"type": "message", "message_ts": card["ts"], "channel_id": OPS},
        "channel": {"id": OPS, "name": "ops"},
        "message": message | {"user": there.bot_user_id, "bot_id": "B1"},
        "actions": [action | {"block_id": block["block_id"], "action_ts": "1.2"}],
        "state": {"values": {}},
    }
    text, stamp = urlencode({"payload": json.dumps(payload)}), int(time.time())
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": signature(slack.app["signing_secret"], stamp, text),
    }
    address = f"{both.houston.address}/slack/events"
    request = urllib.request.Request(address, data=text.encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def test_tokens_that_end_while_both_talk_are_renewed_once_each(both: Both) -> None:
    """[L4 P7 R4] Every process hears of it at the same time; each question has one answer."""
    houston = both.houston
    for number, story in enumerate(both.adas):
        story.w.admin("rotate", seconds=40_000)
        houston.install(number)
    houston.slack.slow["oauth.v2.access"] = 1.2
    # Long enough that all processes have a call under way with the token that ended.
    secrets = set()
    for ended in (1, 2):
        for story, team in zip(both.adas, both.teams, strict=True):
            secrets |= tokens(houston, team)
            story.w.admin("expire")
        asked = houston.slack.asked.count("oauth.v2.access")
        talked(both)
        assert houston.slack.asked.count("oauth.v2.access") == asked + 2, "one for each of them"
        for story, team in zip(both.adas, both.teams, strict=True):
            assert story.w.admin("renewals")["count"] == ended
            assert not tokens(houston, team) & secrets
    assert houston.installations.stale() == {}
    dump = str([content(houston.redis, name) for name in houston.redis.scan_iter("houston:*")])
    logged = "".join(path.read_text() for path in (houston.folder / "logs").iterdir())
    for secret in secrets:
        assert secret not in dump
        assert secret not in logged + houston.output


def tokens(houston: Together, team: TeamId) -> set[str]:
    """What opens a workspace now."""
    kept = houston.installations.read(team)
    assert kept
    assert kept.grant.refresh_token
    return {kept.grant.bot_token, kept.grant.refresh_token}


def talked(both: Both) -> None:
    """Ask in threads of both at once; each has one answer, that is about its own Mission."""

    def ask(story: Story) -> str:
        return story.mention("search Shop watch")

    with ThreadPoolExecutor(2 * TALKS) as pool:
        asked = [pool.submit(ask, story) for _ in range(TALKS) for story in both.adas]
        roots = [one.result() for one in asked]
    for number, root in enumerate(roots):
        story = both.adas[number % 2]
        story.next_answer(root)
    for number, root in enumerate(roots):
        (told,) = both.adas[number % 2].answers(root)
        assert both.missions[number % 2] in words(told)
        assert both.missions[1 - number % 2] not in words(told)


def test_when_one_removes_the_app_only_that_one_is_gone(both: Both, site: Site) -> None:
    """[M6 P1 L4] Keys, files, conversations; the other asks and runs as before, and it may come
    back to nothing."""
    houston, redis = both.houston, both.houston.redis
    one, two = both.teams
    kept = TeamKeys(two).mission(both.missions[1])
    assert naming(houston, one, both.missions[0])
    both.adas[0].w.admin("uninstall")
    tombstone = TeamKeys(one).mission(both.missions[0]).tombstone

    def gone() -> bool:
        return naming(houston, one, both.missions[0]) == {tombstone}

    wait_for(gone, 60)
    assert set(houston.installations.teams()) == {two}
    assert not list(houston.folder.glob(f"artifacts/{one}/**/*.*"))
    assert redis.exists(kept.record)
    assert both.missions[1] in words(both.adas[1].ask("search Shop watch"))
    ran = len(site.requests)
    both.adas[1].w.command("ada", "#ops", f"/mission run {both.missions[1]}")
    wait_for(lambda: len(site.requests) > ran, 20)
    assert houston.install(0) == one
    told = words(both.adas[0].command("/mission list"))
    assert both.missions[0] not in told
    assert both.missions[1] not in told
    assert "no Mission" in words(both.adas[0].command(f"/mission show {both.missions[0]}"))


def naming(houston: Together, *words_: str) -> set[str]:
    """Every key that has one of these words in its name or its value."""
    redis, found = houston.redis, set()
    for name in map(str, redis.scan_iter("houston:*")):
        try:
            text = f"{name} {content(redis, name)}"
        except ValueError:  # it went while it was looked at
            continue
        if any(word in text for word in words_):
            found.add(name)
    return found


def test_an_organisation_is_served_by_its_one_installation(houston: Together, site: Site) -> None:
    """[L4 P1 C1] Events, clicks, commands and dialogs that name a workspace of it; and words of
    somebody from elsewhere in a channel that is shared with them, who may read there and no more.
    """
    slack, people = houston.slack, houston.slack.people(0)
    people.admin("rotate")
    slack.organisation = Organisation(ORG, {OPS: frozenset({SHOP, LAB})}, {SHOP, LAB})
    try:
        assert houston.install(0) == slack.team(0)
        kept = houston.installations.read(ORG)
        assert kept
        assert kept.grant.is_org
        ada = houston.story(0)
        wish = f"check {site.url('/org')} every hour, call it Acme watch"
        _, _, mission = ada.launched(wish)
        assert houston.redis.exists(TeamKeys(ORG).mission(MissionId(mission)).record)
        ada.w.command("ada", "#ops", f"/mission disable {mission}")
        ada.fill(ada.dialog(), "code freeze")
        wait_for(lambda: "code freeze" in words(ada.command(f"/mission show {mission}")))
        ada.w.open_home("ada")
        wait_for(lambda: mission in json.dumps(ada.w.home("ada")))
        slack.elsewhere.add(people.person("grace"))
        elsewhere = houston.story(0, "grace")
        assert mission in words(elsewhere.ask("search Acme watch"))
        told = words(elsewhere.ask(f"enable {mission}"))
        assert "You cannot" in told
        assert "code freeze" in words(ada.command(f"/mission show {mission}"))
    finally:
        slack.organisation = None
        slack.elsewhere.clear()
