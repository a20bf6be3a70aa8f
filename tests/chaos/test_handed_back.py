"""A post that is under way when Houston is stopped is handed back, and made once."""

from __future__ import annotations

import signal

import pytest

from jobs.queues import QueueName
from missions.keys import TeamKeys
from tests.chaos.facts import check_channel, quiet, settle
from tests.chaos.gate import Side
from tests.chaos.kit import GatedSystem, at, once
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-turn"), pytest.mark.timeout(120)]


@pytest.mark.parametrize("side", Side)
def test_a_post_under_way_is_handed_back(gated: GatedSystem, site: Site, side: Side) -> None:
    """[R4] Stopped before Slack had it, or before its answer came: in the channel once."""
    mission = gated.mission(f"Held {side.value}", once(site.url()))
    with gated.slack_gate.hold(side, "POST /api/chat.postMessage") as held:
        gated.run_now(mission)
        at(held.seen)
        assert gated.horses(QueueName.DELIVERIES)
        lines = gated.output.count("1 message to finish")
        gated.tell(signal.SIGINT)
        wait_for(lambda: gated.output.count("1 message to finish") > lines, 15)
        assert gated.stop() < 6
        assert gated.processes() == {}
    assert not gated.redis.exists(TeamKeys(gated.team).lane_lease(gated.ops))
    gated.start()
    settle(gated, mission, 30)
    wait_for(lambda: quiet(gated), 20)
    check_channel(gated)
