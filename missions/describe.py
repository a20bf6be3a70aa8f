"""Plans in words: triggers, checks, strategy, when to speak. Plain text, escaped where shown."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from missions.blueprint import (
    EFFECTS,
    Act,
    ActWhen,
    Blueprint,
    Budget,
    Check,
    CronTrigger,
    EventTrigger,
    Exclusion,
    Expectation,
    Grant,
    Keeping,
    MentionOn,
    Notify,
    Op,
    Overlap,
    Strategy,
    Task,
    Trigger,
)
from missions.calendar import zone
from missions.cron import Cron
from missions.event_words import event_in_words
from missions.schedule import next_instant, window_of
from missions.words import cron_in_words, duration_in_words, instant_in_words

_OPS = {
    Op.EQ: "is",
    Op.NE: "is not",
    Op.LT: "below",
    Op.LE: "at most",
    Op.GT: "above",
    Op.GE: "at least",
    Op.CONTAINS: "contains",
    Op.MATCHES: "matches",
}

_OVERLAP = {
    Overlap.SKIP: "Skipped while the previous run is still going",
    Overlap.QUEUE_ONE: "Waits while the previous run is still going; one waits at most",
    Overlap.PARALLEL: "Runs beside the previous run if that is still going",
    Overlap.REPLACE: "Stops the previous run if that is still going",
}

_STREAK = (Strategy().announce_after, Strategy().pause_after)

_NOTIFY = {
    Notify.ALWAYS: "Reports every run",
    Notify.ON_FINDING: "Reports when something is found, changes or fails",
    Notify.ON_CHANGE: "Reports when something is new or recovered, or a run fails",
    Notify.ON_FAILURE: "Reports only when a run fails",
    Notify.NEVER: "Reports never; look at the history",
}


_ACT_WHEN = {
    ActWhen.NEW: "When a check begins to fail",
    ActWhen.FOUND: "Whenever a check fails",
    ActWhen.RECOVERED: "When a check recovers",
    ActWhen.ALWAYS: "On each run",
}

_MENTION_ON = {
    MentionOn.ATTENTION: "when something needs attention or is critical",
    MentionOn.CRITICAL: "when something is critical",
    MentionOn.FAILURE: "when a run fails",
}


def trigger_in_words(trigger: Trigger, now: datetime, plan: Blueprint | None = None) -> str:
    """When a Task runs, e.g. "Every weekday at 09:00 (Europe/Berlin)".

    With the plan, a Task that another one waits for is named by its title.
    """
    if isinstance(trigger, EventTrigger):
        return event_in_words(trigger, plan)
    if isinstance(trigger, CronTrigger):
        return f"{cron_in_words(Cron.parse(trigger.cron))} ({trigger.zone})"
    return f"Once, {instant_in_words(trigger.at, zone(trigger.zone), now)}"


def expectation_in_words(expectation: Expectation) -> str:
    """What must hold, e.g. "answers 200", "in under 800 ms"."""
    value = expectation.value
    match expectation.field, expectation.op:
        case "status", Op.EQ:
            return f"answers {value}"
        case "latency_ms", Op.LT | Op.LE if isinstance(value, int | float):
            word = "under" if expectation.op is Op.LT else "at most"
            return f"in {word} {_milliseconds(value)}"
        case "certificate_days", Op.GE if isinstance(value, int | float):
            return f"certificate valid for at least {value:g} day{'' if value == 1 else 's'}"
        case "body", Op.CONTAINS:
            return f"contains “{value}”"
        case "body", Op.MATCHES:
            return f"matches /{value}/"
    return f"{expectation.field.replace('_', ' ')} {_OPS[expectation.op]} {value}"


def check_title(check: Check) -> str:
    """A check's short name: method and address without scheme, e.g. "GET shop.example/health"."""
    url = urlsplit(str(check.arguments.get("url", "")))
    if not url.netloc:
        return check.tool
    method = str(check.arguments.get("method", "GET"))
    return f"{method} {url.netloc}{url.path if url.path != '/' else ''}"


def check_in_words(check: Check) -> str:
    """A check as a sentence, e.g. "GET https://… answers 200 in under 800 ms; certificate …"."""
    words = [expectation_in_words(e) for e in check.expect]
    joined = ""
    for phrase in words:
        glue = " " if phrase.startswith(("in ", "answers ")) else ("; " if joined else " ")
        joined += f"{glue}{phrase}"
    method = check.arguments.get("method", "GET")
    target = check.arguments.get("url", check.tool)
    often = f" (a finding if {check.fails} of the last {check.of_last} runs fail)"
    return f"{method} {target}{joined}{often if check.of_last > 1 else ''}"


def strategy_in_words(task: Task, now: datetime) -> tuple[str, ...]:
    """How a Task is executed; only what is enforced [B3]."""
    due = next_instant(task.trigger, now) or now
    window = duration_in_words(window_of(task, due).total_seconds())
    late = {
        "once": f"If missed, still run up to {window} late",
        "cron": f"If missed, one run up to {window} late; older ones are only noted",
        "event": f"If nobody could run it, still run up to {window} after the event",
    }[task.trigger.kind]
    strategy = task.strategy
    limit = duration_in_words(strategy.timeout_seconds)
    words = [_OVERLAP[strategy.overlap], late, f"Fails after {limit}"]
    if strategy.retries:
        pause = duration_in_words(strategy.retry_seconds)
        times = "once" if strategy.retries == 1 else f"up to {strategy.retries} times"
        words.append(f"A failed run is tried again {times}, first after {pause}")
    if strategy.jitter_seconds:
        words.append(f"Starts up to {duration_in_words(strategy.jitter_seconds)} later, at random")
    if (strategy.announce_after, strategy.pause_after) != _STREAK:
        words.append(
            f"Failures in a row are announced after {strategy.announce_after} "
            f"and pause the Task after {strategy.pause_after}"
        )
    return tuple(words)


def keeping_in_words(keep: Keeping) -> str:
    """`Records kept for 30 days, at most 1,000`."""
    days = "1 day" if keep.days == 1 else f"{keep.days} days"
    return f"Records kept for {days}, at most {keep.records:,}"


def exclusion_in_words(exclusion: Exclusion) -> str:
    """Days that are left out, e.g. "24 Dec 2026 to 1 Jan 2027 (freeze)"."""
    days = [exclusion.first, exclusion.last]
    said = " to ".join(dict.fromkeys(f"{d.day} {d:%b %Y}" for d in days))
    return f"{said} ({exclusion.label})" if exclusion.label else said


def budget_in_words(budget: Budget) -> str:
    """What a Mission may spend, e.g. "at most 5,000 tokens a run and 90,000 a day"; "" if all."""
    per_run, per_day = budget.run_tokens, budget.day_tokens
    parts = [f"{per_run:,} tokens a run"] if per_run is not None else []
    if per_day is not None:
        parts.append(f"{per_day:,} a day" if parts else f"{per_day:,} tokens a day")
    return f"at most {' and '.join(parts)}" if parts else ""


def act_in_words(act: Act) -> str:
    """What a Task does outside, e.g. "When a check begins to fail: POST https://… – asks first"."""
    said = [f"{_ACT_WHEN[act.when]}: {act.arguments.get('method', 'POST')}"]
    said.append(str(act.arguments.get("url", act.tool)))
    if body := str(act.arguments.get("json", "")):
        said.append(f"with {body}")
    if headers := str(act.arguments.get("headers", "")):
        said.append(f"and the headers {'; '.join(headers.splitlines())}")
    leave = "without asking" if act.granted else "asks first"
    return f"{' '.join(said)} – {leave}"


def grant_in_words(grant: Grant) -> str:
    """What a model may do without asking."""
    return f"The language model may {' or '.join(grant.methods)} to {grant.url}… without asking"


def outside_in_words(task: Task) -> tuple[str, ...]:
    """All that a Task may change outside [A1]."""
    said = [*map(act_in_words, task.acts), *map(grant_in_words, task.grants)]
    if not EFFECTS.isdisjoint(task.tools):
        said.append("The language model may ask to change something outside – asks each time")
    return tuple(said)


def notify_in_words(notify: Notify) -> str:
    """When a Task speaks [R2]."""
    return _NOTIFY[notify]


def mention_in_words(on: MentionOn) -> str:
    """When people are mentioned, to follow their names [R1]."""
    return _MENTION_ON[on]


def _milliseconds(value: float) -> str:
    return f"{value / 1000:g} s" if value >= 1000 and value % 100 == 0 else f"{value:g} ms"
