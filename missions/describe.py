"""Plans in words: triggers, checks, strategy, when to speak. Plain text, escaped where shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from missions.blueprint import (
    EFFECTS,
    EVERY_DAY,
    Act,
    ActWhen,
    Blueprint,
    Budget,
    Check,
    CronTrigger,
    EventTrigger,
    Exclusion,
    Expectation,
    Gap,
    Grant,
    Keeping,
    MentionOn,
    Notify,
    Op,
    Overlap,
    Strategy,
    Task,
    Trigger,
    Window,
)
from missions.calendar import zone
from missions.cron import Cron
from missions.cron_words import cron_in_words
from missions.event_words import event_in_words
from missions.phrases import grouped, listed, say
from missions.schedule import next_instant, window_of
from missions.words import (
    day_in_words,
    decimal,
    duration_in_words,
    instant_in_words,
    money_in_words,
    weekday_in_words,
)

Amount = TypeVar("Amount", int, float)

_OPS = {
    Op.EQ: "is",
    Op.NE: "is-not",
    Op.LT: "below",
    Op.LE: "at-most",
    Op.GT: "above",
    Op.GE: "at-least",
    Op.CONTAINS: "contains",
    Op.MATCHES: "matches",
}

_OVERLAP = {
    Overlap.SKIP: "overlap-skip",
    Overlap.QUEUE_ONE: "overlap-queue",
    Overlap.PARALLEL: "overlap-parallel",
    Overlap.REPLACE: "overlap-replace",
}

_STREAK = (Strategy().announce_after, Strategy().pause_after)

_NOTIFY = {
    Notify.ALWAYS: "notify-always",
    Notify.ON_FINDING: "notify-on-finding",
    Notify.ON_CHANGE: "notify-on-change",
    Notify.ON_FAILURE: "notify-on-failure",
    Notify.NEVER: "notify-never",
}


_ACT_WHEN = {
    ActWhen.NEW: "act-new",
    ActWhen.FOUND: "act-found",
    ActWhen.RECOVERED: "act-recovered",
    ActWhen.ALWAYS: "act-always",
}

_MENTION_ON = {
    MentionOn.ATTENTION: "mention-on-attention",
    MentionOn.CRITICAL: "mention-on-critical",
    MentionOn.FAILURE: "mention-on-failure",
}


def trigger_in_words(trigger: Trigger, now: datetime, plan: Blueprint | None = None) -> str:
    """When a Task runs, e.g. "Every weekday at 09:00 (Europe/Berlin)".

    With the plan, a Task that another one waits for is named by its title.
    """
    if isinstance(trigger, EventTrigger):
        return event_in_words(trigger, plan)
    if isinstance(trigger, CronTrigger):
        times = cron_in_words(Cron.parse(trigger.cron))
        return say("trigger-cron", times=times, zone=trigger.zone)
    return say("trigger-once", instant=instant_in_words(trigger.at, zone(trigger.zone), now))


def expectation_in_words(expectation: Expectation) -> str:
    """What must hold, e.g. "answers 200", "in under 800 ms"."""
    value = expectation.value
    match expectation.field, expectation.op:
        case "status", Op.EQ:
            return say("answers", value=value)
        case "latency_ms", Op.LT | Op.LE if isinstance(value, int | float):
            bound = "in-under" if expectation.op is Op.LT else "in-at-most"
            return say(bound, time=_milliseconds(value))
        case "certificate_days", Op.GE if isinstance(value, int | float):
            whole = 1 if value == 1 else 2
            return say("certificate-days", whole, n=decimal(f"{value:g}"))
        case "body", Op.CONTAINS:
            return say("body-contains", value=value)
        case "body", Op.MATCHES:
            return say("body-matches", value=value)
    return say(_OPS[expectation.op], field=expectation.field.replace("_", " "), value=value)


def check_title(check: Check) -> str:
    """A check's short name: method and address without scheme, e.g. "GET shop.example/health"."""
    url = urlsplit(str(check.arguments.get("url", "")))
    if not url.netloc:
        return check.tool
    method = str(check.arguments.get("method", "GET"))
    return f"{method} {url.netloc}{url.path if url.path != '/' else ''}"


def check_in_words(check: Check) -> str:
    """A check as a sentence, e.g. "GET https://… answers 200 in under 800 ms; certificate …"."""
    joined = ""
    for expectation in check.expect:
        goes_on = expectation.field == "latency_ms" or expectation.field == "status"
        glue = say("check-goes-on") if goes_on else "; "
        glue = glue if joined else " "
        joined += f"{glue}{expectation_in_words(expectation)}"
    method = check.arguments.get("method", "GET")
    said = f"{method} {check.arguments.get('url', check.tool)}{joined}"
    if check.of_last > 1:
        return say("check-of-last", check=said, fails=check.fails, runs=check.of_last)
    return said


def strategy_in_words(task: Task, now: datetime) -> tuple[str, ...]:
    """How a Task is executed; only what is enforced [B3]."""
    due = next_instant(task.trigger, now) or now
    window = duration_in_words(window_of(task, due).total_seconds())
    late = {"once": "late-once", "cron": "late-cron", "event": "late-event"}[task.trigger.kind]
    strategy = task.strategy
    limit = duration_in_words(strategy.timeout_seconds)
    words = [
        say(_OVERLAP[strategy.overlap]),
        say(late, window=window),
        say("fails-after", time=limit),
    ]
    if strategy.retries:
        pause = duration_in_words(strategy.retry_seconds)
        if strategy.retries == 1:
            words.append(say("retried-once", pause=pause))
        else:
            words.append(say("retried", strategy.retries, pause=pause))
    if strategy.jitter_seconds:
        words.append(say("jitter", time=duration_in_words(strategy.jitter_seconds)))
    if (strategy.announce_after, strategy.pause_after) != _STREAK:
        announce, pause_after = strategy.announce_after, strategy.pause_after
        words.append(say("streak", announce=announce, pause=pause_after))
    words += (say("task-left-out", times=each) for each in _left_out_of(task))
    return tuple(words)


def keeping_in_words(keep: Keeping) -> str:
    """`Records kept for 30 days, at most 1,000`."""
    return say("kept", days=say("days", keep.days), records=grouped(keep.records))


def exclusion_in_words(exclusion: Exclusion) -> str:
    """Dates that are left out, e.g. "24 Dec 2026 to 1 Jan 2027 (freeze)"."""
    first, last = day_in_words(exclusion.first), day_in_words(exclusion.last)
    if (exclusion.begin, exclusion.end) != ("00:00", "24:00"):
        hours = {"begin": exclusion.begin, "end": exclusion.end}
        said = say("left-out-from-to", first=first, last=last, **hours)
    else:
        said = say("days-from-to", first=first, last=last) if first != last else first
    return _noted(said, exclusion)


def window_in_words(window: Window) -> str:
    """Hours that are left out again and again, e.g. "Friday 18:00 to Monday 08:00"."""
    hours = {"begin": window.begin, "end": window.end}
    if window.later == int(window.end <= window.begin):
        if len(window.days) == len(EVERY_DAY):
            return _noted(say("window-daily", **hours), window)
        named = listed([weekday_in_words(day) for day in _from_monday(window.days)])
        return _noted(say("window-on", days=named, **hours), window)
    each = [
        say(
            "left-out-from-to",
            first=weekday_in_words(day),
            last=weekday_in_words((day + window.later) % 7),
            **hours,
        )
        for day in _from_monday(window.days)
    ]
    return _noted("; ".join(each), window)


def _from_monday(days: Iterable[int]) -> list[int]:
    return sorted(days, key=lambda day: (day - 1) % 7)


def _noted(said: str, of: Gap) -> str:
    """What was said, with the zone that it is bound to, and with what it is."""
    if of.zone:
        said = say("left-out-zone", times=said, zone=of.zone)
    return say("days-left-out", days=said, why=of.label) if of.label else said


def gap_in_words(gap: Gap) -> str:
    """Either of the two."""
    return exclusion_in_words(gap) if isinstance(gap, Exclusion) else window_in_words(gap)


def left_out_in_words(of: Blueprint | Task) -> tuple[str, ...]:
    """All that a plan leaves out of its Tasks, or a Task of its own."""
    gaps: tuple[Gap, ...] = (*of.exclusions, *of.windows)
    return tuple(map(gap_in_words, gaps))


def _left_out_of(task: Task) -> tuple[str, ...]:
    """What a Task leaves out by itself; an Event Rule shows no zone elsewhere."""
    if not isinstance(task.trigger, EventTrigger):
        return left_out_in_words(task)
    gaps: tuple[Gap, ...] = (*task.exclusions, *task.windows)
    own = task.trigger.zone
    return tuple(gap_in_words(g.model_copy(update={"zone": g.zone or own})) for g in gaps)


def budget_in_words(budget: Budget) -> str:
    """What a Mission may spend, e.g. "at most 5,000 tokens a run and 90,000 a day; at most $2.00 a
    day"; "" if all."""
    of_tokens = _caps_in_words("budget", budget.run_tokens, budget.day_tokens, grouped)
    of_money = _caps_in_words("budget-money", budget.run_usd, budget.day_usd, money_in_words)
    if of_tokens and of_money:
        return say("budget-and", of_tokens=of_tokens, of_money=of_money)
    return of_tokens or of_money


def _caps_in_words(
    what: str, per_run: Amount | None, per_day: Amount | None, write: Callable[[Amount], str]
) -> str:
    if per_run is None:
        return "" if per_day is None else say(f"{what}-day", day=write(per_day))
    if per_day is None:
        return say(f"{what}-run", run=write(per_run))
    return say(f"{what}-both", run=write(per_run), day=write(per_day))


def act_in_words(act: Act) -> str:
    """What a Task does outside, e.g. "When a check begins to fail: POST https://… – asks first"."""
    said = [f"{say(_ACT_WHEN[act.when])}: {act.arguments.get('method', 'POST')}"]
    said.append(str(act.arguments.get("url", act.tool)))
    if body := str(act.arguments.get("json", "")):
        said.append(say("act-with", body=body))
    if headers := str(act.arguments.get("headers", "")):
        said.append(say("act-headers", headers="; ".join(headers.splitlines())))
    leave = say("without-asking" if act.granted else "asks-first")
    return f"{' '.join(said)} – {leave}"


def grant_in_words(grant: Grant) -> str:
    """What a model may do without asking."""
    return say("model-may", methods=say("other-methods").join(grant.methods), url=grant.url)


def outside_in_words(task: Task) -> tuple[str, ...]:
    """All that a Task may change outside [A1]."""
    said = [*map(act_in_words, task.acts), *map(grant_in_words, task.grants)]
    if not EFFECTS.isdisjoint(task.tools):
        said.append(say("model-asks"))
    return tuple(said)


def notify_in_words(notify: Notify) -> str:
    """When a Task speaks [R2]."""
    return say(_NOTIFY[notify])


def mention_in_words(on: MentionOn) -> str:
    """When people are mentioned, to follow their names [R1]."""
    return say(_MENTION_ON[on])


def _milliseconds(value: float) -> str:
    if value >= 1000 and value % 100 == 0:
        return say("seconds", n=decimal(f"{value / 1000:g}"))
    return say("milliseconds", n=decimal(f"{value:g}"))
