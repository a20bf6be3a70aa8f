"""The Blueprint: goal, objectives and planned Tasks [B1], with their triggers and checks [B2]."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from missions.ids import ActId, CheckId, PersonId, TaskId
from missions.record import Record, Stored

NAME_MAX = 80
"""Longest name of a Mission, in characters: fits a Slack header (150) beside the ID."""
GOAL_MAX = 500
TITLE_MAX = 100
OBJECTIVES_MAX = 10
TASKS_MAX = 20
CHECKS_MAX = 50
INSTRUCTIONS_MAX = 4000
TIMEOUT_MAX_SECONDS = 3 * 60 * 60
"""The longest an Execution may run [X2]."""

Scalar = str | int | float | bool


class Finding(StrEnum):
    """What the checks of an Execution found, worst last [X3]."""

    ALL_GOOD = "all_good"
    ATTENTION = "attention"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for all good, 2 for critical."""
        return list(Finding).index(self)


class Op(StrEnum):
    """How a measured value is compared with the expected one."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    CONTAINS = "contains"
    MATCHES = "matches"


class Expectation(Record):
    """One thing that must hold of a check's measurements, e.g. `latency_ms lt 800`.

    `severity` is the finding when it does not hold.
    """

    field: str
    op: Op
    value: Scalar
    severity: Finding = Finding.CRITICAL


class Check(Record):
    """A tool call with fixed arguments and what is expected of its result [B2].

    It is a finding only if it failed in `fails` of the `of_last` latest runs, this one included.
    """

    id: CheckId
    tool: str
    arguments: dict[str, Scalar]
    expect: tuple[Expectation, ...] = Field(min_length=1)
    fails: int = Field(default=1, ge=1, le=20)
    of_last: int = Field(default=1, ge=1, le=20)


class OnceTrigger(Record):
    """A Once Task's instant (aware, UTC) and the zone in which it was said."""

    kind: Literal["once"] = "once"
    at: datetime
    zone: str


class CronTrigger(Record):
    """A Cron Task's expression (5 fields, canonical) and its IANA zone [B5]."""

    kind: Literal["cron"] = "cron"
    cron: str
    zone: str


class EventSource(StrEnum):
    """Where an Event Rule's events come from [B6]."""

    WEBHOOK = "webhook"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    GITHUB = "github"
    SLACK_MESSAGE = "slack_message"
    SLACK_REACTION = "slack_reaction"
    TASK_RESULT = "task_result"


class Join(StrEnum):
    """Whether all comparisons of a condition must hold, or any."""

    ALL = "all"
    ANY = "any"


class Comparison(Record):
    """One comparison over a named field of an event, e.g. `labels.severity eq critical`."""

    field: str = Field(min_length=1, max_length=100)
    op: Op
    value: Scalar


class Condition(Record):
    """Comparisons over named fields of an event [B6]."""

    join: Join = Join.ALL
    comparisons: tuple[Comparison, ...] = Field(min_length=1, max_length=20)


class After(StrEnum):
    """Which result of another Task counts [B4]."""

    SUCCESS = "success"
    FAILURE = "failure"
    FINISH = "finish"


PER_HOUR_MAX = 720
"""Highest cap on the runs of an Event Rule in an hour: more often than any Task may be due."""


class EventTrigger(Record):
    """An Event Rule's source and condition [B6]; every setting is enforced.

    Events whose `dedupe` field had the same value within a day are one; without it, the event's
    own id counts. After a run nothing starts for `cooldown_seconds`; at most `per_hour` runs start
    in any hour; a Task that waits for another one runs as often as that. `fields` are handed to the
    agent, as data. `task` and `after` belong to the source `task_result`, which makes one Task
    depend on another [B4].
    """

    kind: Literal["event"] = "event"
    source: EventSource
    condition: Condition | None = None
    dedupe: str = Field(default="", max_length=100)
    cooldown_seconds: int = Field(default=0, ge=0, le=86_400)
    per_hour: int = Field(default=12, ge=1, le=PER_HOUR_MAX)
    fields: tuple[str, ...] = Field(default=(), max_length=20)
    task: TaskId | None = None
    after: After = After.FINISH
    zone: str = "UTC"

    @model_validator(mode="before")
    @classmethod
    def _as_often_as_the_other(cls, data: Any) -> Any:
        """No cap of its own for a Task that waits for another one, unless one is said."""
        if isinstance(data, dict) and data.get("source") == EventSource.TASK_RESULT:
            return {"per_hour": PER_HOUR_MAX, **data}
        return data


Trigger = Annotated[OnceTrigger | CronTrigger | EventTrigger, Field(discriminator="kind")]


class Overlap(StrEnum):
    """What happens when a Task is due while its previous Execution is still running [B3]."""

    SKIP = "skip"
    QUEUE_ONE = "queue_one"
    PARALLEL = "parallel"
    REPLACE = "replace"


class Strategy(Record):
    """How a Task is executed [B3]; every field is enforced.

    `catch_up_seconds` is how late a missed run may still start; None follows from the trigger
    (`missions.schedule.catch_up_window`). A failed attempt is tried again up to `retries` times,
    first after `retry_seconds`, then after twice as long each time, a fifth more or less. The start
    is put off by up to `jitter_seconds`. Failures in a row are announced after `announce_after`,
    and pause the Task after `pause_after` [S7].
    """

    overlap: Overlap = Overlap.SKIP
    catch_up_seconds: int | None = Field(default=None, ge=0, le=7 * 86_400)
    timeout_seconds: int = Field(default=TIMEOUT_MAX_SECONDS, ge=10, le=TIMEOUT_MAX_SECONDS)
    retries: int = Field(default=0, ge=0, le=5)
    retry_seconds: int = Field(default=30, ge=5, le=3600)
    jitter_seconds: int = Field(default=0, ge=0, le=3600)
    announce_after: int = Field(default=3, ge=1, le=100)
    pause_after: int = Field(default=10, ge=1, le=1000)


class Notify(StrEnum):
    """When an Execution speaks in the channel [R2]."""

    ALWAYS = "always"
    ON_FINDING = "on_finding"
    ON_CHANGE = "on_change"
    ON_FAILURE = "on_failure"
    NEVER = "never"


EFFECTS = frozenset({"http_request"})
"""Tools that change something outside; whoever may use one asks first, unless it was granted."""


class ActWhen(StrEnum):
    """When a Task does something outside: a check begins to fail, fails, recovered, or always."""

    NEW = "new"
    FOUND = "found"
    RECOVERED = "recovered"
    ALWAYS = "always"


class Act(Record):
    """A call with fixed arguments of a tool that changes something outside [A1].

    A person approves it each time, unless it was `granted` beforehand: for exactly these arguments.
    """

    id: ActId
    tool: str
    arguments: dict[str, Scalar]
    when: ActWhen = ActWhen.NEW
    granted: bool = False


class Grant(Record):
    """What a model may do outside without asking: these methods on addresses that begin so [A1]."""

    tool: str
    methods: tuple[str, ...] = Field(min_length=1, max_length=4)
    url: str = Field(min_length=8, max_length=2_000)


ACTS_MAX = 3
GRANTS_MAX = 5


CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
CLOCK_END = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"
"""Times of day, HH:MM; a day may end at 24:00."""


class Exclusion(Record):
    """Dates at which nothing is scheduled, each Task by its own zone: a holiday, a freeze [B5].

    It lasts from `begin` on the `first` day until before `end` on the `last` one, by the clocks of
    `zone` or else of the Task's own. Occurrences at that time are skipped, with that reason.
    """

    first: date
    last: date
    label: str = Field(default="", max_length=60)
    begin: str = Field(default="00:00", pattern=CLOCK)
    end: str = Field(default="24:00", pattern=CLOCK_END)
    zone: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it ends before it begins."""
        return (self.first, self.begin) >= (self.last, self.end)


Weekday = Literal[0, 1, 2, 3, 4, 5, 6]
"""0 is Sunday."""
EVERY_DAY: tuple[Weekday, ...] = (0, 1, 2, 3, 4, 5, 6)


class Window(Record):
    """Hours that come again each week or day at which nothing is scheduled [B5].

    It begins on each of `days` at `begin` and lasts until before `end`, so many days `later`, by
    the clocks of `zone` or else of the Task's own.
    """

    days: tuple[Weekday, ...] = Field(default=EVERY_DAY, min_length=1, max_length=7)
    begin: str = Field(default="00:00", pattern=CLOCK)
    end: str = Field(default="24:00", pattern=CLOCK_END)
    later: int = Field(default=0, ge=0, le=6)
    label: str = Field(default="", max_length=60)
    zone: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it ends before it begins."""
        return not self.later and self.begin >= self.end


Gap = Exclusion | Window
"""What is left out."""

EXCLUSIONS_MAX = 50
WINDOWS_MAX = 10


class Task(Record):
    """One planned item of a Blueprint [B1].

    `acts` are what it does outside, each only when it is said; `grants` are what a model may do
    outside without asking, with tools that are granted anyway. `exclusions` and `windows` are
    when it alone is not scheduled.
    """

    id: TaskId
    title: str = Field(min_length=1, max_length=TITLE_MAX)
    trigger: Trigger
    instructions: str = Field(default="", max_length=INSTRUCTIONS_MAX)
    checks: tuple[Check, ...] = Field(default=(), max_length=CHECKS_MAX)
    tools: tuple[str, ...] = ()
    acts: tuple[Act, ...] = Field(default=(), max_length=ACTS_MAX)
    grants: tuple[Grant, ...] = Field(default=(), max_length=GRANTS_MAX)
    strategy: Strategy = Strategy()
    expected_output: str = "A short report with a table of the checks"
    notify: Notify = Notify.ALWAYS
    exclusions: tuple[Exclusion, ...] = Field(default=(), max_length=EXCLUSIONS_MAX)
    windows: tuple[Window, ...] = Field(default=(), max_length=WINDOWS_MAX)

    @property
    def may_act(self) -> bool:
        """Whether it may want to change something outside."""
        return bool(self.acts) or not EFFECTS.isdisjoint(self.tools)

    @property
    def asks(self) -> bool:
        """Whether it may want to change something that a person has to approve each time."""
        return any(not a.granted for a in self.acts) or not EFFECTS.isdisjoint(self.tools)


class Keeping(Record):
    """How long Executions, reports and the ledger are kept: so many days and so many records."""

    days: int = Field(default=90, ge=1, le=730)
    records: int = Field(default=1_000, ge=100, le=10_000)


class MentionOn(StrEnum):
    """When a person is mentioned in a report; ATTENTION means that or worse [R1]."""

    ATTENTION = "attention"
    CRITICAL = "critical"
    FAILURE = "failure"


class Mention(Record):
    """A person, picked by a person, whom a report mentions [R1 P4]."""

    person: PersonId
    on: MentionOn = MentionOn.CRITICAL


MENTIONS_MAX = 20


class Every(StrEnum):
    """How often a Mission report comes."""

    DAY = "day"
    WEEK = "week"


class Summary(Record):
    """When the Mission report comes: a sum of the day or week before [R3].

    `time` is HH:MM on the clock of the zone; `weekday` (0 is Sunday) counts for a weekly one.
    """

    every: Every
    time: str = Field(default="09:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    weekday: int = Field(default=1, ge=0, le=6)
    zone: str = "UTC"


BUDGET_MIN_TOKENS = 1_000
"""The smallest budget: less is not one call of a model."""
BUDGET_MIN_USD, BUDGET_MAX_USD = 0.01, 1_000_000
"""The smallest budget in US dollars, and the largest that can be written down."""
Usd = Annotated[float, Field(ge=BUDGET_MIN_USD, le=BUDGET_MAX_USD)]


class Budget(Record):
    """What a Mission may spend on the language model; None for what the administrator allows [X6].

    `run_tokens` is for one Execution, `day_tokens` for all of a UTC day; `run_usd` and `day_usd`
    likewise in US dollars, which needs the price of each model in use.
    """

    run_tokens: int | None = Field(default=None, ge=BUDGET_MIN_TOKENS)
    day_tokens: int | None = Field(default=None, ge=BUDGET_MIN_TOKENS)
    run_usd: Usd | None = None
    day_usd: Usd | None = None

    @property
    def in_money(self) -> bool:
        """Whether it caps money, and not only tokens."""
        return self.run_usd is not None or self.day_usd is not None


class Blueprint(Stored):
    """The plan of a Mission; confirmed ones are numbered 1, 2, 3 … [B8]."""

    schema_version: int = 4
    goal: str = Field(min_length=1, max_length=GOAL_MAX)
    objectives: tuple[str, ...] = Field(default=(), max_length=OBJECTIVES_MAX)
    tasks: tuple[Task, ...] = Field(min_length=1, max_length=TASKS_MAX)
    exclusions: tuple[Exclusion, ...] = Field(default=(), max_length=EXCLUSIONS_MAX)
    windows: tuple[Window, ...] = Field(default=(), max_length=WINDOWS_MAX)
    keep: Keeping = Keeping()
    mentions: tuple[Mention, ...] = Field(default=(), max_length=MENTIONS_MAX)
    summary: Summary | None = None
    budget: Budget = Budget()

    def task(self, task_id: TaskId) -> Task | None:
        """The Task with that id, or None."""
        return next((t for t in self.tasks if t.id == task_id), None)
