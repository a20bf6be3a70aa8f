"""Random domain objects of any type, made from its type hints: any text, any number of things.

What the domain itself guarantees is kept (pages have so many rows, a month has its days, a paused
Mission says who paused it); everything else is as bad as it can be.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import types
import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any, Literal, NewType, Union

from pydantic import BaseModel

from bot.blocks.calendar import Day, Mark, MonthFacts, days_of
from bot.blocks.charts import Chart, ChartLine
from bot.blocks.details import ChangePage, DetailsFacts
from bot.blocks.dialogs import Origin
from bot.blocks.executions import PER_PAGE, ExecutionsFacts
from bot.blocks.health import Health
from bot.blocks.home import HomeFacts
from bot.blocks.list_card import ListFacts
from bot.blocks.new_mission import Beginning
from bot.blocks.records import NOT_RUN, Scope
from bot.facts.details import CHANGES_PER_PAGE
from bot.facts.health import HEALTH_DAYS
from bot.mrkdwn import Mrkdwn, escape
from missions.blueprint import EVERY_DAY, TASKS_MAX, Check, Task, Window
from missions.execution import Status
from missions.ids import ALPHABET, ChannelId, CheckId, MissionId, TaskId
from missions.mission import Mission, MissionState, Pause
from missions.tally import Tally
from missions.verbs.settings import EDITORS_MAX, Settings
from tests.unit.block_samples import ANN, HOSTILE, NOW, REPORT_URL

PIECES = (
    *("Shop watch", "check the certificate", "", " ", "\n", "\t", "\r\n"),
    *("<!channel>", "<!here>", "<@U0BOSS>", "<!subteam^S1|x>", "<#C9|ops>", "@everyone", "&amp;"),
    *("<https://evil.example|ok>", "https://evil.example/?a=1&b=2", "<", ">", "&", "|", "`", "```"),
    *("*bold*", "_it_", "~no~", "> quote", "• item", "<!date^1^{time}|x>", ":fire:", "{id}"),
    *("שלום עליכם", "مرحبا بالعالم", "\u202e", "\u2066", "\u2069", "\u200f", "\u200d", "\u00ad"),
    *("e" + "\u0301" * 40, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "🏴‍☠️"),
    *("客户门户检查", "ทดสอบ", "नमस्ते", "\x00", "\x07", "\ud800", "\u2028", "\ufeff", "x" * 300),
)
LONG = tuple(text for text in HOSTILE if len(text) > 1_000)
TEXT_MAX = 20_000
"""Characters of the longest text."""
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham")
ADDRESSES = frozenset({"url", "report_url", "link", "card", "notice_url"})
"""Fields that hold addresses of our own messages."""
CHECKS_MAX, MISSIONS_MAX = 500, 1_000

MOST = {"items": MISSIONS_MAX, "missions": MISSIONS_MAX, "tasks": TASKS_MAX}
"""How many there are at most of what has such a name; of anything else `CHECKS_MAX`."""

SHOWN = tuple(state for state in MissionState if state is not MissionState.DELETED)
"""States that a list can have."""

PAGES: dict[tuple[str, str], int] = {
    (ExecutionsFacts.__name__, "items"): PER_PAGE,
    (ChangePage.__name__, "changes"): CHANGES_PER_PAGE,
    (DetailsFacts.__name__, "settings"): 30,
    (DetailsFacts.__name__, "plan"): 50,
    (HomeFacts.__name__, "list"): 10,
    (Settings.__name__, "editors"): EDITORS_MAX,
    (ExecutionsFacts.__name__, "tasks"): CHECKS_MAX,
}
"""How many there are at most, by class and field: as many as the domain or a page of it has."""


class Fuzz:
    """Makes values of any type; the same seed makes the same values."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._depth = 0
        self._rows: int | None = None

    def text(self) -> str:
        """Mostly short and hostile, now and then as long as can be."""
        dice = self.random.random()
        if dice < 0.04:
            return self.random.choice(LONG)
        if dice < 0.06:
            piece = self.random.choice([p for p in PIECES if p])
            return (piece * (TEXT_MAX // len(piece) + 1))[:TEXT_MAX]
        if dice < 0.3:
            return self.random.choice(PIECES)
        return " ".join(self.random.choices(PIECES, k=self.random.randint(1, 12)))

    def count(self, most: int) -> int:
        """Mostly few."""
        if self._depth > 3:
            return self.random.choice((0, 1, 2))
        dice = self.random.random()
        if dice < 0.06:
            return most
        return min(
            most, self.random.choice((0, 1, 2, 3, 5, 9, 12, 51) if dice < 0.6 else (1, 2, 4))
        )

    def id(self, name: str) -> str:
        """An id of that type."""
        if name == "PersonId":
            return ANN
        if name == "ChannelId":
            return "C1"
        if name in ("TaskId", "CheckId"):
            return f"{name[0]}{self.random.randint(1, 60)}"
        return f"{name[0]}-" + "".join(self.random.choices(ALPHABET, k=6))

    def moment(self) -> datetime:
        """Some time around now."""
        return NOW + timedelta(seconds=self.random.randint(-40_000_000, 40_000_000))

    def make(self, hint: Any, owner: str = "", name: str = "") -> Any:
        """A value for a field of that name and type."""
        if name == "zone" and hint is str:
            return self.random.choice(ZONES)
        if name == "picture" and hint == (str | None):
            return self.random.choice((None, "F0FILE"))
        if name == "turn" and hint is str:
            return f"{ANN}-{self.random.randint(1, 10**16)}"
        self._depth += 1
        try:
            return self._make(hint, owner, name)
        finally:
            self._depth -= 1

    def arguments(self, of: Callable[..., Any]) -> dict[str, Any]:
        """Arguments for a function, by its hints."""
        hints = typing.get_type_hints(of)
        hints.pop("return", None)
        return {name: self.make(hint, of.__name__, name) for name, hint in hints.items()}

    def _make(self, hint: Any, owner: str, name: str) -> Any:
        origin = typing.get_origin(hint)
        if isinstance(hint, NewType):
            return escape(self.text()) if hint is Mrkdwn else self.id(hint.__name__)
        if origin is typing.Annotated:
            return self.make(typing.get_args(hint)[0], owner, name)
        if origin in (Union, types.UnionType):
            return self._one_of(typing.get_args(hint), owner, name)
        if origin is Literal:
            return self.random.choice(typing.get_args(hint))
        if origin is not None:
            return self._many(origin, typing.get_args(hint), owner, name)
        return self._plain(hint, name) if hint in PLAIN else self._object(hint)

    def _one_of(self, choices: tuple[Any, ...], owner: str, name: str) -> Any:
        if name in ADDRESSES and str in choices:
            return self.random.choice((None, REPORT_URL))
        return self.make(self.random.choice(choices), owner, name)

    def _many(self, origin: Any, args: tuple[Any, ...], owner: str, name: str) -> Any:
        if origin in (tuple, collections.abc.Sequence, collections.abc.Iterable, list):
            if origin is tuple and args[-1:] != (...,):
                return tuple(self.make(one, owner, name) for one in args)
            return tuple(self._row(args[0], owner, name))
        if _is_block(origin, args):
            return {"type": "divider"}
        if origin in (dict, collections.abc.Mapping):
            keys = list(args[0]) if isinstance(args[0], type) and issubclass(args[0], Enum) else []
            made = keys or [self.make(args[0]) for _ in range(self.count(5))]
            return {key: self.make(args[1], owner, name) for key in made}
        raise TypeError(f"{owner}.{name}: no way to make {origin}")

    def _row(self, kind: Any, owner: str, name: str) -> Iterator[Any]:
        """Many of a kind: a few different ones, over and over, as only their number matters."""
        most = PAGES.get((owner, name), MOST.get(name, CHECKS_MAX))
        count = self.count(min(most, self._rows or most))
        few = [self.make(kind, owner, name) for _ in range(min(count, 6))]
        found = (self.random.choice(few) for _ in range(count))
        if kind is not Task:
            return found
        return (one.model_copy(update={"id": f"T{n}"}) for n, one in enumerate(found, start=1))

    def _plain(self, hint: Any, name: str) -> Any:
        if hint is str:
            return REPORT_URL if name in ADDRESSES else self.text()
        if hint is bool:
            return self.random.random() < 0.5
        if hint is int:
            return self.random.choice((1, 2, 3, 7, 100, 12_345_678))
        if hint is float:
            return self.random.choice((0.0, 0.004, 1.5, 1e9, 123456.789))
        if hint is datetime:
            return self.moment()
        if hint is date:
            return self.moment().date()
        if hint is type(None):
            return None
        return {}

    def _object(self, kind: Any) -> Any:
        if kind in SPECIAL:
            return SPECIAL[kind](self)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self.random.choice(list(kind))
        hints = typing.get_type_hints(kind, include_extras=False)
        if dataclasses.is_dataclass(kind):
            names = [field.name for field in dataclasses.fields(kind)]
        elif issubclass(kind, BaseModel):
            names = list(kind.model_fields)
        else:
            names = list(hints)
        made = {name: self._field(kind, name, hints[name]) for name in names}
        if {"page", "pages"} <= set(made):
            made["page"] = min(made["page"], made["pages"])
        if issubclass(kind, BaseModel):
            return kind.model_construct(**{n: _within(kind, n, v) for n, v in made.items()})
        return kind(**made)

    def _field(self, kind: Any, name: str, hint: Any) -> Any:
        if kind is ListFacts and name == "state":
            return self.random.choice((None, *SHOWN))
        if kind is HomeFacts and name == "list":
            before, self._rows = self._rows, 10
            try:
                return self.make(ListFacts, kind.__name__, name)
            finally:
                self._rows = before
        return self.make(hint, kind.__name__, name)


def _is_block(origin: Any, args: tuple[Any, ...]) -> bool:
    """Whether a value is a block: what holds blocks is given some that were built before."""
    return origin is dict and args == (str, Any)


def _within(kind: type[BaseModel], name: str, value: Any) -> Any:
    """A number within the bounds that the domain holds it to."""
    if not isinstance(value, int) or isinstance(value, Enum):
        return value
    for bound in kind.model_fields[name].metadata:
        value = min(value, getattr(bound, "le", value))
        value = max(value, getattr(bound, "ge", value))
    return value


def _mission(f: Fuzz) -> Mission:
    state = f.random.choice(SHOWN)
    hints = typing.get_type_hints(Mission)
    made = {name: f.make(hints[name], "Mission", name) for name in Mission.model_fields}
    paused = state is MissionState.PAUSED
    made |= {"state": state, "pause": f.make(Pause) if paused else None}
    return Mission.model_construct(**made | {"version": 0 if state is MissionState.DRAFT else 3})


def _month(f: Fuzz) -> MonthFacts:
    first = date(f.random.randint(2024, 2030), f.random.randint(1, 12), 1)
    days = tuple(Day(day, _marks(f), f.random.choice((0, 3))) for day in days_of(first))
    today = f.random.choice(days).day
    return MonthFacts(f.make(Mission), days, today, f.random.choice(ZONES))


def _marks(f: Fuzz) -> dict[Mark, int]:
    return {mark: f.random.randint(1, 999) for mark in Mark if f.random.random() < 0.3}


def _health(f: Fuzz) -> Health:
    kinds = typing.get_type_hints(Health)["days"]
    (one, _) = typing.get_args(kinds)
    return Health(NOW.date(), tuple(f.make(one) for _ in range(HEALTH_DAYS)))


def _chart(f: Fuzz) -> Chart:
    """At least one line and two instants, a value for each."""
    many = 2 + f.count(40)
    at = tuple(sorted(f.moment() for _ in range(many)))
    lines = (
        ChartLine(f.text(), tuple(f.random.choice((0.0, 1.5, 9e9)) for _ in range(many)))
        for _ in range(1 + f.count(12))
    )
    return Chart(f.text(), f.text(), at, tuple(lines))


def _executions(f: Fuzz) -> ExecutionsFacts:
    """Looked at by a Task that is among those to choose from, or by none."""
    hints = typing.get_type_hints(ExecutionsFacts)
    made = {name: f.make(hints[name], "ExecutionsFacts", name) for name in hints}
    found = ExecutionsFacts(**made)
    task = f.random.choice([None, *(task for task, _ in found.tasks)])
    return dataclasses.replace(found, scope=dataclasses.replace(found.scope, task=task))


def _tally(f: Fuzz) -> Tally:
    hints = typing.get_type_hints(Tally)
    made = {name: f.make(hints[name], "Tally", name) for name in hints}
    values = {f.text(): tuple(f.make(float) for _ in range(1 + f.count(60))) for _ in range(7)}
    return Tally(**made | {"values": values})


SPECIAL: dict[Any, Callable[[Fuzz], Any]] = {
    Mission: _mission,
    MonthFacts: _month,
    Health: _health,
    Chart: _chart,
    ExecutionsFacts: _executions,
    Tally: _tally,
    Origin: lambda f: Origin(
        mission=MissionId(f.id("MissionId")),
        channel=ChannelId("C1"),
        message_ts="1795428000.000100",
        under=f.random.choice((None, "plan")),
        rev=f.random.choice((None, 3)),
    ),
    Scope: lambda f: Scope(
        mission=MissionId(f.id("MissionId")),
        status=f.random.choice(["", NOT_RUN, *map(str, Status)]),
        task=f.random.choice((None, TaskId("T1"))),
        day=f.random.choice((None, f.moment().date())),
        page=f.random.randint(1, 9),
    ),
    Beginning: lambda f: Beginning(link=f.random.choice((None, REPORT_URL))),
    Window: lambda f: Window.model_construct(
        days=tuple(sorted(f.random.sample(EVERY_DAY, f.random.randint(1, 7)))),
        begin="22:00",
        end=f.random.choice(("06:00", "23:30", "24:00")),
        later=f.random.randint(0, 6),
        label=f.text()[:60],
        zone=f.random.choice((None, *ZONES)),
    ),
    Check: lambda f: Check.model_construct(
        id=CheckId("C1"), tool="http", arguments={"url": f.text()}, expect=()
    ),
}
"""What the domain promises to be of one shape."""
PLAIN = (str, bool, int, float, datetime, date, type(None), object, Any, dict)
