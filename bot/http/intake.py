"""Takes in what senders post: is the address known, is it signed, is there room? Nothing more.

What arrives at the same moment is looked up and stored together, in three round trips to storage
for all of it, and a sender's burst in one step: it is answered almost as fast as a single post,
whether its address is known or not.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, cast

import structlog
from redis.exceptions import RedisError

from missions import keys as k
from missions.blueprint import EventSource
from missions.domain import Domain
from missions.hooks import Hook, Target, digest
from missions.ids import MissionId, TaskId, TeamId
from missions.inbox import INBOX_MAX
from missions.keys import MissionKeys, TeamKeys
from missions.payloads import Delivery
from missions.tx import commit_all

BATCH: Final = 100
RING_SECONDS: Final = 0.25
"""How long posts that keep coming may put off that somebody looks into the first ones."""
BUNDLE_MAX: Final = 64 * 1024
"""Characters of bodies that are stored in one step: no other command waits long."""
PER_MINUTE: Final = 120
"""Posts that one address takes in a minute."""
RATE_MS: Final = 120_000
NOWHERE: Final = Target(
    team=TeamId("-"), mission=MissionId("-"), task=TaskId("-"), source=EventSource.WEBHOOK
)
"""Looked up for unknown tokens, so that they take as long as known ones."""

STORAGE_SECONDS = 2
"""How long storage may take to answer before Houston counts as not ready."""

log = structlog.get_logger("bot.http")


class Answer(Enum):
    """What a sender is told, with its HTTP status."""

    TAKEN = 202
    UNSIGNED = 401
    UNKNOWN = 404
    TOO_MANY = 429
    NOT_NOW = 503


@dataclass(frozen=True, slots=True)
class Post:
    """A well-formed post: `body` as it came, for the signature, `text` what it says."""

    source: EventSource
    token: str
    body: bytes
    text: str
    id: str = ""
    kind: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What storage says about a post's address."""

    target: Target | None
    hook: Hook | None
    posts: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Deliveries of one Mission that are stored together, with their places in the batch."""

    keys: MissionKeys
    places: list[int] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def has_room(self, delivery: Delivery) -> bool:
        """Whether one more may be stored with them; the first one always may."""
        held = sum(len(each.body) for each in self.deliveries)
        return not held or held + len(delivery.body) <= BUNDLE_MAX


class _Bundles:
    """A batch's deliveries by Mission, in order of arrival."""

    def __init__(self) -> None:
        self.all: list[_Bundle] = []
        self._open: dict[MissionKeys, _Bundle] = {}

    def add(self, place: int, keys: MissionKeys, delivery: Delivery) -> None:
        """Put a delivery beside those of its Mission that it fits with."""
        bundle = self._open.get(keys)
        if bundle is None or not bundle.has_room(delivery):
            bundle = self._open[keys] = _Bundle(keys)
            self.all.append(bundle)
        bundle.places.append(place)
        bundle.deliveries.append(delivery)


class Intake:
    """Answers posts in batches, in one thread."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._thread = ThreadPoolExecutor(1, "intake")
        self._waiting: list[tuple[Post, asyncio.Future[Answer]]] = []
        self._pump: asyncio.Task[None] | None = None

    async def take(self, post: Post) -> Answer:
        """Store the post for its rule; what to answer."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((post, future))
        if self._pump is None or self._pump.done():
            self._pump = loop.create_task(self._run())
        return await future

    async def storage_answers(self) -> bool:
        """Whether storage can be reached, asked in the thread that takes events in."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(STORAGE_SECONDS):
                await loop.run_in_executor(self._thread, self._domain.redis.ping)
        except (RedisError, TimeoutError):
            return False
        return True

    def close(self) -> None:
        """Take no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        """Answer all that waits; whom to ring for can wait until then, but not for long."""
        loop = asyncio.get_running_loop()
        filled: dict[MissionKeys, None] = {}
        ring_at = loop.time() + RING_SECONDS
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            posts = [post for post, _ in batch]
            try:
                answers, stored = await loop.run_in_executor(self._thread, self._stored, posts)
                filled.update(dict.fromkeys(stored))
            except RedisError as error:
                log.error("not_taken", count=len(posts), error=type(error).__name__)
                answers = [Answer.NOT_NOW] * len(posts)
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
            if filled and (not self._waiting or loop.time() >= ring_at):
                await loop.run_in_executor(self._thread, self._ring, tuple(filled))
                filled, ring_at = {}, loop.time() + RING_SECONDS

    def _ring(self, filled: Sequence[MissionKeys]) -> None:
        self._domain.bell.each_events([(keys.team, keys.mission) for keys in filled])

    def _stored(self, posts: Sequence[Post]) -> tuple[list[Answer], tuple[MissionKeys, ...]]:
        """What to answer each post, and the Missions whose inboxes were filled."""
        answers, bundles = [Answer.UNKNOWN] * len(posts), _Bundles()
        for at, (post, known) in enumerate(zip(posts, self._look_up(posts), strict=True)):
            answers[at] = _judged(post, known)
            if answers[at] is Answer.TAKEN and known.target:
                bundles.add(at, known.target.keys, self._delivery(post, known.target))
        prepare = self._domain.inboxes.prepare
        writes = [prepare(bundle.keys, *bundle.deliveries) for bundle in bundles.all]
        rings: dict[MissionKeys, None] = {}
        for bundle, problem in zip(bundles.all, commit_all(writes), strict=True):
            if problem is None:
                rings[bundle.keys] = None
                continue
            for at in bundle.places:
                answers[at] = Answer.NOT_NOW if isinstance(problem, RedisError) else Answer.UNKNOWN
        taken = answers.count(Answer.TAKEN)
        log.info("posts_taken", count=len(posts), taken=taken, missions=len(rings))
        return answers, tuple(rings)

    def _look_up(self, posts: Sequence[Post]) -> list[_Known]:
        """What storage says about each; an address that many post to is asked about once."""
        names = [digest(post.token) for post in posts]
        coming = Counter(names)
        targets = [
            Target.read(text) if text else None
            for text in self._domain.store.hmget(k.HOOKS, coming)
        ]
        pipe = self._domain.redis.pipeline(transaction=False)
        minute = int(time.time() // 60)
        for target, (name, count) in zip(targets, coming.items(), strict=True):
            at = target or NOWHERE
            rate = TeamKeys(at.team).cache("hook", name[:32], str(minute))
            pipe.hget(at.keys.hooks, at.task)
            pipe.llen(at.keys.inbox)
            if target:
                pipe.incrby(rate, count)
            else:
                pipe.get(rate)
            pipe.pexpire(rate, RATE_MS)
        said = cast("list[str | int | None]", pipe.execute())
        rows = [said[at : at + 3] for at in range(0, len(said), 4)]
        found = {
            name: _Known(
                target=target,
                hook=Hook.load(str(row[0])) if row[0] else None,
                waiting=int(row[1] or 0),
                posts=int(row[2] or 0) - count,
            )
            for target, row, (name, count) in zip(targets, rows, coming.items(), strict=True)
        }
        before: Counter[str] = Counter()
        each = []
        for name in names:
            before[name] += 1
            each.append(_nth(found[name], before[name]))
        return each

    def _delivery(self, post: Post, target: Target) -> Delivery:
        return Delivery(
            task=target.task,
            source=target.source,
            at=self._domain.clock.now(),
            body=post.text,
            id=post.id,
            kind=post.kind,
        )


def _nth(known: _Known, number: int) -> _Known:
    """What counts for the n-th post to the same address within a batch."""
    return replace(known, posts=known.posts + number) if known.target else known


def _judged(post: Post, known: _Known) -> Answer:
    """Whether a post may come in."""
    hook = known.hook
    github = post.source is EventSource.GITHUB
    signed = not github or _is_signed(post, hook.secret if hook else "-")
    if known.target is None or hook is None or known.target.source is not post.source:
        return Answer.UNKNOWN
    if not hmac.compare_digest(hook.token.encode(), post.token.encode("utf-8", "replace")):
        return Answer.UNKNOWN
    if not signed:
        return Answer.UNSIGNED
    if known.posts > PER_MINUTE:
        return Answer.TOO_MANY
    return Answer.NOT_NOW if known.waiting >= INBOX_MAX else Answer.TAKEN


def _is_signed(post: Post, secret: str) -> bool:
    """Whether GitHub's signature of the body is right."""
    wanted = hmac.new(secret.encode(), post.body, hashlib.sha256).hexdigest()
    given = post.signature.encode("utf-8", "replace")
    return hmac.compare_digest(f"sha256={wanted}".encode(), given)
