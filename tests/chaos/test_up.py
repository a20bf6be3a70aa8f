"""How `houston up` ends: by Ctrl-C, by kill -9, or at once when the folder is in use."""

from __future__ import annotations

import re
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from missions import keys as k
from missions.blueprint import CronTrigger
from missions.execution import Outcome, Status
from missions.ids import MissionId, TaskId
from missions.keys import TeamKeys
from tests.chaos.facts import (
    answered,
    executions,
    quiet,
    rows,
    said,
    settle,
)
from tests.chaos.kit import System, alive, at, once, parent, storage_alone, timed
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-run"), pytest.mark.timeout(200)]

LEFT = r"1 run\b[\w ,]* to finish\."
"""What is waited for: a card may be on its way to follow its Mission, or an answer given."""


@pytest.fixture(autouse=True)
def healthy(site: Site, system: System) -> None:
    """A site that answers and a Houston that serves, whatever became of the test before."""
    site.status, site.delay = 200, 0.0
    if not system.serves:
        system.reap()
        system.start()


def test_a_second_houston_on_the_folder_is_refused(system: System) -> None:
    """[L1] Two storage servers on one folder would destroy it."""
    second = System(system.folder)
    with pytest.raises(AssertionError, match="houston up ended"):
        second.start()
    assert second.ended(10) == 1
    assert "Houston already runs on the data folder" in system.output
    assert answered(system, 20)


def test_sigterm_lets_finish_what_runs_and_what_it_says(system: System, site: Site) -> None:
    """[X2 R4 L1] Well within 30 s: the run succeeds and its report is in the channel."""
    site.delay = 3.0
    mission = system.mission("Finishes", once(site.url()))
    system.run_now(mission)
    at(lambda: _runs(system, mission))
    took = system.stop(signal.SIGTERM)
    print(f"chaos: SIGTERM: all ended after {took:.1f} s")
    assert took < 15
    assert system.processes() == {}
    assert re.search(f"Waiting up to 20 s for {LEFT}\n", system.output)
    site.delay = 0.0
    system.start()
    settle(system, mission, 20)
    assert [e.status for e in executions(system, mission)] == [Status.SUCCESS]
    assert not [line for line in system.logs("worker-all") if line["event"] == "execution_died"]


def test_ctrl_c_twice_ends_all_and_what_ran_says_so(system: System, site: Site) -> None:
    """[X1 S4 L1] Ends within 5 s; the run failed as Houston was stopped; missed runs are noted."""
    site.delay = 30.0
    mission = system.mission("Every minute", timed(site.url(), _every_minute_but_the_next()))
    running = system.mission("Stopped", once(site.url()))
    system.run_now(running)
    at(lambda: _runs(system, running))
    before = system.output
    system.tell(signal.SIGINT)
    waiting = f"{LEFT} Ctrl-C again ends it at once."
    told = len(before)
    wait_for(lambda: re.search(waiting, system.output[told:]) or not alive(system.supervisor), 30)
    assert re.search(waiting, system.output[told:]), system.output[told:]
    took = system.stop()
    print(f"chaos: Ctrl-C twice: all ended after {took:.1f} s")
    assert took < 5
    assert system.processes() == {}
    site.delay = 0.0
    _pretend_away(system, mission)
    system.start()
    found = executions(system, running)
    assert [(e.status, e.error) for e in found] == [(Status.FAILED, "Houston was stopped.")]
    settle(system, running, 20)
    # All minutes were missed but for the last, which the catch-up rule runs; one notice.
    wait_for(lambda: [r for r in rows(system, mission) if r.outcome is Outcome.RUN], 20)
    settle(system, mission, 20)
    missed = [r for r in rows(system, mission) if r.outcome is Outcome.MISSED]
    assert len(missed) == 1
    assert missed[0].count >= 19
    ran = [r for r in rows(system, mission) if r.outcome is Outcome.RUN]
    assert len(ran) == 1
    assert datetime.now(UTC) - ran[0].due < timedelta(minutes=5)
    wait_for(lambda: quiet(system), 20)
    notices = [m for m in said(system) if "missed" in m["text"]]
    assert len(notices) == 1, [m["text"] for m in said(system)]


def _runs(system: System, mission: MissionId) -> bool:
    """Whether a run of the Mission is held by a worker; one of another test may be left."""
    return any(mission in name for name in system.redis.zrange(k.LEASES, 0, -1))


def _every_minute_but_the_next() -> CronTrigger:
    """So that none comes due while the test goes on."""
    now = datetime.now(UTC).minute
    minutes = ",".join(str(one) for one in range(60) if (one - now) % 60 > 3)
    return CronTrigger(cron=f"{minutes} * * * *", zone="UTC")


def _pretend_away(system: System, mission: MissionId) -> None:
    """Make it 25 minutes since the Task was armed: on storage of its own, while all is ended."""
    with storage_alone(system.folder) as redis:
        keys = TeamKeys(system.team).mission(mission)
        due = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=25)
        redis.hset(keys.tasks, "T1:next", due.isoformat())
        redis.zadd(k.TIMER, {keys.timer_member(TaskId("T1")): due.timestamp()})


def test_a_killed_supervisor_leaves_no_process(system: System, site: Site) -> None:
    """[L1] kill -9 of `houston up`: no orphan goes on; the next start takes the folder over."""
    site.delay = 30.0
    mission = system.mission("Orphan", once(site.url()))
    system.run_now(mission)
    at(lambda: _runs(system, mission))
    began = at(lambda: system.supervisor).kill()
    wait_for(lambda: not system.processes(), 5)
    print(f"chaos: supervisor killed: nothing left after {time.monotonic() - began:.1f} s")
    assert system.ended(5) == -signal.SIGKILL
    site.delay = 0.0
    system.start()
    settle(system, mission, 75)
    assert [e.status for e in executions(system, mission)] == [Status.FAILED]
    assert answered(system, 20)
    assert Path(f"/proc/{system.supervisor}").exists()
    assert parent(system.part("bot")) == system.supervisor
