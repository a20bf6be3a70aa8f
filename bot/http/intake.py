"""Takes in what senders post: is the address known, is it signed, can it be read, is there room?

What arrives at the same moment is stored together, in one round trip to storage for all of it: a
burst is answered almost as fast as a single post. The loop that reads posts goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from functools import partial
from typing import Final
from urllib.parse import parse_qs

import structlog
from redis.exceptions import RedisError

from bot.http.posts import Post, is_proven
from missions.arriving import Address, Arrivals, Arrived, Fate
from missions.blueprint import EventSource
from missions.domain import Domain
from missions.hooks import digest
from missions.keys import MissionKeys
from missions.payloads import BadPayload, Delivery, check, parse

BATCH: Final = 200
BATCH_BYTES: Final = 512 * 1024
"""How much is stored in one step: no other command waits long."""
WAITING_MAX: Final = 2_000
WAITING_BYTES: Final = 32 * 1024 * 1024
"""What may wait to be stored; who posts beyond it is told to come back."""
RING_SECONDS: Final = 0.05
"""How long after the latest post somebody is rung for: a burst is rung for once, and answered
before those who look into it need the processor."""
RING_AT_LATEST_SECONDS: Final = 0.3
"""How long after the first post somebody is rung for, however many come after it."""
PER_MINUTE: Final = 120
"""Posts that one address takes in a minute."""
REMEMBERED: Final = 1_000
"""Addresses that are not read again; whether they still hold is asked with every post."""
STORAGE_SECONDS = 2
"""How long storage may take to answer before Houston counts as not ready."""

log = structlog.get_logger("bot.http")


class Answer(Enum):
    """What a sender is told, with its HTTP status."""

    TAKEN = 202
    MALFORMED = 400
    UNSIGNED = 401
    UNKNOWN = 404
    TOO_MANY = 429
    NOT_NOW = 503


Told = Callable[[Answer], None]
"""Is called once, in the loop, with the answer to a post."""

_ANSWERS: Final = {
    Fate.TAKEN: Answer.TAKEN,
    Fate.TOO_MANY: Answer.TOO_MANY,
    Fate.NO_ROOM: Answer.NOT_NOW,
    Fate.NO_ADDRESS: Answer.UNKNOWN,
    Fate.NOT_STORED: Answer.NOT_NOW,
}


class Intake:
    """Answers posts, a batch at a time, each as soon as it is stored."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._shelf = _Shelf(domain)
        self._threads = ThreadPoolExecutor(2, "intake")
        self._waiting: list[tuple[Post, Told]] = []
        self._bytes = 0
        self._busy = False
        self._closed = False
        self._filled: dict[MissionKeys, None] = {}
        self._ring_at = self._latest = 0.0

    def put(self, post: Post, told: Told) -> None:
        """Store the post for its rule; `told` hears what to answer, perhaps at once."""
        full = len(self._waiting) >= WAITING_MAX or self._bytes + len(post.body) > WAITING_BYTES
        if self._closed or full:
            told(Answer.NOT_NOW)
            return
        self._waiting.append((post, told))
        self._bytes += len(post.body)
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._next)

    async def take(self, post: Post) -> Answer:
        """Store the post for its rule; what to answer."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.put(post, lambda answer: None if future.done() else future.set_result(answer))
        return await future

    async def storage_answers(self) -> bool:
        """Whether storage can be reached, asked in the threads that take events in."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(STORAGE_SECONDS):
                await loop.run_in_executor(self._threads, self._domain.redis.ping)
        except (RedisError, TimeoutError):
            return False
        return True

    def close(self) -> None:
        """Take no more; what waits is refused, what is being stored is answered first."""
        self._closed = True
        waiting, self._waiting = self._waiting, []
        for _, told in waiting:
            told(Answer.NOT_NOW)
        self._threads.shutdown(wait=False)

    def _next(self) -> None:
        """Store what came since; whatever comes meanwhile makes up the next batch."""
        batch = self._waiting[: _fitting(self._waiting)]
        del self._waiting[: len(batch)]
        self._busy = bool(batch) and not self._closed
        if not self._busy:
            return
        posts = [post for post, _ in batch]
        self._bytes -= sum(len(post.body) for post in posts)
        storing = asyncio.get_running_loop().run_in_executor(
            self._threads, self._shelf.stored, posts
        )
        storing.add_done_callback(partial(self._tell, [told for _, told in batch]))

    def _tell(self, each: Sequence[Told], storing: asyncio.Future[_Stored]) -> None:
        """Answer a batch; that somebody is to be rung for can wait until the burst is over."""
        answers, filled = self._outcome(storing, len(each))
        for told, answer in zip(each, answers, strict=True):
            told(answer)
        if filled:
            self._fill(filled)
        self._next()

    def _fill(self, filled: Sequence[MissionKeys]) -> None:
        """Have somebody rung for when the burst is over, or when it lasts too long."""
        loop = asyncio.get_running_loop()
        if not self._filled:
            self._latest = loop.time() + RING_AT_LATEST_SECONDS
            loop.call_later(RING_SECONDS, self._ring)
        self._ring_at = min(loop.time() + RING_SECONDS, self._latest)
        self._filled.update(dict.fromkeys(filled))

    def _outcome(self, storing: asyncio.Future[_Stored], count: int) -> _Stored:
        error = storing.exception()
        if error is None:
            return storing.result()
        # Whatever went wrong: nobody is told that a post was taken, and the next are tried.
        log.error("not_taken", count=count, error=type(error).__name__)
        return [Answer.NOT_NOW] * count, ()

    def _ring(self) -> None:
        """Ring for the Missions whose inboxes were filled; the sweeps do if this process ends."""
        if self._ring_at > (loop := asyncio.get_running_loop()).time() and not self._closed:
            loop.call_at(self._ring_at, self._ring)
            return
        rings = [(keys.team, keys.mission) for keys in self._filled]
        self._filled = {}
        if not self._closed:
            ringing = self._threads.submit(self._domain.bell.each_events, rings)
            ringing.add_done_callback(_rung)


def _rung(ringing: Future[None]) -> None:
    error = ringing.exception()
    if error:
        log.error("not_rung", error=type(error).__name__)


def _fitting(waiting: Sequence[tuple[Post, Told]]) -> int:
    """How many of those that wait are stored in one step: at least one."""
    size = 0
    for count, (post, _) in enumerate(waiting[:BATCH]):
        size += len(post.body)
        if count and size > BATCH_BYTES:
            return count
    return min(len(waiting), BATCH)


_Stored = tuple[list[Answer], tuple[MissionKeys, ...]]
"""What to answer each post, and the Missions whose inboxes were filled."""
_Named = tuple[int, Post, str]
"""A post with its place in the batch and the digest of its token."""


class _Shelf:
    """Puts batches of posts where they belong. Used by one thread at a time."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._arrivals = Arrivals(domain.store)
        self._known: dict[str, Address] = {}

    def stored(self, posts: Sequence[Post]) -> _Stored:
        """Look up, judge and store; an address that is not what it was is looked up anew."""
        named = [(place, post, digest(post.token)) for place, post in enumerate(posts)]
        answers, filled = [Answer.UNKNOWN] * len(posts), dict[MissionKeys, None]()
        moved = self._store(named, answers, filled)
        if moved:
            self._store(moved, answers, filled)
        taken = answers.count(Answer.TAKEN)
        log.info("posts_taken", count=len(posts), taken=taken, missions=len(filled))
        return answers, tuple(filled)

    def _store(
        self, posts: Sequence[_Named], answers: list[Answer], filled: dict[MissionKeys, None]
    ) -> list[_Named]:
        """Store what may come in, in one step; the posts to addresses that may be no longer so."""
        names = {name for _, _, name in posts}
        unknown = names - self._known.keys()
        self._look_up(unknown, names)
        remembered = [post for post in posts if post[2] not in unknown]
        doubted = self._unproven(remembered)
        doubtful = {place for place, _, _ in doubted}
        sure = [post for post in posts if post[0] not in doubtful]
        proven = {place for place, _, _ in remembered} - doubtful
        places, arrived = self._judged(sure, proven, answers)
        fates = self._arrivals.store(arrived, int(time.time() // 60), PER_MINUTE)
        moved = set()
        for one, each in zip(arrived, fates, strict=True):
            for place, fate in zip(places[one.address.name], each, strict=True):
                answers[place] = _ANSWERS[fate]
            if Fate.TAKEN in each:
                filled[one.address.keys] = None
            if Fate.NO_ADDRESS in each:
                moved.add(one.address.name)
                del self._known[one.address.name]
        for _, _, name in doubted:
            self._known.pop(name, None)
        return [post for post in sure if post[2] in moved] + doubted

    def _unproven(self, remembered: Sequence[_Named]) -> list[_Named]:
        """Those that prove nothing to their address, which may have been opened since."""
        return [post for post in remembered if not _is_let_in(post[1], self._known[post[2]])]

    def _look_up(self, names: set[str], here: set[str]) -> None:
        """Read the addresses of these names; of those not asked for `here`, the oldest give way."""
        found = self._arrivals.addresses(sorted(names))
        if (beyond := len(self._known) + len(found) - REMEMBERED) > 0:
            for name in [name for name in self._known if name not in here][:beyond]:
                del self._known[name]
        self._known.update(found)

    def _judged(
        self, posts: Sequence[_Named], proven: set[int], answers: list[Answer]
    ) -> tuple[dict[str, list[int]], list[Arrived]]:
        """Refuse what may not come in; by address what is left, with its places in the batch.

        Those of which it is `proven` already that they may are not asked again.
        """
        arrived: dict[str, Arrived] = {}
        places: dict[str, list[int]] = {}
        for place, post, name in posts:
            address = self._known.get(name)
            if address is None or not _fits(post, address):
                answers[place] = Answer.UNKNOWN
                continue
            one = arrived.get(name) or arrived.setdefault(name, Arrived(address))
            one.count += 1
            if place not in proven and not _is_let_in(post, address):
                answers[place] = Answer.UNSIGNED
                continue
            try:
                delivery = self._delivery(post, address)
            except BadPayload:
                answers[place] = Answer.MALFORMED
                continue
            one.deliveries.append((one.count, delivery))
            places.setdefault(name, []).append(place)
        return {name: places.get(name, []) for name in arrived}, list(arrived.values())

    def _delivery(self, post: Post, address: Address) -> str:
        return Delivery(
            task=address.target.task,
            source=address.target.source,
            at=self._domain.clock.now(),
            body=_text(post),
            id=post.id,
            kind=post.kind,
        ).dump()


def _fits(post: Post, address: Address) -> bool:
    """Whether it was posted to the address that this is, as the source that it is for."""
    given = post.token.encode("utf-8", "replace")
    is_it = hmac.compare_digest(address.hook.token.encode(), given)
    return is_it and address.target.source is post.source


def _is_let_in(post: Post, address: Address) -> bool:
    """Whether its sender proved what the address wants to be proven."""
    return not address.hook.signed or is_proven(post, address.hook.secret, time.time())


def _text(post: Post) -> str:
    """What it says; GitHub can be told to send it as a form. Raises `BadPayload`."""
    try:
        text = post.body.decode()
    except UnicodeDecodeError as error:
        raise BadPayload("no UTF-8") from error
    if post.form and post.source is EventSource.GITHUB:
        text = parse_qs(text).get("payload", [""])[0]
    check(post.source, parse(text))
    return text
