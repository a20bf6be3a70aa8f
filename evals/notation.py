"""Tasks in one line, as case files write them, and whether a Task is what a line says.

`0 9 * * 1-5 Europe/Berlin | https://shop.test/health ms<800; https://shop.test/pay | on_change`

A trigger is a cron expression and a zone, or `once 2026-12-03T18:00 Europe/Berlin`, or `event`, a
source and comparisons (`event slack_reaction reaction=fire`). A check is an address followed by
`status=`, `ms<`, `cert>=`, `has=` or `like=`; status 200 is expected unless something else is said.
What a line leaves out may be anything: `- | https://shop.test` is any trigger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.expectations import check_from
from agent.operations import HttpCheck
from missions.blueprint import (
    Check,
    CronTrigger,
    Notify,
    OnceTrigger,
    Op,
    Strategy,
    Task,
    Trigger,
)
from missions.cron import Cron, compiled, local_instant
from missions.ids import CheckId, TaskId
from missions.record import Record

ANY = "-"
_WORDS = {
    "status=": "status", "ms<": "under_ms", "cert>=": "cert_days", "has=": "contains",
    "like=": "matches",
}  # fmt: skip


def task_of(line: str, number: int, title: str = "") -> Task:
    """The Task that a line describes, for a Mission there is at the start."""
    trigger, checks, notify = _parts(line)
    made = _checks(checks)
    return Task(
        id=TaskId(f"T{number}"),
        title=title or f"Check {made[0].arguments['url']}"[:100],
        trigger=_trigger(trigger),
        checks=made,
        tools=("http",),
        strategy=Strategy(),
        notify=Notify(notify) if notify else Notify.ALWAYS,
    )


def unlike(line: str, task: Task) -> str:
    """What differs between a Task and the line that describes it; "" if nothing."""
    trigger, checks, notify = _parts(line)
    if trigger != ANY and _told_moments(trigger) != _moments(task.trigger):
        return f"trigger {trigger_words(task.trigger)} instead of {trigger}"
    if checks != ANY:
        wanted, got = sorted(map(_told, _checks(checks))), sorted(map(_told, task.checks))
        if wanted != got:
            return f"checks {got} instead of {wanted}"
    if notify and task.notify.value not in notify.split("/"):
        return f"speaks {task.notify.value} instead of {notify}"
    return ""


def differences(lines: Sequence[str], tasks: Sequence[Task]) -> str:
    """What differs between Tasks and the lines that describe them, in whatever order."""
    left = list(tasks)
    for line in lines:
        fitting = next((t for t in left if not unlike(line, t)), None)
        if fitting is None:
            found = "; ".join(unlike(line, t) for t in left) or "no such Task"
            return f"{line}: {found}"
        left.remove(fitting)
    return f"{len(left)} Tasks too many" if left else ""


def trigger_words(trigger: Record) -> str:
    """A trigger in the notation."""
    if isinstance(trigger, CronTrigger):
        return f"{trigger.cron} {trigger.zone}"
    if isinstance(trigger, OnceTrigger):
        local = trigger.at.astimezone(ZoneInfo(trigger.zone))
        return f"once {local:%Y-%m-%dT%H:%M} {trigger.zone}"
    kind, source, comparisons = _moments(trigger)
    return " ".join(map(str, (kind, source, *comparisons)))


def _parts(line: str) -> tuple[str, str, str]:
    trigger, _, rest = line.partition("|")
    checks, _, notify = rest.partition("|")
    return trigger.strip() or ANY, checks.strip() or ANY, notify.strip()


def _trigger(text: str) -> Trigger:
    *when, zone = text.split()
    if when[0] == "once":
        naive = datetime.fromisoformat(when[1])
        return OnceTrigger(at=local_instant(naive, ZoneInfo(zone)), zone=zone)
    return CronTrigger(cron=Cron.parse(" ".join(when)).text, zone=zone)


def _told_moments(text: str) -> tuple[Any, ...]:
    kind, *words = text.split()
    if kind == "event":
        return (kind, words[0], tuple(sorted(words[1:])))
    return _moments(_trigger(text))


def _moments(trigger: Record) -> tuple[Any, ...]:
    """What tells apart triggers that fire at different moments; `*/15` and `0,15,30,45` are one."""
    if isinstance(trigger, CronTrigger):
        sim = compiled(trigger.cron)
        days = (sim.days, sim.months, {0 if d == 7 else d for d in sim.weekdays})
        return ("cron", sim.minutes, sim.hours, *days, trigger.zone)
    if isinstance(trigger, OnceTrigger):
        return ("once", trigger.at.astimezone(UTC))
    told: dict[str, Any] = dict(trigger)
    return ("event", str(told["source"]), tuple(sorted(_comparisons(told.get("condition")))))


_SIGNS = {Op.EQ: "=", Op.NE: "!=", Op.CONTAINS: "~"}


def _comparisons(condition: Any) -> list[str]:
    return [
        f"{c.field}{_SIGNS.get(c.op, c.op.value)}{c.value}"
        for c in getattr(condition, "comparisons", ())
    ]


def _checks(text: str) -> tuple[Check, ...]:
    return tuple(_check(CheckId(f"C{i}"), one) for i, one in enumerate(text.split(";"), start=1))


def _check(identifier: CheckId, text: str) -> Check:
    url, *words = text.split()
    limits: dict[str, str] = {}
    for word in words:
        start = next((s for s in _WORDS if word.startswith(s)), None)
        if start is None:
            raise ValueError(f"{word} is no expectation")
        limits[_WORDS[start]] = word.removeprefix(start).replace("_", " ")
    return check_from(identifier, HttpCheck.model_validate({"url": url, **limits}))


def _told(check: Check) -> str:
    url = str(check.arguments.get("url", check.tool)).rstrip("/")
    expected = sorted(f"{e.field} {e.op.value} {e.value}" for e in check.expect)
    return f"{url} {' '.join(expected)}"
