"""Event Rules in words: what they wait for, and how often they may run [B4 B6]."""

from __future__ import annotations

from collections.abc import Mapping

from missions.blueprint import After, Blueprint, EventSource, EventTrigger
from missions.conditions import in_words
from missions.events import Verdict
from missions.words import duration_in_words

SOURCES = {
    EventSource.WEBHOOK: "When a webhook arrives",
    EventSource.ALERTMANAGER: "When Alertmanager reports",
    EventSource.GRAFANA: "When Grafana reports",
    EventSource.GITHUB: "When GitHub reports",
    EventSource.SLACK_MESSAGE: "When somebody posts in the channel",
    EventSource.SLACK_REACTION: "When somebody reacts in the channel",
}
_VERDICTS = {
    Verdict.RUN: "run",
    Verdict.SKIPPED: "skipped",
    Verdict.DUPLICATE: "seen before",
    Verdict.UNMATCHED: "did not match",
}
_AFTER = {After.SUCCESS: "succeeds", After.FAILURE: "fails", After.FINISH: "finishes"}


def event_in_words(trigger: EventTrigger, plan: Blueprint | None = None) -> str:
    """When an Event Rule runs; with the plan, the Task it waits for has its title."""
    lead = SOURCES.get(trigger.source) or _after(trigger, plan)
    if trigger.condition:
        lead += f" and {in_words(trigger.condition)}"
    runs = "run" if trigger.per_hour == 1 else "runs"
    parts = [lead, f"at most {trigger.per_hour} {runs} an hour"]
    if trigger.cooldown_seconds:
        parts.append(f"{duration_in_words(trigger.cooldown_seconds)} pause after each run")
    if trigger.dedupe:
        parts.append(f"one a day per value of {trigger.dedupe}")
    if trigger.fields:
        parts.append(f"hands on {', '.join(trigger.fields)}")
    return "; ".join(parts)


def counts_in_words(counts: Mapping[Verdict, int]) -> str:
    """What became of the events so far: "Events so far: 3 run, 1 skipped, 40 did not match"."""
    said = [f"{counts[v]} {words}" for v, words in _VERDICTS.items() if counts.get(v)]
    return f"Events so far: {', '.join(said)}" if said else ""


def _after(trigger: EventTrigger, plan: Blueprint | None) -> str:
    task = plan.task(trigger.task) if plan and trigger.task else None
    name = f"“{task.title}” ({task.id})" if task else trigger.task or "a Task"
    return f"After {name} {_AFTER[trigger.after]}"
