"""What has cards follow their Missions goes last: it holds back nothing that answers a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from bot.pace import REDRAW, REDRAWS_SHARE, Pace
from missions import keys as k
from missions.cards import Action, ActionCard, MissionCard, NextRunsCard, PlanCard, PlanViewCard
from missions.ids import ChannelId, MissionId, OutboxId
from missions.keys import TeamKeys
from missions.lanes import beside, lanes_of, last
from missions.leaving import Leaving
from missions.mission import Mission
from missions.onshow import FOLLOWED_MS, on_show
from missions.outbox import Entry
from tests.integration.edge_kit import ADA, OPS, RANDOM, System, alone
from tests.support.storage import StorageServer
from tests.support.story import words


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()


def draw(system: System) -> None:
    """What the scheduler does once changes were gathered."""
    for name, due in system.domain.store.due(k.REDRAWS, float("inf"), 100):
        system.domain.redraws.draw(system.team, MissionId(k.split_member(name, 2)[1]), due)


def wake(system: System, *lanes: ChannelId) -> None:
    """Let the time pass for which lanes wait."""
    for lane in lanes:
        system.domain.redis.zadd(k.LANES, {k.member(system.team, lane): 0}, xx=True)


def updated(system: System, since: int) -> list[str]:
    """The messages that Slack took an edit of, in order."""
    calls = system.calls("chat.update")[since:]
    return [str(call["args"]["ts"]) for call in calls if not call["error"]]


def flood(system: System, count: int = 3) -> tuple[Mission, Entry]:
    """A pause of all whose redraws Slack holds back once, four a Mission, and a card to click."""
    missions = [system.launched(name=f"Watch {number}") for number in range(count)]
    for mission in missions:
        for card in (
            MissionCard(mission=mission.id),
            PlanViewCard(mission=mission.id),
            ActionCard(mission=mission.id, action=Action.RUN),
            NextRunsCard(mission=mission.id),
        ):
            said = system.say(OPS, card)
    system.deliver(OPS)
    system.people.misbehave("rate_limit", method="chat.update", retry_after=30)
    system.domain.quiet.begin(system.actor(ADA), OPS, "deploy", None)
    draw(system)
    return missions[-1], said


def test_an_edit_that_answers_a_click_goes_before_all_redraws(system: System) -> None:
    """[C10 R2 R4 M10] Twelve Missions with four cards each, all paused, and one 429 of Slack's."""
    mission, said = flood(system, 12)
    system.deliver(OPS)
    system.deliver(last(OPS))
    waiting = system.queued(last(OPS))
    assert len(waiting) >= 48
    assert system.queued(OPS) == []
    assert system.queued(beside(OPS)) == []
    where = system.domain.outbox.where(system.team, mission.id, OutboxId(said.id))
    assert where is not None
    before = len(system.calls("chat.update"))
    system.say(OPS, MissionCard(mission=mission.id), update=said.id)
    system.deliver(OPS)
    assert updated(system, before) == [where[1]], "the click's edit, and nothing else before it"
    assert len(system.queued(last(OPS))) == len(waiting)


def test_redraws_wait_while_an_edit_waits_for_slack(system: System) -> None:
    """[C10 R4] Woken first, they leave the first place to the edit that was held back."""
    mission, said = flood(system)
    system.say(OPS, MissionCard(mission=mission.id), update=said.id)
    system.deliver(OPS)
    (edit,) = system.queued(beside(OPS))
    before = len(system.calls("chat.update"))
    wake(system, last(OPS))
    system.deliver(last(OPS))
    assert updated(system, before) == []
    score = system.domain.redis.zscore(k.LANES, k.member(system.team, last(OPS)))
    assert score is not None
    assert score > system.domain.store.now_ms(), "it looks again in a moment"
    wake(system, beside(OPS))
    system.deliver(beside(OPS))
    assert len(updated(system, before)) == 1
    wake(system, last(OPS))
    system.deliver(last(OPS))
    assert len(updated(system, before)) > 5
    assert edit not in system.queued(beside(OPS))


def test_redraws_leave_room_for_other_edits(system: System) -> None:
    """[C10 R4] Slack counts the edits of all channels together: some are kept for answers."""
    pace = Pace(system.domain.redis)
    taken = 0
    while not pace.enter(system.team, REDRAW):
        assert not pace.enter(system.team, "chat.update", OPS)
        taken += 1
    assert taken == int(50 * REDRAWS_SHARE)
    assert not pace.enter(system.team, "chat.update", RANDOM), "an answer's edit goes at once"
    system.launched(name="Held by its own pace")
    mission = system.launched(name="Another")
    system.show(OPS, MissionCard(mission=mission.id))
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Renamed")
    draw(system)
    system.deliver(OPS)
    before = len(system.calls("chat.update"))
    system.deliver(last(OPS))
    assert updated(system, before) == []
    assert system.queued(last(OPS)) != []


def _aged(system: System, mission: Mission, seconds: float) -> None:
    """Have all cards of a Mission be older."""
    keys = TeamKeys(system.team).mission(mission.id)
    for origin, one in on_show(system.domain.store, keys).items():
        old = one.model_copy(update={"ts": f"{float(one.ts) - seconds:.6f}"})
        system.domain.redis.hset(keys.shown, origin, old.dump())


def test_what_scrolled_away_days_ago_is_not_drawn_anew_but_for_the_plan(system: System) -> None:
    """[M3] The plan that the thread is about follows however old it is."""
    mission, proposal = system.draft(name="Old")
    system.say(OPS, PlanCard(mission=mission.id, proposal=proposal.id))
    system.show(OPS, MissionCard(mission=mission.id))
    keys = TeamKeys(system.team).mission(mission.id)
    kinds = [one.card.kind for one in on_show(system.domain.store, keys).values()]
    assert set(kinds) == {"plan", "mission"}
    _aged(system, mission, FOLLOWED_MS / 1000 - 3600)
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Not so old")
    draw(system)
    assert len(system.queued(last(OPS))) == len(kinds)
    system.domain.redis.delete(*map(TeamKeys(system.team).lane, lanes_of(OPS)))
    _aged(system, mission, 2 * 3600)
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Older")
    draw(system)
    shown = on_show(system.domain.store, keys).values()
    assert {one.card.kind for one in shown} == {"plan"}
    assert len(system.queued(last(OPS))) == 1


def test_redraws_follow_their_channel_to_its_new_id(system: System) -> None:
    """[R4] As what else waits to be said there."""
    mission = system.launched(name="Converted")
    system.show(OPS, MissionCard(mission=mission.id))
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Since then")
    draw(system)
    waiting = system.queued(last(OPS))
    assert waiting
    system.domain.moves.move(system.team, OPS, ChannelId("C0NEW"))
    assert system.queued(last(ChannelId("C0NEW"))) == waiting
    assert system.queued(last(OPS)) == []


def test_a_channel_that_is_forgotten_leaves_no_lane(system: System) -> None:
    """[M6] Of what waits to be edited or drawn anew there, nothing is left."""
    mission, said = flood(system)
    system.say(OPS, MissionCard(mission=mission.id), update=said.id)
    system.deliver(OPS)
    keys = TeamKeys(system.team)
    lanes = [lane for lane in lanes_of(OPS) if system.queued(lane)]
    assert set(lanes) == {beside(OPS), last(OPS)}
    Leaving(system.domain.store).clear_channel(system.team, OPS)
    assert not system.domain.redis.exists(*map(keys.lane, lanes_of(OPS)))
    left = system.domain.store.zrange(k.LANES, 0, -1)
    assert not [name for name in left if OPS in name]


def test_the_words_of_a_redraw_are_those_of_the_moment_in_which_it_is_sent(
    system: System,
) -> None:
    """[M3 C10] However long it had to wait for what answers people."""
    mission = system.launched(name="Watch")
    ts = str(system.show(OPS, MissionCard(mission=mission.id))["ts"])
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Second")
    draw(system)
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Third")
    system.deliver(OPS)
    before = len(system.calls("chat.update"))
    system.deliver(last(OPS))
    assert updated(system, before).count(ts) == 1
    (shown,) = [m for m in system.people.messages(OPS) if m["ts"] == ts]
    assert "Third" in words(shown)
