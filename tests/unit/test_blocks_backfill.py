"""The cards of a backfill: what it would do, and what became of it [S6]."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blocks.actions import ActionId
from bot.blocks.backfill_card import (
    BackfillFacts,
    BackfillRunsFacts,
    Cost,
    PastResult,
    backfill_card,
    backfill_runs_card,
)
from bot.blocks.layout import Message
from missions.backfills import MOST, backfill_id
from missions.blueprint import Finding
from missions.execution import Cause, Occurrence, Outcome, Reason, Status
from missions.ids import TaskId
from missions.proposal import Backfill, PastRun, Proposal, ProposalKind, ProposalState
from tests.unit.block_samples import (
    HOSTILE,
    NOW,
    ZONE,
    assert_sendable,
    execution,
    mission,
    proposal,
)

T1 = TaskId("T1")
UNKNOWN = Cost(0)


def past(count: int) -> tuple[PastRun, ...]:
    return tuple(PastRun(task=T1, due=NOW - timedelta(hours=n)) for n in range(count, 0, -1))


def asked(made: Backfill, state: ProposalState = ProposalState.OPEN) -> Proposal:
    plain = proposal(kind=ProposalKind.BACKFILL, state=state, base=mission().version)
    return plain.model_copy(update={"backfill": made})


def offer(
    made: Backfill | None = None,
    *,
    text: str = "Check the shop",
    cost: Cost = UNKNOWN,
    state: ProposalState = ProposalState.OPEN,
) -> Message:
    made = made or Backfill(first=NOW - timedelta(hours=3), last=NOW, runs=past(3))
    return backfill_card(
        BackfillFacts(mission(text), asked(made, state), made, {T1: text}, cost, NOW, ZONE)
    )


def row(run: PastRun, outcome: Outcome, reason: Reason | None = None) -> Occurrence:
    return Occurrence(
        id=backfill_id(run.task, run.due),
        task=run.task,
        cause=Cause.BACKFILL,
        due=run.due,
        trigger_rev=1,
        outcome=outcome,
        reason=reason,
    )


def results(*each: PastResult) -> Message:
    made = Backfill(first=NOW - timedelta(hours=3), last=NOW, runs=tuple(r.run for r in each))
    return backfill_runs_card(
        BackfillRunsFacts(mission(), asked(made, ProposalState.APPLIED), each, ZONE)
    )


def test_the_card_says_what_runs_and_how() -> None:
    """[S6] Range, count, how it runs, and the button with the count."""
    text = str(offer().blocks)
    assert "*3 past runs*" in text
    assert "One after another, oldest first" in text
    assert "how things are now" in text
    assert "Run 3 past runs" in text
    assert ActionId.BACKFILL.value in text


def test_the_card_says_what_it_leaves_out() -> None:
    """[S6]"""
    made = Backfill(
        first=NOW - timedelta(days=9),
        last=NOW,
        runs=past(MOST),
        done=4,
        left_out=1,
        beyond=20,
        since=NOW - timedelta(days=8),
    )
    text = str(offer(made).blocks)
    for part in ("4 runs of that time are done", "1 run on days", "20 later runs", "no records"):
        assert part in text


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (Cost(0), "not known, as it has not run yet"),
        (Cost(1), "no model cost, as the last run used no model"),
        (Cost(10), "no model cost, as the last 10 runs used no model"),
        (Cost(10, 1500.0, 0.02), "about 4,500 tokens, $0.06, going by the last 10 runs"),
        (Cost(2, 1500.0), "about 4,500 tokens, going by the last 2 runs"),
    ],
)
def test_the_cost_is_honest(cost: Cost, words: str) -> None:
    """[S6 X6] What is not known is not made up."""
    assert words in str(offer(cost=cost).blocks)


@pytest.mark.parametrize("state", [s for s in ProposalState if s is not ProposalState.OPEN])
def test_an_answered_card_has_no_button(state: ProposalState) -> None:
    """[C6]"""
    assert ActionId.BACKFILL.value not in str(offer(state=state).blocks)


def test_every_instant_has_its_result() -> None:
    """[S6 R2] One message, whatever became of each."""
    one, two, three, four = past(4)
    bad = execution(finding=Finding.CRITICAL)
    message = results(
        PastResult(one, "Check", row(one, Outcome.RUN), execution()),
        PastResult(two, "Check", row(two, Outcome.RUN), bad),
        PastResult(three, "Check", row(three, Outcome.SKIPPED, Reason.PAUSED)),
        PastResult(four, "Check", None),
    )
    text = str(message.blocks)
    assert "4 of 4 past runs done" in text
    assert "🟢 All good 1 · 🔴 Critical 1 · ▫️ Not run 1 · ▫️ No longer on record 1" in text
    assert "the Mission was not Active" in text
    assert "<@U0ANN>" in text


def test_what_waits_is_not_done() -> None:
    one, two = past(2)
    running = execution(status=Status.RUNNING)
    message = results(
        PastResult(one, "Check", row(one, Outcome.RUN), running),
        PastResult(two, "Check", row(two, Outcome.PENDING)),
    )
    assert "0 of 2 past runs done" in str(message.blocks)
    assert "is about to start" in str(message.blocks)


@pytest.mark.parametrize("text", HOSTILE)
def test_it_fits_whatever_it_is_called(text: str) -> None:
    """[R5 P4]"""
    made = Backfill(first=NOW, last=NOW, runs=past(MOST), done=1, left_out=1, beyond=1, since=NOW)
    for state in ProposalState:
        assert_sendable(offer(made, text=text, state=state))
    each = [
        PastResult(run, text, row(run, Outcome.RUN), execution(text, Status.FAILED))
        for run in made.runs
    ]
    facts = BackfillRunsFacts(mission(text), asked(made), tuple(each), ZONE)
    assert_sendable(backfill_runs_card(facts))
    assert_sendable(backfill_runs_card(replace(facts, results=())))
