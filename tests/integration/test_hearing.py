"""A run reads its Mission's channel, for as long as its owner may."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from jobs.hearing import hearing
from missions.domain import Domain
from missions.ids import ChannelId
from missions.ports import Access
from missions.said import CHANNEL, Heard, NotHeard
from missions.verbs.places import PlaceRefused
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import ADA, OPS, TEAM, FakeDirectory
from tests.support.runs import claimed, due

EU = ChannelId("C-EU")
SINCE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_it_reads_its_own_channel_while_its_owner_may(
    domain: Domain, directory: FakeDirectory
) -> None:
    """[P1 P3] Asked at the moment of reading."""
    asked: list[Any] = []

    def listen(*what: Any) -> Heard:
        asked.append(what)
        return Heard()

    mission = launched(domain)
    claim = claimed(domain, mission, due(domain, mission, task()))
    since = hearing(SimpleNamespace(domain=domain, listen=listen), claim)  # type: ignore[arg-type]
    assert since is not None
    assert since(SINCE) == Heard()
    assert asked == [(TEAM, OPS, SINCE)]
    directory.access_table[ADA, OPS] = Access.NONE
    with pytest.raises(NotHeard, match="may not read its channel any more"):
        since(SINCE)
    assert len(asked) == 1


def test_what_read_a_channel_does_not_leave_it(domain: Domain, directory: FakeDirectory) -> None:
    """[P1 P3] Its reports quote what was said there; a copy begins anew elsewhere."""
    directory.access_table[ADA, EU] = Access.MEMBER
    mission = launched(domain, blueprint(task(tools=(CHANNEL,), checks=())))
    with pytest.raises(PlaceRefused, match="stay with that channel"):
        domain.lifecycle.move(actor(), mission.id, EU)
    assert domain.lifecycle.copy(actor(), mission.id, EU).channel == EU
