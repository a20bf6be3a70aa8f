"""Delete: gone at once for every reader; its remains go in steps that survive interruptions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from missions import keys as k
from missions.blueprint import Finding
from missions.cards import MissionCard, TextCard
from missions.domain import Domain
from missions.endings import Ending
from missions.errors import HoustonError, UnknownMission
from missions.execution import CheckResult, Measured, Report, Status
from missions.feedback import Opinion
from missions.ids import ConversationId, MissionId, OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outbox import entry
from missions.progress import ProgressStep
from missions.spending import Tokens
from missions.tx import Lost
from tests.integration.test_claims import claim, due
from tests.integration.test_mailbox import head as mail_head
from tests.integration.test_mailbox import incoming
from tests.integration.test_mailbox import said as answered
from tests.integration.test_mailbox import take as take_mail
from tests.support.approvals import act, acting, wanted
from tests.support.build import DAILY_9, actor, blueprint, launched, proposed, stored, task
from tests.support.events import event, rule
from tests.support.fakes import ADA, GRACE, OPS, TEAM, ManualClock
from tests.support.runs import C1
from tests.support.stored import content, members, scores

KEYS = TeamKeys(TEAM)


def eventful(domain: Domain) -> Mission:
    """A Mission with something under every key that it can have."""
    mission = launched(
        domain, blueprint(acting(act(granted=True)), task(number=2), task(rule(), number=3))
    )
    domain.events.offer(TEAM, mission.id, TaskId("T3"), event())
    keys = KEYS.mission(mission.id)
    domain.store.mission_tx(keys).rpush(keys.inbox, "{}").commit()
    assert domain.inboxes.hold(keys, "looks")
    held = claim(domain, mission, due(domain, mission), "ended")
    took = Measured(field="latency_ms", expected="below 800", actual=120, holds=True)
    result = CheckResult(check=C1, title="Health", finding=Finding.ALL_GOOD, measured=(took,))
    report = Report(headline="All good", results=(result,))
    domain.endings.end(TEAM, held.execution, Ending(status=Status.SUCCESS, report=report))
    domain.lifecycle.feedback(actor(), mission.id, held.execution.id, Opinion.GOOD)
    domain.spending.meter(TEAM, mission.id).count(Tokens(10, 1), None)
    _post_all(domain)
    asks = claim(domain, mission, due(domain, mission, late=1), "asks")
    domain.approvals.begin(TEAM, asks.execution, wanted(granted=True))
    domain.endings.end(TEAM, asks.execution, Ending(status=Status.FAILED))
    running = claim(domain, mission, due(domain, mission), "still running")
    assert domain.progress.show(running, (ProgressStep(title="Check the shop"),))
    domain.lifecycle.stop(actor(), mission.id)
    domain.lifecycle.run_now(actor(), mission.id, "click", task(number=2).id)
    proposed(domain, mission, blueprint(task(DAILY_9)))
    refused = entry(TEAM, OPS, MissionCard(mission=mission.id))
    domain.outbox.say(refused)
    lane = domain.outbox.take(TEAM, OPS, "parks")
    assert lane is not None
    lane.park(refused, "invalid_blocks")
    lane.release()
    domain.mailboxes.accept(incoming())
    box = take_mail(domain)
    answer = answered(TextCard(text="As you wish."), focus=mission.id)
    domain.turns.finish(box, *mail_head(box), answer)
    return stored(domain, mission.id)


def _post_all(domain: Domain) -> None:
    lane = domain.outbox.take(TEAM, OPS, "posts")
    assert lane is not None
    number = 0
    while found := lane.head():
        number += 1
        ts = f"{domain.store.now_ms() // 1000}.{number:06}"
        lane.posted(lane.intent(found, domain.clock.now()), ts)
    lane.release()


def delete(domain: Domain, mission: Mission) -> None:
    domain.lifecycle.delete(actor(), mission.id, mission.id)


def naming(domain: Domain, mission: MissionId) -> set[str]:
    """Every key whose name or content has the Mission's ID, but for the audit log."""
    found = set()
    for key in domain.redis.scan_iter():
        if mission in f"{key} {content(domain.redis, key)}" and key != KEYS.audit:
            found.add(key)
    return found


def test_the_sample_has_something_under_every_key(domain: Domain) -> None:
    """So that the next tests prove what they say."""
    keys = KEYS.mission(eventful(domain).id)
    empty = {key for key in keys.all_but_running() if not domain.redis.exists(key)}
    assert empty == set()


def test_it_is_gone_for_every_reader_in_one_step(domain: Domain) -> None:
    """[M6] The data is gone at once; what is due, armed or to be said is void."""
    mission = eventful(domain)
    delete(domain, mission)
    viewer = actor().viewer
    for read in (
        lambda: domain.reader.mission(viewer, mission.id),
        lambda: domain.reader.blueprint(viewer, mission.id),
        lambda: domain.reader.executions(viewer, mission.id),
        lambda: domain.reader.changes(viewer, mission.id),
        lambda: domain.reader.ledger(viewer, mission.id),
    ):
        with pytest.raises(UnknownMission):
            read()
    assert domain.reader.missions(viewer).total == 0
    for index in (k.TIMER, k.PENDING):
        assert domain.redis.zcard(index) == 0
    assert domain.redis.hlen(KEYS.outbox) == 0


def test_nothing_is_left_but_tombstone_audit_line_and_cleanup_list(domain: Domain) -> None:
    """[M6 M7] A check counts what is left: zero keys."""
    mission = eventful(domain)
    delete(domain, mission)
    for conversation in domain.remains.conversations(TEAM, mission.id):
        domain.remains.forget_conversation(TEAM, mission.id, conversation)
    domain.remains.clear(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) == 0
    keys = KEYS.mission(mission.id)
    assert naming(domain, mission.id) == {keys.tombstone, keys.cleanup, keys.deleter, k.CLEANUPS}
    for channel, ts in domain.remains.places(TEAM, mission.id):
        domain.remains.gone(TEAM, mission.id, channel, ts)
    assert domain.remains.finish(TEAM, mission.id) == (ADA, OPS, ())
    assert naming(domain, mission.id) == {keys.tombstone}
    (line,) = domain.redis.lrange(KEYS.audit, 0, -1)
    assert mission.name not in line
    assert OPS not in line


def test_what_runs_is_known_until_it_is_cleared_and_its_lease_goes(domain: Domain) -> None:
    """[M6] Running Executions are stopped first."""
    mission = eventful(domain)
    (running,) = domain.store.running(TEAM, mission.id)
    delete(domain, mission)
    assert domain.remains.running(TEAM, mission.id) == (running.id,)
    assert not domain.endings.renew(TEAM, running)
    domain.remains.clear(TEAM, mission.id)
    assert domain.redis.zcard(k.LEASES) == 0
    assert domain.endings.end(TEAM, running, Ending(status=Status.SUCCESS)) is None
    assert domain.remains.left(TEAM, mission.id) == 0


def test_an_interrupted_clear_is_carried_on(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[M6] By a job that survives restarts: the running Task's key is found again."""
    mission = eventful(domain)
    delete(domain, mission)
    unlink, calls = domain.redis.unlink, []

    def die(*names: str) -> object:
        calls.append(names)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return unlink(*names[:3]) if len(calls) == 1 else unlink(*names)

    monkeypatch.setattr(domain.redis, "unlink", die)
    with pytest.raises(KeyboardInterrupt):
        domain.remains.clear(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) > 0
    monkeypatch.undo()
    domain.remains.clear(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) == 0


def test_places_are_all_that_was_said_about_it(domain: Domain, clock: ManualClock) -> None:
    """[M6] Posts about it, posts that name it, answers in conversations that named it."""
    mission = eventful(domain)
    talk = ConversationId("C-OPS:100.000100")
    domain.outbox.say(
        entry(TEAM, OPS, TextCard(text="by the way")).model_copy(update={"conversation": talk})
    )
    lane = domain.outbox.take(TEAM, OPS, "x")
    assert lane is not None
    number = 50
    while found := lane.head():
        number += 1
        lane.posted(lane.intent(found, clock.now()), f"1.{number}")
    posted = set(domain.redis.hvals(KEYS.mission(mission.id).posts))
    delete(domain, mission)
    before = set(domain.remains.places(TEAM, mission.id))
    assert len(before) == len(posted)
    domain.remains.forget_conversation(TEAM, mission.id, talk)
    after = set(domain.remains.places(TEAM, mission.id))
    assert len(after) == len(before) + 1
    assert domain.redis.exists(KEYS.conversation(talk)) == 0
    domain.remains.clear(TEAM, mission.id)
    assert set(domain.remains.places(TEAM, mission.id)) == after
    assert domain.redis.hlen(KEYS.channel_refs(OPS)) == 0


def test_what_slack_will_not_delete_is_named(domain: Domain) -> None:
    """[M6]"""
    mission = eventful(domain)
    delete(domain, mission)
    places = domain.remains.places(TEAM, mission.id)
    domain.remains.refused(TEAM, mission.id, *places[0])
    for place in places[1:]:
        domain.remains.gone(TEAM, mission.id, *place)
    assert domain.remains.places(TEAM, mission.id) == ()
    assert domain.remains.finish(TEAM, mission.id) == (ADA, OPS, (places[0],))
    assert domain.remains.finish(TEAM, mission.id) is None


def test_the_end_is_told_by_one_worker(domain: Domain) -> None:
    mission = eventful(domain)
    delete(domain, mission)
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: domain.remains.finish(TEAM, mission.id), range(6)))
    assert len([d for d in done if d]) == 1


def test_a_finished_cleanup_is_not_put_off(domain: Domain) -> None:
    mission = eventful(domain)
    delete(domain, mission)
    domain.remains.not_before(TEAM, mission.id, 30)
    score = scores(domain.redis, k.CLEANUPS)[k.member(TEAM, mission.id)]
    assert score > domain.store.now_ms() + 25_000
    domain.remains.finish(TEAM, mission.id)
    with pytest.raises(Lost):
        domain.remains.not_before(TEAM, mission.id, 30)
    assert domain.redis.zcard(k.CLEANUPS) == 0


def test_every_verb_races_a_delete_and_leaves_nothing_behind(domain: Domain) -> None:
    """[M6] Whatever is written beside a delete comes before it or not at all."""
    for _ in range(8):
        mission = launched(domain)
        occurrence = due(domain, mission)
        verbs: list[Callable[[], object]] = [
            partial(domain.lifecycle.rename, actor(GRACE), mission.id, "Other"),
            partial(domain.lifecycle.disable, actor(GRACE), mission.id),
            partial(domain.lifecycle.run_now, actor(GRACE), mission.id, "c"),
            partial(domain.claims.claim, TEAM, mission.id, occurrence, "a"),
            partial(domain.outbox.say, entry(TEAM, OPS, MissionCard(mission=mission.id))),
            partial(domain.lifecycle.delete, actor(), mission.id, mission.id),
        ]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(_quietly, verbs))
        assert domain.store.mission(TEAM, mission.id) is None
        domain.remains.clear(TEAM, mission.id)
        assert domain.remains.left(TEAM, mission.id) == 0
        for name in members(domain.redis, k.PENDING):
            row = OccurrenceId(k.split_member(name, 3)[2])
            domain.claims.claim(TEAM, mission.id, row, "late")
        assert domain.redis.zcard(k.PENDING) == domain.redis.zcard(k.LEASES) == 0


def _quietly(verb: object) -> None:
    try:
        verb()  # type: ignore[operator]
    except (HoustonError, Lost):
        return
