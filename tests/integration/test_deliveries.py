"""The outbox reaches Slack in order, each entry once, none lost, whatever Slack answers."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from redis import Redis

from bot.cleanup import Cleanup
from bot.directory import SlackDirectory
from bot.edge.context import Edge
from bot.edge.lifecycle import settle_doubts
from bot.slack_errors import PostingRestricted
from bot.undelivered import tell_undelivered
from missions import keys as k
from missions.cards import AskCard, ListCard, MissionCard, PlanCard, TextCard, WithdrawnCard
from missions.ids import ChannelId, ExecutionId
from missions.keys import TeamKeys
from missions.lanes import beside
from missions.mission import Mission
from missions.outbox import Entry, entry
from missions.phrases import say
from tests.integration.edge_kit import ADA, GRACE, OPS, RANDOM, SECRET, System, alone
from tests.support.storage import StorageServer


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()


def texts(system: System, channel: str, person: str = "ada") -> list[str]:
    return [one["text"] for one in system.people.messages(channel, as_person=person)]


def wake(system: System, channel: str) -> None:
    """Let the time pass for which a lane waits."""
    system.domain.redis.zadd(k.LANES, {k.member(system.team, channel): 0})


def test_entries_arrive_in_order_and_once(system: System) -> None:
    """[R4]"""
    for number in range(3):
        system.say(OPS, TextCard(text=f"in order {number}"))
    system.deliver(OPS)
    system.deliver(OPS)
    shown = [t for t in texts(system, OPS) if "in order" in t]
    assert shown == ["in order 0", "in order 1", "in order 2"]


def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(system: System) -> None:
    """[R4]"""
    system.people.misbehave("timeout_after_accept", method="chat.postMessage")
    said = system.say(OPS, TextCard(text="once only"))
    system.deliver(OPS)
    assert system.queued(OPS) == [said.id]
    wake(system, OPS)
    system.deliver(OPS)
    assert texts(system, OPS).count("once only") == 1
    assert system.queued(OPS) == []


def test_a_post_in_a_thread_whose_answer_was_lost_is_found_there(system: System) -> None:
    """[R4]"""
    root = system.people.post("ada", OPS, "a question")
    system.people.misbehave("timeout_after_accept", method="chat.postMessage")
    system.say(OPS, TextCard(text="an answer"), thread_ts=root)
    system.deliver(OPS)
    wake(system, OPS)
    system.deliver(OPS)
    thread = [one["text"] for one in system.people.messages(OPS, root)]
    assert thread.count("an answer") == 1


def test_what_cannot_be_looked_for_is_repeated_and_marked(system: System) -> None:
    """[R4]"""
    system.people.misbehave("timeout_after_accept", method="chat.postMessage")
    system.say(OPS, TextCard(text="perhaps twice"))
    system.deliver(OPS)
    system.people.misbehave("error", method="conversations.history", error="access_denied")
    wake(system, OPS)
    system.deliver(OPS)
    shown = [t for t in texts(system, OPS) if "perhaps twice" in t]
    assert len(shown) == 2
    assert say("sent-again") in shown[1]


def test_while_slack_cannot_look_just_now_nothing_is_repeated(system: System) -> None:
    """[R4]"""
    system.people.misbehave("timeout_after_accept", method="chat.postMessage")
    system.say(OPS, TextCard(text="wait for it"))
    system.deliver(OPS)
    system.people.misbehave("rate_limit", method="conversations.history", retry_after=1)
    wake(system, OPS)
    system.deliver(OPS)
    wake(system, OPS)
    system.deliver(OPS)
    assert texts(system, OPS).count("wait for it") == 1


def test_a_rate_limit_makes_the_lane_wait_in_order(system: System) -> None:
    """[R4]"""
    system.people.misbehave("rate_limit", method="chat.postMessage", retry_after=30)
    system.say(OPS, TextCard(text="limited first"))
    system.say(OPS, TextCard(text="limited second"))
    system.deliver(OPS)
    system.deliver(OPS)  # rung meanwhile: it is not time yet
    assert not any("limited" in t for t in texts(system, OPS))
    wake(system, OPS)
    system.deliver(OPS)
    shown = [t for t in texts(system, OPS) if "limited" in t]
    assert shown == ["limited first", "limited second"]


def edited(system: System, mission: Mission, count: int) -> list[Entry]:
    """A message, and edits of it that Slack's pace holds back."""
    first = system.say(OPS, MissionCard(mission=mission.id))
    system.deliver(OPS)
    system.people.misbehave("rate_limit", method="chat.update", retry_after=30)
    edit = MissionCard(mission=mission.id)
    return [first, *(system.say(OPS, edit, update=first.id) for _ in range(count))]


def test_an_edit_that_slack_holds_back_holds_back_no_post(system: System) -> None:
    """[R4] It waits beside the lane, and comes when Slack takes it."""
    mission = system.launched(name="Held back")
    first, edit = edited(system, mission, 1)
    said = system.say(OPS, TextCard(text="posted meanwhile"))
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, "Renamed since")
    system.deliver(OPS)
    assert "posted meanwhile" in texts(system, OPS)
    assert said.id not in system.queued(OPS)
    assert system.queued(beside(OPS)) == [edit.id]
    assert "Renamed since" not in shown(system, mission, first)
    wake(system, beside(OPS))
    system.deliver(beside(OPS))
    assert system.queued(beside(OPS)) == []
    assert "Renamed since" in shown(system, mission, first)


def test_an_edit_that_a_later_one_makes_outdated_is_dropped(system: System) -> None:
    """[R4] Slack is asked for the last one only; what each tells is drawn when it is sent."""
    mission = system.launched(name="Edited often")
    first, *edits = edited(system, mission, 4)
    system.deliver(OPS)
    assert system.queued(beside(OPS)) == [edit.id for edit in edits]
    wake(system, beside(OPS))
    before = len(system.calls("chat.update"))
    system.deliver(beside(OPS))
    assert len(system.calls("chat.update")) == before + 1
    assert system.queued(beside(OPS)) == []
    assert not system.domain.redis.smembers(TeamKeys(system.team).mission(mission.id).outbox)
    assert system.domain.outbox.where(system.team, mission.id, first.id) is not None


def test_edits_keep_their_order_while_some_wait(system: System) -> None:
    """[R4] One that Slack would take now does not overtake, nor does the end of its message."""
    mission, other = system.launched(name="One"), system.launched(name="Other")
    second = system.say(OPS, MissionCard(mission=other.id))
    _, edit = edited(system, mission, 1)
    system.deliver(OPS)
    card = WithdrawnCard(mission=other.id, execution=ExecutionId("E-AAAAAAAAAA"))
    gone = system.say(OPS, card, update=second.id)
    system.deliver(OPS)
    assert system.queued(OPS) == []
    assert system.queued(beside(OPS)) == [edit.id, gone.id]
    wake(system, beside(OPS))
    system.deliver(beside(OPS))
    assert system.domain.outbox.where(system.team, other.id, second.id) is None


def test_a_delete_takes_edits_that_wait_along(system: System) -> None:
    """[R4 M6]"""
    mission = system.launched(name="Deleted meanwhile")
    edited(system, mission, 2)
    system.deliver(OPS)
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    wake(system, beside(OPS))
    before = len(system.calls("chat.update"))
    system.deliver(beside(OPS))
    assert len(system.calls("chat.update")) == before
    assert system.queued(beside(OPS)) == []


def test_what_a_newer_houston_wants_to_say_is_left_to_it(system: System) -> None:
    """[L5 R4] It is neither dropped nor set aside, and is said once that runs again."""
    said = system.say(OPS, TextCard(text="from the future"))
    outbox = TeamKeys(system.team).outbox
    text = system.domain.redis.hget(outbox, said.id)
    assert text is not None
    newer = json.dumps(json.loads(text) | {"schema_version": 99, "mood": "good"})
    system.domain.redis.hset(outbox, said.id, newer)
    system.deliver(OPS)
    system.deliver(OPS)
    assert system.queued(OPS) == [said.id]
    assert system.domain.redis.hget(outbox, said.id) == newer
    system.domain.redis.hset(outbox, said.id, text)
    wake(system, OPS)
    system.deliver(OPS)
    assert "from the future" in texts(system, OPS)


def shown(system: System, mission: Mission, first: Entry) -> str:
    """The message that an entry became."""
    where = system.domain.outbox.where(system.team, mission.id, first.id)
    assert where is not None
    return str([m for m in system.people.messages(OPS) if m["ts"] == where[1]])


def test_refused_blocks_become_text(system: System) -> None:
    """[R5]"""
    system.people.misbehave("invalid_blocks")
    system.say(OPS, TextCard(text="plain at least"))
    system.deliver(OPS)
    assert "plain at least" in texts(system, OPS)


def test_a_refused_entry_is_set_aside_and_its_owner_told(system: System) -> None:
    """[R4 C11]"""
    mission = system.launched(RANDOM, name="No bot there")
    system.say(RANDOM, MissionCard(mission=mission.id))
    system.say(RANDOM, TextCard(text="goes the same way"))
    system.deliver(RANDOM)
    assert system.queued(RANDOM) == []
    assert len(system.domain.outbox.parked(system.team, mission.id)) == 1
    assert set(system.bell.deliveries) <= {RANDOM}
    settle_doubts(Edge.build(system.domain, system.client))
    direct = ChannelId(system.people.channel("dm", "ada"))
    assert direct in system.bell.deliveries
    before = len(texts(system, direct))
    system.deliver_all()
    (said,) = texts(system, direct)[before:]
    assert "#random" in said
    assert "/invite" in said


def test_an_update_changes_the_message_that_was_posted(system: System) -> None:
    mission, proposal = system.draft()
    card = PlanCard(mission=mission.id, proposal=proposal.id)
    first = system.say(OPS, card)
    system.deliver(OPS)
    before = len(system.people.messages(OPS))
    system.domain.lifecycle.launch(system.actor(ADA), mission.id, proposal.id)
    system.say(OPS, card, update=first.id)
    system.deliver(OPS)
    after = system.people.messages(OPS)
    assert len(after) == before
    assert "Launched by" in str(after[-1]["blocks"])


def test_an_update_of_a_message_that_is_gone_is_posted_anew(system: System) -> None:
    mission = system.launched()
    first = system.say(OPS, MissionCard(mission=mission.id))
    system.deliver(OPS)
    gone = system.people.messages(OPS)[-1]["ts"]
    system.client.delete(OPS, gone)
    system.say(OPS, MissionCard(mission=mission.id), update=first.id)
    system.deliver(OPS)
    assert system.people.messages(OPS)[-1]["ts"] > gone


def test_a_reply_goes_into_the_thread_of_its_entry(system: System) -> None:
    mission = system.launched()
    root = system.say(OPS, MissionCard(mission=mission.id))
    system.say(OPS, MissionCard(mission=mission.id), thread_of=root.id)
    system.deliver(OPS)
    posted = system.people.messages(OPS)[-1]
    assert posted["reply_count"] == 1


def test_what_is_for_one_person_is_seen_by_nobody_else(system: System) -> None:
    """[P1]"""
    system.say(OPS, TextCard(text="for Ada's eyes"), to=ADA)
    system.deliver(OPS)
    assert any("Ada's eyes" in m["text"] for m in system.people.ephemerals("ada", OPS))
    assert not any("Ada's eyes" in m["text"] for m in system.people.ephemerals("grace", OPS))


def test_a_channel_lists_only_its_own_missions(system: System) -> None:
    """[P1]"""
    here, there = system.launched(OPS, name="Open"), system.launched(SECRET, name="Hidden")
    shown = str(system.show(OPS, ListCard())["blocks"])
    assert here.id in shown
    assert there.id not in shown


def test_a_direct_message_lists_what_that_person_may_see(system: System) -> None:
    """[P1]"""
    system.launched(OPS, name="Open")
    hidden = system.launched(SECRET, name="Hidden")
    grace, linus = (ChannelId(system.people.channel("dm", one)) for one in ("grace", "linus"))
    system.say(grace, ListCard())
    system.say(linus, ListCard())
    system.deliver(grace)
    system.deliver(linus)
    assert hidden.id in str(system.people.messages(grace, as_person="grace")[-1]["blocks"])
    assert hidden.id not in str(system.people.messages(linus, as_person="linus")[-1]["blocks"])


def test_a_card_about_another_channels_mission_is_not_said(system: System) -> None:
    """[P1]"""
    hidden = system.launched(SECRET, name="Hidden")
    before = len(system.people.messages(OPS))
    system.say(OPS, MissionCard(mission=hidden.id))
    system.deliver(OPS)
    assert len(system.people.messages(OPS)) == before
    assert system.queued(OPS) == []


def test_a_mission_deleted_while_it_is_posted_leaves_no_message(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[M6]"""
    mission = system.launched(name="Soon gone")
    post = system.client.post

    def delete_then_post(*args: object, **kwargs: object) -> str:
        system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
        return post(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(system.client, "post", delete_then_post)
    system.say(OPS, MissionCard(mission=mission.id))
    system.deliver(OPS)
    assert mission.id not in str(system.people.messages(OPS))
    assert system.queued(OPS) == []


def test_a_list_that_names_a_mission_deleted_meanwhile_is_made_anew(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[M6]"""
    stays, goes = system.launched(name="Stays"), system.launched(name="Goes")
    post = system.client.post

    def delete_then_post(*args: object, **kwargs: object) -> str:
        monkeypatch.setattr(system.client, "post", post)
        system.domain.lifecycle.delete(system.actor(ADA), goes.id, goes.id)
        return post(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(system.client, "post", delete_then_post)
    shown = str(system.show(OPS, ListCard())["blocks"])
    assert stays.id in shown
    assert goes.id not in str(system.people.messages(OPS))


def test_a_lane_that_another_worker_holds_is_left_alone(system: System) -> None:
    """[R4]"""
    said = system.say(OPS, TextCard(text="not by me"))
    lane = system.domain.outbox.take(system.team, OPS, "other")
    assert lane is not None
    system.deliver(OPS)
    assert system.queued(OPS) == [said.id]
    lane.release()
    system.deliver(OPS)
    assert system.queued(OPS) == []


def test_a_card_that_cannot_be_drawn_does_not_stop_the_lane(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R5]"""

    def broken(*_: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr("bot.facts.cards.ask_card", broken)
    system.say(OPS, AskCard(lead="?"))
    system.say(OPS, TextCard(text="behind the broken one"))
    system.deliver(OPS)
    assert "could not draw" in texts(system, OPS)[-2]
    assert texts(system, OPS)[-1] == "behind the broken one"


def test_a_delete_removes_the_messages_and_says_so(system: System) -> None:
    """[M6]"""
    mission = system.launched(name="To be deleted")
    for _ in range(3):
        system.show(OPS, MissionCard(mission=mission.id))
    system.show(OPS, ListCard())
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    system.domain.remains.clear(system.team, mission.id)
    Cleanup(system.domain, system.client, system.team, mission.id).run()
    assert mission.id not in str(system.people.messages(OPS))
    system.deliver_all()
    told = texts(system, system.people.channel("dm", "ada"))[-1]
    assert f"`{mission.id}` is deleted" in told
    assert "4 messages" in told
    left = list(system.domain.redis.scan_iter(match=f"*{mission.id}*"))
    assert left == [TeamKeys(system.team).mission(mission.id).tombstone]


def test_a_cleanup_waits_when_slack_limits_it_and_goes_on(system: System) -> None:
    """[M6]"""
    mission = system.launched(name="Slowly deleted")
    system.show(OPS, MissionCard(mission=mission.id))
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    system.people.misbehave("rate_limit", method="chat.delete", retry_after=7)
    cleanup = Cleanup(system.domain, system.client, system.team, mission.id)
    cleanup.run()
    assert system.domain.remains.places(system.team, mission.id)
    cleanup.run()
    assert not system.domain.remains.places(system.team, mission.id)


def test_messages_that_slack_keeps_are_counted(system: System) -> None:
    """[M6]"""
    mission = system.launched(name="Kept")
    system.show(OPS, MissionCard(mission=mission.id))
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    system.people.misbehave("error", method="chat.delete", error="cant_delete_message")
    Cleanup(system.domain, system.client, system.team, mission.id).run()
    system.deliver_all()
    told = texts(system, system.people.channel("dm", "ada"))[-1]
    assert "refused to delete 1 message" in told


def test_an_answer_that_cannot_be_posted_is_told_to_who_asked(system: System) -> None:
    """[C11]"""
    said = entry(system.team, RANDOM, TextCard(text="hello"), thread_ts="1.000100")
    keys = TeamKeys(system.team)
    conversation = f"{RANDOM}:1.000100"
    system.domain.redis.hset(keys.conversation(conversation), f"person:{GRACE}", "1")  # type: ignore[arg-type]
    system.domain.outbox.say(said)
    system.deliver(RANDOM)
    system.deliver_all()
    told = texts(system, system.people.channel("dm", "grace"), "grace")
    assert "I could not post in #random" in told[-1]


def test_who_left_a_private_channel_does_not_learn_what_it_is_called_now(system: System) -> None:
    """[P1 C11] Whoever may still read there does."""
    channel = system.people_only("ada", "grace")
    keys = TeamKeys(system.team)
    for person in (ADA, GRACE):
        said = {f"person:{person}": "1"}
        system.domain.redis.hset(keys.conversation(f"{channel}:1.000100"), mapping=said)  # type: ignore[arg-type]
    system.people.admin("leave", channel=channel, user="grace")
    system.people.admin("rename", channel=channel, name="takeover")
    directory = SlackDirectory(lambda _: system.client, system.domain.redis)
    directory.forget_member(system.team, channel, GRACE)
    directory.forget_channel(system.team, channel)
    e = entry(system.team, channel, TextCard(text="hello"), thread_ts="1.000100")
    refused = PostingRestricted("restricted_action")
    tell_undelivered(system.domain, e, refused)
    system.deliver_all()
    told = {
        who: texts(system, system.people.channel("dm", who), who)[-1] for who in ("ada", "grace")
    }
    assert "takeover" not in told["grace"]
    assert "I could not post in #takeover" in told["ada"]


def test_a_permission_that_is_missing_for_one_thing_stops_nothing_else(system: System) -> None:
    """[R4 C10 C11] It is set aside and told with the cure, without Slack's own word for it."""
    mission = system.launched(OPS)
    method, error = "chat.postMessage", "missing_scope"
    system.people.misbehave("error", method=method, error=error)
    system.say(OPS, MissionCard(mission=mission.id))
    system.say(OPS, TextCard(text="all else goes on"))
    system.deliver(OPS)
    assert "all else goes on" in texts(system, OPS)
    assert len(system.domain.outbox.parked(system.team, mission.id)) == 1
    system.deliver_all()
    told = texts(system, system.people.channel("dm", "ada"))[-1]
    assert "ask your administrator" in told.lower()
    assert "missing_scope" not in told


def test_another_kind_of_failure_is_told_within_the_hour(system: System) -> None:
    """[C11]"""
    mission = system.launched(OPS)
    direct = ChannelId(system.people.channel("dm", "ada"))
    before = len(texts(system, direct))
    for error in ("missing_scope", "missing_scope", "restricted_action"):
        system.people.misbehave("error", method="chat.postMessage", error=error)
        system.say(OPS, MissionCard(mission=mission.id))
        system.deliver(OPS)
        system.deliver_all()
    assert len(texts(system, direct)) == before + 2
