"""Takes in what senders post: is the address known, is it signed, is there room? Nothing more.

What arrives at the same moment is looked up and stored together, in three round trips to storage
for all of it: a burst is answered as fast as a single post, whether its address is known or not.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
from missions.keys import TeamKeys
from missions.payloads import Delivery
from missions.tx import MissionTransaction, commit_all

BATCH: Final = 100
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
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            posts = [post for post, _ in batch]
            try:
                answers = await loop.run_in_executor(self._thread, self.take_all, posts)
            except RedisError as error:
                log.error("not_taken", count=len(posts), error=type(error).__name__)
                answers = [Answer.NOT_NOW] * len(posts)
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    def take_all(self, posts: Sequence[Post]) -> list[Answer]:
        """Store the posts for their rules; what to answer each."""
        known = self._look_up(posts)
        answers = [_judged(post, one) for post, one in zip(posts, known, strict=True)]
        taken: list[tuple[int, Target, MissionTransaction]] = []
        for at, (post, one) in enumerate(zip(posts, known, strict=True)):
            if answers[at] is Answer.TAKEN and one.target:
                delivery = self._delivery(post, one.target)
                tx = self._domain.inboxes.prepare(one.target.keys, delivery)
                taken.append((at, one.target, tx))
        rings: dict[tuple[TeamId, MissionId], None] = {}
        for (at, target, _), problem in zip(
            taken, commit_all([tx for _, _, tx in taken]), strict=True
        ):
            if problem is None:
                rings[target.team, target.mission] = None
            else:
                answers[at] = Answer.NOT_NOW if isinstance(problem, RedisError) else Answer.UNKNOWN
        for team, mission in rings:
            self._domain.bell.events(team, mission)
        log.info("posts_taken", count=len(posts), taken=len(taken), missions=len(rings))
        return answers

    def _look_up(self, posts: Sequence[Post]) -> list[_Known]:
        digests = [digest(post.token) for post in posts]
        found = self._domain.store.hmget(k.HOOKS, digests)
        targets = [Target.read(text) if text else None for text in found]
        pipe = self._domain.redis.pipeline(transaction=False)
        minute = int(time.time() // 60)
        for target, name in zip(targets, digests, strict=True):
            at = target or NOWHERE
            rate = TeamKeys(at.team).cache("hook", name[:32], str(minute))
            pipe.hget(at.keys.hooks, at.task)
            pipe.llen(at.keys.inbox)
            if target:
                pipe.incr(rate)
            else:
                pipe.get(rate)
            pipe.pexpire(rate, RATE_MS)
        said = cast("list[str | int | None]", pipe.execute())
        return [
            _Known(
                target=target,
                hook=Hook.load(str(said[at])) if said[at] else None,
                waiting=int(said[at + 1] or 0),
                posts=int(said[at + 2] or 0),
            )
            for at, target in zip(range(0, len(said), 4), targets, strict=True)
        ]

    def _delivery(self, post: Post, target: Target) -> Delivery:
        return Delivery(
            task=target.task,
            source=target.source,
            at=self._domain.clock.now(),
            body=post.text,
            id=post.id,
            kind=post.kind,
        )


def _judged(post: Post, known: _Known) -> Answer:
    """Whether a post may come in."""
    hook = known.hook
    signed = _is_signed(post, hook.secret if hook else "-")
    if known.target is None or hook is None or known.target.source is not post.source:
        return Answer.UNKNOWN
    if not hmac.compare_digest(hook.token.encode(), post.token.encode("utf-8", "replace")):
        return Answer.UNKNOWN
    if post.source is EventSource.GITHUB and not signed:
        return Answer.UNSIGNED
    if known.posts > PER_MINUTE:
        return Answer.TOO_MANY
    return Answer.NOT_NOW if known.waiting >= INBOX_MAX else Answer.TAKEN


def _is_signed(post: Post, secret: str) -> bool:
    """Whether GitHub's signature of the body is right."""
    wanted = hmac.new(secret.encode(), post.body, hashlib.sha256).hexdigest()
    given = post.signature.encode("utf-8", "replace")
    return hmac.compare_digest(f"sha256={wanted}".encode(), given)
