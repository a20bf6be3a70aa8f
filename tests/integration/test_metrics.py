"""What is counted where it happens is told in Prometheus' form, without any id [L4]."""

from __future__ import annotations

import re
import time

import pytest

from bot.edge.pulse import Pulse
from bot.metrics import exposed
from missions import keys as k
from missions.counting import TURNS
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Status
from tests.integration.test_claims import claim, due
from tests.support.build import launched
from tests.support.fakes import ADA, OPS, TEAM

LINE = re.compile(r'(houston_[a-z_]+)(?:\{[a-z]+="([^"]+)"\})? ([0-9.e+-]+)')


def read(domain: Domain, pulse: Pulse | None = None) -> dict[str, float]:
    """Every sample, `name` or `name label`; each line must be well-formed."""
    found = {}
    for line in exposed(domain, pulse or Pulse()).splitlines():
        if not line.startswith(("# HELP houston_", "# TYPE houston_")):
            fits = LINE.fullmatch(line)
            assert fits, line
            found[" ".join(filter(None, fits.groups()[:2]))] = float(fits[3])
    return found


def test_an_end_is_counted_with_its_status_once(domain: Domain) -> None:
    mission = launched(domain)
    held = claim(domain, mission, due(domain, mission), "one")
    assert read(domain)["houston_executions_running"] == 1
    for _ in range(2):
        domain.endings.end(TEAM, held.execution, Ending(status=Status.FAILED, error="no"))
    told = read(domain)
    assert told["houston_executions_running"] == 0
    assert told["houston_executions_ended_total Failed"] == 1
    assert told["houston_executions_ended_total Success"] == 0


def test_a_histogram_adds_up(domain: Domain) -> None:
    for seconds in (0.05, 0.3, 0.3, 1_000):
        domain.counting.observe(TURNS, seconds)
    told = read(domain)
    assert told["houston_turn_seconds_bucket 0.1"] == 1
    assert told["houston_turn_seconds_bucket 0.5"] == 3
    assert told["houston_turn_seconds_bucket 300"] == 3
    assert told["houston_turn_seconds_bucket +Inf"] == told["houston_turn_seconds_count"] == 4
    assert told["houston_turn_seconds_sum"] == pytest.approx(1_000.65)


def test_lag_and_depth_are_told(domain: Domain) -> None:
    assert read(domain)["houston_due_lag_seconds"] == 0
    domain.redis.zadd(k.TIMER, {"T1|M-X|T1": time.time() - 5})
    domain.redis.rpush("rq:queue:turns", "a", "b")
    told = read(domain)
    assert 4 < told["houston_due_lag_seconds"] < 60
    assert told["houston_queue_depth turns"] == 2
    assert told["houston_queue_depth executions"] == 0


def test_how_old_the_connection_is_is_told(domain: Domain) -> None:
    told = read(domain, Pulse(envelope=time.time() - 7, connected=True))
    assert told["houston_slack_connected"] == 1
    assert 6 < told["houston_slack_last_envelope_age_seconds"] < 60
    assert read(domain, Pulse(refused="token_revoked"))["houston_slack_connected"] == 0


def test_there_is_no_id_in_it(domain: Domain) -> None:
    mission = launched(domain)
    held = claim(domain, mission, due(domain, mission), "one")
    domain.endings.end(TEAM, held.execution, Ending(status=Status.SUCCESS))
    text = exposed(domain, Pulse())
    for secret in (mission.id, mission.name, ADA, OPS, TEAM):
        assert secret not in text
