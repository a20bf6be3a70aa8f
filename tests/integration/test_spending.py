"""What the language model costs is counted at once, and stopped at each cap [X6]."""

from __future__ import annotations

from datetime import timedelta

import pytest

from missions.blueprint import Budget
from missions.domain import Domain
from missions.mission import Mission
from missions.spending import DAYS_KEPT, BudgetSpent, Caps, Meter, Price, Spending, Spent, Tokens
from tests.support.build import actor, launched
from tests.support.fakes import MONDAY, TEAM, ManualClock

PRICE = Price(prompt=2.0, answer=10.0)
TODAY = MONDAY.date()


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain)


def spending(domain: Domain, **caps: float) -> Spending:
    return Spending(domain.store, domain.clock, Caps(**caps))  # type: ignore[arg-type]


def stopped(meter: Meter) -> BudgetSpent | None:
    try:
        meter.allow()
    except BudgetSpent as spent:
        return spent
    return None


def test_tokens_and_money_are_counted_per_run_mission_and_day(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[X6] Of one run, of all runs of the Mission, and of the workspace with its conversations."""
    kept = spending(domain)
    first, second, talk = (kept.meter(TEAM, m) for m in (mission.id, mission.id, None))
    first.count(Tokens(1000, 100), PRICE)
    second.count(Tokens(500, 0), PRICE)
    talk.count(Tokens(10, 10), PRICE)
    assert first.spent == Spent(tokens=1100, micros=3000)
    assert first.spent.usd == 0.003
    assert kept.of_mission(TEAM, mission.id, TODAY) == Spent(tokens=1600, micros=4000)
    assert kept.of_team(TEAM, TODAY) == Spent(tokens=1620, micros=4120)
    clock.advance(days=1)
    second.count(Tokens(1, 0), None)
    assert kept.of_mission(TEAM, mission.id, TODAY + timedelta(days=1)) == Spent(1, 0, priced=False)
    assert kept.of_mission_since(TEAM, mission.id, TODAY) == Spent(1601, 4000, priced=False)


def test_what_a_provider_had_kept_has_a_price_of_its_own() -> None:
    """[X6] As what is written into its cache; without one, both cost what goes in."""
    used = Tokens(prompt=1_000, answer=10, cached=700, written=200)
    assert Price(2.0, 10.0, cached=0.2, written=2.5).micros(used) == 200 + 140 + 500 + 100
    assert Price(2.0, 10.0).micros(used) == 2_000 + 100


def test_a_run_stops_at_its_own_cap(domain: Domain, mission: Mission) -> None:
    """[X6] The Blueprint may set a lower one than the administrator, never a higher one."""
    kept = spending(domain, run_tokens=5_000)
    for budget, most in ((Budget(), 5_000), (Budget(run_tokens=1_000), 1_000)):
        meter = kept.meter(TEAM, mission.id, budget)
        meter.count(Tokens(most - 1, 0), PRICE)
        assert stopped(meter) is None
        meter.count(Tokens(1, 0), PRICE)
        spent = stopped(meter)
        assert spent is not None
        assert spent.sentence == f"This run used its {most:,} tokens."
        assert spent.until is None
    beyond = kept.meter(TEAM, mission.id, Budget(run_tokens=9_000))
    beyond.count(Tokens(5_000, 0), PRICE)
    assert stopped(beyond) is not None


def test_money_is_capped_per_run_and_day(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[X6] By the Blueprint within the administrator's; the next day begins anew."""
    kept = spending(domain, run_usd=9.0, mission_day_usd=0.05)
    run = kept.meter(TEAM, mission.id, Budget(run_usd=0.02, day_usd=3.0))
    assert stopped(run) is None
    run.count(Tokens(10_000, 0), PRICE)
    spent = stopped(run)
    assert (spent and spent.sentence, spent and spent.until) == ("This run spent its $0.02.", None)
    other = kept.meter(TEAM, mission.id, Budget())
    assert stopped(other) is None
    other.count(Tokens(15_000, 0), PRICE)
    spent = stopped(kept.meter(TEAM, mission.id, Budget(day_usd=3.0)))
    assert spent is not None
    assert spent.sentence == "This Mission spent its $0.05 of today (UTC)."
    assert spent.until == MONDAY.replace(hour=0) + timedelta(days=1)
    clock.advance(hours=14)
    assert stopped(kept.meter(TEAM, mission.id, Budget(day_usd=3.0))) is None


def test_money_is_not_capped_where_nobody_said_what_a_model_costs(
    domain: Domain, mission: Mission
) -> None:
    """[X6] A cap that cannot be held is refused before the call, in words; tokens are capped."""
    kept = Spending(domain.store, domain.clock, Caps(run_tokens=5_000, unpriced="openai:x"))
    assert stopped(kept.meter(TEAM, mission.id, Budget(run_tokens=1_000))) is None
    for budget in (Budget(run_usd=1.0), Budget(day_usd=1.0)):
        spent = stopped(kept.meter(TEAM, mission.id, budget))
        assert spent is not None
        assert "what openai:x costs is not known here" in spent.sentence
    assert stopped(kept.meter(TEAM)) is None, "a conversation has no Mission's cap"


def test_a_day_s_cap_holds_for_every_run_until_midnight(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[X6] Days are UTC days: the next run of the same day stops before its first call."""
    kept = spending(domain, mission_day_tokens=3_000)
    kept.meter(TEAM, mission.id).count(Tokens(3_000, 0), PRICE)
    spent = stopped(kept.meter(TEAM, mission.id))
    assert spent is not None
    assert spent.until == MONDAY.replace(hour=0) + timedelta(days=1)
    assert stopped(kept.meter(TEAM)) is None, "a conversation has no Mission's cap"
    clock.advance(hours=14)
    assert stopped(kept.meter(TEAM, mission.id)) is None


@pytest.mark.parametrize(
    ("caps", "said"),
    [
        ({"day_tokens": 2_000}, "This workspace used its 2,000 tokens of today (UTC)."),
        ({"day_usd": 0.004}, "This workspace spent its $0.004 of today (UTC)."),
    ],
)
def test_the_workspace_s_cap_stops_runs_and_conversations(
    domain: Domain, mission: Mission, caps: dict[str, float], said: str
) -> None:
    """[X6]"""
    kept = spending(domain, **caps)
    kept.meter(TEAM, mission.id).count(Tokens(2_000, 0), PRICE)
    for meter in (kept.meter(TEAM), kept.meter(TEAM, mission.id)):
        spent = stopped(meter)
        assert spent is not None
        assert spent.sentence == said


def test_what_a_deleted_mission_spent_counts_for_the_workspace(
    domain: Domain, mission: Mission
) -> None:
    """[M6 X6] Nothing is written back to the Mission."""
    kept = spending(domain)
    meter = kept.meter(TEAM, mission.id)
    meter.count(Tokens(100, 0), PRICE)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    domain.remains.clear(TEAM, mission.id)
    meter.count(Tokens(100, 0), PRICE)
    assert kept.of_team(TEAM, TODAY).tokens == 200
    assert kept.of_mission(TEAM, mission.id, TODAY) == Spent()
    assert domain.remains.left(TEAM, mission.id) == 0


def test_old_days_are_forgotten(domain: Domain, clock: ManualClock, mission: Mission) -> None:
    """[X6] A quarter is kept."""
    kept = spending(domain)
    meter = kept.meter(TEAM, mission.id)
    meter.count(Tokens(7, 0), PRICE)
    clock.advance(days=DAYS_KEPT)
    meter.count(Tokens(1, 0), PRICE)
    assert kept.of_mission(TEAM, mission.id, TODAY).tokens == 7
    clock.advance(days=1)
    meter.count(Tokens(1, 0), PRICE)
    assert kept.of_mission(TEAM, mission.id, TODAY).tokens == 0
    assert kept.of_mission_since(TEAM, mission.id, TODAY).tokens == 2


def test_a_plan_says_what_it_may_spend(domain: Domain) -> None:
    """[C3 X6] The lower of the Blueprint's and the administrator's; nothing where no model is."""
    capped = spending(domain, run_tokens=5_000, mission_day_tokens=90_000)
    assert capped.in_words(Budget()) == "at most 5,000 tokens a run and 90,000 a day"
    assert capped.in_words(Budget(run_tokens=9_000, day_tokens=8_000)) == (
        "at most 5,000 tokens a run and 8,000 a day"
    )
    assert spending(domain).in_words(Budget(run_tokens=9_000)) == ""
    money = spending(domain, run_tokens=5_000, mission_day_usd=1_234.5)
    assert money.in_words(Budget(run_usd=0.25, day_usd=2_000)) == (
        "at most 5,000 tokens a run; at most $0.25 a run and $1,234.50 a day"
    )
    assert spending(domain, mission_day_usd=2.0).in_words(Budget()) == "at most $2.00 a day"
