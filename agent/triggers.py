"""Triggers from a model's arguments, and the ways to change one [B5]."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agent.operations import EventLimits, EventSpec, When
from missions.blueprint import (
    Comparison,
    Condition,
    CronTrigger,
    EventSource,
    EventTrigger,
    Join,
    Notify,
    OnceTrigger,
    Trigger,
)
from missions.cron import Cron, CronError, compiled, local_instant, zone
from missions.errors import HoustonError
from missions.ids import TaskId
from missions.phrases import listed, say

ALWAYS_UP_TO = 4
"""Runs a day up to which a Task reports always; beyond, on change [R2]."""


class OperationRefused(HoustonError):
    """A change that cannot be made to this plan; the sentence says what would work."""

    event = "operation_refused"


def _no_task(words: str) -> TaskId:
    raise OperationRefused(say("op-no-task-to-wait", words=_short(words)))


def trigger_from(when: When, task_of: Callable[[str], TaskId] = _no_task) -> Trigger:
    """The trigger meant; `task_of` finds the Task that it waits for.

    Raises `OperationRefused` for an impossible cron, date or zone.
    """
    if when.event is not None:
        return _event_trigger(when.event, known_zone(when.zone), task_of)
    tz = known_zone(when.zone)
    if when.cron is not None:
        return CronTrigger(cron=_canonical(when.cron), zone=tz.key)
    return OnceTrigger(at=_instant(str(when.at), tz), zone=tz.key)


def _event_trigger(spec: EventSpec, tz: ZoneInfo, task_of: Callable[[str], TaskId]) -> EventTrigger:
    waits = spec.source is EventSource.TASK_RESULT
    if waits != (spec.after_task is not None):
        raise OperationRefused(say("op-after-which") if waits else say("op-one-event"))
    each = tuple(Comparison(field=w.field, op=w.op, value=w.value) for w in spec.where)
    join = Join.ANY if spec.any_of else Join.ALL
    plain = EventTrigger(
        source=spec.source,
        condition=Condition(join=join, comparisons=each) if each else None,
        fields=spec.keep,
        task=task_of(spec.after_task) if spec.after_task is not None else None,
        after=spec.after,
        zone=tz.key,
    )
    return with_event_limits(plain, spec)


def with_event_limits(trigger: Trigger, limits: EventLimits) -> EventTrigger:
    """The Event Rule with other limits; what is left out stays. Raises `OperationRefused`."""
    if not isinstance(trigger, EventTrigger):
        raise OperationRefused(say("op-events-only"))
    new = {
        "per_hour": limits.per_hour,
        "cooldown_seconds": limits.pause_seconds,
        "dedupe": limits.dedupe,
    }
    return trigger.model_copy(update={name: v for name, v in new.items() if v is not None})


def known_zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises `OperationRefused` with the names that come close."""
    try:
        return zone(name)
    except CronError as error:
        raise OperationRefused(error.reason) from error


def default_notify(trigger: Trigger) -> Notify:
    """Always up to 4 runs a day, on change beyond [R2]."""
    return Notify.ALWAYS if runs_a_day(trigger) <= ALWAYS_UP_TO else Notify.ON_CHANGE


def runs_a_day(trigger: Trigger) -> int:
    """How often it is due on a day on which it is due; each event of a rule is news of its own."""
    if isinstance(trigger, OnceTrigger | EventTrigger):
        return 1
    sim = compiled(trigger.cron)
    return len(sim.hours) * len(sim.minutes)


def local_clock(trigger: Trigger) -> tuple[str, ...]:
    """The times of day (HH:MM, in its zone) at which it is due; () if they are not a plain list."""
    if isinstance(trigger, OnceTrigger):
        return (trigger.at.astimezone(ZoneInfo(trigger.zone)).strftime("%H:%M"),)
    if isinstance(trigger, EventTrigger):
        return ()
    minute, hours, *_ = trigger.cron.split()
    if not minute.isdigit() or not all(h.isdigit() for h in hours.split(",")):
        return ()
    return tuple(f"{int(h):02}:{int(minute):02}" for h in hours.split(","))


def with_time(trigger: Trigger, time: str, instead_of: str | None) -> Trigger:
    """The trigger at another time of day, on the same days. Raises `OperationRefused`."""
    known = local_clock(trigger)
    if isinstance(trigger, EventTrigger):
        raise OperationRefused(say(_NO_TIME))
    if not known:
        raise OperationRefused(say("op-pattern-times"))
    if instead_of is not None and instead_of not in known:
        raise OperationRefused(say("op-not-at", time=instead_of, known=listed(known)))
    if instead_of is None and len(known) > 1:
        raise OperationRefused(say("op-which-time", known=listed(known), time=time, first=known[0]))
    times = sorted({time, *(t for t in known if t != (instead_of or known[0]))})
    if isinstance(trigger, OnceTrigger):
        return _moved(trigger, ZoneInfo(trigger.zone), time)
    minutes = {t[3:] for t in times}
    if len(minutes) > 1:
        raise OperationRefused(say("op-minutes-differ", times=listed(times)))
    _, _, *days = trigger.cron.split()
    hours = ",".join(str(int(t[:2])) for t in times)
    return _rebuilt(trigger, [str(int(minutes.pop())), hours, *days])


def with_days(trigger: Trigger, days: str) -> Trigger:
    """The trigger on other weekdays, at the same time. Raises `OperationRefused`."""
    minute, hour, *_ = _fields(trigger)
    return _rebuilt(trigger, [minute, hour, "*", "*", days])


def without_days(trigger: Trigger, days: tuple[int, ...]) -> Trigger:
    """The trigger without these weekdays (0 is Sunday). Raises `OperationRefused`."""
    fields = _fields(trigger)
    if fields[2] != "*":
        raise OperationRefused(say("op-days-of-month"))
    weekdays = compiled(" ".join(fields)).weekdays
    now = {d % 7 for d in weekdays if isinstance(d, int)}
    left = sorted(now - {d % 7 for d in days})
    if not left:
        raise OperationRefused(say("op-never-run"))
    if set(left) == now:
        raise OperationRefused(say("op-not-those-days"))
    return _rebuilt(trigger, [*fields[:4], days_field(left)])


def with_zone(trigger: Trigger, name: str) -> Trigger:
    """The same times on the clock of another zone. Raises `OperationRefused`."""
    tz = known_zone(name)
    if isinstance(trigger, CronTrigger):
        return trigger.model_copy(update={"zone": tz.key})
    if isinstance(trigger, EventTrigger):
        raise OperationRefused(say(_NO_TIME))
    return _moved(trigger, tz, local_clock(trigger)[0])


def days_field(days: list[int]) -> str:
    """Weekdays (0 is Sunday) as a cron field, with a range where there is one."""
    if len(set(days)) == 7:
        return "*"
    ordered = sorted({d % 7 for d in days})
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]}-{ordered[-1]}"
    return ",".join(str(d) for d in ordered)


_NO_TIME = "op-event-no-time"


def _fields(trigger: Trigger) -> list[str]:
    if isinstance(trigger, EventTrigger):
        raise OperationRefused(say(_NO_TIME))
    if isinstance(trigger, OnceTrigger):
        raise OperationRefused(say("op-once-only"))
    return trigger.cron.split()


def _rebuilt(trigger: Trigger, fields: list[str]) -> CronTrigger:
    return CronTrigger(cron=_canonical(" ".join(fields)), zone=trigger.zone)


def _moved(trigger: OnceTrigger, tz: ZoneInfo, time: str) -> OnceTrigger:
    day = trigger.at.astimezone(ZoneInfo(trigger.zone)).date()
    naive = datetime.fromisoformat(f"{day.isoformat()}T{time}")
    return OnceTrigger(at=local_instant(naive, tz), zone=tz.key)


def _canonical(cron: str) -> str:
    try:
        return Cron.parse(cron).text
    except CronError as error:
        raise OperationRefused(error.reason) from error


def _instant(text: str, tz: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise OperationRefused(say("op-no-such-time", text=_short(text))) from error
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    try:
        return local_instant(moment, tz)
    except CronError as error:
        raise OperationRefused(error.reason) from error


def _short(text: str) -> str:
    return "".join(c for c in text if c.isalnum() or c in "-:. ")[:30]
