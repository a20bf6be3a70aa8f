"""Whom a report mentions: people picked by a person, on something new, and nobody else."""

from __future__ import annotations

import pytest

from bot.blocks.report import report
from bot.facts.gather import Gather
from bot.facts.reports import report_facts
from missions.blueprint import Blueprint, Finding, Mention, MentionOn
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Cause, Status
from missions.ids import PersonId
from missions.mentions import mention_problems
from missions.mission import Mission
from missions.ports import Access
from tests.support.build import actor, blueprint, draft, launched
from tests.support.fakes import ADA, GRACE, MALLORY, OPS, SECRET, TEAM, FakeDirectory
from tests.support.runs import C1, FAILED, GOOD, NEW, RECOVERED, claimed, ended, ran

ODD = Ending(
    status=Status.SUCCESS, finding=Finding.ATTENTION, carry={C1: Finding.ATTENTION}, changed=True
)


def plan(*wanted: tuple[PersonId, MentionOn]) -> Blueprint:
    mentions = tuple(Mention(person=person, on=on) for person, on in wanted)
    return blueprint().model_copy(update={"mentions": mentions})


def told(domain: Domain, mission: Mission, ending: Ending) -> tuple[PersonId, ...]:
    """Whom the report of one more run by time mentions."""
    domain.clock.advance(minutes=5)  # type: ignore[attr-defined]
    made = domain.store.blueprint(TEAM, mission.id, mission.version)
    assert made
    return ran(domain, mission, made.tasks[0], ending).mentions


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain, plan((GRACE, MentionOn.CRITICAL), (ADA, MentionOn.FAILURE)))


def test_each_is_mentioned_on_their_finding_only(domain: Domain, mission: Mission) -> None:
    """[R1] Critical for Grace, a failed run for Ada; what is well mentions nobody."""
    assert told(domain, mission, GOOD) == ()
    assert told(domain, mission, ODD) == ()
    assert told(domain, mission, NEW) == (GRACE,)
    assert told(domain, mission, FAILED) == (ADA,)


def test_attention_means_that_or_worse(domain: Domain) -> None:
    """[R1]"""
    mission = launched(domain, plan((GRACE, MentionOn.ATTENTION)))
    assert told(domain, mission, ODD) == (GRACE,)
    assert told(domain, mission, NEW) == (), "it got worse, which goes on for Grace"
    assert told(domain, mission, RECOVERED) == ()
    assert told(domain, mission, NEW) == (GRACE,)


def test_what_goes_on_mentions_nobody_again(domain: Domain, mission: Mission) -> None:
    """[R1 R2] Only its first report does; after a recovery the next one is new."""
    assert told(domain, mission, NEW) == (GRACE,)
    again = Ending(status=Status.SUCCESS, finding=Finding.CRITICAL, carry={C1: Finding.CRITICAL})
    assert told(domain, mission, again) == ()
    assert told(domain, mission, FAILED) == (ADA,)
    assert told(domain, mission, FAILED) == ()
    assert told(domain, mission, RECOVERED) == ()
    assert told(domain, mission, NEW) == (GRACE,)


def test_the_trial_of_a_draft_mentions_nobody(domain: Domain) -> None:
    """[P4 C3] Nobody has confirmed its plan yet."""
    mission, proposal = draft(domain, plan((GRACE, MentionOn.CRITICAL)))
    (row,) = domain.lifecycle.try_once(actor(), mission.id, proposal.id, "click")
    run = ended(domain, claimed(domain, mission, row).execution, NEW)
    assert run.cause is Cause.TRY_ONCE
    assert run.mentions == ()


EVE = PersonId("UEVE1")
"""Looks like an id of Slack, so that a mention of her is one."""


def text_of(domain: Domain, mission: Mission) -> str:
    """The report of a new critical finding."""
    run = ran(domain, mission, plan().tasks[0], NEW)
    gather = Gather(domain, actor().viewer, lambda *_: "https://x.test", lambda *_: None)
    return str(report(report_facts(gather, mission.id, run.id)).blocks)


def test_the_report_mentions_them_in_slack(domain: Domain, directory: FakeDirectory) -> None:
    """[R1] As a real mention, once, and nobody else."""
    directory.access_table[(EVE, OPS)] = Access.READ
    said = text_of(domain, launched(domain, plan((EVE, MentionOn.CRITICAL))))
    assert said.count(f"<@{EVE}>") == 1
    assert said.count("<@") == 1


def test_who_cannot_read_the_channel_any_more_is_not_mentioned(domain: Domain) -> None:
    """[R1 P1] Slack would invite them to look at what they may not see."""
    said = text_of(domain, launched(domain, plan((EVE, MentionOn.CRITICAL))))
    assert str(EVE) not in said


def test_a_person_who_cannot_read_the_channel_is_refused_in_words(
    directory: FakeDirectory,
) -> None:
    """[R1 B7] Before anybody is asked to confirm."""
    fine = plan((GRACE, MentionOn.CRITICAL), (MALLORY, MentionOn.FAILURE))
    assert mention_problems(fine, directory, TEAM, OPS) == ()
    (said,) = mention_problems(plan((GRACE, MentionOn.CRITICAL)), directory, TEAM, SECRET)
    assert said.startswith("grace cannot read this channel")
