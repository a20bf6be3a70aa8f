"""Event Rules in words: what they wait for, and how often they may run [B4 B6]."""

from __future__ import annotations

from collections.abc import Mapping

from missions.blueprint import PER_HOUR_MAX, After, Blueprint, EventSource, EventTrigger, Gap
from missions.conditions import in_words
from missions.events import Verdict
from missions.phrases import say
from missions.words import duration_in_words

SOURCES = {
    EventSource.WEBHOOK: "on-webhook",
    EventSource.ALERTMANAGER: "on-alertmanager",
    EventSource.GRAFANA: "on-grafana",
    EventSource.GITHUB: "on-github",
    EventSource.SLACK_MESSAGE: "on-message",
    EventSource.SLACK_REACTION: "on-reaction",
}
_VERDICTS = {
    Verdict.RUN: "events-run",
    Verdict.SKIPPED: "events-skipped",
    Verdict.MISSED: "events-missed",
    Verdict.DUPLICATE: "events-duplicate",
    Verdict.UNMATCHED: "events-unmatched",
}
_AFTER = {
    After.SUCCESS: "after-success",
    After.FAILURE: "after-failure",
    After.FINISH: "after-finish",
}


def event_in_words(trigger: EventTrigger, plan: Blueprint | None = None) -> str:
    """When an Event Rule runs; with the plan, the Task it waits for has its title.

    What was skipped or missed is no run that ended: nothing starts after it [B4]. A rule has no
    clock of its own: where the plan leaves out days, it is said by which zone [B5].
    """
    source = SOURCES.get(trigger.source)
    lead = say(source) if source else _after(trigger, plan)
    if trigger.condition:
        lead = say("event-and", event=lead, condition=in_words(trigger.condition))
    parts = [lead]
    if not source and trigger.after is not After.SUCCESS:
        parts.append(say("after-not-run"))
    if trigger.per_hour < PER_HOUR_MAX:
        parts.append(say("event-cap", trigger.per_hour))
    if trigger.cooldown_seconds:
        parts.append(say("event-cooldown", pause=duration_in_words(trigger.cooldown_seconds)))
    if trigger.dedupe:
        parts.append(say("event-dedupe", field=trigger.dedupe))
    if trigger.fields:
        parts.append(say("event-fields", fields=", ".join(trigger.fields)))
    gaps: tuple[Gap, ...] = (*plan.exclusions, *plan.windows) if plan else ()
    if any(gap.zone is None for gap in gaps):
        parts.append(say("event-left-out", zone=trigger.zone))
    return "; ".join(parts)


def counts_in_words(counts: Mapping[Verdict, int]) -> str:
    """What became of the events so far: "Events so far: 3 run, 1 skipped, 40 did not match"."""
    said = [say(words, n=counts[v]) for v, words in _VERDICTS.items() if counts.get(v)]
    return say("events-so-far", counts=say("comma").join(said)) if said else ""


def _after(trigger: EventTrigger, plan: Blueprint | None) -> str:
    task = plan.task(trigger.task) if plan and trigger.task else None
    named = say("task-named", title=task.title, id=task.id) if task else trigger.task
    return say(_AFTER[trigger.after], task=named or say("a-task"))
