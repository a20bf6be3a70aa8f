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
from agent.tools.stretches import outcome_word
from missions.approval import ApprovalState, call_title
from missions.blueprint import Finding
from missions.execution import Execution, Status
from missions.ids import PersonId
from missions.mission import Change, Mission, MissionState
from missions.phrases import grouped, say
from missions.recorded import kept, retold
from missions.sources import Fact, Source

LAUNCHED = "log-launched"
_TOLD = (
    "log-draft-created",
    LAUNCHED,
    "log-plan-changed",
    "log-disabled",
    "log-enabled",
    "log-renamed",
)
"""What of the change log is told, in this order."""
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
    whom; and how its runs went. `since` is local; else the last 24 hours.
    """
    desk: Desk = runtime.context
    start = past_instant(desk, since) or desk.now - timedelta(days=1)
    lines = [Fact(text=say("changes-since", when=when_words(start, desk)))]
    for target in _meant(desk, mission):
        lines += _since(desk, target, start)
    if len(lines) == 1:
        lines.append(Fact(text=say("changes-none")))
    return _told(desk, lines[: LINES * 2])


@tool
def what_it_costs(runtime: AtDesk, mission: str | None = None, everywhere: bool = False) -> str:
    """Tokens and money that a Mission's runs, or all here, took of a language model."""
    desk: Desk = runtime.context
    if everywhere:
        return _told(desk, _cost_of_all(desk))
    target = resolve(desk, mission)
    runs = desk.reader.executions(desk.viewer, target.id, limit=KEPT)
    if not runs:
        return _told(desk, [_of(target, say("cost-not-run", mission=target.name))])
    if not any(r.tokens or r.cost_usd for r in runs):
        return _told(desk, [_of(target, say("cost-no-model", len(runs), mission=target.name))])
    spans = (("cost-24h", 1), ("cost-7d", 7), ("cost-30d", 30))
    lines = [say("cost-line", span=say(n), sum=_spent(desk, runs, days)) for n, days in spans]
    lines.append(say("cost-line", span=say("cost-all", n=len(runs)), sum=_sum(runs)))
    head = _of(target, say("cost-head", mission=target.name))
    return _told(desk, [head, *(Fact(text=line) for line in lines)])


@tool
def who_did(runtime: AtDesk, mission: str | None = None) -> str:
    """Who owns, created, launched, last changed or paused a Mission, and approved what it did."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    changes = desk.reader.changes(desk.viewer, target.id, KEPT)
    lines = [_of(target, say("who-owns", mission=target.name, who=_name(desk, target.owner)))]
    for what in _TOLD:
        found = next((c for c in changes if c.what == kept(what)), None)
        if found is not None:
            lines.append(_change(desk, target, found))
    if target.state is MissionState.DRAFT:
        lines.append(Fact(text=say("who-draft")))
    elif not any(c.what == kept(LAUNCHED) for c in changes):
        lines.append(Fact(text=say("who-unknown")))
    lines += _answers(desk, target)
    return _told(desk, lines)


@tool
def last_success(runtime: AtDesk, mission: str | None = None) -> str:
    """When a Mission last ran with all good, and when it last ran at all."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    runs = desk.reader.executions(desk.viewer, target.id, limit=KEPT)
    if not runs:
        return _told(desk, [_of(target, say("say-not-run-yet", mission=target.name))])
    good = next((r for r in runs if _is_good(r)), None)
    if good is None:
        since = when_words(runs[-1].started_at, desk)
        never = say("good-never", n=len(runs), mission=target.name, since=since)
        return _told(desk, [_of(target, never, runs[0])])
    when = when_words(good.started_at, desk)
    lines = [_of(target, say("good-last", mission=target.name, when=when), good)]
    if good is not runs[0]:
        count = runs.index(good)
        latest = f"{outcome_word(runs[0])}, {when_words(runs[0].started_at, desk)}"
        lines.append(_of(target, say("good-since", count, latest=latest), runs[0]))
    return _told(desk, lines)


def _cost_of_all(desk: Desk) -> list[Fact]:
    """A line for each Mission that may be shown here and used a model in the last 30 days."""
    lines: list[Fact] = []
    whole: list[Execution] = []
    start = desk.now - timedelta(days=30)
    for target in desk.reader.missions(desk.viewer, per_page=PLACES).items:
        runs = desk.reader.executions(desk.viewer, target.id, limit=KEPT)
        recent = [r for r in runs if r.started_at >= start]
        whole += recent
        if any(r.tokens or r.cost_usd for r in recent):
            lines.append(_of(target, f"• {target.name}: {_sum(recent)}"))
    if not lines:
        return [Fact(text=say("cost-all-none", n=len(whole)))]
    return [Fact(text=say("cost-all-head", sum=_sum(whole))), *lines]


def _meant(desk: Desk, mission: str | None) -> Sequence[Mission]:
    """The Mission meant; all that may be shown here if neither words nor thread name one."""
    if mission is None and desk.focus is None:
        return desk.reader.missions(desk.viewer, per_page=PLACES).items
    return [resolve(desk, mission)]


def _since(desk: Desk, target: Mission, start: datetime) -> list[Fact]:
    changes = desk.reader.changes(desk.viewer, target.id, KEPT)
    lines = [_change(desk, target, c) for c in changes if c.at >= start][:LINES]
    runs = desk.reader.executions(desk.viewer, target.id, limit=KEPT)
    recent = [r for r in runs if r.started_at >= start]
    if recent:
        counts = Counter(map(outcome_word, recent))
        said = say("comma").join(f"{count} {what}" for what, count in counts.most_common())
        lines.append(_of(target, say("runs-counted", len(recent), said=said), _told_by(recent)))
    return [_of(target, f"{target.name} ({target.id})"), *lines] if lines else []


def _told_by(runs: Sequence[Execution]) -> Execution:
    """Of some runs the one to look at: the latest that is not all good, else the latest."""
    return next((r for r in runs if not _is_good(r)), runs[0])


def _change(desk: Desk, target: Mission, change: Change) -> Fact:
    what, before, after = (
        retold(said or "") for said in (change.what, change.before, change.after)
    )
    if before and after:
        what = f"{what}: {before} → {after}"
    elif after:
        what = f"{what}: {after}"
    when = when_words(change.at, desk)
    said = say("who-changed", what=what, who=_name(desk, change.by), when=when)
    source = Source(mission=target.id, link=change.link) if change.link else None
    return Fact(text=f"• {said}", source=source)


def _answers(desk: Desk, target: Mission) -> list[Fact]:
    """Who approved or rejected what the latest runs wanted to do outside."""
    lines: list[Fact] = []
    for run in desk.reader.executions(desk.viewer, target.id, limit=APPROVALS_IN):
        for asked in desk.reader.approvals(desk.viewer, target.id, run.id):
            if asked.by is None or asked.answered_at is None:
                continue
            rejected = asked.state is ApprovalState.REJECTED
            title = call_title(asked.arguments, asked.tool)
            when = when_words(asked.answered_at, desk)
            who = _name(desk, asked.by)
            how = "who-rejected" if rejected else "who-approved"
            said = say(how, call=title, who=who, when=when)
            source = Source(mission=target.id, approval=asked.id)
            lines.append(Fact(text=said, source=source))
    return lines[:LINES] or [Fact(text=say("who-no-answers"))]


def _name(desk: Desk, person: PersonId | None) -> str:
    if person is None:
        return "Houston"
    if person == desk.person.id:
        return say("say-you")
    return desk.reader.name(desk.viewer, person) or say("who-nameless")


def _is_good(run: Execution) -> bool:
    return run.status is Status.SUCCESS and run.finding in (None, Finding.ALL_GOOD)


def _spent(desk: Desk, runs: Sequence[Execution], days: int) -> str:
    start = desk.now - timedelta(days=days)
    return _sum([r for r in runs if r.started_at >= start])


def _sum(runs: Sequence[Execution]) -> str:
    tokens, dollars = sum(r.tokens for r in runs), sum(r.cost_usd for r in runs)
    money = f"${dollars:,.2f}" if dollars else say("cost-no-price")
    return say("cost-sum", tokens=grouped(tokens), money=money)


def _of(target: Mission, text: str, run: Execution | None = None) -> Fact:
    """A line about a Mission, or about one of its runs."""
    return Fact(text=text, source=Source(mission=target.id, execution=run.id if run else None))


def _told(desk: Desk, facts: Sequence[Fact]) -> str:
    """Said by code; a model gets it as data, to comment on."""
    desk.tell(facts)
    return done() if desk.offline else done(facts=[outside(fact.line) for fact in facts])
