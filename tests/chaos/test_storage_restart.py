"""Storage is killed at each step of a run, and started again on its data.

Two of the steps are struck whenever the tests run, all of them by `make chaos`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from missions.execution import Status
from tests.chaos.facts import check_channel, executions, quiet, settle
from tests.chaos.gate import Side
from tests.chaos.kit import WHOLE, GatedSystem, at, once
from tests.chaos.test_arrows_run import CLAIM, END, INTENT, RECORD, RING, SETTLE
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-turn"), pytest.mark.timeout(150)]


@dataclass(frozen=True)
class Step:
    """A request that storage dies in; `scheduled` makes the Task due by its instant."""

    name: str
    words: tuple[str, ...]
    scheduled: bool = False
    often: bool = False


STEPS = [
    Step("due to row", SETTLE, scheduled=True),
    Step("row to job", RING, scheduled=True),
    Step("claim", CLAIM, often=True),
    Step("end", END, often=True),
    Step("intent to post", INTENT),
    Step("recorded", RECORD),
]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("step", [s for s in STEPS if WHOLE or s.often], ids=lambda s: s.name)
def test_a_step_that_storage_died_in_happens_once(
    gated: GatedSystem, site: Site, step: Step, side: Side
) -> None:
    """[S1 X2 X4 R4] Not carried out, or carried out without an answer: it is said again."""
    planned = once(site.url(), 2.0 if step.scheduled else 0.0)
    with gated.storage_gate.hold(side, *step.words) as held:
        mission = gated.mission(f"{side.value} {step.name}", planned)
        if not step.scheduled:
            gated.run_now(mission)
        at(held.seen)
        gated.restart_storage()
    settle(gated, mission, 75)
    assert [(e.status, e.error) for e in executions(gated, mission)] == [(Status.SUCCESS, None)]
    wait_for(lambda: quiet(gated), 30)
    check_channel(gated)
