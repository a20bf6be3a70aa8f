"""What is done for an answer that takes long is seen in a message that grows; one answer always."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from redis import Redis

from bot.edge.context import Edge
from bot.edge.streaming import LIFE_MS, Streams
from missions import keys as k
from missions.cards import Card, FileCard, FileKind, HelpCard, MissionCard, TextCard
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.live import ORPHAN_MS, Live, StepKind, Steps, show_steps
from missions.mailbox import Box, Incoming
from missions.turns import Answer
from tests.integration.edge_kit import ADA, System, alone
from tests.support.fakes import ManualClock
from tests.support.storage import StorageServer

Json = dict[str, Any]
DM = ChannelId("D0LOCALADA")


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()


class Turn:
    """A question in a direct message, and the worker that thinks about it."""

    def __init__(self, system: System, channel: ChannelId = DM, worker: str = "worker") -> None:
        self.system, self.channel = system, channel
        self.root = system.people.post("ada", channel, "a question")
        domain = system.domain
        self.incoming = Incoming(
            id=f"Ev{self.root}",
            team=system.team,
            channel=channel,
            thread_ts=self.root,
            ts=self.root,
            person=ADA,
            text="a question",
            direct=channel.startswith("D"),
            event_id=f"Ev{self.root}",
            at=domain.clock.now(),
        )
        assert domain.mailboxes.accept(self.incoming)
        self.streams = Streams(Edge.build(domain, system.client))
        self.box = self.taken(worker)
        self.began = domain.clock.now()

    def taken(self, worker: str) -> Box:
        box = self.system.domain.mailboxes.take(
            self.system.team, self.incoming.conversation, worker
        )
        assert box is not None
        return box

    @property
    def text(self) -> str:
        return self.incoming.dump()

    def does(self, *kinds: StepKind) -> bool:
        steps = Steps(began=self.began, kinds=kinds)
        return show_steps(self.box, self.text, self.incoming, steps)

    def look(self, seconds: float = 3.0) -> None:
        """One look of the edge, when the turn took so long."""
        clock = cast("ManualClock", self.system.domain.clock)
        clock.advance(seconds=seconds)
        waiting = self.system.domain.store.zrange(k.MAILBOXES, 0, -1)
        self.streams.look(waiting, self.system.domain.lives.every())

    def finish(self, *cards: Card) -> None:
        said = cards or (TextCard(text="The answer."),)
        self.system.domain.turns.finish(
            self.box, self.text, self.incoming, Answer((), said, None, None)
        )

    def deliver(self) -> None:
        """Empty the lane, however long Slack's pace has it wait."""
        until = time.monotonic() + 20
        while self.system.queued(self.channel) and time.monotonic() < until:
            name = k.member(self.system.team, self.channel)
            self.system.domain.redis.zadd(k.LANES, {name: 0})
            self.system.deliver(self.channel)
            time.sleep(0.02)

    def said(self) -> list[Json]:
        """What Houston said in the thread."""
        return self.system.people.messages(self.channel, self.root)[1:]

    def live(self) -> Live | None:
        text = self.system.domain.lives.every().get(
            k.member(self.system.team, self.incoming.conversation)
        )
        return Live.load(text) if text else None

    def age(self, ms: int) -> None:
        """Let the message that grows be so much older."""
        live = self.live()
        assert live is not None
        older = live.model_copy(update={"since": live.since - ms})
        name = k.member(self.system.team, self.incoming.conversation)
        self.system.domain.redis.hset(k.STREAMING, name, older.dump())


def plan(message: Json) -> Json:
    return cast("Json", message["blocks"][0])


def only(turn: Turn, has: str = "The answer.") -> Json:
    """The one message that Houston said: the answer, with nothing left that grows."""
    (message,) = turn.said()
    assert has in json.dumps(message["blocks"], ensure_ascii=False) + message["text"]
    assert message["stream"] in (None, "completed")
    assert turn.live() is None
    return message


@pytest.fixture
def turn(system: System) -> Turn:
    made = Turn(system)
    assert made.does(StepKind.THINK)
    return made


@pytest.fixture
def growing(turn: Turn) -> Turn:
    turn.look()
    (message,) = turn.said()
    assert message["stream"] == "in_progress"
    return turn


def test_steps_are_seen_and_the_answer_takes_their_place(growing: Turn) -> None:
    """[C10] In one message, which is the answer's from then on."""
    growing.does(StepKind.THINK, StepKind.LOOK, StepKind.WRITE)
    growing.look()
    growing.look()
    tasks = plan(growing.said()[0])["tasks"]
    assert [(t["title"], t["status"]) for t in tasks] == [
        ("Read what you wrote", "complete"),
        ("Look it up", "complete"),
        ("Put the answer together", "in_progress"),
    ]
    growing.finish(TextCard(text="The answer."), HelpCard())
    growing.deliver()
    answer, more = growing.said()
    assert [t["status"] for t in plan(answer)["tasks"]] == ["complete"] * 3
    assert plan(answer)["title"] == "Done"
    assert "The answer." in json.dumps(answer["blocks"])
    assert answer["stream"] == "completed"
    assert not answer["edited"]
    assert more["stream"] is None
    assert growing.live() is None


def test_a_short_turn_grows_nothing(turn: Turn) -> None:
    """[C10] What is answered within 2 s is posted as ever."""
    turn.look(seconds=1.5)
    assert turn.said() == []
    turn.finish()
    turn.deliver()
    only(turn)
    assert turn.said()[0]["stream"] is None


def test_in_channels_nothing_grows(system: System) -> None:
    """[C10] Others there would see nothing move."""
    turn = Turn(system, ChannelId("C0LOCALOPS"))
    turn.does(StepKind.THINK)
    turn.look()
    assert turn.said() == []


def test_an_answer_given_while_it_is_begun_is_the_only_one(
    turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10 R4] Who began the message takes it away again."""
    start = turn.system.client.start_stream

    def answered_meanwhile(*args: Any) -> str:
        turn.finish()
        turn.deliver()
        return start(*args)

    monkeypatch.setattr(turn.system.client, "start_stream", answered_meanwhile)
    turn.look()
    only(turn)


def test_one_who_dies_while_beginning_leaves_nothing_behind(
    turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10 R4] Killed after Slack began it: nobody knew where it is; another one finds it."""
    start = turn.system.client.start_stream

    def killed(*args: Any) -> str:
        start(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(turn.system.client, "start_stream", killed)
    with pytest.raises(KeyboardInterrupt):
        turn.look()
    monkeypatch.undo()
    assert len(turn.said()) == 1
    turn.finish()
    turn.deliver()
    assert len(turn.said()) == 2
    turn.age(ORPHAN_MS)
    turn.look()
    only(turn)


def test_a_worker_that_dies_has_its_message_taken_over(growing: Turn) -> None:
    """[C10 R4] Killed in mid-turn: another one answers, into the same message."""
    team, conversation = growing.system.team, growing.incoming.conversation
    growing.system.domain.mailboxes.abandon(team, conversation, "worker")
    growing.box = growing.taken("another")
    growing.does(StepKind.THINK)
    growing.look()
    growing.finish()
    growing.deliver()
    only(growing)


def test_a_delivery_that_dies_after_ending_it_is_taken_over(
    growing: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R4] Killed between Slack's yes and the record: the same message, once."""
    growing.finish()
    monkeypatch.setattr("bot.deliveries.Delivery._record", _die)
    with pytest.raises(KeyboardInterrupt):
        growing.system.deliver(DM)
    monkeypatch.undo()
    growing.system.domain.outbox.abandon("test", (growing.system.team, DM))
    growing.deliver()
    only(growing)


def _die(*args: object) -> None:
    raise KeyboardInterrupt


def dies(turn: Turn) -> None:
    turn.system.people.misbehave("stream_dies", seconds=0.001)


def stopped(turn: Turn) -> None:
    turn.system.people.stop("ada", DM, turn.root)


def conflicts(turn: Turn) -> None:
    turn.system.people.misbehave("error", method="chat.stopStream", error="fatal", count=2)


def refuses_blocks(turn: Turn) -> None:
    turn.system.people.misbehave("invalid_blocks")


def is_limited(turn: Turn) -> None:
    turn.system.people.misbehave("rate_limit", method="chat.stopStream", retry_after=1)


def loses_the_answer(turn: Turn) -> None:
    turn.system.people.misbehave("timeout_after_accept", method="chat.stopStream")


def is_unknown(turn: Turn) -> None:
    turn.system.people.misbehave("error", method="chat.stopStream", error="unknown_method", count=2)


def is_deleted(turn: Turn) -> None:
    (message,) = turn.said()
    turn.system.client.delete(DM, message["ts"])


@pytest.mark.parametrize(
    "trouble",
    [
        *(dies, stopped, conflicts, refuses_blocks, is_limited, loses_the_answer),
        *(is_unknown, is_deleted),
    ],
)
def test_whatever_becomes_of_it_there_is_one_answer(
    growing: Turn, trouble: Callable[[Turn], None]
) -> None:
    """[C10 R4 R5] Nothing is lost, nothing said twice, and nothing left that grows."""
    trouble(growing)
    growing.finish()
    growing.deliver()
    only(growing)


@pytest.mark.parametrize("trouble", [dies, stopped, is_deleted])
def test_what_it_can_show_no_more_does_not_hold_the_answer_up(
    growing: Turn, trouble: Callable[[Turn], None]
) -> None:
    """[C10] Steps come to nothing; they are not tried again and again."""
    trouble(growing)
    growing.does(StepKind.THINK, StepKind.LOOK)
    growing.look()
    before = len(growing.system.calls("chat.appendStream"))
    growing.does(StepKind.THINK, StepKind.LOOK, StepKind.WRITE)
    growing.look()
    assert len(growing.system.calls("chat.appendStream")) == before
    growing.finish()
    growing.deliver()
    only(growing)


def test_it_is_ended_before_slack_ends_it(growing: Turn) -> None:
    """[C10] The answer takes its place all the same."""
    growing.age(LIFE_MS + 1)
    growing.look()
    assert growing.said()[0]["stream"] == "completed"
    growing.finish()
    growing.deliver()
    only(growing)


@pytest.mark.parametrize("error", ["unknown_method", "feature_not_enabled"])
def test_where_slack_cannot_stream_it_is_not_asked_again(turn: Turn, error: str) -> None:
    """[C10]"""
    turn.system.people.misbehave("error", method="chat.startStream", error=error)
    turn.look()
    before = len(turn.system.calls("chat.startStream"))
    turn.look()
    turn.look()
    assert len(turn.system.calls("chat.startStream")) == before
    turn.finish()
    turn.deliver()
    only(turn)


def test_a_limited_begin_is_no_trouble(turn: Turn) -> None:
    """[C10] 20 a minute (Slack): the answer comes as ever."""
    turn.system.people.misbehave("rate_limit", method="chat.startStream", retry_after=60)
    turn.look()
    turn.look()
    assert turn.said() == []
    turn.finish()
    turn.deliver()
    only(turn)


def test_an_answer_that_is_longer_than_a_stream_may_be_is_whole(growing: Turn) -> None:
    """[C10 R5] Blocks stand below what was streamed; if Slack finds that too long, alone."""
    text = "ö" * 2_900
    growing.system.people.misbehave("error", method="chat.stopStream", error="msg_too_long")
    growing.finish(TextCard(text=text))
    growing.deliver()
    only(growing, has=text)


def test_an_apology_and_a_stop_take_its_place_too(growing: Turn) -> None:
    """[C10] Its steps do not say that it was done."""
    turns = growing.system.domain.turns
    turns.give_up(growing.box, growing.text, growing.incoming, "It did not work.")
    growing.deliver()
    shown = plan(only(growing, has="It did not work."))
    assert [t["status"] for t in shown["tasks"]] == ["error"]
    assert shown["title"] == "Not finished"


def test_steps_that_nobody_saw_any_more_are_ended_too(growing: Turn) -> None:
    """[C10] The answer came before they were added: each is there once, and done."""
    growing.does(StepKind.THINK, StepKind.PLAN, StepKind.WRITE)
    growing.finish()
    growing.deliver()
    tasks = plan(only(growing))["tasks"]
    assert [(t["title"], t["status"]) for t in tasks] == [
        ("Read what you wrote", "complete"),
        ("Make the plan", "complete"),
        ("Put the answer together", "complete"),
    ]


def test_a_stopped_turn_says_so_there(growing: Turn) -> None:
    """[C10]"""
    stopped(growing)
    growing.system.domain.turns.give_up(growing.box, growing.text, growing.incoming, "Stopped.")
    growing.deliver()
    only(growing, has="Stopped.")


def test_an_answer_that_is_nothing_any_more_leaves_nothing(growing: Turn) -> None:
    """[M6] The Mission that it was about is gone."""
    mission = growing.system.launched()
    growing.finish(MissionCard(mission=mission.id))
    growing.system.domain.lifecycle.delete(growing.system.actor(ADA), mission.id, mission.id)
    for one in growing.system.domain.remains.conversations(growing.system.team, mission.id):
        growing.system.domain.remains.forget_conversation(growing.system.team, mission.id, one)
    (message,) = growing.said()
    places = growing.system.domain.remains.places(growing.system.team, mission.id)
    assert (DM, message["ts"]) in places


def test_a_file_is_no_answer_to_put_in_its_place(growing: Turn) -> None:
    """[C10] The first message is."""
    mission = growing.system.launched()
    file = FileCard(mission=mission.id, what=FileKind.EXECUTIONS)
    growing.finish(file, TextCard(text="The answer."))
    keys = TeamKeys(growing.system.team)
    entries = [
        growing.system.domain.redis.hget(keys.outbox, one) for one in growing.system.queued(DM)
    ]
    assert ['"live"' in str(text) for text in entries] == [False, True]


def test_buttons_of_an_answer_below_steps_know_their_card(growing: Turn) -> None:
    """[C6] What was streamed stands above; the kind of card is found all the same."""
    from bot.edge.click import _card

    mission = growing.system.launched()
    growing.finish(MissionCard(mission=mission.id))
    growing.deliver()
    (message,) = growing.said()
    assert plan(message)["type"] == "plan"
    assert _card({"message": message}) == "mission"


def test_steps_of_somebody_who_lost_the_mailbox_are_not_shown(growing: Turn) -> None:
    """[C10] A worker that was given up for dead writes nothing."""
    team, conversation = growing.system.team, growing.incoming.conversation
    growing.system.domain.mailboxes.abandon(team, conversation, "worker")
    assert not growing.does(StepKind.THINK, StepKind.LOOK)


def test_many_processes_begin_one(turn: Turn) -> None:
    """[C10] Each looks; one begins."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: turn.look(), range(4)))
    turn.look()
    assert len(turn.said()) == 1
    turn.finish()
    turn.deliver()
    only(turn)
