"""The Mission report: a day or a week summed up, once per period, whoever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks.summary import summary
from bot.facts.gather import Gather
from bot.facts.summary import summary_facts
from jobs.summaries import SummaryRounds
from missions import keys as k
from missions.blueprint import Blueprint, Every, Finding, Summary
from missions.cards import SummaryCard
from missions.domain import Domain
from missions.endings import Ending
from missions.errors import Forbidden
from missions.execution import CheckResult, Measured, Report, Status
from missions.mission import Mission
from missions.summary import begin_of, next_summary
from missions.tally import percentile, tally
from missions.verbs.mutes import MuteFor
from tests.support.build import actor, blueprint, launched, proposed, task
from tests.support.fakes import MALLORY, OPS, TEAM, FakeDirectory, ManualClock, RecordingBell
from tests.support.runs import C1, FAILED, cards, due, not_claimed, ran
from tests.support.stored import scores

WEEKLY = Summary(every=Every.WEEK, weekday=1, zone="Europe/Berlin")
DAILY = Summary(every=Every.DAY)
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def with_summary(wanted: Summary | None) -> Blueprint:
    return blueprint().model_copy(update={"summary": wanted})


def reports(domain: Domain) -> list[SummaryCard]:
    return [card for card in cards(domain) if isinstance(card, SummaryCard)]


@pytest.fixture
def daily(domain: Domain) -> Mission:
    """Launched on Monday at 10:00; its first report is due on Tuesday at 9:00."""
    return launched(domain, with_summary(DAILY))


# --- when -----------------------------------------------------------------------------------


def test_a_week_is_one_by_the_clock_on_the_wall() -> None:
    """[R3 B5] Also across a change of daylight saving time."""
    before = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
    at = next_summary(WEEKLY, before)
    assert at == datetime(2026, 10, 26, 8, 0, tzinfo=UTC)
    assert begin_of(WEEKLY, at) == datetime(2026, 10, 19, 7, 0, tzinfo=UTC)


def test_it_is_told_when_due_and_not_before(
    domain: Domain, daily: Mission, clock: ManualClock
) -> None:
    """[R3]"""
    rounds = SummaryRounds(domain)
    clock.set(datetime(2026, 11, 24, 8, 59, 59, tzinfo=UTC))
    rounds.tell()
    assert reports(domain) == []
    clock.set(TUESDAY)
    rounds.tell()
    (told,) = reports(domain)
    assert told.until == TUESDAY
    assert told.since == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_each_period_is_told_once_by_many_at_once_and_after_a_restart(
    domain: Domain, daily: Mission, clock: ManualClock, directory: FakeDirectory
) -> None:
    """[R3 S3] The entry that says it is due guards the commit that says it."""
    clock.set(TUESDAY)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: SummaryRounds(domain).tell(), range(8)))
    again = Domain.build(domain.redis, clock, directory, RecordingBell())
    SummaryRounds(again).tell()
    assert len(reports(domain)) == 1
    clock.advance(days=1)
    SummaryRounds(again).tell()
    assert [card.until.day for card in reports(domain)] == [24, 25]


def test_after_an_outage_only_the_latest_period_is_told(
    domain: Domain, daily: Mission, clock: ManualClock
) -> None:
    """[R3 S4] No flood."""
    clock.set(datetime(2026, 12, 3, 15, 0, tzinfo=UTC))
    SummaryRounds(domain).tell()
    SummaryRounds(domain).tell()
    (told,) = reports(domain)
    assert told.until == datetime(2026, 12, 3, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("hush", ["paused", "muted", "quiet"])
def test_who_wants_quiet_has_quiet(
    domain: Domain, daily: Mission, clock: ManualClock, hush: str
) -> None:
    """[R3 M10 R1] A period in which it was silent is not told later."""
    if hush == "paused":
        domain.lifecycle.disable(actor(), daily.id)
    elif hush == "muted":
        domain.lifecycle.mute(actor(), daily.id, MuteFor.RECOVERED.until(clock.now(), "UTC"))
    else:
        domain.quiet.begin(actor(), OPS, "", None)
    clock.set(TUESDAY)
    SummaryRounds(domain).tell()
    assert reports(domain) == []
    assert scores(domain.redis, k.SUMMARIES)[k.member(TEAM, daily.id)] > TUESDAY.timestamp()


def test_a_change_arms_it_and_a_delete_takes_it_away(domain: Domain, daily: Mission) -> None:
    """[C5 M6] On Apply; what does not change it leaves it armed."""
    member = k.member(TEAM, daily.id)
    same = proposed(domain, daily, with_summary(DAILY).model_copy(update={"goal": "Another"}))
    armed = domain.redis.zscore(k.SUMMARIES, member)
    mission = domain.lifecycle.apply(actor(), daily.id, same.id)
    assert domain.redis.zscore(k.SUMMARIES, member) == armed
    weekly = domain.lifecycle.propose_summary(actor(), daily.id, WEEKLY, "weekly")
    assert domain.redis.zscore(k.SUMMARIES, member) == armed
    mission = domain.lifecycle.apply(actor(), mission.id, weekly.id)
    assert domain.redis.zscore(k.SUMMARIES, member) != armed
    none = domain.lifecycle.propose_summary(actor(), daily.id, None, "off")
    domain.lifecycle.apply(actor(), mission.id, none.id)
    assert domain.redis.zscore(k.SUMMARIES, member) is None
    other = launched(domain, with_summary(DAILY), name="Other")
    domain.lifecycle.delete(actor(), other.id, other.id)
    assert domain.redis.zcard(k.SUMMARIES) == 0


def test_a_viewer_does_not_set_it(domain: Domain, daily: Mission) -> None:
    """[P2]"""
    with pytest.raises(Forbidden):
        domain.lifecycle.propose_summary(actor(MALLORY), daily.id, None, "off")


# --- what -----------------------------------------------------------------------------------


def found(finding: Finding, latency: float) -> Ending:
    measured = Measured(field="latency_ms", expected="in under 800 ms", actual=latency, holds=True)
    result = CheckResult(
        check=C1, title="GET shop.example", finding=finding, measured=(measured,), duration_ms=9_999
    )
    report = Report(headline="x", results=(result,))
    return Ending(
        status=Status.SUCCESS, finding=finding, report=report, carry={C1: finding}, tokens=100
    )


def test_it_counts_runs_findings_and_what_did_not_run(
    domain: Domain, daily: Mission, clock: ManualClock
) -> None:
    """[R3 S1 X6] From `since` on, up to before `until`."""
    since = clock.now()
    endings = [
        *(found(Finding.ALL_GOOD, ms) for ms in (100, 120, 110)),
        found(Finding.CRITICAL, 900),
        FAILED,
    ]
    for ending in endings:
        ran(domain, daily, task(), ending)
        clock.advance(minutes=5)
    waiting = due(domain, daily, task())
    domain.quiet.begin(actor(), OPS, "", None)
    not_claimed(domain, daily, waiting)
    clock.advance(minutes=5)
    got = tally(domain.store, TEAM, daily.id, since, clock.now())
    assert (got.runs, got.statuses[Status.SUCCESS], got.statuses[Status.FAILED]) == (5, 4, 1)
    assert got.findings == {Finding.ALL_GOOD: 3, Finding.CRITICAL: 1}
    assert got.availability == 0.75
    assert (got.skipped, got.missed, got.tokens) == (1, 0, 400)
    assert list(got.values["GET shop.example"]) == [100, 120, 110, 900]
    assert not got.partly
    assert tally(domain.store, TEAM, daily.id, clock.now(), clock.now()).runs == 0


def test_percentiles_are_values_that_were_measured() -> None:
    """[R3]"""
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (50, 95)
    assert percentile([7.0], 0.95) == 7


def text_of(domain: Domain, card: SummaryCard) -> str:
    gather = Gather(domain, actor().viewer, lambda *_: "https://x.test", lambda *_: None)
    return summary(summary_facts(gather, card)).text


def test_a_week_has_a_square_per_day(domain: Domain, daily: Mission, clock: ManualClock) -> None:
    """[R3] The worst of each; a day without a run is empty, a last one that did not run is left."""
    since = clock.now()
    for ending in (found(Finding.ALL_GOOD, 100), found(Finding.CRITICAL, 900), FAILED):
        ran(domain, daily, task(), found(Finding.ALL_GOOD, 100))
        clock.advance(minutes=5)
        ran(domain, daily, task(), ending)
        clock.advance(days=2)
    clock.set(since + timedelta(days=7))
    card = SummaryCard(mission=daily.id, every=Every.WEEK, since=since, until=clock.now())
    assert "🟩⬜🟥⬜⬛⬜⬜\n" in text_of(domain, card)
    day = card.model_copy(update={"every": Every.DAY})
    assert "🟩" not in text_of(domain, day)


def test_one_short_message_tells_it_beside_the_period_before(
    domain: Domain, daily: Mission, clock: ManualClock
) -> None:
    """[R3 R5]"""
    ran(domain, daily, task(), found(Finding.ALL_GOOD, 100))
    clock.advance(days=1)
    ran(domain, daily, task(), found(Finding.CRITICAL, 300))
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    SummaryRounds(domain).tell()
    said = text_of(domain, reports(domain)[-1])
    assert "Daily report: Shop watch" in said
    assert "1 run*: 1 Success" in said
    assert "0 % of 1 check (100 % the day before)" in said
    assert "median 300 ms (was 100 ms), p95 300 ms (was 100 ms)" in said
    assert "100 tokens" in said


def test_when_nothing_ran_it_says_so(domain: Domain, daily: Mission, clock: ManualClock) -> None:
    """[R3] Silence would look like a loss."""
    clock.set(TUESDAY)
    SummaryRounds(domain).tell()
    assert "No runs" in text_of(domain, reports(domain)[0])
