"""Missions and their states, on real storage."""

from __future__ import annotations

from datetime import timedelta

import pytest

from missions import keys as k
from missions.blueprint import OnceTrigger
from missions.domain import Domain
from missions.errors import (
    Forbidden,
    InvalidName,
    PlanRefused,
    ProposalRefused,
    TransitionRefused,
    UnknownMission,
    WrongTypedId,
)
from missions.execution import Outcome, Reason
from missions.ids import MissionId, TaskId
from missions.keys import TeamKeys
from missions.mission import MissionState
from missions.viewer import Actor
from tests.support.build import (
    DAILY_9,
    actor,
    blueprint,
    draft,
    launched,
    proposed,
    stored,
    task,
)
from tests.support.fakes import (
    ADA,
    GRACE,
    MALLORY,
    OPS,
    SECRET,
    TEAM,
    FakeDirectory,
    ManualClock,
    RecordingBell,
)

T1 = TaskId("T1")


def armed(domain: Domain, mission: MissionId, of: TaskId = T1) -> float | None:
    member = TeamKeys(TEAM).mission(mission).timer_member(of)
    score = domain.redis.zscore(k.TIMER, member)
    return float(score) if score is not None else None


def test_launch_makes_a_draft_active_and_arms_its_tasks(domain: Domain) -> None:
    """[M1] Draft → Active; the plan is version 1."""
    mission, proposal = draft(domain)
    assert armed(domain, mission.id) is None
    launched_ = domain.lifecycle.launch(actor(), mission.id, proposal.id)
    assert (launched_.state, launched_.version) == (MissionState.ACTIVE, 1)
    due = domain.reader.task_states(actor().viewer, mission.id)[T1].next_at
    assert due is not None
    assert due.isoformat() == "2026-11-23T10:05:00+00:00"
    assert armed(domain, mission.id) == due.timestamp()


def test_a_second_launch_is_refused_and_changes_nothing(domain: Domain) -> None:
    """[C6 M2] A card is answered once."""
    mission, proposal = draft(domain)
    first = domain.lifecycle.launch(actor(), mission.id, proposal.id)
    with pytest.raises(ProposalRefused, match="already confirmed"):
        domain.lifecycle.launch(actor(GRACE), mission.id, proposal.id)
    assert stored(domain, mission.id) == first


def test_a_plan_with_findings_is_not_launched(domain: Domain) -> None:
    """[B7] Nothing can be launched until the findings are mended."""
    mission, proposal = draft(domain, findings=("The zone is unknown.",))
    with pytest.raises(PlanRefused, match="zone is unknown"):
        domain.lifecycle.launch(actor(), mission.id, proposal.id)
    assert stored(domain, mission.id).state is MissionState.DRAFT


def test_an_expired_card_is_refused_with_an_offer(domain: Domain, clock: ManualClock) -> None:
    """[C5] A Proposal older than 24 hours cannot be applied."""
    mission, proposal = draft(domain)
    clock.advance(hours=24, seconds=1)
    with pytest.raises(ProposalRefused) as refusal:
        domain.lifecycle.launch(actor(), mission.id, proposal.id)
    assert (refusal.value.why, refusal.value.can_redo) == ("expired", True)


def test_a_change_takes_effect_as_the_next_version(domain: Domain, clock: ManualClock) -> None:
    """[C5 B8] Versions are kept; only a changed trigger is armed anew."""
    mission = launched(domain, blueprint(task(), task(number=2)))
    before = armed(domain, mission.id)
    clock.advance(minutes=1)
    changed = blueprint(task(), task(DAILY_9, number=2))
    proposal = proposed(domain, mission, changed)
    assert domain.lifecycle.apply(actor(), mission.id, proposal.id).version == 2
    viewer = actor().viewer
    assert domain.reader.versions(viewer, mission.id) == (1, 2)
    states = domain.reader.task_states(viewer, mission.id)
    assert (states[T1].trigger_rev, states[TaskId("T2")].trigger_rev) == (1, 2)
    assert armed(domain, mission.id) == before
    assert str(states[TaskId("T2")].next_at) == "2026-11-24 08:00:00+00:00"


def test_a_change_made_on_an_older_version_is_refused(domain: Domain) -> None:
    """[C5] The base version is bound; a newer card supersedes the older one."""
    mission = launched(domain)
    stale = proposed(domain, mission, blueprint(task(DAILY_9)))
    newer = proposed(domain, mission, blueprint(task(), task(number=2)))
    with pytest.raises(ProposalRefused) as refusal:
        domain.lifecycle.apply(actor(), mission.id, stale.id)
    assert refusal.value.why == "superseded"
    domain.lifecycle.apply(actor(), mission.id, newer.id)
    late = proposed(domain, mission, blueprint(task(DAILY_9)))
    with pytest.raises(ProposalRefused) as refusal:
        domain.lifecycle.apply(actor(), mission.id, late.id)
    assert (refusal.value.why, refusal.value.can_redo) == ("stale", True)


def test_disable_empties_the_queue_and_enable_resumes_from_now(
    domain: Domain, clock: ManualClock
) -> None:
    """[M3 M4 S5] Nothing queued starts; what was missed while Paused is not made up."""
    mission = launched(domain)
    due = domain.lifecycle.run_now(actor(), mission.id, "click-1")
    paused = domain.lifecycle.disable(actor(), mission.id, "code   freeze")
    assert paused.pause is not None
    assert (paused.state, paused.pause.note) == (MissionState.PAUSED, "code freeze")
    assert armed(domain, mission.id) is None
    row = domain.store.occurrence(TEAM, mission.id, due[0])
    assert row is not None
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.PAUSED)
    assert domain.redis.zcard(k.PENDING) == 0
    clock.advance(hours=3)
    domain.lifecycle.enable(actor(), mission.id)
    state = domain.reader.task_states(actor().viewer, mission.id)[T1]
    assert str(state.next_at) == "2026-11-23 13:05:00+00:00"


@pytest.mark.parametrize("verb", ["enable", "delete", "disable_draft"])
def test_what_the_state_does_not_allow_is_refused_with_the_state(domain: Domain, verb: str) -> None:
    """[M2] The sentence says what the state is; nothing changes."""
    mission, _ = draft(domain)
    calls = {
        "enable": lambda: domain.lifecycle.enable(actor(), mission.id),
        "delete": lambda: domain.lifecycle.delete(actor(), mission.id, mission.id),
        "disable_draft": lambda: domain.lifecycle.disable(actor(), mission.id),
    }
    with pytest.raises(TransitionRefused, match="is a Draft"):
        calls[verb]()
    assert stored(domain, mission.id) == mission


def test_run_now_happens_once_per_click(domain: Domain, bell: RecordingBell) -> None:
    """[S6] The timetable stays; a double click runs once."""
    mission = launched(domain)
    before = armed(domain, mission.id)
    assert len(domain.lifecycle.run_now(actor(), mission.id, "click-1")) == 1
    assert domain.lifecycle.run_now(actor(), mission.id, "click-1") == ()
    assert len(bell.executions) == 1
    assert armed(domain, mission.id) == before


def test_a_reader_may_look_but_not_act(domain: Domain) -> None:
    """[P2] Every verb declares its right and refuses in words."""
    mission, proposal = draft(domain)
    mallory = actor(MALLORY)
    assert domain.reader.mission(mallory.viewer, mission.id)
    for act in (
        lambda: domain.lifecycle.launch(mallory, mission.id, proposal.id),
        lambda: domain.lifecycle.discard(mallory, mission.id, proposal.id),
        lambda: domain.lifecycle.try_once(mallory, mission.id, proposal.id, "c"),
        lambda: domain.lifecycle.rename(mallory, mission.id, "Mine"),
        lambda: domain.lifecycle.disable(mallory, mission.id),
        lambda: domain.lifecycle.enable(mallory, mission.id),
        lambda: domain.lifecycle.run_now(mallory, mission.id, "c"),
        lambda: domain.lifecycle.stop(mallory, mission.id),
        lambda: domain.lifecycle.delete(mallory, mission.id, mission.id),
        lambda: domain.lifecycle.apply(mallory, mission.id, proposal.id),
    ):
        with pytest.raises(Forbidden):
            act()
    assert stored(domain, mission.id) == mission


def test_a_hidden_mission_and_an_unknown_one_get_the_same_sentence(domain: Domain) -> None:
    """[P1] Who cannot read the channel cannot learn that the Mission exists."""
    hidden, proposal = draft(domain, channel=SECRET)
    grace = actor(GRACE)
    with pytest.raises(UnknownMission) as unknown:
        domain.reader.mission(grace.viewer, MissionId("M-ZZZZZZ"))
    with pytest.raises(UnknownMission) as seen:
        domain.lifecycle.launch(grace, hidden.id, proposal.id)
    with pytest.raises(UnknownMission) as read:
        domain.reader.mission(grace.viewer, hidden.id)
    expected = unknown.value.sentence.replace("M-ZZZZZZ", hidden.id)
    assert seen.value.sentence == read.value.sentence == expected
    assert domain.reader.find(grace.viewer, hidden.id) == ()
    assert domain.reader.find(grace.viewer, hidden.name) == ()
    assert domain.reader.missions(grace.viewer).total == 0
    assert domain.reader.next_runs(grace.viewer, None) == ()


def test_an_answer_in_a_channel_shows_that_channels_missions_only(domain: Domain) -> None:
    """[P1] What is written in a channel is limited to what its readers may see."""
    launched(domain, channel=SECRET, name="Secret")
    launched(domain, name="Open")
    everywhere = actor(ADA).viewer
    in_ops = everywhere.model_copy(update={"place": OPS})
    assert {m.name for m in domain.reader.missions(everywhere).items} == {"Secret", "Open"}
    assert [m.name for m in domain.reader.missions(in_ops).items] == ["Open"]
    assert {r.name for r in domain.reader.next_runs(in_ops, None, 10)} == {"Open"}


def test_effects_ask_for_rights_afresh(domain: Domain, directory: FakeDirectory) -> None:
    """[P2] A right that was taken away a second ago is gone."""
    mission, proposal = draft(domain)
    directory.access_table.clear()
    with pytest.raises(UnknownMission):
        domain.lifecycle.launch(actor(), mission.id, proposal.id)
    assert (ADA, OPS) in directory.asked_fresh


def test_a_click_in_a_private_channel_proves_reading_it(
    domain: Domain, directory: FakeDirectory
) -> None:
    """The owner may act where they just clicked, although Slack does not answer."""
    mission, proposal = draft(domain, channel=SECRET)
    directory.access_table.clear()
    clicking = Actor(team=TEAM, person=ADA, proven=SECRET)
    assert domain.lifecycle.launch(clicking, mission.id, proposal.id).version == 1


def test_rename_is_at_once_and_logged(domain: Domain) -> None:
    """[C4 M7] The name changes, and the log says from what to what."""
    mission = launched(domain)
    assert domain.lifecycle.rename(actor(), mission.id, "  Storefront \n watch ") == (
        "Shop watch",
        "Storefront watch",
    )
    assert stored(domain, mission.id).name == "Storefront watch"
    change = domain.reader.changes(actor().viewer, mission.id)[0]
    assert (change.what, change.before, change.after, change.by) == (
        "Renamed",
        "Shop watch",
        "Storefront watch",
        ADA,
    )


@pytest.mark.parametrize("name", ["", "   ", "x" * 300, "🚀🚀", "<!>"])
def test_a_name_that_cannot_be_used_is_refused(domain: Domain, name: str) -> None:
    mission = launched(domain)
    with pytest.raises(InvalidName):
        domain.lifecycle.rename(actor(), mission.id, name)
    assert stored(domain, mission.id).name == "Shop watch"


def test_discarding_a_draft_removes_it_wholly(domain: Domain, bell: RecordingBell) -> None:
    """[M1] A Draft can be discarded, which removes it."""
    mission, proposal = draft(domain)
    domain.lifecycle.discard(actor(), mission.id, proposal.id)
    assert domain.store.mission(TEAM, mission.id) is None
    domain.remains.clear(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) == 0
    assert bell.cleanups == [mission.id]


def test_delete_needs_the_id_typed(domain: Domain) -> None:
    """[M5] A wrong ID deletes nothing; case does not matter [M8]."""
    mission = launched(domain)
    with pytest.raises(WrongTypedId):
        domain.lifecycle.delete(actor(), mission.id, "M-222222")
    assert stored(domain, mission.id)
    domain.lifecycle.delete(actor(), mission.id, f" {mission.id.lower()} ")
    assert domain.store.mission(TEAM, mission.id) is None


def test_delete_leaves_nothing_but_a_tombstone_and_the_audit_line(domain: Domain) -> None:
    """[M6 M7] Zero keys are left once the remains are cleared."""
    mission = launched(domain)
    domain.lifecycle.run_now(actor(), mission.id, "click")
    proposed(domain, mission, blueprint(task(DAILY_9)))
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    for index in (k.TIMER, k.PENDING):
        assert domain.redis.zcard(index) == 0
    domain.remains.clear(TEAM, mission.id)
    domain.remains.finish(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) == 0
    keys = TeamKeys(TEAM)
    named = {key for key in domain.redis.scan_iter() if mission.id in key}
    assert named == {keys.mission(mission.id).tombstone}
    assert domain.redis.get(keys.mission(mission.id).tombstone) == mission.id
    audit = domain.redis.lrange(keys.audit, 0, -1)
    assert len(audit) == 1
    assert mission.name not in audit[0]


def test_a_deleted_missions_verbs_say_unknown(domain: Domain) -> None:
    """[M2 P1] After a delete it is as if it had never been."""
    mission = launched(domain)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    with pytest.raises(UnknownMission):
        domain.lifecycle.disable(actor(), mission.id)


def test_an_expired_plan_can_be_put_up_again(domain: Domain, clock: ManualClock) -> None:
    """[C5] The same plan, with 24 hours of its own; the old card is done with."""
    mission, proposal = draft(domain)
    clock.advance(hours=25)
    renewed = domain.lifecycle.renew(actor(GRACE), mission.id, proposal.id)
    assert renewed.blueprint == proposal.blueprint
    with pytest.raises(ProposalRefused, match="newer plan"):
        domain.lifecycle.launch(actor(), mission.id, proposal.id)
    assert domain.lifecycle.launch(actor(), mission.id, renewed.id).version == 1


def test_a_once_task_whose_time_passed_is_not_launched(domain: Domain, clock: ManualClock) -> None:
    """[B7] It would never run, so nobody is made to believe that it will."""
    soon = OnceTrigger(at=clock.now() + timedelta(hours=1), zone="UTC")
    mission, proposal = draft(domain, blueprint(task(soon)))
    clock.advance(hours=2)
    with pytest.raises(PlanRefused, match="in the past"):
        domain.lifecycle.launch(actor(), mission.id, proposal.id)
    assert stored(domain, mission.id).state is MissionState.DRAFT
