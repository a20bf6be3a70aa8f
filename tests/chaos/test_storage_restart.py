"""Storage is killed in the middle of a claim or of an end, and started again on its data."""

from __future__ import annotations

import pytest

from missions.execution import Status
from tests.chaos.facts import check_channel, executions, quiet, settle
from tests.chaos.gate import Side
from tests.chaos.kit import GatedSystem, at, once
from tests.chaos.test_arrows_run import CLAIM, END
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-turn"), pytest.mark.timeout(150)]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("words", [CLAIM, END], ids=["claim", "end"])
def test_a_step_that_storage_died_in_happens_once(
    gated: GatedSystem, site: Site, words: tuple[str, ...], side: Side
) -> None:
    """[S1 X2 X4 R4] Not carried out, or carried out without an answer: it is said again."""
    mission = gated.mission(f"{side.value} {words[-1]}", once(site.url()))
    with gated.storage_gate.hold(side, *words) as held:
        gated.run_now(mission)
        at(held.seen)
        gated.restart_storage()
    settle(gated, mission, 75)
    assert [(e.status, e.error) for e in executions(gated, mission)] == [(Status.SUCCESS, None)]
    wait_for(lambda: quiet(gated), 30)
    check_channel(gated)
