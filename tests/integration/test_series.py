"""What checks measured is kept, bounded, shown in reports, and goes with the Mission [R1 M6]."""

from __future__ import annotations

from redis import Redis

from bot.facts.charts import charts_of
from bot.facts.gather import Gather
from missions import series
from missions.blueprint import Finding
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import CheckResult, Execution, Measured, Report, Status
from missions.ids import CheckId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.series import Measure, series_of
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import TEAM, ManualClock
from tests.support.runs import C1, T1, claimed, due, ended

LATENCY = Measure(C1, "latency_ms")


def took(value: float | None, check: CheckId = C1, title: str = "Health") -> CheckResult:
    measured = (
        Measured(field="latency_ms", expected="below 800", actual=value, holds=True),
        Measured(field="status", expected="200", actual=200, holds=True),
    )
    return CheckResult(check=check, title=title, finding=Finding.ALL_GOOD, measured=measured)


def run(domain: Domain, clock: ManualClock, mission: Mission, *results: CheckResult) -> Execution:
    clock.advance(seconds=300)
    report = Report(headline="All good", results=results)
    ending = Ending(status=Status.SUCCESS, finding=Finding.ALL_GOOD, report=report)
    return ended(domain, claimed(domain, mission, due(domain, mission, task())).execution, ending)


def kept(domain: Domain, mission: Mission, measure: Measure = LATENCY) -> list[float]:
    keys = TeamKeys(TEAM).mission(mission.id)
    found = series_of(domain.store, keys, T1, [measure])
    return [point.value for one in found.values() for point in one.points]


def gather(domain: Domain) -> Gather:
    return Gather(domain, actor().viewer, lambda *_: "", lambda *_: None)


def test_a_series_grows_and_is_bounded(domain: Domain, clock: ManualClock) -> None:
    """[R1] Numbers only: a status is a name, and what was not measured is no point."""
    mission = launched(domain, blueprint(task()))
    for value in (100, 110, None, 120):
        run(domain, clock, mission, took(value))
    assert kept(domain, mission) == [100, 110, 120]
    assert kept(domain, mission, Measure(C1, "status")) == []
    for value in range(series.KEPT):
        run(domain, clock, mission, took(value))
    assert kept(domain, mission) == list(range(series.KEPT))


def test_a_check_that_means_something_else_begins_anew(domain: Domain, clock: ManualClock) -> None:
    """[R1]"""
    mission = launched(domain, blueprint(task()))
    run(domain, clock, mission, took(100), took(7, CheckId("C2")))
    run(domain, clock, mission, took(900, title="Another page"))
    assert kept(domain, mission) == [900]
    assert kept(domain, mission, Measure(CheckId("C2"), "latency_ms")) == []


def test_a_report_shows_the_course_up_to_its_own_run(domain: Domain, clock: ManualClock) -> None:
    """[R1] One point makes no chart."""
    mission = launched(domain, blueprint(task()))
    runs = [run(domain, clock, mission, took(value)) for value in (100, 200, 300)]
    drawn = []
    for one in runs:
        report = domain.store.report(TEAM, mission.id, one.id)
        drawn.append([c.lines[0].values for c in charts_of(gather(domain), one, report)])
    assert drawn == [[], [(100, 200)], [(100, 200, 300)]]


def test_two_checks_share_a_chart_over_the_runs_in_which_both_measured(
    domain: Domain, clock: ManualClock
) -> None:
    """[R1]"""
    mission = launched(domain, blueprint(task()))
    second = CheckId("C2")
    for value in (1, None, 3, 4):
        last = run(domain, clock, mission, took(100), took(value, second, "Login"))
    report = domain.store.report(TEAM, mission.id, last.id)
    (chart,) = charts_of(gather(domain), last, report)
    assert [line.name for line in chart.lines] == ["Health", "Login"]
    assert chart.lines[1].values == (1, 3, 4)


def test_the_series_goes_with_the_mission(domain: Domain, clock: ManualClock, redis: Redis) -> None:
    """[M6]"""
    mission = launched(domain, blueprint(task()))
    run(domain, clock, mission, took(100))
    keys = TeamKeys(TEAM).mission(mission.id)
    assert redis.exists(keys.series)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    domain.remains.clear(TEAM, mission.id)
    assert not redis.exists(keys.series)
