"""Addresses of Event Rules: where senders outside post to, and what is heard in a channel [B6 P6].

An address holds a random token that nobody can guess; who has it may send, unless the rule wants
every sender to prove who it is with a secret besides (`bot.http.posts`). Tokens are looked up by
their SHA-256, so the index of all of them gives no address away.
"""

from __future__ import annotations

import hashlib
import secrets

from missions import keys as k
from missions.blueprint import Blueprint, EventSource, EventTrigger, Task
from missions.errors import HoustonError
from missions.ids import ChannelId, MissionId, TaskId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission
from missions.record import Record, Stored
from missions.store import Store
from missions.tx import Transaction

POSTED = (
    EventSource.WEBHOOK,
    EventSource.ALERTMANAGER,
    EventSource.GRAFANA,
    EventSource.GITHUB,
)
"""Sources that post to an address."""
HEARD = (EventSource.SLACK_MESSAGE, EventSource.SLACK_REACTION)
"""Sources that are heard in the Mission's channel."""
TOKEN_BYTES = 24
"""32 characters of an address are random: 192 bits."""


class NoHook(HoustonError):
    """The Task has no address."""

    event = "no_hook"


class AlwaysSigned(HoustonError):
    """GitHub signs whatever it posts."""

    event = "always_signed"


class Hook(Stored):
    """A rule's address: its token, and the secret with which a sender proves who it is.

    With `signed`, who has the address alone may not send. GitHub always proves it.
    """

    schema_version: int = 2
    source: EventSource
    token: str
    secret: str
    signed: bool = False

    @property
    def path(self) -> str:
        """The address without its host."""
        return f"/events/{self.source.value}/{self.token}"


class Target(Record):
    """The rule behind a token."""

    team: TeamId
    mission: MissionId
    task: TaskId
    source: EventSource

    @property
    def keys(self) -> MissionKeys:
        """The Mission's keys."""
        return TeamKeys(self.team).mission(self.mission)

    @classmethod
    def read(cls, text: str) -> Target:
        """The rule that the index names; ValueError if that is none."""
        team, mission, task, source = k.split_member(text, 4)
        return cls(
            team=TeamId(team),
            mission=MissionId(mission),
            task=TaskId(task),
            source=EventSource(source),
        )


def digest(token: str) -> str:
    """What the index holds of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_hook(source: EventSource, *, signed: bool = False) -> Hook:
    """A new random address; GitHub signs whatever it posts."""
    return Hook(
        source=source,
        signed=signed or source is EventSource.GITHUB,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        secret=secrets.token_urlsafe(TOKEN_BYTES),
    )


def hooks_of(store: Store, keys: MissionKeys) -> dict[TaskId, Hook]:
    """The addresses of a Mission's rules."""
    return {TaskId(t): Hook.load(text) for t, text in store.hgetall(keys.hooks).items()}


def heard_in(store: Store, team: TeamId, channel: ChannelId) -> list[Target]:
    """The rules on what happens in a channel."""
    found = store.hgetall(TeamKeys(team).channel_rules(channel))
    return [Target.read(k.member(team, name, source)) for name, source in found.items()]


def write_hooks(
    tx: Transaction, keys: MissionKeys, store: Store, mission: Mission, plan: Blueprint
) -> None:
    """Have the transaction give every rule of a plan its address, and take those that are gone."""
    wanted = {t.id: _source(t) for t in plan.tasks}
    known = hooks_of(store, keys)
    for task, hook in known.items():
        if wanted.get(task) is not hook.source:
            write_unhooked(tx, keys, task, hook)
    for task, source in wanted.items():
        held = known.get(task)
        if source in POSTED and (held is None or held.source is not source):
            write_hooked(tx, keys, task, new_hook(source))
    _write_heard(tx, keys, store, mission, wanted)


def write_hooked(tx: Transaction, keys: MissionKeys, task: TaskId, hook: Hook) -> None:
    """Have the transaction open an address."""
    target = k.member(keys.team, keys.mission, task, hook.source.value)
    tx.hset(keys.hooks, {task: hook.dump()})
    tx.hset(k.HOOKS, {digest(hook.token): target})


def write_unhooked(tx: Transaction, keys: MissionKeys, task: TaskId, hook: Hook) -> None:
    """Have the transaction close an address, if it is still the one that was read."""
    tx.require_field("hook", keys.hooks, task, hook.stored())
    tx.hdel(keys.hooks, task)
    tx.hdel(k.HOOKS, digest(hook.token))


def write_no_hooks(tx: Transaction, keys: MissionKeys, store: Store, mission: Mission) -> None:
    """Have the transaction close every address of a Mission that is removed."""
    tx.hdel(k.HOOKS, *(digest(hook.token) for hook in hooks_of(store, keys).values()))
    tx.zrem(k.INBOXES, k.member(keys.team, keys.mission))
    _write_heard(tx, keys, store, mission, {})


def write_heard_there(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    before: Mission,
    after: Mission,
    plan: Blueprint,
) -> None:
    """Have the transaction listen where the Mission lives now, and no longer where it did."""
    _write_heard(tx, keys, store, before, {})
    _write_heard(tx, keys, store, after, {t.id: _source(t) for t in plan.tasks})


def _write_heard(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    mission: Mission,
    wanted: dict[TaskId, EventSource | None],
) -> None:
    rules = tx.team.channel_rules(mission.channel)
    own = f"{keys.mission}{k.SEPARATOR}"
    tx.hdel(rules, *sorted(n for n in store.hgetall(rules) if n.startswith(own)))
    heard = {t: s for t, s in wanted.items() if s in HEARD and s is not None}
    if heard:
        tx.hset(rules, {k.member(keys.mission, t): s.value for t, s in heard.items()})


def _source(task: Task) -> EventSource | None:
    trigger = task.trigger
    return trigger.source if isinstance(trigger, EventTrigger) else None
