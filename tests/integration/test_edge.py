"""What people say in Slack reaches the domain once, if it is for Houston [C1 C10 C11]."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from bot.edge.accept import take_in
from bot.edge.context import Edge
from bot.edge.incoming import heard
from bot.edge.stopping import on_stopped
from bot.edge.working import Sessions
from missions import keys as k
from missions.cards import HelpCard, ListCard, MissionCard, TextCard
from missions.conversation import ASKED, FOCUS, conversation_id
from missions.errors import StorageUnavailable
from missions.ids import ConversationId
from missions.keys import TeamKeys
from missions.phrases import say
from missions.turns import Answer
from missions.tx import Lost
from tests.integration.edge_kit import ADA, GENERAL, LINUS, OPS, RANDOM, System, connected
from tests.support.storage import StorageServer


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, connected(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.turns.clear()
    system.bell.deliveries.clear()


def acked(system: System) -> int:
    """How many events were delivered and acknowledged."""
    log = system.people.api_log()
    return sum(
        1 for c in log if c["kind"] == "envelope" and c["method"] == "events_api" and c["ok"]
    )


def said(system: System, person: str, channel: str, text: str, **place: Any) -> str:
    """Post, and wait until each event of it was acknowledged."""
    before = acked(system)
    ts = system.people.post(person, channel, text, **place)
    events = 2 if "@Houston" in text and not channel.startswith("D") and channel != "dm" else 1
    system.people.wait_for(lambda: acked(system) >= before + events)
    return ts


def test_a_mention_is_heard_once(system: System) -> None:
    """[C1]"""
    ts = said(system, "ada", GENERAL, "@Houston check the shop")
    assert system.bell.turns == [f"{GENERAL}:{ts}"]


def test_an_event_that_slack_sends_again_is_heard_once(system: System) -> None:
    """[C10]"""
    system.people.misbehave("redeliver", count=2)
    before = acked(system)
    system.people.post("ada", GENERAL, "@Houston check it again")
    system.people.wait_for(lambda: acked(system) >= before + 4)
    assert len(system.bell.turns) == 1


def test_what_was_heard_waits_in_the_mailbox_as_it_was_said(system: System) -> None:
    """[C10]"""
    ts = said(system, "ada", OPS, "@Houston status of <https://shop.example>")
    box = system.domain.mailboxes.take(system.team, system.bell.turns[0], "t")
    assert box is not None
    found = box.head()
    assert found is not None
    incoming = found[1]
    assert (incoming.person, incoming.ts, incoming.direct) == (ADA, ts, False)
    assert "status of" in incoming.text
    assert incoming.link == system.client.permalink(OPS, ts)


def test_talk_in_a_channel_without_a_mention_is_not_heard(system: System) -> None:
    """[C1]"""
    said(system, "ada", GENERAL, "nothing for anybody")
    assert system.bell.turns == []


def test_a_reply_in_a_thread_without_houston_is_not_heard(system: System) -> None:
    """[C1]"""
    root = said(system, "ada", GENERAL, "people talk")
    said(system, "ada", GENERAL, "and talk", thread_ts=root)
    assert system.bell.turns == []


def test_a_person_alone_with_houston_in_a_thread_needs_no_mention(system: System) -> None:
    """[C1]"""
    root = said(system, "ada", GENERAL, "@Houston hello")
    said(system, "ada", GENERAL, "8:30 instead of 9", thread_ts=root)
    assert system.bell.turns == [f"{GENERAL}:{root}"] * 2


def test_with_two_people_in_a_thread_a_mention_is_needed(system: System) -> None:
    """[C1]"""
    root = said(system, "ada", GENERAL, "@Houston hello")
    said(system, "grace", GENERAL, "what is this?", thread_ts=root)
    said(system, "ada", GENERAL, "I try something", thread_ts=root)
    assert len(system.bell.turns) == 1
    said(system, "grace", GENERAL, "@Houston help", thread_ts=root)
    assert len(system.bell.turns) == 2


def test_who_talked_before_houston_was_named_counts_too(system: System) -> None:
    """[C1]"""
    root = said(system, "ada", GENERAL, "the shop is slow")
    said(system, "linus", GENERAL, "yes", thread_ts=root)
    said(system, "grace", GENERAL, "@Houston keep an eye on it", thread_ts=root)
    memory = TeamKeys(system.team).conversation(system.bell.turns[0])
    known = lambda: f"person:{LINUS}" in system.domain.redis.hgetall(memory)  # noqa: E731
    system.people.wait_for(known)
    said(system, "linus", GENERAL, "we shall see", thread_ts=root)
    said(system, "grace", GENERAL, "indeed", thread_ts=root)
    assert len(system.bell.turns) == 1


def test_whom_houston_asked_may_answer_without_a_mention(system: System) -> None:
    """[C1]"""
    root = said(system, "ada", GENERAL, "@Houston hello")
    said(system, "grace", GENERAL, "what is this?", thread_ts=root)
    memory = TeamKeys(system.team).conversation(system.bell.turns[0])
    system.domain.redis.hset(memory, ASKED, ADA)
    said(system, "grace", GENERAL, "not me", thread_ts=root)
    assert len(system.bell.turns) == 1
    said(system, "ada", GENERAL, "every day", thread_ts=root)
    assert len(system.bell.turns) == 2


def test_a_reply_below_a_report_of_houston_is_heard(system: System) -> None:
    """[C8]"""
    mission = system.launched(OPS)
    ts = system.show(OPS, MissionCard(mission=mission.id))["ts"]
    said(system, "grace", OPS, "why?", thread_ts=ts)
    assert system.bell.turns == [f"{OPS}:{ts}"]


def test_a_direct_message_is_heard(system: System) -> None:
    """[C1]"""
    ts = said(system, "grace", "dm", "list")
    dm = system.people.channel("dm", "grace")
    assert system.bell.turns == [f"{dm}:{ts}"]


def test_houston_does_not_hear_itself(system: System) -> None:
    before = acked(system)
    system.show(OPS, HelpCard())
    system.people.wait_for(lambda: acked(system) > before)
    assert system.bell.turns == []


def test_an_edit_is_not_heard(system: System) -> None:
    ts = said(system, "ada", "dm", "chekc it")
    before = acked(system)
    system.people.edit("ada", "dm", ts, "check it")
    system.people.wait_for(lambda: acked(system) > before)
    assert len(system.bell.turns) == 1


def test_a_mention_that_an_edit_adds_is_heard_once(system: System) -> None:
    """[C1] Whatever is edited afterwards, also if it is taken away and put back."""
    ts = system.people.post("ada", OPS, "check it")
    assert system.bell.turns == []
    system.people.edit("ada", OPS, ts, "@Houston check it")
    system.people.wait_for(lambda: system.bell.turns, 30)
    for text in ("@Houston check it now", "never mind", "@Houston check it after all"):
        before = acked(system)
        system.people.edit("ada", OPS, ts, text)
        system.people.wait_for(lambda before=before: acked(system) > before, 30)  # type: ignore[misc]
    assert len(system.bell.turns) == 1


def test_while_storage_fails_slack_is_not_told_that_it_arrived(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10]"""
    accept = system.domain.mailboxes.accept
    failed: list[Any] = []

    def fail_once(incoming: Any) -> bool:
        if not failed:
            failed.append(incoming)
            raise StorageUnavailable
        return accept(incoming)

    monkeypatch.setattr(system.domain.mailboxes, "accept", fail_once)
    system.people.post("ada", "dm", "do not lose me")
    system.people.wait_for(lambda: system.bell.turns, timeout=10)
    assert len(failed) == 1
    assert len(system.bell.turns) == 1


def test_that_houston_works_is_shown(system: System) -> None:
    """[C10]"""
    ts = said(system, "ada", GENERAL, "@Houston think")
    system.people.wait_for(lambda: shown(system, GENERAL, ts))
    answered(system, system.bell.turns[0])
    system.people.wait_for(lambda: not shown(system, GENERAL, ts))


def shown(system: System, channel: str, ts: str) -> str:
    """What a thread shows of the work on it."""
    found = system.people.messages(channel, ts)
    return str(found[0]["status"])


def answered(system: System, conversation: ConversationId) -> None:
    """Empty a mailbox, as its job does."""
    box = system.domain.mailboxes.take(system.team, conversation, "t")
    assert box
    while found := box.head():
        system.domain.turns.finish(box, *found, Answer((), (TextCard(text="ok"),), None, None))
    assert box.release()


def test_what_a_dead_process_left_shown_is_cleared(system: System) -> None:
    """[C10]"""
    ts = system.people.post("ada", GENERAL, "nobody works on this")
    system.client.set_session(GENERAL, ts, "processing")
    assert shown(system, GENERAL, ts)
    left = k.member(system.team, conversation_id(GENERAL, ts))
    system.domain.redis.hset(k.WORKING, left, "1")
    system.people.wait_for(lambda: not shown(system, GENERAL, ts))
    assert not system.domain.redis.exists(k.WORKING)


def test_a_status_is_said_again_while_the_work_goes_on(system: System) -> None:
    """[C10]"""
    ts = said(system, "ada", GENERAL, "@Houston think long")
    name = k.member(system.team, conversation_id(GENERAL, ts))
    system.people.wait_for(lambda: system.domain.redis.hget(k.WORKING, name))
    before = len(system.calls("agents.sessions.setStatus"))
    system.domain.redis.hset(k.WORKING, name, "1")
    system.people.wait_for(lambda: len(system.calls("agents.sessions.setStatus")) > before)


def stopped(system: System, ts: str) -> bool:
    """Whether the turn of a thread is to stop."""
    found = system.domain.mailboxes.memory(system.team, GENERAL, ts)
    return any(name.startswith("stop:") for name in found)


def test_the_stop_button_stops_the_turn_of_who_asked(system: System) -> None:
    """[C10]"""
    ts = said(system, "linus", GENERAL, "@Houston think")
    system.people.wait_for(lambda: shown(system, GENERAL, ts))
    system.people.stop("linus", GENERAL, ts)
    system.people.wait_for(lambda: stopped(system, ts))


def test_nobody_else_stops_it(system: System) -> None:
    """[C10 P2]"""
    ts = said(system, "linus", GENERAL, "@Houston think")
    system.people.wait_for(lambda: shown(system, GENERAL, ts))
    system.people.stop("grace", GENERAL, ts)
    hidden = system.people.wait_for(lambda: system.people.ephemerals("grace", GENERAL))
    assert "can stop this" in hidden[-1]["text"]
    assert not stopped(system, ts)


def test_an_editor_of_the_threads_mission_stops_it(system: System) -> None:
    """[C10 P2]"""
    mission = system.launched(GENERAL)
    ts = said(system, "linus", GENERAL, "@Houston think")
    key = TeamKeys(system.team).conversation(conversation_id(GENERAL, ts))
    system.domain.redis.hset(key, FOCUS, mission.id)
    system.people.stop("grace", GENERAL, ts)
    system.people.wait_for(lambda: stopped(system, ts))


def test_a_stop_that_comes_again_does_not_stop_what_follows(system: System) -> None:
    """[C10]"""
    ts = said(system, "linus", GENERAL, "@Houston think")
    edge = Edge.build(system.domain, system.client)
    event = {"channel": GENERAL, "user": "U0LOCALLINUS", "thread_ts": ts, "event_ts": "5.5"}
    on_stopped(edge, event)
    assert stopped(system, ts)
    answered_with_stop(system, conversation_id(GENERAL, ts))
    said(system, "linus", GENERAL, "@Houston think again", thread_ts=ts)
    on_stopped(edge, event)
    assert not stopped(system, ts)
    on_stopped(edge, {**event, "thread_ts": "1.1"})


def answered_with_stop(system: System, conversation: ConversationId) -> None:
    """End the head as a stopped turn; a finished answer is refused by then."""
    box = system.domain.mailboxes.take(system.team, conversation, "t")
    assert box
    text, incoming = box.head() or ("", None)
    assert incoming
    with pytest.raises(Lost, match="stopped"):
        system.domain.turns.finish(
            box, text, incoming, Answer((), (TextCard(text="ok"),), None, None)
        )
    system.domain.turns.give_up(box, text, incoming, "Stopped.")
    box.release()


def test_a_slack_without_sessions_shows_words_instead(system: System) -> None:
    """[C10]"""
    system.people.misbehave("unknown_method", method="agents.sessions.setStatus")
    sessions = Sessions(Edge.build(system.domain, system.client))
    ts = system.people.post("ada", GENERAL, "one")
    conversation = conversation_id(GENERAL, ts)
    sessions._show(conversation, working=True, again=False)
    assert shown(system, GENERAL, ts) == say("is-thinking")
    sessions._show(conversation, working=True, again=True)
    assert shown(system, GENERAL, ts) == say("is-still-working")
    sessions._show(conversation, working=False, again=True)
    assert shown(system, GENERAL, ts) == ""
    asked = [c for c in system.calls("agents.sessions.setStatus") if not c["ok"]]
    assert asked


def test_prompts_are_offered_above_direct_messages(system: System) -> None:
    """[C1]"""
    mission = system.launched(OPS, name="Shop watch")
    key = TeamKeys(system.team).mission(mission.id).tasks
    latest = {"execution": "E-1", "status": "Success", "finding": "critical"}
    system.domain.redis.hset(key, "T1:last", json.dumps(latest))
    system.people.open_home("ada", "messages")
    wanted = "What is wrong with Shop watch?"
    system.people.wait_for(lambda: system.people.state("ada")["prompts"][0]["title"] == wanted)
    assert len(system.people.state("ada")["prompts"]) == 4
    system.people.open_home("linus", "messages")
    system.people.wait_for(lambda: system.people.state("linus")["prompts"])
    titles = [p["title"] for p in system.people.state("linus")["prompts"]]
    assert wanted not in titles


def test_where_the_bot_may_not_post_the_person_is_told_alone(system: System) -> None:
    """[C11]"""
    edge = Edge.build(system.domain, system.client)
    event = {
        "type": "app_mention",
        "user": LINUS,
        "channel": RANDOM,
        "ts": "1.000200",
        "text": f"{system.bot} check it",
    }
    body = {"event": event, "event_id": "Ev-mute"}
    words = heard(body, system.client.identity, system.domain.clock.now())
    assert words is not None
    assert not take_in(edge, words)
    assert system.bell.turns == []
    system.deliver_all()
    told = system.people.messages("dm", as_person="linus")[-1]["text"]
    assert "I could not post in #random" in told
    assert "/invite" in told


def test_who_joins_a_channel_may_read_it_at_once(system: System) -> None:
    """[P1]"""
    mission = system.launched(channel=system.people_only("ada"))
    edge = Edge.build(system.domain, system.client)
    person = edge.gather(LINUS)
    assert person.domain.reader.find(person.viewer, mission.id) == ()
    system.people.admin("join", channel=mission.channel, user="linus")
    found = lambda: person.domain.reader.find(person.viewer, mission.id)  # noqa: E731
    system.people.wait_for(lambda: len(found()) == 1)


def test_home_shows_what_that_person_may_see(system: System) -> None:
    """[R6 P1]"""
    seen, hidden = system.launched(OPS), system.launched(system.people_only("ada"))
    system.people.open_home("linus")
    view = system.people.wait_for(lambda: system.people.home("linus"))
    assert seen.id in str(view)
    assert hidden.id not in str(view)


def test_a_connection_that_slack_renews_goes_on_hearing(system: System) -> None:
    """[L4]"""
    system.people.misbehave("disconnect")
    before = system.pulse.envelope
    system.people.post("ada", "dm", "still there?")
    system.people.wait_for(lambda: system.bell.turns, timeout=10)
    assert system.pulse.envelope > before


def test_a_list_in_a_channel_shows_pages_to_one_person(system: System) -> None:
    """[R6 P1]"""
    for number in range(12):
        system.launched(OPS, name=f"Number {number}")
    message = system.show(OPS, ListCard())
    system.people.click("grace", OPS, message["ts"], "list_page:1")
    shown = system.people.wait_for(lambda: system.people.ephemerals("grace", OPS))
    assert "page 2 of 2" in str(shown[-1]["blocks"])
    assert system.people.ephemerals("linus", OPS) == []
