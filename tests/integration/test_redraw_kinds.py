"""Cards that wait for a person or tell what was follow their Mission, and keep their buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from redis import Redis

from bot.cleanup import Cleanup
from missions import keys as k
from missions.blueprint import Every
from missions.cards import ApprovalCard, BackfillCard, HandoverCard, SummaryCard
from missions.ids import ChannelId, MissionId
from missions.lanes import lanes_of
from missions.mission import Mission
from tests.integration.edge_kit import ADA, GRACE, OPS, System, alone
from tests.support.approvals import wanted
from tests.support.storage import StorageServer
from tests.support.story import actions, words

NAME, AFTER, NOTE = "Shop watch", "Night train", "code freeze until nine"


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()


def follow(system: System) -> None:
    """What the scheduler does once changes were gathered, and the deliveries after it."""
    for name, due in system.domain.store.due(k.REDRAWS, float("inf"), 100):
        system.domain.redraws.draw(system.team, MissionId(k.split_member(name, 2)[1]), due)
    for lane in lanes_of(OPS):
        system.deliver(ChannelId(lane))


def read(system: System, ts: str) -> dict[str, object]:
    (found,) = [m for m in system.people.messages(OPS) if m["ts"] == ts]
    return found


def backfill(system: System, mission: Mission) -> str:
    now = system.domain.clock.now()
    proposal = system.domain.lifecycle.propose_backfill(
        system.actor(ADA), mission.id, now - timedelta(hours=1), now
    )
    return post(system, BackfillCard(mission=mission.id, proposal=proposal.id))


def summary(system: System, mission: Mission) -> str:
    now = system.domain.clock.now()
    since = now - timedelta(days=7)
    return post(system, SummaryCard(mission=mission.id, every=Every.WEEK, since=since, until=now))


def approval(system: System, mission: Mission) -> str:
    row = system.domain.lifecycle.run_now(system.actor(ADA), mission.id, "click")[0]
    held = system.domain.claims.claim(system.team, mission.id, row, "token")
    assert held is not None
    asked = system.domain.approvals.ask(system.team, held.execution, wanted())
    follow(system)
    found = [m for m in system.people.messages(OPS) if "approve" in actions(m)]
    assert ApprovalCard(mission=mission.id, execution=asked.execution, approval=asked.id)
    return str(found[-1]["ts"])


def handover(system: System, mission: Mission) -> str:
    system.domain.lifecycle.offer(system.actor(ADA), mission.id, GRACE)
    follow(system)
    found = [m for m in system.people.messages(OPS) if "accept_handover" in actions(m)]
    return str(found[-1]["ts"])


def post(system: System, card: BackfillCard | SummaryCard | HandoverCard) -> str:
    return str(system.show(OPS, card)["ts"])


Make = Callable[[System, Mission], str]
CARDS: dict[str, tuple[Make, set[str]]] = {
    "backfill": (backfill, {"backfill"}),
    "summary": (summary, {"view_plan", "history"}),
    "approval": (approval, {"approve", "open_reject", "open_edit_call", "stop"}),
    "handover": (handover, {"accept_handover"}),
}
"""How each comes to be, and the buttons that must stay with it."""


def made(system: System, kind: str) -> tuple[Mission, str, set[str]]:
    """A Mission, its card's message, and the buttons on it."""
    mission = system.launched(name=NAME)
    follow(system)
    make, needed = CARDS[kind]
    ts = make(system, mission)
    offered = actions(read(system, ts))
    assert needed <= offered
    assert NAME in words(read(system, ts))
    return mission, ts, offered


@pytest.mark.parametrize("kind", CARDS)
def test_a_new_name_is_said_and_every_button_stays(system: System, kind: str) -> None:
    """[M3 C4 R4]"""
    mission, ts, offered = made(system, kind)
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, AFTER)
    follow(system)
    shown = read(system, ts)
    assert AFTER in words(shown)
    assert NAME not in words(shown)
    assert actions(shown) == offered


STILL = {"approval": {"approve", "open_reject", "stop"}, "handover": {"accept_handover"}}
"""What may be answered while a Mission is Paused: an attempt that runs goes on [M1]."""


@pytest.mark.parametrize("kind", CARDS)
def test_a_pause_and_its_end_are_followed(system: System, kind: str) -> None:
    """[M3 M4] No button that would be refused; and all of them again afterwards."""
    mission, ts, offered = made(system, kind)
    system.domain.lifecycle.disable(system.actor(ADA), mission.id, NOTE, None)
    follow(system)
    paused = read(system, ts)
    assert NAME in words(paused)
    assert STILL.get(kind, set()) <= actions(paused)
    assert not {"backfill", "open_disable"} & actions(paused)
    assert kind != "backfill" or NOTE in words(paused)
    system.domain.lifecycle.enable(system.actor(ADA), mission.id)
    follow(system)
    assert actions(read(system, ts)) == offered


@pytest.mark.parametrize("kind", CARDS)
def test_a_delete_leaves_nothing_to_draw_and_nothing_to_read(system: System, kind: str) -> None:
    """[M6 R4] A redraw that waits brings nothing back."""
    mission, ts, _ = made(system, kind)
    system.domain.lifecycle.rename(system.actor(ADA), mission.id, AFTER)
    for name, due in system.domain.store.due(k.REDRAWS, float("inf"), 100):
        system.domain.redraws.draw(system.team, MissionId(k.split_member(name, 2)[1]), due)
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    before = len(system.calls("chat.update"))
    follow(system)
    updated = [c for c in system.calls("chat.update")[before:] if c["args"]["ts"] == ts]
    assert updated == []
    system.domain.remains.clear(system.team, mission.id)
    Cleanup(system.domain, system.client, system.team, mission.id).run()
    assert ts not in [m["ts"] for m in system.people.messages(OPS)]
    assert mission.id not in str(system.people.messages(OPS))


def test_an_offer_that_was_taken_is_not_offered_again_by_a_change(system: System) -> None:
    """[P3 M3]"""
    mission, ts, _ = made(system, "handover")
    offer = system.stored(mission).handover
    assert offer is not None
    system.domain.lifecycle.accept(system.actor(GRACE), mission.id, offer.id)
    system.domain.lifecycle.rename(system.actor(GRACE), mission.id, AFTER)
    follow(system)
    shown = read(system, ts)
    assert AFTER in words(shown)
    assert actions(shown) == set()


def test_a_backfill_that_was_started_is_not_offered_again_by_a_change(system: System) -> None:
    """[S6 M3]"""
    mission = system.launched(name=NAME)
    now, ada = system.domain.clock.now(), system.actor(ADA)
    verbs = system.domain.lifecycle
    proposal = verbs.propose_backfill(ada, mission.id, now - timedelta(hours=1), now)
    ts = post(system, BackfillCard(mission=mission.id, proposal=proposal.id))
    verbs.backfill(ada, mission.id, proposal.id)
    verbs.rename(ada, mission.id, AFTER)
    follow(system)
    assert AFTER in words(read(system, ts))
    assert "backfill" not in actions(read(system, ts))
