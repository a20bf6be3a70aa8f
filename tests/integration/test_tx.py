"""Guarded commits, on real storage: all guards hold, or nothing is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from missions import keys as k
from missions.domain import Domain
from missions.errors import StorageUnavailable
from missions.ids import MissionId, TaskId, TeamId
from missions.keys import TeamKeys
from missions.tx import (
    RACES,
    Lost,
    Transaction,
    is_records_fault,
    redis_now,
    retrying,
    take_lease,
)
from tests.support.fakes import TEAM
from tests.support.stored import scores

KEY = "houston:T1:cache:x"
OTHER = "houston:T1:cache:y"
MISSION = TeamKeys(TEAM).mission(MissionId("M-AAAAAA"))

AWKWARD = [
    "",
    " ",
    '"quoted" \\ back\\\\slash',
    "line\nfeed\r\ttab",
    "NUL \x00 inside",
    "🚀 Ünïcödé \u2028 \U0010ffff",
    "\x01nowhere",
    "\x01 now+5",
    "1e400",
    "00012345678901234567890",
    "3.0000000000000004",
    "-0",
    "null",
    "[]",
    "{}",
    "%s %d %%",
    "x" * 300_000,
]


@pytest.fixture
def tx(domain: Domain) -> Transaction:
    return domain.store.team_tx(TEAM)


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_text_is_kept_exactly(domain: Domain, tx: Transaction, text: str) -> None:
    tx.set(KEY, text).hset(OTHER, {text or "empty": text}).commit()
    assert domain.redis.get(KEY) == text
    assert domain.redis.hgetall(OTHER) == {text or "empty": text}
    again = domain.store.team_tx(TEAM).require_value("same", KEY, text)
    again.require_field("field", OTHER, text or "empty", text).unlink(KEY).commit()
    assert domain.redis.exists(KEY) == 0


def test_numbers_become_their_text(domain: Domain, tx: Transaction) -> None:
    tx.hset(KEY, {"int": 2**60 + 1, "float": 0.1 + 0.2, "flag": True}).commit()
    assert domain.redis.hgetall(KEY) == {
        "int": "1152921504606846977",
        "float": "0.30000000000000004",
        "flag": "True",
    }


def test_an_empty_transaction_commits(tx: Transaction) -> None:
    tx.commit()


def test_guards_alone_and_commands_alone_commit(domain: Domain, tx: Transaction) -> None:
    tx.require_absent("free", KEY).commit()
    domain.store.team_tx(TEAM).set(KEY, "1").commit()
    assert domain.redis.get(KEY) == "1"


def _prepare(redis: Redis) -> None:
    redis.set(f"{KEY}:string", "v")
    redis.hset(f"{KEY}:hash", "f", "v")
    redis.sadd(f"{KEY}:set", "m")
    redis.zadd(f"{KEY}:zset", {"m": 1.5, "late": 9e15})
    redis.rpush(f"{KEY}:list", "head", "tail")


HOLDS = {
    "absent": lambda t: t.require_absent("g", f"{KEY}:none"),
    "present": lambda t: t.require_present("g", f"{KEY}:string"),
    "value": lambda t: t.require_value("g", f"{KEY}:string", "v"),
    "field": lambda t: t.require_field("g", f"{KEY}:hash", "f", "v"),
    "no_field": lambda t: t.require_field("g", f"{KEY}:hash", "nothing", None),
    "member": lambda t: t.require_member("g", f"{KEY}:set", "m"),
    "score": lambda t: t.require_score("g", f"{KEY}:zset", "m", 1.5),
    "ranked": lambda t: t.require_ranked("g", f"{KEY}:zset", "m"),
    "expired": lambda t: t.require_expired("g", f"{KEY}:zset", "m"),
    "head": lambda t: t.require_head("g", f"{KEY}:list", "head"),
}
FAILS = {
    "absent": lambda t: t.require_absent("g", f"{KEY}:string"),
    "present": lambda t: t.require_present("g", f"{KEY}:none"),
    "value": lambda t: t.require_value("g", f"{KEY}:string", "w"),
    "value of nothing": lambda t: t.require_value("g", f"{KEY}:none", ""),
    "field": lambda t: t.require_field("g", f"{KEY}:hash", "f", "w"),
    "field of nothing": lambda t: t.require_field("g", f"{KEY}:hash", "nothing", ""),
    "no_field": lambda t: t.require_field("g", f"{KEY}:hash", "f", None),
    "member": lambda t: t.require_member("g", f"{KEY}:set", "n"),
    "score": lambda t: t.require_score("g", f"{KEY}:zset", "m", 1.6),
    "score of nobody": lambda t: t.require_score("g", f"{KEY}:zset", "n", 1.5),
    "ranked": lambda t: t.require_ranked("g", f"{KEY}:zset", "n"),
    "expired": lambda t: t.require_expired("g", f"{KEY}:zset", "late"),
    "expired nobody": lambda t: t.require_expired("g", f"{KEY}:zset", "n"),
    "head": lambda t: t.require_head("g", f"{KEY}:list", "tail"),
    "head of nothing": lambda t: t.require_head("g", f"{KEY}:none", ""),
}


@pytest.mark.parametrize("kind", HOLDS)
def test_a_guard_that_holds_lets_it_happen(domain: Domain, tx: Transaction, kind: str) -> None:
    _prepare(domain.redis)
    HOLDS[kind](tx).set(KEY, "done").commit()
    assert domain.redis.get(KEY) == "done"


@pytest.mark.parametrize("kind", FAILS)
def test_a_guard_that_fails_names_itself_and_nothing_is_written(
    domain: Domain, tx: Transaction, kind: str
) -> None:
    _prepare(domain.redis)
    tx.require_absent("first", f"{KEY}:none")
    with pytest.raises(Lost) as lost:
        FAILS[kind](tx).set(KEY, "done").commit()
    assert lost.value.guard == "g"
    assert domain.redis.exists(KEY) == 0


def test_guards_are_all_checked_before_the_first_command(domain: Domain, tx: Transaction) -> None:
    tx.set(KEY, "1").require_present("late", OTHER)
    with pytest.raises(Lost):
        tx.commit()
    assert domain.redis.exists(KEY) == 0


def test_every_command_does_what_it_says(domain: Domain, tx: Transaction) -> None:
    redis = domain.redis
    _prepare(redis)
    tx.set(KEY, "1", px=50_000).expire(f"{KEY}:hash", 40_000)
    tx.hset(f"{KEY}:hash", {"g": "w"}).hdel(f"{KEY}:hash", "f")
    tx.sadd(f"{KEY}:set", "n", "o").srem(f"{KEY}:set", "m")
    tx.zadd(f"{KEY}:zset", "m", 7.0, new_only=True).zadd(f"{KEY}:zset", "n", 1764000000.123457)
    tx.zrem(f"{KEY}:zset", "late")
    tx.lpush(f"{KEY}:list", "first").rpush(f"{KEY}:list", "a", "b").lrem(f"{KEY}:list", "a")
    tx.lpop(f"{KEY}:list").ltrim(f"{KEY}:list", 2).rename(f"{KEY}:string", OTHER)
    tx.commit()
    assert 0 < redis.pttl(KEY) <= 50_000
    assert 0 < redis.pttl(f"{KEY}:hash") <= 40_000
    assert redis.hgetall(f"{KEY}:hash") == {"g": "w"}
    assert redis.smembers(f"{KEY}:set") == {"n", "o"}
    found = redis.zrange(f"{KEY}:zset", 0, -1, withscores=True)
    assert found == [("m", 1.5), ("n", 1764000000.123457)]
    assert redis.lrange(f"{KEY}:list", 0, -1) == ["head", "tail"]
    assert redis.get(OTHER) == "v"
    assert redis.exists(f"{KEY}:string") == 0


def test_nothing_to_do_is_no_command(domain: Domain, tx: Transaction) -> None:
    tx.hdel(KEY).sadd(KEY).srem(KEY).zrem(KEY).lpush(KEY).rpush(KEY).commit()
    assert domain.redis.exists(KEY) == 0


def test_a_rename_of_nothing_is_harmless_and_the_rest_happens(
    domain: Domain, tx: Transaction
) -> None:
    tx.rename(f"{KEY}:none", OTHER).set(KEY, "1").commit()
    assert domain.redis.get(KEY) == "1"
    assert domain.redis.exists(OTHER) == 0


def test_a_commit_whose_reply_was_lost_happens_once(domain: Domain, tx: Transaction) -> None:
    tx.rpush(KEY, "once")
    tx.commit()
    tx.commit()
    assert domain.redis.lrange(KEY, 0, -1) == ["once"]


def test_a_repeated_commit_is_a_success_although_its_guards_fail_now(
    domain: Domain, tx: Transaction
) -> None:
    tx.require_absent("free", KEY).set(KEY, "mine")
    tx.commit()
    tx.commit()
    assert domain.redis.get(KEY) == "mine"


def test_a_refused_commit_may_succeed_later(domain: Domain, tx: Transaction) -> None:
    domain.redis.set(KEY, "theirs")
    tx.require_absent("free", KEY).set(KEY, "mine")
    with pytest.raises(Lost):
        tx.commit()
    domain.redis.delete(KEY)
    tx.commit()
    assert domain.redis.get(KEY) == "mine"


def test_a_receipt_goes_by_itself(domain: Domain, tx: Transaction) -> None:
    tx.set(KEY, "1").commit()
    (receipt,) = domain.redis.scan_iter("houston:receipt:*")
    assert 0 < domain.redis.pttl(receipt) <= 60_000


def test_times_are_those_of_the_storage(domain: Domain, tx: Transaction) -> None:
    before = domain.store.now_ms()
    tx.zadd(KEY, "now", redis_now()).zadd(KEY, "later", redis_now(20_000))
    tx.set(OTHER, redis_now(5)).commit()
    after = domain.store.now_ms()
    written = scores(domain.redis, KEY)
    assert before <= written["now"] <= after
    assert written["later"] == written["now"] + 20_000
    assert domain.redis.get(OTHER) == str(int(written["now"]) + 5)


def test_a_field_that_the_transaction_writes_is_held_against_that(
    domain: Domain, tx: Transaction
) -> None:
    domain.redis.hset(KEY, "rev", "1")
    tx.require_field("rev", KEY, "rev", "1").hset(KEY, {"rev": 2})
    tx.require_field("rev", KEY, "rev", "2").hset(KEY, {"rev": 3}).commit()
    assert domain.redis.hget(KEY, "rev") == "3"
    stale = domain.store.team_tx(TEAM).hset(KEY, {"rev": 4})
    with pytest.raises(Lost):
        stale.require_field("rev", KEY, "rev", "3")


@pytest.mark.parametrize("team", [TEAM, TeamId("T2"), TeamId("")])
def test_a_teams_transaction_refuses_a_missions_keys(domain: Domain, team: TeamId) -> None:
    """[M6] Whatever writes for a Mission checks its tombstone."""
    for key in (*MISSION.all_but_running(), MISSION.running(TaskId("T1"))):
        with pytest.raises(ValueError, match="own transaction"):
            domain.store.team_tx(team).set(key, "x")
        with pytest.raises(ValueError, match="own transaction"):
            domain.store.team_tx(team).rename(KEY, key)


def test_a_missions_transaction_refuses_another_missions_keys(domain: Domain) -> None:
    other = TeamKeys(TEAM).mission(MissionId("M-BBBBBB"))
    with pytest.raises(ValueError, match="own transaction"):
        domain.store.mission_tx(MISSION).set(other.record, "x")
    domain.store.mission_tx(MISSION, other).set(other.cleanup, "x").commit()


@pytest.mark.parametrize("which", [0, 1])
def test_a_tombstone_of_any_of_its_missions_refuses_all(domain: Domain, which: int) -> None:
    """[M6] What finishes late writes nothing back."""
    both = (MISSION, TeamKeys(TEAM).mission(MissionId("M-BBBBBB")))
    domain.redis.set(both[which].tombstone, "x")
    with pytest.raises(Lost) as lost:
        domain.store.mission_tx(*both).set(MISSION.record, "x").set(KEY, "x").commit()
    assert lost.value.guard == "deleted"
    assert domain.redis.exists(MISSION.record, KEY) == 0


def test_a_verb_that_keeps_losing_gives_up_with_a_sentence() -> None:
    tries = []

    def lose() -> None:
        tries.append(1)
        raise Lost("rev")

    with pytest.raises(StorageUnavailable):
        retrying(lose)
    assert len(tries) == RACES


def test_a_lease_is_held_by_one_token_and_taken_again_by_the_same(domain: Domain) -> None:
    """A take whose reply was lost is repeated by the client, and must not lock out its owner."""
    assert take_lease(domain.redis, k.SCHEDULER_LEASE, "a", 10_000)
    assert take_lease(domain.redis, k.SCHEDULER_LEASE, "a", 10_000)
    assert not take_lease(domain.redis, k.SCHEDULER_LEASE, "b", 10_000)


WRITES = [
    lambda tx, key: tx.hset(key, {"f": "v"}),
    lambda tx, key: tx.hdel(key, "f"),
    lambda tx, key: tx.hincrby(key, "f"),
    lambda tx, key: tx.sadd(key, "m"),
    lambda tx, key: tx.srem(key, "m"),
    lambda tx, key: tx.zadd(key, "m", 1.0),
    lambda tx, key: tx.zrem(key, "m"),
    lambda tx, key: tx.ztrim(key, 1),
    lambda tx, key: tx.lpush(key, "v"),
    lambda tx, key: tx.rpush(key, "v"),
    lambda tx, key: tx.lpop(key),
    lambda tx, key: tx.lrem(key, "v"),
    lambda tx, key: tx.ltrim(key, 1),
    lambda tx, key: tx.index(key, "t:terms", "t:parts", "f", "text"),
    lambda tx, key: tx.index("t:texts", key, "t:parts", "f", "text"),
    lambda tx, key: tx.index("t:texts", "t:terms", key, "f", "text"),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_key_of_another_kind_stops_it_before_the_first_command(
    domain: Domain, tx: Transaction, write: Callable[[Transaction, str], Transaction]
) -> None:
    """[S1] All or nothing, also where a record holds what it should not."""
    domain.redis.set("t:wrong", "x")
    tx.hset("t:before", {"f": "v"})
    write(tx, "t:wrong")
    with pytest.raises(ResponseError, match="WRONGTYPE") as refused:
        tx.commit()
    assert is_records_fault(refused.value)
    assert domain.redis.exists("t:before", "t:texts", "t:terms", "t:parts") == 0
    assert domain.redis.get("t:wrong") == "x"


def test_a_field_that_is_no_number_stops_a_count_before_the_first_command(
    domain: Domain, tx: Transaction
) -> None:
    """[S1]"""
    domain.redis.hset("t:counts", "f", "many")
    with pytest.raises(ResponseError):
        tx.sadd("t:before", "m").hincrby("t:counts", "f").commit()
    assert domain.redis.exists("t:before") == 0


def test_a_key_that_is_removed_first_may_become_of_another_kind(
    domain: Domain, tx: Transaction
) -> None:
    domain.redis.set("t:wrong", "x")
    tx.unlink("t:wrong").sadd("t:wrong", "m").commit()
    assert domain.redis.smembers("t:wrong") == {"m"}
