"""What must hold whatever was killed: the ledger is complete, each effect happened once."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import Any

from bot.workspace.seed import channel_id
from missions import keys as k
from missions.execution import Execution, Occurrence, Outcome, Status
from missions.ids import ChannelId, MissionId
from missions.keys import TeamKeys
from missions.outbox import Ref
from tests.chaos.kit import OPS, System
from tests.support.system import wait_for

Json = dict[str, Any]
WAITING = (k.PENDING, k.DELAYED, k.INBOXES, k.LEASES, k.LANES, k.MAILBOXES, k.CLEANUPS)
"""What is to be done, by time."""


def rows(system: System, mission: MissionId) -> list[Occurrence]:
    """The Mission's ledger, oldest first."""
    keys = TeamKeys(system.team).mission(mission)
    found = [
        Occurrence.load(text) for text in system.domain.store.hgetall(keys.occurrences).values()
    ]
    return sorted(found, key=lambda row: row.due)


def executions(system: System, mission: MissionId) -> list[Execution]:
    keys = TeamKeys(system.team).mission(mission)
    texts = system.domain.store.hgetall(keys.executions).values()
    found = [Execution.load(text) for text in texts]
    return sorted(found, key=lambda e: e.started_at)


def quiet(system: System) -> bool:
    """Whether nothing waits, runs, or is to be said."""
    redis, team = system.redis, TeamKeys(system.team)
    return not any(redis.zcard(key) for key in WAITING) and not redis.hlen(team.outbox)


def final(system: System, mission: MissionId) -> bool:
    """Whether the Mission has a row, and every row and Execution is final."""
    ledger = rows(system, mission)
    ran = executions(system, mission)
    done = all(row.outcome is not Outcome.PENDING for row in ledger)
    return bool(ledger) and done and all(e.status is not Status.RUNNING for e in ran)


def said(system: System, thread: str | None = None) -> list[Json]:
    """The bot's messages in the channel, or in a thread."""
    return [m for m in system.workspace.messages(OPS, thread) if m["bot"] and not m["ephemeral"]]


def reports(system: System, mission: MissionId, channel: ChannelId | None = None) -> Counter[str]:
    """How many root reports and details the channel shows of each Execution, by its id."""
    keys = TeamKeys(system.team)
    refs = system.domain.store.hgetall(keys.channel_refs(channel or system.ops))
    found: Counter[str] = Counter()
    for ts, text in refs.items():
        ref = Ref.load(text)
        if ref.mission == mission and ref.execution:
            found[f"{ref.execution} {'detail' if ref.entry.endswith('-detail') else 'root'}"] += 1
            assert ts
    return found


def reported_once(system: System, mission: MissionId) -> bool:
    """Whether each Execution has one root report and one detail on record."""
    wanted = {
        f"{e.id} {what}": 1 for e in executions(system, mission) for what in ("root", "detail")
    }
    return dict(reports(system, mission)) == wanted


def check_channel(system: System, channel: str = OPS) -> None:
    """No message twice; each is on record, or with every Mission that it names [M6]."""
    keys = TeamKeys(system.team)
    known = ChannelId(channel_id(channel.removeprefix("#")))
    refs = set(system.domain.store.hgetall(keys.channel_refs(known)))
    conversations = "".join(
        text
        for key in system.redis.scan_iter(keys.conversation("*"))  # type: ignore[arg-type]
        for text in system.domain.store.hgetall(key).values()
    )
    ids: Counter[str] = Counter()
    for root in system.workspace.messages(channel):
        for message in [root, *system.workspace.messages(channel, root["ts"])]:
            if not message["bot"] or message["ephemeral"] or message["ts"] in ids:
                continue
            ids[message["ts"]] = 1
            first = message["blocks"][0]["block_id"]
            ids[first] += 1
            assert ids[first] == 1, f"said twice: {message}"
            if message["ts"] in refs or message["ts"] in conversations:
                continue
            for name in set(re.findall(r"M-[A-Z2-9]{6}", str(message))):
                posts = system.domain.store.hgetall(keys.mission(MissionId(name)).posts)
                assert message["ts"] in "".join(posts.values()), f"not on record: {message}"


def check_ledger(system: System, mission: MissionId) -> None:
    """One row per occurrence, one Execution per row that ran, each final with a reason."""
    ledger, ran = rows(system, mission), executions(system, mission)
    assert final(system, mission), (ledger, ran)
    claimed = [row.execution for row in ledger if row.outcome is Outcome.RUN]
    assert sorted(str(c) for c in claimed) == sorted(e.id for e in ran)
    due = [(row.task, row.cause, row.due) for row in ledger]
    assert len(due) == len(set(due)), due
    for row in ledger:
        assert row.outcome is Outcome.RUN or row.reason, row
    for e in ran:
        assert e.ended_at, e
        assert (e.status is Status.FAILED) == bool(e.error), e
        assert (e.status is Status.SUCCESS) == bool(e.finding), e


def settle(system: System, mission: MissionId, seconds: float) -> None:
    """Wait until the Mission's rows are final and reported once; then check the ledger."""
    try:
        wait_for(lambda: final(system, mission) and reported_once(system, mission), seconds)
    except AssertionError:
        state = (rows(system, mission), executions(system, mission), reports(system, mission))
        raise AssertionError(f"not settled within {seconds:g} s: {state}") from None
    check_ledger(system, mission)


def answered(system: System, seconds: float) -> float:
    """Ask something; how long until the one answer was there."""
    began = time.monotonic()
    thread = system.workspace.post("ada", OPS, "@Houston list my missions")
    wait_for(lambda: said(system, thread), seconds)
    return time.monotonic() - began
