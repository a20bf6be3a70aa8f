"""Settings of a Mission: every one is enforced, in the step that acts too, and is in the log."""

from __future__ import annotations

from typing import Any

import pytest

from missions.blueprint import Budget, Keeping, Notify
from missions.domain import Domain
from missions.errors import Forbidden, InvalidName, UnknownMission
from missions.ids import PersonId, TaskId
from missions.mission import Editing, Mission
from missions.ports import Access, Person
from missions.rights import Right
from missions.spending import BudgetSpent, Tokens
from missions.verbs.settings import ChangedMeanwhile, Settings, TooManyEditors
from tests.support import runs
from tests.support.build import actor, blueprint, draft, launched, stored, task
from tests.support.fakes import ADA, GRACE, MALLORY, OPS, SECRET, TEAM, FakeDirectory, ManualClock

T1 = TaskId("T1")
OUTSIDER = PersonId("U-OUTSIDER")


def changed(domain: Domain, mission: Mission, by: PersonId = ADA, **wanted: object) -> Mission:
    """The Mission with other settings."""
    now, before = domain.lifecycle.settings(actor(by), mission.id)
    after = before.model_copy(update=wanted)
    return domain.lifecycle.change_settings(actor(by), mission.id, after, now.rev)


def named(domain: Domain, mission: Mission, *people: PersonId) -> Mission:
    return changed(domain, mission, editing=Editing.NAMED, editors=people)


def log(domain: Domain, mission: Mission) -> list[tuple[str, str | None, str | None]]:
    found = domain.reader.changes(actor().viewer, mission.id)
    return [(change.what, change.before, change.after) for change in found]


def test_with_named_editors_other_members_of_the_channel_cannot_edit(domain: Domain) -> None:
    """[P2] In whatever they do; they still see it. The owner and the named can."""
    mission = named(domain, launched(domain), MALLORY)
    verbs = domain.lifecycle
    for attempt in (
        lambda who: verbs.disable(who, mission.id),
        lambda who: verbs.run_now(who, mission.id, "click"),
        lambda who: verbs.rename(who, mission.id, "Mine"),
        lambda who: verbs.pause_task(who, mission.id, T1),
        lambda who: verbs.mute(who, mission.id, None),
        lambda who: verbs.delete(who, mission.id, mission.id),
        lambda who: verbs.settings(who, mission.id),
        lambda who: verbs.change_settings(who, mission.id, Settings(name="Mine"), mission.rev),
    ):
        with pytest.raises(Forbidden, match="the people named in its settings can"):
            attempt(actor(GRACE))
    assert domain.reader.mission(actor(GRACE).viewer, mission.id) == mission
    assert stored(domain, mission.id) == mission
    verbs.disable(actor(MALLORY), mission.id)
    verbs.enable(actor(ADA), mission.id)
    changed(domain, mission, MALLORY, editing=Editing.MEMBERS)
    verbs.disable(actor(GRACE), mission.id)


def test_an_outsider_who_is_named_still_cannot_read(
    domain: Domain, directory: FakeDirectory
) -> None:
    """[P1 P2] Naming gives no access; it counts from when they are let into the channel."""
    mission = named(domain, launched(domain, channel=SECRET), OUTSIDER)
    outsider = actor(OUTSIDER)
    with pytest.raises(UnknownMission):
        domain.lifecycle.disable(outsider, mission.id)
    with pytest.raises(UnknownMission):
        domain.reader.mission(outsider.viewer, mission.id)
    assert domain.reader.missions(outsider.viewer).total == 0
    assert not domain.rights.may(OUTSIDER, mission, Right.EDIT)
    directory.access_table[OUTSIDER, SECRET] = Access.READ
    assert domain.rights.may(OUTSIDER, mission, Right.EDIT)


def test_nobody_is_locked_out_for_good(domain: Domain, directory: FakeDirectory) -> None:
    """[P2] The owner always can, and an administrator who is a member of the channel."""
    mission = named(domain, launched(domain))
    assert domain.rights.may(ADA, mission, Right.EDIT)
    assert not domain.rights.may(GRACE, mission, Right.EDIT)
    directory.person = lambda team, person: Person(id=person, name="g", is_admin=True)  # type: ignore[method-assign]
    assert domain.rights.may(GRACE, mission, Right.EDIT)
    assert not domain.rights.may(MALLORY, mission, Right.EDIT)
    assert not domain.rights.may(OUTSIDER, mission, Right.VIEW)


def test_when_a_task_speaks_is_a_new_version_that_is_enforced(domain: Domain) -> None:
    """[R2 B8] From the next run on; its timetable stays."""
    mission = launched(domain, blueprint(task(), task(number=2)))
    before = runs.state_of(domain, mission)
    after = changed(domain, mission, notify={T1: Notify.NEVER})
    assert after.version == 2
    assert domain.reader.versions(actor().viewer, mission.id) == (1, 2)
    plan = domain.reader.blueprint(actor().viewer, mission.id)
    assert [one.notify for one in plan.tasks] == [Notify.NEVER, Notify.ALWAYS]
    assert runs.state_of(domain, mission) == before
    runs.ran(domain, after, plan.tasks[0], runs.FOUND)
    assert "report" not in runs.kinds(domain)
    runs.ran(domain, after, plan.tasks[1], runs.FOUND)
    assert "report" in runs.kinds(domain)


def test_every_setting_is_in_the_change_log_with_before_and_after(domain: Domain) -> None:
    """[M7]"""
    mission = launched(domain)
    wanted: dict[str, Any] = {
        "name": "  Night\nwatch ",
        "editing": Editing.NAMED,
        "editors": (GRACE, GRACE),
        "notify": {T1: Notify.NEVER},
        "keep": Keeping(days=30),
    }
    after = changed(domain, mission, **wanted)
    assert after.editors == (GRACE,)
    assert set(log(domain, mission)[:4]) == {
        (
            "Records are kept (a new version)",
            "for 90 days, at most 1,000 runs",
            "for 30 days, at most 1,000 runs",
        ),
        ("Renamed", "Shop watch", "Night watch"),
        ("Who may edit", "members of the channel", "the owner, grace"),
        (
            "Reports of “Check 1” (a new version)",
            "Reports every run",
            "Reports never; look at the history",
        ),
    }
    assert runs.kinds(domain) == ["renamed"]
    assert domain.reader.find(actor().viewer, "night watch") == (after,)


def test_how_long_records_are_kept_is_enforced(domain: Domain, clock: ManualClock) -> None:
    """[X4] From the next trim on."""
    mission = launched(domain)
    runs.ran(domain, mission, task(), runs.GOOD)
    clock.advance(days=40)
    assert not domain.retention.due(TEAM, mission.id, clock.now())
    changed(domain, mission, keep=Keeping(days=30))
    domain.retention.trim(TEAM, mission.id, clock.now())
    assert domain.reader.count_executions(actor().viewer, mission.id) == 0


def test_nothing_changes_if_nothing_was_changed(domain: Domain) -> None:
    mission = launched(domain)
    assert changed(domain, mission, notify={TaskId("T9"): Notify.NEVER}) == mission
    assert stored(domain, mission.id) == mission


def test_what_was_changed_meanwhile_is_not_overwritten(domain: Domain) -> None:
    """[M2] So a dialog that is submitted twice sets once."""
    mission = launched(domain)
    _, before = domain.lifecycle.settings(actor(), mission.id)
    domain.lifecycle.rename(actor(GRACE), mission.id, "Storefront")
    with pytest.raises(ChangedMeanwhile):
        domain.lifecycle.change_settings(actor(), mission.id, before, mission.rev)
    assert stored(domain, mission.id).name == "Storefront"


def test_what_cannot_be_set_is_refused_whole(domain: Domain) -> None:
    mission = launched(domain)
    many = tuple(PersonId(f"U-{n}") for n in range(51))
    with pytest.raises(InvalidName):
        changed(domain, mission, name="…", notify={T1: Notify.NEVER})
    with pytest.raises(TooManyEditors):
        changed(domain, mission, editing=Editing.NAMED, editors=many)
    assert stored(domain, mission.id) == mission


def test_a_draft_has_a_name_and_editors_and_its_plan_says_the_rest(domain: Domain) -> None:
    mission, proposal = draft(domain)
    after = changed(domain, mission, name="Nightly", editing=Editing.NAMED, editors=(MALLORY,))
    assert (after.name, after.version) == ("Nightly", 0)
    with pytest.raises(Forbidden):
        domain.lifecycle.launch(actor(GRACE), mission.id, proposal.id)
    domain.lifecycle.launch(actor(MALLORY), mission.id, proposal.id)
    assert domain.directory.access(TEAM, MALLORY, OPS) is Access.READ


def test_a_budget_is_set_in_the_settings_and_stops_the_next_run(domain: Domain) -> None:
    """[X6 M7] As a new version of the plan; runs are stopped at it, and the log has it."""
    mission = launched(domain)
    after = changed(domain, mission, budget=Budget(run_tokens=2_000))
    assert after.version == mission.version + 1
    plan = domain.store.blueprint(TEAM, mission.id, after.version)
    assert plan is not None
    meter = domain.spending.meter(TEAM, mission.id, plan.budget)
    meter.count(Tokens(prompt=2_000, answer=0), None)
    with pytest.raises(BudgetSpent, match="2,000 tokens"):
        meter.allow()
    words = ("what the administrator allows", "at most 2,000 tokens a run")
    assert ("Budget (a new version)", *words) in log(domain, mission)
    assert changed(domain, mission, budget=Budget()).version == after.version + 1
