"""What the language model costs, counted per Execution, Mission and day, and the caps on it [X6].

Days are UTC days. A cap is looked at before each call of the model, so that a run can go beyond it
by one call at most; calls that run side by side, by one call each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from missions.blueprint import Budget
from missions.describe import budget_in_words
from missions.errors import HoustonError
from missions.ids import MissionId, TeamId
from missions.keys import TeamKeys
from missions.phrases import grouped, say
from missions.ports import Clock
from missions.store import Store
from missions.tx import Lost, Transaction
from missions.words import money_in_words

DAYS_KEPT = 92
"""Days of a Mission's and a workspace's spending that are kept: a quarter to look back on."""

Amount = TypeVar("Amount", int, float)

MICRO = 1_000_000
"""Money is counted in millionths of a US dollar, prices are per million tokens."""


class BudgetSpent(HoustonError):
    """A cap is reached: no further call of the model. `until` is when a day's cap begins anew."""

    event = "budget_spent"

    def __init__(self, sentence: str, until: datetime | None = None) -> None:
        super().__init__(sentence)
        self.until = until


@dataclass(frozen=True)
class Tokens:
    """What one call took. Of `prompt`, `cached` were read from a provider's cache of what it was
    sent before, and `written` went into that cache.
    """

    prompt: int
    answer: int
    cached: int = 0
    written: int = 0


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens; without a price of their own, cached tokens and those written
    into the cache cost what others cost that go in.
    """

    prompt: float
    answer: float
    cached: float | None = None
    written: float | None = None

    def micros(self, used: Tokens) -> int:
        """What that many tokens cost, in millionths of a dollar."""
        cached = self.prompt if self.cached is None else self.cached
        written = self.prompt if self.written is None else self.written
        plain = max(0, used.prompt - used.cached - used.written)
        kept = cached * used.cached + written * used.written
        return round(self.prompt * plain + kept + self.answer * used.answer)


@dataclass(frozen=True)
class Caps:
    """The administrator's caps; None for no cap. A Blueprint may set lower ones.

    `unpriced` is a model in use of which nobody said what it costs: no cap in money can hold then.
    """

    run_tokens: int | None = None
    mission_day_tokens: int | None = None
    day_tokens: int | None = None
    run_usd: float | None = None
    mission_day_usd: float | None = None
    day_usd: float | None = None
    unpriced: str = ""

    def of_mission(self, budget: Budget) -> Budget:
        """What a Mission with this budget may spend: the lower of each two caps.

        An administrator's caps may be lower than what a person may set.
        """
        return Budget.model_construct(
            run_tokens=_lower(budget.run_tokens, self.run_tokens),
            day_tokens=_lower(budget.day_tokens, self.mission_day_tokens),
            run_usd=_lower(budget.run_usd, self.run_usd),
            day_usd=_lower(budget.day_usd, self.mission_day_usd),
        )


@dataclass(frozen=True)
class Spent:
    """Tokens and money; `priced` is False if any of it was spent at an unknown price."""

    tokens: int = 0
    micros: int = 0
    priced: bool = True

    @property
    def usd(self) -> float:
        """The money in US dollars."""
        return self.micros / MICRO

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.tokens + other.tokens, self.micros + other.micros, self.priced and other.priced
        )


class Spending:
    """What was spent, and the meters that count it."""

    def __init__(self, store: Store, clock: Clock, caps: Caps) -> None:
        self._store = store
        self._clock = clock
        self.caps = caps

    def of_mission(self, team: TeamId, mission: MissionId, day: date) -> Spent:
        """What a Mission's Executions spent on that day."""
        return _spent(self._store.hgetall(TeamKeys(team).mission(mission).spending), day)

    def of_mission_since(self, team: TeamId, mission: MissionId, first: date) -> Spent:
        """What a Mission's Executions spent from that day on."""
        fields = self._store.hgetall(TeamKeys(team).mission(mission).spending)
        days = {day for day in map(_day_of, fields) if day >= first}
        return sum((_spent(fields, day) for day in days), Spent())

    def of_team(self, team: TeamId, day: date) -> Spent:
        """What a workspace spent on that day: Executions and conversations."""
        return _spent(self._store.hgetall(TeamKeys(team).spending), day)

    def in_words(self, budget: Budget) -> str:
        """What a Mission may spend, as `missions.describe.budget_in_words`.

        Only what is enforced: without a language model there are no caps, and nothing is spent.
        """
        if self.caps == Caps():
            return ""
        return budget_in_words(self.caps.of_mission(budget))

    def meter(
        self, team: TeamId, mission: MissionId | None = None, budget: Budget | None = None
    ) -> Meter:
        """A meter for one Execution, or for one turn of a conversation if no Mission is named."""
        return Meter(self, self._store, self._clock, team, mission, budget or Budget())


class Meter:
    """Counts what one Execution or turn spends, and says when it must stop."""

    def __init__(
        self,
        spending: Spending,
        store: Store,
        clock: Clock,
        team: TeamId,
        mission: MissionId | None,
        budget: Budget,
    ) -> None:
        self._spending = spending
        self._store = store
        self._clock = clock
        self._team = team
        self._mission = mission
        self._budget = spending.caps.of_mission(budget)
        self.spent = Spent()

    def allow(self) -> None:
        """Raises `BudgetSpent` if a cap is reached, or one in money cannot be held."""
        caps, budget, now = self._spending.caps, self._budget, self._clock.now()
        today, tomorrow = _today(now), _tomorrow(now)
        if self._mission:
            if budget.in_money and caps.unpriced:
                raise BudgetSpent(say("fact-no-price", model=caps.unpriced))
            _hold("run", self.spent, budget.run_tokens, budget.run_usd)
            used = self._spending.of_mission(self._team, self._mission, today)
            _hold("mission", used, budget.day_tokens, budget.day_usd, tomorrow)
        used = self._spending.of_team(self._team, today)
        _hold("workspace", used, caps.day_tokens, caps.day_usd, tomorrow)

    def count(self, used: Tokens, price: Price | None) -> None:
        """Count one call's tokens at once, so that others see them; a deleted Mission's as well."""
        micros = price.micros(used) if price else 0
        one = Spent(used.prompt + used.answer, micros, price is not None)
        self.spent += one
        today = _today(self._clock.now())
        if self._mission and self._counted_on_mission(self._mission, today, one):
            return
        tx = self._store.team_tx(self._team)
        self._write(tx, TeamKeys(self._team).spending, today, one)
        tx.commit()

    def _counted_on_mission(self, mission: MissionId, today: date, one: Spent) -> bool:
        """Count it on the Mission and the workspace; False if the Mission is deleted."""
        keys = TeamKeys(self._team).mission(mission)
        tx = self._store.mission_tx(keys)
        self._write(tx, keys.spending, today, one)
        self._write(tx, TeamKeys(self._team).spending, today, one)
        try:
            tx.commit()
        except Lost:
            return False
        return True

    def _write(self, tx: Transaction, key: str, today: date, one: Spent) -> None:
        tx.hincrby(key, _field(today, "tokens"), one.tokens)
        tx.hincrby(key, _field(today, "micros"), one.micros)
        if not one.priced:
            tx.hset(key, {_field(today, "unpriced"): 1})
        oldest = today - timedelta(days=DAYS_KEPT)
        old = [name for name in self._store.hgetall(key) if _day_of(name) < oldest]
        if old:
            tx.hdel(key, *old)


_SENTENCES = {
    "run": ("spent-run", "spent-run-money"),
    "mission": ("spent-mission", "spent-mission-money"),
    "workspace": ("spent-workspace", "spent-workspace-money"),
}
"""What is said of the tokens, and of the money, that are spent."""


def _hold(
    whose: str,
    used: Spent,
    tokens: int | None,
    usd: float | None,
    until: datetime | None = None,
) -> None:
    """Raises `BudgetSpent` if so much was used already."""
    of_tokens, of_money = _SENTENCES[whose]
    if tokens is not None and used.tokens >= tokens:
        raise BudgetSpent(say(of_tokens, tokens=grouped(tokens)), until)
    if usd is not None and used.usd >= usd:
        raise BudgetSpent(say(of_money, money=money_in_words(usd)), until)


def _field(day: date, what: str) -> str:
    return f"{day.isoformat()}|{what}"


def _day_of(field: str) -> date:
    return date.fromisoformat(field.partition("|")[0])


def _spent(fields: dict[str, str], day: date) -> Spent:
    return Spent(
        int(fields.get(_field(day, "tokens"), 0)),
        int(fields.get(_field(day, "micros"), 0)),
        _field(day, "unpriced") not in fields,
    )


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _tomorrow(now: datetime) -> datetime:
    return datetime.combine(_today(now) + timedelta(days=1), time(), UTC)


def _lower(own: Amount | None, cap: Amount | None) -> Amount | None:
    """The Blueprint's number within the administrator's; None if there is neither."""
    given = [n for n in (own, cap) if n is not None]
    return min(given) if given else None
