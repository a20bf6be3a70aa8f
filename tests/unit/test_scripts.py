"""Every way to write: a Mission's keys are written under its tombstone guard, and nowhere else."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from missions import tx as tx_module
from missions.ids import MissionId, TaskId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.tx import DELETED, MissionTransaction, Transaction

ROOT = Path(__file__).parents[2]
KEYS = TeamKeys(TeamId("T1")).mission(MissionId("M-AAAAAA"))
OTHER = TeamKeys(TeamId("T1")).mission(MissionId("M-BBBBBB"))

WRITES = {
    *("set", "setex", "psetex", "getdel", "getset", "incr", "decr", "append", "delete", "unlink"),
    *("hset", "hdel", "hincrby", "hsetnx", "sadd", "srem", "spop", "zadd", "zrem", "zincrby"),
    *("lpush", "rpush", "lpop", "rpop", "lrem", "ltrim", "linsert", "lset", "rename", "expire"),
    *("pexpire", "persist", "eval", "evalsha", "register_script", "flushdb", "flushall", "xadd"),
}
"""Redis commands that write, as methods of the client."""

ALLOWED = {
    "missions/tx.py": "the one way to write; leases of lanes and mailboxes",
    "missions/arriving.py": "the script of what is posted, under each Mission's tombstone",
    "missions/firing.py": "the script of due Tasks, under each Mission's tombstone",
    "missions/listing.py": "loads a script that only reads",
    "missions/search.py": "loads a script that only reads",
    "missions/claims.py": "takes a pending member away whose row or Mission is gone",
    "missions/leaving.py": "clears what a workspace left that removed the app",
    "missions/removal.py": "clears the remains behind the tombstone",
    "missions/outbox.py": "takes a dropped entry out of a set; never brings a key back",
    "jobs/due.py": "loads a script that only reads",
    "jobs/reconcile.py": "reads which Tasks are armed; all writes go through transactions",
    "jobs/timer.py": "the scheduler's lease, no Mission's key",
    "jobs/scheduler.py": "when the scheduler was seen, no Mission's key",
    "jobs/owners.py": "which owners were asked for within the hour, no Mission's key",
    "jobs/storage_clock.py": "shortens leases, which its clock would keep for too long",
    "jobs/sweeps.py": "takes leases of final Executions away",
    "agent/checkpointer.py": "LangGraph's threads, removed with their conversation",
    "bot/oauth/states.py": "that a state of an installation was used, until it is too old",
    "bot/oauth/tokens.py": "who renews a workspace's token, for a moment, and that Slack refused",
    "bot/edge/below.py": "what the view below a dialog is to say, for a minute",
    "bot/edge/channels.py": "the places of a menu, for as long as somebody types in it",
    "bot/edge/context.py": "that a click was seen, for a moment",
    "bot/edge/details.py": "which click in an open dialog was the latest",
    "bot/edge/dropped.py": "that people were told of dropped events, for an hour",
    "bot/edge/hello.py": "that a channel was greeted, for a month",
    "bot/edge/home.py": "what a person's Home lists, for an hour, and its lease",
    "bot/edge/dialogs.py": "from which card a dialog was opened, while it is open",
    "bot/posting.py": "that a Slack refused a chart, for a day",
    "bot/undelivered.py": "that a person was told, for a while",
    "bot/edge/streaming.py": "which process looks after a message that grows, for a moment",
    "bot/edge/working.py": "which process says a thread's status, for a moment",
    "bot/http/server.py": "where the server listens, no Mission's key",
    "bot/pace.py": "calls that were made in the last minute",
    "missions/counting.py": "counts for the metrics, no Mission's key",
    "bot/directs.py": "which direct message is with whom, for a month",
    "bot/directory.py": "answers of Slack, kept for a minute",
    "bot/membership.py": "which channels have more members than a page, for a day",
    "bot/cleanup.py": "how many messages were deleted, while a delete goes on",
}
"""Modules that write to Redis themselves, and why they may."""


class Recording:
    """A committer that keeps what it is given."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.program = ""

    def run(self, keys: list[str], program: str) -> int:
        self.keys, self.program = keys, program
        return 0


@pytest.fixture
def committer() -> Any:
    return Recording()


def test_a_missions_transaction_begins_with_its_tombstone(committer: Any) -> None:
    """[M6] Before any other guard."""
    made = MissionTransaction(committer, KEYS, OTHER)
    made.require_present("other", KEYS.record).set(KEYS.record, "x").commit()
    assert committer.keys[1:3] == [KEYS.tombstone, OTHER.tombstone]
    begin = '{"guards":[["absent",2],["absent",3],["present",4]]'
    assert committer.program.startswith(begin)
    assert made._names[:2] == [DELETED, DELETED]


def writers() -> list[str]:
    """Every public method that gathers a command or a guard."""
    return sorted(
        name
        for name, member in inspect.getmembers(Transaction, inspect.isfunction)
        if not name.startswith("_") and name not in ("commit", "written", "seen")
    )


def _arguments(name: str, key: str) -> list[Any]:
    """A call that names the key in its first place for a key."""
    signature = inspect.signature(getattr(Transaction, name))
    made: list[Any] = []
    for parameter in list(signature.parameters.values())[1:]:
        if parameter.kind is parameter.KEYWORD_ONLY:
            continue
        values = {"key": key, "mapping": {"f": "v"}, "score": 1.0, "ms": 1, "length": 1}
        made.append(values.get(parameter.name, "x"))
    return made


@pytest.mark.parametrize("name", writers())
def test_a_teams_transaction_refuses_a_missions_keys(committer: Any, name: str) -> None:
    """[M6] Whatever the command or the guard."""
    with pytest.raises(ValueError, match="own transaction"):
        getattr(Transaction(committer, TeamKeys(TeamId("T1"))), name)(
            *_arguments(name, KEYS.record)
        )
    with pytest.raises(ValueError, match="own transaction"):
        getattr(MissionTransaction(committer, OTHER), name)(*_arguments(name, KEYS.record))
    getattr(MissionTransaction(committer, KEYS), name)(*_arguments(name, KEYS.record))


def test_every_key_of_a_mission_is_known_as_such() -> None:
    """[M6] By its shape; what outlives the Mission has another."""
    outlive = {"tombstone", "cleanup", "refused", "deleter"}
    for name, member in inspect.getmembers(MissionKeys, lambda m: isinstance(m, property)):
        if name != "pattern":
            assert tx_module._is_missions(member.fget(KEYS)) is (name not in outlive), name
    assert tx_module._is_missions(KEYS.running(TaskId("T1")))
    team = TeamKeys(TeamId("T1"))
    assert not tx_module._is_missions(team.cache("m", "x"))
    assert not tx_module._is_missions(team.outbox)


def test_every_key_of_a_mission_is_cleared() -> None:
    """[M6] A new key must join the list that a delete removes."""
    names = {
        member.fget(KEYS)
        for name, member in inspect.getmembers(MissionKeys, lambda m: isinstance(m, property))
        if name not in ("pattern", "tombstone", "cleanup", "refused", "deleter")
    }
    assert set(KEYS.all_but_running()) == names


SCRIPTS = {
    "missions/arrive.lua": "what was posted to addresses of rules, in bulk",
    "missions/commit.lua": "guards and commands of any transaction",
    "missions/fire.lua": "due Tasks in bulk",
    "missions/page.lua": "reads a page of the lists of Missions",
    "missions/search.lua": "reads the index of the words of Missions",
    "jobs/look.lua": "reads what stands behind due entries",
    "jobs/ring.lua": "RQ's own keys",
    "jobs/unarmed.lua": "reads which Tasks are armed",
}
"""Every script, and what it is for."""


def commands(script: str) -> list[str]:
    """The Redis commands that a script names, in the order in which it names them."""
    return re.findall(r"call\('([A-Z]+)'", (ROOT / script).read_text())


def test_every_script_is_known() -> None:
    """One that writes for a Mission needs the tombstone check of its own."""
    scripts = {
        p for package in ("missions", "agent", "jobs", "bot") for p in package_scripts(package)
    }
    assert scripts == set(SCRIPTS)


def package_scripts(package: str) -> set[str]:
    return {str(p.relative_to(ROOT)) for p in (ROOT / package).rglob("*.lua")}


@pytest.mark.parametrize(
    ("script", "look"),
    [("missions/fire.lua", "refusal"), ("missions/arrive.lua", "is_gone")],
)
def test_what_writes_in_bulk_looks_for_each_missions_tombstone_first(
    script: str, look: str
) -> None:
    """[M6] Before any other look at an entry."""
    text = (ROOT / script).read_text()
    body = text[text.index(f"local function {look}") :]
    assert re.findall(r"call\('(\w+)', (KEYS\[k \+ \d\]|\w+)", body)[0] == ("EXISTS", "KEYS[k + 1]")


def test_the_other_scripts_touch_nothing_of_a_mission() -> None:
    """[M6] Some only read, one writes RQ's jobs."""
    reads = {"ZCARD", "ZCOUNT", "ZRANGE", "ZREVRANGEBYSCORE"}
    assert set(commands("missions/page.lua")) == reads
    reads = {"HMGET", "ZCARD", "ZLEXCOUNT", "ZRANGE", "ZRANGEBYLEX", "ZSCORE"}
    assert set(commands("missions/search.lua")) <= reads
    assert set(commands("jobs/look.lua")) == {"HGET", "HMGET"}
    assert "houston" not in (ROOT / "jobs/ring.lua").read_text()


def is_redis(node: ast.expr) -> bool:
    """Whether an expression is a Redis client, by the names that clients have here."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("redis", "_redis", "bytes_redis", "_bytes_redis") or (
            node.attr in ("pipe", "pipeline") and is_redis(node.value)
        )
    return isinstance(node, ast.Name) and node.id in ("redis", "pipe", "client_redis")


def direct_writes(module: Path) -> list[str]:
    """Calls of writing commands on a Redis client."""
    return [
        f"{module.name}:{node.lineno} {node.func.attr}"
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and is_redis(node.func.value)
    ]


def test_nobody_else_writes() -> None:
    """Each module that writes to Redis by itself is on the list, with its reason."""
    found = {}
    for package in ("missions", "agent", "jobs", "bot"):
        for module in sorted((ROOT / package).rglob("*.py")):
            if writes := direct_writes(module):
                found[str(module.relative_to(ROOT))] = writes
    unknown = {name: writes for name, writes in found.items() if name not in ALLOWED}
    assert unknown == {}


def test_the_list_of_who_writes_is_not_longer_than_needed() -> None:
    needless = [name for name in ALLOWED if not direct_writes(ROOT / name)]
    assert needless == []


OF_A_MISSION = {
    name for name, _ in inspect.getmembers(MissionKeys, lambda m: isinstance(m, property))
} - {name for name, _ in inspect.getmembers(TeamKeys, lambda m: isinstance(m, property))}


def test_outside_missions_no_missions_key_is_written_directly() -> None:
    """[M6] Code that holds `MissionKeys` outside hands them to a transaction."""
    for package in ("agent", "jobs", "bot"):
        for module in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(module.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in WRITES
                    and is_redis(node.func.value)
                ):
                    first = ast.unparse(node.args[0]) if node.args else ""
                    assert ".mission(" not in first, f"{module}:{node.lineno}"
                    assert not OF_A_MISSION & set(first.split("(")[0].split(".")), first
