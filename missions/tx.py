"""The one way to write: guards and commands that Redis commits in one step, or not at all.

A verb of the domain reads what it needs, decides, and commits with guards that what it read still
holds. If a guard fails, nothing was written: the verb reads again, or refuses. A commit whose reply
was lost may be sent again: a receipt makes it happen once.

A `MissionTransaction` guards that the Mission has no tombstone before anything else; only it may
touch the Mission's own keys.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from typing import Self, TypeVar, cast

from redis import Redis
from redis.commands.core import Script
from redis.exceptions import RedisError

from missions.errors import StorageUnavailable
from missions.ids import new_token
from missions.keys import APPROVALS, ARMED, DELAYED, RESUMES, ROOT, TIMER, MissionKeys, TeamKeys

RECEIPT_MS = 60_000
"""How long a commit is remembered; longer than any client's retries."""

MANY = 1_000
"""Values in one command."""

BY_THE_CLOCK = frozenset({TIMER, DELAYED, RESUMES, APPROVALS})
"""Indexes whose members are due at an instant: the scheduler sleeps until the earliest."""

RACES = 20
"""How often a verb that lost a race reads again before it gives up."""

RACE_SECONDS, RACE_SECONDS_MOST = 0.002, 0.05
"""By how much the longest pause grows with each lost race, and up to what."""

T = TypeVar("T")


class Lost(Exception):
    """A guard did not hold; nothing was written. `guard` says which."""

    def __init__(self, guard: str) -> None:
        super().__init__(guard)
        self.guard = guard


DELETED = "deleted"
"""The guard that a Mission has no tombstone."""


def redis_now(offset_ms: int = 0) -> str:
    """An argument that becomes Redis time in ms, plus an offset."""
    return f"\x01now+{offset_ms}"


class Committer:
    """Loads the commit script once and runs it."""

    def __init__(self, redis: Redis) -> None:
        source = resources.files("missions").joinpath("commit.lua").read_text()
        self.redis = redis
        self._script: Script = redis.register_script(source)

    def run(self, keys: list[str], program: str) -> int:
        """0 when committed, else the position (from 1) of the guard that failed."""
        return cast(int, self._script(keys=keys, args=[program, str(RECEIPT_MS)]))

    def run_all(self, programs: Iterable[tuple[list[str], str]]) -> list[int | RedisError]:
        """Run several in one round trip; each has an answer of its own, which may be an error.

        Raises `RedisError` if storage does not answer at all.
        """
        pipe = self.redis.pipeline(transaction=False)
        for keys, program in programs:
            self._script(keys=keys, args=[program, str(RECEIPT_MS)], client=pipe)
        return cast("list[int | RedisError]", pipe.execute(raise_on_error=False))


class Transaction:
    """Guards and commands being gathered; `commit` sends them."""

    def __init__(self, committer: Committer, team: TeamKeys) -> None:
        self._committer = committer
        self.team = team
        self._keys: dict[str, int] = {f"{ROOT}:receipt:{new_token()}": 1}
        self._guards: list[list[str | int]] = []
        self._names: list[str] = []
        self._commands: list[list[str | int]] = []
        self._fields: dict[tuple[str, str], str] = {}
        self._armed = False

    def _key(self, key: str) -> int:
        position = self._keys.get(key)
        if position is None:
            if _is_missions(key) and not self._owns(key):
                raise ValueError("a Mission's keys are written by its own transaction only")
            position = self._keys[key] = len(self._keys) + 1
        return position

    def _owns(self, key: str) -> bool:
        """Whether a key of a Mission may be written here."""
        return False

    def _guard(self, name: str, kind: str, key: str, *args: str) -> Self:
        self._guards.append([kind, self._key(key), *args])
        self._names.append(name)
        return self

    def _command(self, name: str, key: str, *args: object) -> Self:
        self._commands.append([name, self._key(key), *map(_text, args)])
        return self

    def _many(self, name: str, key: str, values: Sequence[str]) -> Self:
        """One command per thousand values: Lua unpacks at most about 8,000 at once."""
        for start in range(0, len(values), MANY):
            self._command(name, key, *values[start : start + MANY])
        return self

    # Guards: `name` is what `Lost.guard` says.

    def require_absent(self, name: str, key: str) -> Self:
        """The key does not exist."""
        return self._guard(name, "absent", key)

    def require_present(self, name: str, key: str) -> Self:
        """The key exists."""
        return self._guard(name, "present", key)

    def require_value(self, name: str, key: str, value: str) -> Self:
        """The string at the key is `value`."""
        return self._guard(name, "value", key, value)

    def written(self, key: str, field: str) -> str | None:
        """What this transaction itself is going to write into a hash's field, or None."""
        return self._fields.get((key, field))

    def seen(self, key: str, fields: Mapping[str, str]) -> dict[str, str]:
        """A hash as read, with what this transaction itself is going to write into it."""
        own = {field: text for (of, field), text in self._fields.items() if of == key}
        return {**fields, **own}

    def require_field(self, name: str, key: str, field: str, value: str | None) -> Self:
        """The hash's field is `value`, or missing when that is None.

        A field that this transaction writes itself is held against what it writes, so that two
        parts of one transaction can build on one another.
        """
        own = self.written(key, field)
        if own is not None:
            if own != value:
                raise Lost(name)
            return self
        if value is None:
            return self._guard(name, "no_field", key, field)
        return self._guard(name, "field", key, field, value)

    def require_member(self, name: str, key: str, member: str) -> Self:
        """The set holds the member."""
        return self._guard(name, "member", key, member)

    def require_score(self, name: str, key: str, member: str, score: float) -> Self:
        """The sorted set's member has exactly that score."""
        return self._guard(name, "score", key, member, repr(score))

    def require_ranked(self, name: str, key: str, member: str) -> Self:
        """The sorted set holds the member."""
        return self._guard(name, "ranked", key, member)

    def require_expired(self, name: str, key: str, member: str) -> Self:
        """The member's score is a Redis time that has passed."""
        return self._guard(name, "expired", key, member)

    def require_fewer(self, name: str, key: str, since: int, most: int, until: int) -> Self:
        """Fewer than `most` members of the sorted set have a score above `since`, up to `until`."""
        return self._guard(name, "fewer", key, str(since), str(most), str(until))

    def require_older(
        self, name: str, key: str, member: str, bound: int, until: float = math.inf
    ) -> Self:
        """The sorted set does not hold the member with a score above `bound`, up to `until`."""
        return self._guard(name, "older", key, member, str(bound), str(until))

    def require_head(self, name: str, key: str, value: str) -> Self:
        """The list's first element is `value`."""
        return self._guard(name, "head", key, value)

    def require_kind(self, name: str, key: str, kind: str) -> Self:
        """The key is of that type, as Redis calls it."""
        return self._guard(name, "kind", key, kind)

    # Commands, in the order in which they are carried out.

    def set(self, key: str, value: str, *, px: int | None = None) -> Self:
        """Set a string, with a time to live in ms."""
        return self._command("SET", key, value, *(("PX", px) if px else ()))

    def hset(self, key: str, mapping: Mapping[str, object]) -> Self:
        """Set fields of a hash."""
        pairs: list[str | int] = []
        for name, value in mapping.items():
            text = self._fields[(key, name)] = _text(value)
            pairs += (name, text)
        last = self._commands[-1] if self._commands else []
        if last[:2] == ["HSET", self._key(key)]:
            last += pairs
        else:
            self._commands.append(["HSET", self._key(key), *pairs])
        return self

    def hdel(self, key: str, *fields: str) -> Self:
        """Remove fields of a hash."""
        for field in fields:
            self._fields.pop((key, field), None)
        return self._many("HDEL", key, fields)

    def hincrby(self, key: str, field: str, by: int = 1) -> Self:
        """Count up a field of a hash."""
        return self._command("HINCRBY", key, field, by)

    def sadd(self, key: str, *members: str) -> Self:
        """Add to a set."""
        return self._many("SADD", key, members)

    def srem(self, key: str, *members: str) -> Self:
        """Remove from a set."""
        return self._many("SREM", key, members)

    def zadd(
        self,
        key: str,
        member: str,
        score: float | str,
        *,
        new_only: bool = False,
        no_later: bool = False,
    ) -> Self:
        """Add to a sorted set; `score` may be `redis_now()`. `no_later` keeps a lower score."""
        text = score if isinstance(score, str) else repr(score)
        if key in BY_THE_CLOCK:
            self._say_armed()
        how = ("NX",) if new_only else ("LT",) if no_later else ()
        return self._command("ZADD", key, *how, text, member)

    def _say_armed(self) -> None:
        """Wake the scheduler: it may sleep for longer than until this is due."""
        if not self._armed:
            self._armed = True
            self._command("PUBLISH", ARMED, "")

    def zrem(self, key: str, *members: str) -> Self:
        """Remove from a sorted set."""
        return self._many("ZREM", key, members)

    def ztrim(self, key: str, until: int) -> Self:
        """Remove the sorted set's members with a score not above `until`."""
        return self._command("ZREMRANGEBYSCORE", key, "-inf", until)

    def lpush(self, key: str, *values: str) -> Self:
        """Put at the head of a list."""
        return self._many("LPUSH", key, values)

    def rpush(self, key: str, *values: str) -> Self:
        """Put at the tail of a list."""
        return self._many("RPUSH", key, values)

    def lpop(self, key: str) -> Self:
        """Take the head of a list away."""
        return self._command("LPOP", key)

    def lrem(self, key: str, value: str) -> Self:
        """Remove every element with that value from a list."""
        return self._command("LREM", key, "0", value)

    def ltrim(self, key: str, length: int) -> Self:
        """Keep the first `length` elements of a list."""
        return self._command("LTRIM", key, "0", str(length - 1))

    def index(self, key: str, terms: str, parts: str, field: str, text: str) -> Self:
        """Set a field of a hash of texts, and what it is found by; "" removes the field.

        `terms` and `parts` are the sorted sets that make up the index; see `commit.lua`.
        """
        return self._command("INDEX", key, self._key(terms), self._key(parts), field, text)

    def unlink(self, key: str) -> Self:
        """Remove a key; its memory is freed in the background."""
        return self._command("UNLINK", key)

    def expire(self, key: str, ms: int) -> Self:
        """Give a key a time to live."""
        return self._command("PEXPIRE", key, ms)

    def rename(self, key: str, new: str) -> Self:
        """Move a key, if it exists."""
        self._commands.append(["RENAME", self._key(key), str(self._key(new))])
        return self

    def commit(self) -> None:
        """Carry it out; raises `Lost` with the name of the first guard that does not hold."""
        failed = self._committer.run(*self._program())
        if failed:
            raise Lost(self._names[failed - 1])

    def _program(self) -> tuple[list[str], str]:
        """The keys and the program that the commit script takes."""
        program = json.dumps(
            {"guards": _listed(self._guards), "commands": _listed(self._commands)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return list(self._keys), program

    def _outcome(self, answer: int | RedisError) -> Lost | RedisError | None:
        """What the script's answer means: None when committed."""
        if isinstance(answer, RedisError):
            return answer
        return Lost(self._names[answer - 1]) if answer else None


class MissionTransaction(Transaction):
    """A transaction on one or more Missions: begins with the check of their tombstones [M6]."""

    def __init__(self, committer: Committer, *missions: MissionKeys) -> None:
        super().__init__(committer, TeamKeys(missions[0].team))
        self._prefixes: tuple[str, ...] = ()
        for keys in missions:
            self._prefixes += (keys.pattern.removesuffix("*"),)
            self.require_absent(DELETED, keys.tombstone)

    def _owns(self, key: str) -> bool:
        return key.startswith(self._prefixes)


def commit_all(transactions: Sequence[Transaction]) -> list[Lost | RedisError | None]:
    """Carry out several transactions in one round trip, each by itself: what became of each.

    None for one that committed; `Lost`, or the error of storage, for one that did not. Raises
    `RedisError` if storage does not answer at all: then any of them may have been carried out.
    """
    if not transactions:
        return []
    answers = transactions[0]._committer.run_all([tx._program() for tx in transactions])
    return [tx._outcome(a) for tx, a in zip(transactions, answers, strict=True)]


def retrying(attempt: Callable[[], T], *final: str) -> T:
    """Run a read-decide-commit again while it loses races.

    The tombstone ends it at once with `Lost`, and so do the guards named `final`.
    """
    for lost_so_far in range(RACES):
        try:
            return attempt()
        except Lost as lost:
            if lost.guard == DELETED or lost.guard in final:
                raise
        most = min(RACE_SECONDS * lost_so_far, RACE_SECONDS_MOST)
        time.sleep(random.uniform(0, most))
    raise StorageUnavailable


def is_records_fault(error: Exception) -> bool:
    """Whether one record holds what it should not, so that storage is not to blame."""
    return not isinstance(error, RedisError) or "WRONGTYPE" in str(error)


def take_lease(redis: Redis, key: str, token: str, ms: int) -> bool:
    """Hold a lease that is free, or that this very token holds: the reply may have been lost."""
    return bool(redis.set(key, token, nx=True, px=ms)) or redis.get(key) == token


def _listed(rows: list[list[str | int]]) -> list[list[str | int]] | dict[str, object]:
    """`rows`; an empty list as an object, since cjson reads both as an empty table."""
    return rows or {}


def _is_missions(key: str) -> bool:
    """Whether a key belongs to one Mission of any workspace."""
    parts = key.split(":", 3)
    return len(parts) == 4 and parts[2] == "m" and parts[0] == ROOT


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)
