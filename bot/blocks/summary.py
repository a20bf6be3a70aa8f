"""The Mission report: a day or a week in one short message [R3]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.blocks.elements import Block, actions, context, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import FINDING_SIGN
from bot.blocks.mission_card import mission_buttons
from bot.blocks.results_row import outcome_word, squares
from bot.mrkdwn import Mrkdwn, bold, code, date, dots, label, lines, told
from missions.blueprint import Every, Finding
from missions.execution import Status
from missions.mission import Mission
from missions.phrases import grouped, say
from missions.tally import Tally, percentile
from missions.words import decimal

SERIES: Final = 4
"""How many checks' values are told; the slowest first."""
_NAME: Final = {Every.DAY: "daily-report", Every.WEEK: "weekly-report"}
_BEFORE: Final = {Every.DAY: "available-before-day", Every.WEEK: "available-before-week"}


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """What a period came to, beside the one before it; the worst of each day of a week."""

    mission: Mission
    every: Every
    since: datetime
    until: datetime
    now: Tally
    before: Tally
    days: tuple[Finding | Status | None, ...] = ()
    zone: str = "UTC"


def summary(facts: SummaryFacts) -> Message:
    """Runs, findings, trends, what did not run, cost."""
    mission, now = facts.mission, facts.now
    since, until = date(facts.since, zone=facts.zone), date(facts.until, zone=facts.zone)
    period = told("period", since=since, until=until)
    blocks: list[Block] = [
        header(f"📊 {say(_NAME[facts.every], mission=mission.name)}"),
        context(period),
        section(
            lines([_days(facts), _runs(now), _findings(now), _not_run(now), _availability(facts)])
        ),
    ]
    if trends := _trends(facts):
        blocks.append(section(lines([bold(told("how-long-checks-took")), *trends])))
    notes = dots(code(mission.id, 40), _cost(now), told("counted-partly") if now.partly else None)
    blocks += [actions(*mission_buttons(mission)), context(notes)]
    return compose(Mrkdwn(""), blocks)


def _days(facts: SummaryFacts) -> Mrkdwn:
    """A square per day; what they came to is said in words below."""
    return squares(facts.days) if facts.now.runs else Mrkdwn("")


def _runs(now: Tally) -> Mrkdwn:
    if not now.runs:
        return told("no-runs-then")
    each = [f"{now.statuses[s]} {s}" for s in Status if now.statuses.get(s)]
    return told("runs-so", runs=told("runs", now.runs), each=Mrkdwn(say("comma").join(each)))


def _findings(now: Tally) -> Mrkdwn:
    found = [f for f in reversed(Finding) if now.findings.get(f)]
    each = [Mrkdwn(f"{FINDING_SIGN[f]} {now.findings[f]} {outcome_word(f)}") for f in found]
    return told("findings-so", each=dots(*each)) if each else Mrkdwn("")


def _not_run(now: Tally) -> Mrkdwn:
    counts = ((now.skipped, "n-skipped"), (now.missed, "n-missed"))
    parts = [say(words, n=n) for n, words in counts if n]
    if not parts:
        return Mrkdwn("")
    return told("did-not-run-so", each=Mrkdwn(say("comma").join(parts)))


def _availability(facts: SummaryFacts) -> Mrkdwn:
    now, before = facts.now.availability, facts.before.availability
    if now is None:
        return Mrkdwn("")
    checks = told("checks", facts.now.checks)
    said = told("available", share=Mrkdwn(_percent(now)), checks=checks)
    if before is None:
        return said
    return told(_BEFORE[facts.every], available=said, share=Mrkdwn(_percent(before)))


def _trends(facts: SummaryFacts) -> list[Mrkdwn]:
    values = facts.now.values
    slowest = sorted(values, key=lambda title: -percentile(values[title], 0.95))
    shown = [_trend(title, facts) for title in slowest[:SERIES]]
    left = len(slowest) - len(shown)
    return [*shown, *([told("more-checks", left, where=told("ask-for-rest"))] if left else [])]


def _trend(title: str, facts: SummaryFacts) -> Mrkdwn:
    """`• GET shop.example: median 120 ms (was 100 ms), p95 300 ms (was 210 ms)`."""
    now, before = facts.now.values[title], facts.before.values.get(title, ())
    parts = []
    for words, share in (("trend-median", 0.5), ("trend-p95", 0.95)):
        said = say(words, now=_ms(percentile(now, share)))
        if before:
            said = say("trend-was", now=said, before=_ms(percentile(before, share)))
        parts.append(said)
    return Mrkdwn(f"• {label(title, 100)}: {say('comma').join(parts)}")


def _cost(now: Tally) -> Mrkdwn | None:
    if not now.tokens and not now.cost_usd:
        return None
    cost = f", ${now.cost_usd:.2f}" if now.cost_usd else ""
    return Mrkdwn(f"{say('tokens', n=grouped(now.tokens))}{cost}")


def _percent(share: float) -> str:
    """Never rounded up to 100 %: one failure shows."""
    shown = int(share * 10_000) / 100
    return f"{decimal(f'{shown:g}')} %"


def _ms(value: float) -> str:
    return say("milliseconds", n=grouped(round(value)))
