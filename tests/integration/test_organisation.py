"""The app installed on a whole organisation, beside a workspace that installed it for itself."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from redis import Redis

from agent.checkpointer import RedisCheckpointer
from bot import wiring
from bot.cleanup import clean
from bot.edge.lifecycle import settle_all
from bot.edge.workspaces import InstalledWorkspaces
from bot.workspace.webhooks import signature
from jobs import runtime
from jobs.clear import clear
from jobs.runtime import Runtime
from jobs.threads import checkpoint_prefix
from missions import keys as k
from missions.artifacts import Artifacts
from missions.cards import MissionCard, TextCard
from missions.ids import ChannelId, TeamId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from missions.outbox import entry
from tests.integration.edge_kit import ADA, GENERAL, OPS
from tests.integration.several_kit import Several, several
from tests.integration.test_leaving import gone, members, names
from tests.support.organisation import Organisation
from tests.support.slacks import until
from tests.support.storage import StorageServer

Json = dict[str, Any]
ORG = TeamId("E0ACME")
SHOP, LAB = "T0SHOP", "T0LAB"
BOTH = ChannelId("C0LOCALINCIDENTS")
HOMES = {OPS: frozenset({SHOP}), GENERAL: frozenset({LAB}), BOTH: frozenset({SHOP, LAB})}


@pytest.fixture(scope="module")
def running(storage: StorageServer) -> Iterator[Several]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, several(redis) as made:
        yield made


@pytest.fixture
def system(running: Several, redis: Redis, tmp_path: Path) -> Iterator[Several]:
    """An organisation of two workspaces, and a workspace that is in none."""
    homes = {str(channel): found for channel, found in HOMES.items()}
    running.slack.organisation = Organisation(ORG, homes, {SHOP, LAB})
    saver = RedisCheckpointer(redis, checkpoint_prefix, ttl_seconds=60)
    runtime.install(Runtime(running.domain, {}, saver, Artifacts(tmp_path.as_uri())))
    wiring.install(running.clients)
    running.bell.turns.clear()
    for number in (0, 1):
        running.people(number).admin("rotate")
        running.install(number)
    yield running
    running.slack.organisation = None
    runtime._installed.clear()
    wiring._installed.clear()


def organisation(system: Several) -> Organisation:
    found = system.slack.organisation
    assert found
    return found


def post(system: Several, body: Json, *, form: bool = False) -> tuple[int, str]:
    """What Slack sends, signed."""
    text, stamp = urlencode(body) if form else json.dumps(body), int(time.time())
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": signature(system.slack.app["signing_secret"], stamp, text),
    }
    request = urllib.request.Request(
        f"{system.address}/slack/events", data=text.encode(), headers=headers
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status, answer.read().decode()


def event(system: Several, number: int, workspace: str | None, **event: Any) -> Json:
    """An event as an installation on an organisation has it."""
    bot = system.clients.store.teams()[ORG]
    authorized = {
        "enterprise_id": ORG,
        "team_id": workspace,
        "user_id": bot,
        "is_bot": True,
        "is_enterprise_install": True,
    }
    return {
        "type": "event_callback",
        "event_id": f"Ev{number}",
        "api_app_id": "A1",
        "team_id": workspace,
        "enterprise_id": ORG,
        "authorizations": [authorized],
        "event": event,
    }


def said(system: Several, number: int, channel: ChannelId, workspace: str) -> Json:
    bot = system.clients.store.teams()[ORG]
    words = {"user": ADA, "text": f"<@{bot}> list", "ts": f"1700000000.00{number:04}"}
    return event(system, number, workspace, type="app_mention", channel=channel, **words)


def filled(system: Several, channel: ChannelId, name: str) -> Mission:
    """A Mission with a run and messages, of which Slack was asked where its channel is."""
    assert system.domain.directory.channel(ORG, channel)
    mission = system.launched(ORG, name, channel)
    system.show(ORG, MissionCard(mission=mission.id), channel)
    system.domain.lifecycle.run_now(system.actor(ORG), mission.id, f"click-{channel}")
    system.domain.outbox.say(entry(ORG, channel, MissionCard(mission=mission.id)))
    return mission


def stored(system: Several, mission: Mission) -> Mission | None:
    return system.domain.store.mission(mission.team, mission.id)


def settle(system: Several) -> None:
    """Have Slack asked for every channel in doubt, as the bot does every few seconds."""
    clients, artifacts = system.clients, runtime.current().artifacts
    settle_all(system.domain, InstalledWorkspaces(system.domain, clients, {}, artifacts, {}))


def test_an_organisation_installs_once_for_its_workspaces(system: Several) -> None:
    """[L4 P1] Its token speaks in each; the other workspace's token in none of them."""
    assert set(system.clients.teams()) == {ORG, system.slack.team(1)}
    kept = system.clients.store.read(ORG)
    assert kept
    assert (kept.grant.is_org, kept.grant.enterprise, kept.grant.workspace) == (True, ORG, None)
    organisation(system).used.clear()
    for channel in (OPS, GENERAL):
        system.show(ORG, TextCard(text=f"said in {channel}"), channel)
    posted = [one[1:] for one in organisation(system).used if one[0] == "chat.postMessage"]
    assert posted == [(OPS, kept.grant.bot_token), (GENERAL, kept.grant.bot_token)]
    assert "said in" not in json.dumps(system.people(1).messages(OPS))


def test_what_is_said_in_any_of_its_workspaces_is_heard_once_for_the_organisation(
    system: Several,
) -> None:
    """[C1 P1] Whichever workspace the event names, or none; commands likewise."""
    for number, (channel, workspace) in enumerate(((OPS, SHOP), (GENERAL, LAB)), start=1):
        assert post(system, said(system, number, channel, workspace))[0] == 200
    assert post(system, said(system, 3, BOTH, "T0ELSEWHERE"))[0] == 200
    until(lambda: len(system.bell.turns) == 3)
    boxes = members_of(system, k.MAILBOXES)
    assert len(boxes) == 3
    assert all(box.startswith(f"{ORG}|") for box in boxes)
    mission = filled(system, OPS, "Shop watch")
    typed = {
        "command": "/mission",
        "text": "list",
        "user_id": ADA,
        "channel_id": OPS,
        "team_id": SHOP,
        "enterprise_id": ORG,
        "trigger_id": "1.2.3",
        "is_enterprise_install": "true",
    }
    status, _ = post(system, typed, form=True)
    assert status == 200
    alone = until(lambda: system.people(0).ephemerals("ada", OPS))
    assert mission.id in json.dumps(alone[-1])
    assert system.people(1).ephemerals("ada", OPS) == []


def members_of(system: Several, index: str) -> list[str]:
    return [str(one) for one in system.domain.redis.zrange(index, 0, -1)]


def test_what_belongs_to_a_workspace_goes_when_it_removes_the_app(system: Several) -> None:
    """[M6 P1] What the others share with it stays; so does all of another installation."""
    lost, kept = filled(system, OPS, "Shop watch"), filled(system, GENERAL, "Lab watch")
    shared = filled(system, BOTH, "Both watch")
    other = system.launched(system.slack.team(1), "Shop watch")
    assert post(system, said(system, 4, OPS, SHOP))[0] == 200
    until(lambda: system.bell.turns)
    before = names(system, other.team), members(system, other.team)
    organisation(system).granted.discard(SHOP)
    revoked = event(system, 5, None, type="team_access_revoked", team_ids=[SHOP])
    assert post(system, revoked)[0] == 200
    until(lambda: stored(system, lost) is None)
    settle(system)
    until(lambda: members_of(system, k.PLACES) == [])
    clear(ORG, lost.id)
    clean(ORG, lost.id)
    for mission in (kept, shared, other):
        found = stored(system, mission)
        assert found
        assert found.state is MissionState.ACTIVE
    left = [one for one in names(system, ORG) if lost.id in one or OPS in one]
    left = [one for one in left if ":cache:pace:" not in one]
    assert left == [TeamKeys(ORG).mission(lost.id).tombstone]
    assert [one for one in members(system, ORG) if lost.id in one or OPS in one] == []
    texts = json.dumps([system.domain.redis.hgetall(TeamKeys(ORG).outbox)])
    assert lost.id not in texts
    assert (names(system, other.team), members(system, other.team)) == before
    assert ORG in system.clients.teams()


def test_a_late_word_of_it_removes_nothing_where_the_app_is_let_in(system: Several) -> None:
    """[M6] Slack is asked; also if an event names, as its example does, a workspace."""
    mission = filled(system, OPS, "Shop watch")
    late = event(system, 6, SHOP, type="team_access_revoked", team_ids=[SHOP])
    late["authorizations"][0] |= {"is_enterprise_install": False, "team_id": SHOP}
    assert post(system, late)[0] == 200
    assert (
        post(system, event(system, 7, None, type="team_access_granted", team_ids=[SHOP]))[0] == 200
    )
    settle(system)
    until(lambda: members_of(system, k.PLACES) == [])
    found = stored(system, mission)
    assert found
    assert found.state is MissionState.ACTIVE


def test_a_channel_of_which_nobody_knows_the_workspace_is_paused_not_removed(
    system: Several,
) -> None:
    """[M6 M1] It may be one that Houston was removed from."""
    mission = filled(system, OPS, "Shop watch")
    system.domain.redis.unlink(TeamKeys(ORG).cache("homes", OPS))
    organisation(system).granted.discard(SHOP)
    assert (
        post(system, event(system, 8, None, type="team_access_revoked", team_ids=[SHOP]))[0] == 200
    )

    def paused() -> bool:
        found = stored(system, mission)
        return found is not None and found.state is MissionState.PAUSED

    until(paused)


def test_when_the_organisation_removes_the_app_all_of_it_goes(system: Several) -> None:
    """[M6 P1 P7] And nothing of the workspace that installed it for itself."""
    missions = [filled(system, channel, f"Watch {channel}") for channel in HOMES]
    other = system.launched(system.slack.team(1), "Shop watch")
    before = names(system, other.team), members(system, other.team)
    system.people(0).admin("uninstall")
    assert post(system, event(system, 9, None, type="app_uninstalled"))[0] == 200
    until(lambda: system.domain.redis.zscore(k.LEAVING, ORG))
    gone(system, ORG)
    tombstones = sorted(TeamKeys(ORG).mission(one.id).tombstone for one in missions)
    assert names(system, ORG) == tombstones
    assert members(system, ORG) == []
    assert (names(system, other.team), members(system, other.team)) == before
    assert system.clients.teams() == (other.team,)
