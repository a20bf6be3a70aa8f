"""The Mission report: a day or a week in one short message [R3]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.blocks import sentences
from bot.blocks.elements import Block, actions, context, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import FINDING_SIGN, counted
from bot.blocks.mission_card import mission_buttons
from bot.mrkdwn import Mrkdwn, bold, code, date, dots, label, lines
from missions.blueprint import Every, Finding
from missions.execution import Status
from missions.mission import Mission
from missions.tally import Tally, percentile

SERIES: Final = 4
"""How many checks' values are told; the slowest first."""
_NAME: Final = {Every.DAY: "Daily report", Every.WEEK: "Weekly report"}
_BEFORE: Final = {Every.DAY: "the day before", Every.WEEK: "the week before"}


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """What a period came to, beside the one before it."""

    mission: Mission
    every: Every
    since: datetime
    until: datetime
    now: Tally
    before: Tally
    zone: str = "UTC"


def summary(facts: SummaryFacts) -> Message:
    """Runs, findings, trends, what did not run, cost."""
    mission, now = facts.mission, facts.now
    period = Mrkdwn(f"{date(facts.since, zone=facts.zone)} to {date(facts.until, zone=facts.zone)}")
    blocks: list[Block] = [
        header(f"📊 {_NAME[facts.every]}: {mission.name}"),
        context(period),
        section(lines([_runs(now), _findings(now), _not_run(now), _availability(facts)])),
    ]
    if trends := _trends(facts):
        blocks.append(section(lines([bold(Mrkdwn("How long checks took")), *trends])))
    notes = dots(code(mission.id, 40), _cost(now), sentences.SUMMED_PARTLY if now.partly else None)
    blocks += [actions(*mission_buttons(mission)), context(notes)]
    return compose(Mrkdwn(""), blocks)


def _runs(now: Tally) -> Mrkdwn:
    if not now.runs:
        return sentences.SUMMED_NONE
    each = [f"{now.statuses[s]} {s}" for s in Status if now.statuses.get(s)]
    return Mrkdwn(f"*{counted(now.runs, 'run')}*: {', '.join(each)}")


def _findings(now: Tally) -> Mrkdwn:
    found = [f for f in reversed(Finding) if now.findings.get(f)]
    words = {Finding.CRITICAL: "critical", Finding.ATTENTION: "attention"}
    each = [f"{FINDING_SIGN[f]} {now.findings[f]} {words.get(f, 'all good')}" for f in found]
    return Mrkdwn(f"*Findings*: {' · '.join(each)}") if each else Mrkdwn("")


def _not_run(now: Tally) -> Mrkdwn:
    parts = [f"{n} {word}" for n, word in ((now.skipped, "skipped"), (now.missed, "missed")) if n]
    return Mrkdwn(f"*Did not run*: {', '.join(parts)}") if parts else Mrkdwn("")


def _availability(facts: SummaryFacts) -> Mrkdwn:
    now, before = facts.now.availability, facts.before.availability
    if now is None:
        return Mrkdwn("")
    was = f" ({_percent(before)} {_BEFORE[facts.every]})" if before is not None else ""
    checked = counted(facts.now.checks, "check")
    return Mrkdwn(f"*Available*: {_percent(now)} of {checked}{was}")


def _trends(facts: SummaryFacts) -> list[Mrkdwn]:
    values = facts.now.values
    slowest = sorted(values, key=lambda title: -percentile(values[title], 0.95))
    told = [_trend(title, facts) for title in slowest[:SERIES]]
    left = len(slowest) - len(told)
    return [*told, *([sentences.more(left, "check", sentences.ASK_FOR_REST)] if left else [])]


def _trend(title: str, facts: SummaryFacts) -> Mrkdwn:
    """`• GET shop.example: median 120 ms (was 100 ms), p95 300 ms (was 210 ms)`."""
    now, before = facts.now.values[title], facts.before.values.get(title, ())
    parts = []
    for name, share in (("median", 0.5), ("p95", 0.95)):
        was = f" (was {_ms(percentile(before, share))})" if before else ""
        parts.append(f"{name} {_ms(percentile(now, share))}{was}")
    return Mrkdwn(f"• {label(title, 100)}: {', '.join(parts)}")


def _cost(now: Tally) -> Mrkdwn | None:
    if not now.tokens and not now.cost_usd:
        return None
    cost = f", ${now.cost_usd:.2f}" if now.cost_usd else ""
    return Mrkdwn(f"{now.tokens:,} tokens{cost}")


def _percent(share: float) -> str:
    """Never rounded up to 100 %: one failure shows."""
    shown = int(share * 10_000) / 100
    return f"{shown:g} %"


def _ms(value: float) -> str:
    return f"{value:,.0f} ms"
