"""Puts what senders post into inboxes, in bulk: one script for all that came at once [B6].

An address is read once and remembered by who takes posts in. That it is still the same the script
checks itself, in the step that stores: a renewed address, a changed plan or a deleted Mission is
noticed with the very next post.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib import resources
from typing import Final, cast

import structlog
from redis.commands.core import Script
from redis.exceptions import RedisError

from missions import keys as k
from missions.hooks import Hook, Target
from missions.ids import new_token
from missions.inbox import INBOX_MAX
from missions.keys import ROOT, MissionKeys, TeamKeys
from missions.quarantine import note
from missions.store import Store
from missions.tx import RECEIPT_MS, is_records_fault

log = structlog.get_logger(__name__)

COUNTED_MS: Final = 120_000
"""How long the posts of one minute are remembered."""


class Fate(Enum):
    """What became of a delivery, by the script's letter."""

    TAKEN = "T"
    TOO_MANY = "M"
    NO_ROOM = "F"
    NO_ADDRESS = "gone"
    NOT_STORED = "unreadable"


_WORDS: Final = (Fate.NO_ADDRESS.value, Fate.NOT_STORED.value)


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a rule, as it was read; `name` is the digest of its token.

    `pointer` and `row` are the texts in which storage holds `target` and `hook`.
    """

    name: str
    pointer: str
    row: str
    target: Target
    hook: Hook
    keys: MissionKeys

    def counter(self, minute: int) -> str:
        """The key that counts the posts of a minute."""
        return TeamKeys(self.target.team).cache("hook", self.name[:32], str(minute))


@dataclass(slots=True)
class Arrived:
    """The posts of one moment to one address: how many, and those to store, each with its place.

    The first post has place 1. Those that are not stored count towards the minute all the same.
    """

    address: Address
    count: int = 0
    deliveries: list[tuple[int, str]] = field(default_factory=list)


class Arrivals:
    """Reads addresses, and stores what was posted to them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        source = resources.files("missions").joinpath("arrive.lua").read_text()
        self._script: Script = store.redis.register_script(source)

    def addresses(self, names: Sequence[str]) -> dict[str, Address]:
        """Those of the addresses, by the digests of their tokens, that there are."""
        if not names:
            return {}
        pointers = zip(names, self._store.hmget(k.HOOKS, names), strict=True)
        found = [(name, text, t) for name, text in pointers if text and (t := _target(text))]
        pipe = self._store.redis.pipeline(transaction=False)
        for _, _, target in found:
            pipe.hget(target.keys.hooks, target.task)
        rows = cast("list[str | RedisError | None]", pipe.execute(raise_on_error=False))
        there: dict[str, Address] = {}
        for (name, pointer, target), row in zip(found, rows, strict=True):
            hook = self._hook(target, row)
            if hook and isinstance(row, str):
                there[name] = Address(name, pointer, row, target, hook, target.keys)
        return there

    def _hook(self, target: Target, row: str | RedisError | None) -> Hook | None:
        """The address as stored; None if there is none, or none that can be read."""
        try:
            if isinstance(row, RedisError):
                raise row
            return Hook.load(row) if row else None
        except (RedisError, ValueError) as error:
            if not is_records_fault(error):
                raise
            name = k.member(target.team, target.mission, target.task)
            if note(self._store, name, f"address: {type(error).__name__}"):
                log.error("address_unreadable", mission=target.mission, task=target.task)
            return None

    def store(self, all_arrived: Sequence[Arrived], minute: int, most: int) -> list[list[Fate]]:
        """Store them in one step: for each address the fate of each of its deliveries.

        An address takes at most `most` posts in a minute. Raises `RedisError` if storage fails:
        then none of them counts as stored, though it may be.
        """
        if not all_arrived:
            return []
        keys = [f"{ROOT}:receipt:{new_token()}", k.HOOKS, k.INBOXES]
        args = [str(RECEIPT_MS), str(most), str(COUNTED_MS), str(INBOX_MAX)]
        for arrived in all_arrived:
            keys += _keys(arrived.address, minute)
            args += _args(arrived)
        answers = cast(str, self._script(keys=keys, args=args)).split(",")
        return [_fates(a, said) for a, said in zip(all_arrived, answers, strict=True)]


def _target(text: str) -> Target | None:
    """The rule that the index names; None if that is none, as for an address that there is not."""
    try:
        return Target.read(text)
    except ValueError as error:
        log.error("pointer_unreadable", error=type(error).__name__)
        return None


def _keys(address: Address, minute: int) -> Iterable[str]:
    keys = address.keys
    return keys.tombstone, keys.record, keys.hooks, keys.inbox, address.counter(minute)


def _args(arrived: Arrived) -> list[str]:
    address = arrived.address
    member = k.member(address.target.team, address.target.mission)
    counts = (str(arrived.count), str(len(arrived.deliveries)))
    args = [address.name, address.pointer, address.target.task, address.row, member, *counts]
    for place, text in arrived.deliveries:
        args += (str(place), text)
    return args


def _fates(arrived: Arrived, said: str) -> list[Fate]:
    if said in _WORDS:
        return [Fate(said)] * len(arrived.deliveries)
    return [Fate(letter) for letter in said]
