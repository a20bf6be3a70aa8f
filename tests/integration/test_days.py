"""A month with thousands of runs is counted in one look, for who may see it [R7 P1]."""

from __future__ import annotations

import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from redis import Redis

from bot.blocks.calendar import Mark, calendar_view
from bot.blocks.executions import executions_view
from bot.blocks.records import Scope
from bot.facts.calendar import month_facts
from bot.facts.executions import executions_facts
from bot.facts.gather import Gather
from missions.days import Days, day_span
from missions.domain import Domain
from missions.errors import UnknownMission
from missions.execution import Execution
from missions.ids import ExecutionId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.viewer import Viewer
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import MALLORY, SECRET, TEAM, ManualClock
from tests.support.runs import GOOD, ran

MANY = 10_000


def filled(domain: Domain, redis: Redis, clock: ManualClock) -> Mission:
    """A Mission with so many Executions before now, a few minutes apart."""
    mission = launched(domain, blueprint(task()))
    one: Execution = ran(domain, mission, task(), GOOD)
    keys = TeamKeys(TEAM).mission(mission.id)
    pipe = redis.pipeline(transaction=False)
    for number in range(MANY - 1):
        at = clock.now() - timedelta(minutes=4 * (number + 1))
        name = ExecutionId(f"E-{number:010}")
        run = one.model_copy(update={"id": name, "started_at": at, "scheduled_at": at})
        pipe.hset(keys.executions, name, run.dump())
        pipe.zadd(keys.history, {name: at.timestamp()})
    pipe.execute()
    return mission


def test_ten_thousand_runs_are_counted_and_listed_within_a_click(
    domain: Domain, redis: Redis, clock: ManualClock
) -> None:
    """[R7] A click leaves 3 s to open a dialog."""
    clock.advance(days=28 - clock.now().day)
    mission = filled(domain, redis, clock)
    gather = Gather(domain, actor().viewer, lambda *_: "", lambda *_: None)
    begun = time.monotonic()
    facts = month_facts(gather, mission.id, "")
    calendar_view(facts)
    view = executions_view(executions_facts(gather, Scope(mission.id, page=900)))
    assert time.monotonic() - begun < 6.0  # half of it for each, on a loaded machine
    total = sum(day.counts.get(Mark.GOOD, 0) for day in facts.days)
    month_began = day_span(facts.first, ZoneInfo(facts.zone))[0]
    minutes = (clock.now() - month_began).total_seconds() / 60
    assert total == pytest.approx(min(MANY, minutes / 4), abs=2)
    assert "page 900 of 1000" in str(view)


def test_who_may_not_see_the_mission_counts_nothing(domain: Domain) -> None:
    """[P1]"""
    mission = launched(domain, blueprint(task()), channel=SECRET)
    days = Days(domain.reader, domain.store)
    with pytest.raises(UnknownMission):
        days.briefs(Viewer(team=TEAM, person=MALLORY), mission.id)
