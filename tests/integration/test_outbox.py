"""Outbox lanes: in order, one holder, each entry once, and what was posted is remembered."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from missions import keys as k
from missions.cards import ChooseCard, MissionCard, OutageCard, StateCard, TextCard
from missions.conversation import said
from missions.domain import Domain
from missions.ids import ConversationId, MissionId, OutboxId, PersonId
from missions.keys import TeamKeys
from missions.outbox import Entry, EntryState, Lane, Ref, entry
from missions.tx import Lost
from tests.support.build import actor, launched
from tests.support.fakes import ADA, MONDAY, OPS, SECRET, TEAM, ManualClock
from tests.support.stored import content, scores

TALK = ConversationId("C-OPS:100.000100")
KEYS = TeamKeys(TEAM)


def text(words: str = "hello") -> Entry:
    return entry(TEAM, OPS, TextCard(text=words))


def about(mission: MissionId) -> Entry:
    return entry(TEAM, OPS, MissionCard(mission=mission))


def take(domain: Domain, token: str = "a") -> Lane:
    lane = domain.outbox.take(TEAM, OPS, token)
    assert lane is not None
    return lane


def head(lane: Lane) -> Entry:
    found = lane.head()
    assert found is not None
    return found


def test_entries_are_delivered_in_order_each_once(domain: Domain, clock: ManualClock) -> None:
    """[R4]"""
    entries = [text(str(n)) for n in range(5)]
    domain.outbox.say(*entries)
    lane, delivered = take(domain), []
    while found := lane.head():
        delivered.append(found)
        lane.posted(lane.intent(found, clock.now()), f"1.{len(delivered)}")
    assert delivered == entries
    lane.release()
    assert not list(domain.redis.scan_iter("houston:T1:lane*"))
    assert domain.redis.exists(KEYS.outbox, k.LANES) == 0


def test_a_lane_has_one_holder(domain: Domain) -> None:
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda t: domain.outbox.take(TEAM, OPS, t), "abcdef"))
    assert len([lane for lane in taken if lane]) == 1


def test_a_holder_that_was_given_up_on_changes_nothing(domain: Domain, clock: ManualClock) -> None:
    """A frozen worker wakes up after another has taken the lane over."""
    domain.outbox.say(text())
    frozen = take(domain, "frozen")
    found = head(frozen)
    domain.redis.delete(KEYS.lane_lease(OPS))
    take(domain, "next")
    for act in (
        lambda: frozen.intent(found, clock.now()),
        lambda: frozen.posted(found, "1.1"),
        lambda: frozen.park(found, "x"),
        lambda: frozen.defer(found, 1),
        lambda: frozen.drop(found),
    ):
        with pytest.raises(Lost, match="lane"):
            act()
    frozen.release()
    assert not frozen.renew()
    assert domain.redis.get(KEYS.lane_lease(OPS)) == "next"
    assert domain.redis.lrange(KEYS.lane(OPS), 0, -1) == [found.id]


def test_the_intent_is_written_before_the_post_and_kept(domain: Domain, clock: ManualClock) -> None:
    """[R4] Whoever takes over looks for it since the first intent."""
    domain.outbox.say(text())
    lane = take(domain, "dies")
    first = lane.intent(head(lane), clock.now())
    assert (first.state, first.posting_since, first.attempts) == (
        EntryState.POSTING,
        MONDAY,
        1,
    )
    assert domain.outbox.abandon("dies", (TEAM, OPS)) == [(TEAM, OPS)]
    clock.advance(minutes=3)
    lane = take(domain, "next")
    again = lane.intent(head(lane), clock.now())
    assert (again.posting_since, again.attempts) == (MONDAY, 2)


def test_all_lanes_that_the_dead_held_are_freed(domain: Domain) -> None:
    """[R4] A job goes round: when it is killed it may be at a lane that it was not rung for."""
    domain.outbox.say(entry(TEAM, SECRET, TextCard(text="elsewhere")))
    take(domain, "dies")
    assert domain.outbox.take(TEAM, SECRET, "dies")
    assert sorted(domain.outbox.abandon("dies", (TEAM, OPS))) == [(TEAM, OPS), (TEAM, SECRET)]
    assert not domain.redis.exists(KEYS.lane_lease(OPS), KEYS.lane_lease(SECRET))


def test_only_the_dead_holders_lane_is_freed(domain: Domain) -> None:
    lane = take(domain, "alive")
    assert domain.outbox.abandon("another", (TEAM, OPS)) == []
    assert lane.renew()


def test_a_deferred_lane_waits_with_its_order_and_stays_so_for_new_entries(
    domain: Domain,
) -> None:
    """[R4] `not_before`, and no one sleeps holding it."""
    domain.outbox.say(text("1"))
    lane = take(domain)
    lane.defer(head(lane), 30.5)
    domain.outbox.say(text("2"))
    score = scores(domain.redis, k.LANES)[k.member(TEAM, OPS)]
    assert 29_000 < score - domain.store.now_ms() <= 30_500
    assert head(take(domain, "next")).card == TextCard(text="1")


def test_what_slack_refuses_is_set_aside_and_the_lane_goes_on(domain: Domain) -> None:
    """[R4] Under the Mission that it is about, else of the workspace."""
    mission = launched(domain)
    domain.outbox.say(text("1"), about(mission.id), text("3"))
    lane = take(domain)
    first = head(lane)
    lane.park(first, "invalid_blocks")
    second = head(lane)
    lane.park(second, "is_archived")
    assert head(lane).card == TextCard(text="3")
    assert domain.redis.hkeys(KEYS.parked) == [first.id]
    assert domain.outbox.parked(TEAM, mission.id) == {second.id: "is_archived"}
    assert domain.redis.exists(KEYS.mission(mission.id).outbox) == 0


def test_an_entry_put_while_letting_go_stays_due(domain: Domain, clock: ManualClock) -> None:
    domain.outbox.say(text("1"))
    lane = take(domain)
    lane.posted(lane.intent(head(lane), clock.now()), "1.1")
    assert lane.head() is None
    domain.outbox.say(text("2"))
    lane.release()
    assert domain.redis.zscore(k.LANES, k.member(TEAM, OPS)) is not None
    assert head(take(domain, "next")).card == TextCard(text="2")


def test_an_entry_whose_text_is_gone_does_not_block_the_lane(domain: Domain) -> None:
    """[M6] A delete takes the entries out of the outbox at once."""
    mission = launched(domain)
    domain.outbox.say(about(mission.id), about(mission.id), text("after"))
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    assert domain.redis.hlen(KEYS.outbox) == 1
    assert head(take(domain)).card == TextCard(text="after")


def test_an_entry_that_cannot_be_read_does_not_block_the_lane(domain: Domain) -> None:
    """[R4] It is set aside by its id; its text may be about a Mission, and goes."""
    broken = text("broken")
    domain.outbox.say(broken, text("after"))
    domain.redis.hset(KEYS.outbox, broken.id, '{"id": 1}')
    assert head(take(domain)).card == TextCard(text="after")
    assert domain.redis.hgetall(k.QUARANTINE) == {broken.id: "entry"}
    assert domain.redis.hlen(KEYS.outbox) == 1


def test_an_entry_that_came_beside_the_delete_is_refused_and_can_be_dropped(
    domain: Domain, clock: ManualClock
) -> None:
    """[M6]"""
    mission = launched(domain)
    late = about(mission.id)
    domain.outbox.say(late)
    lane = take(domain)
    found = head(lane)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    domain.remains.clear(TEAM, mission.id)
    for act in (
        lambda: lane.intent(found, clock.now()),
        lambda: lane.posted(found, "1.1"),
        lambda: lane.park(found, "x"),
        lambda: domain.outbox.say(about(mission.id)),
    ):
        with pytest.raises(Lost, match="deleted"):
            act()
    lane.drop(found)
    assert lane.head() is None
    assert domain.remains.left(TEAM, mission.id) == 0
    assert domain.outbox.ref(TEAM, OPS, "1.1") is None


def test_a_posted_entry_can_be_found_again(domain: Domain, clock: ManualClock) -> None:
    """[C8] By its place, for replies below it; by its id, for updates of it."""
    mission = launched(domain)
    root = about(mission.id).model_copy(update={"execution": "E-1", "proposal": "P-1"})
    domain.outbox.say(root)
    lane = take(domain)
    lane.posted(lane.intent(head(lane), clock.now()), "1.1")
    ref = Ref(entry=root.id, mission=mission.id, execution="E-1", proposal="P-1")
    assert domain.outbox.ref(TEAM, OPS, "1.1") == ref
    assert domain.outbox.where(TEAM, mission.id, root.id) == (OPS, "1.1")
    later = entry(TEAM, OPS, MissionCard(mission=mission.id), update=root.id)
    domain.outbox.say(later)
    lane.posted(lane.intent(head(lane), clock.now()), "1.1")
    assert domain.outbox.where(TEAM, mission.id, root.id) == (OPS, "1.1")
    assert domain.outbox.where(TEAM, mission.id, later.id) is None
    found = domain.outbox.ref(TEAM, OPS, "1.1")
    assert found is not None
    assert found.entry == root.id


def test_what_one_person_sees_leaves_no_place(domain: Domain, clock: ManualClock) -> None:
    """An ephemeral message cannot be deleted later, so it is not remembered."""
    mission = launched(domain)
    domain.outbox.say(entry(TEAM, OPS, MissionCard(mission=mission.id), to=ADA))
    lane = take(domain)
    lane.posted(lane.intent(head(lane), clock.now()), "1.1")
    assert domain.outbox.ref(TEAM, OPS, "1.1") is None
    assert domain.redis.hlen(KEYS.mission(mission.id).posts) == 0


def test_a_message_that_names_missions_is_known_to_each(domain: Domain, clock: ManualClock) -> None:
    """[M6] The delete of any of them removes it."""
    about_, named = launched(domain), launched(domain)
    root = about(about_.id)
    domain.outbox.say(root)
    lane = take(domain)
    lane.posted(lane.intent(head(lane), clock.now()), "1.1", [named.id, about_.id])
    for mission in (about_, named):
        assert domain.outbox.where(TEAM, mission.id, root.id) == (OPS, "1.1")
        domain.lifecycle.delete(actor(), mission.id, mission.id)
        assert domain.remains.places(TEAM, mission.id) == ((OPS, "1.1"),)


def test_naming_a_mission_that_was_just_deleted_is_refused(
    domain: Domain, clock: ManualClock
) -> None:
    """[M6] The message is then taken back."""
    gone = launched(domain)
    domain.outbox.say(text())
    lane = take(domain)
    found = lane.intent(head(lane), clock.now())
    domain.lifecycle.delete(actor(), gone.id, gone.id)
    with pytest.raises(Lost, match="deleted"):
        lane.posted(found, "1.1", [gone.id])


def test_an_answer_about_no_mission_is_remembered_by_its_conversation(
    domain: Domain, clock: ManualClock
) -> None:
    """[M6] A conversation is forgotten whole, with what was said in it."""
    answer = text().model_copy(update={"conversation": TALK})
    domain.outbox.say(answer)
    lane = take(domain)
    lane.posted(lane.intent(head(lane), clock.now()), "1.1")
    memory = content(domain.redis, KEYS.conversation(TALK))
    assert {e: json.loads(p) for e, p in said(memory).items()} == {answer.id: [OPS, "1.1"]}
    assert domain.redis.pttl(KEYS.conversation(TALK)) > 0


@pytest.mark.parametrize("ts", [None, "1.1"])
def test_every_end_of_an_entry_leaves_nothing_in_the_outbox(
    domain: Domain, clock: ManualClock, ts: str | None
) -> None:
    mission = launched(domain)
    domain.outbox.say(about(mission.id), about(mission.id), about(mission.id))
    lane = take(domain)
    lane.posted(lane.intent(head(lane), clock.now()), ts)
    lane.drop(head(lane))
    lane.park(head(lane), "x")
    assert lane.head() is None
    keys = KEYS.mission(mission.id)
    assert domain.redis.exists(KEYS.outbox, KEYS.lane(OPS), keys.outbox) == 0


def test_an_entry_is_about_the_one_mission_that_its_card_names() -> None:
    one, two = MissionId("M-AAAAAA"), MissionId("M-BBBBBB")
    assert about(one).mission == one
    assert entry(TEAM, OPS, ChooseCard(missions=(one, two), say="x")).mission is None
    assert entry(TEAM, OPS, OutageCard(since=MONDAY, until=MONDAY, missed=())).mission is None
    assert text().mission is None


def test_ids_of_entries_fit_a_block_id() -> None:
    """Slack: 255 characters in a `block_id`."""
    assert len(OutboxId(text().id)) < 100
    card = StateCard(mission=MissionId("M-AAAAAA"), what="disabled", by=PersonId("U"), note="")
    assert Entry.load(entry(TEAM, OPS, card).dump()).card == card
