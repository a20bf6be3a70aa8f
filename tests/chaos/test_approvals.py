"""kill -9 at each arrow of asked → waiting → answered → taken up → begun → sent → written down.

Nothing is ever sent twice; what may have been sent is reported as that, and all else goes on or is
said not to have been done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from jobs.queues import QueueName
from missions.approval import Approval, ApprovalState, approvals_of
from missions.blueprint import Act, ActWhen
from missions.execution import Status
from missions.ids import ActId, MissionId
from missions.keys import TeamKeys
from tests.chaos.facts import check_channel, check_ledger, executions, final, quiet
from tests.chaos.gate import Side
from tests.chaos.kit import GatedSystem, alive, at, once, parent
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-run"), pytest.mark.timeout(200)]

BEFORE, AFTER = Side.BEFORE, Side.AFTER
ASK = ("EVALSHA", "houston:leases", "waits_for", "-ask")
TAKE = ("EVALSHA", "houston:leases", "houston:approvals")
BEGIN = ("EVALSHA", ":approvals", "sending")
WRITE = ("EVALSHA", ":approvals", "It answered")
DONE, UNKNOWN = ApprovalState.DONE, ApprovalState.UNKNOWN
WITHDRAWN = ApprovalState.WITHDRAWN
OK, FAILED = Status.SUCCESS, Status.FAILED


@dataclass(frozen=True)
class Arrow:
    """Where the job is stopped and killed, what then becomes of the call, and how often it was
    sent. Without `words` it is killed while the other side takes the call."""

    name: str
    side: Side
    words: tuple[str, ...]
    state: ApprovalState | None
    sent: int
    status: Status
    victim: Callable[[int], int] = lambda pid: pid


ARROWS = [
    Arrow("before it is asked", BEFORE, ASK, None, 0, FAILED),
    Arrow("once it is asked", AFTER, ASK, DONE, 1, OK),
    Arrow("before it is taken up", BEFORE, TAKE, DONE, 1, OK),
    Arrow("once it is taken up", AFTER, TAKE, WITHDRAWN, 0, FAILED),
    Arrow("before it is begun", BEFORE, BEGIN, WITHDRAWN, 0, FAILED),
    Arrow("once it is begun", AFTER, BEGIN, UNKNOWN, 0, FAILED),
    Arrow("while it is sent", BEFORE, (), UNKNOWN, 1, FAILED),
    Arrow("while it is sent, the worker", BEFORE, (), UNKNOWN, 1, FAILED, parent),
    Arrow("before it is written down", BEFORE, WRITE, UNKNOWN, 1, FAILED),
    Arrow("once it is written down", AFTER, WRITE, DONE, 1, FAILED),
]


def planned(system: GatedSystem, site: Site, name: str) -> MissionId:
    """A Mission that posts on each run, if Ada approves."""
    url = site.url(f"/{name.replace(' ', '-')}")
    act = Act(id=ActId("A1"), tool="http_request", arguments={"url": url}, when=ActWhen.ALWAYS)
    mission = system.mission(name, once(site.url(), acts=(act,)))
    found, settings = system.domain.lifecycle.settings(system.ada, mission)
    wanted = settings.model_copy(update={"approvers": (system.ada.person,)})
    system.domain.lifecycle.change_settings(system.ada, mission, wanted, found.rev)
    return mission


def asked(system: GatedSystem, mission: MissionId) -> Approval | None:
    runs = executions(system, mission)
    keys = TeamKeys(system.team).mission(mission)
    found = approvals_of(system.domain.store, keys, runs[0].id) if runs else ()
    return found[0] if found else None


def approve(system: GatedSystem, mission: MissionId) -> None:
    one = wait_for(lambda: asked(system, mission), 20)
    system.domain.lifecycle.approve(system.ada, mission, one.id, one.digest)


def posted(site: Site, name: str) -> int:
    return len([path for path, _ in site.posts if path == f"/{name.replace(' ', '-')}"])


def struck(system: GatedSystem, site: Site, arrow: Arrow) -> MissionId:
    """Kill at the arrow; the Mission it was struck with."""
    wait_for(lambda: system.workers(QueueName.EXECUTIONS)[1:], 15)
    mission = planned(system, site, arrow.name)
    if not arrow.words:
        system.run_now(mission)
        site.post_delay = 6.0
        approve(system, mission)
        wait_for(lambda: posted(site, arrow.name), 20)
        kill(arrow.victim(system.horses(QueueName.EXECUTIONS)[0]))
        site.post_delay = 0.0
        return mission
    if arrow.words != ASK:
        system.run_now(mission)
        waits(system, mission)
    with system.storage_gate.hold(arrow.side, mission, *arrow.words) as held:
        if arrow.words == ASK:
            system.run_now(mission)
        else:
            approve(system, mission)
        kill(arrow.victim(at(held.seen, 30).pid))
    if arrow.words == ASK and arrow.side is AFTER:
        approve(system, mission)
    return mission


def waits(system: GatedSystem, mission: MissionId) -> None:
    """Until the run waits, and the job that asked has ended."""
    wait_for(lambda: asked(system, mission), 20)
    wait_for(lambda: not system.horses(QueueName.EXECUTIONS), 10)


def kill(pid: int) -> None:
    at(lambda: pid).kill()
    wait_for(lambda: not alive(pid), 5)


def test_every_arrow_of_a_call_that_was_approved(gated: GatedSystem, site: Site) -> None:
    """[A2 A3 X2] Whoever is killed, wherever: sent once or not at all; the record says which."""
    site.posts.clear()
    missions = {arrow: struck(gated, site, arrow) for arrow in ARROWS}
    for arrow, mission in missions.items():
        began = time.monotonic()
        wait_for(partial(final, gated, mission), 75)
        print(f"chaos: {arrow.name}: final {time.monotonic() - began:.1f} s later")
        (run,) = executions(gated, mission)
        one = asked(gated, mission)
        found = f"{arrow.name}: {run} {one}"
        assert (one.state if one else None) is arrow.state, found
        assert posted(site, arrow.name) == arrow.sent, found
        assert run.status is arrow.status, found
        assert ("may have been done" in (run.error or "")) is (arrow.state is UNKNOWN), found
        check_ledger(gated, mission)
    wait_for(lambda: quiet(gated), 30)
    check_channel(gated)


def test_what_waits_outlives_workers_and_storage(gated: GatedSystem, site: Site) -> None:
    """[A3] All workers are killed, storage is started again: nothing happens until the answer."""
    name = "outlives all"
    mission = planned(gated, site, name)
    gated.run_now(mission)
    one = wait_for(lambda: asked(gated, mission), 20)
    for pid in gated.workers(QueueName.EXECUTIONS):
        kill(pid)
    gated.restart_storage()
    wait_for(lambda: gated.workers(QueueName.EXECUTIONS)[1:], 40)
    (run,) = executions(gated, mission)
    assert (run.status, run.waits_for) == (Status.RUNNING, one.id)
    gated.domain.lifecycle.approve(gated.ada, mission, one.id, one.digest)
    wait_for(lambda: final(gated, mission), 40)
    assert [e.status for e in executions(gated, mission)] == [Status.SUCCESS]
    assert posted(site, name) == 1
    wait_for(lambda: quiet(gated), 30)
    check_channel(gated)
