"""What waits for somebody and soon runs out is reminded of once, and says so when it has."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from redis import Redis

from jobs.queues import RqBell
from jobs.reminding import ReminderRounds
from jobs.sweeps import Sweeps
from missions import keys as k
from missions.approval import Approval, Wanted
from missions.cards import PlanCard, ReminderCard, TextCard
from missions.ids import ActId, OutboxId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outbox import Entry, entry, put
from missions.phrases import Language, say, speaking
from missions.proposal import LIFETIME, Proposal
from missions.proposals import card_of, write_shown
from missions.running_out import AT_LEAST, reminded_at
from missions.saving import write_mission
from tests.integration.edge_kit import ADA, GRACE, OPS, System, alone
from tests.support import build
from tests.support.approvals import acting
from tests.support.fakes import MONDAY, ManualClock
from tests.support.storage import StorageServer

Json = dict[str, Any]
CALL = "https://pager.example/hook"


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()
    clock(system).set(datetime.now(UTC))


def clock(system: System) -> ManualClock:
    return cast("ManualClock", system.domain.clock)


def look(system: System) -> None:
    ReminderRounds(system.domain).look()


def shown(system: System, proposal: Proposal, root: str) -> str:
    """Put a Proposal's card into a thread; its ts."""
    keys = TeamKeys(system.team).mission(proposal.mission)
    said = entry(system.team, OPS, card_of(proposal), thread_ts=root)
    tx = system.domain.store.mission_tx(keys)
    write_shown(tx, keys, proposal.id, said)
    put(tx, said)
    tx.commit()
    deliver(system)
    return str(system.people.messages(OPS, root)[-1]["ts"])


def planned(system: System) -> tuple[Mission, Proposal, str]:
    """A Draft whose plan card stands in a thread; the thread's root."""
    root = system.people.post("ada", OPS, "a wish")
    mission, proposal = system.draft(thread_ts=root)
    shown(system, proposal, root)
    return mission, proposal, root


def asked(system: System) -> Approval:
    """A run that waits for Grace; its card is posted."""
    where: dict[str, Any] = {"channel": OPS, "owner": ADA, "team": system.team}
    made_up, proposal = build.draft(system.domain, build.blueprint(acting()), **where)
    mission = system.domain.lifecycle.launch(system.actor(ADA), made_up.id, proposal.id)
    keys = TeamKeys(system.team).mission(mission.id)
    tx = system.domain.store.mission_tx(keys)
    write_mission(tx, keys, mission, approvers=(GRACE,))
    tx.commit()
    (row, *_) = system.domain.lifecycle.run_now(system.actor(ADA), mission.id, "click")
    claim = system.domain.claims.claim(system.team, mission.id, row, "worker")
    assert claim is not None
    call = {"method": "POST", "url": CALL}
    wanted = Wanted(number=1, tool="http_request", arguments=call, act=ActId("A1"))
    made = system.domain.approvals.ask(system.team, claim.execution, wanted)
    deliver(system)
    return made


def near(system: System, asked: Approval) -> None:
    """Move the clock to where a quarter of its life is left."""
    at = reminded_at(asked.at, asked.expires)
    assert at is not None
    clock(system).set(at)


def thread_of(system: System, asked: Approval) -> list[Json]:
    place = system.domain.outbox.where(system.team, asked.mission, OutboxId(f"{asked.id}-ask"))
    assert place is not None
    return system.people.messages(*place)


def said(messages: list[Json]) -> list[str]:
    return [json.dumps(one["blocks"], ensure_ascii=False) for one in messages]


def deliver(system: System) -> None:
    """Empty the lane, however long Slack's pace has it wait."""
    while system.queued(OPS):
        system.domain.redis.zadd(k.LANES, {k.member(system.team, OPS): 0})
        system.deliver(OPS)
        time.sleep(0.05)


def reminders(system: System) -> list[Entry]:
    """Entries about reminders that wait in the lane."""
    keys = TeamKeys(system.team)
    texts = system.domain.store.hmget(keys.outbox, system.queued(OPS))
    found = [Entry.load(text) for text in texts if text]
    return [e for e in found if isinstance(e.card, ReminderCard)]


# --- when -----------------------------------------------------------------------------------


def test_a_quarter_of_its_life_is_left_and_what_lives_too_short_is_let_be() -> None:
    """[A2 C5]"""
    assert reminded_at(MONDAY, MONDAY + LIFETIME) == MONDAY + LIFETIME * 3 / 4
    assert reminded_at(MONDAY, MONDAY + AT_LEAST * 4) == MONDAY + AT_LEAST * 3
    assert reminded_at(MONDAY, MONDAY + AT_LEAST * 3.9) is None


# --- approvals ------------------------------------------------------------------------------


def test_an_approval_is_reminded_of_in_its_thread_once(system: System) -> None:
    """[A2 A3] It names who may answer, and until when in the reader's own zone."""
    waits = asked(system)
    near(system, waits)
    clock(system).advance(seconds=-1)
    look(system)
    assert reminders(system) == []
    near(system, waits)
    look(system)
    look(system)
    deliver(system)
    (_, told) = said(thread_of(system, waits))
    assert f"<@{GRACE}>" in told
    assert CALL in told
    assert f"<!date^{int(waits.expires.timestamp())}^" in told
    clock(system).advance(minutes=20)
    look(system)
    assert reminders(system) == []


def test_many_schedulers_remind_once(system: System) -> None:
    """[A2 S3] The entry of the index guards the commit that reminds."""
    waits = asked(system)
    near(system, waits)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: look(system), range(8)))
    look(system)
    assert len(reminders(system)) == 1


def test_an_answer_before_it_is_due_leaves_no_reminder(system: System) -> None:
    """[A2]"""
    waits = asked(system)
    system.domain.lifecycle.approve(system.actor(GRACE), waits.mission, waits.id, waits.digest)
    assert system.domain.redis.zcard(k.REMINDERS) == 0
    near(system, waits)
    look(system)
    assert reminders(system) == []


def test_an_answer_before_it_is_posted_withholds_it(system: System) -> None:
    """[A2 R4] What waited in the lane is dropped, and so is what would have changed it."""
    waits = asked(system)
    near(system, waits)
    look(system)
    assert len(reminders(system)) == 1
    system.domain.lifecycle.reject(system.actor(GRACE), waits.mission, waits.id, waits.digest)
    deliver(system)
    assert len(thread_of(system, waits)) == 1
    assert system.queued(OPS) == []


def test_an_answer_while_it_is_sent_changes_it_afterwards(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[A2 R4] It stands in Slack a moment after the click, and then says what was answered."""
    waits = asked(system)
    near(system, waits)
    look(system)
    post = system.client.post

    def clicked_meanwhile(*args: Any, **more: Any) -> str:
        click = system.actor(GRACE), waits.mission, waits.id, waits.digest
        system.domain.lifecycle.approve(*click)
        monkeypatch.undo()
        return post(*args, **more)

    monkeypatch.setattr(system.client, "post", clicked_meanwhile)
    deliver(system)
    (_, told) = said(thread_of(system, waits))
    assert "Approved" in told
    assert f"<@{GRACE}>" not in told


def test_an_answer_and_a_reminder_at_once_leave_no_stale_reminder(system: System) -> None:
    """[A2 S1] Whoever comes first: no message says that it still waits."""
    for _ in range(6):
        waits = asked(system)
        near(system, waits)
        click = system.actor(GRACE), waits.mission, waits.id, waits.digest
        with ThreadPoolExecutor(3) as pool:
            racing: list[Future[Any]] = [pool.submit(look, system), pool.submit(look, system)]
            racing.append(pool.submit(system.domain.lifecycle.approve, *click))
            for one in racing:
                one.result()
        deliver(system)
        for told in said(thread_of(system, waits))[1:]:
            assert say("remind-fails") not in told


def test_one_that_expires_says_so_with_what_can_be_done(system: System, redis: Redis) -> None:
    """[A2 A3] On the card with a button, and where it was reminded of."""
    waits = asked(system)
    near(system, waits)
    look(system)
    deliver(system)
    clock(system).set(waits.expires)
    Sweeps(system.domain, RqBell(redis)).approvals()
    deliver(system)
    card, told, *_ = thread_of(system, waits)
    ids = [e["action_id"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"]]
    assert ids == ["run_now"]
    assert say("run-again-asks") in "".join(said([card]))
    assert say("approval-expired") in "".join(said([told]))


def test_what_an_edit_changes_is_what_is_reminded_of(system: System) -> None:
    """[A1 A2]"""
    waits = asked(system)
    other = {"method": "POST", "url": "https://other.example/hook"}
    click = system.actor(GRACE), waits.mission, waits.id, waits.digest
    system.domain.lifecycle.edit_call(*click, other)
    near(system, waits)
    look(system)
    deliver(system)
    (_, told) = said(thread_of(system, waits))
    assert "other.example" in told


def test_after_an_outage_that_lasted_past_its_end_nothing_is_reminded_of(system: System) -> None:
    """[A2 S4]"""
    waits = asked(system)
    clock(system).set(waits.expires)
    look(system)
    assert reminders(system) == []
    assert system.domain.redis.zcard(k.REMINDERS) == 0


# --- Proposals ------------------------------------------------------------------------------


def test_a_plan_is_reminded_of_in_the_thread_of_its_card_then_says_that_it_is_over(
    system: System,
) -> None:
    """[C5 B9] A card that nobody touches does not offer what is no longer possible."""
    _, proposal, root = planned(system)
    clock(system).set(proposal.at + LIFETIME * 3 / 4)
    look(system)
    look(system)
    deliver(system)
    told = said(system.people.messages(OPS, root))[-1]
    assert f"<@{ADA}>" in told
    assert f"<!date^{int(proposal.expires.timestamp())}^" in told
    assert "/archives/" in told  # leads to the card
    assert len(system.people.messages(OPS, root)) == 3
    clock(system).set(proposal.expires)
    look(system)
    assert "launch" in said(system.people.messages(OPS, root))[1]
    clock(system).advance(seconds=2)
    look(system)
    look(system)
    deliver(system)
    _, card, told = said(system.people.messages(OPS, root))
    assert say("expired") in card
    assert '"redo"' in card
    assert '"launch"' not in card
    assert say("expired") in told
    assert system.domain.redis.zcard(k.REMINDERS) == 0


def test_a_plan_that_was_launched_or_replaced_is_not_reminded_of(system: System) -> None:
    """[C5]"""
    mission, proposal, root = planned(system)
    clock(system).set(proposal.at + LIFETIME * 3 / 4)
    system.domain.lifecycle.launch(system.actor(ADA), mission.id, proposal.id)
    changed = system.change(system.stored(mission))
    shown(system, changed, root)
    newer = system.change(system.stored(mission))
    shown(system, newer, root)
    assert system.domain.redis.zcard(k.REMINDERS) == 1
    clock(system).set(changed.at + LIFETIME * 3 / 4)
    look(system)
    (one,) = reminders(system)
    assert isinstance(one.card, ReminderCard)
    assert one.card.proposal == newer.id


def test_a_reminder_says_that_it_was_applied(system: System) -> None:
    """[C5]"""
    mission, proposal, root = planned(system)
    clock(system).set(proposal.at + LIFETIME * 3 / 4)
    look(system)
    deliver(system)
    system.domain.lifecycle.launch(system.actor(ADA), mission.id, proposal.id)
    deliver(system)
    told = said(system.people.messages(OPS, root))[2]
    assert "Launched" in told
    assert say("remind-redo") not in told


def test_one_that_nobody_could_apply_is_not_reminded_of(system: System) -> None:
    """[C5] The plan has moved on since; that it runs out is news to nobody."""
    mission = system.launched()
    root = system.people.post("ada", OPS, "a wish")
    stale = system.change(mission, base=0)
    shown(system, stale, root)
    clock(system).set(stale.at + LIFETIME * 3 / 4)
    look(system)
    assert reminders(system) == []


def test_a_delete_takes_reminders_away(system: System) -> None:
    """[M6] What was to be looked at, and the message."""
    waits = asked(system)
    near(system, waits)
    look(system)
    deliver(system)
    ts = thread_of(system, waits)[1]["ts"]
    mission = system.domain.store.mission(system.team, waits.mission)
    assert mission is not None
    system.change(mission)
    assert system.domain.redis.zcard(k.REMINDERS) == 1
    system.domain.lifecycle.delete(system.actor(ADA), waits.mission, waits.mission)
    assert (OPS, ts) in system.domain.remains.places(system.team, waits.mission)
    assert system.domain.redis.zcard(k.REMINDERS) == 0


def test_a_delete_after_the_look_was_due_is_no_error(system: System) -> None:
    """[M6] An approval's entry goes with the cleanup; until then it is looked at in vain."""
    waits = asked(system)
    near(system, waits)
    system.domain.lifecycle.delete(system.actor(ADA), waits.mission, waits.mission)
    look(system)
    assert reminders(system) == []
    assert system.domain.redis.zcard(k.REMINDERS) == 0


def test_what_cannot_be_read_keeps_no_other_waiting(system: System) -> None:
    """[L5]"""
    waits = asked(system)
    system.domain.redis.zadd(k.REMINDERS, {"nonsense": 1, f"{system.team}|M-222222|what:1": 2})
    near(system, waits)
    look(system)
    assert len(reminders(system)) == 1
    assert system.domain.redis.zcard(k.REMINDERS) == 0


@pytest.mark.parametrize("language", Language)
def test_it_is_said_in_every_language(language: Language) -> None:
    """[C9]"""
    with speaking(language):
        for one in ("remind-launch", "remind-change", "remind-backfill"):
            assert "<@U1>" in say(one, people="<@U1>", mission="*M*", date="D")


def test_a_restart_between_commit_and_post_loses_nothing(system: System) -> None:
    """[A2 R4] It stands in the outbox: whoever delivers next posts it once."""
    waits = asked(system)
    near(system, waits)
    look(system)
    clock(system).set(waits.at)  # Slack's clock, by which a post is looked for
    system.people.misbehave("timeout_after_accept", method="chat.postMessage")
    deliver(system)
    deliver(system)
    assert len(thread_of(system, waits)) == 2


def test_cards_that_remind_of_nothing_are_let_be(system: System) -> None:
    """[R4] Only reminders can be moot."""
    mission, proposal, _ = planned(system)
    for card in (TextCard(text="x"), PlanCard(mission=mission.id, proposal=proposal.id)):
        assert not system.domain.reminders.is_moot(entry(system.team, OPS, card))
