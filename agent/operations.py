"""The typed operations on a Blueprint, as a model writes them: small arguments, no free form.

They are what a tool call carries; `agent.plan` carries them out. Field descriptions are advice to
the model and are sent with the tools.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from missions.blueprint import (
    BUDGET_MIN_TOKENS,
    GOAL_MAX,
    INSTRUCTIONS_MAX,
    TIMEOUT_MAX_SECONDS,
    TITLE_MAX,
    ActWhen,
    After,
    EventSource,
    Every,
    MentionOn,
    Notify,
    Op,
    Overlap,
    Usd,
)

CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
WHICH_TASK = "ID (T1) or title of the Task; leave out if the Mission has only one."
TIMEOUT_MAX_MINUTES = TIMEOUT_MAX_SECONDS // 60


class Arguments(BaseModel):
    """The base of all arguments: unknown fields are refused, so that a slip comes back as one."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, given: object) -> object:
        """Null is what is left out: models fill in the fields of other operations so."""
        if isinstance(given, dict):
            return {name: value for name, value in given.items() if value is not None}
        return given


class Where(Arguments):
    """labels.severity eq critical."""

    field: str = Field(min_length=1, max_length=100)
    op: Op = Op.EQ
    value: str | int | float | bool


class EventLimits(Arguments):
    """How often an Event Rule may run."""

    per_hour: int | None = Field(None, ge=1, le=720, description="At most so many runs an hour.")
    pause_seconds: int | None = Field(None, ge=0, le=86_400, description="After each run.")
    dedupe: str | None = Field(
        None, max_length=100, description="Field of which one value counts once a day."
    )


class EventSpec(EventLimits):
    """Fields are those of the sender's JSON with dots. An alert has labels.severity and status,
    firing or resolved.

    GitHub has event and action, Slack text, user and reaction, a Task's result status, finding and
    headline. A run that finds a problem succeeds, with a finding; it fails if it could not work.
    """

    source: EventSource
    where: tuple[Where, ...] = Field((), max_length=20, description="Leave out for every event.")
    any_of: bool = Field(False, description="One of `where` is enough.")
    keep: tuple[str, ...] = Field((), max_length=20, description="Fields to show in the report.")
    after_task: str | None = Field(None, description="For task_result: ID (T1) or title.")
    after: After = After.FINISH


class When(Arguments):
    """A time in a zone, or an event: one of cron, at and event."""

    cron: str | None = Field(None, description="Five fields: minute hour day month weekday.")
    at: str | None = Field(None, description="For a single run: local, 2026-12-03T18:00.")
    event: EventSpec | None = Field(None, description="What starts it.")
    zone: str = Field("UTC", description="IANA: Europe/Berlin. The person's, unless they say.")

    @model_validator(mode="after")
    def _one_of_them(self) -> When:
        if sum(x is not None for x in (self.cron, self.at, self.event)) != 1:
            raise ValueError("give one of cron, at and event")
        if self.event is None and "zone" not in self.model_fields_set:
            raise ValueError("a time needs its zone")
        return self


class Limits(Arguments):
    """What is expected of an answer."""

    status: str | None = Field(
        None,
        pattern=r"^[1-5]\d\d(-[1-5]\d\d)?$",
        description="HTTP status, 200, or range, 200-299.",
    )
    under_ms: int | None = Field(None, gt=0, description="Answers in fewer ms.")
    contains: str | None = Field(None, min_length=1, description="The page holds this text.")
    matches: str | None = Field(None, min_length=1, description="The page matches this regex.")
    cert_days: int | None = Field(
        None, gt=0, description="The certificate is valid for so many days."
    )


class HttpCheck(Limits):
    """A GET; status 200 unless another is said."""

    url: str = Field(description="With https:// or http://.")


class TaskSpec(Arguments):
    """Leave out title, notify and the like unless asked for."""

    when: When
    checks: tuple[HttpCheck, ...] = ()
    title: str | None = Field(None, max_length=TITLE_MAX)
    instructions: str = Field(
        "", max_length=INSTRUCTIONS_MAX, description="What to do beyond the checks."
    )
    notify: Notify | None = None
    timeout_minutes: int | None = Field(None, ge=1, le=TIMEOUT_MAX_MINUTES)


class OnTask(Arguments):
    """An operation on one Task."""

    task: str | None = Field(None, description=WHICH_TASK)


class SetTrigger(OnTask):
    """A whole new schedule."""

    op: Literal["set_trigger"]
    when: When


class SetTime(OnTask):
    """Another time of day; the days stay."""

    op: Literal["set_time"]
    time: str = Field(pattern=CLOCK, description="HH:MM, 24 hours.")
    instead_of: str | None = Field(None, pattern=CLOCK, description="The time it replaces.")


class SetDays(OnTask):
    """Other days; the time of day stays."""

    op: Literal["set_days"]
    days: str = Field(description="Weekday field of cron: 1-5, 6,0 or *.")


class SkipDays(OnTask):
    """Not on these weekdays; the others stay."""

    op: Literal["skip_days"]
    days: tuple[int, ...] = Field(min_length=1, description="0 is Sunday, 6 is Saturday.")


class SetZone(Arguments):
    """The same times in another zone; without a Task, for all."""

    op: Literal["set_zone"]
    task: str | None = Field(None, description="ID (T1) or title; else all Tasks.")
    zone: str


class AddCheck(OnTask):
    """One more check."""

    op: Literal["add_check"]
    check: HttpCheck


class RemoveCheck(OnTask):
    """One check less."""

    op: Literal["remove_check"]
    check: str = Field(description="Check ID (C1), address, or a word of the address.")


class SetAddress(OnTask):
    """Another address in a check; the rest stays."""

    op: Literal["set_address"]
    check: str | None = Field(None, description="The old address, a word of it, or the check ID.")
    url: str = Field(description="With https:// or http://.")


class SetKeeping(Arguments):
    """How long records of runs are kept."""

    op: Literal["set_keeping"]
    days: int | None = Field(None, ge=1, le=730)
    records: int | None = Field(None, ge=100, le=10_000)


class SetLimits(OnTask):
    """Expect something else of a check; the rest stays."""

    op: Literal["set_limits"]
    check: str | None = Field(None, description="Leave out if there is one.")
    limits: Limits


class DropLimit(OnTask):
    """Look at one thing no longer."""

    op: Literal["drop_limit"]
    check: str | None = Field(None, description="Leave out for all checks that look at it.")
    what: Literal["status", "latency", "text", "certificate"]


class HttpAct(Arguments):
    """A request that changes something: to a pager, a chat, a CI system."""

    url: str = Field(description="With https:// or http://.")
    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    json_body: str = Field("", description="The body as JSON text.")
    headers: str = Field(
        "",
        description="One a line. A secret goes by its name: Authorization: Bearer {secret:pager}.",
    )
    when: ActWhen = Field(
        ActWhen.NEW,
        description="new: a check begins to fail (the default); found: on each run with one that "
        "does; recovered; always.",
    )
    without_asking: bool = Field(
        False, description="Only if the person says so in so many words. Else approvers are asked."
    )


class AddAct(OnTask):
    """Do something outside, e.g. when a check fails."""

    op: Literal["add_act"]
    act: HttpAct


class RemoveAct(OnTask):
    """One act less."""

    op: Literal["remove_act"]
    act: str | None = Field(None, description="ID (A1), address or a word of it; if several.")


class LetAsk(OnTask):
    """Whether a run's model may ask to change something outside."""

    op: Literal["let_ask"]
    allowed: bool


class SetGoal(Arguments):
    """Another goal."""

    op: Literal["set_goal"]
    goal: str = Field(min_length=1, max_length=GOAL_MAX)


class AddObjective(Arguments):
    """One more objective."""

    op: Literal["add_objective"]
    objective: str = Field(min_length=1, max_length=GOAL_MAX)


class RemoveObjective(Arguments):
    """One objective less."""

    op: Literal["remove_objective"]
    objective: str = Field(description="Its text, or its number counted from 1.")


class AddTask(TaskSpec):
    """One more Task, with its own schedule."""

    op: Literal["add_task"]


class RemoveTask(Arguments):
    """One Task less."""

    op: Literal["remove_task"]
    task: str


class MoveTask(Arguments):
    """Another place in the order of Tasks."""

    op: Literal["move_task"]
    task: str
    place: Literal["first", "last", "up", "down", "before", "behind"]
    other: str | None = Field(None, description="The Task that it goes before or behind.")

    @model_validator(mode="after")
    def _of_another(self) -> MoveTask:
        if (self.other is not None) != (self.place in ("before", "behind")):
            raise ValueError("before and behind need the other Task, the rest need none")
        return self


class Part(Arguments):
    """One of the Tasks."""

    checks: tuple[str, ...] = Field(min_length=1, max_length=20, description="IDs or words.")
    time: str | None = Field(None, pattern=CLOCK, description="The days stay.")
    title: str | None = Field(None, max_length=TITLE_MAX)


class SplitTask(OnTask):
    """One Task as several; each check goes to one part, which may have another time."""

    op: Literal["split_task"]
    parts: tuple[Part, ...] = Field(min_length=2, max_length=5)


class SetTitle(OnTask):
    """Another title of a Task, not of the Mission."""

    op: Literal["set_title"]
    title: str = Field(min_length=1, max_length=TITLE_MAX)


class SetInstructions(OnTask):
    """What the Task does beyond its checks."""

    op: Literal["set_instructions"]
    instructions: str = Field(max_length=INSTRUCTIONS_MAX)


class SetNotify(Arguments):
    """When to report; without a Task, for all."""

    op: Literal["set_notify"]
    task: str | None = Field(None, description="ID (T1) or title; else all Tasks.")
    notify: Notify


class SetOverlap(OnTask):
    """If due during its previous run: skip (the default), queue_one (wait), parallel, or replace
    (stop the previous)."""

    op: Literal["set_overlap"]
    overlap: Overlap


class SetRetries(OnTask):
    """How often, and how soon, a failed run is tried again; the pause doubles each time."""

    op: Literal["set_retries"]
    times: int = Field(ge=0, le=5, description="0 for none.")
    after_seconds: int | None = Field(None, ge=5, le=3600)


class SetJitter(OnTask):
    """Start up to so many seconds late, at random; 0 for none."""

    op: Literal["set_jitter"]
    seconds: int = Field(ge=0, le=3600)


class SetCatchUp(OnTask):
    """How late a missed run may start; the default without seconds."""

    op: Literal["set_catch_up"]
    seconds: int | None = Field(None, ge=0, le=7 * 86_400)


class SetPatience(OnTask):
    """A check is a finding only if it failed in `fails` of its `of_last` latest runs (1 of 1)."""

    op: Literal["set_patience"]
    check: str | None = Field(None, description="Leave out for all checks.")
    fails: int = Field(ge=1, le=20)
    of_last: int = Field(ge=1, le=20)

    @model_validator(mode="after")
    def _possible(self) -> SetPatience:
        if self.fails > self.of_last:
            raise ValueError("fails cannot be more than of_last")
        return self


class SetStreak(OnTask):
    """After how many failed runs in a row to say so, and to pause the Task."""

    op: Literal["set_streak"]
    announce_after: int | None = Field(None, ge=1, le=100)
    pause_after: int | None = Field(None, ge=1, le=1000)


class LeaveOut(Arguments):
    """A freeze: dates, or hours of each day or of days (0 is Sunday). For weekdays: skip_days."""

    op: Literal["leave_out"]
    task: str | None = Field(None, description="ID (T1) or title; else all Tasks.")
    first: date | None = Field(None, description="2026-12-24")
    last: date | None = Field(None, description="Included; if it is not first.")
    begin: str | None = Field(None, pattern=CLOCK)
    end: str | None = Field(None, pattern=CLOCK)
    days: tuple[int, ...] = ()
    until_day: int | None = Field(None, ge=0, le=6)
    label: str = Field("", max_length=60, description="If said: freeze.")
    zone: str | None = Field(None, description="The person's zone, unless they say.")

    @model_validator(mode="after")
    def _dates_or_hours(self) -> LeaveOut:
        if self.first is None and (self.begin is None or self.end is None or self.last):
            raise ValueError("give first, or begin and end")
        if self.first is not None and (self.days or self.until_day is not None):
            raise ValueError("days and until_day go without dates")
        return self


class KeepIn(Arguments):
    """Schedule again what was left out."""

    op: Literal["keep_in"]
    day: date | None = Field(None, description="Any day of the stretch.")
    begin: str | None = Field(None, pattern=CLOCK)

    @model_validator(mode="after")
    def _one_of_them(self) -> KeepIn:
        if (self.day is None) == (self.begin is None):
            raise ValueError("give day or begin")
        return self


class MentionPeople(Arguments):
    """Mention people in reports: only those named with @ in this message."""

    op: Literal["mention"]
    people: tuple[str, ...] = Field(
        min_length=1, max_length=20, description="As they stand in the message: @U024BE7LH, or me."
    )
    on: MentionOn = Field(
        MentionOn.CRITICAL,
        description="attention (that or worse), critical, or failure of the run itself.",
    )


class SetSummary(Arguments):
    """A summary of each day or week; none without `every`."""

    op: Literal["set_summary"]
    every: Every | None = None
    time: str = Field("09:00", pattern=CLOCK, description="HH:MM, 24 hours.")
    weekday: int = Field(1, ge=0, le=6, description="Of a weekly one; 0 is Sunday.")
    zone: str | None = Field(None, description="Left out, it is the person's.")


class StopMentioning(Arguments):
    """Mention people no longer."""

    op: Literal["stop_mentioning"]
    people: tuple[str, ...] = Field((), max_length=20, description="Leave out for all of them.")


class SetBudget(Arguments):
    """What the Mission may spend on the language model, within the administrator's caps."""

    op: Literal["set_budget"]
    run_tokens: int | None = Field(None, ge=BUDGET_MIN_TOKENS, description="For one run.")
    day_tokens: int | None = Field(None, ge=BUDGET_MIN_TOKENS, description="For a day (UTC).")
    run_usd: Usd | None = Field(None, description="US dollars for one run.")
    day_usd: Usd | None = Field(None, description="US dollars for a day (UTC).")


class SetEventLimits(OnTask, EventLimits):
    """How often an Event Rule may run."""

    op: Literal["set_event_limits"]


class SetTimeout(OnTask):
    """How long a run may take."""

    op: Literal["set_timeout"]
    minutes: int = Field(ge=1, le=TIMEOUT_MAX_MINUTES)
