"""A record that nobody can read stops its own occurrence only, with a reason in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from bot.blocks.look import REASON_WORDS
from jobs.execute import execute
from jobs.runtime import Runtime, install
from missions import keys as k
from missions.artifacts import Artifacts
from missions.claims import NOT_STARTED
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.keys import TeamKeys
from tests.support.build import launched, task
from tests.support.fakes import TEAM
from tests.support.runs import claimed, due, row_of


@pytest.fixture(autouse=True)
def worker(domain: Domain, tmp_path: Path) -> None:
    parts: dict[str, Any] = {"tools": {}, "checkpointer": None}
    install(Runtime(domain=domain, artifacts=Artifacts(str(tmp_path)), **parts))


@pytest.mark.parametrize("what", ["blueprint", "mission", "state"])
def test_what_cannot_be_read_is_skipped_and_says_so(
    domain: Domain, redis: Redis, what: str
) -> None:
    """[S1] It is not rung for again and again; the next Mission runs as ever."""
    bad, good = launched(domain), launched(domain)
    row, other = due(domain, bad, task()), due(domain, good, task())
    keys = TeamKeys(TEAM).mission(bad.id)
    match what:
        case "blueprint":
            redis.hset(keys.blueprints, "1", "{not json")
        case "mission":
            redis.hset(keys.record, "doc", '{"id": 7}')
        case "state":
            redis.hset(keys.tasks, "T1:carry", "{not json")
    execute(TEAM, bad.id, row)
    closed = row_of(domain, bad, row)
    assert (closed.outcome, closed.reason) == (Outcome.SKIPPED, Reason.UNREADABLE)
    assert redis.hget(k.QUARANTINE, keys.pending_member(row)) == "occurrence"
    assert claimed(domain, good, other)
    assert redis.zcard(k.PENDING) == 0


def test_a_row_that_cannot_be_read_itself_goes_from_the_queue(domain: Domain, redis: Redis) -> None:
    """[S1] An administrator finds it in the quarantine."""
    mission = launched(domain)
    row = due(domain, mission, task())
    keys = TeamKeys(TEAM).mission(mission.id)
    redis.hset(keys.occurrences, row, "{not json")
    execute(TEAM, mission.id, row)
    assert redis.zcard(k.PENDING) == redis.scard(keys.queued) == 0
    assert redis.hget(k.QUARANTINE, keys.pending_member(row)) == "occurrence"


def test_every_reason_is_said_in_words() -> None:
    """[S1]"""
    assert set(NOT_STARTED) == set(REASON_WORDS) == set(Reason)
