"""Questions that the records answer: what changed, what it costs, who did it, when it was good.

What the records do not say is said to be unknown, never guessed [C7 C8].
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from langchain.tools import tool

from agent.desk import Desk
from agent.tools.facts import when_words
from agent.tools.moments import past_instant
from agent.tools.resolve import resolve
from agent.tools.results import done, outside
from agent.tools.runtime import AtDesk
from missions.approval import ApprovalState, call_title
from missions.blueprint import Finding
from missions.execution import Execution, Status
from missions.ids import PersonId
from missions.mission import Change, Mission, MissionState

KEPT = 1_000
"""Records that are looked through: as many as are kept by default."""
LINES = 12
"""Lines of an answer; the history has the rest."""
APPROVALS_IN = 20
"""Latest runs whose approvals are told."""
PLACES = 20
"""Missions that are looked through when none is named."""


@tool
def what_changed(runtime: AtDesk, mission: str | None = None, since: str | None = None) -> str:
    """What changed in a Mission, or in all here if the thread is about none: plan, state, name, by
    whom; and how its runs went. `since` is local; the last 24 hours if left out.
    """
    desk: Desk = runtime.context
    start = past_instant(desk, since) or desk.now - timedelta(days=1)
    lines = [f"Since {when_words(start, desk)}:"]
    for target in _meant(desk, mission):
        lines += _since(desk, target, start)
    if len(lines) == 1:
        lines.append("Nothing changed and nothing ran.")
    return _told(desk, lines[: LINES * 2])


@tool
def what_it_costs(runtime: AtDesk, mission: str | None = None, everywhere: bool = False) -> str:
    """Tokens and money that a Mission's runs took of a language model, or those of all here."""
    desk: Desk = runtime.context
    if everywhere:
        return _told(desk, _cost_of_all(desk))
    target = resolve(desk, mission)
    runs = desk.reader.executions(desk.viewer, target.id, limit=KEPT)
    if not runs:
        return _told(desk, [f"{target.name} has not run yet, so it has cost nothing."])
    if not any(r.tokens or r.cost_usd for r in runs):
        one = "run" if len(runs) == 1 else "runs"
        return _told(
            desk, [f"{target.name}: no model cost. None of its {len(runs)} {one} used a model."]
        )
    spans = (("the last 24 hours", 1), ("the last 7 days", 7), ("the last 30 days", 30))
    lines = [f"{target.name}, as its records say:"]
    lines += [f"• {name}: {_spent(desk, runs, days)}" for name, days in spans]
    lines.append(f"• all {len(runs)} runs on record: {_sum(runs)}")
    return _told(desk, lines)


@tool
def who_did(runtime: AtDesk, mission: str | None = None) -> str:
    """Who owns, created, launched, last changed or paused a Mission, and approved what it did."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    changes = desk.reader.changes(desk.viewer, target.id, KEPT)
    lines = [f"{target.name} belongs to {_name(desk, target.owner)}."]
    for what in ("Draft created", "Launched", "Plan changed", "Disabled", "Enabled", "Renamed"):
        found = next((c for c in changes if c.what == what), None)
        if found is not None:
            lines.append(f"• {_change(desk, found)}")
    if target.state is MissionState.DRAFT:
        lines.append("• It is a Draft: nobody has launched it.")
    elif not any(c.what == "Launched" for c in changes):
        lines.append("• I do not know who launched it: the record does not go back so far.")
    lines += _answers(desk, target)
    return _told(desk, lines)


@tool
def last_success(runtime: AtDesk, mission: str | None = None) -> str:
    """When a Mission last ran with all good, and when it last ran at all."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    runs = desk.reader.executions(desk.viewer, target.id, limit=KEPT)
    if not runs:
        return _told(desk, [f"{target.name} has not run yet."])
    good = next((r for r in runs if _is_good(r)), None)
    if good is None:
        since = when_words(runs[-1].started_at, desk)
        return _told(
            desk,
            [
                f"I do not know: none of the {len(runs)} runs of {target.name} on record "
                f"(since {since}) was all good."
            ],
        )
    lines = [f"{target.name} was last all good on {when_words(good.started_at, desk)}."]
    if good is not runs[0]:
        count = runs.index(good)
        latest = f"{_outcome(runs[0])}, {when_words(runs[0].started_at, desk)}"
        lines.append(f"{count} {'run' if count == 1 else 'runs'} since; the latest: {latest}.")
    return _told(desk, lines)


def _cost_of_all(desk: Desk) -> list[str]:
    """A line for each Mission that may be shown here and used a model in the last 30 days."""
    lines: list[str] = []
    whole: list[Execution] = []
    start = desk.now - timedelta(days=30)
    for target in desk.reader.missions(desk.viewer, per_page=PLACES).items:
        runs = desk.reader.executions(desk.viewer, target.id, limit=KEPT)
        recent = [r for r in runs if r.started_at >= start]
        whole += recent
        if any(r.tokens or r.cost_usd for r in recent):
            lines.append(f"• {target.name}: {_sum(recent)}")
    if not lines:
        return [f"No model cost in the last 30 days: none of the {len(whole)} runs here used one."]
    return [f"The last 30 days, as the records say: {_sum(whole)}.", *lines]


def _meant(desk: Desk, mission: str | None) -> Sequence[Mission]:
    """The Mission meant; all that may be shown here if neither words nor thread name one."""
    if mission is None and desk.focus is None:
        return desk.reader.missions(desk.viewer, per_page=PLACES).items
    return [resolve(desk, mission)]


def _since(desk: Desk, target: Mission, start: datetime) -> list[str]:
    changes = desk.reader.changes(desk.viewer, target.id, KEPT)
    lines = [f"• {_change(desk, c)}" for c in changes if c.at >= start][:LINES]
    runs = desk.reader.executions(desk.viewer, target.id, limit=KEPT)
    recent = [r for r in runs if r.started_at >= start]
    if recent:
        counts = Counter(map(_outcome, recent))
        said = ", ".join(f"{count} {what}" for what, count in counts.most_common())
        lines.append(f"• {len(recent)} {'run' if len(recent) == 1 else 'runs'}: {said}")
    return [f"{target.name} ({target.id})", *lines] if lines else []


def _change(desk: Desk, change: Change) -> str:
    what = change.what
    if change.before and change.after:
        what = f"{what}: {change.before} → {change.after}"
    elif change.after:
        what = f"{what}: {change.after}"
    said = f"{what}, by {_name(desk, change.by)}, {when_words(change.at, desk)}"
    return f"{said}, {change.link}" if change.link else said


def _answers(desk: Desk, target: Mission) -> list[str]:
    """Who approved or rejected what the latest runs wanted to do outside."""
    lines: list[str] = []
    for run in desk.reader.executions(desk.viewer, target.id, limit=APPROVALS_IN):
        for asked in desk.reader.approvals(desk.viewer, target.id, run.id):
            if asked.by is None or asked.answered_at is None:
                continue
            what = "rejected" if asked.state is ApprovalState.REJECTED else "approved"
            title = call_title(asked.arguments, asked.tool)
            when = when_words(asked.answered_at, desk)
            lines.append(f"• {title}: {what} by {_name(desk, asked.by)}, {when}")
    return lines[:LINES] or ["• Nothing was approved or rejected in its latest runs."]


def _name(desk: Desk, person: PersonId | None) -> str:
    if person is None:
        return "Houston"
    if person == desk.person.id:
        return "you"
    return desk.reader.name(desk.viewer, person) or "somebody whom I cannot name"


def _is_good(run: Execution) -> bool:
    return run.status is Status.SUCCESS and run.finding in (None, Finding.ALL_GOOD)


def _outcome(run: Execution) -> str:
    if run.status is Status.SUCCESS:
        return (run.finding or Finding.ALL_GOOD).value.replace("_", " ")
    return run.status.value.lower()


def _spent(desk: Desk, runs: Sequence[Execution], days: int) -> str:
    start = desk.now - timedelta(days=days)
    return _sum([r for r in runs if r.started_at >= start])


def _sum(runs: Sequence[Execution]) -> str:
    tokens, dollars = sum(r.tokens for r in runs), sum(r.cost_usd for r in runs)
    money = f"${dollars:,.2f}" if dollars else "price not recorded"
    return f"{tokens:,} tokens, {money}"


def _told(desk: Desk, lines: Sequence[str]) -> str:
    """Said by code without a model; else given to it as data."""
    if desk.offline:
        return done(summary="\n".join(lines))
    return done(facts=[outside(line) for line in lines])
