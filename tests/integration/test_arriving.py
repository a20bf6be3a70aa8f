"""Posts that arrive at the same moment: each is judged alone, all are stored at once [B6 P6]."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from types import SimpleNamespace

import pytest
from redis import Redis

from bot.http import intake as intake_module
from bot.http.intake import PER_MINUTE, Answer, Intake
from bot.http.posts import Post
from jobs import events as job
from jobs import runtime
from missions import arriving
from missions import keys as k
from missions.arriving import Address, Arrivals, Arrived, Fate
from missions.blueprint import EventSource
from missions.domain import Domain
from missions.hooks import Hook, digest
from missions.ids import TaskId
from missions.inbox import INBOX_MAX
from missions.keys import TeamKeys
from missions.mission import Mission
from tests.support.build import actor, blueprint, launched, task
from tests.support.events import rule
from tests.support.fakes import TEAM, RecordingBell

T1 = TaskId("T1")


def ruled(domain: Domain, source: EventSource = EventSource.WEBHOOK) -> tuple[Mission, Hook]:
    mission = launched(domain, blueprint(task(rule(source, per_hour=100))))
    return mission, domain.lifecycle.hooks(actor(), mission.id)[T1]


def post(hook: Hook, number: int = 0, *, own: str = "", signature: str = "") -> Post:
    text = f'{{"n": {number}}}'
    return Post(hook.source, hook.token, text.encode(), id=own, signature=signature)


def inbox(domain: Domain, mission: Mission) -> list[str]:
    return domain.store.lrange(TeamKeys(TEAM).mission(mission.id).inbox, 1_000)


async def at_once(domain: Domain, *posts: Post) -> list[Answer]:
    """Put in within one turn of the loop, so that they are one batch."""
    intake = Intake(domain)
    answers = await asyncio.gather(*map(intake.take, posts))
    intake.close()
    return list(answers)


async def test_one_bad_post_spoils_no_batch(domain: Domain, redis: Redis) -> None:
    """[P6] Unknown, unsigned, to a record that is broken: the others are taken, each once."""
    good, hook = ruled(domain)
    merged, signing = ruled(domain, EventSource.GITHUB)
    broken, wrecked = ruled(domain)
    redis.set(TeamKeys(TEAM).mission(broken.id).inbox, "no list")
    signature = hmac.new(signing.secret.encode(), b'{"n": 0}', hashlib.sha256).hexdigest()
    stranger = Hook(source=EventSource.WEBHOOK, token="x" * 32, secret="y")
    answers = await at_once(
        domain,
        post(hook, 1),
        post(stranger),
        post(signing, 0, signature=f"sha256={signature}"),
        post(signing, 0, signature="sha256=0"),
        post(wrecked),
        Post(EventSource.GRAFANA, hook.token, b"{}"),
        post(hook, 2),
    )
    assert [a.value for a in answers] == [202, 404, 202, 401, 503, 404, 202]
    assert len(inbox(domain, good)) == 2
    assert len(inbox(domain, merged)) == 1
    redis.delete(TeamKeys(TEAM).mission(broken.id).inbox)


async def test_the_same_event_twice_in_one_batch_starts_one_run(domain: Domain) -> None:
    """[B6 P6] Both are taken, as a sender that asks twice is to hear; its id counts once."""
    mission, hook = ruled(domain)
    answers = await at_once(domain, post(hook, 1, own="e-1"), post(hook, 1, own="e-1"))
    assert answers == [Answer.TAKEN] * 2
    runtime.install(SimpleNamespace(domain=domain))  # type: ignore[arg-type]
    job.take(TEAM, mission.id)
    assert domain.store.redis.hlen(TeamKeys(TEAM).mission(mission.id).occurrences) == 1


async def test_a_burst_is_rung_for(domain: Domain, bell: RecordingBell) -> None:
    """[B6] For each Mission whose inbox was filled, after it was answered."""
    (one, hook), (other, second) = ruled(domain), ruled(domain)
    intake = Intake(domain)
    for number in range(5):
        await asyncio.gather(intake.take(post(hook, number)), intake.take(post(second, number)))
    async with asyncio.timeout(15):
        while len(bell.inboxes) < 2:
            await asyncio.sleep(0.01)
    intake.close()
    assert set(bell.inboxes) == {one.id, other.id}
    assert len(inbox(domain, one)) == 5


async def test_what_looks_into_a_burst_waits_for_its_end(
    domain: Domain, bell: RecordingBell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B6] So that it takes nothing from those who answer it; but not for as long as posts come."""
    monkeypatch.setattr(intake_module, "RING_SECONDS", 0.5)
    monkeypatch.setattr(intake_module, "RING_AT_LATEST_SECONDS", 1.5)
    _, hook = ruled(domain)
    intake = Intake(domain)
    loop = asyncio.get_running_loop()
    began, number, rung_after = loop.time(), 0, 0.0
    while not bell.inboxes and number < 100:
        number += 1
        assert await intake.take(post(hook, number)) is Answer.TAKEN
        await asyncio.sleep(0.1)
        rung_after = loop.time() - began
    intake.close()
    assert bell.inboxes
    assert rung_after >= 1.5


def arrived(domain: Domain, hook: Hook, *numbers: int, count: int = 0) -> Arrived:
    address = address_of(domain, hook)
    deliveries = [(number, f'{{"n": {number}}}') for number in numbers]
    return Arrived(address, count or len(numbers), deliveries)


def address_of(domain: Domain, hook: Hook) -> Address:
    name = digest(hook.token)
    return Arrivals(domain.store).addresses([name])[name]


def test_the_rate_of_an_address_is_exact(domain: Domain) -> None:
    """[P6] Within a batch and over several; what is not stored counts, too."""
    mission, hook = ruled(domain)
    arrivals, some = Arrivals(domain.store), range(1, PER_MINUTE - 1)
    (fates,) = arrivals.store([arrived(domain, hook, *some)], 1, PER_MINUTE)
    assert fates == [Fate.TAKEN] * (PER_MINUTE - 2)
    # Three posts, the first of which was refused for its signature.
    (fates,) = arrivals.store([arrived(domain, hook, 2, 3, count=3)], 1, PER_MINUTE)
    assert fates == [Fate.TAKEN, Fate.TOO_MANY]
    (fates,) = arrivals.store([arrived(domain, hook, 1)], 2, PER_MINUTE)
    assert fates == [Fate.TAKEN]
    assert len(inbox(domain, mission)) == PER_MINUTE


def test_an_inbox_holds_no_more_than_it_may(domain: Domain, redis: Redis) -> None:
    """[P6] Not one more, also when the last ones come at the same moment."""
    mission, hook = ruled(domain)
    redis.rpush(TeamKeys(TEAM).mission(mission.id).inbox, *["{}"] * (INBOX_MAX - 2))
    coming = [arrived(domain, hook, 1, 2, 3, 4)]
    (fates,) = Arrivals(domain.store).store(coming, 1, PER_MINUTE)
    assert fates == [Fate.TAKEN] * 2 + [Fate.NO_ROOM] * 2
    assert len(inbox(domain, mission)) == INBOX_MAX


def test_a_batch_whose_reply_was_lost_is_stored_once(
    domain: Domain, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B6] The client sends it again, and gets the same answer."""
    mission, hook = ruled(domain)
    arrivals = Arrivals(domain.store)
    monkeypatch.setattr(arriving, "new_token", lambda: "the-same")
    batch = [arrived(domain, hook, 1, 2)]
    assert arrivals.store(batch, 1, 1) == [[Fate.TAKEN, Fate.TOO_MANY]]
    assert arrivals.store(batch, 1, 1) == [[Fate.TAKEN, Fate.TOO_MANY]]
    assert len(inbox(domain, mission)) == 1
    assert redis.zcard(k.INBOXES) == 1


async def test_an_address_that_is_remembered_closes_at_once(domain: Domain) -> None:
    """[P6 M6] Renewed, deleted: with the very next post; and the new one is open."""
    mission, old = ruled(domain)
    gone, deleted = ruled(domain)
    intake = Intake(domain)
    assert await intake.take(post(old)) is Answer.TAKEN
    assert await intake.take(post(deleted)) is Answer.TAKEN
    new = domain.lifecycle.renew_hook(actor(), mission.id, T1)
    domain.lifecycle.delete(actor(), gone.id, gone.id)
    answers = await asyncio.gather(*map(intake.take, (post(old), post(new), post(deleted))))
    intake.close()
    assert answers == [Answer.UNKNOWN, Answer.TAKEN, Answer.UNKNOWN]
    assert len(inbox(domain, mission)) == 2
    domain.remains.clear(TEAM, gone.id)
    assert domain.remains.left(TEAM, gone.id) == 0


async def test_addresses_that_are_read_anew_keep_no_known_one_out(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B6] Nor do those that a stranger guesses: whoever posts to a true one is never refused."""
    monkeypatch.setattr(intake_module, "REMEMBERED", 3)
    hooks = [ruled(domain)[1] for _ in range(4)]
    guesses = [Hook(source=EventSource.WEBHOOK, token=f"{n:x<32}", secret="y") for n in range(5)]
    intake = Intake(domain)
    for number in range(3):
        known = [post(hook, number) for hook in hooks]
        answers = await asyncio.gather(*map(intake.take, [*known, *map(post, guesses)]))
        assert [answer.value for answer in answers] == [202] * 4 + [404] * 5
        assert len(intake._shelf._known) <= len(hooks)
    intake.close()


async def test_an_address_opened_again_under_the_same_name_is_found(
    domain: Domain, redis: Redis
) -> None:
    """[B6] What was remembered of it no longer holds: it is read anew, and nothing is refused."""
    mission, hook = ruled(domain)
    other, _ = ruled(domain)
    intake = Intake(domain)
    assert await intake.take(post(hook)) is Answer.TAKEN
    keys = TeamKeys(TEAM).mission(other.id)
    redis.hset(keys.hooks, T1, hook.dump())
    moved = k.member(TEAM, other.id, T1, hook.source.value)
    redis.hset(k.HOOKS, digest(hook.token), moved)
    assert await intake.take(post(hook)) is Answer.TAKEN
    intake.close()
    assert (len(inbox(domain, mission)), len(inbox(domain, other))) == (1, 1)


async def test_storage_that_takes_nothing_is_owned_up_to(domain: Domain, redis: Redis) -> None:
    """[P6] Nobody is told that a post was taken; the next are tried again."""
    mission, hook = ruled(domain)
    intake = Intake(domain)
    redis.config_set("maxmemory", "1")
    try:
        answers = await asyncio.gather(*(intake.take(post(hook, n)) for n in range(3)))
    finally:
        redis.config_set("maxmemory", "0")
    assert answers == [Answer.NOT_NOW] * 3
    assert await intake.take(post(hook, 4)) is Answer.TAKEN
    intake.close()
    assert len(inbox(domain, mission)) == 1


async def test_what_waits_is_bounded(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """[P6] By number and by size; who comes later is told to come back."""
    _, hook = ruled(domain)
    monkeypatch.setattr(intake_module, "WAITING_MAX", 3)
    answers = await at_once(domain, *(post(hook, n) for n in range(5)))
    assert answers == [Answer.TAKEN] * 3 + [Answer.NOT_NOW] * 2
    monkeypatch.setattr(intake_module, "WAITING_BYTES", 20)
    answers = await at_once(domain, *(post(hook, n) for n in range(3)))
    assert answers == [Answer.TAKEN] * 2 + [Answer.NOT_NOW]


async def test_large_posts_are_stored_a_few_at_a_time(domain: Domain) -> None:
    """[P6] No step of storage is long."""
    mission, hook = ruled(domain)
    text = f'{{"a": "{"x" * 200_000}"}}'
    large = Post(hook.source, hook.token, text.encode())
    assert await at_once(domain, *[large] * 9) == [Answer.TAKEN] * 9
    assert len(inbox(domain, mission)) == 9


async def test_who_posts_while_houston_stops_is_refused_or_stored(domain: Domain) -> None:
    """[B6 P6] What was told to be taken is stored; the rest is told to come back."""
    mission, hook = ruled(domain)
    intake = Intake(domain)
    posting = [asyncio.create_task(intake.take(post(hook, n))) for n in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the first batch is on its way
    posting += [asyncio.create_task(intake.take(post(hook, n))) for n in range(3, 6)]
    await asyncio.sleep(0)
    intake.close()
    answers = await asyncio.gather(*posting)
    assert await intake.take(post(hook, 6)) is Answer.NOT_NOW
    assert set(answers) <= {Answer.TAKEN, Answer.NOT_NOW}
    assert answers[:3] == [Answer.TAKEN] * 3
    assert len(inbox(domain, mission)) == answers.count(Answer.TAKEN)
