"""Missions from a form: a few fields become a complete Blueprint, by code alone [C2].

Each template fills in the same typed operations that a conversation does, so what a form makes
can be reshaped by words later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agent import plan
from agent.expectations import check_from
from agent.operations import EventSpec, HttpCheck, TaskSpec, When, Where
from agent.triggers import OperationRefused
from missions.blueprint import Blueprint, EventSource, Notify
from missions.errors import HoustonError
from missions.ids import CheckId
from missions.phrases import grouped, say
from missions.said import CHANNEL

ADDRESSES_MAX: Final = 10
"""How many addresses one form takes; more are added by saying so."""
LATENCY_MAX: Final = 30_000
"""The longest time that a check can be limited to, in ms: a request is given up after 30 s."""
DAYS_MAX: Final = 365
"""The most days that a certificate can be asked to have left."""


class Template(StrEnum):
    """What a form is for."""

    SITE = "site"
    CERTIFICATE = "certificate"
    API = "api"
    ALERT = "alert"
    DIGEST = "digest"


class Every(StrEnum):
    """How often a Task runs; the last three at a time of the day."""

    FIVE_MINUTES = "*/5 * * * *"
    QUARTER = "*/15 * * * *"
    HALF_HOUR = "*/30 * * * *"
    HOUR = "0 * * * *"
    DAY = "{minute} {hour} * * *"
    WEEKDAY = "{minute} {hour} * * 1-5"
    MONDAY = "{minute} {hour} * * 1"

    @property
    def at_a_time(self) -> bool:
        """Whether it needs a time of the day."""
        return "{" in self.value


class Blank(StrEnum):
    """The fields of the forms; a form is refused at one of them."""

    NAME = "name"
    ADDRESSES = "addresses"
    EVERY = "every"
    DAYS_OF = "days_of"
    AT = "at"
    UNDER_MS = "under_ms"
    CONTAINS = "contains"
    DAYS = "days"
    SOURCE = "source"
    FIELD = "field"
    VALUE = "value"


class BlankRefused(HoustonError):
    """What was put into one field cannot be used; `blank` is that field."""

    event = "blank_refused"

    def __init__(self, blank: Blank, sentence: str) -> None:
        super().__init__(sentence)
        self.blank = blank


@dataclass(frozen=True)
class Form:
    """A form as it was filled in, in words; `zone` is the IANA zone that its times are meant in."""

    template: Template
    zone: str
    filled: dict[Blank, str]

    def word(self, blank: Blank) -> str:
        """What stands in a field; "" if nothing does."""
        return self.filled.get(blank, "").strip()


def blueprint(form: Form) -> Blueprint:
    """The complete plan; raises `BlankRefused`. It is still to be verified [B7]."""
    if form.template is Template.DIGEST:
        return _digest(form)
    checks = _checks(form)
    spec = TaskSpec(when=_when(form), checks=checks, title=_title(form.template, len(checks)))
    return plan.create("", (spec,))


def _digest(form: Form) -> Blueprint:
    """A Task without checks that is granted to read its channel, and that always reports."""
    spec = TaskSpec(
        when=_when(form),
        title=say("title-sum-up"),
        instructions=say("digest-instructions"),
        notify=Notify.ALWAYS,
    )
    made = plan.create(say("goal-sum-up"), (spec,))
    tasks = tuple(task.model_copy(update={"tools": (CHANNEL,)}) for task in made.tasks)
    return made.model_copy(update={"tasks": tasks})


def _checks(form: Form) -> tuple[HttpCheck, ...]:
    made = []
    for address in _addresses(form):
        check = HttpCheck(url=address, **_expected(form))
        try:
            check_from(CheckId("C1"), check)
        except OperationRefused as refusal:
            raise BlankRefused(Blank.ADDRESSES, refusal.sentence) from None
        made.append(check)
    return tuple(made)


def _addresses(form: Form) -> list[str]:
    found = list(dict.fromkeys(re.split(r"[\s,]+", form.word(Blank.ADDRESSES))))
    found = [address for address in found if address]
    if not found:
        raise BlankRefused(Blank.ADDRESSES, say("form-no-address"))
    if len(found) > ADDRESSES_MAX:
        raise BlankRefused(Blank.ADDRESSES, say("form-too-many", most=ADDRESSES_MAX))
    return found


def _expected(form: Form) -> dict[str, int | str]:
    """What the checks expect, by the argument's name."""
    wanted: dict[str, int | str] = {}
    if form.template is Template.CERTIFICATE:
        return {"cert_days": _whole(form, Blank.DAYS, 1, DAYS_MAX)}
    if form.word(Blank.UNDER_MS):
        wanted["under_ms"] = _whole(form, Blank.UNDER_MS, 1, LATENCY_MAX)
    if form.word(Blank.CONTAINS):
        wanted["contains"] = form.word(Blank.CONTAINS)
    elif form.template is Template.API:
        raise BlankRefused(Blank.CONTAINS, say("form-text"))
    return wanted


def _whole(form: Form, blank: Blank, low: int, high: int) -> int:
    text = form.word(blank)
    if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
        raise BlankRefused(blank, say("form-number", low=grouped(low), high=grouped(high)))
    return int(text)


def _when(form: Form) -> When:
    if form.template is Template.ALERT:
        return When(event=_event(form), zone=form.zone)
    try:
        every = Every(form.word(Blank.EVERY) or form.word(Blank.DAYS_OF))
    except ValueError:
        raise BlankRefused(Blank.EVERY, say("form-every")) from None
    cron = every.value
    if every.at_a_time:
        clock = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", form.word(Blank.AT))
        if clock is None:
            raise BlankRefused(Blank.AT, say("form-at"))
        cron = cron.format(hour=int(clock[1]), minute=int(clock[2]))
    return When(cron=cron, zone=form.zone)


_TELL_THE_END = (EventSource.ALERTMANAGER, EventSource.GRAFANA)
"""They also post when an alert is resolved, when there is nothing left to look into."""


def _event(form: Form) -> EventSpec:
    try:
        source = EventSource(form.word(Blank.SOURCE))
    except ValueError:
        raise BlankRefused(Blank.SOURCE, say("form-source")) from None
    name, value = form.word(Blank.FIELD), form.word(Blank.VALUE)
    if name and not value:
        raise BlankRefused(Blank.VALUE, say("form-value", field=name[:60]))
    if value and not name:
        raise BlankRefused(Blank.FIELD, say("form-field"))
    where = (Where(field=name, value=value),) if name else ()
    if source in _TELL_THE_END and name != "status":
        where = (Where(field="status", value="firing"), *where)
    return EventSpec(source=source, where=where)


def _title(template: Template, addresses: int) -> str | None:
    """A title that says more than the first address, where there is one."""
    if template is Template.CERTIFICATE:
        return say("title-certificate", addresses)
    return say("title-alert") if template is Template.ALERT else None
