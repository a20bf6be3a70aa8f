"""Copy and move: where a Mission lives decides at once who may see it."""

from __future__ import annotations

import json

import pytest

from missions import keys as k
from missions.blueprint import EventSource, EventTrigger, Mention
from missions.cards import PlanCard, ReportCard, TextCard
from missions.domain import Domain
from missions.errors import Forbidden, PlanRefused, UnknownMission
from missions.hooks import heard_in, hooks_of
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from missions.ports import Access
from missions.verbs.places import PlaceRefused
from missions.viewer import Viewer
from tests.support.build import actor, blueprint, draft, launched, stored, task
from tests.support.fakes import ADA, GRACE, MALLORY, OPS, SECRET, TEAM, FakeDirectory
from tests.support.runs import FOUND, NEW, ran, state_of
from tests.support.stored import lane

EU = ChannelId("C-EU")
KEYS = TeamKeys(TEAM)


@pytest.fixture(autouse=True)
def eu(directory: FakeDirectory) -> None:
    """Ada is a member of #eu too; Mallory reads it."""
    directory.access_table |= {(ADA, EU): Access.MEMBER, (MALLORY, EU): Access.READ}


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain)


def seen(domain: Domain, person: str, place: ChannelId | None = None) -> list[str]:
    viewer = Viewer(team=TEAM, person=person, place=place)
    return [m.id for m in domain.reader.missions(viewer).items]


def test_a_move_takes_id_and_history_along(domain: Domain, mission: Mission) -> None:
    """[P3] Only the channel is another one."""
    run = ran(domain, mission, task(), FOUND)
    moved = domain.lifecycle.move(actor(), mission.id, EU)
    assert (moved.id, moved.channel, moved.state) == (mission.id, EU, MissionState.ACTIVE)
    assert [e.id for e in domain.reader.executions(actor().viewer, mission.id)] == [run.id]
    assert domain.redis.zscore(k.TIMER, KEYS.mission(mission.id).timer_member(task().id))


def test_who_may_see_it_follows_at_once(domain: Domain, mission: Mission) -> None:
    """[P1] Nobody of the old channel who cannot read the new one finds it, nor does its place."""
    domain.lifecycle.move(actor(), mission.id, EU)
    assert seen(domain, GRACE) == []
    assert seen(domain, ADA, OPS) == []
    assert seen(domain, ADA, EU) == [mission.id]
    assert seen(domain, MALLORY) == [mission.id]
    viewer = actor(GRACE).viewer
    assert domain.reader.find(viewer, "Shop watch") == ()
    assert domain.reader.find(viewer, mission.id) == ()
    with pytest.raises(UnknownMission):
        domain.reader.mission(viewer, mission.id)
    with pytest.raises(UnknownMission):
        domain.lifecycle.rename(actor(GRACE), mission.id, "Mine")
    assert OPS not in domain.redis.smembers(KEYS.channels), "no Mission lives there any more"


def test_the_old_channel_is_told_that_it_left_and_not_where_it_went(
    domain: Domain, mission: Mission
) -> None:
    """[P1 P3] A delete removes that message too."""
    domain.lifecycle.move(actor(), mission.id, EU)
    (told,) = [e for e in lane(domain, OPS) if isinstance(e.card, TextCard)]
    assert "another channel" in told.card.text  # type: ignore[union-attr]
    assert EU not in told.dump().replace(mission.id, "")
    assert told.mission == mission.id
    assert [e.card.kind for e in lane(domain, EU)] == ["state"]


def test_what_goes_on_is_told_anew_in_the_new_channel(domain: Domain, mission: Mission) -> None:
    """[P1 R2] An update of the old report would let the old channel read on."""
    ran(domain, mission, task(), NEW)
    assert state_of(domain, mission).report
    moved = domain.lifecycle.move(actor(), mission.id, EU)
    ran(domain, moved, task(), FOUND)
    (said,) = [e for e in lane(domain, EU) if isinstance(e.card, ReportCard)]
    assert said.update is None


def test_rules_listen_where_the_mission_lives_and_addresses_stay(domain: Domain) -> None:
    """[B6 P3]"""
    heard = EventTrigger(source=EventSource.SLACK_MESSAGE)
    posted = EventTrigger(source=EventSource.WEBHOOK)
    mission = launched(domain, blueprint(task(heard), task(posted, number=2)))
    keys = KEYS.mission(mission.id)
    before = hooks_of(domain.store, keys)
    domain.lifecycle.move(actor(), mission.id, EU)
    assert heard_in(domain.store, TEAM, OPS) == []
    assert [t.mission for t in heard_in(domain.store, TEAM, EU)] == [mission.id]
    assert hooks_of(domain.store, keys) == before


def test_it_needs_editing_here_and_membership_there(
    domain: Domain, mission: Mission, directory: FakeDirectory
) -> None:
    """[P2 P3] A channel that one is not in answers like one that does not exist."""
    for act in (domain.lifecycle.move, domain.lifecycle.copy):
        with pytest.raises(Forbidden):
            act(actor(MALLORY), mission.id, EU)
        with pytest.raises(PlaceRefused) as not_there:
            act(actor(GRACE), mission.id, EU)
        with pytest.raises(PlaceRefused) as nowhere:
            act(actor(GRACE), mission.id, ChannelId("C-NONE"))
        assert str(not_there.value) == str(nowhere.value)
    directory.access_table[(GRACE, EU)] = Access.MEMBER
    del directory.access_table[(ADA, EU)]
    with pytest.raises(PlaceRefused, match="owner cannot read"):
        domain.lifecycle.move(actor(GRACE), mission.id, EU)
    assert stored(domain, mission.id).channel == OPS


def test_a_draft_is_not_moved_and_nothing_to_where_it_is(domain: Domain, mission: Mission) -> None:
    """[M2]"""
    with pytest.raises(PlaceRefused, match="already"):
        domain.lifecycle.move(actor(), mission.id, OPS)
    made, _ = draft(domain, name="Draft")
    with pytest.raises(Exception, match="is a Draft"):
        domain.lifecycle.move(actor(), made.id, EU)


def test_a_copy_is_a_draft_of_who_copied(domain: Domain, mission: Mission) -> None:
    """[P3 C3] With an ID of its own and its plan card there; the original stays as it is."""
    made = domain.lifecycle.copy(actor(), mission.id, EU)
    assert (made.state, made.channel, made.owner) == (MissionState.DRAFT, EU, ADA)
    assert made.id != mission.id
    (card,) = [e.card for e in lane(domain, EU)]
    assert isinstance(card, PlanCard)
    plan = domain.reader.blueprint(actor().viewer, made.id)
    assert plan == domain.reader.blueprint(actor().viewer, mission.id)
    domain.lifecycle.launch(actor(), made.id, card.proposal)
    assert stored(domain, made.id).state is MissionState.ACTIVE
    assert stored(domain, mission.id) == mission


def test_the_log_of_what_was_copied_does_not_name_the_copy(domain: Domain) -> None:
    """[P1 M7] Who reads the original may not see the copy; what was written before is mended."""
    mission = launched(domain)
    made = domain.lifecycle.copy(actor(), mission.id, SECRET)
    reader = actor(GRACE).viewer
    (copied,) = domain.reader.changes(reader, mission.id, 1)
    assert (copied.what, copied.by) == ("Copied", ADA)
    changes = KEYS.mission(mission.id).changes
    assert made.id not in str(domain.redis.lrange(changes, 0, -1))
    older = {"at": copied.at.isoformat(), "by": ADA, "what": "Copied", "after": made.id}
    domain.redis.lset(changes, 0, json.dumps(older))
    assert made.id not in str(domain.reader.changes(reader, mission.id, 1))
    assert made.id not in str(domain.overview.changes(reader, mission.id, 1, 10))


def test_a_copy_that_would_mention_somebody_who_cannot_read_there_is_not_launched(
    domain: Domain, directory: FakeDirectory
) -> None:
    """[B7 R1]"""
    plan = blueprint().model_copy(update={"mentions": (Mention(person=GRACE),)})
    made = domain.lifecycle.copy(actor(), launched(domain, plan).id, SECRET)
    assert made.draft
    with pytest.raises(PlanRefused, match="grace cannot read"):
        domain.lifecycle.launch(actor(), made.id, made.draft)


def test_one_card_makes_one_copy_whoever_clicks_it(
    domain: Domain, mission: Mission, directory: FakeDirectory
) -> None:
    """[C6]"""
    directory.access_table |= {(GRACE, EU): Access.MEMBER}
    domain.lifecycle.copy(actor(), mission.id, EU, "the card")
    with pytest.raises(PlaceRefused, match="used"):
        domain.lifecycle.copy(actor(GRACE), mission.id, EU, "the card")
    assert len(seen(domain, ADA, EU)) == 1
    domain.lifecycle.copy(actor(GRACE), mission.id, EU, "another card")
    assert len(seen(domain, ADA, EU)) == 2
