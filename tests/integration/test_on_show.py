"""Cards that were posted earlier follow their Mission, by whatever way it changes [M3]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from redis import Redis

from missions import keys as k
from missions.cards import (
    Action,
    ActionCard,
    ApproversCard,
    AwayCard,
    Card,
    ChooseCard,
    HandoverOfferCard,
    HistoryCard,
    ListCard,
    MissionCard,
    NextRunsCard,
    PlaceCard,
    PlanCard,
    PlanViewCard,
    StateCard,
    TaskPausedCard,
    VersionsCard,
)
from missions.endings import Ending
from missions.execution import Status
from missions.ids import ChannelId, MissionId, TaskId
from missions.keys import TeamKeys
from missions.lanes import before
from missions.mission import Away, Mission
from missions.onshow import PAGE_MS, PER_KIND, on_show
from missions.proposals import write_shown
from missions.recorded import kept
from tests.integration.edge_kit import ADA, LINUS, OPS, RANDOM, SECRET, System, alone
from tests.support.build import task
from tests.support.storage import StorageServer
from tests.support.story import actions, words

T1 = TaskId("T1")
NOTE = "code freeze until nine"
Change = Callable[[System, Mission], object]


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()


def follow(system: System) -> None:
    """What the scheduler does once changes were gathered, and the deliveries after it."""
    for name, due in system.domain.store.due(k.REDRAWS, float("inf"), 100):
        system.domain.redraws.draw(system.team, MissionId(k.split_member(name, 2)[1]), due)
    rung = {ChannelId(channel) for channel in system.bell.deliveries}
    for channel in sorted({*rung, OPS, RANDOM}, key=lambda one: bool(before(one))):
        system.deliver(channel)
    system.bell.deliveries.clear()


def post(system: System, card: Card, channel: ChannelId = OPS) -> str:
    """Post a card; its ts."""
    return str(system.show(channel, card)["ts"])


def read(system: System, ts: str, channel: ChannelId = OPS) -> dict[str, object]:
    return next(m for m in system.people.messages(channel) if m["ts"] == ts)


def edits(system: System) -> int:
    return len(system.calls("chat.update"))


def disable(system: System, mission: Mission) -> None:
    until = system.domain.clock.now() + timedelta(days=1)
    system.domain.lifecycle.disable(system.actor(ADA), mission.id, NOTE, until)


def plan_card(system: System) -> tuple[Mission, str]:
    """A launched Mission and the message of its plan card."""
    mission, proposal = system.draft()
    keys = TeamKeys(system.team).mission(mission.id)
    card = PlanCard(mission=mission.id, proposal=proposal.id)
    said = system.say(OPS, card)
    tx = system.domain.store.mission_tx(keys)
    write_shown(tx, keys, proposal.id, said)
    tx.commit()
    system.domain.lifecycle.launch(system.actor(ADA), mission.id, proposal.id)
    follow(system)
    return system.stored(mission), str(system.people.messages(OPS)[-1]["ts"])


def test_a_launched_plan_says_that_it_was_disabled_since(system: System) -> None:
    """[M3] With the note and the end; and what comes again once it is enabled."""
    mission, ts = plan_card(system)
    assert "Next runs" in words(read(system, ts))
    disable(system, mission)
    follow(system)
    shown = words(read(system, ts))
    assert NOTE in shown
    assert " until " in shown
    assert "Next runs" not in shown
    system.domain.lifecycle.enable(system.actor(ADA), mission.id)
    follow(system)
    assert "Next runs" in words(read(system, ts))
    assert NOTE not in words(read(system, ts))


CARDS: dict[str, Callable[[Mission], Card]] = {
    "mission": lambda m: MissionCard(mission=m.id),
    "plan_view": lambda m: PlanViewCard(mission=m.id),
    "list": lambda m: ListCard(),
    "choose": lambda m: ChooseCard(missions=(m.id,), say="show {id}"),
    "action": lambda m: ActionCard(mission=m.id, action=Action.RUN),
    "next_runs": lambda m: NextRunsCard(mission=m.id),
    "history": lambda m: HistoryCard(mission=m.id),
    "state": lambda m: StateCard(mission=m.id, what=kept("state-version", n=1), by=ADA),
    "versions": lambda m: VersionsCard(mission=m.id),
    "approvers": lambda m: ApproversCard(mission=m.id, people=(ADA,)),
    "handover_offer": lambda m: HandoverOfferCard(mission=m.id, to=LINUS),
    "place": lambda m: PlaceCard(mission=m.id, channel=RANDOM, move=False),
    "task_paused": lambda m: TaskPausedCard(mission=m.id, task=T1, by=ADA),
}
STATELESS = {"next_runs", "history", "versions", "approvers", "handover_offer", "place"}
"""Cards that say the Mission's name, and nothing of its state but runs."""


def _failing(system: System, mission: Mission) -> None:
    for number in range(10):
        row = system.domain.lifecycle.run_now(system.actor(ADA), mission.id, f"fails-{number}")[0]
        held = system.domain.claims.claim(system.team, mission.id, row, f"token-{number}")
        assert held is not None
        ending = Ending(status=Status.FAILED, error="no answer")
        system.domain.endings.end(system.team, held.execution, ending)


WAYS: dict[str, tuple[Change, Callable[[str], bool]]] = {
    "disabled": (disable, lambda said: NOTE in said or "⏸️ *Watch" in said),
    "renamed": (
        lambda s, m: s.domain.lifecycle.rename(s.actor(ADA), m.id, "Night train"),
        lambda said: "Night train" in said,
    ),
}


@pytest.mark.parametrize(
    ("kind", "way"),
    [(c, w) for c in CARDS for w in WAYS if w == "renamed" or c not in STATELESS],
)
def test_every_kind_of_card_follows(system: System, kind: str, way: str) -> None:
    """[M3 C4] What a card says of name and state is so, whoever changed it elsewhere."""
    mission = system.launched(name=f"Watch {kind} {way}")
    follow(system)
    ts = post(system, CARDS[kind](mission))
    change, holds = WAYS[way]
    assert not holds(words(read(system, ts)))
    change(system, mission)
    follow(system)
    assert holds(words(read(system, ts)))


def test_no_run_is_announced_any_more_by_what_was_asked_before(system: System) -> None:
    """[M3]"""
    mission = system.launched()
    ts = post(system, NextRunsCard(mission=mission.id))
    disable(system, mission)
    follow(system)
    assert "No run is scheduled" in words(read(system, ts))


def test_enable_is_offered_only_while_there_is_something_to_enable(system: System) -> None:
    """[M3 M4] On the card of the pause, and on the details; by a timed end too."""
    mission = system.launched()
    details = post(system, MissionCard(mission=mission.id))
    disable(system, mission)
    follow(system)
    notice = str(system.people.messages(OPS)[-1]["ts"])
    for ts in (details, notice):
        assert "enable" in actions(read(system, ts))
    said = words(read(system, notice))
    _resumed(system, mission)
    follow(system)
    for ts in (details, notice):
        assert "enable" not in actions(read(system, ts))
    stamp = said[said.index("<!date^") : said.index("<!date^") + 18]
    assert stamp in words(read(system, notice)), "what happened keeps its time"
    disable(system, mission)
    follow(system)
    assert "enable" in actions(read(system, details))
    assert "enable" not in actions(read(system, notice)), "that pause is over"


def _resumed(system: System, mission: Mission) -> None:
    system.domain.clock.advance(days=2)  # type: ignore[attr-defined]
    system.domain.lifecycle.resume(system.team, mission.id)


def test_undo_is_offered_only_of_the_name_that_holds(system: System) -> None:
    """[C4]"""
    mission = system.launched(name="First")
    verbs, ada = system.domain.lifecycle, system.actor(ADA)
    verbs.rename(ada, mission.id, "Second")
    follow(system)
    root = system.stored(mission).thread_ts

    def offered() -> bool:
        said = system.people.messages(OPS, root)
        (notice,) = [m for m in said if "*First* is now called *Second*" in words(m)]
        return "undo_rename" in actions(notice)

    assert offered()
    verbs.rename(ada, mission.id, "Third")
    follow(system)
    assert not offered()
    verbs.rename(ada, mission.id, "Second")
    follow(system)
    assert offered()


def test_a_new_version_is_said_on_the_plan_that_was_launched(system: System) -> None:
    """[C3 C5]"""
    mission, ts = plan_card(system)
    proposal = system.change(mission)
    system.domain.lifecycle.apply(system.actor(ADA), mission.id, proposal.id)
    follow(system)
    assert "version 1 of the plan. It is at version 2 now" in words(read(system, ts))


def test_ten_quick_changes_are_one_edit_of_each_card_and_end_in_the_last_state(
    system: System,
) -> None:
    """[M3 R4]"""
    mission = system.launched()
    follow(system)
    ts = post(system, MissionCard(mission=mission.id))
    before = edits(system)
    for number in range(10):
        system.domain.lifecycle.rename(system.actor(ADA), mission.id, f"Name {number}")
    assert system.domain.store.zcard(k.REDRAWS) == 1
    follow(system)
    updated = [c for c in system.calls("chat.update")[before:] if c["args"].get("ts") == ts]
    assert len(updated) == 1
    assert "Name 9" in words(read(system, ts))


def test_a_card_that_looks_the_same_is_not_sent_again(system: System) -> None:
    """[M3 R4]"""
    mission = system.launched(name="Same")
    post(system, ActionCard(mission=mission.id, action=Action.RUN))
    follow(system)
    before = edits(system)
    system.domain.lifecycle.mute(system.actor(ADA), mission.id, None)
    follow(system)
    assert edits(system) == before


def test_a_message_that_is_gone_is_dropped_and_nothing_is_posted_for_it(system: System) -> None:
    """[M3 R4]"""
    mission = system.launched()
    ts = post(system, MissionCard(mission=mission.id))
    keys = TeamKeys(system.team).mission(mission.id)
    kinds = {one.card.kind for one in on_show(system.domain.store, keys).values()}
    assert "mission" in kinds
    system.client.delete(OPS, ts)
    disable(system, mission)
    posts = len(system.calls("chat.postMessage"))
    follow(system)
    assert len(system.calls("chat.postMessage")) == posts + 1, "the notice of the pause alone"
    kinds = {one.card.kind for one in on_show(system.domain.store, keys).values()}
    assert "mission" not in kinds
    assert system.queued(OPS) == []


def test_the_newest_few_of_a_kind_follow(system: System) -> None:
    """[M3] However many were posted, a change edits a bounded number of messages."""
    mission = system.launched(name="Often asked for")
    sent = [post(system, MissionCard(mission=mission.id)) for _ in range(PER_KIND + 2)]
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Night train")
    follow(system)
    renamed = ["Night train" in words(read(system, ts)) for ts in sent]
    assert renamed == [False] * 2 + [True] * PER_KIND


def test_the_channel_that_it_was_moved_out_of_learns_no_more(system: System) -> None:
    """[P1 M3] Its cards say that it is gone, not where to, nor how it is called since."""
    system.people.admin("join", channel=SECRET, user="ada")
    mission = system.launched(name="Once in ops")
    details, listed = (post(system, card) for card in (MissionCard(mission=mission.id), ListCard()))
    system.domain.lifecycle.move(system.actor(ADA), mission.id, SECRET)
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Hush hush")
    follow(system)
    said = words(read(system, details))
    assert "moved to another channel" in said
    assert mission.id not in words(read(system, listed))
    for ts in (details, listed):
        assert "Hush hush" not in words(read(system, ts))
    assert actions(read(system, details)) == set()


def test_a_task_that_houston_paused_after_failures_is_said_on_the_details(system: System) -> None:
    """[M3 M9 S7]"""
    mission = system.launched()
    details = post(system, MissionCard(mission=mission.id))
    assert "enable_task" not in actions(read(system, details))
    _failing(system, mission)
    follow(system)
    assert "enable_task" in actions(read(system, details))
    notice = [m for m in system.people.messages(OPS) if "enable_task" in actions(m)][-1]
    system.domain.lifecycle.enable_task(system.actor(ADA), mission.id, task().id)
    follow(system)
    assert "enable_task" not in actions(read(system, details))
    assert "enable_task" not in actions(read(system, str(notice["ts"])))


def test_a_pause_of_all_is_said_on_the_details(system: System) -> None:
    """[M10] And taken back with it."""
    mission = system.launched()
    details = post(system, MissionCard(mission=mission.id))
    system.domain.quiet.begin(system.actor(ADA), OPS, "release day", None)
    follow(system)
    assert "release day" in words(read(system, details))
    system.domain.quiet.end(system.actor(ADA), OPS)
    follow(system)
    assert "release day" not in words(read(system, details))


def test_a_pause_of_all_reaches_the_cards_page_by_page(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[M10] All of them, the newest first; what changes meanwhile does not wait for its page."""
    monkeypatch.setattr("missions.onshow.AT_ONCE", 1)
    first, second = system.launched(name="One"), system.launched(name="Two")
    follow(system)
    system.domain.quiet.begin(system.actor(ADA), OPS, "", None)

    def due() -> dict[str, float]:
        found = system.domain.store.due(k.REDRAWS, float("inf"), 10)
        return {k.split_member(name, 2)[1]: at for name, at in found}

    marked = due()
    assert set(marked) == {first.id, second.id}
    assert abs(marked[first.id] - marked[second.id]) == pytest.approx(PAGE_MS, abs=2)
    system.domain.lifecycle.rename(system.actor(ADA), first.id, "Uno")
    system.domain.lifecycle.rename(system.actor(ADA), second.id, "Due")
    changed = due()
    assert abs(changed[first.id] - changed[second.id]) < PAGE_MS / 2


def test_take_over_is_offered_only_until_somebody_has(system: System) -> None:
    """[P3]"""
    mission = system.launched()
    system.domain.lifecycle.owner_known(system.team, mission.id, ADA, reads=False)
    follow(system)
    ts = str(system.people.messages(OPS)[-1]["ts"])
    assert "take_over" in actions(read(system, ts))
    system.people.admin("join", channel=OPS, user="linus")
    system.domain.lifecycle.take_over(system.actor(LINUS), mission.id)
    follow(system)
    assert "take_over" not in actions(read(system, ts))


def test_back_again_offers_to_enable_only_what_is_paused(system: System) -> None:
    """[M1 M3] In the owner's direct message, for several Missions at once."""
    one, two = system.launched(name="One"), system.launched(name="Two")
    for mission in (one, two):
        disable(system, mission)
    follow(system)
    direct = system.client.direct(ADA)
    card = AwayCard(channel="#ops", why=Away.REMOVED, over=True, missions=(one.id, two.id))
    ts = post(system, card, direct)
    system.domain.lifecycle.enable(system.actor(ADA), one.id)
    follow(system)
    system.deliver(direct)
    shown = str(read(system, ts, direct)["blocks"])
    assert shown.count("'enable") == 1


def test_nothing_follows_a_mission_that_was_deleted(system: System) -> None:
    """[M6]"""
    mission, other = system.launched(), system.launched()
    post(system, ChooseCard(missions=(mission.id, other.id), say="show {id}"))
    disable(system, mission)
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    assert k.member(system.team, mission.id) not in system.domain.store.zrange(k.REDRAWS, 0, -1)
    system.domain.remains.clear(system.team, mission.id)
    keys = TeamKeys(system.team).mission(other.id)
    assert mission.id not in str(system.domain.redis.hgetall(keys.shown))


def test_a_card_that_cannot_be_drawn_anew_stays_as_it_is(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[M3 R5] Whatever the defect: a sentence in its place would tell less than it told before."""
    mission, ts = plan_card(system)
    before = words(read(system, ts))

    def broken(*args: object) -> None:
        raise KeyError("defect")

    monkeypatch.setattr("bot.facts.cards.plan_facts", broken)
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Evening watch")
    follow(system)
    assert words(read(system, ts)) == before
    monkeypatch.undo()
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Night watch")
    follow(system)
    assert "Night watch" in words(read(system, ts))


def test_a_pause_of_all_stands_on_every_list_and_before_what_comes(system: System) -> None:
    """[M10 C7] Nothing is said to come next that will not start."""
    mission = system.launched()
    shown = [post(system, card) for card in (ListCard(), NextRunsCard(mission=mission.id))]
    assert all("paused" not in words(read(system, ts)) for ts in shown)
    system.domain.quiet.begin(system.actor(ADA), OPS, NOTE, None)
    shown = [post(system, card) for card in (ListCard(), NextRunsCard(mission=mission.id))]
    listed, coming = (words(read(system, ts)) for ts in shown)
    assert "its channel is paused" in listed
    assert "next" not in listed
    assert NOTE in coming
    assert "No run is scheduled" in coming
