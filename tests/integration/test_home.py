"""Home: what one person may see, published once at a time, in a bounded number of reads."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from redis.connection import HiredisRespSerializer, PythonRespSerializer

from bench.world import NOON, World
from bot.blocks.actions import ActionId, Value
from bot.edge import home, interactions
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.place import Place, ViewAt
from bot.facts.gather import Gather
from bot.facts.home import home_facts
from missions.blueprint import Finding
from missions.cards import AskCard, PlanCard
from missions.conversation import ASKED, conversation_id
from missions.domain import Domain
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.mission import MissionState
from missions.overview import WaitingProposal, WaitingQuestion
from missions.ports import Access
from missions.viewer import Viewer
from missions.waiting import write_asked
from tests.integration.edge_kit import ADA, GRACE, OPS, System, connected
from tests.integration.test_mailbox import head as mail_head
from tests.integration.test_mailbox import incoming
from tests.integration.test_mailbox import said as answered
from tests.integration.test_mailbox import take as take_mail
from tests.support import build, fakes, runs
from tests.support.build import actor, draft, launched, proposed
from tests.support.fakes import TEAM, FakeDirectory, ManualClock

Json = dict[str, Any]
ME = Viewer(team=TEAM, person=fakes.ADA)
HER = Viewer(team=TEAM, person=fakes.GRACE)


# --- the lists and the index of what waits, in the domain -------------------------------------


def names(domain: Domain, viewer: Viewer, **options: Any) -> list[str]:
    """All pages of the viewer's list, their own first."""
    first = domain.reader.missions(viewer, per_page=3, own_first=True, **options)
    pages = [
        domain.reader.missions(viewer, per_page=3, own_first=True, page=n, **options)
        for n in range(1, first.pages + 1)
    ]
    return [mission.name for page in pages for mission in page.items]


def test_ones_own_missions_come_first_on_every_page(domain: Domain, clock: ManualClock) -> None:
    """[R6] Each Mission is on one page; newest first among one's own, and among the others."""
    for number in range(11):
        owner = fakes.GRACE if number % 3 else fakes.ADA
        launched(domain, name=f"Watch {number}", owner=owner)
        clock.advance(minutes=number % 2)
    own, others = {0, 3, 6, 9}, set(range(11)) - {0, 3, 6, 9}
    for viewer, first, rest in ((ME, own, others), (HER, others, own)):
        shown = [int(name.split()[1]) for name in names(domain, viewer)]
        assert set(shown[: len(first)]) == first
        assert set(shown[len(first) :]) == rest
        assert len(shown) == 11
        assert names(domain, viewer, search="watch") == [f"Watch {n}" for n in shown]
    assert domain.reader.missions(ME).counts[MissionState.ACTIVE] == 11


def test_own_lists_follow_the_state_and_go_with_the_mission(domain: Domain) -> None:
    """[R6 M6]"""
    kept, gone = launched(domain, name="Kept"), launched(domain, name="Gone")
    launched(domain, name="Hers", owner=fakes.GRACE)
    domain.lifecycle.disable(actor(), kept.id)
    assert names(domain, ME, state=MissionState.PAUSED) == ["Kept"]
    assert names(domain, ME, state=MissionState.ACTIVE) == ["Gone", "Hers"]
    domain.lifecycle.delete(actor(), gone.id, gone.id)
    assert names(domain, ME) == ["Kept", "Hers"]


def test_an_open_proposal_waits_for_who_asked_for_it(domain: Domain, clock: ManualClock) -> None:
    """[C5] Until it is answered, superseded, too old, or its Mission gone."""
    mission, proposal = draft(domain)
    (waiting,) = domain.overview.waiting(ME)
    assert isinstance(waiting, WaitingProposal)
    assert (waiting.proposal.id, waiting.card) == (proposal.id, None)
    assert domain.overview.waiting(HER) == ()
    domain.lifecycle.launch(actor(), mission.id, proposal.id)
    assert domain.overview.waiting(ME) == ()

    active = build.stored(domain, mission.id)
    proposed(domain, active, build.blueprint(build.task(build.DAILY_9)))
    newer = proposed(domain, active, build.blueprint(build.task(title="Newer")))
    assert [w.proposal.id for w in domain.overview.waiting(ME)] == [newer.id]  # type: ignore[union-attr]
    clock.advance(hours=25)
    assert domain.overview.waiting(ME) == ()
    assert not domain.redis.exists(TeamKeys(TEAM).waiting(fakes.ADA))


def test_what_waits_hides_what_its_person_may_not_see_any_more(
    domain: Domain, directory: FakeDirectory
) -> None:
    """[P1] It comes back with the right to see it."""
    draft(domain, channel=fakes.SECRET)
    directory.access_table[fakes.ADA, fakes.SECRET] = Access.NONE
    assert domain.overview.waiting(ME) == ()
    directory.access_table[fakes.ADA, fakes.SECRET] = Access.MEMBER
    assert len(domain.overview.waiting(ME)) == 1


def test_a_question_waits_for_whom_it_was_asked(domain: Domain) -> None:
    """[C1] Until they answer it."""
    domain.mailboxes.accept(incoming())
    box = take_mail(domain)
    domain.turns.finish(box, *mail_head(box), answered(AskCard(lead="Which one?")))
    (waiting,) = domain.overview.waiting(ME)
    assert isinstance(waiting, WaitingQuestion)
    assert waiting.channel == incoming().channel
    domain.redis.unlink(TeamKeys(TEAM).conversation(incoming().conversation))
    assert domain.overview.waiting(ME) == ()


def test_questions_neither_crowd_out_what_is_to_be_clicked_nor_pile_up(
    domain: Domain, clock: ManualClock
) -> None:
    """[R6 A1] Proposals come first; of each channel's questions one waits, for a day."""
    _, proposal = draft(domain)
    clock.advance(minutes=1)
    keys, at = TeamKeys(TEAM), clock.now()
    tx = domain.store.team_tx(TEAM)
    for number in range(60):
        name = conversation_id(fakes.OPS, f"1000.{number:06}")
        tx.hset(keys.conversation(name), {ASKED: fakes.ADA})
        write_asked(tx, fakes.ADA, name, at + timedelta(seconds=number))
    tx.commit()
    first, second = domain.overview.waiting(ME)
    assert isinstance(first, WaitingProposal)
    assert first.proposal.id == proposal.id
    assert isinstance(second, WaitingQuestion)
    assert second.thread_ts == "1000.000059"
    clock.advance(hours=25)
    assert domain.overview.waiting(ME) == ()
    assert not domain.redis.exists(keys.waiting(fakes.ADA))


def test_results_are_the_latest_oldest_first(domain: Domain, clock: ManualClock) -> None:
    """[R6] Of Missions that the viewer may see only."""
    mission, hidden = launched(domain), launched(domain, channel=fakes.SECRET)
    for ending in (runs.FAILED, runs.FOUND, runs.GOOD):
        for one in (mission, hidden):
            runs.ran(domain, one, build.task(), ending)
        clock.advance(minutes=5)
    found = domain.overview.results(HER, [mission, hidden], 2)
    assert {m: [one.finding for one in each] for m, each in found.items()} == {
        mission.id: [Finding.CRITICAL, Finding.ALL_GOOD]
    }


# --- at the edge ------------------------------------------------------------------------------


@pytest.fixture
def system(redis: Redis) -> Iterator[System]:
    with connected(redis) as running:
        yield running


def seen(system: System, person: str) -> Json:
    """The person's Home as it is now."""
    view = system.people.home(person)
    assert view is not None
    return view


def shown(system: System, person: str, has: str) -> Json:
    """The person's Home once it has these words."""

    def find() -> Json | None:
        view = system.people.home(person)
        return view if view and has in json.dumps(view, ensure_ascii=False) else None

    return system.people.wait_for(find) or {}


def test_home_is_filtered_searched_and_turned(system: System) -> None:
    """[R6] What was chosen stays while the person is there."""
    for number in range(12):
        system.launched(OPS, name=f"Watch {number}")
    paused = system.launched(OPS, name="Nightly")
    system.domain.lifecycle.disable(system.actor(ADA), paused.id, "code freeze")
    system.people.open_home("ada")
    view = shown(system, "ada", "page 1 of 2")
    system.people.click_view("ada", view["id"], "list_page:1")
    shown(system, "ada", "page 2 of 2")
    option = next(
        o["value"]
        for b in view["blocks"]
        for e in b.get("elements", ())
        for o in e.get("options", ())
        if "Paused" in o["text"]["text"]
    )
    system.people.click_view("ada", view["id"], "home_state", option)
    system.people.wait_for(
        lambda: "Watch" not in str((system.people.home("ada") or {})["blocks"][5:])
    )
    shown(system, "ada", "code freeze")
    system.people.click_view("ada", view["id"], "home_search", "watch 7")
    view = shown(system, "ada", "No Mission matches")
    system.people.click_view("ada", view["id"], "list_page")
    view = shown(system, "ada", "page 1 of 2")
    system.people.click_view("ada", view["id"], "home_search", "watch 7")
    assert "Watch 8" not in str(shown(system, "ada", '"initial_value": "watch 7"'))


def test_home_follows_what_its_person_does_elsewhere(system: System) -> None:
    """[R6] Nobody else's Home is published for that."""
    mission, proposal = system.draft()
    plan = system.show(OPS, PlanCard(mission=mission.id, proposal=proposal.id))
    for person in ("ada", "grace"):
        system.people.open_home(person)
    assert "A plan to launch" in str(shown(system, "ada", mission.id))
    shown(system, "grace", mission.id)
    before = len(system.calls("views.publish"))
    system.people.click("ada", OPS, plan["ts"], "launch")
    view = shown(system, "ada", "1 Active")
    assert "A plan to launch" not in str(view)
    assert len(system.calls("views.publish")) == before + 1
    assert "1 Draft" in str(system.people.home("grace"))


def test_a_held_up_publish_never_shows_what_is_older(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R6] Who comes while it is held leaves word, and it begins again."""
    edge = Edge.build(system.domain, system.client)
    home.publish(edge, ADA)
    gathered, go = threading.Event(), threading.Event()
    publish_home = edge.client.publish_home

    def held(*args: Any) -> str:
        if not gathered.is_set():
            gathered.set()
            assert go.wait(10)
        return publish_home(*args)

    monkeypatch.setattr(edge.client, "publish_home", held)
    slow = threading.Thread(target=home.publish, args=(edge, ADA))
    slow.start()
    assert gathered.wait(10)
    system.launched(OPS, name="Made meanwhile")
    home.publish(edge, ADA)
    assert "Made meanwhile" not in str(system.people.home("ada"))
    go.set()
    slow.join(10)
    assert "Made meanwhile" in str(system.people.home("ada"))


def test_opening_home_does_not_undo_a_search_that_is_handled_at_the_same_time(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[R6] Whatever was read before it is not written back over it; nor over a state."""
    edge = Edge.build(system.domain, system.client)
    home.publish(edge, ADA, search="walrus", page=1)
    home.publish(edge, ADA, state=MissionState.ACTIVE.value, page=1)
    kept = system.domain.redis.hgetall(TeamKeys(edge.team).cache("home", "look", ADA))
    assert kept == {"search": "walrus", "state": "Active", "page": "1"}
    written: list[str] = []
    hset = Redis.hset

    def noted(self: Redis, name: str, *args: Any, **kwargs: Any) -> Any:
        written.append(name)
        return hset(self, name, *args, **kwargs)

    monkeypatch.setattr(Redis, "hset", noted)
    home.publish(edge, ADA)
    assert not [name for name in written if "look" in name]


def test_a_home_that_was_published_otherwise_is_gathered_anew(system: System) -> None:
    """[R6] Slack's hash tells; what is then shown is what is true then."""
    edge = Edge.build(system.domain, system.client)
    home.publish(edge, ADA)
    system.client.publish_home(ADA, {"type": "home", "blocks": [{"type": "divider"}]})
    home.publish(edge, ADA)
    assert "Mission control" in str(system.people.home("ada"))
    assert [c["error"] for c in system.calls("views.publish") if c.get("error")] == [
        "hash_conflict"
    ]


def test_an_administrator_pauses_and_resumes_everything(system: System) -> None:
    """[M10] With note; nobody else can, and the Home of who cannot says so."""
    system.launched(OPS)
    system.people.open_home("ada")
    view = shown(system, "ada", "Pause everything")
    system.people.click_view("ada", view["id"], "open_pause_all")
    (dialog,) = system.people.wait_for(lambda: system.people.views("ada"))
    system.people.submit("ada", dialog["id"], {"note": {"note": "code freeze"}})
    view = shown(system, "ada", "Everything in the workspace is paused")
    assert "code freeze" in str(view)
    system.people.open_home("grace")
    told = shown(system, "grace", "Everything in the workspace is paused")
    assert "resume_all" not in str(told)
    system.people.click_view("ada", view["id"], "resume_all")
    shown(system, "ada", "open_pause_all")
    assert system.domain.quiet.everywhere(system.team) is None


def test_who_is_no_administrator_cannot_pause_everything(system: System) -> None:
    """[M10 P2] Asked when the dialog is opened, and once more when it is submitted."""
    edge = Edge.build(system.domain, system.client)
    place = Place(person=GRACE, channel=None, shown=ViewAt("V1", is_home=True))
    click = Click(place, ActionId.OPEN_PAUSE_ALL, Value(), "b", system.actor(GRACE))
    interactions.on_click(edge, click)
    assert "You cannot pause the whole workspace" in str(system.people.home("grace"))
    body = {"user": {"id": GRACE}, "view": {"callback_id": "pause_all", "state": {"values": {}}}}
    answer = interactions.on_submit(edge, body)
    assert "You cannot pause the whole workspace" in str(answer)
    assert system.domain.quiet.everywhere(system.team) is None


# --- how much it asks -------------------------------------------------------------------------


def commands(redis: Redis) -> int:
    return int(redis.info("stats")["total_commands_processed"])


@dataclass(frozen=True)
class Asked:
    """Commands that Home sent, and all that storage carried out for them, within scripts too."""

    sent: int
    done: int


def asked(world: World, **look: Any) -> Asked:
    """How much Home asks of storage."""
    gather = Gather(world.domain, ME.model_copy(update={"team": world.team}), _link, _none)
    sent = 0
    packers = (HiredisRespSerializer, PythonRespSerializer)
    packs = [packer.pack for packer in packers]

    def counted(pack: Any) -> Any:
        def count(self: Any, *args: Any) -> Any:
            nonlocal sent
            sent += 1
            return pack(self, *args)

        return count

    before = commands(world.domain.redis)
    with pytest.MonkeyPatch.context() as patch:
        for packer, pack in zip(packers, packs, strict=True):
            patch.setattr(packer, "pack", counted(pack))
        home_facts(gather, look.get("state"), look.get("search", ""), look.get("page", 1))
    return Asked(sent, commands(world.domain.redis) - before - 1)


def _link(channel: ChannelId, ts: str) -> str:
    return ts


def _none(*_: object) -> None:
    return None


class Bulk(World):
    """`bench.world` on the test's own storage."""

    def __init__(self, domain: Domain) -> None:
        self.clock, self.team, self.domain = domain.clock, TEAM, domain  # type: ignore[assignment]


def test_home_at_10000_missions_asks_no_more_than_at_100(
    domain: Domain, directory: FakeDirectory
) -> None:
    """[R6] Its reads are bounded per page, however many Missions there are.

    What scripts read for it is bounded too: a search looks at as many as it may find.
    """
    directory.access = lambda *_, **__: Access.MEMBER  # type: ignore[method-assign]
    world = Bulk(domain)
    looks: tuple[Json, ...] = ({}, {"state": MissionState.ACTIVE}, {"page": 3}, {"search": "77"})
    world.missions(100, due=NOON + timedelta(days=1), channels=20)
    few = [asked(world, **look) for look in looks]
    world.missions(9_900, due=NOON + timedelta(days=1), channels=20, first=100)
    many = [asked(world, **look) for look in looks]
    assert [m.sent for m in many[:3]] == [f.sent for f in few[:3]]
    assert many[3].sent <= few[3].sent + 200
    assert 0 < max(m.sent for m in many) < 700
    assert many[:2] == few[:2]
    assert many[2].done < 700
    assert many[3].done < 2_000
